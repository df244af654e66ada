//! Voices are counted once a runner, and only where they say something.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_bundle::statement::{Cell, Determinism, Runner, Sandbox};
use assay_bundle::verdict::{Assurance, Outcome};
use assay_seal::SigningKey;
use proptest::prelude::*;

use super::*;

fn voice(runner: u8, minute: u8, verdict: Verdict, function: &str) -> Voice {
    let reproduced = verdict == Verdict::Reproduced;
    let key = SigningKey::from_seed(&[runner; 32]).verifying_key().id();
    let outcomes = vec![if reproduced { Outcome::Fired } else { Outcome::Silent }];
    let cell = Cell {
        arm: ArmName::Vulnerable,
        role: Role::Trigger,
        input: 0,
        input_sha256: Sha256::of(b"input"),
        fired: u32::from(reproduced),
        silent: u32::from(!reproduced),
        other: 0,
        total: 1,
        signature: reproduced.then(|| SignatureSeen {
            kind: "heap-buffer-overflow".into(),
            function: Some(function.into()),
            place: "target".into(),
        }),
        outcomes,
        cpu_ms: None,
        logs: Vec::new(),
    };
    let run = ProofRun {
        bundle_id: Sha256::of(b"bundle"),
        claim_id: Sha256::of(b"claim"),
        verdict,
        rule: crate::attest::RULE.into(),
        controls: reproduced.then_some(Controls::Benign),
        assurance: Assurance::Claimant,
        second: None,
        sandbox: Sandbox {
            tier: None,
            engine: "native".into(),
            kernel: String::new(),
            landlock_abi: None,
            layers: BTreeMap::new(),
        },
        toolchain: Vec::new(),
        arms: vec![cell],
        evidence: None,
        builds: Vec::new(),
        reach: "unknown".into(),
        determinism: Determinism { aslr: true, environment: BTreeMap::new() },
        runner: Runner { id: key.to_string(), version: "0".into() },
        started: "2026-01-01T00:00:00Z".into(),
        finished: format!("2026-01-01T00:{minute:02}:00Z"),
    };
    Voice { runner: key, statement: Statement::new(run, Vec::new()) }
}

#[test]
fn two_runners_that_saw_the_same_agree() {
    let both = [voice(1, 0, Verdict::Reproduced, "f"), voice(2, 1, Verdict::Reproduced, "f")];
    let agreement = Agreement::of(both.to_vec()).unwrap();
    assert_eq!((agreement.agree, agreement.of, agreement.holds(None)), (2, 2, Some(true)));
    assert_eq!(agreement.holds(Some(3)), None, "two of the three that were asked for spoke");
}

#[test]
fn one_runner_that_speaks_twice_is_one_voice_its_latest() {
    let twice = vec![voice(1, 5, Verdict::NotReproduced, "f"), voice(1, 0, Verdict::Reproduced, "f")];
    let agreement = Agreement::of(twice).unwrap();
    assert_eq!((agreement.of, agreement.superseded, agreement.holds(None)), (1, 1, None));
    assert_eq!(agreement.most.unwrap().verdict, Verdict::NotReproduced);
}

#[test]
fn another_place_another_verdict_and_a_draw_are_no_agreement() {
    for other in [voice(2, 0, Verdict::Reproduced, "g"), voice(2, 0, Verdict::NotReproduced, "f")] {
        let agreement = Agreement::of(vec![voice(1, 0, Verdict::Reproduced, "f"), other]).unwrap();
        assert_eq!((agreement.most.as_ref(), agreement.holds(None)), (None, Some(false)));
        assert_eq!(agreement.holds(Some(1)), Some(false), "nobody leads");
    }
}

#[test]
fn most_of_three_is_enough_where_two_were_asked_for() {
    let three = vec![
        voice(1, 0, Verdict::Reproduced, "f"),
        voice(2, 1, Verdict::Reproduced, "f"),
        voice(3, 2, Verdict::NotReproduced, "f"),
    ];
    let agreement = Agreement::of(three).unwrap();
    assert_eq!((agreement.holds(Some(2)), agreement.holds(None)), (Some(true), Some(false)));
}

#[test]
fn who_could_not_run_it_says_nothing() {
    for idle in [Verdict::NotRun, Verdict::Inconclusive] {
        let agreement = Agreement::of(vec![voice(1, 0, Verdict::Reproduced, "f"), voice(2, 0, idle, "f")]).unwrap();
        assert_eq!((agreement.of, agreement.holds(None)), (1, None));
    }
}

#[test]
fn other_bundles_and_other_rules_are_not_compared() {
    let one = voice(1, 0, Verdict::Reproduced, "f");
    let mut run = one.run().clone();
    run.bundle_id = Sha256::of(b"another");
    let other = Voice { runner: one.runner, statement: Statement::new(run, Vec::new()) };
    assert!(matches!(Agreement::of(vec![one.clone(), other]), Err(NotComparable::OtherBundle(..))));
    let mut run = one.run().clone();
    run.rule = "assay.verdict/2".into();
    let other = Voice { runner: one.runner, statement: Statement::new(run, Vec::new()) };
    assert!(matches!(Agreement::of(vec![one, other]), Err(NotComparable::OtherRule(..))));
    assert_eq!(Agreement::of(Vec::new()), Err(NotComparable::None));
}

proptest! {
    #[test]
    fn order_plays_no_part_and_no_runner_counts_twice(
        drawn in prop::collection::vec((1_u8..4, any::<bool>()), 1..12),
        need in 1_usize..4,
    ) {
        let word = |yes: bool| if yes { Verdict::Reproduced } else { Verdict::NotReproduced };
        // Each at an instant of its own, so that "latest" is the same in any order.
        let voices: Vec<Voice> =
            drawn.iter().zip(0..).map(|((runner, yes), minute)| voice(*runner, minute, word(*yes), "f")).collect();
        let one = Agreement::of(voices.clone()).unwrap();
        let other = Agreement::of(voices.into_iter().rev().collect()).unwrap();
        prop_assert_eq!(&one, &other);
        let runners: std::collections::BTreeSet<u8> = drawn.iter().map(|(runner, _)| *runner).collect();
        prop_assert_eq!(one.of, runners.len());
        let said_yes = one.voices.iter().filter(|voice| voice.run().verdict == Verdict::Reproduced).count();
        prop_assert_eq!(one.agree, said_yes.max(one.of - said_yes));
        prop_assert!(one.holds(Some(need)) != Some(true) || one.agree >= need);
    }
}
