//! Who acts: a person of a member, an agent on a person's behalf, or the
//! clearinghouse's own workers.

use std::fmt;

use serde::{Deserialize, Serialize};

crate::id_type!(
    /// A member: an organisation that joined the clearinghouse.
    MemberId, "mbr", "member id"
);
crate::id_type!(
    /// A natural person of a member. Role accounts do not exist (R41).
    PersonId, "per", "person id"
);

/// Who did something. Every event names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Actor {
    /// A person, for a member.
    Person {
        /// For whom.
        member: MemberId,
        /// Who.
        person: PersonId,
    },
    /// A program that acts for a person, with that person's rights and no more (R90).
    Agent {
        /// For whom.
        member: MemberId,
        /// Who answers for it.
        person: PersonId,
    },
    /// A worker of the clearinghouse: an instant came, and something ended by itself.
    Clock,
}

impl Actor {
    /// The member for whom it acts; none for the clearinghouse itself.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Person { member, .. } | Self::Agent { member, .. } => Some(*member),
            Self::Clock => None,
        }
    }

    /// The person who acts or answers for the agent; none for the clearinghouse itself.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { person, .. } | Self::Agent { person, .. } => Some(*person),
            Self::Clock => None,
        }
    }

    /// Whether a program acts. Agents never publish, end an embargo, read people in, or assert attacks.
    pub fn is_agent(&self) -> bool {
        matches!(self, Self::Agent { .. })
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { person, .. } => write!(f, "{person}"),
            Self::Agent { person, .. } => write!(f, "an agent of {person}"),
            Self::Clock => f.write_str("the clock"),
        }
    }
}
