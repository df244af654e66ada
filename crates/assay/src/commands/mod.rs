//! The commands, one file each. A command reads its call, asks the crates
//! below, and prints; its number is the exit code.

pub mod admin;
pub mod backtest;
pub mod bisect;
pub mod bundle;
pub mod case;
pub mod claim;
pub mod cross;
pub mod db;
pub mod demo;
pub mod directive;
pub mod finding;
pub mod fix;
pub mod grant;
pub mod group;
pub mod plan;
pub mod prove;
mod prove_several;
pub mod publish;
pub mod recheck;
pub mod replay;
pub mod reproduce;
pub mod review;
pub mod scan;
pub mod status;
pub mod submit;
pub mod sync;
pub mod track;
pub mod verify;

use crate::cli::{Cli, Command};
use crate::output;

/// Runs the command of this call and gives its exit code.
pub fn run(cli: &Cli) -> u8 {
    let common = &cli.common;
    let outcome = match &cli.command {
        Command::Prove(call) => prove::run(call, common),
        Command::Bundle(call) => bundle::run(call, common),
        Command::Cross(call) => cross::run(call, common),
        Command::Recheck(call) => recheck::run(call, common),
        Command::Bisect(call) => bisect::run(call, common),
        Command::Fix(call) => fix::run(call, common),
        Command::Db(call) => db::run(call, common),
        Command::Demo(call) => demo::run(call, common),
        Command::Scan(call) => scan::run(call, common),
        Command::Claim(call) => claim::run(call, common),
        Command::Submit(call) => submit::run(call, common),
        Command::Status(call) => status::run(call, common),
        Command::Replay(call) => replay::run(call, common),
        Command::Reproduce(call) => reproduce::run(call, common),
        Command::Grant(call) => grant::run(call, common),
        Command::Track(call) => track::run(call, common),
        Command::Group(call) => group::run(call, common),
        Command::Finding(call) => finding::run(call, common),
        Command::Case(call) => case::run(call, common),
        Command::Sync(call) => sync::run(call, common),
        Command::Publish(call) => publish::run(call, common),
        Command::Verify(call) => verify::run(call, common),
        Command::Review(call) => review::run(call, common),
        Command::Admin(call) => admin::run(call, common),
        Command::Plan(call) => plan::run(call, common),
        Command::Backtest(call) => backtest::run(call, common),
        Command::Directive(call) => directive::run(call, common),
    };
    let code = outcome.unwrap_or_else(|failure| output::fail(common.format, &failure));
    if output::is_lost() { 1 } else { code }
}
