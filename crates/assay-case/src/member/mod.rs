//! Members, their persons, and what each person may be asked for.
//!
//! The first member comes with the installation: the clock lets it in, with
//! its first person. Afterwards coordinators let members in. A person is a
//! human being with a name; role accounts do not exist (R41).

mod decide;
pub mod happened;
mod state;

use assay_base::PersonId;
use serde::{Deserialize, Serialize};

pub use decide::PERSONS_MAX;
pub use happened::{Happened, NewPerson};
pub use state::{Member, Person, State};

use crate::caller::Roles;
use crate::text::Line;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Lets a member in.
    Join {
        /// Its name.
        name: Line,
        /// Its first person, whose id is drawn here.
        first: NewPersonName,
    },
    /// Adds a person.
    AddPerson(NewPersonName),
    /// Gives a person other roles.
    SetRoles {
        /// Whose.
        person: PersonId,
        /// All of them from now on.
        roles: Roles,
    },
    /// A person leaves.
    RemovePerson {
        /// Who.
        person: PersonId,
    },
    /// The member leaves.
    Leave,
}

/// A person before there is an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPersonName {
    /// The person's own name.
    pub name: Line,
    /// The roles.
    pub roles: Roles,
}

/// A kind of command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// [`Command::Join`]
    Join,
    /// [`Command::AddPerson`]
    AddPerson,
    /// [`Command::SetRoles`]
    SetRoles,
    /// [`Command::RemovePerson`]
    RemovePerson,
    /// [`Command::Leave`]
    Leave,
}

impl Command {
    /// Its kind.
    pub fn action(&self) -> Action {
        match self {
            Self::Join { .. } => Action::Join,
            Self::AddPerson(_) => Action::AddPerson,
            Self::SetRoles { .. } => Action::SetRoles,
            Self::RemovePerson { .. } => Action::RemovePerson,
            Self::Leave => Action::Leave,
        }
    }
}
