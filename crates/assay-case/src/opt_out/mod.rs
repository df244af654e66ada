//! Opt-outs: a maintainer does not want a target scanned (R3).
//!
//! Recording one only stops something, so it may come by e-mail. Lifting one
//! lets others scan again, and takes the signed link or the command line
//! (invariant 31). In the transaction that records one, the store cancels
//! every running lease that it covers: the opt-out wins the race
//! (invariant 14).

use assay_base::{Instant, MemberId, PersonId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Ctx, EventOf, Happening, record};
use crate::caller::{Caller, Role};
use crate::case::Channel;
use crate::embargoed::{self, Embargoed};
use crate::ids::OptOutId;
use crate::refusal::{Code, Refusal};
use crate::target::Target;
use crate::text::Line;

/// What happened to an opt-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Happened {
    /// It was recorded.
    Recorded {
        /// What is not to be scanned.
        #[serde(with = "embargoed::payload")]
        target: Embargoed<Target>,
        /// By which way it came.
        channel: Channel,
        /// How it is known that the maintainer said so.
        #[serde(with = "embargoed::payload")]
        source: Embargoed<Line>,
    },
    /// It was lifted.
    Lifted {
        /// By which way that came.
        channel: Channel,
    },
}

impl Happening for Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "opt-out.recorded",
            Self::Lifted { .. } => "opt-out.lifted",
        }
    }
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Records one.
    Record {
        /// What is not to be scanned.
        target: Embargoed<Target>,
        /// By which way it came.
        channel: Channel,
        /// How it is known that the maintainer said so.
        source: Embargoed<Line>,
    },
    /// Lifts it.
    Lift {
        /// By which way that came.
        channel: Channel,
    },
}

/// A kind of command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// [`Command::Record`]
    Record,
    /// [`Command::Lift`]
    Lift,
}

/// An opt-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// Its id.
    pub id: OptOutId,
    /// What is not to be scanned.
    pub target: Embargoed<Target>,
    /// For which member it was recorded.
    pub member: MemberId,
    /// By whom.
    pub person: PersonId,
    /// Since when.
    pub since: Instant,
    /// When it was lifted.
    pub lifted: Option<Instant>,
}

/// An opt-out, once it was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Option<Box<OptOut>>);

impl State {
    /// The opt-out, once it was recorded.
    pub fn get(&self) -> Option<&OptOut> {
        self.0.as_deref()
    }

    /// Whether it stands and covers this target.
    pub fn covers(&self, target: &Target) -> bool {
        self.get().is_some_and(|opt_out| opt_out.lifted.is_none() && opt_out.target.open().overlaps(target))
    }
}

impl Aggregate for State {
    type Id = OptOutId;
    type Command = Command;
    type Happened = Happened;
    type Action = Action;

    const ACTIONS: &'static [Action] = &[Action::Record, Action::Lift];

    fn id(&self) -> Option<OptOutId> {
        self.get().map(|opt_out| opt_out.id)
    }

    fn apply(&mut self, event: &EventOf<Self>) {
        match (self.0.as_deref_mut(), &event.what) {
            (None, Happened::Recorded { target, .. }) => {
                if let (Some(member), Some(person)) = (event.by.member(), event.by.person()) {
                    self.0 = Some(Box::new(OptOut {
                        id: event.stream,
                        target: target.clone(),
                        member,
                        person,
                        since: event.at,
                        lifted: None,
                    }));
                }
            }
            (Some(opt_out), Happened::Lifted { .. }) if opt_out.id == event.stream => {
                opt_out.lifted.get_or_insert(event.at);
            }
            _ => {}
        }
    }

    fn permit(&self, caller: &Caller, action: Action, _now: Instant) -> Result<(), Refusal> {
        let role = || {
            caller.natural()?;
            if caller.has(Role::Vendor) || caller.has(Role::Coordinator) {
                return Ok(());
            }
            Err(Refusal::about(Code::NoRight, "it takes a vendor or a coordinator"))
        };
        match (self.get(), action) {
            (None, Action::Record) => role(),
            (None, Action::Lift) => Err(Code::NotThere.into()),
            (Some(_), Action::Record) => Err(Code::AlreadyThere.into()),
            (Some(opt_out), Action::Lift) => {
                role()?;
                if opt_out.lifted.is_some() {
                    return Err(Code::OptOutLifted.into());
                }
                if caller.actor.member() == Some(opt_out.member) || caller.has(Role::Coordinator) {
                    return Ok(());
                }
                Err(Refusal::about(Code::NoRight, "another member recorded it"))
            }
        }
    }

    fn decide(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Vec<EventOf<Self>>, Refusal> {
        let action = match command {
            Command::Record { .. } => Action::Record,
            Command::Lift { .. } => Action::Lift,
        };
        self.permit(caller, action, ctx.now)?;
        let (id, what) = match (self.get(), command) {
            (None, Command::Record { target, channel, source }) => {
                (OptOutId::draw(ctx.entropy), Happened::Recorded { target, channel, source })
            }
            (Some(opt_out), Command::Lift { channel }) => {
                if channel == Channel::Email {
                    return Err(Refusal::about(Code::ChannelTooWeak, "lift an opt-out"));
                }
                (opt_out.id, Happened::Lifted { channel })
            }
            _ => return Err(Code::NotThere.into()),
        };
        Ok(record(id, caller, ctx.now, vec![what]))
    }
}
