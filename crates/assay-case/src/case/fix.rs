//! A patch and how far it is verified (R45).
//!
//! Invariant 8: "verified" always names level, runner, builds and run count.
//! There is no other way to the word than [`Fix::verified`].

use std::fmt;

use assay_base::FixLevel;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::finding::{MIN_RUNS, RunCounts, Runner};
use crate::ids::{FindingId, FixId};
use crate::refusal::{Code, Refusal};

/// What is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fix {
    /// Its id.
    pub id: FixId,
    /// The finding it fixes.
    pub finding: FindingId,
    /// Digest of the patch.
    pub patch: Sha256,
    /// How far it is verified.
    pub level: FixLevel,
    /// Who ran it.
    pub runner: Runner,
    /// Digest of the signed statement of the runs.
    pub statement: Sha256,
    /// Builds that were made.
    pub builds: u32,
    /// Runs: triggers on the vulnerable version, everything on the patched one as controls.
    pub counts: RunCounts,
}

impl Fix {
    /// Passes if the runs carry the level.
    ///
    /// # Errors
    /// If they do not.
    pub fn check(&self) -> Result<(), Refusal> {
        let counts = &self.counts;
        let sane = counts.trigger_fired <= counts.trigger_total && counts.control_fired <= counts.control_total;
        let built = self.builds >= 1;
        let silenced =
            counts.trigger_fired >= MIN_RUNS && counts.control_fired == 0 && counts.control_total >= MIN_RUNS;
        if sane && built && (self.level == FixLevel::L0 || silenced) {
            return Ok(());
        }
        Err(Refusal::about(Code::FixUnproved, self.level.as_str()))
    }

    /// The only way in which a fix is called verified.
    pub fn verified(&self) -> Verified {
        Verified { level: self.level, runner: self.runner.key, builds: self.builds, runs: self.counts.total() }
    }
}

/// A statement that a fix is verified, with all that it must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verified {
    level: FixLevel,
    runner: Sha256,
    builds: u32,
    runs: u32,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, runner, builds, runs } = self;
        let many = |n: u32| if n == 1 { "" } else { "s" };
        write!(
            f,
            "verified to {level} by runner {} in {builds} build{} and {runs} run{}",
            &runner.to_hex()[..16],
            many(*builds),
            many(*runs)
        )
    }
}
