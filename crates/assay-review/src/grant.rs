//! One person's access, and how far it has come.

use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::agreement::Agreement;
use crate::word::words;

words!(
    /// How far a grant has come. It only ever moves down this list.
    GrantState {
        /// The developer has signed; the organisation has not.
        Proposed = "proposed",
        /// Both have signed the same agreement.
        Signed = "signed",
        /// The organisation did not take it up, or gave it back.
        Declined = "declined",
        /// Over: by its developer, with its window, or with the engagement.
        Ended = "ended",
    }
);

impl GrantState {
    /// Whether it can still lead to a use.
    #[must_use]
    pub fn stands(self) -> bool {
        matches!(self, Self::Proposed | Self::Signed)
    }
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What both sides sign.
    pub agreement: Agreement,
    /// The digest that both sides sign.
    pub digest: Sha256,
    /// How far it has come.
    pub state: GrantState,
    /// For how many uses it is good.
    pub quota: u32,
    /// How many there were.
    pub used: u32,
}
