//! Memory up to the limit.
//!
//! **Proves** that one input makes the program, with all its processes, hold
//! `harness.limits.memory` at one moment: the run ended by the memory limit, and
//! the control group in which it ran counted at least nine tenths of it. Either
//! alone is not enough: a machine that is short of memory ends runs as well, and
//! a count can reach the limit by pages of files, which the kernel drops when it
//! needs them.
//!
//! Silence is a peak within a tenth of the limit. Between that and the whole
//! nothing is said (`limit`): it would depend on allocator and machine.
//!
//! Only a runner of tier F has control groups, and so a count that no program
//! escapes; elsewhere the verdict is `not-run`.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: a harness that holds
//! on to memory for the trigger alone works, and is `claimant`; asking for memory
//! without touching it, leaving it to the scratch folder (which has a size of its
//! own), and mapping files count for nothing. Children count with their parents,
//! shared pages once.

use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::Oracle;
use super::end::end_words;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};

/// What is missing where nothing counts.
pub const NOT_COUNTED: &str = "the oracle `memory` needs tier F, where a control group counts: start `assay` as root, \
                               or in a control group that is delegated to you";

/// Silent is what stays within this part of the limit.
const SILENT_PART: u64 = 10;

pub(super) struct Memory;

impl Oracle for Memory {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::LeaveMemory), ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let limit = seen.limits.memory;
        let Some(peak) = seen.finished.usage.peak_memory else {
            return Judgement::of(Outcome::SandboxUnavailable, NOT_COUNTED);
        };
        let saw = format!("at most {} MiB of {} MiB at one moment", peak >> 20, limit >> 20);
        if seen.finished.end == End::MemoryLimit {
            return if peak >= limit - limit / 10 {
                Judgement::fired("memory", saw)
            } else {
                Judgement::of(
                    Outcome::Limit,
                    format!("{saw}, and yet the memory limit ended it: the machine was short"),
                )
            };
        }
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        let end = end_words(&seen.finished.end);
        if peak <= limit / SILENT_PART {
            Judgement::of(Outcome::Silent, format!("{saw}; {end}"))
        } else {
            Judgement::of(
                Outcome::Limit,
                format!("{saw}: more than a tenth and less than the whole says nothing; {end}"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    /// The scene's limit is 512 MiB.
    fn outcome(end: End, mib: Option<u64>) -> Outcome {
        let mut scene = Scene::of(end);
        scene.finished.usage.peak_memory = mib.map(|mib| mib << 20);
        Memory.judge(&scene.seen()).outcome
    }

    #[test]
    fn fires_at_the_limit_and_is_silent_within_a_tenth() {
        assert_eq!(outcome(End::MemoryLimit, Some(512)), Outcome::Fired);
        assert_eq!(outcome(End::MemoryLimit, Some(461)), Outcome::Fired);
        assert_eq!(outcome(End::Exited(0), Some(51)), Outcome::Silent);
        assert_eq!(outcome(End::Exited(1), Some(3)), Outcome::Silent, "the status plays no part");
        assert_eq!(outcome(End::Exited(0), Some(52)), Outcome::Limit);
    }

    #[test]
    fn a_machine_that_is_short_of_memory_proves_nothing() {
        assert_eq!(outcome(End::MemoryLimit, Some(400)), Outcome::Limit);
    }

    #[test]
    fn cheat_filling_the_cache_of_files() {
        assert_eq!(outcome(End::Exited(0), Some(512)), Outcome::Limit);
    }

    #[test]
    fn cheat_aborting_as_if_memory_had_run_out() {
        assert_eq!(outcome(End::Signaled(6), Some(500)), Outcome::OtherCrash);
        assert_eq!(outcome(End::Signaled(9), Some(500)), Outcome::OtherCrash);
        assert_eq!(outcome(End::CpuLimit, Some(500)), Outcome::Limit);
    }

    #[test]
    fn without_a_count_nothing_is_said() {
        for end in [End::MemoryLimit, End::Exited(0)] {
            assert_eq!(outcome(end, None), Outcome::SandboxUnavailable);
        }
    }
}
