//! The commands, one file each. A command reads its call, asks the crates
//! below, and prints; its number is the exit code.

pub mod bundle;
pub mod demo;
pub mod prove;
mod prove_several;
pub mod scan;

use crate::cli::{Cli, Command};
use crate::output;

/// Runs the command of this call and gives its exit code.
pub fn run(cli: &Cli) -> u8 {
    let common = &cli.common;
    let outcome = match &cli.command {
        Command::Prove(call) => prove::run(call, common),
        Command::Bundle(call) => bundle::run(call, common),
        Command::Demo(call) => demo::run(call, common),
        Command::Scan(call) => scan::run(call, common),
    };
    let code = outcome.unwrap_or_else(|failure| output::fail(common.format, &failure));
    if output::is_lost() { 1 } else { code }
}
