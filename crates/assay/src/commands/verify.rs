//! `assay verify`: what a clearinghouse published, checked from outside.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_ledger::{Folder, Reveal, VerifierKey, audit};
use assay_repo::{Trust, VerifyError, verify_folder};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::tell;
use crate::failure::Failure;
use crate::report::plain;

/// What is there does not hold.
const REFUSED: u8 = 10;
/// Most bytes of a key, a kept checkpoint or a reveal.
const MAX_BYTES: u64 = 8 << 20;
/// Most reveals of one folder.
const MAX_REVEALS: usize = 100_000;
/// How often a release is looked at that is exchanged meanwhile.
const ATTEMPTS: usize = 8;

/// Check a release folder and its ledger from outside: signatures, every byte, every entry, every reveal
///
/// Needs nothing of the clearinghouse but what it publishes, and the trust file or ledger key that you were given by
/// hand. With a checkpoint that you kept, it shows that the ledger only grew since then.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay verify release/ --trust trust.json
  assay verify release/ --trust trust.json --checkpoint last-month.txt
  assay verify ledger/ --key 'assay/county+1a2b3c4d+A…'

Exit codes: 0 everything holds; 10 something does not; 2 the call is wrong; 1 Assay itself failed")]
pub struct VerifyArgs {
    /// A release folder, or the folder of a ledger
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The trust file: whose signatures to believe
    #[arg(long, value_name = "FILE", required_unless_present = "key")]
    pub trust: Option<PathBuf>,
    /// The ledger's key, as one line; for a folder that is only a ledger
    #[arg(long, value_name = "KEY", conflicts_with = "trust")]
    pub key: Option<String>,
    /// A checkpoint of this ledger that you kept; may be given again
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// The instant for which it is checked; the clock's by default
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
}

/// Why it is not said that everything holds.
enum Why {
    /// Something does not hold.
    Not(String),
    /// The call is wrong, or something cannot be read, which says nothing about the folder.
    Failed(Failure),
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What was found so far: for a person, and for programs.
struct Found {
    text: String,
    json: Value,
}

impl Found {
    fn new() -> Self {
        Self { text: String::new(), json: json!({ "holds": true }) }
    }
}

/// Checks.
pub fn run(call: &VerifyArgs, common: &Common) -> Result<u8, Failure> {
    let (mut found, outcome) = check(call)?;
    match outcome {
        Ok(()) => {
            found.text.push_str("Everything holds.\n");
            tell(common, &found.text, &found.json);
            Ok(0)
        }
        Err(Why::Failed(failure)) => Err(failure),
        Err(Why::Not(why)) => {
            found.text.push_str(&format!(
                "Does not hold: {}\nDo not use this folder. Fetch it again from another place, and tell the clearinghouse.\n",
                plain::line(&why, 1_000)
            ));
            found.json["holds"] = Value::Bool(false);
            found.json["why"] = why.into();
            tell(common, &found.text, &found.json);
            Ok(REFUSED)
        }
    }
}

fn check(call: &VerifyArgs) -> Result<(Found, Result<(), Why>), Failure> {
    let wrong = |what: &str, error: String| Failure::call("verify", format!("{what}: {error}"));
    let folder = &call.folder;
    match fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => {}
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(unreadable(folder, &error)),
        _ => return Err(wrong("folder", format!("`{}` is no folder", folder.display()))),
    }
    let mut kept = Vec::new();
    for path in &call.checkpoints {
        kept.push(read(path).map_err(|error| wrong("checkpoint", error))?);
    }
    let Some(trust) = &call.trust else {
        let key = call.key.as_deref().unwrap_or_default();
        let key: VerifierKey = key.trim().parse().map_err(|error| wrong("key", format!("{error}")))?;
        let mut found = Found::new();
        let outcome = ledger(folder, &key, &kept, &[], &mut found);
        return Ok((found, outcome));
    };
    let trust = Trust::parse(&read(trust).map_err(|error| wrong("trust", error))?)
        .map_err(|error| wrong("trust", error.to_string()))?;
    let key = trust.ledger().map(str::parse::<VerifierKey>).transpose();
    let key = key.map_err(|error| wrong("trust", format!("the ledger's key: {error}")))?;
    let now = call.now.unwrap_or_else(Instant::now);
    let mut attempts = 0;
    loop {
        let (mut found, mut index) = (Found::new(), None);
        let outcome = release(folder, &trust, key.as_ref(), &kept, now, &mut found, &mut index);
        attempts += 1;
        // A publisher exchanges the folder as a whole: one release's index and the next one's ledger are no finding.
        let exchanged = || index != read(&folder.join(assay_repo::layout::INDEX)).ok().map(|bytes| Sha256::of(&bytes));
        if outcome.is_err() && index.is_some() && attempts < ATTEMPTS && exchanged() {
            continue;
        }
        return Ok((found, outcome));
    }
}

