//! Statements: canonical out, tolerant and careful in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::statement::{
    BuildOrigin, Cell, CpuMillis, Determinism, LogDigests, LogSeen, MAX_NAMED, ProofRun, Role, Runner, Sandbox,
    SignatureSeen, Statement, StatementError, Subject, Tool,
};
use assay_bundle::verdict::{Assurance, Controls, Outcome, Tier, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

fn statement() -> Statement {
    let map = |list: &[(&str, &str)]| -> BTreeMap<String, String> {
        let pairs = list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        pairs.collect()
    };
    let run = ProofRun {
        bundle_id: Sha256::of(b"bundle"),
        claim_id: Sha256::of(b"claim"),
        verdict: Verdict::Reproduced,
        rule: "1".to_owned(),
        controls: Some(Controls::BenignFixed),
        assurance: Assurance::Claimant,
        second: None,
        sandbox: Sandbox {
            tier: Some(Tier::P),
            engine: "native 0.1.0".to_owned(),
            kernel: "6.18.0".to_owned(),
            landlock_abi: Some(7),
            layers: map(&[("seccomp", "proved")]),
        },
        toolchain: vec![Tool { name: "cc".to_owned(), version: "12.2.0".to_owned(), sha256: Sha256::of(b"cc") }],
        arms: vec![Cell {
            arm: ArmName::Vulnerable,
            role: Role::Trigger,
            input: 0,
            input_sha256: Sha256::of(b"input"),
            fired: 2,
            silent: 0,
            other: 1,
            total: 3,
            signature: Some(SignatureSeen {
                kind: "heap-buffer-overflow".to_owned(),
                function: Some("parse_string".to_owned()),
                place: "target".to_owned(),
            }),
            outcomes: vec![Outcome::Fired, Outcome::Limit, Outcome::Fired],
            cpu_ms: Some(CpuMillis { min: 5, median: 6, max: 9 }),
            logs: vec![Sha256::of(b"log")],
        }],
        evidence: LogDigests::of(vec![log(2, "report"), log(0, "stdout"), log(0, "report")]),
        builds: vec![BuildOrigin { arm: ArmName::Vulnerable, made: 0, kept: 1 }],
        reach: "reached".to_owned(),
        determinism: Determinism { aslr: true, environment: map(&[("PATH", "/usr/bin")]) },
        runner: Runner { id: "0123".to_owned(), version: "0.1.0".to_owned() },
        started: "2026-11-05T12:00:00Z".to_owned(),
        finished: "2026-11-05T12:00:01Z".to_owned(),
    };
    Statement::new(run, vec![Subject::new("source/vulnerable", Sha256::of(b"source"))])
}

fn log(run: u32, kind: &str) -> LogSeen {
    LogSeen {
        arm: ArmName::Vulnerable,
        role: Role::Trigger,
        input: 0,
        run,
        kind: kind.to_owned(),
        bytes: 4,
        sha256: Sha256::of(b"text"),
    }
}

fn json() -> Value {
    serde_json::from_slice(&statement().to_bytes().unwrap()).unwrap()
}

fn read(value: &Value) -> Result<Statement, StatementError> {
    Statement::from_bytes(&serde_json::to_vec(value).unwrap())
}

#[test]
fn the_shape_of_a_statement() {
    let bytes = statement().to_bytes().unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json()).unwrap());
    assert_eq!(Statement::from_bytes(&bytes).unwrap(), statement());
    assert_eq!(Statement::from_bytes(&bytes).unwrap().to_bytes().unwrap(), bytes);
}

#[test]
fn unknown_fields_are_ignored_and_unknown_words_are_not() {
    let mut value = json();
    value["futureField"] = json!(1);
    value["predicate"]["futureField"] = json!({ "a": [1] });
    value["predicate"]["arms"][0]["futureField"] = json!(null);
    assert_eq!(read(&value).unwrap(), statement());
    value["predicate"]["verdict"] = json!("very-reproduced");
    assert!(matches!(read(&value), Err(StatementError::Malformed(_))));
}

#[test]
fn statements_that_contradict_themselves_are_refused() {
    let mut value = json();
    value["predicateType"] = json!("https://slsa.dev/provenance/v1");
    assert!(matches!(read(&value), Err(StatementError::OtherType { .. })));

    let mut value = json();
    value["subject"][0]["digest"]["sha256"] = json!("00");
    assert!(matches!(read(&value), Err(StatementError::OtherSubject("bundle"))));

    let mut value = json();
    let second = value["subject"][0].clone();
    value["subject"].as_array_mut().unwrap().push(second);
    assert!(matches!(read(&value), Err(StatementError::OtherSubject("bundle"))));

    let mut value = json();
    value["predicate"]["arms"][0]["fired"] = json!(3);
    assert!(matches!(read(&value), Err(StatementError::Counts { .. })));

    let vast = vec![b' '; 7 << 20];
    assert!(matches!(Statement::from_bytes(&vast), Err(StatementError::TooLarge(_))));
    let text = String::from_utf8(statement().to_bytes().unwrap()).unwrap();
    let twice = text.replacen("\"rule\":\"1\"", "\"rule\":\"1\",\"rule\":\"2\"", 1);
    assert!(Statement::from_bytes(twice.as_bytes()).is_err());
}

#[test]
fn a_statement_from_before_the_digests_of_logs_is_read() {
    let mut old = json();
    for key in ["evidence", "builds"] {
        old["predicate"].as_object_mut().unwrap().remove(key).unwrap();
    }
    let read = read(&old).unwrap();
    assert_eq!((&read.run().evidence, read.run().builds.len()), (&None, 0));
    assert_eq!(serde_json::from_slice::<Value>(&read.to_bytes().unwrap()).unwrap(), old, "and written as it was");
}

#[test]
fn digests_of_logs_that_do_not_add_up_are_refused() {
    type Change = fn(&mut Value);
    let changes: [Change; 6] = [
        |logs| logs["named"][0]["sha256"] = json!(Sha256::of(b"another")),
        |logs| logs["named"][0]["kind"] = json!("hook"),
        |logs| logs["named"][0]["run"] = json!(3),
        |logs| logs["named"][0]["input"] = json!(1),
        |logs| logs["count"] = json!(2),
        |logs| drop(logs["named"].as_array_mut().unwrap().pop()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut value = json();
        change(&mut value["predicate"]["evidence"]);
        let outcome = read(&value);
        // Logs may be left out of the names, never out of the count: then the digest over all cannot be checked here.
        let fine = number == 5;
        assert_eq!(outcome.is_ok(), fine, "{number}: {outcome:?}");
        assert!(fine || matches!(outcome, Err(StatementError::Logs)));
    }
}

#[test]
fn of_very_many_logs_the_first_runs_of_each_input_are_named() {
    let logs: Vec<LogSeen> =
        (0..3000).flat_map(|run| (0..2).map(move |input| LogSeen { input, ..log(run, "report") })).collect();
    let digests = LogDigests::of(logs.clone()).unwrap();
    assert_eq!((digests.count, digests.named.len()), (6000, MAX_NAMED));
    assert!(digests.named.iter().any(|log| log.input == 1), "both inputs are there");
    let mut turned = logs;
    turned.reverse();
    assert_eq!(LogDigests::of(turned), Some(digests), "in whatever order they come");
    assert_eq!(LogDigests::of(Vec::new()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn hostile_bytes_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = statement().to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = Statement::from_bytes(&bytes);
    }
}
