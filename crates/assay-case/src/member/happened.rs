//! What can happen to a member.

use assay_base::PersonId;
use serde::{Deserialize, Serialize};

use crate::aggregate::Happening;
use crate::caller::Roles;
use crate::text::Line;

/// A person who is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NewPerson {
    /// The person's id.
    pub person: PersonId,
    /// The person's own name.
    pub name: Line,
    /// The roles.
    pub roles: Roles,
}

/// What happened to a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Happened {
    /// It joined.
    Joined {
        /// Its name.
        name: Line,
    },
    /// A person was added.
    PersonAdded(NewPerson),
    /// A person has other roles.
    RolesSet {
        /// Whose.
        person: PersonId,
        /// All of them from now on.
        roles: Roles,
    },
    /// A person left.
    PersonLeft {
        /// Who.
        person: PersonId,
    },
    /// It left.
    Left,
}

impl Happening for Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "member.joined",
            Self::PersonAdded(_) => "member.person-added",
            Self::RolesSet { .. } => "member.roles-set",
            Self::PersonLeft { .. } => "member.person-left",
            Self::Left => "member.left",
        }
    }
}
