//! A member as its events leave it.

use std::collections::BTreeMap;

use assay_base::{Actor, Instant, MemberId, PersonId};

use super::happened::Happened;
use crate::aggregate::Recorded;
use crate::caller::{Caller, Roles};
use crate::text::Line;

/// A person of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's own name.
    pub name: Line,
    /// The roles.
    pub roles: Roles,
    /// When the person left.
    pub left: Option<Instant>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// Its name.
    pub name: Line,
    /// When it joined.
    pub joined: Instant,
    /// When it left.
    pub left: Option<Instant>,
    /// Its persons, also those who left: history names them.
    pub persons: BTreeMap<PersonId, Person>,
}

impl Member {
    /// The roles of a person, none for who left or was never here.
    pub fn roles(&self, person: PersonId) -> Roles {
        match self.persons.get(&person) {
            Some(known) if known.left.is_none() && self.left.is_none() => known.roles,
            _ => Roles::NONE,
        }
    }
}

/// A member, once it joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(pub(super) Option<Box<Member>>);

impl State {
    /// The member, once it joined.
    pub fn get(&self) -> Option<&Member> {
        self.0.as_deref()
    }

    /// The actor as a caller, with the roles that this member gives. Somebody
    /// of another member, or who left, gets none.
    pub fn caller(&self, actor: Actor) -> Caller {
        let roles = match (self.get(), actor.member(), actor.person()) {
            (Some(member), Some(id), Some(person)) if member.id == id => member.roles(person),
            _ => Roles::NONE,
        };
        Caller::new(actor, roles)
    }

    pub(super) fn take_in(&mut self, event: &Recorded<MemberId, Happened>) {
        match (self.0.as_deref_mut(), &event.what) {
            (None, Happened::Joined { name }) => {
                self.0 = Some(Box::new(Member {
                    id: event.stream,
                    name: name.clone(),
                    joined: event.at,
                    left: None,
                    persons: BTreeMap::new(),
                }));
            }
            (None, _) | (Some(_), Happened::Joined { .. }) => {}
            (Some(member), _) if member.id != event.stream || member.left.is_some() => {}
            (Some(member), Happened::PersonAdded(new)) => {
                let person = Person { name: new.name.clone(), roles: new.roles, left: None };
                member.persons.entry(new.person).or_insert(person);
            }
            (Some(member), Happened::RolesSet { person, roles }) => {
                if let Some(person) = member.persons.get_mut(person) {
                    person.roles = *roles;
                }
            }
            (Some(member), Happened::PersonLeft { person }) => {
                if let Some(person) = member.persons.get_mut(person) {
                    person.left.get_or_insert(event.at);
                }
            }
            (Some(member), Happened::Left) => member.left = Some(event.at),
        }
    }
}
