//! The forms: what each looks like, that all three say the same, and that the
//! official schemas accept them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use assay_advisory::record::{Record, Until};
use assay_advisory::{csaf, openvex, osv};
use packageurl::PackageUrl;
use proptest::prelude::*;
use serde_json::Value;
use support::{record, records};

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn as_osv() {
    insta::assert_snapshot!(text(osv::write(&record()).unwrap()));
}

#[test]
fn as_csaf() {
    insta::assert_snapshot!(text(csaf::write(&record()).unwrap()));
}

#[test]
fn as_openvex() {
    insta::assert_snapshot!(text(openvex::write(&record()).unwrap()));
}

/// What a form says: (package URL without version, range in `vers`) and package URLs of fixed versions.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    affected: BTreeSet<(String, String)>,
    fixed: BTreeSet<String>,
    ids: BTreeSet<String>,
    remedies: Vec<String>,
}

fn percent(version: &str) -> String {
    version
        .bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}

fn said_by_record(record: &Record) -> Said {
    let mut said = Said {
        affected: BTreeSet::new(),
        fixed: BTreeSet::new(),
        ids: record.aliases.iter().cloned().chain([record.id.to_string()]).collect(),
        remedies: record.remedies.iter().map(|remedy| remedy.details.clone()).collect(),
    };
    for one in &record.affected {
        for range in &one.ranges {
            let from = range.introduced.as_ref().map(|version| format!(">={}", percent(version)));
            let to = match &range.until {
                Until::Fixed(version) => Some(format!("<{}", percent(version))),
                Until::LastAffected(version) => Some(format!("<={}", percent(version))),
                Until::Open => None,
            };
            let both: Vec<_> = from.into_iter().chain(to).collect();
            let range_text = if both.is_empty() { "*".to_owned() } else { both.join("|") };
            said.affected.insert((one.product.purl.clone(), range_text));
            if let Until::Fixed(version) = &range.until {
                said.fixed.insert(with_version(&one.product.purl, version));
            }
        }
    }
    said
}

fn with_version(purl: &str, version: &str) -> String {
    let mut purl: PackageUrl<'_> = purl.parse().unwrap();
    purl.with_version(version.to_owned()).unwrap();
    purl.to_string()
}

fn said_by_osv(document: &Value) -> Said {
    let mut said =
        Said { affected: BTreeSet::new(), fixed: BTreeSet::new(), ids: BTreeSet::new(), remedies: Vec::new() };
    said.ids.insert(document["id"].as_str().unwrap().strip_prefix("x_").unwrap().to_owned());
    said.ids.extend(document["aliases"].as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()));
    for entry in document["affected"].as_array().unwrap() {
        let purl = entry["database_specific"]["purl"].as_str().unwrap();
        if let Some(package) = entry.get("package") {
            assert_eq!(package["purl"], purl);
        }
        for range in entry["ranges"].as_array().unwrap() {
            let mut parts = Vec::new();
            for event in range["events"].as_array().unwrap() {
                let (key, version) = event.as_object().unwrap().iter().next().unwrap();
                let version = version.as_str().unwrap();
                match key.as_str() {
                    "introduced" if version == "0" => {}
                    "introduced" => parts.push(format!(">={}", percent(version))),
                    "fixed" => {
                        parts.push(format!("<{}", percent(version)));
                        said.fixed.insert(with_version(purl, version));
                    }
                    "last_affected" => parts.push(format!("<={}", percent(version))),
                    other => panic!("{other}"),
                }
            }
            let range = if parts.is_empty() { "*".to_owned() } else { parts.join("|") };
            said.affected.insert((purl.to_owned(), range));
        }
    }
    let remedies = document["database_specific"]["remedies"].as_array().unwrap();
    said.remedies = remedies.iter().map(|remedy| remedy["details"].as_str().unwrap().to_owned()).collect();
    said
}

