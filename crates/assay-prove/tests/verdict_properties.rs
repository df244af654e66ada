//! What holds of the verdict for every evidence, however odd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::{Controls, Outcome, Verdict};
use assay_prove::evidence::{ArmState, Cell, Evidence, Place, Reach, Role, Run};
use assay_prove::verdict::{Growth, decide};
use evidence_support::{manifest, run};
use proptest::prelude::*;

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Fired),
        4 => Just(Outcome::Silent),
        1 => Just(Outcome::OtherCrash),
        1 => Just(Outcome::Limit),
        1 => Just(Outcome::OracleBroken),
        1 => Just(Outcome::HarnessError),
        1 => Just(Outcome::BuildFailed),
        1 => Just(Outcome::SandboxUnavailable),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![6 => Just(Place::Target), 1 => Just(Place::Harness), 1 => Just(Place::Unknown)]
}

fn arm() -> impl Strategy<Value = ArmName> {
    prop_oneof![Just(ArmName::Vulnerable), Just(ArmName::Fixed)]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Trigger), Just(Role::Benign)]
}

fn state() -> impl Strategy<Value = ArmState> {
    prop_oneof![
        8 => Just(ArmState::Built),
        1 => Just(ArmState::Unavailable("gone".to_owned())),
        1 => Just(ArmState::BuildFailed("cc".to_owned())),
        1 => Just(ArmState::OracleBroken("quiet".to_owned())),
    ]
}

fn reach() -> impl Strategy<Value = Reach> {
    prop_oneof![Just(Reach::Reached), Just(Reach::NotReached), Just(Reach::Unknown)]
}

/// Any evidence at all: unknown cells, doubled numbers, missing arms.
fn anything() -> impl Strategy<Value = Evidence> {
    let one = (arm(), role(), 0..3_usize, 0..4_u32, outcome(), any::<bool>(), place()).prop_map(
        |(arm, role, input, repetition, outcome, alive, place)| {
            run(Cell { arm, role, input }, repetition, outcome, alive, place)
        },
    );
    (state(), proptest::option::of(state()), reach(), 0..4_u32, proptest::collection::vec(one, 0..40)).prop_map(
        |(vulnerable, fixed, reach, wanted, runs)| Evidence {
            vulnerable,
            fixed,
            reach,
            wanted,
            growth: Growth::None,
            runs,
        },
    )
}

/// The runs of one cell as a runner makes them: until enough are done, or two strays.
fn cell_runs(cell: Cell, wanted: u32, drawn: &[(Outcome, bool, Place)]) -> Vec<Run> {
    let (mut runs, mut done, mut strays) = (Vec::new(), 0, 0);
    for (number, (outcome, alive, place)) in (0..).zip(drawn) {
        if done == wanted || strays == 2 {
            break;
        }
        if matches!(outcome, Outcome::Fired | Outcome::Silent | Outcome::OtherCrash) {
            done += 1;
        } else {
            strays += 1;
        }
        runs.push(run(cell, number, *outcome, *alive, *place));
    }
    runs
}

/// Outcomes that mostly go the way a genuine proof does.
fn mostly(cell: Cell) -> impl Strategy<Value = Vec<(Outcome, bool, Place)>> {
    let fires = cell.role == Role::Trigger && cell.arm == ArmName::Vulnerable;
    let usual = if fires { Outcome::Fired } else { Outcome::Silent };
    let one = (
        prop_oneof![30 => Just(usual), 1 => outcome()],
        prop_oneof![30 => Just(true), 1 => Just(false)],
        prop_oneof![60 => Just(Place::Target), 1 => place()],
    );
    proptest::collection::vec(one, 6)
}

