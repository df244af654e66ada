//! The rules: what a signed command makes happen, or why it does not.

mod developer;
mod grant;
mod holder;
mod organisation;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use assay_base::{Entropy, Instant};

use crate::command::{Command, Side};
use crate::engagement::{Engagement, Stage};
use crate::event::{By, Event, Happened};
use crate::ids::ModelId;
use crate::key::PublicKey;
use crate::refusal::Refusal;
use crate::signed::{Statement, Unverified};
use crate::state::State;
use crate::window::WindowEnd;

/// Most engagements of one family.
pub const MAX_ENGAGEMENTS: usize = 64;
/// Most grants of one engagement, with those that are over.
pub const MAX_GRANTS: usize = 256;
/// How old a command may be that begins or widens something: time enough to carry it from an offline machine.
pub const FRESH: Duration = Duration::from_secs(86_400);
/// How far ahead the signer's clock may be.
pub const AHEAD: Duration = Duration::from_secs(300);
/// How many lost commands a narrowing one may skip. Bounded, so that a slip cannot use up all numbers at once.
pub const MAX_SKIP: u32 = 1_000;

/// What a decision takes from outside.
pub struct Ctx<'a> {
    /// The wall clock.
    pub now: Instant,
    /// For the ids that the clearinghouse draws.
    pub entropy: &'a mut dyn Entropy,
    /// This clearinghouse's name, as commands are signed for it.
    pub clearinghouse: &'a str,
}

/// What has ended by itself by now, and is not recorded yet.
///
/// Access ended at that instant whether or not these events are ever written:
/// every rule asks the clock, not the record (invariant 2).
#[must_use]
pub fn due(state: &State, now: Instant) -> Vec<Event> {
    let at = state.time(now);
    let ended = |(id, engagement): (&ModelId, &Engagement)| {
        let window = engagement.window.as_ref().filter(|window| !window.is_open(at))?;
        let happened = Happened::WindowEnded { ended_at: window.ends_at, reason: WindowEnd::Time };
        Some(Event { at, engagement: *id, by: By::Clock, happened })
    };
    state.engagements.iter().filter_map(ended).collect()
}

/// Decides a signed command: the events to append, or why there are none.
///
/// What has ended by itself by now comes first among the events. Two things are
/// not seen from here, and whoever keeps the events looks after them: that the
/// developer's member really has the key with which it opens an engagement, and
/// that no other family has an engagement of the same handle.
///
/// # Errors
/// A [`Refusal`]; nothing has happened then.
pub fn decide(state: &State, envelope: &[u8], ctx: &mut Ctx<'_>) -> Result<Vec<Event>, Refusal> {
    let unverified = Unverified::read(envelope)?;
    let known = keys(state, &unverified.statement)?;
    let (statement, key) = unverified.verify(&known)?;
    // It was read as JSON, so it is text.
    let envelope = String::from_utf8(envelope.to_vec()).map_err(Refusal::malformed)?;
    decide_verified(state, &statement, key, envelope, ctx)
}

/// The keys of which one must have signed. What a key has no part in does not exist for it.
fn keys(state: &State, statement: &Statement) -> Result<Vec<PublicKey>, Refusal> {
    if let Command::Open { developer, .. } = &statement.command {
        return Ok(vec![developer.key]);
    }
    let engagement = state.engagements.get(&statement.engagement).ok_or(Refusal::NotFound)?;
    if state.family == Some(statement.family) { Ok(engagement.keys()) } else { Err(Refusal::NotFound) }
}

/// The rules, for a statement that this key has signed.
fn decide_verified(
    state: &State,
    statement: &Statement,
    key: PublicKey,
    envelope: String,
    ctx: &mut Ctx<'_>,
) -> Result<Vec<Event>, Refusal> {
    let at = state.time(ctx.now);
    let mut events = due(state, at);
    let mut current = Cow::Borrowed(state);
    events.iter().for_each(|event| current.to_mut().apply(event));
    let (side, happened) = if let Command::Open { .. } = statement.command {
        (Side::Developer, vec![open(&current, statement, at, ctx)?])
    } else {
        let engagement = current.engagements.get(&statement.engagement).ok_or(Refusal::NotFound)?;
        let side = engagement.side(key).ok_or(Refusal::NotFound)?;
        (side, in_engagement(&current, engagement, statement, key, side, at, ctx)?)
    };
    let by = By::Key { side, key, sequence: statement.sequence, envelope };
    let event = |happened| Event { at, engagement: statement.engagement, by: by.clone(), happened };
    events.extend(happened.into_iter().map(event));
    Ok(events)
}

