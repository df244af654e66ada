//! `assay scan`: what touches me?

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use assay_base::Instant;
use assay_match::scan::Keep;
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::report::scan_json::ScanJson;
use crate::report::scan_out::Files;
use crate::report::{scan_none, scan_text};
use crate::scan_input::{self, Scanned, Sources};
use crate::{heap, output};

/// Records name something, and everything that they name is not affected.
const NOTHING: u8 = 0;
/// Something is affected.
const AFFECTED: u8 = 10;
/// Nothing is known to be affected, and of something, or of everything, it cannot be told.
const CANNOT_TELL: u8 = 11;

/// Say which things of an inventory are affected, and of which it cannot be told
///
/// Holds lockfiles, SBOMs and plain product lists against records that lie on this machine: OSV's, CISA's catalogue of
/// known exploited vulnerabilities, CVE records. Nothing is fetched and nothing is sent. Each answer names the record
/// and the range that it rests on; a missing or unreadable version is never taken for a safe one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay scan Cargo.lock --advisories osv/
  assay scan products.csv --kev known_exploited_vulnerabilities.json --cve cves/
  assay scan . --advisories osv/
  assay scan image.tar --advisories osv/
  assay scan --machine --advisories osv/Debian/all.zip
  assay scan bom.json --advisories mirror/ --format json | jq '.exposures[].why'
  assay scan bom.json --advisories osv/ --vex supplier.openvex.json --sarif scan.sarif --html scan.html

Exit codes:
   0  everything that a record names is not affected
  10  something is affected
  11  nothing is known to be affected, and something cannot be told; or nothing could be answered at all
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct ScanArgs {
    /// What is looked at, and against which records.
    #[command(flatten)]
    pub sources: Sources,
    /// What you know of your things beside their lists (assay.assets/1): who can reach them, who patches them
    #[arg(long, value_name = "FILE")]
    pub assets: Option<PathBuf>,
    /// List what is not affected and what no record names as well, and every record of each thing
    #[arg(long)]
    pub all: bool,
    /// Files beside the answer.
    #[command(flatten)]
    pub files: Files,
}

/// Scans.
pub fn run(call: &ScanArgs, common: &Common) -> Result<u8, Failure> {
    heap::use_again();
    let files = call.files.begin()?;
    let assets = call.assets.as_deref().map(super::plan::files::assets).transpose()?;
    let mut scanned = scan_input::scan(&call.sources, if call.all { Keep::All } else { Keep::Touched })?;
    let notes = assets.map(|assets| assets.apply(&mut scanned.inventories, &mut scanned.exposures)).unwrap_or_default();
    // The program ends with this; giving back every text of it one by one would be a tenth of its time.
    let scanned = ManuallyDrop::new(scanned);
    let now = Instant::now();
    match common.format {
        Format::Text => output::answer(&scan_text::render(&scanned, &notes, call.all, now)),
        Format::Json => {
            output::json(&ScanJson::of(&scanned, &notes, now));
            if let Some(why) = scan_none::unanswered(&scanned) {
                output::say(&why);
            }
        }
    }
    files.finish(&scanned, now)?;
    Ok(exit_code(&scanned))
}

/// An entry that could not be read may be anything, so it counts as not told; and an empty list, or records that name
/// nothing of it, are no good news (invariant 11).
fn exit_code(scanned: &Scanned) -> u8 {
    let tally = scanned.tally();
    if tally.affected > 0 {
        AFFECTED
    } else if tally.cannot_tell > 0 || tally.skipped > 0 || scan_none::unanswered(scanned).is_some() {
        CANNOT_TELL
    } else {
        NOTHING
    }
}
