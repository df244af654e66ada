//! EM: embargo management, one per case (CERT/CC's names and moves).
//!
//! While a revision is proposed the embargo in force stays in force: a
//! proposal binds nobody.

use super::table::{Machine, words};

words! {
    /// Where the case's embargo stands.
    #[derive(Default)]
    Em {
        /// There is none.
        #[default]
        None = "none",
        /// One is proposed; nothing binds yet.
        Proposed = "proposed",
        /// It is in force.
        Active = "active",
        /// It is in force, and another end is proposed.
        Revise = "revise",
        /// It is over, and never comes back.
        Exited = "exited",
    }
}

words! {
    /// What moves [`Em`].
    EmTrigger {
        /// An end is proposed.
        Propose = "propose",
        /// The proposal is turned down.
        Reject = "reject",
        /// Every signatory agreed.
        Accept = "accept",
        /// It ends: at its instant, by a break, or by the public's knowledge.
        Terminate = "terminate",
    }
}

impl Machine for Em {
    type Trigger = EmTrigger;
    const NAME: &'static str = "EM";
    const STATES: &'static [Self] = Self::ALL;
    const TRIGGERS: &'static [EmTrigger] = EmTrigger::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn trigger(trigger: EmTrigger) -> &'static str {
        trigger.as_str()
    }

    fn step(self, trigger: EmTrigger) -> Option<Self> {
        use EmTrigger as T;
        match (self, trigger) {
            (Self::None | Self::Proposed, T::Propose) => Some(Self::Proposed),
            (Self::Proposed, T::Reject) => Some(Self::None),
            (Self::Proposed, T::Accept) => Some(Self::Active),
            (Self::Active | Self::Revise, T::Propose) => Some(Self::Revise),
            (Self::Revise, T::Reject | T::Accept) => Some(Self::Active),
            (Self::Active | Self::Revise, T::Terminate) => Some(Self::Exited),
            _ => None,
        }
    }
}

impl Em {
    /// Whether an embargo binds.
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::Revise)
    }
}
