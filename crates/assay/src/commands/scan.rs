//! `assay scan`: what touches me?

use clap::Args;

use crate::cli::Common;
use crate::failure::Failure;
use crate::scan_input::{self, Sources};

/// Say what of an inventory is affected, and what cannot be told
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// What is looked at, and against which records.
    #[command(flatten)]
    pub sources: Sources,
}

/// Scans.
pub fn run(call: &ScanArgs, _common: &Common) -> Result<u8, Failure> {
    let scanned = scan_input::exposures(&call.sources)?;
    Ok(if scanned.exposures.is_empty() { 0 } else { 10 })
}
