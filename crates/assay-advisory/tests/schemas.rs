//! The official schemas, and for OpenVEX a reader of its own: each accepts what
//! is written here, and refuses what is not right.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use assay_advisory::{csaf, openvex, osv};
use flate2::read::GzDecoder;
use jsonschema::{Registry, Resource, Validator};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::Value;

const MADE: usize = 64;

/// JSON files of an archive, by path.
fn archive(path: &Path, wanted: &[&str]) -> BTreeMap<String, Value> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path).unwrap()));
    let mut found = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        if wanted.contains(&path.as_str()) {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.insert(path, serde_json::from_str(&text).unwrap());
        }
    }
    assert_eq!(found.len(), wanted.len(), "{wanted:?}");
    found
}

fn errors(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn made(each: impl Fn(&assay_advisory::record::Record)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..MADE {
        each(&support::records().new_tree(&mut runner).unwrap().current());
    }
}

#[test]
fn osv_schema_accepts_every_record() {
    let Some(path) = support::data("conformance/conformance.tar.gz") else { return };
    let name = "osv-schema/schema.json";
    let schema = archive(&path, &[name]).remove(name).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let check = |record: &assay_advisory::record::Record| {
        let document: Value = serde_json::from_slice(&osv::write(record).unwrap()).unwrap();
        assert_eq!(errors(&validator, &document), Vec::<String>::new(), "{document:#}");
    };
    check(&support::record());
    made(check);
    // And the validator can say no.
    let mut wrong: Value = serde_json::from_slice(&osv::write(&support::record()).unwrap()).unwrap();
    wrong["id"] = "ASSAY-2026-0001".into();
    assert_eq!(errors(&validator, &wrong).len(), 1);
}

#[test]
fn csaf_schema_accepts_every_record() {
    let Some(path) = support::data("csaf/csaf.tar.gz") else { return };
    let document_schema = "csaf_2.0/json_schema/csaf_json_schema.json";
    let scores: [(&str, &str); 3] = [
        ("csaf_2.0/referenced_schema/first/cvss-v2.0_strict.json", "https://www.first.org/cvss/cvss-v2.0.json"),
        ("csaf_2.0/referenced_schema/first/cvss-v3.0_strict.json", "https://www.first.org/cvss/cvss-v3.0.json"),
        ("csaf_2.0/referenced_schema/first/cvss-v3.1_strict.json", "https://www.first.org/cvss/cvss-v3.1.json"),
    ];
    let names: Vec<&str> = scores.iter().map(|(name, _)| *name).chain([document_schema]).collect();
    let mut files = archive(&path, &names);
    let schema = files.remove(document_schema).unwrap();
    let mut registry = Registry::new();
    for (name, address) in scores {
        let resource = Resource::from_contents(files.remove(name).unwrap());
        registry = registry.add(address, resource).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator =
        jsonschema::options().with_registry(&registry).should_validate_formats(true).build(&schema).unwrap();
    let check = |record: &assay_advisory::record::Record| {
        let document: Value = serde_json::from_slice(&csaf::write(record).unwrap()).unwrap();
        assert_eq!(errors(&validator, &document), Vec::<String>::new(), "{document:#}");
    };
    check(&support::record());
    made(check);
    let mut wrong: Value = serde_json::from_slice(&csaf::write(&support::record()).unwrap()).unwrap();
    wrong["vulnerabilities"][0]["scores"][0]["cvss_v3"]["vectorString"] = "CVSS:3.1/AV:Q".into();
    assert!(!errors(&validator, &wrong).is_empty());
}

/// OpenVEX 0.2.0, nothing more than it allows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vex {
    #[serde(rename = "@context")]
    context: String,
    #[serde(rename = "@id")]
    id: String,
    author: String,
    role: Option<String>,
    timestamp: String,
    version: u32,
    tooling: Option<String>,
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    vulnerability: Vulnerability,
    timestamp: Option<String>,
    products: Vec<Product>,
    status: String,
    #[serde(rename = "status_notes")]
    _status_notes: Option<String>,
    action_statement: Option<String>,
    action_statement_timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vulnerability {
    name: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    identifiers: BTreeMap<String, String>,
}

fn check_vex(bytes: &[u8]) -> Result<(), String> {
    let vex: Vex = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let instant = |text: &str| text.parse::<assay_base::Instant>().map(|_| ()).map_err(|error| error.to_string());
    let unless = |right: bool, what: &str| if right { Ok(()) } else { Err(what.to_owned()) };
    unless(vex.context == "https://openvex.dev/ns/v0.2.0", "context")?;
    unless(vex.id.starts_with("http"), "the id is no IRI")?;
    unless(!vex.author.is_empty() && vex.role.as_deref() != Some("") && vex.tooling.as_deref() != Some(""), "author")?;
    unless(vex.version >= 1, "version")?;
    instant(&vex.timestamp)?;
    unless(!vex.statements.is_empty(), "no statements")?;
    for statement in &vex.statements {
        unless(!statement.vulnerability.name.is_empty(), "no name")?;
        unless(!statement.vulnerability.aliases.contains(&statement.vulnerability.name), "a name of its own")?;
        statement.timestamp.as_deref().map_or(Ok(()), instant)?;
        statement.action_statement_timestamp.as_deref().map_or(Ok(()), instant)?;
        unless(!statement.products.is_empty(), "no products")?;
        for product in &statement.products {
            product.id.parse::<packageurl::PackageUrl<'_>>().map_err(|error| error.to_string())?;
            unless(product.identifiers.keys().all(|key| ["purl", "cpe22", "cpe23"].contains(&key.as_str())), "keys")?;
        }
        match statement.status.as_str() {
            "affected" => unless(statement.action_statement.as_deref().is_some_and(|a| !a.is_empty()), "no action")?,
            "fixed" | "under_investigation" => unless(statement.action_statement.is_none(), "an action")?,
            other => return Err(format!("status {other}")),
        }
    }
    Ok(())
}

#[test]
fn openvex_reader_accepts_every_record() {
    let check = |record: &assay_advisory::record::Record| {
        check_vex(&openvex::write(record).unwrap()).unwrap();
    };
    check(&support::record());
    made(check);
    let right = String::from_utf8(openvex::write(&support::record()).unwrap()).unwrap();
    for (from, to) in [("\"affected\"", "\"safe\""), ("\"action_statement\"", "\"action\""), ("v0.2.0", "v0.1.0")] {
        assert!(right.contains(from));
        assert!(check_vex(right.replace(from, to).as_bytes()).is_err(), "{to}");
    }
}
