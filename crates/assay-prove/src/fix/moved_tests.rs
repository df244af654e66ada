#![allow(clippy::unwrap_used, clippy::panic)]
use std::time::Duration;

use assay_sandbox::Tree;

use super::super::trial::Shown;
use super::*;

fn trial(outcome: Outcome, stdout: &str) -> Trial {
    Trial {
        outcome,
        alive: outcome == Outcome::Silent,
        end: "exit 0".into(),
        signature: None,
        saw: format!("{outcome:?}"),
        shown: Shown { stdout: stdout.into(), ..Shown::default() },
        cpu: Duration::ZERO,
        log: Tree::default(),
    }
}

fn weight(here: Outcome, there: Outcome, shown: [&str; 3], habit: bool) -> Weight {
    let [first, moved, again] = shown;
    let pair = [trial(here, first), trial(there, moved)];
    weigh(&pair, || Ok(trial(here, again)), || Ok(habit)).unwrap()
}

#[test]
fn a_run_that_shows_nothing_is_never_a_yes() {
    use Outcome::{Fired, HarnessError, Limit, OracleBroken, OtherCrash, SandboxUnavailable, Silent};
    let alike = ["x"; 3];
    for outcome in [HarnessError, OracleBroken, SandboxUnavailable] {
        assert!(matches!(weight(Silent, outcome, alike, false), Weight::Nothing(_)), "there: {outcome:?}");
        assert!(matches!(weight(outcome, Silent, alike, false), Weight::Nothing(_)), "here: {outcome:?}");
    }
    assert!(matches!(weight(Limit, Silent, alike, false), Weight::Nothing(_)), "too slow here");
    for outcome in [Fired, OtherCrash, Limit] {
        assert!(matches!(weight(Silent, outcome, alike, false), Weight::Fails(_)), "{outcome:?}");
        assert_eq!(weight(Silent, outcome, alike, true), Weight::Alike, "and so does the unpatched one: {outcome:?}");
    }
}

#[test]
fn what_is_unlike_itself_in_the_other_place_alone_knows_where_it_is() {
    use Outcome::Silent;
    assert_eq!(weight(Silent, Silent, ["x", "x", "x"], false), Weight::Alike);
    assert!(matches!(weight(Silent, Silent, ["x", "y", "x"], false), Weight::Differs(_)));
    assert_eq!(weight(Silent, Silent, ["x", "y", "z"], false), Weight::Alike, "it is unlike itself here too");
    assert_eq!(weight(Silent, Silent, ["x", "y", "x"], true), Weight::Alike, "it is the program's habit");
}

#[test]
fn a_failed_question_is_told_apart_from_one_without_meaning() {
    let refused = trial(Outcome::Silent, "x");
    let broken = weigh(&[refused, trial(Outcome::Fired, "x")], || panic!("not asked"), || Err("no sandbox".into()));
    assert_eq!(broken.unwrap_err(), "no sandbox");
}
