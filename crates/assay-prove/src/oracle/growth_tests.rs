#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::super::testing::Scene;
use super::*;
use crate::evidence::Cell;

fn oracle() -> Growth {
    Growth {
        sizes: vec![Some(5_000), Some(10_000), Some(20_000), Some(40_000)],
        exponent: 1.7,
        control: 1.3,
        ratio: 100.0,
    }
}

/// Two repetitions of each trigger and of one benign input, in milliseconds.
fn arm(arm: ArmName, benign: f64, millis: &[f64]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut push = |role, input, repetition, millis: f64| {
        runs.push(Run {
            cell: Cell { arm, role, input },
            repetition,
            outcome: Outcome::Silent,
            alive: (role == Role::Benign).then_some(true),
            signature: None,
            saw: String::new(),
            end: "exit 0".to_owned(),
            cpu: Duration::from_secs_f64(millis / 1000.0),
            wall: Duration::ZERO,
            max_rss: 0,
            logs: Vec::new(),
            compared: None,
        });
    };
    for repetition in 0..2 {
        push(Role::Benign, 0, repetition, benign);
        for (input, millis) in millis.iter().enumerate() {
            push(Role::Trigger, input, repetition, millis + f64::from(repetition));
        }
    }
    runs
}

const QUADRATIC: [f64; 4] = [175.0, 580.0, 2_190.0, 8_620.0];

fn outcome(runs: &[Run], arm: ArmName) -> Outcome {
    let mut outcomes =
        runs.iter().filter(|run| run.cell.arm == arm && run.cell.role == Role::Trigger).map(|run| run.outcome);
    let first = outcomes.next().unwrap();
    assert!(outcomes.all(|other| other == first), "a set has one outcome");
    first
}

fn settled(vulnerable: &[f64], fixed: &[f64]) -> (Outcome, Outcome) {
    let mut runs = arm(ArmName::Vulnerable, 40.0, vulnerable);
    runs.extend(arm(ArmName::Fixed, 41.0, fixed));
    oracle().settle(&mut runs);
    assert!(runs.iter().all(|run| run.cell.role == Role::Trigger || run.outcome == Outcome::Silent));
    (outcome(&runs, ArmName::Vulnerable), outcome(&runs, ArmName::Fixed))
}

#[test]
fn quadratic_fires_and_flat_is_silent() {
    assert_eq!(settled(&QUADRATIC, &[40.5, 39.0, 42.0, 41.0]), (Outcome::Fired, Outcome::Silent));
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    oracle().settle(&mut runs);
    let run = runs.iter().find(|run| run.cell.role == Role::Trigger).unwrap();
    assert!(run.saw.contains("to the power of 1.99"), "{}", run.saw);
}

#[test]
fn linear_is_silent_and_between_says_nothing() {
    let linear = [140.0, 240.0, 440.0, 840.0];
    assert_eq!(settled(&linear, &linear), (Outcome::Silent, Outcome::Silent));
    let between: Vec<f64> = [5.0_f64, 10.0, 20.0, 40.0].map(|size| 40.0 + 10.0 * size.powf(1.5)).to_vec();
    assert_eq!(settled(&between, &between), (Outcome::Limit, Outcome::Limit));
}

#[test]
fn a_fixed_version_that_still_grows_fires() {
    assert_eq!(settled(&QUADRATIC, &QUADRATIC), (Outcome::Fired, Outcome::Fired));
    let half = QUADRATIC.map(|millis| millis / 2.0 + 20.0);
    assert_eq!(settled(&QUADRATIC, &half).1, Outcome::Fired);
}

#[test]
fn a_hundred_times_less_is_silent_whatever_the_slope() {
    let steep_noise = [41.0, 44.0, 60.0, 110.0];
    assert_eq!(settled(&QUADRATIC, &steep_noise).1, Outcome::Silent);
}

