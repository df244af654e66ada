//! `assay review show`, `list`, `audit`.

use assay_review::{ModelId, NOTICE};
use clap::Args;
use serde_json::json;

use super::{now, shown, side};
use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::grid::Grid;
use crate::report::plain;

/// The record does not hold.
const REFUSED: u8 = 10;

/// Show an engagement to somebody who takes part in it
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The engagement
    pub engagement: ModelId,
    #[command(flatten)]
    pub by: As,
}

/// List the engagements in which one's member takes part
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub by: As,
}

/// Check every signed command of an engagement's family again, without believing whoever kept them
///
/// For the developer's member alone: an audit needs the events of the whole family of models, also those of its
/// engagements with other organisations.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything holds; 10 something does not; 2 the call is wrong; 1 Assay itself failed"
)]
pub struct AuditArgs {
    /// The engagement
    pub engagement: ModelId,
    #[command(flatten)]
    pub by: As,
}

/// Shows.
pub fn show(call: &ShowArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let local = desk::open()?;
    let state = local.engagement(&who, call.engagement)?;
    let events = local.engagement_events(&who, call.engagement)?;
    let mut text = String::new();
    for event in &events {
        let sentence = plain::line(&event.sentence(), 300);
        text.push_str(&format!("{}  {:<12}  {sentence}\n", event.at, side(event)));
    }
    let open = state.open_window(now()).filter(|(id, _)| *id == call.engagement);
    text.push_str(&match open {
        Some((_, window)) => format!("\nThe window is open until {}\n", window.ends_at),
        None => "\nNo window is open\n".to_owned(),
    });
    let engagement = state.engagements.get(&call.engagement);
    for (residual, what) in engagement.iter().filter_map(|engagement| engagement.residuals.as_ref()).flatten() {
        text.push_str(&format!("Left with the organisation: {residual}  {}\n", plain::line(what.as_str(), 300)));
    }
    text.push_str(&format!("{NOTICE}\n"));
    tell(common, &text, &shown(call.engagement, &state, &events));
    Ok(0)
}

/// Lists.
pub fn list(call: &ListArgs, common: &Common) -> Result<u8, Failure> {
    let rows = desk::open()?.engagements(&call.by.who()?)?;
    let mut grid = Grid::default();
    for row in &rows {
        let ends = row.window_ends.map_or_else(String::new, |end| format!("window ends at {end}"));
        grid.row([row.id.to_string(), row.state.clone(), ends]);
    }
    let text = if rows.is_empty() { "Your member takes part in no engagement.\n".to_owned() } else { grid.render("") };
    tell(
        common,
        &text,
        &json!({ "engagements": rows.iter().map(|row| json!({ "engagement": row.id, "stage": row.state,
        "window-ends": row.window_ends })).collect::<Vec<_>>() }),
    );
    Ok(0)
}

/// Audits.
pub fn audit(call: &AuditArgs, common: &Common) -> Result<u8, Failure> {
    let local = desk::open()?;
    let events = local.family_events(&call.by.who()?, call.engagement)?;
    match assay_review::audit::audit(&events, &local.home().instance.origin) {
        Ok(audited) => {
            let text =
                format!("Events: {}. Every signature holds, and every command gives the same again.\n", events.len());
            tell(common, &text, &json!({ "holds": true, "events": events.len(), "skipped": audited.skipped.len() }));
            Ok(0)
        }
        Err(error) => {
            tell(common, &format!("Does not hold: {error}\n"), &json!({ "holds": false, "why": error.to_string() }));
            Ok(REFUSED)
        }
    }
}
