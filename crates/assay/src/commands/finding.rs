//! `assay finding`: what a person decides about one.

use assay_bundle::verdict::Verdict;
use assay_case::Embargoed;
use assay_case::finding::{CloseReason, Command};
use assay_case::ids::FindingId;
use assay_case::text::Line;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::status;
use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::plain;

/// Decide about a finding: refute, close, ask, withdraw, undo a merge
#[derive(Debug, Subcommand)]
pub enum FindingCommand {
    Refute(RefuteArgs),
    Close(CloseArgs),
    Ask(AskArgs),
    Withdraw(WithdrawArgs),
    Split(SplitArgs),
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
