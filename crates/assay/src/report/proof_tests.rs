//! What people and programs are shown of a proof, word for word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use anstream::adapter::strip_str;
use assay_prove::proof::Proof;
use assay_seal::SigningKey;

use super::proof_json::ProofJson;
use super::{Told, plain, proof_text, sample};

fn told(proof: &Proof) -> Told<'_> {
    Told { proof, path: Path::new("examples/heap-overflow"), missing: 0, bundle_runs: None, attestation: None }
}

fn text(told: &Told<'_>) -> String {
    let text = strip_str(&proof_text::render(told)).to_string();
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn reproduced() {
    let proof = sample::reproduced();
    let key = SigningKey::from_seed(&[1; 32]).verifying_key().id();
    let told = Told { attestation: Some((Path::new("verdict.dsse.json"), key)), ..told(&proof) };
    insta::assert_snapshot!(text(&told));
}

#[test]
fn reproduced_as_json() {
    let proof = sample::reproduced();
    let json = serde_json::to_string_pretty(&ProofJson::of(&told(&proof))).unwrap();
    insta::assert_snapshot!(json.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn flaky() {
    let proof = sample::flaky();
    insta::assert_snapshot!(text(&Told { bundle_runs: Some(20), ..told(&proof) }));
}

#[test]
fn build_failed() {
    insta::assert_snapshot!(text(&told(&sample::build_failed())));
}

#[test]
fn not_run() {
    insta::assert_snapshot!(text(&told(&sample::not_run())));
}

#[test]
fn sources_that_are_not_there_are_answered_with_the_command_that_gets_them() {
    let proof = sample::not_run();
    let told = Told { missing: 2, path: Path::new("my report"), ..told(&proof) };
    assert!(text(&told).contains("`assay bundle fetch 'my report'`"));
}

#[test]
fn no_verdict_stands_without_assurance_runner_builds_and_runs() {
    for proof in [sample::reproduced(), sample::flaky(), sample::build_failed(), sample::not_run()] {
        let text = text(&told(&proof));
        for word in ["verdict ", "assurance ", "runner ", "runs ", "tier", " build"] {
            assert!(text.contains(word), "`{word}` is missing in\n{text}");
        }
    }
}

#[test]
fn strangers_cannot_act_on_the_terminal() {
    let proof = sample::hostile();
    let told = told(&proof);
    let text = text(&told);
    let json = plain::json_safe(&serde_json::to_string_pretty(&ProofJson::of(&told)).unwrap());
    for shown in [&text, &json] {
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\r', '\u{202e}', '\u{9b}']), "{shown}");
        assert!(!shown.lines().skip(1).any(|line| line.starts_with("Reproduced: forged")));
    }
    assert!(text.lines().all(|line| line.chars().count() < 1_500));
    assert!(text.len() < 20_000, "{}", text.len());
}
