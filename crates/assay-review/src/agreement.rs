//! The agreement over one person's access: what both sides sign (R65, R113, R114).

use assay_base::{Answer, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::canonical::canonical;
use crate::ids::{GrantId, ModelId};
use crate::key::Holder;
use crate::refusal::Refusal;
use crate::text::Purpose;
use crate::word::words;

words!(
    /// A question about the person or the organisation that a named person answers before there is a grant.
    Question {
        /// Is it, or does it work for, a competitor of the developer? (R113)
        Competitor = "competitor",
        /// Is it a foreign entity? (R113)
        ForeignEntity = "foreign-entity",
        /// Does the place from which the person works stand against the access? (R114)
        Location = "location",
        /// Does the person's nationality stand against the access? (R114)
        Nationality = "nationality",
    }
);

/// A fact as a named person stated it. There is no default: what nobody stated is `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The answer. Only `no` leads to a grant; `unknown` does not (invariant 11).
    pub answer: Answer,
    /// Who stated it.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: Instant,
    /// The digest of the record.
    pub record: Sha256,
}

/// The four facts without which there is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// See [`Question::Competitor`].
    pub competitor: Fact,
    /// See [`Question::ForeignEntity`].
    pub foreign_entity: Fact,
    /// See [`Question::Location`].
    pub location: Fact,
    /// See [`Question::Nationality`].
    pub nationality: Fact,
}

impl Facts {
    /// Each question with the fact that answers it.
    #[must_use]
    pub fn all(&self) -> [(Question, Fact); 4] {
        [
            (Question::Competitor, self.competitor),
            (Question::ForeignEntity, self.foreign_entity),
            (Question::Location, self.location),
            (Question::Nationality, self.nationality),
        ]
    }
}

/// What the developer and the reviewing organisation both sign, by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The grant that it is for.
    pub grant: GrantId,
    /// The model.
    pub engagement: ModelId,
    /// The reviewing organisation.
    pub organisation: MemberId,
    /// The one person, and the key that only this person holds.
    pub holder: Holder,
    /// What the access may be used for; at least one, each once.
    pub purposes: Vec<Purpose>,
    /// What is known about the person and the organisation.
    pub facts: Facts,
    /// The digest of the criteria by which persons are chosen, which both sides see (R65).
    pub criteria: Sha256,
}

impl Agreement {
    /// The digest that both sides sign: of its canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// Never for an agreement that was read; the type of `canonical` asks for it.
    pub fn digest(&self) -> Result<Sha256, Refusal> {
        canonical(self).map(|bytes| Sha256::of(&bytes))
    }
}
