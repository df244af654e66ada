//! One model's engagement: what is signed, what is open, what is left.

use std::collections::BTreeMap;

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::command::Side;
use crate::coverage::CoverageQuestion;
use crate::grant::{Grant, GrantState};
use crate::ids::{GrantId, ResidualId};
use crate::key::{Party, PublicKey};
use crate::safeguard::{Safeguard, SafeguardSignatures};
use crate::text::Text;
use crate::window::Window;
use crate::word::words;

words!(
    /// How far an engagement has come. None of these says anything about the model's release to anyone.
    Stage {
        /// Its developer can open windows.
        Open = "open",
        /// Its developer said that it has run its course.
        Finished = "finished",
        /// Its developer withdrew.
        Withdrawn = "withdrawn",
        /// Nothing is left.
        Closed = "closed",
    }
);

/// An engagement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engagement {
    /// The developer and its key.
    pub developer: Party,
    /// The reviewing organisation and its key.
    pub organisation: Party,
    /// The digest of the criteria by which persons are chosen.
    pub criteria: Sha256,
    /// A salted digest of the model's name, if the developer gave one.
    pub sealed_name: Option<Sha256>,
    /// How far it has come.
    pub stage: Stage,
    /// The question whether the model is covered.
    pub coverage: CoverageQuestion,
    /// What is signed of the five safeguards.
    pub safeguards: BTreeMap<Safeguard, SafeguardSignatures>,
    /// The window that was opened last, until an event records its end.
    pub window: Option<Window>,
    /// How many windows were opened.
    pub windows: u32,
    /// All grants, also those that are over.
    pub grants: BTreeMap<GrantId, Grant>,
    /// What is left with the organisation; none while it has not said (unknown is not empty).
    pub residuals: Option<BTreeMap<ResidualId, Text>>,
    /// The sequence number of each key's last command.
    pub sequences: BTreeMap<PublicKey, u32>,
}

impl Engagement {
    /// The window that is open at this instant.
    #[must_use]
    pub fn open_window(&self, now: Instant) -> Option<&Window> {
        self.window.as_ref().filter(|window| window.is_open(now))
    }

    /// The first of the five safeguards of which the two sides have not signed the same text.
    #[must_use]
    pub fn unsigned_safeguard(&self) -> Option<Safeguard> {
        let agreed = |safeguard: &Safeguard| self.safeguards.get(safeguard).and_then(|signed| signed.agreed());
        Safeguard::ALL.iter().copied().find(|safeguard| agreed(safeguard).is_none())
    }

    /// How a grant stands at this instant: it is over with its window, whether or not an event has recorded that.
    #[must_use]
    pub fn grant_state(&self, grant: &Grant, now: Instant) -> GrantState {
        let lapsed = self.window.as_ref().is_some_and(|window| !window.is_open(now));
        if grant.state.stands() && lapsed { GrantState::Ended } else { grant.state }
    }

    /// In what part a key signs here; none if it has no part.
    #[must_use]
    pub fn side(&self, key: PublicKey) -> Option<Side> {
        if key == self.developer.key {
            Some(Side::Developer)
        } else if key == self.organisation.key {
            Some(Side::Organisation)
        } else {
            let holds = |grant: &Grant| grant.agreement.holder.key == key;
            self.grants.values().any(holds).then_some(Side::Holder)
        }
    }

    /// The sequence number of this key's next command.
    #[must_use]
    pub fn next_sequence(&self, key: PublicKey) -> u32 {
        self.sequences.get(&key).copied().unwrap_or(0).saturating_add(1)
    }

    /// Every key that has a part here, each once.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        let mut keys = vec![self.developer.key, self.organisation.key];
        for grant in self.grants.values() {
            if !keys.contains(&grant.agreement.holder.key) {
                keys.push(grant.agreement.holder.key);
            }
        }
        keys
    }
}
