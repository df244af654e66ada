#![allow(clippy::unwrap_used)]
use assay_bundle::statement::LogSeen;

use super::*;

fn run() -> FixRun {
    let step = |level: Level, held: bool| StepSaid { level, held, failed: false };
    FixRun {
        bundle_id: Sha256::of(b"bundle"),
        claim_id: Sha256::of(b"claim"),
        patch: Sha256::of(b"patch"),
        level: Some(Level::L3),
        unbroken: Some(Level::L1),
        untested: true,
        rule: RULE.into(),
        steps: Level::ALL.iter().map(|level| step(*level, *level != Level::L2 && *level <= Level::L3)).collect(),
        verdict: Verdict::Reproduced,
        assurance: Assurance::Claimant,
        without: Tally { fired: 3, total: 3 },
        with: Tally { fired: 0, total: 3 },
        around: Some(AroundSaid {
            seed: u64::MAX,
            executions: 2_000,
            cpu_ms: 12_000,
            variants: 1_000,
            fired: 200,
            against: 0,
            compared: 300,
            differ: 0,
        }),
        plain: Some(PlainSaid {
            run: true,
            runs: 190,
            inputs: 29,
            stopped_without: 27,
            stopped_with: 0,
            trigger_failed: false,
            failed: false,
            differs: false,
            holds: false,
        }),
        moved: Some(MovedSaid {
            run: true,
            runs: 50,
            trigger_failed: false,
            failed: false,
            differs: false,
            broken: false,
        }),
        reached: Some(Reached { asked: 2, reached: 2, untold: 0 }),
        tests_compared: None,
        touches: vec![TouchSaid { kind: "exits".into(), cap: Some(Level::L2) }],
        evidence: LogDigests::of(vec![LogSeen {
            arm: ArmName::Vulnerable,
            role: assay_bundle::statement::Role::Trigger,
            input: 0,
            run: 0,
            kind: "report".into(),
            bytes: 3,
            sha256: Sha256::of(b"log"),
        }]),
        merged_as: None,
        runner: Runner { id: "00".into(), version: "0".into() },
        tier: Some("P".into()),
        engine: Some("native".into()),
        started: "2026-11-21T20:00:00Z".into(),
        finished: "2026-11-21T20:01:00Z".into(),
    }
}

fn bytes(run: &FixRun) -> Vec<u8> {
    let subject = vec![
        Subject::new("bundle", Sha256::of(b"bundle")),
        Subject::new("claim", Sha256::of(b"claim")),
        Subject::new("patch", Sha256::of(b"patch")),
    ];
    let (kind, predicate_type) = (STATEMENT_TYPE.to_owned(), PREDICATE_TYPE.to_owned());
    let statement = Statement { kind, subject, predicate_type, predicate: run.clone() };
    jcs::canonical(&serde_json::to_value(statement).unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read() {
    assert_eq!(read(&bytes(&run())).unwrap(), run());
}

#[test]
fn a_statement_without_the_plain_runs_is_read_too() {
    let mut json: serde_json::Value = serde_json::from_slice(&bytes(&run())).unwrap();
    let predicate = json["predicate"].as_object_mut().unwrap();
    predicate.remove("plain");
    predicate.remove("moved");
    predicate.remove("reached");
    predicate.remove("evidence");
    let old = read(&serde_json::to_vec(&json).unwrap()).unwrap();
    assert_eq!((old.plain, old.moved, old.level), (None, None, Some(Level::L3)));
}

#[test]
fn a_statement_that_says_more_than_its_steps_is_refused() {
    let changes: [fn(&mut FixRun); 16] = [
        |run| run.level = Some(Level::L4),
        |run| run.unbroken = Some(Level::L3),
        |run| run.untested = false,
        |run| run.with.fired = 1,
        |run| run.without.fired = 0,
        |run| run.steps.clear(),
        |run| run.patch = Sha256::of(b"another"),
        |run| run.plain.as_mut().unwrap().trigger_failed = true,
        |run| run.plain.as_mut().unwrap().run = false,
        |run| run.plain.as_mut().unwrap().differs = true,
        |run| run.plain.as_mut().unwrap().stopped_with = 30,
        |run| run.moved.as_mut().unwrap().failed = true,
        |run| run.moved.as_mut().unwrap().broken = true,
        |run| run.moved.as_mut().unwrap().trigger_failed = true,
        |run| run.reached.as_mut().unwrap().reached = 3,
        |run| run.evidence.as_mut().unwrap().named[0].sha256 = Sha256::of(b"another log"),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut changed = run();
        change(&mut changed);
        assert!(read(&bytes(&changed)).is_err(), "change {index}");
    }
}

#[test]
fn behaviour_that_was_compared_on_nothing_that_counts_is_refused() {
    let mut run = run();
    run.steps.iter_mut().filter(|step| step.level == Level::L4).for_each(|step| step.held = true);
    run.level = Some(Level::L4);
    assert!(read(&bytes(&run)).is_ok());
    run.reached = Some(Reached { asked: 2, reached: 0, untold: 0 });
    assert!(read(&bytes(&run)).is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_it(junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), at in 0_usize..2_000) {
        let _ = read(&junk);
        let mut changed = bytes(&run());
        let at = at % changed.len();
        changed.splice(at..at, junk);
        if let Ok(read) = read(&changed) {
            proptest::prop_assert!(read.unbroken <= read.level);
        }
    }
}
