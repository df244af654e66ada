//! `assay db`: the records that a scan rests on, kept on this machine.

use clap::Subcommand;

use crate::cli::Common;
use crate::failure::Failure;

mod versions;

/// The records that scans rest on, kept on this machine, and the order of versions they are compared by
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    Versions(versions::VersionsArgs),
}

/// Runs one of them.
pub fn run(call: &DbCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        DbCommand::Versions(call) => versions::run(call, common),
    }
}
