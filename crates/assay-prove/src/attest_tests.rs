//! A statement says what the proof says, and no changed one is believed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use assay_bundle::manifest;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_sandbox::Layers;
use jiff::Timestamp;

use super::*;
use crate::evidence::{ArmState, Evidence};
use crate::proof::{ArmRecord, InputRecord};
use crate::toolchain::Tool;
use crate::verdict::{self, Growth};

const MANIFEST: &str = r#"
schema = "assay.proof/1"
title  = "Heap overflow"
[target]
purl = "pkg:generic/tlv@0.3.1"
[arms.vulnerable.source]
path = "target"
[arms.fixed.source]
base  = "vulnerable"
patch = "fix.patch"
[toolchain]
needs = ["cc"]
[build]
recipe     = "cc"
sources    = ["harness.c"]
instrument = "asan"
[harness]
kind = "file"
run  = ["$OUT/harness", "$INPUT"]
[inputs]
trigger = [{ path = "poc/trigger" }]
benign  = [{ path = "poc/benign" }]
[oracle]
kind  = "sanitizer"
type  = ["heap-buffer-overflow"]
frame = "parse"
"#;

fn run(arm: ArmName, role: Role, repetition: u32, outcome: Outcome) -> Run {
    let fired = outcome == Outcome::Fired;
    Run {
        cell: Cell { arm, role, input: 0 },
        repetition,
        outcome,
        alive: (role == Role::Benign).then_some(true),
        signature: fired.then(|| Signature {
            kind: "heap-buffer-overflow".into(),
            function: Some("parse".into()),
            place: Place::Target,
        }),
        saw: "a stranger's text".into(),
        end: if fired { "signal SIGABRT" } else { "exit 0" }.into(),
        cpu: Duration::from_millis(10 + u64::from(repetition)),
        wall: Duration::from_millis(30),
        max_rss: 1 << 20,
        compared: None,
        logs: Vec::new(),
    }
}

