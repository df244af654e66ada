//! `assay status`: what became of it.

use std::collections::BTreeMap;

use assay_app::findings::Shown;
use assay_case::finding::{Action, End, Finding, Word};
use assay_case::ids::FindingId;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::grid::Grid;
use crate::report::{bold, plain, words};

/// Show what became of findings: all that you may see, or one
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay status --as 'Ana Ruiz'
  assay status --state needs-info
  assay status fnd_…  --format json | jq .allowed")]
pub struct StatusArgs {
    /// One finding
    #[arg(value_name = "FINDING")]
    pub finding: Option<FindingId>,
    /// Only findings in this state
    #[arg(long, value_name = "STATE", conflicts_with = "finding", value_parser = state_word)]
    pub state: Option<String>,
    #[command(flatten)]
    pub by: As,
}

/// A state by its word.
fn state_word(text: &str) -> Result<String, String> {
    let words = Word::ALL.map(Word::as_str);
    if words.contains(&text) { Ok(text.to_owned()) } else { Err(format!("states are {}", words.join(", "))) }
}

/// Shows.
pub fn run(call: &StatusArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let local = desk::open()?;
    if let Some(id) = call.finding {
        let shown = local.finding(&who, id)?;
        tell(common, &one_text(&shown), &one_json(&shown));
        return Ok(0);
    }
    let rows = local.findings(&who, call.state.as_deref())?;
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let mut grid = Grid::default();
    let mut list = Vec::new();
    for row in &rows {
        *tally.entry(row.state.as_str()).or_default() += 1;
        // One that cannot be opened (shredded, damaged) hides none of the others.
        let title = local.finding(&who, row.id).map(|shown| shown.finding.title.open().to_string());
        let told = title.as_ref().map_or_else(|refusal| format!("({refusal})"), |title| plain::line(title, 60));
        grid.row([row.id.to_string(), row.state.clone(), row.received.to_string(), told]);
        list.push(json!({ "finding": row.id, "state": row.state, "received": row.received, "terminal": row.terminal,
            "title": title.ok() }));
    }
    let sum = tally.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ");
    let text = match rows.len() {
        0 => "There are no findings that you may see.\n".to_owned(),
        // Received is the sum of the states, always (invariant 6).
        count => format!("{}\n{count} received: {sum}\n", grid.render("")),
    };
    tell(common, &text, &json!({ "findings": list, "received": rows.len(), "states": tally }));
    Ok(0)
}

/// Why it is where it is, in a sentence.
pub fn reason(finding: &Finding) -> Option<String> {
    if let Some(duplicate) = &finding.duplicate {
        return Some(format!("the same root cause as {}, which was there before", duplicate.of));
    }
    match finding.end.as_ref()? {
        End::Published { advisory, .. } => Some(format!("in the advisory {advisory}")),
        End::Refuted { verdict, sentence } => Some(format!("{}: {}", verdict.as_str(), sentence.open())),
        End::AlreadyFixed { place } => Some(format!("fixed before it was reported, in {}", place.open())),
        End::Withdrawn => Some("taken back by its submitter".to_owned()),
        End::Closed { sentence, .. } => Some(sentence.open().to_string()),
    }
}

fn one_text(shown: &Shown) -> String {
    let finding = &shown.finding;
    let mut text = format!(
        "{}\n\n  finding   {}\n  target    {}\n  state     {}\n  received  {}\n",
        bold(&plain::line(finding.title.open().as_str(), 300)),
        finding.id,
        plain::line(&finding.target.open().to_string(), 300),
        finding.word(),
        finding.received
    );
    if let Some(reason) = reason(finding) {
        text.push_str(&format!("  because   {}\n", plain::line(&reason, 500)));
    }
    if let Some(case) = finding.case {
        text.push_str(&format!("  case      {case}\n"));
    }
    match shown.leaf {
        Some(leaf) => text.push_str(&format!("  ledger    entry {leaf}\n")),
        None => text.push_str("  ledger    waits for the next batch\n"),
    }
    for run in &finding.verifications {
        // No verdict is shown as validated without its assurance (DESIGN section 4).
        text.push_str(&format!(
            "  run       {}, assurance {}, {} of {} triggers fired, {} of {} controls fired, runner {}\n",
            run.verdict.as_str(),
            words::assurance(run.assurance),
            run.counts.trigger_fired,
            run.counts.trigger_total,
            run.counts.control_fired,
            run.counts.control_total,
            run.runner.key.to_hex().get(..16).unwrap_or_default()
        ));
    }
    if !finding.missing.is_empty() {
        text.push_str("\nIt still needs:\n");
        for key in &finding.missing {
            text.push_str(&format!("  {}\n", plain::line(key.as_str(), 300)));
        }
    }
    let commands: Vec<&str> = shown.allowed.iter().copied().filter_map(command).collect();
    if !commands.is_empty() {
        text.push_str(&format!("\nYou may: assay {}\n", commands.join(", assay ")));
    }
    text
}

/// The command that does this; none for what no command of one's own does.
fn command(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::Supply => "finding supply",
        Action::AskInfo => "finding ask",
        Action::RecordVerification => "reproduce",
        Action::Split => "finding split",
        Action::EnterCase => "case open",
        Action::Refute => "finding refute",
        Action::Withdraw => "finding withdraw",
        Action::Close => "finding close",
        Action::Submit | Action::Merge | Action::LeaveCase | Action::Publish | Action::CloseAlreadyFixed => {
            return None;
        }
    })
}

fn allowed(shown: &Shown) -> Vec<String> {
    let word = |action| serde_json::to_value(action).ok()?.as_str().map(str::to_owned);
    shown.allowed.iter().filter_map(word).collect()
}

fn one_json(shown: &Shown) -> Value {
    let finding = &shown.finding;
    json!({
        "finding": finding.id,
        "title": finding.title.open().as_str(),
        "target": finding.target.open().to_string(),
        "state": finding.word().as_str(),
        "reason": reason(finding),
        "received": finding.received,
        "bundle-id": finding.bundle_id,
        "claim-id": finding.claim_id,
        "case": finding.case,
        "leaf": shown.leaf,
        "missing": finding.missing,
        "runs": finding.verifications,
        "allowed": allowed(shown),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use assay_case::aggregate::Aggregate as _;
    use assay_case::finding::State;
    use clap::CommandFactory as _;

    use super::*;

    /// Nobody is told of a command that is not there.
    #[test]
    fn every_command_that_is_named_is_there() {
        let told: Vec<&str> = State::ACTIONS.iter().copied().filter_map(command).collect();
        assert!(told.len() >= 8);
        for words in told {
            let mut at = crate::cli::Cli::command();
            for word in words.split(' ') {
                at = at.find_subcommand(word).unwrap_or_else(|| panic!("no `assay {words}`")).clone();
            }
        }
    }
}
