//! `assay sync`: a clearinghouse's release, fetched and checked.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_base::Instant;
use assay_repo::{Checked, Client, MAX_TRUST_BYTES, Source, StagingError, SyncError, Synced, Trust};
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::commands::verify::{count, seconds};
use crate::failure::Failure;
use crate::output;
use crate::report::{next, plain};

/// What was offered is not to be believed.
const REFUSED: u8 = 10;

/// Fetch a clearinghouse's release into a mirror, and refuse what is not right
///
/// Takes a release from a folder, a stick or a web server. Everything is checked before anything is kept: the
/// signature of the index, the approvers of each advisory, the digest of each file, the ledger and that it only grew, that it is not older than what was
/// seen before, and that it has not ended. The mirror changes all at once or stays as it was. Where the release comes
/// from does not have to be trusted; the trust file does, so get it from the clearinghouse directly.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay sync https://clearinghouse.example/release --into mirror --trust trust.json
  assay sync /media/stick/release --into mirror --trust trust.json
  assay scan Cargo.lock --advisories mirror/osv

Exit codes:
   0  synced, or already up to date
  10  refused: the mirror is as it was
   2  the call is wrong, or the trust file
   1  Assay itself failed, or the source is out of reach")]
pub struct SyncArgs {
    /// A folder, or an http, https or file address of one: where index.json is
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// The folder of the mirror; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// The trust file: whose signatures to believe
    #[arg(long, value_name = "FILE")]
    pub trust: PathBuf,
    /// The instant for which it is checked; the clock's by default
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
}

/// Fetches and checks.
pub fn run(call: &SyncArgs, common: &Common) -> Result<u8, Failure> {
    let source = Source::parse(&call.source).map_err(|error| Failure::call("no-source", error.to_string()))?;
    let trust = trust(&call.trust)?;
    let now = call.now.unwrap_or_else(Instant::now);
    let synced = Client::new(&call.into, trust).sync(&source, now).map_err(|error| failure(&error))?;
    match common.format {
        Format::Text => output::answer(&text(&synced, &call.into, now)),
        Format::Json => output::json(&SyncJson::of(&synced)),
    }
    Ok(0)
}

fn trust(path: &Path) -> Result<Trust, Failure> {
    let wrong = |what: String| {
        Failure::call("no-trust", format!("the trust file `{}`: {what}", path.display()))
            .help("get it from the clearinghouse directly, not from where its release comes from")
    };
    let mut bytes = Vec::new();
    // One byte more than there may be: the reader says that it is too long.
    let most = MAX_TRUST_BYTES as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    Trust::parse(&bytes).map_err(|error| wrong(error.to_string()))
}

fn failure(error: &SyncError) -> Failure {
    let message = error.to_string();
    match error {
        SyncError::Refused(refusal) => Failure {
            exit: REFUSED,
            code: refusal.code().into(),
            message: format!("refused: {message}"),
            help: Some(format!("the mirror is as it was. What to do: {}", refusal.help())),
        },
        SyncError::Unreachable(_) => Failure::own("unreachable", message)
            .help("the mirror is as it was; check the address and the network, or use another mirror"),
        SyncError::NotAMirror { .. } => {
            Failure::call("not-a-mirror", message).help("name a folder for the mirror alone: a sync replaces all of it")
        }
        SyncError::Memory { .. } => Failure::own("no-memory", message).help(
            "without it an older release cannot be told from a newer one. If you know that the mirror was right, \
             delete the file; else sync into a new folder, from a source that you know to be current",
        ),
        SyncError::Staging(StagingError::NoName(_)) => Failure::call("no-folder", message),
        SyncError::Unreadable(_) | SyncError::Staging(_) => {
            Failure::own("no-mirror", message).help("the mirror is as it was; its parent folder has to be writable too")
        }
    }
}

