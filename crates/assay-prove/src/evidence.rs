//! What is known of the runs of a bundle: the only input of the verdict.

use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use serde::{Deserialize, Serialize};

use crate::logs::LogDigest;
use crate::verdict::Growth;

/// Whether an input is meant to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Meant to fire on the vulnerable arm.
    Trigger,
    /// Meant to fire nowhere.
    Benign,
}

/// Which runs belong together: one input in one arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cell {
    /// The arm.
    pub arm: ArmName,
    /// The role of the input.
    pub role: Role,
    /// The input's place in its list, from 0.
    pub input: usize,
}

/// A crash or violation in normalised form, by which two runs are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// What kind: `heap-buffer-overflow`, `SIGSEGV`, `RecursionError`, `cpu`, ...
    pub kind: String,
    /// First frame inside the target, demangled, without generics, hash or parameters.
    pub function: Option<String>,
    /// Where that frame lies.
    pub place: Place,
}

/// Where the frame that matters lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the target's own source (`src/` by debug info).
    Target,
    /// In the harness.
    Harness,
    /// Neither, or not known.
    Unknown,
}

/// One run, judged. Immutable.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Which input in which arm.
    pub cell: Cell,
    /// 0-based number within the cell, without gaps: a run made again after one that was
    /// no evidence takes the next number, and both stay on record.
    pub repetition: u32,
    /// What the oracle says.
    pub outcome: Outcome,
    /// For benign runs: whether `harness.alive` held. `None` for triggers.
    pub alive: Option<bool>,
    /// What fired, if anything did.
    pub signature: Option<Signature>,
    /// Digest of the output as the oracle compared it; only `differential` compares outputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Sha256>,
    /// One sentence: what the oracle saw.
    pub saw: String,
    /// How the process ended, in words: `exit 0`, `signal SIGABRT`, `cpu limit`.
    pub end: String,
    /// CPU time by the kernel.
    pub cpu: Duration,
    /// Wall time, never evidence.
    pub wall: Duration,
    /// Peak resident bytes of one process.
    pub max_rss: u64,
    /// What was read to judge it, by digests.
    pub logs: Vec<LogDigest>,
}

/// What is known about one arm before any run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ArmState {
    /// It was built.
    Built,
    /// It could not be obtained or prepared, by no fault of the build: `not-run`.
    Unavailable(String),
    /// The build failed: what it said.
    BuildFailed(String),
    /// The oracle's self-test did not fire in this build.
    OracleBroken(String),
}

/// Whether the fixed arm's trigger run executed the changed code or its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It did.
    Reached,
    /// It did not: the silence means nothing.
    NotReached,
    /// Not checked in this build; never gives `control-dead`.
    Unknown,
}

/// Everything the verdict is a function of, beside the manifest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// The vulnerable arm.
    pub vulnerable: ArmState,
    /// The fixed arm, if declared.
    pub fixed: Option<ArmState>,
    /// Whether the fixed arm reaches the change.
    pub reach: Reach,
    /// Runs per cell that were asked for; flaky cells have more.
    pub wanted: u32,
    /// How the growth of runs of flaky cells ended. Words only: no verdict is stronger for it.
    pub growth: Growth,
    /// All runs.
    pub runs: Vec<Run>,
}
