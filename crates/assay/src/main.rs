//! `assay`: turns claims about vulnerabilities into evidence.
//!
//! The face of the house, and thin: it reads the call, asks the crates below,
//! and prints. One command is one file under `commands`, one way of showing
//! something is one file under `report`.

mod cli;
mod commands;
mod desk;
#[cfg(test)]
mod docs_tests;
mod examples;
mod expected;
mod failure;
mod heap;
mod intake;
mod kept;
mod key;
mod memory;
mod output;
mod pack_file;
mod place;
mod progress;
mod report;
mod runner;
mod scan_input;
mod whole_file;

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: this very program is started again, as the sandbox's launcher and as the sweeper.
    assay_sandbox::take_over_if_asked(assay_prove::pipeline::BUILTINS);
    assay_prove::sweeper::take_over_if_asked();
    let cli = cli::parse();
    cli.common.color.write_global();
    runner::choose(&cli.common);
    ExitCode::from(commands::run(&cli))
}
