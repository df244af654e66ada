//! The question whether a model is covered (section 3(b)(1), R68).
//!
//! The answer is somebody's statement, kept with who made it, when and on what
//! record. No rule of this crate reads it: whatever it says, every command has
//! the same effect.

use assay_base::{Instant, PersonId};
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::word::words;

words!(
    /// Whether a model is a covered frontier model. Silence is `undetermined`, and nothing else (invariant 11).
    Coverage {
        /// Its decider says so.
        Covered = "covered",
        /// Its decider says that it is not.
        NotCovered = "not-covered",
        /// Nobody has said, or the decider could not tell.
        Undetermined = "undetermined",
    }
);

/// An answer, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageAnswer {
    /// What was said.
    pub coverage: Coverage,
    /// The named person who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: Instant,
    /// The digest of the record of the decision.
    pub record: Sha256,
    /// On what basis, in the decider's words.
    pub basis: Text,
}

/// The question and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuestion {
    /// The digest of the facts that the developer put forward last; none if it never asked.
    pub facts: Option<Sha256>,
    /// The last answer to it; none if nobody answered.
    pub answer: Option<CoverageAnswer>,
}

impl CoverageQuestion {
    /// What is known: an answer that was given, else `undetermined`.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.answer.as_ref().map_or(Coverage::Undetermined, |answer| answer.coverage)
    }
}
