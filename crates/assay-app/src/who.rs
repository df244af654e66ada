//! Who asks: a person by name, with the roles that the store has for him.

use assay_base::Actor;
use assay_case::caller::{Caller, Role, Roles};
use assay_store::store::View;

use crate::refusal::Refusal;

/// Who asks, as a face knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The person's name in this instance.
    pub person: String,
    /// Whether a program asks on the person's behalf: then some things are refused (R90).
    pub agent: bool,
}

impl Who {
    /// A person with his own hand.
    pub fn person(name: impl Into<String>) -> Self {
        Self { person: name.into(), agent: false }
    }

    /// As the rules know it.
    ///
    /// # Errors
    ///
    /// There is no such person, or he has left.
    pub fn caller(&self, view: &dyn View) -> Result<Caller, Refusal> {
        let unknown = || {
            Refusal::call("no-such-person", format!("`{}` is nobody here", self.person))
                .help("name a person with --as; `assay admin members` lists them, `assay admin person` adds one")
        };
        let row = view.person_named(&self.person)?.filter(|row| !row.left).ok_or_else(unknown)?;
        let roles: Roles =
            Role::ALL.into_iter().filter(|role| row.roles.iter().any(|word| word == role.as_str())).collect();
        let actor = match self.agent {
            true => Actor::Agent { member: row.member, person: row.id },
            false => Actor::Person { member: row.member, person: row.id },
        };
        Ok(Caller::new(actor, roles))
    }
}