#[test]
fn noise_between_sizes_that_lie_close_is_no_growth() {
    // 40 ms of start: up to 12 ms are noise, however steep they look from 32 to 36.
    let mut close = oracle();
    close.sizes = vec![Some(32), Some(33), Some(34), Some(36)];
    let mut runs = arm(ArmName::Vulnerable, 40.0, &[40.0, 80.0, 160.0, 290.0]);
    runs.extend(arm(ArmName::Fixed, 40.0, &[40.0, 41.0, 44.0, 50.0]));
    close.settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Fired);
    assert_eq!(outcome(&runs, ArmName::Fixed), Outcome::Silent);
}

#[test]
fn a_limit_at_the_largest_size_is_a_lower_bound() {
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    for run in &mut runs {
        if run.cell.role == Role::Trigger && run.cell.input == 3 {
            run.end = CPU_LIMIT.to_owned();
        }
    }
    let mut same_on_fixed = runs.clone();
    oracle().settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Fired);
    // The same end never makes silence.
    for run in &mut same_on_fixed {
        if run.cell.role == Role::Trigger {
            run.cpu = Duration::from_millis(100);
        }
    }
    oracle().settle(&mut same_on_fixed);
    assert_eq!(outcome(&same_on_fixed, ArmName::Vulnerable), Outcome::Limit);
}

#[test]
fn a_limit_at_a_small_size_says_nothing() {
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    for run in &mut runs {
        if run.cell.role == Role::Trigger && run.cell.input == 0 {
            run.end = CPU_LIMIT.to_owned();
        }
    }
    oracle().settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Limit);
}

#[test]
fn a_set_that_is_not_whole_says_nothing() {
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    runs.retain(|run| run.cell.role == Role::Benign || run.cell.input != 2);
    oracle().settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Limit);

    let mut two = oracle();
    two.sizes = vec![Some(1), Some(2), Some(2), Some(2)];
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    two.settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Limit);
}

#[test]
fn cheat_a_slow_start_in_the_fixed_version() {
    // Were each arm's own start taken off, ten seconds of idling would hide the growth.
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    runs.extend(arm(ArmName::Fixed, 10_000.0, &QUADRATIC));
    oracle().settle(&mut runs);
    assert_eq!(outcome(&runs, ArmName::Fixed), Outcome::Fired);
}

#[test]
fn runs_that_were_no_measurement_keep_their_outcome() {
    let mut runs = arm(ArmName::Vulnerable, 40.0, &QUADRATIC);
    let crashed = runs.iter_mut().find(|run| run.cell.role == Role::Trigger).unwrap();
    crashed.outcome = Outcome::OtherCrash;
    oracle().settle(&mut runs);
    let crashes = runs.iter().filter(|run| run.outcome == Outcome::OtherCrash);
    assert_eq!(crashes.count(), 1);
}

#[test]
fn single_runs_never_fire() {
    let judge = |end| oracle().judge(&Scene::of(end).seen()).outcome;
    assert_eq!(judge(End::Exited(1)), Outcome::Silent);
    assert_eq!(judge(End::CpuLimit), Outcome::Silent, "measured: a lower bound");
    assert_eq!(judge(End::WallLimit), Outcome::Limit);
    assert_eq!(judge(End::Signaled(11)), Outcome::OtherCrash);
}

#[test]
fn odd_numbers_do_no_harm() {
    for sizes in [vec![], vec![None; 4], vec![Some(0); 4], vec![Some(u64::MAX); 4]] {
        let mut odd = oracle();
        odd.sizes = sizes;
        let mut runs = arm(ArmName::Vulnerable, 0.0, &[0.0; 4]);
        odd.settle(&mut runs);
        assert_eq!(outcome(&runs, ArmName::Vulnerable), Outcome::Limit);
        odd.settle(&mut []);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the figures: one outcome for the set, and a fixed arm as bad as
    /// the vulnerable one is never better judged.
    #[test]
    fn equal_arms_are_judged_alike(millis in proptest::collection::vec(0.0..100_000.0_f64, 4), start in 0.0..500.0_f64) {
        let mut runs = arm(ArmName::Vulnerable, start, &millis);
        runs.extend(arm(ArmName::Fixed, start, &millis));
        oracle().settle(&mut runs);
        prop_assert_eq!(outcome(&runs, ArmName::Vulnerable), outcome(&runs, ArmName::Fixed));
    }
}
