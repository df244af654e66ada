//! What a key can do next: every object tells its caller.

use assay_base::Instant;

use crate::command::{CommandKind, Side};
use crate::engagement::{Engagement, Stage};
use crate::grant::GrantState;
use crate::ids::ModelId;
use crate::key::PublicKey;
use crate::state::State;

/// The commands that can have an effect now if this key signs them, with fitting values.
///
/// Empty for a key that has no part in the engagement. A command that is not
/// listed is refused whatever its values are; `tests/properties.rs` checks that
/// against [`crate::decide()`].
#[must_use]
pub fn allowed(state: &State, engagement: ModelId, key: PublicKey, now: Instant) -> Vec<CommandKind> {
    let now = state.time(now);
    let Some(engagement) = state.engagements.get(&engagement) else {
        return Vec::new();
    };
    let Some(side) = engagement.side(key) else {
        return Vec::new();
    };
    let possible = |kind: &CommandKind| kind.sides().contains(&side) && can(state, engagement, side, key, *kind, now);
    CommandKind::ALL.iter().copied().filter(possible).collect()
}

fn can(state: &State, here: &Engagement, side: Side, key: PublicKey, kind: CommandKind, now: Instant) -> bool {
    let stage = here.stage;
    let running = stage == Stage::Open;
    let over = matches!(stage, Stage::Finished | Stage::Withdrawn);
    let window = here.open_window(now);
    let any = |wanted: fn(GrantState) -> bool| {
        here.grants.values().any(|grant| {
            let mine = side != Side::Holder || grant.agreement.holder.key == key;
            mine && wanted(here.grant_state(grant, now))
        })
    };
    match kind {
        // A handle is opened once, and this one is.
        CommandKind::Open => false,
        CommandKind::AskIfCovered => stage != Stage::Closed,
        CommandKind::Answer => here.coverage.facts.is_some(),
        CommandKind::SignSafeguard => running && window.is_none(),
        CommandKind::Grant | CommandKind::Withdraw => running,
        CommandKind::CountersignGrant => any(|grant| grant == GrantState::Proposed),
        CommandKind::DeclineGrant | CommandKind::EndGrant | CommandKind::RaiseQuota | CommandKind::LowerQuota => {
            any(GrantState::stands)
        }
        CommandKind::OpenWindow => {
            let signed = here.unsigned_safeguard().is_none();
            running && signed && state.open_window(now).is_none() && !state.budget_left(now).is_zero()
        }
        CommandKind::MoveAnchor | CommandKind::ShrinkWindow | CommandKind::EndWindow => window.is_some(),
        CommandKind::Pause => window.is_some_and(|window| !window.paused),
        CommandKind::Resume => window.is_some_and(|window| window.paused),
        CommandKind::Finish => running && window.is_none(),
        CommandKind::ReportResiduals => over,
        CommandKind::CertifyDestroyed => here.residuals.as_ref().is_some_and(|left| !left.is_empty()),
        CommandKind::CloseOut => over && here.residuals.as_ref().is_some_and(|left| left.is_empty()),
        CommandKind::TakePass | CommandKind::Use => {
            let usable = window.is_some_and(|window| !window.paused);
            usable && any(|grant| grant == GrantState::Signed)
        }
    }
}
