//! `assay db`: the records that a scan rests on, kept on this machine.

use clap::Subcommand;

use crate::cli::Common;
use crate::failure::Failure;

mod build;
mod fleet;
mod info;
mod publish;
mod sources;
mod touched;
mod update;
mod versions;

/// The records that scans rest on, kept on this machine, and the order of versions they are compared by
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    Build(build::BuildArgs),
    Update(update::UpdateArgs),
    Info(info::InfoArgs),
    Touched(touched::TouchedArgs),
    Fleet(fleet::FleetArgs),
    Publish(publish::PublishArgs),
    Versions(versions::VersionsArgs),
}

/// Runs one of them.
pub fn run(call: &DbCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        DbCommand::Build(call) => build::run(call, common),
        DbCommand::Update(call) => update::run(call, common),
        DbCommand::Info(call) => info::run(call, common),
        DbCommand::Touched(call) => touched::run(call, common),
        DbCommand::Fleet(call) => fleet::run(call, common),
        DbCommand::Publish(call) => publish::run(call, common),
        DbCommand::Versions(call) => versions::run(call, common),
    }
}
