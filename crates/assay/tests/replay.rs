//! `assay replay`: two runners with keys of their own, one bundle, and whoever is not to be believed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::ffi::OsString;
use std::fs;

use assay_seal::{Envelope, SigningKey, TrustedKeys, VerifyingKey};
use serde_json::Value;
use support::{Bench, Said, example};

/// A runner with this name has proved an example: its statement, its result, and its public key lie on the bench.
fn proved(bench: &Bench, runner: &str, bundle: &str) {
    let key = SigningKey::generate().unwrap();
    fs::write(bench.path(&format!("{runner}.pem")), key.to_pem().as_bytes()).unwrap();
    fs::write(bench.path(&format!("{runner}.pub")), key.verifying_key().to_pem()).unwrap();
    let said = run(
        bench,
        &[
            "prove",
            "--no-progress",
            "--attest",
            &format!("{runner}.json"),
            "--svr",
            &format!("{runner}.svr.json"),
            "--key",
            &format!("{runner}.pem"),
        ],
        Some(bundle),
    );
    assert!([0, 10].contains(&said.exit), "{said:?}");
}

fn run(bench: &Bench, arguments: &[&str], bundle: Option<&str>) -> Said {
    let mut all: Vec<OsString> = arguments.iter().map(Into::into).collect();
    all.extend(bundle.map(|name| example(name).into_os_string()));
    bench.run(&all)
}

fn replay(bench: &Bench, arguments: &[&str], bundle: Option<&str>) -> Said {
    let mut all = vec!["replay"];
    all.extend(arguments);
    if bundle.is_some() {
        all.push("--bundle");
    }
    run(bench, &all, bundle)
}

#[test]
fn another_runner_comes_to_the_same_and_says_so() {
    let bench = Bench::new();
    proved(&bench, "theirs", "null-deref-signal");
    let trust = ["theirs.json", "--trust", "theirs.pub", "--attest", "mine.json", "--format=json"];
    let json = replay(&bench, &trust, Some("null-deref-signal")).exits(0).json();
    assert_eq!((&json["outcome"], &json["agree"], &json["of"]), (&"agree".into(), &2.into(), &2.into()));
    assert_eq!(json["verdict"], "reproduced");
    let here: Vec<bool> = json["voices"].as_array().unwrap().iter().map(|voice| voice["here"] == true).collect();
    assert_eq!(here.iter().filter(|here| **here).count(), 1);
    assert_eq!(json["voices"][0]["artifacts"], json["voices"][1]["artifacts"], "one source, one build");

    // What this machine wrote is a voice like any other, and believed here without being named.
    let said = replay(&bench, &["theirs.json", "mine.json", "--trust", "theirs.pub"], None).exits(0);
    said.says("2 of 2 runners agree: reproduced.");
    said.says("What they built is the same, byte for byte.");

    // One runner twice is one voice.
    let said = replay(&bench, &["theirs.json", "theirs.json", "--trust", "theirs.pub"], None).exits(13);
    said.says("too few");
}

#[test]
fn a_statement_of_nobody_we_trust_is_not_believed() {
    let bench = Bench::new();
    proved(&bench, "theirs", "slop");
    let said = replay(&bench, &["theirs.json"], Some("slop")).exits(2);
    said.says("name its public key with --trust");

    // A word changed after signing.
    let text = fs::read_to_string(bench.path("theirs.json")).unwrap();
    let mut envelope: Value = serde_json::from_str(&text).unwrap();
    let payload = envelope["payload"].as_str().unwrap().replacen('A', "B", 1);
    envelope["payload"] = payload.into();
    fs::write(bench.path("changed.json"), envelope.to_string()).unwrap();
    replay(&bench, &["changed.json", "--trust", "theirs.pub"], None).exits(2);

    // The result beside it is no statement about a run.
    let said = replay(&bench, &["theirs.svr.json", "--trust", "theirs.pub"], None).exits(2);
    said.says("svr");
    fs::write(bench.path("none.json"), "{}").unwrap();
    replay(&bench, &["none.json"], None).exits(2).says("assay prove --attest");
    replay(&bench, &["not-there.json"], None).exits(2);
}

#[test]
fn runners_that_differ_and_bundles_that_differ() {
    let bench = Bench::new();
    proved(&bench, "theirs", "slop");
    proved(&bench, "others", "null-deref-signal");
    let said = replay(&bench, &["theirs.json", "others.json", "--trust", "theirs.pub", "--trust", "others.pub"], None);
    said.exits(2).says("different bundles");
    let said = replay(&bench, &["theirs.json", "--trust", "theirs.pub"], Some("null-deref-signal")).exits(2);
    said.says("is not the bundle that the statements speak of");

    // Two voices are not the three that were asked for, and one is the one.
    let need =
        |number: &str| ["theirs.json", "--trust", "theirs.pub", "--no-progress", "--need", number].map(str::to_owned);
    for (number, exit) in [("3", 13), ("2", 0), ("1", 0)] {
        let call = need(number);
        replay(&bench, &call.each_ref().map(String::as_str), Some("slop")).exits(exit);
    }
}

#[test]
fn a_simple_result_lists_what_held_and_nothing_else() {
    let bench = Bench::new();
    for (bundle, properties) in [
        (
            "null-deref-signal",
            &["ASSAY_REPRODUCED", "ASSAY_CONTROL_BENIGN", "ASSAY_CONTROL_FIXED", "ASSAY_ASSURANCE_CLAIMANT"][..],
        ),
        ("slop", &[][..]),
    ] {
        proved(&bench, "runner", bundle);
        let key = VerifyingKey::from_pem(&fs::read_to_string(bench.path("runner.pub")).unwrap()).unwrap();
        let envelope = Envelope::parse(&fs::read(bench.path("runner.svr.json")).unwrap()).unwrap();
        let verified = envelope.verify("application/vnd.in-toto+json", &TrustedKeys::from_iter([key])).unwrap();
        let result: Value = serde_json::from_slice(verified.payload()).unwrap();
        assert_eq!(result["predicateType"], "https://in-toto.io/attestation/svr/v0.1");
        assert_eq!(result["predicate"]["verifier"]["id"], format!("urn:assay:runner:{}", key.id()));
        assert!(result["predicate"]["timeCreated"].as_str().unwrap().ends_with('Z'));
        let held = result["predicate"]["properties"].as_array().unwrap();
        for property in properties {
            assert!(held.iter().any(|had| had == property), "{property} is not in {held:?}");
        }
        assert_eq!(held.is_empty(), properties.is_empty());
        assert_eq!(result["subject"][0]["name"], "bundle");
    }
}
