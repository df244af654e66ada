//! `assay verify`: what a clearinghouse published, checked from outside.

use std::fs;
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_ledger::{Folder, Reveal, VerifierKey, audit};
use assay_repo::{Trust, verify_folder};
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

/// Checks.
pub fn run(call: &VerifyArgs, common: &Common) -> Result<u8, Failure> {
    let mut text = String::new();
    let mut json = json!({ "holds": true });
    let outcome = check(call, &mut text, &mut json)?;
    if let Err(why) = outcome {
        text.push_str(&format!(
            "Does not hold: {}\nDo not use this folder. Fetch it again from another place, and tell the clearinghouse.\n",
            plain::line(&why, 1_000)
        ));
        json["holds"] = Value::Bool(false);
        json["why"] = why.into();
        tell(common, &text, &json);
        return Ok(REFUSED);
    }
    text.push_str("Everything holds.\n");
    tell(common, &text, &json);
    Ok(0)
}

/// The outer error is a wrong call; the inner one, what does not hold.
fn check(call: &VerifyArgs, text: &mut String, json: &mut Value) -> Result<Result<(), String>, Failure> {
    let wrong = |what: &str, error: String| Failure::call("verify", format!("{what}: {error}"));
    let folder = &call.folder;
    if !folder.is_dir() {
        return Err(wrong("folder", format!("`{}` is no folder", folder.display())));
    }
    let mut kept = Vec::new();
    for path in &call.checkpoints {
        kept.push(read(path).map_err(|error| wrong("checkpoint", error))?);
    }
    let Some(trust) = &call.trust else {
        let key = call.key.as_deref().unwrap_or_default();
        let key: VerifierKey = key.trim().parse().map_err(|error| wrong("key", format!("{error}")))?;
        return Ok(ledger(folder, &key, &kept, &[], text, json));
    };
    let trust = Trust::parse(&read(trust).map_err(|error| wrong("trust", error))?)
        .map_err(|error| wrong("trust", error.to_string()))?;
    let now = call.now.unwrap_or_else(Instant::now);
    let report = match verify_folder(folder, &trust, now) {
        Ok(report) => report,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let index = report.index.index();
    text.push_str(&format!(
        "Release version {}, signed {}, good until {}\n{} advisories, {} files, {} bytes: each byte is signed\n",
        index.version,
        index.instant,
        index.expires,
        report.advisories.len(),
        report.files,
        report.bytes
    ));
    json["version"] = index.version.into();
    json["advisories"] = index.entries.iter().map(|entry| entry.id.to_string()).collect();
    let below = folder.join(assay_repo::layout::LEDGER);
    let Some(head) = &index.ledger else { return Ok(Ok(())) };
    let Some(key) = trust.ledger() else {
        return Ok(Err("the release names a ledger, and the trust file has no key for it".into()));
    };
    let key: VerifierKey = key.parse().map_err(|error| wrong("trust", format!("the ledger's key: {error}")))?;
    let reveals = match reveals(&folder.join(assay_repo::layout::REVEALS)) {
        Ok(reveals) => reveals,
        Err(why) => return Ok(Err(why)),
    };
    if let Err(why) = ledger(&below, &key, &kept, &reveals, text, json) {
        return Ok(Err(why));
    }
    // Two signed statements about one ledger have to say the same.
    let same = json["ledger"]["size"] == head.size && json["ledger"]["root"] == head.root.to_hex();
    Ok(if same { Ok(()) } else { Err("the index and the ledger name two heads of one ledger".into()) })
}

fn ledger(
    folder: &Path,
    key: &VerifierKey,
    kept: &[Vec<u8>],
    reveals: &[Reveal],
    text: &mut String,
    json: &mut Value,
) -> Result<(), String> {
    let kept: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
    let audited =
        audit(&Folder::new(folder), key, &kept, reveals).map_err(|refused| format!("the ledger: {refused}"))?;
    text.push_str(&format!(
        "Ledger {}: {} entries recomputed from {} files",
        plain::line(&audited.checkpoint.origin, 200),
        audited.checkpoint.size,
        audited.files
    ));
    if audited.kept > 0 {
        text.push_str(&format!(", and it only grew since {} checkpoints that you kept", audited.kept));
    }
    text.push_str(&format!("\n{} reveals open their entries\n", audited.reveals));
    json["ledger"] = json!({
        "origin": audited.checkpoint.origin,
        "size": audited.checkpoint.size,
        "root": hex(&audited.checkpoint.root.0),
        "files": audited.files,
        "kept": audited.kept,
        "reveals": audited.reveals,
    });
    Ok(())
}

fn reveals(folder: &Path) -> Result<Vec<Reveal>, String> {
    let mut reveals = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(reveals) };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| error.to_string())?.path());
        if paths.len() > MAX_REVEALS {
            return Err(format!("there are more than {MAX_REVEALS} reveals"));
        }
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let reveal = Reveal::parse(&read(&path)?).map_err(|error| format!("reveals/{name}: {error}"))?;
        // A reveal that lies under another one's name would be counted for it.
        if name != format!("{}.json", reveal.index()) {
            return Err(format!("reveals/{name} opens entry {}", reveal.index()));
        }
        reveals.push(reveal);
    }
    Ok(reveals)
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
