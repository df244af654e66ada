#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::super::Feed;
use super::super::guard::{Kind, Touch};
use super::super::neighbourhood::{Finds, Found, Handled, Stem};
use super::*;

fn ruling(verdict: Verdict, controls: Option<Controls>) -> Ruling {
    let sentence = "A sentence.".to_owned();
    Ruling { verdict, controls, rate: None, control: None, sentence, reasons: Vec::new() }
}

fn good() -> Ruling {
    ruling(Verdict::Reproduced, Some(Controls::BenignFixed))
}

fn around() -> Neighbourhood {
    Neighbourhood {
        variants: 500,
        wanted: 500,
        executions: 1_000,
        fired: 100,
        lengths: (1..20).collect(),
        of_triggers: Handled { clean: 40, refused: 0, changed: 0 },
        of_benign: Handled { clean: 60, refused: 0, changed: 0 },
        outputs: 50,
        ..Neighbourhood::default()
    }
}

fn one() -> Finds {
    let feed = Feed::Args(vec!["x".into()]);
    let found = Found {
        sha256: feed.sha256(),
        feed,
        stem: Stem::Trigger,
        way: None,
        without: "fired".into(),
        with: "fired".into(),
    };
    Finds { count: 1, kept: vec![found] }
}

fn level(change: impl FnOnce(&mut Neighbourhood)) -> Option<Level> {
    let mut around = around();
    change(&mut around);
    let ruling = good();
    let tested = Tested::NoWorse(6);
    decide(&Facts {
        patched: &ArmState::Built,
        ruling: &ruling,
        tested: Some(&tested),
        around: Ok(&around),
        unwatched: &Unwatched::NotNeeded,
        moved: None,
        reached: None,
        touches: &[],
        merged: None,
    })
    .level
}

#[test]
fn evidence_for_each_level_and_none_above_it() {
    assert_eq!(level(|_| {}), Some(Level::L4));
    assert_eq!(level(|around| around.outputs = 1), Some(Level::L3), "a harness that shows nothing");
    assert_eq!(level(|around| around.of_benign.clean = 5), Some(Level::L3), "too few are compared");
    assert_eq!(level(|around| around.changed = one()), Some(Level::L3), "one is handled otherwise");
    for (what, change) in [
        ("one fires", (|around| around.against = one()) as fn(&mut Neighbourhood)),
        ("one crashes elsewhere", |around| around.elsewhere = one()),
        ("too few variants", |around| around.variants = MIN_VARIANTS - 1),
        ("too few fired", |around| around.fired = MIN_FIRED - 1),
        ("all of one length", |around| around.lengths = [7].into()),
        ("no evidence", |around| around.nothing = 51),
        ("nothing is left alive", |around| (around.of_triggers.clean, around.of_benign.clean) = (0, 10)),
        ("an ordinary one is refused", |around| around.of_benign.refused = 1),
        ("many are refused", |around| around.of_triggers.refused = 5),
        ("many are changed", |around| around.of_benign.changed = 7),
    ] {
        assert_eq!(level(change), Some(Level::L2), "{what}");
    }
}

#[test]
fn a_question_that_was_not_answered_holds_l3_down_and_one_without_meaning_does_not() {
    let (ruling, around, tested) = (good(), around(), Tested::NoWorse(6));
    let with = |moved: &Moved| {
        let facts = Facts {
            patched: &ArmState::Built,
            ruling: &ruling,
            tested: Some(&tested),
            around: Ok(&around),
            unwatched: &Unwatched::NotNeeded,
            moved: Some(moved),
            reached: None,
            touches: &[],
            merged: None,
        };
        decide(&facts)
    };
    assert_eq!(with(&Moved::Unasked("a server".into())).level, Some(Level::L4));
    let broken = with(&Moved::Broken("the program was not started".into()));
    assert_eq!(broken.level, Some(Level::L2));
    assert_eq!(broken.steps[3].state, State::NotShown);
    assert!(broken.steps[3].says.contains("the program was not started"), "{}", broken.steps[3].says);
}

#[test]
fn inputs_that_pass_by_the_change_are_no_control() {
    let (ruling, around, tested) = (good(), around(), Tested::NoWorse(6));
    for (asked, reached, untold, wanted, words) in [
        (5, 2, 0, Level::L4, "2 of 5 that were looked at get to the changed code"),
        (5, 1, 4, Level::L4, "1 of 5 that were looked at"),
        (5, 0, 5, Level::L4, "cannot be told"),
        (5, 0, 1, Level::L4, "cannot be told"),
        (5, 0, 0, Level::L3, "none of 5 inputs"),
    ] {
        let seen = Reached { asked, reached, untold };
        let standing = decide(&Facts {
            patched: &ArmState::Built,
            ruling: &ruling,
            tested: Some(&tested),
            around: Ok(&around),
            unwatched: &Unwatched::NotNeeded,
            moved: None,
            reached: Some(&seen),
            touches: &[],
            merged: None,
        });
        assert_eq!(standing.level, Some(wanted), "{seen:?}");
        assert!(standing.steps[4].says.contains(words), "{}", standing.steps[4].says);
    }
}

