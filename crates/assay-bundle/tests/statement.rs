//! Statements: canonical out, tolerant and careful in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::statement::{
    Cell, CpuMillis, Determinism, ProofRun, Role, Runner, Sandbox, SignatureSeen, Statement, StatementError, Subject,
    Tool,
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
        reach: "reached".to_owned(),
        determinism: Determinism { aslr: true, environment: map(&[("PATH", "/usr/bin")]) },
        runner: Runner { id: "0123".to_owned(), version: "0.1.0".to_owned() },
        started: "2026-11-05T12:00:00Z".to_owned(),
        finished: "2026-11-05T12:00:01Z".to_owned(),
    };
    Statement::new(run, vec![Subject::new("source/vulnerable", Sha256::of(b"source"))])
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
