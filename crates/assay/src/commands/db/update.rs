//! `assay db update`: the newest index from a mirror.

use std::path::PathBuf;

use assay_base::Instant;
use assay_index::store::Store;
use assay_index::update::{UpdateError, update};
use clap::Args;
use serde::Serialize;

use super::info::public_key;
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::{next, plain};
use crate::scan_input::database;

/// What was offered is not to be believed.
const REFUSED: u8 = 10;

/// Fetch the newest index, or what is new of it, and refuse what is not right
///
/// Mirrors are asked in turn, and none has to be trusted: the list is signed, each file has its digest, everything is
/// hashed before it is used, and an older index never takes the place of a newer one. A transfer that broke off is gone
/// on with. The index changes all at once or stays as it was. Mirrors and key are remembered, so the next time
/// `assay db update` alone will do.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db update --mirror https://mirror.example/assay --trust publisher.pub
  assay db update
  assay db update --mirror https://one.example/assay --mirror http://mirror.local/assay

Exit codes:
   0  up to date
  10  refused: the index is as it was
   2  the call is wrong, or the key
   1  Assay itself failed, or no mirror is in reach")]
pub struct UpdateArgs {
    /// The address of a mirror's folder; several are asked in turn
    #[arg(long, value_name = "URL")]
    mirror: Vec<String>,
    /// The public key of whoever publishes the index; get it from them, not from the mirror
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// The folder of the index; without it, ASSAY_DB or the usual folder
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    from: Option<u64>,
    to: u64,
    mirror: String,
    fetched: Vec<Fetched>,
    passed: Vec<Passed>,
}

#[derive(Serialize)]
struct Fetched {
    name: String,
    bytes: u64,
}

#[derive(Serialize)]
struct Passed {
    mirror: String,
    why: String,
}

/// Updates.
pub fn run(call: &UpdateArgs, common: &Common) -> Result<u8, Failure> {
    let folder = database::place(call.into.as_deref())?;
    if folder.is_file() {
        let message = format!("`{}` is a file, and an update keeps a folder", folder.display());
        return Err(Failure::call("not-a-folder", message).help("name a folder with --into"));
    }
    let store = Store::at(&folder);
    let known = store.current().map_err(|error| database::failure(&error))?.unwrap_or_default();
    if call.mirror.is_empty() && known.mirrors.is_empty() {
        return Err(
            Failure::call("no-mirror", "no mirror is named, and none was before").help("name one with --mirror")
        );
    }
    if call.trust.is_empty() && known.trusted.is_empty() {
        return Err(Failure::call("no-key", "no key is trusted yet, so nothing could be believed")
            .help("name the publisher's public key with --trust; get it from them, not from the mirror"));
    }
    let trusted = call.trust.iter().map(|path| public_key(path)).collect::<Result<Vec<_>, _>>()?;
    let done = update(&store, &call.mirror, &trusted, Instant::now().as_micros()).map_err(|error| failure(&error))?;
    let answer = Answer {
        from: done.from,
        to: done.to,
        mirror: done.mirror,
        fetched: done.fetched.into_iter().map(|(name, bytes)| Fetched { name, bytes }).collect(),
        passed: done.passed.into_iter().map(|(mirror, why)| Passed { mirror, why }).collect(),
    };
    match common.format {
        Format::Json => output::json(&answer),
        Format::Text => output::answer(&text(&answer, &folder)),
    }
    Ok(0)
}

fn text(answer: &Answer, folder: &std::path::Path) -> String {
    let folder = next::quoted(folder);
    let mut text = match answer.from {
        Some(from) if from == answer.to => format!("{folder}: up to date, generation {from}\n"),
        Some(from) => format!("{folder}: generation {from} -> {}\n", answer.to),
        None => format!("{folder}: new index, generation {}\n", answer.to),
    };
    for file in &answer.fetched {
        text.push_str(&format!("  {}: {:.1} KiB\n", plain::line(&file.name, 80), file.bytes as f64 / 1024.0));
    }
    for one in &answer.passed {
        text.push_str(&format!("  not from {}: {}\n", plain::line(&one.mirror, 200), plain::line(&one.why, 300)));
    }
    text.push_str("Next: assay scan INVENTORY\n");
    text
}

fn failure(error: &UpdateError) -> Failure {
    let message = error.to_string();
    let kept = "the index is as it was";
    match error {
        UpdateError::Refused(_) => {
            Failure { exit: REFUSED, ..Failure::call("refused", message) }.help(format!("{kept}; use another mirror"))
        }
        UpdateError::NoMirror(_) => Failure::own("unreachable", message)
            .help(format!("{kept}; check the addresses and the network, or name another mirror with --mirror")),
        UpdateError::Key(_) => Failure::call("no-key", message),
        UpdateError::Read(error) => Failure::call("no-index", message).help(error.help()),
        UpdateError::Busy(_) => Failure::own("busy", message).help("wait until it has ended"),
        UpdateError::Disk(_) => Failure::own("not-kept", message).help(format!("{kept}; is there room on the disk?")),
    }
}