#[test]
fn missing_tests_are_stepped_over_and_told() {
    let (ruling, around) = (good(), around());
    let tested = Tested::Untested("untested".into());
    let facts = Facts {
        patched: &ArmState::Built,
        ruling: &ruling,
        tested: Some(&tested),
        around: Ok(&around),
        unwatched: &Unwatched::NotNeeded,
        moved: None,
        reached: None,
        touches: &[],
        merged: Some("abcdef0"),
    };
    let standing = decide(&facts);
    assert_eq!((standing.level, standing.unbroken, standing.untested), (Some(Level::L5), Some(Level::L1), true));
    let worse = Tested::Worse("a".into());
    let standing = decide(&Facts { tested: Some(&worse), ..facts });
    assert_eq!((standing.level, standing.unbroken, standing.untested), (Some(Level::L1), Some(Level::L1), false));
}

#[test]
fn what_is_merged_stands_on_what_was_run() {
    let ruling = ruling(Verdict::ControlFailed, None);
    let standing = decide(&Facts {
        patched: &ArmState::Built,
        ruling: &ruling,
        tested: None,
        around: Err("not run"),
        unwatched: &Unwatched::NotNeeded,
        moved: None,
        reached: None,
        touches: &[],
        merged: Some("abcdef0"),
    });
    assert_eq!(standing.level, Some(Level::L0));
}

fn verdicts() -> impl Strategy<Value = (Verdict, Option<Controls>)> {
    prop_oneof![
        Just((Verdict::Reproduced, Some(Controls::BenignFixed))),
        Just((Verdict::Reproduced, Some(Controls::Benign))),
        Just((Verdict::ControlFailed, None)),
        Just((Verdict::ControlDead, None)),
        Just((Verdict::NotRun, None)),
        Just((Verdict::Flaky, None)),
    ]
}

const KINDS: [Kind; 4] = [Kind::Handlers, Kind::Tests, Kind::Exits, Kind::Functions];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    /// A level never stands on one that does not hold, and nothing that speaks against a patch raises it.
    #[test]
    fn the_level_is_never_higher_than_its_evidence(
        (verdict, controls) in verdicts(),
        tests in 0_usize..4,
        variants in 0_usize..600,
        fired in 0_usize..60,
        clean in 0_usize..80,
        refused in 0_usize..4,
        against in any::<bool>(),
        touch in proptest::option::of(0_usize..4),
        merged in any::<bool>(),
    ) {
        let ruling = ruling(verdict, controls);
        let tested = [
            None,
            Some(Tested::NoWorse(3)),
            Some(Tested::Worse("w".into())),
            Some(Tested::Untested("u".into())),
        ][tests].clone();
        let around = Neighbourhood {
            variants,
            fired,
            of_benign: Handled { clean, refused: refused.min(clean), changed: 0 },
            against: if against { one() } else { Finds::default() },
            ..around()
        };
        let touches: Vec<Touch> = touch.map(|index| Touch::new(KINDS[index], "x.c")).into_iter().collect();
        let facts = Facts {
            patched: &ArmState::Built,
            ruling: &ruling,
            tested: tested.as_ref(),
            around: Ok(&around),
            unwatched: &Unwatched::NotNeeded,
        moved: None,
        reached: None,
            touches: &touches,
            merged: merged.then_some("abcdef0"),
        };
        let standing = decide(&facts);
        prop_assert!(standing.unbroken <= standing.level);
        if let Some(level) = standing.level {
            for step in standing.steps.iter().filter(|step| step.level <= level) {
                prop_assert!(matches!(step.state, State::Held | State::Untested), "{step:?}");
                prop_assert!(step.state == State::Held || step.level == Level::L2);
            }
        }
        if level_is_at_least(standing.level, Level::L1) {
            prop_assert_eq!(controls, Some(Controls::BenignFixed));
        }
        if let Some(index) = touch {
            prop_assert!(standing.level <= Some(KINDS[index].cap()));
        }
        if against || variants < MIN_VARIANTS || fired < MIN_FIRED {
            prop_assert!(standing.level < Some(Level::L3));
        }
        // The same with less against it is no lower.
        let better = decide(&Facts { touches: &[], ..facts });
        prop_assert!(better.level >= standing.level);
    }
}

fn level_is_at_least(level: Option<Level>, least: Level) -> bool {
    level >= Some(least)
}