/// One look at a release folder. `seen` is the digest of its index, once that is found to be signed.
fn release(
    folder: &Path,
    trust: &Trust,
    key: Option<&VerifierKey>,
    kept: &[Vec<u8>],
    now: Instant,
    found: &mut Found,
    seen: &mut Option<Sha256>,
) -> Result<(), Why> {
    let report = verify_folder(folder, trust, now).map_err(|error| match error {
        VerifyError::Refused(refusal) => Why::Not(refusal.to_string()),
        VerifyError::Unreadable(error) => unreadable(folder, &error).into(),
    })?;
    *seen = Some(report.index.digest());
    let index = report.index.index();
    found.text.push_str(&format!(
        "Release version {}, signed {}, good until {}\n{}, {}, {}: each byte is signed\n",
        index.version,
        seconds(index.instant),
        seconds(index.expires),
        count(report.advisories.len() as u64, "advisory", "advisories"),
        count(report.files as u64, "file", "files"),
        count(report.bytes, "byte", "bytes"),
    ));
    found.json["version"] = index.version.into();
    found.json["advisories"] = index.entries.iter().map(|entry| entry.id.to_string()).collect();
    let (head, key) = match (&index.ledger, key) {
        (Some(head), Some(key)) => (head, key),
        (None, None) => return Ok(()),
        (Some(_), None) => {
            return Err(Why::Not("the release names a ledger, and the trust file has no key for it".into()));
        }
        // INVARIANT 18: a ledger that is left away would hide what is left out of it.
        (None, Some(_)) => {
            return Err(Why::Not("the trust file has a key for a ledger, and the release names none".into()));
        }
    };
    let reveals = reveals(&folder.join(assay_repo::layout::REVEALS))?;
    ledger(&folder.join(assay_repo::layout::LEDGER), key, kept, &reveals, found)?;
    // Two signed statements about one ledger have to say the same.
    let said = &found.json["ledger"];
    if said["size"] == head.size && said["root"] == head.root.to_hex() && said["origin"] == head.origin.as_str() {
        Ok(())
    } else {
        Err(Why::Not("the index and the ledger name two heads of one ledger".into()))
    }
}

fn ledger(
    folder: &Path,
    key: &VerifierKey,
    kept: &[Vec<u8>],
    reveals: &[Reveal],
    found: &mut Found,
) -> Result<(), Why> {
    let kept: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
    // The audit says of a file that cannot be read that it does not hold; of the folder, it is asked first.
    if let Err(error) = fs::read_dir(folder)
        && error.kind() == ErrorKind::PermissionDenied
    {
        return Err(unreadable(folder, &error).into());
    }
    let audited = audit(&Folder::new(folder), key, &kept, reveals)
        .map_err(|refused| Why::Not(format!("the ledger: {refused}")))?;
    found.text.push_str(&format!(
        "Ledger {}: {} recomputed from {}",
        plain::line(&audited.checkpoint.origin, 200),
        count(audited.checkpoint.size, "entry", "entries"),
        count(audited.files, "file", "files"),
    ));
    if audited.kept > 0 {
        let kept = count(audited.kept as u64, "checkpoint", "checkpoints");
        found.text.push_str(&format!(", and it only grew since {kept} that you kept"));
    }
    let opened = match audited.reveals {
        1 => "1 reveal opens its entry".to_owned(),
        many => format!("{many} reveals open their entries"),
    };
    found.text.push_str(&format!("\n{opened}\n"));
    found.json["ledger"] = json!({
        "origin": audited.checkpoint.origin,
        "size": audited.checkpoint.size,
        "root": hex(&audited.checkpoint.root.0),
        "files": audited.files,
        "kept": audited.kept,
        "reveals": audited.reveals,
    });
    Ok(())
}

fn reveals(folder: &Path) -> Result<Vec<Reveal>, Why> {
    let mut reveals = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(reveals),
        Err(error) => return Err(unreadable(folder, &error).into()),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| unreadable(folder, &error))?.path());
        if paths.len() > MAX_REVEALS {
            return Err(Why::Not(format!("there are more than {MAX_REVEALS} reveals")));
        }
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = read(&path).map_err(|error| Failure::own("unreadable", error))?;
        let reveal = Reveal::parse(&bytes).map_err(|error| Why::Not(format!("reveals/{name}: {error}")))?;
        // A reveal that lies under another one's name would be counted for it.
        if name != format!("{}.json", reveal.index()) {
            return Err(Why::Not(format!("reveals/{name} opens entry {}", reveal.index())));
        }
        reveals.push(reveal);
    }
    Ok(reveals)
}

/// Nothing is said about what nobody could look at.
fn unreadable(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::own("unreadable", format!("`{}` cannot be read: {error}", folder.display()))
        .help("this says nothing about the release; make the folder readable for this user")
}

/// A number of things, in words that fit it.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// An instant for a person: the seconds are enough.
pub fn seconds(instant: Instant) -> String {
    let text = instant.to_string();
    text.split_once('.').map_or_else(|| text.clone(), |(whole, _)| format!("{whole}Z"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("`{}` cannot be read: {error}", path.display());
    let meta = fs::metadata(path).map_err(failed)?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(format!("`{}` is no plain file of at most {MAX_BYTES} bytes", path.display()));
    }
    fs::read(path).map_err(failed)
}
