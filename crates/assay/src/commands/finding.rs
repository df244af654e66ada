//! `assay finding`: what a person decides about one.

mod severities;

use std::path::PathBuf;

use assay_bundle::verdict::Verdict;
use assay_case::Embargoed;
use assay_case::finding::{CloseReason, Command};
use assay_case::ids::FindingId;
use assay_case::text::Line;
use assay_prove::load::LoadedBundle;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::status;
use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::plain;
use crate::whole_file::WholeFile;

/// Decide about a finding: refute, close, ask, withdraw, undo a merge; compare finders' severities with the advisories
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  assay finding supply fnd_… report/ --as 'Fay Lindqvist'
  assay finding fetch fnd_… --into report.tar.zst --as 'Vera Lang'
  assay finding refute fnd_… --verdict not-reproduced --because 'it does not show in any run' --as 'Ana Ruiz'")]
pub enum FindingCommand {
    Supply(SupplyArgs),
    Fetch(FetchArgs),
    Refute(RefuteArgs),
    Close(CloseArgs),
    Ask(AskArgs),
    Withdraw(WithdrawArgs),
    Split(SplitArgs),
    Severities(severities::SeveritiesArgs),
}

/// Bring a bundle that is more complete, or corrected; the finding keeps its time of receipt
#[derive(Debug, Args)]
pub struct SupplyArgs {
    /// Which
    pub finding: FindingId,
    /// A folder or a `.tar.zst` with a proof.toml
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    #[command(flatten)]
    pub by: As,
}

/// Take the bundle of a finding out, for those who may see it; it is an exploit, and is handled as one
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Which
    pub finding: FindingId,
    /// Where to, as a `.tar.zst` that only you can read
    #[arg(long, value_name = "FILE")]
    pub into: PathBuf,
    #[command(flatten)]
    pub by: As,
}

/// End a finding as wrong, resting on a recorded verdict; never by who submitted it
#[derive(Debug, Args)]
pub struct RefuteArgs {
    /// Which
    pub finding: FindingId,
    /// The verdict that this rests on
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    pub verdict: Verdict,
    /// Why, in a sentence for the submitter
    #[arg(long, value_name = "SENTENCE")]
    pub because: String,
    #[command(flatten)]
    pub by: As,
}

/// End a finding for another reason
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// Which
    pub finding: FindingId,
    /// Why
    #[arg(long, value_name = "REASON", value_enum)]
    pub reason: Reason,
    /// In a sentence for the submitter
    #[arg(long, value_name = "SENTENCE")]
    pub because: String,
    #[command(flatten)]
    pub by: As,
}

/// Ask the submitter for something
#[derive(Debug, Args)]
pub struct AskArgs {
    /// Which
    pub finding: FindingId,
    /// What is missing; may be given again
    #[arg(long = "for", value_name = "ITEM", required = true)]
    pub items: Vec<String>,
    #[command(flatten)]
    pub by: As,
}

/// Take one's own finding back
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// Which
    pub finding: FindingId,
    #[command(flatten)]
    pub by: As,
}

/// Undo a merge: the finding is again what it was
#[derive(Debug, Args)]
pub struct SplitArgs {
    /// The duplicate
    pub finding: FindingId,
    /// Why
    #[arg(long, value_name = "SENTENCE")]
    pub because: String,
    #[command(flatten)]
    pub by: As,
}

/// Why a finding is closed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reason {
    /// Outside what this clearinghouse coordinates
    OutOfScope,
    /// No vulnerability, says the maintainer
    NotAVulnerability,
    /// The maintainer will not fix it
    WontFix,
    /// The target's life has ended
    EndOfLife,
    /// What was missing never came
    Abandoned,
    /// Something else
    Other,
}

impl Reason {
    fn of(self) -> CloseReason {
        match self {
            Self::OutOfScope => CloseReason::OutOfScope,
            Self::NotAVulnerability => CloseReason::NotAVulnerability,
            Self::WontFix => CloseReason::WontFix,
            Self::EndOfLife => CloseReason::EndOfLife,
            Self::Abandoned => CloseReason::Abandoned,
            Self::Other => CloseReason::Other,
        }
    }
}

fn verdict(text: &str) -> Result<Verdict, String> {
    serde_json::from_value(json!(text)).map_err(|_| {
        "verdicts that can refute: not-reproduced, reproduced-different, flaky, control-failed, control-dead, \
         harness-suspect"
            .to_owned()
    })
}

fn line(text: &str) -> Result<Line, Failure> {
    Line::new(text).map_err(|error| Failure::call("text", error.to_string()))
}

/// Decides.
pub fn run(call: &FindingCommand, common: &Common) -> Result<u8, Failure> {
    let (id, by, command) = match call {
        FindingCommand::Supply(call) => return supply(call, common),
        FindingCommand::Fetch(call) => return fetch(call, common),
        FindingCommand::Severities(call) => return severities::run(call, common),
        FindingCommand::Refute(call) => {
            let sentence = Embargoed::new(line(&call.because)?);
            (call.finding, &call.by, Command::Refute { verdict: call.verdict, sentence })
        }
        FindingCommand::Close(call) => {
            let sentence = Embargoed::new(line(&call.because)?);
            (call.finding, &call.by, Command::Close { reason: call.reason.of(), sentence })
        }
        FindingCommand::Ask(call) => {
            let missing = call.items.iter().map(|item| line(item)).collect::<Result<_, _>>()?;
            (call.finding, &call.by, Command::AskInfo { missing })
        }
        FindingCommand::Withdraw(call) => (call.finding, &call.by, Command::Withdraw),
        FindingCommand::Split(call) => {
            (call.finding, &call.by, Command::Split { sentence: Embargoed::new(line(&call.because)?) })
        }
    };
    let finding = desk::open()?.act_on_finding(&by.who()?, id, command)?;
    let reason = status::reason(&finding);
    let because = reason.as_ref().map_or_else(String::new, |reason| format!(": {}", plain::line(reason, 300)));
    let text = format!("{} is {} now{because}\nNext: assay status {}\n", finding.id, finding.word(), finding.id);
    tell(common, &text, &json!({ "finding": finding.id, "state": finding.word().as_str(), "reason": reason }));
    Ok(0)
}

fn supply(call: &SupplyArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let bundle = LoadedBundle::read(&call.bundle)
        .map_err(|error| Failure::call(error.code, error.message).help("`assay bundle check` shows more"))?;
    let finding = desk::open()?.supply(&who, call.finding, &bundle)?;
    let mut text = format!("{} is {} now\n", finding.id, finding.word());
    for key in &finding.missing {
        text.push_str(&format!("  still needs {}\n", plain::line(key.as_str(), 200)));
    }
    text.push_str(&format!("Next: assay status {}\n", finding.id));
    tell(
        common,
        &text,
        &json!({ "finding": finding.id, "state": finding.word().as_str(), "missing": finding.missing }),
    );
    Ok(0)
}

fn fetch(call: &FetchArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let file = WholeFile::begin(&call.into)?;
    let packed = desk::open()?.fetch(&who, call.finding)?;
    file.finish(&packed, 0o600)?;
    let path = plain::path(&call.into);
    let text =
        format!("Wrote {path}\nIt is an exploit. Keep it where only you can read it.\nNext: assay prove {path}\n");
    tell(common, &text, &json!({ "finding": call.finding, "file": call.into.display().to_string() }));
    Ok(0)
}
