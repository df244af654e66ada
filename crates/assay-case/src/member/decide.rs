//! Who lets members and persons in, and who gives which role.

use assay_base::{Instant, MemberId, PersonId};

use super::happened::{Happened, NewPerson};
use super::state::{Member, State};
use super::{Action, Command, NewPersonName};
use crate::aggregate::{Aggregate, Ctx, EventOf, record};
use crate::caller::{Caller, Role, Roles};
use crate::refusal::{Code, Refusal};

/// Most persons of one member.
pub const PERSONS_MAX: usize = 10_000;

impl Aggregate for State {
    type Id = MemberId;
    type Command = Command;
    type Happened = Happened;
    type Action = Action;

    const ACTIONS: &'static [Action] =
        &[Action::Join, Action::AddPerson, Action::SetRoles, Action::RemovePerson, Action::Leave];

    fn id(&self) -> Option<MemberId> {
        self.get().map(|member| member.id)
    }

    fn apply(&mut self, event: &EventOf<Self>) {
        self.take_in(event);
    }

    fn permit(&self, caller: &Caller, action: Action, _now: Instant) -> Result<(), Refusal> {
        match (self.get(), action) {
            // The installation lets the first member in.
            (None, Action::Join) if caller.is_clock() => Ok(()),
            (None, Action::Join) => {
                caller.natural()?;
                caller.needs(Role::Coordinator)
            }
            (None, _) => Err(Code::NotThere.into()),
            (Some(_), Action::Join) => Err(Code::AlreadyThere.into()),
            (Some(member), _) => {
                if member.left.is_some() {
                    return Err(Code::MemberLeft.into());
                }
                let person = caller.natural()?;
                let of_it = caller.actor.member() == Some(member.id) && !member.roles(person).is_empty();
                let somebody = member.persons.values().any(|known| known.left.is_none());
                if matches!(action, Action::SetRoles | Action::RemovePerson) && !somebody {
                    return Err(Code::PersonUnknown.into());
                }
                if of_it || caller.has(Role::Coordinator) {
                    return Ok(());
                }
                Err(Refusal::about(Code::NoRight, "it takes a person of this member, or a coordinator"))
            }
        }
    }

    fn decide(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Vec<EventOf<Self>>, Refusal> {
        self.permit(caller, command.action(), ctx.now)?;
        let (id, whats) = match (self.get(), command) {
            (None, Command::Join { name, first }) => {
                let id = MemberId::draw(ctx.entropy);
                let person = PersonId::draw(ctx.entropy);
                // Whoever opens the house gives any role; afterwards see `may_give`.
                (id, vec![Happened::Joined { name }, added(first, person)?])
            }
            (None, _) => return Err(Code::NotThere.into()),
            (Some(member), command) => (member.id, vec![go_on(member, caller, command, ctx)?]),
        };
        Ok(record(id, caller, ctx.now, whats))
    }
}

fn added(new: NewPersonName, person: PersonId) -> Result<Happened, Refusal> {
    // An address is not a name: it is where role accounts hide (R41).
    if new.name.as_str().contains('@') || !new.name.as_str().chars().any(char::is_alphabetic) {
        return Err(Code::NotNatural.into());
    }
    Ok(Happened::PersonAdded(NewPerson { person, name: new.name, roles: new.roles }))
}

/// A coordinator gives any role; anybody else only what he holds himself, and
/// never that of a coordinator.
fn may_give(caller: &Caller, roles: Roles) -> Result<(), Refusal> {
    if caller.has(Role::Coordinator) || roles.within(caller.roles.without(Role::Coordinator)) {
        return Ok(());
    }
    Err(Code::RoleNotYours.into())
}

fn go_on(member: &Member, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Happened, Refusal> {
    let here = |person: PersonId| match member.persons.get(&person) {
        Some(known) if known.left.is_none() => Ok(known),
        _ => Err(Refusal::about(Code::PersonUnknown, person.to_string())),
    };
    match command {
        Command::Join { .. } => Err(Code::AlreadyThere.into()),
        Command::AddPerson(new) => {
            if member.persons.len() >= PERSONS_MAX {
                return Err(Refusal::about(Code::TooMany, format!("at most {PERSONS_MAX} persons")));
            }
            may_give(caller, new.roles)?;
            added(new, PersonId::draw(ctx.entropy))
        }
        Command::SetRoles { person, roles } => {
            let known = here(person)?;
            if known.roles == roles {
                return Err(Code::Unchanged.into());
            }
            // Taking a role away needs the right to give it, else a colleague could disarm a coordinator.
            may_give(caller, roles)?;
            may_give(caller, known.roles)?;
            Ok(Happened::RolesSet { person, roles })
        }
        Command::RemovePerson { person } => {
            let known = here(person)?;
            if caller.actor.person() != Some(person) {
                may_give(caller, known.roles)?;
            }
            Ok(Happened::PersonLeft { person })
        }
        Command::Leave => Ok(Happened::Left),
    }
}
