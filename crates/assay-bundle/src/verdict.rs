//! The words of a verdict: what one run shows, what all runs say together,
//! and how far the evidence can be trusted.
//!
//! These are words only; the rule that goes from runs to a verdict lives in
//! `assay-prove`.

use serde::{Deserialize, Serialize};

/// What one run shows. Only `Fired` and `Silent` are evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The oracle recognised the flaw.
    Fired,
    /// The program ended and the oracle saw nothing.
    Silent,
    /// It fired, but not as declared: another type, another place.
    OtherCrash,
    /// A limit ended it before the oracle could tell.
    Limit,
    /// The oracle's own machinery did not work.
    OracleBroken,
    /// The harness failed before the target could be judged.
    HarnessError,
    /// The arm could not be built.
    BuildFailed,
    /// The sandbox could not run it.
    SandboxUnavailable,
}

impl Outcome {
    /// Whether this outcome says anything about the flaw.
    #[must_use]
    pub fn is_evidence(self) -> bool {
        matches!(self, Self::Fired | Self::Silent)
    }
}

/// What all runs of all arms say together, in the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing could be run.
    NotRun,
    /// An arm was not fully run, or something that is no evidence repeated.
    Inconclusive,
    /// The harness fires on benign input, or the flaw lies in the harness.
    HarnessSuspect,
    /// The vulnerable arm is silent.
    NotReproduced,
    /// The vulnerable arm fires, but with another signature.
    ReproducedDifferent,
    /// It fires in some runs only.
    Flaky,
    /// The fixed arm fires too.
    ControlFailed,
    /// The fixed arm's silence means nothing.
    ControlDead,
    /// The flaw is there, and the controls are silent.
    Reproduced,
}

impl Verdict {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not-run",
            Self::Inconclusive => "inconclusive",
            Self::HarnessSuspect => "harness-suspect",
            Self::NotReproduced => "not-reproduced",
            Self::ReproducedDifferent => "reproduced-different",
            Self::Flaky => "flaky",
            Self::ControlFailed => "control-failed",
            Self::ControlDead => "control-dead",
            Self::Reproduced => "reproduced",
        }
    }

    /// Exit code of `assay prove` (DESIGN section 5).
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Reproduced => 0,
            Self::NotReproduced => 10,
            Self::Flaky => 11,
            Self::ControlFailed | Self::ControlDead | Self::HarnessSuspect => 12,
            Self::Inconclusive => 13,
            Self::NotRun => 14,
            Self::ReproducedDifferent => 15,
        }
    }
}

/// Which controls were silent and alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Controls {
    /// Only the benign inputs: there is no fixed arm.
    #[serde(rename = "benign")]
    Benign,
    /// The benign inputs and the fixed arm.
    #[serde(rename = "benign+fixed")]
    BenignFixed,
}

/// How far the evidence can be trusted, computed by the runner (DESIGN section 4, Assurance).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// The claimant wrote the harness or the build recipe.
    Claimant,
    /// The harness is found in the fetched source, the recipe is built in.
    Project,
    /// A second oracle of another kind agrees.
    TwoOracles,
}

/// How strong the sandbox was (DESIGN section 4, Sandbox).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// All layers; memory by the sanitizer's own limit and a watcher.
    P,
    /// All layers, cgroup limits enforced.
    F,
    /// Inside a microVM.
    M,
}
