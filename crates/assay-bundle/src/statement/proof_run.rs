//! The predicate `urn:assay:proof-run:v1`: who ran what, where, and what came out.
//!
//! It holds what another runner needs to run the same again and to compare:
//! logs by digest only, since a log of an unpatched flaw is itself confidential.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::evidence::{BuildOrigin, LogDigests};
use crate::digest::Sha256;
use crate::manifest::ArmName;
use crate::verdict::{Assurance, Controls, Outcome, Tier, Verdict};

/// One verdict with all it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofRun {
    /// The bundle that was run.
    pub bundle_id: Sha256,
    /// The finding it claims.
    pub claim_id: Sha256,
    /// What came out.
    pub verdict: Verdict,
    /// Version of the rule that gave the verdict.
    pub rule: String,
    /// Which controls were silent and alive; absent where the verdict has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<Controls>,
    /// How far the evidence can be trusted.
    pub assurance: Assurance,
    /// What a second oracle of another kind said; absent where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondOracle>,
    /// Where it ran.
    pub sandbox: Sandbox,
    /// Programs that built and ran it.
    pub toolchain: Vec<Tool>,
    /// What each input did in each arm.
    pub arms: Vec<Cell>,
    /// What the verdict rests on: the logs that were read, by digests. Absent where nothing was read, and in statements
    /// of versions before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<LogDigests>,
    /// Where the builds came from; empty in statements of versions before this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<BuildOrigin>,
    /// Whether the fixed arm reached the changed code: `reached`, `not-reached`, `unknown`.
    pub reach: String,
    /// What was held constant.
    pub determinism: Determinism,
    /// Who ran it.
    pub runner: Runner,
    /// Begin, RFC 3339 in UTC.
    pub started: String,
    /// End, RFC 3339 in UTC.
    pub finished: String,
}

/// What a second oracle said of the same inputs in the same versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecondOracle {
    /// Which: `guard pages`, `sanitizer`.
    pub kind: String,
    /// Whether it agrees in every cell; without that, it contradicts nothing either.
    pub agrees: bool,
    /// Runs that stand behind it.
    pub runs: u64,
}

/// The sandbox as probed and proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sandbox {
    /// How strong it was; absent where nothing could be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// `native`, `bubblewrap`, and its version.
    pub engine: String,
    /// The kernel's release.
    pub kernel: String,
    /// The Landlock version of the kernel, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landlock_abi: Option<u32>,
    /// Layer -> its state.
    pub layers: BTreeMap<String, String>,
}

/// A program of the toolchain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// The name in `toolchain.needs`.
    pub name: String,
    /// What it says its version is.
    pub version: String,
    /// Digest of the program's file.
    pub sha256: Sha256,
}

/// Whether an input is meant to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Meant to fire on the vulnerable arm.
    Trigger,
    /// Meant to fire nowhere.
    Benign,
}

/// All runs of one input in one arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The arm.
    pub arm: ArmName,
    /// The role of the input.
    pub role: Role,
    /// Its place in its list, from 0.
    pub input: usize,
    /// Digest of the input's content.
    pub input_sha256: Sha256,
    /// Runs that fired.
    pub fired: u32,
    /// Runs that were silent.
    pub silent: u32,
    /// Runs that are no evidence.
    pub other: u32,
    /// All runs.
    pub total: u32,
    /// What fired, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureSeen>,
    /// Each run's outcome, in order.
    pub outcomes: Vec<Outcome>,
    /// CPU time of the runs; absent without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<CpuMillis>,
    /// Digests of the outputs that the oracle compared; logs are in [`ProofRun::evidence`].
    pub logs: Vec<Sha256>,
}

impl Cell {
    /// Whether the counts agree with each other and with the outcomes.
    pub(super) fn adds_up(&self) -> bool {
        let count = |wanted: Outcome| self.outcomes.iter().filter(|o| **o == wanted).count() as u64;
        let (fired, silent) = (count(Outcome::Fired), count(Outcome::Silent));
        let total = self.outcomes.len() as u64;
        u64::from(self.fired) == fired
            && u64::from(self.silent) == silent
            && u64::from(self.other) == total - fired - silent
            && u64::from(self.total) == total
    }
}

/// A crash or violation in normalised form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureSeen {
    /// `heap-buffer-overflow`, `SIGSEGV`, `RecursionError`, `cpu`, ...
    pub kind: String,
    /// First frame inside the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Where that frame lies: `target`, `harness`, `unknown`.
    pub place: String,
}

/// CPU time in whole milliseconds, by the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuMillis {
    /// The quickest run.
    pub min: u64,
    /// The middle one.
    pub median: u64,
    /// The slowest one.
    pub max: u64,
}

/// What was held constant between runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determinism {
    /// Whether addresses were drawn anew in each run.
    pub aslr: bool,
    /// The whole environment of a run; values drawn per run are named, not shown.
    pub environment: BTreeMap<String, String>,
}

/// Who ran it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// Which runner: by convention the id of the key that it signs with.
    pub id: String,
    /// Assay's version.
    pub version: String,
}
