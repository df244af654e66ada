//! What a verdict rests on, by digests: an extension of the predicate that came
//! after its first version. Statements without it are read as before, and readers
//! that do not know it pass over it.
//!
//! Logs stay with the runner: a log of a flaw that is not patched yet is itself
//! confidential. Whoever is shown one later can find its digest here.

use serde::{Deserialize, Serialize};

use super::proof_run::Role;
use crate::digest::Sha256;
use crate::manifest::ArmName;

/// Logs that are named one by one; the rest are in [`LogDigests::all`] alone.
pub const MAX_NAMED: usize = 4096;

/// The logs that were read to judge the runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogDigests {
    /// One digest over all of them: of the text that [`LogSeen::line`] makes of each, in their order.
    pub all: Sha256,
    /// How many there are, with those that are not named.
    pub count: u64,
    /// Those of the first runs of each input, in order.
    pub named: Vec<LogSeen>,
}

/// One log of one run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogSeen {
    /// The arm.
    pub arm: ArmName,
    /// The role of the input.
    pub role: Role,
    /// Its place in its list, from 0.
    pub input: usize,
    /// The run of that cell, from 0.
    pub run: u32,
    /// Where it was read: `report` and `hook` from the log folder, `stdout`, `stderr`, `against-stdout`, `sent`, or
    /// `more` for further files of the log folder together.
    pub kind: String,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: Sha256,
}

impl LogSeen {
    /// The line that stands for it in [`LogDigests::all`].
    #[must_use]
    pub fn line(&self) -> String {
        let role = match self.role {
            Role::Trigger => "trigger",
            Role::Benign => "benign",
        };
        format!("{} {role} {} {} {} {} {}\n", self.arm, self.input, self.run, self.kind, self.bytes, self.sha256)
    }
}

impl LogDigests {
    /// Of all logs of a proof, in any order. None of no log.
    #[must_use]
    pub fn of(mut logs: Vec<LogSeen>) -> Option<Self> {
        if logs.is_empty() {
            return None;
        }
        logs.sort();
        let lines: String = logs.iter().map(LogSeen::line).collect();
        let count = logs.len() as u64;
        if logs.len() > MAX_NAMED {
            // The first runs of every input rather than every run of the first inputs.
            let mut by_run: Vec<u32> = logs.iter().map(|log| log.run).collect();
            by_run.sort_unstable();
            let beyond = by_run.get(MAX_NAMED).copied().unwrap_or(u32::MAX);
            logs.retain(|log| log.run < beyond);
            logs.truncate(MAX_NAMED);
        }
        Some(Self { all: Sha256::of(lines.as_bytes()), count, named: logs })
    }

    /// The same with none of them named, where a statement would be too large with them.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self { named: Vec::new(), ..self }
    }

    /// Whether the digest over all is that of the named ones, where all are named, and no more are named than there are.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let named = self.named.len() as u64;
        let lines = || self.named.iter().map(LogSeen::line).collect::<String>();
        named < self.count || (named == self.count && self.all == Sha256::of(lines().as_bytes()))
    }
}

/// Where the builds of one arm came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildOrigin {
    /// The arm.
    pub arm: ArmName,
    /// Builds that were made for this proof.
    pub made: u32,
    /// Builds that had been made before, of the same files by the same recipe and tools, and were kept.
    pub kept: u32,
}
