#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::testing::{FIXED, Scene, TRIGGER, finished};
use super::*;
use crate::evidence::Cell;

fn oracle(normalise: &[Normalise], remove: &[&str], against: bool) -> Differing {
    Differing::new(&Differential {
        channel: Channel::Stdout,
        exit: true,
        normalise: normalise.to_vec(),
        remove: remove.iter().map(|regex| (*regex).to_owned()).collect(),
        against: against.then(|| vec!["/out/other".to_owned()]),
    })
    .unwrap()
}

fn run(oracle: &Differing, cell: Cell, repetition: u32, end: End, stdout: &str) -> Run {
    let mut scene = Scene::of(end);
    scene.cell = cell;
    scene.finished.stdout = stdout.as_bytes().to_vec();
    let judgement = oracle.judge(&scene.seen());
    Run {
        cell,
        repetition,
        outcome: judgement.outcome,
        alive: None,
        signature: judgement.signature,
        compared: oracle.compared(&scene.seen()),
        saw: judgement.saw,
        end: String::new(),
        cpu: std::time::Duration::ZERO,
        wall: std::time::Duration::ZERO,
        max_rss: 0,
        logs: Vec::new(),
    }
}

/// Outcomes of (vulnerable, fixed) outputs of one input.
fn settled(oracle: &Differing, vulnerable: &[&str], fixed: &[&str]) -> (Vec<Outcome>, Vec<Outcome>) {
    let of = |cell: Cell, outputs: &[&str]| -> Vec<Run> {
        outputs.iter().zip(0..).map(|(text, number)| run(oracle, cell, number, End::Exited(0), text)).collect()
    };
    let mut runs = [of(TRIGGER, vulnerable), of(FIXED, fixed)].concat();
    oracle.settle(&mut runs);
    let outcomes = |arm| runs.iter().filter(|run| run.cell.arm == arm).map(|run| run.outcome).collect();
    (outcomes(ArmName::Vulnerable), outcomes(ArmName::Fixed))
}

use Outcome::{Fired, OracleBroken, Silent};

#[test]
fn an_answer_unlike_the_fixed_versions_fires() {
    let plain = oracle(&[], &[], false);
    assert_eq!(settled(&plain, &["a", "a"], &["b", "b"]), (vec![Fired, Fired], vec![Silent, Silent]));
    assert_eq!(settled(&plain, &["a", "b"], &["b", "b"]), (vec![Fired, Silent], vec![Silent, Silent]));
    assert_eq!(settled(&plain, &["b"], &["b"]), (vec![Silent], vec![Silent]));
}

#[test]
fn without_a_measure_nothing_is_said() {
    let plain = oracle(&[], &[], false);
    assert_eq!(settled(&plain, &["a"], &["b", "c"]), (vec![OracleBroken], vec![OracleBroken; 2]), "it wavers");
    assert_eq!(settled(&plain, &["a"], &[]), (vec![OracleBroken], vec![]), "it is not there");
}

#[test]
fn what_is_declared_to_change_is_not_compared() {
    let all =
        oracle(&[Normalise::Trim, Normalise::LowerCase, Normalise::SortLines], &["[0-9]+ ms", "0x[0-9a-f]+"], false);
    assert_eq!(settled(&all, &["B 12 ms\n\n a at 0xff"], &["A at 0x1 \nb 7 ms\n"]), (vec![Silent], vec![Silent]));
    assert_eq!(settled(&all, &["B 12 s\n a at 0xff"], &["A at 0x1 \nb 7 ms\n"]), (vec![Fired], vec![Silent]));
    let trim = oracle(&[Normalise::Trim], &[], false);
    assert_eq!(settled(&trim, &["A"], &["a"]).0, [Fired], "only what is declared");
}

#[test]
fn the_status_counts_unless_it_is_left_out() {
    let compared = oracle(&[], &[], false);
    let left_out = Differing::new(&Differential { exit: false, ..compared.declared.clone() }).unwrap();
    for (oracle, outcome) in [(&compared, Fired), (&left_out, Silent)] {
        let mut runs = vec![run(oracle, TRIGGER, 0, End::Exited(1), "a"), run(oracle, FIXED, 0, End::Exited(0), "a")];
        oracle.settle(&mut runs);
        assert_eq!(runs.first().unwrap().outcome, outcome);
    }
}

#[test]
fn half_a_run_is_not_compared() {
    let oracle = oracle(&[], &[], false);
    for (end, outcome) in [(End::OutputLimit, Outcome::Limit), (End::Signaled(11), Outcome::OtherCrash)] {
        let mut runs = vec![run(&oracle, TRIGGER, 0, end, "a"), run(&oracle, FIXED, 0, End::Exited(0), "b")];
        oracle.settle(&mut runs);
        assert_eq!(runs.first().unwrap().outcome, outcome);
        assert_eq!(runs.first().unwrap().compared, None);
    }
}

#[test]
fn another_implementation_is_a_measure_for_both_arms() {
    let oracle = oracle(&[Normalise::Trim], &[], true);
    let judged = |own: &str, other: Option<(End, &str)>| {
        let mut scene = Scene::of(End::Exited(0));
        scene.finished.stdout = own.as_bytes().to_vec();
        scene.against = other.map(|(end, text)| {
            let mut other = finished(end);
            other.stdout = text.as_bytes().to_vec();
            other
        });
        oracle.judge(&scene.seen()).outcome
    };
    assert_eq!(judged("a", Some((End::Exited(0), "a "))), Silent);
    assert_eq!(judged("a", Some((End::Exited(0), "b"))), Fired);
    assert_eq!(judged("a", Some((End::Exited(1), "a"))), Fired);
    assert_eq!(judged("a", Some((End::Signaled(11), "b"))), Outcome::HarnessError);
    assert_eq!(judged("a", Some((End::WallLimit, "b"))), Outcome::HarnessError);
    assert_eq!(judged("a", None), OracleBroken);
}

#[test]
fn a_regex_bomb_is_refused() {
    let declared = Differential { remove: vec!["(((a{1000}){1000}){1000})".into()], ..Differential::default() };
    assert!(Differing::new(&declared).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn only_equal_runs_have_equal_digests(a in prop::collection::vec(any::<u8>(), 0..40), b in prop::collection::vec(any::<u8>(), 0..40), x in 0..3, y in 0..3) {
        let oracle = oracle(&[], &[], false);
        let digest = |bytes: &[u8], status| {
            let mut run = finished(End::Exited(status));
            run.stdout = bytes.to_vec();
            oracle.digest(&run)
        };
        let same = oracle.normalised(&a) == oracle.normalised(&b) && x == y;
        prop_assert_eq!(digest(&a, x) == digest(&b, y), same);
    }
}
