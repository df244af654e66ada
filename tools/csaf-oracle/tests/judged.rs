//! Every record that can be made gives a document in which the validator finds
//! no error, and no remark but those that are listed here with their reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../crates/assay-advisory/tests/support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use assay_advisory::csaf;
use assay_advisory::record::{Record, Version};
use csaf_rs::csaf2_0::loader::load_document;
use csaf_rs::validation::{TestResultStatus, ValidationResult, validate_by_preset};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;

const MADE: usize = 400;

fn document(record: &Record) -> Value {
    serde_json::from_slice(&csaf::write(record).unwrap()).unwrap()
}

fn judge(document: &Value, preset: &str) -> ValidationResult {
    let document = load_document(document.clone()).unwrap();
    validate_by_preset(&document, "2.0", preset).unwrap()
}

/// Remarks by test, each with an example; errors too.
fn remarks(result: &ValidationResult) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for test in &result.test_results {
        if let TestResultStatus::Failure { errors, warnings, infos } = &test.status {
            let first = errors.iter().chain(warnings).chain(infos).next();
            found.insert(test.test_id.clone(), first.map(ToString::to_string).unwrap_or_default());
        }
    }
    found
}

/// Why a remark stays, if it may.
fn reason(test: &str, record: &Record) -> Option<&'static str> {
    match test {
        "6.2.3" if record.severity.as_ref().is_none_or(|severity| severity.version() == Version::V40) => {
            Some("nobody rated it, or with CVSS 4.0, for which CSAF 2.0 has no place")
        }
        "6.2.11" if record.publisher.namespace.starts_with("http:") => Some("the publisher has no https address"),
        "6.3.2" if record.severity.as_ref().is_some_and(|severity| severity.version() == Version::V30) => {
            Some("it was rated with CVSS 3.0, and nobody rates for others")
        }
        "6.3.3" if record.cve().is_none() => Some("it has no CVE id"),
        "6.3.4" if record.weaknesses.iter().all(|id| csaf::weakness_name(id).is_none()) => {
            Some("it has no weakness whose name is known here")
        }
        "6.3.9" | "6.3.10" => Some("the affected versions are a range, and are not all known one by one"),
        _ => None,
    }
}

fn check(record: &Record, seen: &mut BTreeMap<String, usize>) {
    let document = document(record);
    let basic = judge(&document, "basic");
    assert!(basic.success && basic.num_not_found == 0, "{:?}\n{document:#}", remarks(&basic));
    for (test, example) in remarks(&judge(&document, "full")) {
        let Some(_) = reason(&test, record) else { panic!("{test}: {example}\n{document:#}") };
        *seen.entry(test).or_default() += 1;
    }
}

#[test]
fn no_errors_and_no_remark_without_a_reason() {
    let mut seen = BTreeMap::new();
    check(&support::record(), &mut seen);
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["6.3.10", "6.3.9"], "what a whole record draws");
    let mut runner = TestRunner::deterministic();
    for _ in 0..MADE {
        check(&support::records().new_tree(&mut runner).unwrap().current(), &mut seen);
    }
    println!("{MADE} made records: no errors; remarks by test: {seen:?}");
}

#[test]
fn every_weakness_has_its_right_name() {
    for (id, _) in csaf::known_weaknesses() {
        let mut draft = support::draft();
        draft.weaknesses = vec![id.clone()];
        let result = judge(&document(&Record::new(draft).unwrap()), "mandatory");
        assert!(result.success, "{id}: {:?}", remarks(&result));
    }
}

#[test]
fn the_validator_can_say_no() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 6] = [
        ("6.1.1", |document| document["vulnerabilities"][0]["product_status"]["fixed"][0] = "FIXED-9999".into()),
        ("6.1.6", |document| document["vulnerabilities"][0]["product_status"]["fixed"][0] = "AFFECTED-0001".into()),
        ("6.1.9", |document| document["vulnerabilities"][0]["scores"][0]["cvss_v3"]["baseScore"] = 1.0.into()),
        ("6.1.11", |document| document["vulnerabilities"][0]["cwe"]["name"] = "Out of bounds".into()),
        ("6.1.16", |document| document["document"]["tracking"]["version"] = "2".into()),
        ("6.1.27.8", |document| {
            let vulnerability = document["vulnerabilities"][0].as_object_mut().unwrap();
            vulnerability.remove("cve");
            vulnerability.remove("ids");
            document["document"]["category"] = "csaf_vex".into();
        }),
    ];
    for (test, change) in changes {
        let mut document = document(&support::record());
        change(&mut document);
        let result = judge(&document, "mandatory");
        assert!(remarks(&result).contains_key(test), "{test}: {:?}", remarks(&result));
        assert!(!result.success);
    }
}