fn text(synced: &Synced, mirror: &Path, now: Instant) -> String {
    let mirror = next::quoted(mirror);
    let mut text = match synced.from {
        Some(from) if from == synced.to => format!("{mirror}: up to date, version {from}\n"),
        Some(from) => format!("{mirror}: version {from} -> {}\n", synced.to),
        None => format!("{mirror}: new mirror, version {}\n", synced.to),
    };
    if synced.repaired > 0 {
        let was = if synced.repaired == 1 { "was" } else { "were" };
        let files = count(synced.repaired as u64, "damaged or missing file", "damaged or missing files");
        text.push_str(&format!("  {files} of the mirror {was} fetched again\n"));
    }
    let total = count(synced.total as u64, "advisory", "advisories");
    text.push_str(&format!("  {total}, {} new\n", synced.new.len()));
    for checked in &synced.new {
        text.push_str(&advisory(checked));
    }
    let left = left(synced.expires.since(now));
    text.push_str(&format!("  good until {} ({left}): sync again before\n", seconds(synced.expires)));
    text.push_str(&format!("Next: assay scan INVENTORY --advisories {mirror}/osv\n"));
    text
}

/// How long that is, to the nearest day or, below two days, the whole hours.
fn left(left: Duration) -> String {
    let hours = left.as_secs() / 3_600;
    if hours >= 48 { format!("{} days", (left.as_secs() + 43_200) / 86_400) } else { count(hours, "hour", "hours") }
}

/// One advisory: how bad, what, what to do; and of the patch never «verified» without all that belongs to it.
fn advisory(checked: &Checked) -> String {
    let record = &checked.record;
    let severity = match &record.severity {
        Some(severity) => format!("{} {:.1}", severity.word(), severity.score()),
        None => "not rated".to_owned(),
    };
    let mut text = format!("  {}  {severity}  {}\n", record.id, plain::line(&record.title, 200));
    for remedy in record.remedies.iter().take(1) {
        text.push_str(&format!("    do: {}\n", plain::line(&remedy.details, 300)));
    }
    match record.fix.as_ref().map(|fix| &fix.verification) {
        Some(Some(verification)) => {
            text.push_str(&format!("    patch: {}\n", plain::line(&verification.to_string(), 300)));
        }
        Some(None) => text.push_str("    patch: no runner has tried it\n"),
        None => {}
    }
    text
}

#[derive(Serialize)]
struct SyncJson {
    from: Option<u64>,
    to: u64,
    changed: bool,
    index: String,
    signed: Instant,
    expires: Instant,
    total: usize,
    repaired: usize,
    new: Vec<NewJson>,
}

#[derive(Serialize)]
struct NewJson {
    id: String,
    published: Instant,
    title: String,
    severity: Option<SeverityJson>,
    approvers: Vec<String>,
    patch: Option<PatchJson>,
}

#[derive(Serialize)]
struct SeverityJson {
    vector: String,
    score: f64,
}

#[derive(Serialize)]
struct PatchJson {
    sha256: String,
    verification: Option<assay_advisory::record::Verification>,
}

impl SyncJson {
    fn of(synced: &Synced) -> Self {
        Self {
            from: synced.from,
            to: synced.to,
            changed: synced.from != Some(synced.to),
            index: synced.digest.to_string(),
            signed: synced.signed,
            expires: synced.expires,
            total: synced.total,
            repaired: synced.repaired,
            new: synced.new.iter().map(NewJson::of).collect(),
        }
    }
}

impl NewJson {
    fn of(checked: &Checked) -> Self {
        let record = &checked.record;
        Self {
            id: record.id.to_string(),
            published: record.published,
            title: record.title.clone(),
            severity: record
                .severity
                .as_ref()
                .map(|severity| SeverityJson { vector: severity.vector().to_owned(), score: severity.score() }),
            approvers: checked.approvers.iter().map(ToString::to_string).collect(),
            patch: record
                .fix
                .as_ref()
                .map(|fix| PatchJson { sha256: fix.patch.to_string(), verification: fix.verification.clone() }),
        }
    }
}