fn in_engagement(
    state: &State,
    engagement: &Engagement,
    statement: &Statement,
    key: PublicKey,
    side: Side,
    at: Instant,
    ctx: &mut Ctx<'_>,
) -> Result<Vec<Happened>, Refusal> {
    let command = statement.command.kind();
    // INVARIANT 4: a key's part is compared with what a command takes here, before anything else is
    // looked at; each side's rules refuse the commands of the others once more.
    if !command.sides().contains(&side) {
        return Err(Refusal::NotThisSide { command, signed: side });
    }
    meant_for_now(statement, engagement.next_sequence(key), at, ctx)?;
    let room = Room { state, engagement, statement, key, at };
    match side {
        Side::Developer => room.developer(),
        Side::Organisation => room.organisation(),
        Side::Holder => room.holder(ctx),
    }
}

/// For this house, in order, and not long ago.
fn meant_for_now(statement: &Statement, next: u32, at: Instant, ctx: &Ctx<'_>) -> Result<(), Refusal> {
    if statement.clearinghouse != ctx.clearinghouse {
        return Err(Refusal::OtherClearinghouse);
    }
    let narrows = statement.command.kind().only_narrows();
    let found = statement.sequence;
    // A command that widens must follow the last one, or a host could drop the pause before it.
    let most = if narrows { next.saturating_add(MAX_SKIP) } else { next };
    if !(next..=most).contains(&found) {
        return Err(Refusal::Sequence { next, found });
    }
    let made_at = statement.made_at;
    if !narrows && (made_at.plus(FRESH) < at || made_at > at.plus(AHEAD)) {
        return Err(Refusal::NotFresh { made_at, now: at });
    }
    Ok(())
}

fn open(state: &State, statement: &Statement, at: Instant, ctx: &Ctx<'_>) -> Result<Happened, Refusal> {
    let Command::Open { developer, organisation, criteria, sealed_name } = &statement.command else {
        return Err(Refusal::NotFound);
    };
    meant_for_now(statement, 1, at, ctx)?;
    if state.engagements.contains_key(&statement.engagement) {
        return Err(Refusal::IdTaken);
    }
    // The thirty days are one developer's: nobody else's key spends them.
    let theirs = state.engagements.values().all(|engagement| engagement.developer == *developer);
    if !theirs || state.family.is_some_and(|family| family != statement.family) {
        return Err(Refusal::OtherFamily);
    }
    if developer.key == organisation.key || developer.member == organisation.member {
        return Err(Refusal::SharedKey);
    }
    if state.engagements.len() >= MAX_ENGAGEMENTS {
        return Err(Refusal::TooMany { what: "engagements of one family", most: MAX_ENGAGEMENTS });
    }
    Ok(Happened::Opened {
        family: statement.family,
        developer: *developer,
        organisation: *organisation,
        criteria: *criteria,
        sealed_name: *sealed_name,
    })
}

/// What a rule looks at: a command of a party that may give it, in its engagement, at an instant.
pub(crate) struct Room<'a> {
    pub(crate) state: &'a State,
    pub(crate) engagement: &'a Engagement,
    pub(crate) statement: &'a Statement,
    pub(crate) key: PublicKey,
    pub(crate) at: Instant,
}

impl Room<'_> {
    fn not_ended(&self) -> Result<(), Refusal> {
        if self.engagement.stage == Stage::Open { Ok(()) } else { Err(Refusal::AlreadyEnded) }
    }

    /// A command whose rule stands with another side: the second of the two locks of invariant 4.
    fn elsewhere(&self, signed: Side) -> Refusal {
        Refusal::NotThisSide { command: self.statement.command.kind(), signed }
    }
}
