//! Who asks, and in which roles.
//!
//! The roles come from the member's own stream ([`crate::member`]), never from
//! the request. An agent has its person's roles, and still may not publish,
//! end an embargo, read people in or assert attacks (DESIGN section 6).

use std::fmt;

use assay_base::{Actor, MemberId, PersonId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::refusal::{Code, Refusal};

/// What a person does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Coordinates cases: the clearinghouse's analyst.
    Coordinator,
    /// Looks for flaws and submits findings.
    Finder,
    /// Runs proofs that somebody else submitted.
    Verifier,
    /// Maintains or sells what is vulnerable.
    Vendor,
    /// Runs machines that need the patch.
    Operator,
    /// Develops a frontier model (the review room).
    Developer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Coordinator, Self::Finder, Self::Verifier, Self::Vendor, Self::Operator, Self::Developer];

    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Finder => "finder",
            Self::Verifier => "verifier",
            Self::Vendor => "vendor",
            Self::Operator => "operator",
            Self::Developer => "developer",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of roles. Written as a list of their words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// Every role.
    pub fn all() -> Self {
        Role::ALL.into_iter().collect()
    }

    /// Whether it holds this one.
    pub fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `other` holds all of these.
    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The same without this one.
    pub fn without(self, role: Role) -> Self {
        Self(self.0 & !role.bit())
    }

    /// One after the other, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Role>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Who asks, with the roles that the member's stream gives at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// In which roles; none for the clock, which is asked by name.
    pub roles: Roles,
}

impl Caller {
    /// The clearinghouse's own workers.
    pub const CLOCK: Self = Self { actor: Actor::Clock, roles: Roles::NONE };

    /// A caller from an actor and its roles.
    pub fn new(actor: Actor, roles: Roles) -> Self {
        Self { actor, roles }
    }

    /// Whether a worker of the clearinghouse asks.
    pub fn is_clock(&self) -> bool {
        matches!(self.actor, Actor::Clock)
    }

    /// Whether it holds the role. The clock holds none.
    pub fn has(&self, role: Role) -> bool {
        !self.is_clock() && self.roles.has(role)
    }

    /// The person who asks or answers for the agent that does.
    ///
    /// # Errors
    /// For the clock.
    pub fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().ok_or_else(|| Refusal::of(Code::NeedsPerson))
    }

    /// The member for whom it is asked.
    ///
    /// # Errors
    /// For the clock.
    pub fn member(&self) -> Result<MemberId, Refusal> {
        self.actor.member().ok_or_else(|| Refusal::of(Code::NeedsPerson))
    }

    /// The natural person who asks with his own hand: no agent, no clock.
    ///
    /// # Errors
    /// For agents and the clock.
    pub fn natural(&self) -> Result<PersonId, Refusal> {
        match self.actor {
            Actor::Person { person, .. } => Ok(person),
            Actor::Agent { .. } => Err(Refusal::of(Code::AgentMayNot)),
            Actor::Clock => Err(Refusal::of(Code::NeedsPerson)),
        }
    }

    /// Passes if the caller holds the role.
    ///
    /// # Errors
    /// Otherwise.
    pub fn needs(&self, role: Role) -> Result<(), Refusal> {
        if self.has(role) { Ok(()) } else { Err(Refusal::about(Code::NoRight, format!("it takes a {role}"))) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_set_of_roles_is_written_and_read() {
        for bits in 0..64 {
            let roles = Roles(bits);
            let json = serde_json::to_string(&roles).unwrap();
            assert_eq!(serde_json::from_str::<Roles>(&json).unwrap(), roles, "{json}");
        }
        assert!(serde_json::from_str::<Roles>("[\"administrator\"]").is_err());
    }

    #[test]
    fn the_clock_holds_no_role_even_if_it_is_given_some() {
        let clock = Caller::new(Actor::Clock, Roles::all());
        assert!(Role::ALL.into_iter().all(|role| !clock.has(role)));
    }
}
