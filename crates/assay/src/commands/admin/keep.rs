//! Keeping the data: rebuild, backup, restore, export, import.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::PathBuf;

use assay_app::keep;
use assay_app::rebuild::Rebuilt;
use assay_base::Instant;
use clap::Args;
use serde_json::json;

use crate::cli::Common;
use crate::desk::{self, tell};
use crate::failure::Failure;
use crate::place;
use crate::report::plain;

/// A row was not as the events say.
const DIFFERENT: u8 = 10;

/// Make every view anew from the events, and say whether it was as it should be
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the views were as the events say; 10 some were not, and are now; 1 Assay itself failed"
)]
pub struct RebuildArgs {}

/// Copy the clearinghouse into a new folder, while others go on using it; the keys are not in it
///
/// The folder has a part for each purpose: contents and wraps (sealed), ledger and release (public). Move `wraps` to
/// another place and keep it for a short time only: with it and master.key, what was shredded since can be opened.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay admin backup /media/stick/2026-11-21
  mv /media/stick/2026-11-21/wraps /media/other/

Exit codes: 0 done; 2 the folder is not empty; 1 Assay itself failed, and nothing was left there")]
pub struct BackupArgs {
    /// A folder that is not there yet, or empty
    #[arg(value_name = "FOLDER")]
    pub into: PathBuf,
}

/// Make a home of a backup, after each byte of it was checked
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay admin restore /media/stick/2026-11-21 --into /srv/assay --wraps /media/other/wraps

Copy the keys into the new home by hand, then check it: assay admin rebuild.
If members saw a newer release than the backup has, take its ledger folder over too, before anything is published:
a ledger that begins again from an older state is a fork, and their programs refuse it.

Exit codes: 0 done; 2 the call is wrong; 1 the backup does not hold, or Assay itself failed; nothing was left there")]
pub struct RestoreArgs {
    /// A folder that `assay admin backup` wrote
    #[arg(value_name = "FOLDER")]
    pub from: PathBuf,
    /// The new home: not there yet, empty, or with nothing but `keys` in it
    #[arg(long, value_name = "HOME")]
    pub into: PathBuf,
    /// Where the wraps are, if they were kept apart; FOLDER/wraps by default
    #[arg(long, value_name = "FOLDER")]
    pub wraps: Option<PathBuf>,
}

/// Write everything that the store keeps as lines of JSON, sealed as it is
#[derive(Debug, Args)]
#[command(after_help = "The form is documented in docs/store.md. Keys, ledger and release are plain files: copy them.")]
pub struct ExportArgs {
    /// A file that is not there yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Make the store of $ASSAY_HOME of an export
///
/// instance.json, keys and ledger are in the home already, and its store is empty. Every event is opened and every view
/// made anew before anything is put in place.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A file that `assay admin export` wrote
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Rebuilds.
pub fn rebuild(_call: &RebuildArgs, common: &Common) -> Result<u8, Failure> {
    let rebuilt = desk::open()?.rebuild()?;
    let mut text = told(&rebuilt);
    if rebuilt.different.is_empty() {
        text.push_str("Every row was as the events say\n");
    } else {
        text.push_str(&format!("{} rows were not as the events say, and are now:\n", rebuilt.different.len()));
        for name in rebuilt.different.iter().take(100) {
            text.push_str(&format!("  {name}\n"));
        }
    }
    let json = json!({ "events": rebuilt.events, "tombstones": rebuilt.tombstones, "different": rebuilt.different });
    tell(common, &text, &json);
    Ok(if rebuilt.different.is_empty() { 0 } else { DIFFERENT })
}

fn told(rebuilt: &Rebuilt) -> String {
    let mut text = format!("Read {} events and made every view anew\n", rebuilt.events);
    if rebuilt.tombstones > 0 {
        text.push_str(&format!("{} streams were shredded: their rows stay as tombstones\n", rebuilt.tombstones));
    }
    text
}

/// Copies.
pub fn backup(call: &BackupArgs, common: &Common) -> Result<u8, Failure> {
    let listed = desk::open()?.backup(&call.into)?;
    let into = plain::path(&call.into);
    let text = format!(
        "Copied {} events and {} public files to {into}\n\n  contents   sealed: worth nothing without wraps and master.key\n  \
         wraps      who can open what: keep them apart, and not for long\n  ledger     public\n  release    public\n\n\
         The keys are not in it: keep a copy of {} in a safe place.\n\
         Next: assay admin restore {into} --into NEW_HOME, now and then, to see that it works\n",
        listed.events,
        listed.files.len(),
        plain::path(&place::home()?.join("keys")),
    );
    let json = json!({ "backup": call.into.display().to_string(), "made": listed.made, "events": listed.events,
        "files": listed.files.len() });
    tell(common, &text, &json);
    Ok(0)
}

/// Restores.
pub fn restore(call: &RestoreArgs, common: &Common) -> Result<u8, Failure> {
    let listed = keep::restore(&call.from, call.wraps.as_deref(), &call.into)?;
    let into = plain::path(&call.into);
    let keys = call.into.join("keys/master.key").exists();
    let mut text = format!("Restored {} events of {} to {into}\n", listed.events, listed.made);
    if !keys {
        text.push_str(&format!(
            "Copy the keys to {}: nothing opens without them\n",
            plain::path(&call.into.join("keys"))
        ));
    }
    text.push_str(&format!("Next: ASSAY_HOME={into} assay admin rebuild\n"));
    let json = json!({ "home": call.into.display().to_string(), "made": listed.made, "events": listed.events,
        "keys": keys });
    tell(common, &text, &json);
    Ok(0)
}

/// Exports.
pub fn export(call: &ExportArgs, common: &Common) -> Result<u8, Failure> {
    let failed = |error: std::io::Error| Failure::own("export", format!("`{}`: {error}", call.file.display()));
    let local = desk::open()?;
    let file = File::create_new(&call.file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::call("exists", format!("`{}` is there already", call.file.display()))
                .help("name another file: an export is not written over")
        }
        _ => failed(error),
    })?;
    let mut out = BufWriter::new(file);
    let written = local.export(&mut out).map_err(Failure::from).and_then(|summary| {
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(failed)?;
        Ok(summary)
    });
    if written.is_err() {
        // Half an export is none.
        let _ = std::fs::remove_file(&call.file);
    }
    let summary = written?;
    let text = format!(
        "Wrote {} lines to {}\n  sha256  {}\nIt holds the wraps: with master.key, everything in it can be opened.\n",
        summary.lines,
        plain::path(&call.file),
        summary.sha256
    );
    let json = json!({ "file": call.file.display().to_string(), "lines": summary.lines, "sha256": summary.sha256 });
    tell(common, &text, &json);
    Ok(0)
}

/// Imports.
pub fn import(call: &ImportArgs, common: &Common) -> Result<u8, Failure> {
    let file = File::open(&call.file)
        .map_err(|error| Failure::call("import", format!("`{}`: {error}", call.file.display())))?;
    let (summary, rebuilt) = keep::import(&place::home()?, &mut BufReader::new(file), Instant::now)?;
    let mut text = format!("Read {} lines\n{}", summary.lines, told(&rebuilt));
    if !rebuilt.different.is_empty() {
        text.push_str(&format!("{} rows of the export were not as its events say\n", rebuilt.different.len()));
    }
    let json = json!({ "lines": summary.lines, "sha256": summary.sha256, "events": rebuilt.events,
        "different": rebuilt.different });
    tell(common, &text, &json);
    Ok(if rebuilt.different.is_empty() { 0 } else { DIFFERENT })
}
