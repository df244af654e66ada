//! What speaks for two findings being of one root cause (R21), and how strongly.

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::{Controls, Verdict};
use serde::{Deserialize, Serialize};

use super::verification::Runner;
use crate::embargoed::{self, Embargoed};
use crate::text::Line;

/// One finder's input against the other one's fix, as its signed statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CrossRun {
    /// Digest of the signed statement.
    pub statement: Sha256,
    /// Who ran it.
    pub runner: Runner,
    /// What came out of the crossed bundle: `reproduced` with a silent fixed
    /// arm means that the other's fix silences this input.
    pub verdict: Verdict,
    /// Which controls were silent and alive.
    pub controls: Option<Controls>,
}

impl CrossRun {
    /// Whether the other's fix silences this input, in a target that lives.
    pub fn silences(&self) -> bool {
        self.verdict == Verdict::Reproduced && self.controls == Some(Controls::BenignFixed)
    }
}

/// Why somebody says that two findings are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Evidence {
    /// The bundles are the same, byte for byte; checked here, not believed.
    SameBundle,
    /// The claims are the same: only fix, tests or provenance differ; checked here, not believed.
    SameClaim,
    /// A's input on B's fix, and B's input on A's fix. A is the finding that becomes the duplicate.
    #[serde(rename_all = "kebab-case")]
    CrossExecution {
        /// A's input on B's fix.
        a_input_on_b_fix: CrossRun,
        /// B's input on A's fix.
        b_input_on_a_fix: CrossRun,
    },
    /// Only one of the two could be run, as when one report brings no fix.
    #[serde(rename_all = "kebab-case")]
    OneWay {
        /// The run there is.
        run: CrossRun,
    },
    /// The same normalised crash.
    #[serde(rename_all = "kebab-case")]
    SameSignature {
        /// Digest of the signature.
        signature: Sha256,
    },
    /// A person's reading of both.
    #[serde(rename_all = "kebab-case")]
    Judgement {
        /// Why, in a sentence.
        #[serde(with = "embargoed::payload")]
        sentence: Embargoed<Line>,
    },
}

impl Evidence {
    /// Whether it proves one root cause without a person (R22).
    pub fn is_strong(&self) -> bool {
        matches!(self, Self::SameBundle | Self::SameClaim | Self::CrossExecution { .. })
    }

    /// The cross-execution runs it rests on.
    pub fn runs(&self) -> impl Iterator<Item = &CrossRun> {
        let (first, second) = match self {
            Self::CrossExecution { a_input_on_b_fix, b_input_on_a_fix } => {
                (Some(a_input_on_b_fix), Some(b_input_on_a_fix))
            }
            Self::OneWay { run } => (Some(run), None),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }
}
