//! `assay db publish`: an index into a mirror, as a small delta where it can.

use std::path::PathBuf;

use assay_base::Instant;
use assay_index::mirror;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::report::next;
use crate::scan_input::database;
use crate::{key, output};

/// Put an index into a mirror that others update from
///
/// The mirror is a folder that any web server can hand out and anyone can copy. What changed since the last time goes out
/// as a delta; a whole index follows after eight of them, or when a delta would be large. The list of files is signed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db publish index.assay --into mirror --key publisher.key
  assay db update --mirror https://mirror.example/assay --trust publisher.pub

Exit codes:
   0  published, or nothing had changed
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct PublishArgs {
    /// The index that `assay db build` made
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// The folder of the mirror; made if it is not there
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// The key that signs the list and what it names
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer<'a> {
    generation: u64,
    same: bool,
    changed: Option<usize>,
    removed: Option<usize>,
    files: &'a [mirror::Listed],
}

/// Publishes.
pub fn run(call: &PublishArgs, common: &Common) -> Result<u8, Failure> {
    let signer = key::signing_key(Some(&call.key))?;
    let index = database::needed(&call.index)?;
    let published = mirror::publish(&index, &call.into, &signer, Instant::now().as_micros())
        .map_err(|error| Failure::own("not-published", error.to_string()).help("the mirror's list is as it was"))?;
    match common.format {
        Format::Json => output::json(&Answer {
            generation: published.list.generation,
            same: published.same,
            changed: published.changes.map(|(changed, _)| changed),
            removed: published.changes.map(|(_, removed)| removed),
            files: &published.list.files,
        }),
        Format::Text => {
            let mirror = next::quoted(&call.into);
            let generation = published.list.generation;
            let text = match (published.same, published.changes, published.list.files.last()) {
                (true, ..) => format!("{mirror}: nothing has changed, generation {generation}\n"),
                (false, Some((changed, removed)), Some(file)) => format!(
                    "{mirror}: generation {generation}, a delta of {:.1} KiB: {changed} records new or changed, {removed} removed\n",
                    file.packed as f64 / 1024.0
                ),
                (false, _, file) => format!(
                    "{mirror}: generation {generation}, a whole index of {:.1} MB\n",
                    file.map_or(0.0, |file| file.packed as f64 / 1e6)
                ),
            };
            output::answer(&text);
        }
    }
    Ok(0)
}
