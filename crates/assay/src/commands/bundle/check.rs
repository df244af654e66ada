//! `assay bundle check`: six lights, all problems at once, and the exact list of
//! what a partial report lacks.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::Intake;
use crate::output;
use crate::report::check_json::CheckJson;
use crate::report::check_text;

/// Something is wrong or missing.
const WANTING: u8 = 2;

/// Say how complete a report is, what is wrong with it, and what is missing
///
/// A partial report is not wrong: it is answered with the exact list of what a proof still needs, and an example
/// of each. Nothing is run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle check report/
  assay bundle check report/ --format json | jq -r '.missing[].key'

Exit codes: 0 ready to be proved; 2 something is wrong, or the report is partial")]
pub struct CheckArgs {
    /// A folder or `.tar.zst` file with a proof.toml
    pub bundle: PathBuf,
}

pub fn run(call: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    let intake = match Intake::open(&call.bundle) {
        Ok(intake) => intake,
        Err(error) => return Err(super::unreadable(&error)),
    };
    let ids = super::ids(&intake.bundle);
    match common.format {
        Format::Text => output::answer(&check_text::render(&call.bundle, &intake, ids)),
        Format::Json => output::json(&CheckJson::of(&call.bundle, &intake, ids)),
    }
    Ok(if intake.is_ready() { 0 } else { WANTING })
}