/// Evidence that a runner could have made, for one trigger and two benign inputs.
fn regular(fixed: bool) -> impl Strategy<Value = Evidence> {
    let mut cells = Vec::new();
    for arm in [ArmName::Vulnerable, ArmName::Fixed] {
        for (role, input) in [(Role::Trigger, 0), (Role::Benign, 0), (Role::Benign, 1)] {
            if fixed || arm == ArmName::Vulnerable {
                cells.push(Cell { arm, role, input });
            }
        }
    }
    let drawn: Vec<_> = cells.iter().map(|cell| mostly(*cell)).collect();
    let states = prop_oneof![9 => Just(ArmState::Built), 1 => state()];
    (drawn, states, reach(), 1..4_u32).prop_map(move |(drawn, state, reach, wanted)| Evidence {
        vulnerable: ArmState::Built,
        fixed: fixed.then_some(state),
        reach,
        wanted,
        growth: Growth::None,
        runs: cells.iter().zip(&drawn).flat_map(|(cell, drawn)| cell_runs(*cell, wanted, drawn)).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Total, and never `reproduced` against a control (invariant 9).
    #[test]
    fn any_evidence_has_a_verdict(evidence in anything(), triggers in 0..3_usize, benign in 0..3_usize, fixed: bool) {
        let manifest = manifest(triggers, benign, fixed);
        let ruling = decide(&manifest, &evidence);
        prop_assert_eq!(ruling.controls.is_some(), ruling.verdict == Verdict::Reproduced);
        prop_assert!(ruling.sentence.contains("run"), "{}", ruling.sentence);
        if ruling.verdict == Verdict::Reproduced {
            let fired = |run: &&Run| run.outcome == Outcome::Fired;
            prop_assert!(!evidence.runs.iter().filter(fired).any(|run| run.cell.arm == ArmName::Fixed));
            prop_assert!(!evidence.runs.iter().filter(fired).any(|run| run.cell.role == Role::Benign));
        }
    }

    /// Nor for evidence that is nearly right.
    #[test]
    fn a_control_that_fires_is_never_reproduced(evidence in regular(true)) {
        let ruling = decide(&manifest(1, 2, true), &evidence);
        if ruling.verdict == Verdict::Reproduced {
            for run in &evidence.runs {
                let trigger = run.cell.arm == ArmName::Vulnerable && run.cell.role == Role::Trigger;
                prop_assert!(trigger || run.outcome != Outcome::Fired);
                prop_assert!(run.outcome != Outcome::Silent || run.alive != Some(false));
            }
            prop_assert!(evidence.reach != Reach::NotReached);
        }
    }

    /// Taking away any one run of what a runner made never strengthens the verdict.
    #[test]
    fn less_evidence_is_never_stronger(evidence in regular(true), alone in regular(false)) {
        for (evidence, manifest) in [(evidence, manifest(1, 2, true)), (alone, manifest(1, 2, false))] {
            let whole = decide(&manifest, &evidence).strength();
            for out in 0..evidence.runs.len() {
                let mut less = evidence.clone();
                less.runs.remove(out);
                prop_assert!(decide(&manifest, &less).strength() <= whole);
            }
        }
    }

    /// The order of runs plays no part.
    #[test]
    fn order_changes_nothing(evidence in anything(), other in regular(true)) {
        for (evidence, manifest) in [(evidence, manifest(2, 1, true)), (other, manifest(1, 2, true))] {
            let mut turned = evidence.clone();
            turned.runs.reverse();
            let half = turned.runs.len() / 2;
            turned.runs.rotate_left(half);
            prop_assert_eq!(decide(&manifest, &evidence), decide(&manifest, &turned));
        }
    }

    /// A silent, living fixed version keeps every verdict of the vulnerable one
    /// and turns `benign` into `benign+fixed`.
    #[test]
    fn a_good_fixed_version_only_adds_a_control(evidence in regular(false)) {
        let before = decide(&manifest(1, 2, false), &evidence);
        let mut with = evidence.clone();
        with.fixed = Some(ArmState::Built);
        with.reach = Reach::Reached;
        for (role, input) in [(Role::Trigger, 0), (Role::Benign, 0), (Role::Benign, 1)] {
            let cell = Cell { arm: ArmName::Fixed, role, input };
            with.runs.extend((0..evidence.wanted).map(|n| run(cell, n, Outcome::Silent, true, Place::Target)));
        }
        let after = decide(&manifest(1, 2, true), &with);
        if before.verdict != Verdict::NotRun {
            prop_assert_eq!(before.verdict, after.verdict);
        }
        if after.verdict == Verdict::Reproduced {
            prop_assert_eq!(after.controls, Some(Controls::BenignFixed));
        }
    }

    /// A fixed version with whatever runs never makes a claim that failed alone come true.
    #[test]
    fn a_fixed_version_never_rescues(evidence in regular(true)) {
        let mut alone = evidence.clone();
        alone.fixed = None;
        alone.runs.retain(|run| run.cell.arm == ArmName::Vulnerable);
        let alone = decide(&manifest(1, 2, false), &alone);
        if decide(&manifest(1, 2, true), &evidence).verdict == Verdict::Reproduced {
            prop_assert_eq!(alone.verdict, Verdict::Reproduced);
        }
    }
}

/// A rare mishap must be common enough in the tests above to mean something.
#[test]
fn regular_evidence_reaches_every_verdict() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3000 {
        let evidence = regular(true).new_tree(&mut runner).unwrap().current();
        seen.insert(decide(&manifest(1, 2, true), &evidence).verdict);
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
}