fn proof() -> Proof {
    let manifest = manifest::parse(MANIFEST).unwrap();
    let mut runs = Vec::new();
    for (arm, role, outcome) in [
        (ArmName::Vulnerable, Role::Trigger, Outcome::Fired),
        (ArmName::Vulnerable, Role::Benign, Outcome::Silent),
        (ArmName::Fixed, Role::Trigger, Outcome::Silent),
        (ArmName::Fixed, Role::Benign, Outcome::Silent),
    ] {
        runs.extend((0..3).map(|repetition| run(arm, role, repetition, outcome)));
    }
    let evidence = Evidence {
        vulnerable: ArmState::Built,
        fixed: Some(ArmState::Built),
        reach: Reach::Reached,
        wanted: 3,
        growth: Growth::None,
        runs,
    };
    let record = |name| ArmRecord {
        name,
        source: Some(Sha256::of(b"source")),
        artifacts: Some(Sha256::of(b"artifact")),
        build: Duration::from_secs(1),
        builds: Builds { made: 1, kept: 2 },
    };
    let input = |name: &str| InputRecord { name: name.into(), sha256: Sha256::of(name.as_bytes()) };
    Proof {
        ruling: verdict::decide(&manifest, &evidence),
        bundle_id: Sha256::of(b"bundle"),
        claim_id: Sha256::of(b"claim"),
        assurance: Assurance::Claimant,
        claimants_parts: vec!["the harness is not said to be the project's".into()],
        second: None,
        tier: Some(Tier::P),
        layers: Some(Layers {
            engine: "native".into(),
            tier: assay_sandbox::Tier::P,
            kernel: "6.1.0".into(),
            landlock_abi: 4,
            layers: BTreeMap::from([("seccomp".into(), "deny list".into())]),
            proofs: BTreeMap::from([("connect".into(), "refused".into())]),
        }),
        evidence,
        arms: vec![record(ArmName::Vulnerable), record(ArmName::Fixed)],
        tools: vec![Tool {
            name: "cc".into(),
            path: PathBuf::from("/usr/bin/gcc"),
            version: "cc 12.2.0".into(),
            sha256: Sha256::of(b"cc").to_hex(),
        }],
        inputs: vec![input("poc/trigger"), input("poc/benign")],
        running: Duration::ZERO,
        started: Timestamp::from_second(1_700_000_000).unwrap(),
        finished: Timestamp::from_second(1_700_000_002).unwrap(),
        manifest,
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn trusted() -> TrustedKeys {
    TrustedKeys::from_iter([key().verifying_key()])
}

#[test]
fn a_statement_says_what_the_proof_says() {
    let proof = proof();
    assert_eq!(proof.ruling.verdict, Verdict::Reproduced);
    let attested = verify(&attest(&proof, &key()).unwrap(), &trusted()).unwrap();
    assert_eq!(attested.signers, [key().verifying_key().id()]);
    assert_eq!(attested.statement, statement(&proof, key().verifying_key().id()).unwrap());

    let names: Vec<&str> = attested.statement.subjects().iter().map(|subject| subject.name.as_str()).collect();
    assert_eq!(
        names,
        ["bundle", "claim", "source/vulnerable", "artifact/vulnerable", "source/fixed", "artifact/fixed"]
    );
    let run = attested.statement.run();
    assert_eq!((run.bundle_id, run.claim_id), (proof.bundle_id, proof.claim_id));
    assert_eq!((run.verdict, run.controls), (Verdict::Reproduced, Some(Controls::BenignFixed)));
    assert_eq!((run.assurance, run.sandbox.tier), (Assurance::Claimant, Some(Tier::P)));
    assert_eq!(run.sandbox.layers.get("proof/connect").map(String::as_str), Some("refused"));
    assert_eq!(run.sandbox.landlock_abi, Some(4));
    assert_eq!(run.toolchain.first().map(|tool| tool.sha256), Some(Sha256::of(b"cc")));
    assert_eq!(run.arms.len(), 4);
    let first = run.arms.first().unwrap();
    assert_eq!((first.arm, first.role, first.fired, first.total), (ArmName::Vulnerable, wire::Role::Trigger, 3, 3));
    assert_eq!(first.signature.as_ref().unwrap().function.as_deref(), Some("parse"));
    assert_eq!(first.cpu_ms, Some(CpuMillis { min: 10, median: 11, max: 12 }));
    assert_eq!(first.input_sha256, Sha256::of(b"poc/trigger"));
    assert_eq!(run.reach, "reached");
    assert_eq!(run.runner.id, key().verifying_key().id().to_string());
    assert_eq!((run.started.as_str(), run.finished.as_str()), ("2023-11-14T22:13:20Z", "2023-11-14T22:13:22Z"));
}

#[test]
fn numbers_drawn_for_a_run_and_text_of_strangers_stay_out() {
    let statement = statement(&proof(), key().verifying_key().id()).unwrap();
    let environment = &statement.run().determinism.environment;
    assert_eq!(environment.get("PATH").map(String::as_str), Some("/usr/local/bin:/usr/bin:/bin"));
    let asan = environment.get("ASAN_OPTIONS").unwrap();
    assert!(!asan.contains("118") && !asan.contains("119"), "{asan}");
    let text = String::from_utf8(statement.to_bytes().unwrap()).unwrap();
    assert!(!text.contains("stranger"), "{text}");
}

#[test]
fn the_same_proof_gives_the_same_bytes() {
    assert_eq!(attest(&proof(), &key()).unwrap(), attest(&proof(), &key()).unwrap());
}

#[test]
fn a_proof_without_runs_has_its_empty_cells() {
    let mut proof = proof();
    proof.evidence.runs.clear();
    proof.evidence.vulnerable = ArmState::Unavailable("no compiler".into());
    proof.ruling = verdict::decide(&proof.manifest, &proof.evidence);
    (proof.tier, proof.layers) = (None, None);
    let attested = verify(&attest(&proof, &key()).unwrap(), &trusted()).unwrap();
    let run = attested.statement.run();
    assert_eq!((run.verdict, run.sandbox.tier, run.arms.len()), (Verdict::NotRun, None, 4));
    assert!(run.arms.iter().all(|cell| cell.total == 0 && cell.cpu_ms.is_none()));
}

#[test]
fn a_changed_statement_is_not_believed() {
    let sealed = attest(&proof(), &key()).unwrap();
    let envelope: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
    let payload = envelope["payload"].as_str().unwrap();
    // One character of the payload: from `A` to `B` or the like, still base64.
    for place in [0, payload.len() / 3, payload.len() / 2] {
        let mut changed = payload.as_bytes().to_vec();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let mut other = envelope.clone();
        other["payload"] = String::from_utf8(changed).unwrap().into();
        let error = verify(&serde_json::to_vec(&other).unwrap(), &trusted()).unwrap_err();
        assert!(matches!(error, AttestError::Envelope(EnvelopeError::Broken(_))), "{error}");
    }
    let stranger = TrustedKeys::from_iter([SigningKey::from_seed(&[8; 32]).verifying_key()]);
    assert!(matches!(verify(&sealed, &stranger), Err(AttestError::Envelope(EnvelopeError::NotTrusted(_)))));
}

#[test]
fn a_bundles_signature_is_no_statement_about_a_run() {
    let (bundle, claim) = (Sha256::of(b"bundle"), Sha256::of(b"claim"));
    let sealed = attest_bundle(bundle, claim, &key()).unwrap();
    assert_eq!(sealed, attest_bundle(bundle, claim, &key()).unwrap());
    let verified = Envelope::parse(&sealed).unwrap().verify(PAYLOAD_TYPE, &trusted()).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(verified.payload()).unwrap();
    assert_eq!(statement["subject"][0]["digest"]["sha256"], bundle.to_hex());
    assert_eq!(statement["subject"][1]["digest"]["sha256"], claim.to_hex());
    assert!(matches!(
        verify(&sealed, &trusted()),
        Err(AttestError::Statement(StatementError::OtherType { .. } | StatementError::Malformed(_)))
    ));
}
