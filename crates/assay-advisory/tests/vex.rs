//! VEX that others wrote, read whole: CSAF's own examples, and CycloneDX's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::io::Read as _;

use assay_advisory::vex::{BadVex, Document, Form, Statement, Status};

#[test]
fn every_csaf_vex_example_says_something_by_somebody() {
    let Some(path) = support::data("csaf/csaf.tar.gz") else { return };
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    let mut read = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        if !name.contains("examples/csaf/csaf_vex/") || !name.ends_with(".json") {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let document = Document::read(&bytes).unwrap_or_else(|bad| panic!("{name}: {bad}"));
        assert_eq!(document.form, Form::Csaf, "{name}");
        assert!(!document.author.is_empty(), "{name}");
        // One of them names its product by `<=1.14.0`, which is no `vers:`: that is told, and says nothing.
        let told = |why: &str| why.contains("is in words");
        assert!(document.skips.named.iter().all(|one| told(&one.why)), "{name}: {:?}", document.skips);
        assert!(!document.statements.is_empty() || !document.skips.is_empty(), "{name}");
        // The profile asks for a reason beside each *not affected* (clause 4.5), and the examples keep to it.
        let silent = document.statements.iter().filter(|one| one.status == Status::NotAffected);
        for one in silent {
            assert!(one.reason().is_some(), "{name}: {one:?}");
        }
        println!("{name}: {} statements, {} unreadable", document.statements.len(), document.skips.total);
        read += 1;
    }
    assert_eq!(read, 13);
}

#[test]
fn every_cyclonedx_document_is_read_or_refused() {
    let Some(path) = support::data("conformance/conformance.tar.gz") else { return };
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    let mut packed = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("cyclonedx/test-resources.zip") {
            entry.read_to_end(&mut packed).unwrap();
        }
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed)).unwrap();
    let (mut read, mut statements) = (0, 0);
    let mut forms: BTreeMap<String, BTreeMap<String, Vec<Statement>>> = BTreeMap::new();
    for place in 0..zip.len() {
        let mut member = zip.by_index(place).unwrap();
        let name = member.name().unwrap().into_owned();
        let Some((stem, form)) = name.rsplit_once('.').filter(|(_, form)| ["json", "xml"].contains(form)) else {
            continue;
        };
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        match Document::read(&bytes) {
            Ok(document) => {
                read += 1;
                statements += document.statements.len();
                // A valid document says nothing that is not understood.
                let is_valid = name.rsplit('/').next().unwrap().starts_with("valid-vulnerability");
                assert!(!is_valid || document.skips.is_empty(), "{name}: {:?}", document.skips);
                if is_valid {
                    forms.entry(stem.to_owned()).or_default().insert(form.to_owned(), document.statements);
                }
            }
            Err(bad) => {
                assert!(matches!(bad, BadVex::NotJson(_) | BadVex::NotXml(_) | BadVex::NotVex), "{name}: {bad}");
            }
        }
    }
    // What is written in both forms says the same in both.
    let both: Vec<_> =
        forms.iter().filter(|(_, of)| of.len() == 2 && of.values().any(|said| !said.is_empty())).collect();
    for (stem, of) in &both {
        assert_eq!(of["json"], of["xml"], "{stem}");
    }
    println!("{read} documents, {statements} statements, {} in both forms", both.len());
    assert!(both.len() >= 3);
    assert!(read > 300 && statements > 5, "{read} {statements}");
}
