//! A verification: what one run of a finding's bundle by somebody else showed,
//! and what all of them together make of the finding.

use assay_base::{MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use serde::{Deserialize, Serialize};

use crate::refusal::{Code, Refusal};

/// Fewest runs of the trigger that prove something (R11).
pub const MIN_RUNS: u32 = 3;

/// Who ran it: the key that signed the statement, and who answers for that key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Runner {
    /// SHA-256 of the runner's public key.
    pub key: Sha256,
    /// The person who answers for the key, where the instance knows one. It
    /// must not be the submitter (invariant 10); none is the clearinghouse's own.
    pub person: Option<PersonId>,
    /// The member whose machine it is, where the instance knows one.
    pub member: Option<MemberId>,
}

/// Fired and total runs, by arm and role of the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunCounts {
    /// Trigger runs on the vulnerable version that fired.
    pub trigger_fired: u32,
    /// Trigger runs on the vulnerable version.
    pub trigger_total: u32,
    /// Control runs that fired: benign inputs in every arm, triggers on the fixed arm.
    pub control_fired: u32,
    /// Control runs.
    pub control_total: u32,
}

impl RunCounts {
    /// All runs.
    pub fn total(&self) -> u32 {
        self.trigger_total.saturating_add(self.control_total)
    }
}

/// One verdict by somebody else, as its signed statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verification {
    /// Digest of the signed statement.
    pub statement: Sha256,
    /// The bundle that was run.
    pub bundle_id: Sha256,
    /// Who ran it.
    pub runner: Runner,
    /// What came out.
    pub verdict: Verdict,
    /// Which controls were silent and alive; absent where the verdict has none.
    pub controls: Option<Controls>,
    /// How far the evidence can be trusted.
    pub assurance: Assurance,
    /// How strong the sandbox was; absent where nothing could be run.
    pub tier: Option<Tier>,
    /// The runs.
    pub counts: RunCounts,
}

impl Verification {
    /// Passes if verdict and counts are of one piece. No verdict word proves a
    /// finding by itself: a firing control, too few runs or missing controls
    /// are refused even under the word `reproduced` (invariant 9).
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn check(&self) -> Result<(), Refusal> {
        let counts = &self.counts;
        if counts.trigger_fired > counts.trigger_total || counts.control_fired > counts.control_total {
            return Err(Code::CountsContradict.into());
        }
        if self.verdict != Verdict::Reproduced {
            return Ok(());
        }
        if counts.control_fired > 0 {
            return Err(Refusal::about(Code::ControlFires, format!("{} runs", counts.control_fired)));
        }
        if counts.trigger_fired < MIN_RUNS || counts.trigger_fired < counts.trigger_total {
            let runs = format!("{} of {}", counts.trigger_fired, counts.trigger_total);
            return Err(Refusal::about(Code::TooFewRuns, runs));
        }
        if self.controls.is_none() || self.tier.is_none() || counts.control_total == 0 {
            return Err(Code::ControlsMissing.into());
        }
        Ok(())
    }
}

/// What the verifications of one bundle say together. The order in which they
/// came makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing that says anything.
    Unverified,
    /// It fired in some runs only, and nobody saw more.
    Flaky,
    /// Somebody ran it, and it did not show what it claims; a person looks at it.
    InDoubt(Verdict),
    /// Proved, and no control ever fired.
    Verified,
}

impl Standing {
    /// From all verifications of the present bundle.
    ///
    /// A control that fired once outweighs every proof (invariant 9). Beside a
    /// proof, a run that did not reproduce only says that it did not reproduce
    /// there: a verifier alone never makes a finding invalid.
    pub fn of<'a>(verifications: impl Iterator<Item = &'a Verification> + Clone) -> Self {
        let any = |verdict: Verdict| verifications.clone().any(|seen| seen.verdict == verdict);
        // A run that fired on a control under another word is the same thing.
        let suspect = |run: &&Verification| {
            run.counts.control_fired > 0
                || matches!(run.verdict, Verdict::ControlFailed | Verdict::HarnessSuspect | Verdict::ControlDead)
        };
        if let Some(verdict) = verifications.clone().filter(suspect).map(|run| run.verdict).max() {
            Self::InDoubt(verdict)
        } else if any(Verdict::Reproduced) {
            Self::Verified
        } else if any(Verdict::Flaky) {
            Self::Flaky
        } else if let Some(verdict) =
            [Verdict::ReproducedDifferent, Verdict::NotReproduced].into_iter().find(|v| any(*v))
        {
            Self::InDoubt(verdict)
        } else {
            // `not-run` and `inconclusive` say nothing about the flaw.
            Self::Unverified
        }
    }
}
