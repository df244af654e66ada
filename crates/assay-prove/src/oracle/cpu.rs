//! CPU time up to the limit.
//!
//! **Proves** that one input makes the program use `harness.limits.cpu` of CPU
//! time, by the kernel's count over all its processes. Wall time plays no part:
//! it says more of the machine than of the program.
//!
//! Silence is an end within a tenth of the limit. Between a tenth and the whole
//! nothing is said (`limit`): it would depend on the machine.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: sleeping uses no CPU
//! time; raising SIGXCPU oneself is another crash; a busy loop in a claimant's
//! harness that knows the trigger works, and is `claimant`.

use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::Oracle;
use super::end::end_words;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};

/// Silent is what ends within this part of the limit.
const SILENT_PART: u32 = 10;

pub(super) struct Cpu;

impl Oracle for Cpu {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::Stderr), ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let (used, limit) = (seen.finished.usage.cpu, seen.limits.cpu);
        let saw = format!("{:.2} s of CPU time of {:.2} s", used.as_secs_f64(), limit.as_secs_f64());
        // The runner stops it at the limit, give or take its own sampling.
        if seen.finished.end == End::CpuLimit || used >= limit {
            return Judgement::fired("cpu", saw);
        }
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        let end = end_words(&seen.finished.end);
        if used <= limit / SILENT_PART {
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
    use std::time::Duration;

    use super::super::testing::Scene;
    use super::*;

    fn outcome(end: End, millis: u64) -> Outcome {
        let mut scene = Scene::of(end);
        scene.finished.usage.cpu = Duration::from_millis(millis);
        Cpu.judge(&scene.seen()).outcome
    }

    #[test]
    fn fires_at_the_limit_and_is_silent_within_a_tenth() {
        assert_eq!(outcome(End::CpuLimit, 9_990), Outcome::Fired);
        assert_eq!(outcome(End::Exited(0), 10_000), Outcome::Fired);
        assert_eq!(outcome(End::Exited(0), 1_000), Outcome::Silent);
        assert_eq!(outcome(End::Exited(3), 10), Outcome::Silent, "the status plays no part");
        assert_eq!(outcome(End::Exited(0), 1_001), Outcome::Limit);
        assert_eq!(outcome(End::Exited(0), 9_999), Outcome::Limit);
    }

    #[test]
    fn cheat_sleeping() {
        assert_eq!(outcome(End::WallLimit, 10), Outcome::Limit);
    }

    #[test]
    fn cheat_raising_the_signal_of_the_limit() {
        assert_eq!(outcome(End::Signaled(24), 10), Outcome::OtherCrash);
    }
}
