//! A terminating signal.
//!
//! **Proves** that the process the runner started ended by one of the declared
//! signals. The kernel says so; what the program prints, and statuses such as
//! 139 that shells make of signals, count for nothing.
//!
//! **Assurance**: that of harness and recipe; it says nothing of the place.
//! **Cheats**: a harness can raise the signal itself. With the benign inputs
//! silent it would have to tell them apart, which a claimant's harness can, so
//! that gives `claimant`. A target that ends its parent does not show, since
//! only the main process's own end counts.

use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::end::{end_words, signal_name, signal_number};
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};
use super::{Oracle, Unsupported};

/// Signals by which rlimits, the system call filter and the runner end programs.
const OURS: [&str; 4] = ["SIGKILL", "SIGSYS", "SIGXCPU", "SIGXFSZ"];

pub(super) struct Signal {
    numbers: Vec<i32>,
}

impl Signal {
    pub fn new(names: &[String]) -> Result<Self, Unsupported> {
        if let Some(name) = names.iter().find(|name| OURS.contains(&name.as_str())) {
            return Err(Unsupported(format!(
                "`{name}` is a signal with which the sandbox ends programs, so it proves nothing; the use of a whole \
                 limit is a matter of the oracle `cpu`"
            )));
        }
        let numbers = names
            .iter()
            .map(|name| signal_number(name).ok_or_else(|| Unsupported(format!("`{name}` is not the name of a signal"))))
            .collect::<Result<_, _>>()?;
        Ok(Self { numbers })
    }
}

impl Oracle for Signal {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::KeepSignals), family: true, ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short() {
            return judgement;
        }
        match seen.finished.end {
            End::Signaled(number) if self.numbers.contains(&number) => {
                let name = signal_name(number);
                let saw = format!("it ended by {name}");
                Judgement::fired(&name, saw)
            }
            End::Signaled(number) => Judgement::crashed(number),
            ref end => match seen.unaccounted() {
                None => Judgement::of(Outcome::Silent, format!("no signal; {}", end_words(end))),
                Some(why) => Judgement::of(Outcome::OracleBroken, why),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use assay_sandbox::Family;

    use super::super::testing::Scene;
    use super::*;

    fn outcome(end: End) -> Outcome {
        let oracle = Signal::new(&["SIGSEGV".to_owned(), "SIGBUS".to_owned()]).unwrap();
        oracle.judge(&Scene::of(end).seen()).outcome
    }

    #[test]
    fn fires_on_the_declared_signals_only() {
        assert_eq!(outcome(End::Signaled(11)), Outcome::Fired);
        assert_eq!(outcome(End::Signaled(7)), Outcome::Fired);
        assert_eq!(outcome(End::Signaled(6)), Outcome::OtherCrash);
        assert_eq!(outcome(End::Exited(0)), Outcome::Silent);
        assert_eq!(outcome(End::CpuLimit), Outcome::Limit);
        assert_eq!(outcome(End::NotStarted(String::new())), Outcome::HarnessError);
    }

    #[test]
    fn cheat_exit_status_of_a_shell() {
        assert_eq!(outcome(End::Exited(139)), Outcome::Silent);
        assert_eq!(outcome(End::Exited(128 + 7)), Outcome::Silent);
    }

    #[test]
    fn cheat_crashing_in_a_child() {
        let oracle = Signal::new(&["SIGSEGV".to_owned()]).unwrap();
        let mut scene = Scene::of(End::Exited(0));
        scene.finished.usage.family = Some(Family { others: 1, copies: 1, ..Family::default() });
        let judgement = oracle.judge(&scene.seen());
        assert_eq!(judgement.outcome, Outcome::OracleBroken);
        assert!(judgement.saw.starts_with("a process beside the first was ended by a signal"), "{}", judgement.saw);
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(Signal::new(&["SIGNONSENSE".to_owned()]).is_err());
    }

    #[test]
    fn cheat_dying_by_the_sandboxs_hand() {
        assert!(Signal::new(&["SIGSEGV".to_owned(), "SIGKILL".to_owned()]).is_err());
    }
}
