//! A fix, and how far it was verified.
//!
//! Invariant 8: «verified» always names level, runner, builds and run count.
//! [`Verification`] cannot be made without them, and it is the only thing that
//! can be shown as verified.

use std::fmt;

use assay_base::FixLevel;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use super::fault::Faults;

/// A patch that goes to maintainers and vendors (R122).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Digest of the patch, `fix.patch` in the release.
    pub patch: Sha256,
    /// What a runner found when it tried the patch; absent if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// What a runner found: none of it can be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The level reached.
    pub level: FixLevel,
    /// The id of the key with which the runner signed: 64 hex digits.
    pub runner: String,
    /// What was built and run: two builds at least, without and with the patch.
    pub builds: Vec<Build>,
    /// The runs of the inputs that show the flaw.
    pub runs: Runs,
    /// Digest of the runner's signed statement, `fix.statement.dsse.json` in the release.
    pub statement: Sha256,
}

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Which: `vulnerable`, `fixed`.
    pub name: String,
    /// Digest of what was built.
    pub sha256: Sha256,
}

/// How often the flaw showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// Without the patch.
    pub without: Tally,
    /// With the patch.
    pub with: Tally,
}

/// So many runs of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Runs that showed the flaw.
    pub fired: u32,
    /// All runs.
    pub total: u32,
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Runs { without, with } = self.runs;
        let runner = self.runner.get(..12).unwrap_or(&self.runner);
        write!(
            f,
            "verified at {}: {}; by runner {runner}, {} builds, {} runs (the flaw showed in {} of {} without the \
             patch, in {} of {} with it)",
            self.level,
            self.level.meaning(),
            self.builds.len(),
            u64::from(without.total) + u64::from(with.total),
            without.fired,
            without.total,
            with.fired,
            with.total,
        )
    }
}

pub(super) fn check(fix: &Fix, faults: &mut Faults) {
    let Some(verification) = &fix.verification else {
        return;
    };
    let place = "fix.verification";
    let key = &verification.runner;
    if key.len() != 64 || !key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        faults.add(&format!("{place}.runner"), "a key id is 64 lower-case hex digits");
    }
    faults.count(&format!("{place}.builds"), verification.builds.len(), 2, 32);
    for (index, build) in verification.builds.iter().enumerate() {
        faults.line(&format!("{place}.builds[{index}].name"), &build.name, 100);
    }
    let Runs { without, with } = verification.runs;
    if [without, with].iter().any(|tally| tally.fired > tally.total || tally.total == 0 || tally.total > 1_000_000) {
        faults.add(&format!("{place}.runs"), "runs are counted with and without the patch, 1 to 1,000,000 of each");
    }
    // INVARIANT 9: nothing is verified whose control failed.
    if verification.level >= FixLevel::L1 && (without.fired == 0 || with.fired > 0) {
        faults.add(
            &format!("{place}.level"),
            "L1 and more mean that the flaw shows without the patch and in no run with it",
        );
    }
}
