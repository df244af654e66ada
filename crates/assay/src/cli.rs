//! The call: global options, the list of commands, and the texts of `--help`.

use anstream::ColorChoice;
use assay_sandbox::{Engine, Tier};
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::commands::{
    admin, backtest, bisect, bundle, case, claim, cross, db, demo, directive, finding, fix, grant, group, plan, prove,
    publish, recheck, replay, reproduce, review, scan, status, submit, sync, track, verify,
};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Turns claims about vulnerabilities into evidence
///
/// A proof bundle is a report that proves itself: it names a target, how to build it, an input that shows the
/// flaw, an oracle that recognises it, and controls that must stay silent. Assay runs all of it in a sandbox
/// and says what came out.
#[derive(Debug, Parser)]
#[command(name = "assay", version, styles = STYLES, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "\
Examples:
  assay demo                           the whole pipeline on shipped examples, offline
  assay scan products.csv --kev k.json does this touch me?
  assay bundle check report/           what a report still lacks
  assay prove report/                  is the bug real?
  assay prove report/ --attest v.json  the same, with a signed statement
  assay fix report/ --patch fix.diff   how far does this patch hold?

  assay admin init --help              a clearinghouse of your own

Exit codes: 0 done, 1 Assay itself failed, 2 the call or the bundle is wrong, 3 too much is waiting and nothing was kept.
`assay prove` has more: see `assay prove --help`.")]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// How the answer is printed: text or json, whose shapes are stable and stand in docs/cli.md
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT",
        hide_possible_values = true)]
    pub format: Format,
    /// Whether colours are used: auto, always or never; NO_COLOR is respected
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN",
        hide_possible_values = true)]
    pub color: Color,
    /// Do not show progress on stderr
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// What confines the programs that a command runs: native, or bubblewrap where it is installed; else ASSAY_SANDBOX
    #[arg(long, global = true, value_name = "ENGINE")]
    pub sandbox: Option<Engine>,
    /// Run no program below this tier: P, F (control groups) or M (a microVM, not in this version); else ASSAY_TIER
    #[arg(long, global = true, value_name = "TIER")]
    pub tier: Option<Tier>,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that has them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes it hold for everything that is printed from here on.
    pub fn write_global(self) {
        match self {
            // Leaves the environment its say: NO_COLOR, CLICOLOR, CLICOLOR_FORCE.
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// The commands. Each is described where its arguments are.
#[derive(Debug, Subcommand)]
pub enum Command {
    Prove(prove::ProveArgs),
    Fix(fix::FixArgs),
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    Cross(cross::CrossArgs),
    Recheck(recheck::RecheckArgs),
    Bisect(bisect::BisectArgs),
    Replay(replay::ReplayArgs),
    Demo(demo::DemoArgs),
    Scan(scan::ScanArgs),
    Plan(Box<plan::PlanArgs>),
    Backtest(backtest::BacktestArgs),
    #[command(subcommand)]
    Directive(directive::DirectiveCommand),
    #[command(subcommand)]
    Db(db::DbCommand),
    Claim(claim::ClaimArgs),
    Submit(submit::SubmitArgs),
    Status(status::StatusArgs),
    Reproduce(reproduce::ReproduceArgs),
    Track(track::TrackArgs),
    #[command(subcommand)]
    Grant(grant::GrantCommand),
    Group(group::GroupArgs),
    #[command(subcommand)]
    Finding(finding::FindingCommand),
    #[command(subcommand)]
    Case(case::CaseCommand),
    Publish(publish::PublishArgs),
    Sync(sync::SyncArgs),
    Verify(verify::VerifyArgs),
    #[command(subcommand)]
    Review(review::ReviewCommand),
    #[command(subcommand)]
    Admin(admin::AdminCommand),
}

/// Commands that run programs in the sandbox. Every command takes the options of the sandbox, so that they may stand
/// in front of any; the others do not show them.
const CONFINING: &[&str] =
    &["prove", "fix", "cross", "recheck", "bisect", "replay", "demo", "reproduce", "group", "case fix"];

/// Reads the call; on an error or for `--help` it tells and leaves.
pub fn parse() -> Cli {
    if let Some(call) = short(std::env::args_os()) {
        return call;
    }
    Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
}

/// Adds what a command takes to its bare name.
type Describe = fn(clap::Command) -> clap::Command;

/// Commands that are asked for often and answer in milliseconds: describing all the others takes as long again.
const OFTEN: [(&str, Describe); 2] = [("scan", scan::ScanArgs::augment_args), ("plan", plan::PlanArgs::augment_args)];

/// The call as one of these commands alone reads it, where it begins with its name and is right. None says nothing:
/// the whole description decides, and tells what is wrong.
fn short(args: impl Iterator<Item = std::ffi::OsString>) -> Option<Cli> {
    let args: Vec<_> = args.collect();
    let (name, describe) = OFTEN.iter().find(|(name, _)| args.get(1).is_some_and(|first| first == name))?;
    let command =
        clap::Command::new("assay").disable_help_subcommand(true).subcommand(describe(clap::Command::new(*name)));
    let command = shown_where_used(Common::augment_args(command), "");
    Cli::from_arg_matches(&command.try_get_matches_from(args).ok()?).ok()
}

/// The call as it is parsed and as `--help` shows it.
pub fn command() -> clap::Command {
    shown_where_used(Cli::command(), "")
}

fn shown_where_used(command: clap::Command, path: &str) -> clap::Command {
    let engine: Vec<clap::Arg> =
        command.get_arguments().filter(|arg| matches!(arg.get_id().as_str(), "sandbox" | "tier")).cloned().collect();
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name()).trim().to_owned();
        let hidden = !CONFINING.contains(&path.as_str());
        shown_where_used(sub.args(engine.iter().cloned().map(|arg| arg.hide(hidden))), &path)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_call_is_of_one_piece() {
        Cli::command().debug_assert();
        command().debug_assert();
    }

    #[test]
    fn the_short_way_reads_a_call_as_the_long_one_does() {
        let long = |args: &[&str]| {
            let matches = command().try_get_matches_from(args).ok()?;
            Cli::from_arg_matches(&matches).ok().map(|cli| format!("{cli:?}"))
        };
        let short = |args: &[&str]| short(args.iter().map(|arg| (*arg).into())).map(|cli| format!("{cli:?}"));
        let calls: [&[&str]; 9] = [
            &["assay", "scan", "Cargo.lock"],
            &["assay", "scan", "help", "--db=x", "--format", "json", "--all", "--kev", "k", "--color=never"],
            &["assay", "scan", "--machine", "--advisories", "a", "b", "--tier", "F", "--no-progress"],
            &["assay", "scan", "--machine=/mnt", "-", "--html", "page.html"],
            &["assay", "plan", "list.csv", "--format", "json"],
            &["assay", "scan"],
            &["assay", "scan", "--help"],
            &["assay", "plan", "--nonsense"],
            &["assay", "scan", "a", "--format", "xml"],
        ];
        for (nth, call) in calls.iter().enumerate() {
            assert_eq!(short(call), long(call), "{call:?}");
            assert_eq!(short(call).is_some(), nth < 5, "{call:?}");
        }
        // Anything else is left to the long way, which reads it.
        for call in [["assay", "--no-progress", "scan", "a"], ["assay", "verify", "a", "b"]] {
            assert!(short(&call).is_none(), "{call:?}");
        }
    }

    #[test]
    fn the_sandbox_stands_in_the_help_of_what_is_confined_and_is_taken_everywhere() {
        let help = |path: &str| {
            let mut command = command();
            command.build();
            let mut at = &mut command;
            for name in path.split(' ') {
                at = at.find_subcommand_mut(name).expect("a command");
            }
            at.render_long_help().to_string()
        };
        for path in CONFINING {
            assert!(help(path).contains("--tier"), "{path}");
        }
        for path in ["scan", "plan", "case", "case open", "verify"] {
            assert!(!help(path).contains("--tier") && help(path).contains("--format"), "{path}");
        }
        for call in [["assay", "--tier", "F", "prove", "x"], ["assay", "prove", "--tier", "F", "x"]] {
            let matches = command().try_get_matches_from(call).unwrap();
            assert_eq!(Cli::from_arg_matches(&matches).unwrap().common.tier, Some(Tier::F));
        }
    }
}
