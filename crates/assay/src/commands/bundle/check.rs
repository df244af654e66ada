//! `assay bundle check`: six lights, all problems at once, and the exact list of
//! what a partial report lacks; several bundles as a table.

use std::path::PathBuf;

use assay_prove::load::LoadError;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::Intake;
use crate::output;
use crate::report::check_json::CheckJson;
use crate::report::check_table::{self, Row};
use crate::report::check_text;

/// Something is wrong or missing.
const WANTING: u8 = 2;

/// Say how complete reports are, what is wrong with them, and what is missing
///
/// A partial report is not wrong: it is answered with the exact list of what a proof still needs, and an example
/// of each. What some oracles need beyond that is told too (a limit that not every program reaches, an input to compare
/// with), so that no proof ends without a verdict for it. Several bundles are answered as a table. Nothing is run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle check report/
  assay bundle check cases/*
  assay bundle check report/ --format json | jq -r '.missing[].key'

Exit codes: 0 all are ready to be proved; 2 something is wrong, a report is partial, or it falls short of a
verdict")]
pub struct CheckArgs {
    /// Folders or `.tar.zst` files with a proof.toml
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
}

#[derive(Serialize)]
struct SeveralJson<'a> {
    bundles: Vec<CheckJson<'a>>,
}

pub fn run(call: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    if let [path] = call.bundles.as_slice() {
        let intake = Intake::open(path).map_err(|error| super::unreadable(&error))?;
        let ids = super::ids(&intake.bundle);
        match common.format {
            Format::Text => output::answer(&check_text::render(path, &intake, ids)),
            Format::Json => output::json(&CheckJson::of(path, &intake, ids)),
        }
        return Ok(if intake.is_ready() && !intake.falls_short() { 0 } else { WANTING });
    }
    // One that cannot be read hides none of the others.
    let opened: Vec<(&PathBuf, Result<Intake, LoadError>)> =
        call.bundles.iter().map(|path| (path, Intake::open(path))).collect();
    match common.format {
        Format::Text => {
            let rows: Vec<Row<'_>> = opened
                .iter()
                .map(|(path, opened)| match opened {
                    Ok(intake) => Row::of(path, intake),
                    Err(error) => Row::Unreadable(path, error),
                })
                .collect();
            output::answer(&check_table::render(&rows));
        }
        Format::Json => {
            let bundles = opened.iter().map(|(path, opened)| match opened {
                Ok(intake) => CheckJson::of(path, intake, super::ids(&intake.bundle)),
                Err(error) => CheckJson::unreadable(path, error),
            });
            output::json(&SeveralJson { bundles: bundles.collect() });
        }
    }
    let ready =
        opened.iter().all(|(_, opened)| opened.as_ref().is_ok_and(|intake| intake.is_ready() && !intake.falls_short()));
    Ok(if ready { 0 } else { WANTING })
}
