//! A program that must not compile.
//!
//! **Proves** that the vulnerable version lets a program through that its types
//! ought to stop: a program without `unsafe` is compiled against it and runs to
//! its end, and the fixed version's compiler refuses the very same program with a
//! declared code at a declared place. The kind for unsoundness that was mended
//! by a bound or a lifetime, where there is no fixed program to run.
//!
//! It fires when the program was compiled, started, and ended with status 0 or by
//! a signal of its own memory errors; any other status is its own word for
//! failure (`harness-error`). The refusal is read from the compiler's JSON
//! ([`crate::diagnostic`]), counts as silence, and is the only failure to build
//! that does; benign programs must build in every arm. It needs no self-test: its
//! silence is itself something that was seen.
//!
//! **Assurance**: `claimant`, since each program is the claimant's. **Cheats**: a
//! build script of the harness that tells the versions apart can make the
//! compiler refuse one of them; the program and its package must be read.

use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::Oracle;
use super::end::end_words;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};

pub(super) struct BuildRefusal;

/// SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.
const FAULTS: [i32; 5] = [4, 6, 7, 8, 11];

impl Oracle for BuildRefusal {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::Stderr), ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let end = end_words(&seen.finished.end);
        let benign = seen.cell.role == crate::evidence::Role::Benign;
        match seen.finished.end {
            End::Exited(_) if benign => Judgement::of(Outcome::Silent, format!("it was compiled; {end}")),
            End::Exited(0) => Judgement::fired("compiles", format!("the program was compiled and ran; {end}")),
            End::Signaled(number) if !benign && FAULTS.contains(&number) => {
                Judgement::fired("compiles", format!("the program was compiled and ran; {end}"))
            }
            End::Exited(_) => Judgement::of(
                Outcome::HarnessError,
                format!("the program was compiled, and says itself that it failed: {end}"),
            ),
            _ => seen.cut_short_or_crashed().unwrap_or_else(|| Judgement::of(Outcome::HarnessError, end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, TRIGGER};
    use super::*;
    use crate::evidence::{Cell, Role};

    fn outcome(role: Role, end: End) -> Outcome {
        let mut scene = Scene::of(end);
        scene.cell = Cell { role, ..TRIGGER };
        BuildRefusal.judge(&scene.seen()).outcome
    }

    #[test]
    fn a_program_that_was_compiled_and_ran_fires() {
        assert_eq!(outcome(Role::Trigger, End::Exited(0)), Outcome::Fired);
        assert_eq!(outcome(Role::Trigger, End::Signaled(11)), Outcome::Fired, "what its unsoundness led to");
        assert_eq!(outcome(Role::Trigger, End::Exited(101)), Outcome::HarnessError, "a panic");
        assert_eq!(outcome(Role::Trigger, End::Signaled(15)), Outcome::OtherCrash);
        assert_eq!(outcome(Role::Trigger, End::CpuLimit), Outcome::Limit);
        assert_eq!(outcome(Role::Trigger, End::NotStarted("no".into())), Outcome::HarnessError);
    }

    #[test]
    fn a_benign_program_never_does() {
        for end in [End::Exited(0), End::Exited(1)] {
            assert_eq!(outcome(Role::Benign, end), Outcome::Silent);
        }
        assert_eq!(outcome(Role::Benign, End::Signaled(11)), Outcome::OtherCrash);
    }
}