fn said_by_csaf(document: &Value) -> Said {
    let vulnerability = &document["vulnerabilities"][0];
    let status = &vulnerability["product_status"];
    let named = |key: &str| -> BTreeSet<String> {
        status[key].as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let (affected_ids, fixed_ids) = (named("known_affected"), named("fixed"));
    let mut leaves = Vec::new();
    let mut open: Vec<&Value> = document["product_tree"]["branches"].as_array().unwrap().iter().collect();
    while let Some(branch) = open.pop() {
        match branch.get("product") {
            Some(product) => leaves.push((branch, product)),
            None => open.extend(branch["branches"].as_array().unwrap()),
        }
    }
    let mut ids: BTreeSet<String> =
        vulnerability["ids"].as_array().unwrap().iter().map(|id| id["text"].as_str().unwrap().to_owned()).collect();
    ids.extend(vulnerability["cve"].as_str().map(str::to_owned));
    assert!(ids.contains(document["document"]["tracking"]["id"].as_str().unwrap()));
    let remedies = vulnerability["remediations"].as_array().unwrap();
    let mut said = Said {
        affected: BTreeSet::new(),
        fixed: BTreeSet::new(),
        ids,
        remedies: remedies.iter().map(|remedy| remedy["details"].as_str().unwrap().to_owned()).collect(),
    };
    for (branch, product) in leaves {
        let id = product["product_id"].as_str().unwrap();
        let purl = product["product_identification_helper"]["purl"].as_str().unwrap().to_owned();
        assert_ne!(affected_ids.contains(id), fixed_ids.contains(id), "{id} is one of the two");
        if affected_ids.contains(id) {
            assert_eq!(branch["category"], "product_version_range");
            let range = branch["name"].as_str().unwrap().split_once('/').unwrap().1.to_owned();
            said.affected.insert((purl, range));
        } else {
            assert_eq!(branch["category"], "product_version");
            said.fixed.insert(purl);
        }
    }
    said
}

fn said_by_openvex(document: &Value) -> Said {
    let statements = document["statements"].as_array().unwrap();
    let vulnerability = &statements[0]["vulnerability"];
    let mut ids: BTreeSet<String> =
        vulnerability["aliases"].as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.insert(vulnerability["name"].as_str().unwrap().to_owned());
    let action = statements[0]["action_statement"].as_str().unwrap();
    let mut said = Said { affected: BTreeSet::new(), fixed: BTreeSet::new(), ids, remedies: vec![action.to_owned()] };
    for statement in statements {
        assert_eq!(&statement["vulnerability"], vulnerability);
        for product in statement["products"].as_array().unwrap() {
            let purl = product["@id"].as_str().unwrap();
            assert_eq!(product["identifiers"]["purl"], purl);
            if statement["status"] == "fixed" {
                said.fixed.insert(purl.to_owned());
                continue;
            }
            let parsed: PackageUrl<'_> = purl.parse().unwrap();
            let range = parsed.qualifiers()["vers"].split_once('/').unwrap().1.to_owned();
            let mut plain = parsed.clone();
            plain.clear_qualifiers();
            for (key, value) in parsed.qualifiers() {
                if key != "vers" {
                    plain.add_qualifier(key.to_string(), value.to_string()).unwrap();
                }
            }
            said.affected.insert((plain.to_string(), range));
        }
    }
    said
}

fn agree(record: &Record) {
    let wanted = said_by_record(record);
    assert_eq!(said_by_osv(&json(&osv::write(record).unwrap())), wanted, "OSV");
    assert_eq!(said_by_csaf(&json(&csaf::write(record).unwrap())), wanted, "CSAF");
    let mut vex = said_by_openvex(&json(&openvex::write(record).unwrap()));
    assert_eq!(vex.remedies, [wanted.remedies.join("\n")]);
    vex.remedies = wanted.remedies.clone();
    assert_eq!(vex, wanted, "OpenVEX");
}

#[test]
fn a_patch_that_no_runner_tried_is_called_verified_nowhere() {
    let mut draft = support::draft();
    draft.fix.as_mut().unwrap().verification = None;
    let record = Record::new(draft).unwrap();
    for form in [osv::write(&record).unwrap(), csaf::write(&record).unwrap(), openvex::write(&record).unwrap()] {
        assert!(!text(form).to_lowercase().contains("verified"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn all_three_say_the_same(record in records()) {
        agree(&record);
    }
}
