//! What all aggregates have in common: the shape of an event, the context of
//! a decision, and the trait that faces and stores work with.

use assay_base::{Actor, Entropy, Instant};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::refusal::Refusal;

/// What a decision needs from outside.
pub struct Ctx<'a> {
    /// The instant at which it is decided.
    pub now: Instant,
    /// Where new ids come from.
    pub entropy: &'a mut dyn Entropy,
}

impl std::fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ctx {{ now: {} }}", self.now)
    }
}

/// One event: which stream, when, who, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<I, W> {
    /// The aggregate's id.
    pub stream: I,
    /// When it was decided.
    pub at: Instant,
    /// Who caused it.
    pub by: Actor,
    /// Version of the form of `what`. Readers carry older ones up.
    pub version: u16,
    /// What happened.
    pub what: W,
}

/// What an aggregate's happenings can say of themselves.
pub trait Happening {
    /// `finding.submitted`, ...: the aggregate, a dot, and the `type` in JSON.
    fn kind(&self) -> &'static str;

    /// The version in which this kind is written now.
    fn version(&self) -> u16 {
        1
    }
}

/// An event of an aggregate.
pub type EventOf<A> = Recorded<<A as Aggregate>::Id, <A as Aggregate>::Happened>;

/// A state that events build and commands question.
pub trait Aggregate: Default + Clone + PartialEq + std::fmt::Debug {
    /// Its id.
    type Id: Copy + std::fmt::Display;
    /// What can be asked of it.
    type Command;
    /// What can happen to it.
    type Happened: Happening;
    /// A kind of command, without its arguments.
    type Action: Copy + PartialEq + std::fmt::Debug + 'static;

    /// Every action, in the order in which they are shown.
    const ACTIONS: &'static [Self::Action];

    /// Its id, once its first event was applied.
    fn id(&self) -> Option<Self::Id>;

    /// Takes an event in. Never fails: an event that does not fit the state
    /// (a store that was tampered with, a tombstone) changes nothing.
    fn apply(&mut self, event: &EventOf<Self>);

    /// Whether the caller may do this now, as far as that does not depend on
    /// the command's arguments.
    ///
    /// # Errors
    /// The refusal that `decide` would give.
    fn permit(&self, caller: &Caller, action: Self::Action, now: Instant) -> Result<(), Refusal>;

    /// What follows from a command: events to append in one transaction, or a
    /// refusal and nothing at all. The first command of an aggregate draws its
    /// id, which stands in every event's `stream`.
    ///
    /// # Errors
    /// If the rules do not allow it.
    fn decide(&self, caller: &Caller, command: Self::Command, ctx: &mut Ctx<'_>)
    -> Result<Vec<EventOf<Self>>, Refusal>;

    /// What the caller may do next (DESIGN section 6).
    fn allowed(&self, caller: &Caller, now: Instant) -> Vec<Self::Action> {
        Self::ACTIONS.iter().copied().filter(|action| self.permit(caller, *action, now).is_ok()).collect()
    }

    /// A state from its whole history.
    fn replay<'a>(events: impl IntoIterator<Item = &'a EventOf<Self>>) -> Self
    where
        Self::Id: 'a,
        Self::Happened: 'a,
    {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }
}

/// Dresses happenings as events.
pub(crate) fn record<I: Copy, W: Happening>(
    stream: I,
    caller: &Caller,
    now: Instant,
    whats: Vec<W>,
) -> Vec<Recorded<I, W>> {
    whats
        .into_iter()
        .map(|what| Recorded { stream, at: now, by: caller.actor, version: what.version(), what })
        .collect()
}
