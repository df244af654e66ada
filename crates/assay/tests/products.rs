//! Product lists through the real program: advisories, ends of support, and
//! what stands beside them in a publisher's folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/scan.rs"]
mod scan_support;
mod support;

use std::fs;

use scan_support::{write, zip};
use serde_json::{Value, json};
use support::Bench;

const LIST: &str = "\
Make;Model;Firmware;Site;Maintained by;Internet facing
Exampletron Inc.;Gateway 9;9.3;Well 1;us;yes
Exampletron;Gateway 9;9.4;Well 2;us;no
Exampletorn;Gateway 9;;Well 3;Tri-County;no
Exampletron;Gateway OS;8.1;Well 4;us;no
Nobody;Toaster;1.0;Kitchen;us;no
";

fn advisory(id: &str) -> Value {
    json!({
        "document": { "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Exampletron Gateway",
            "publisher": { "category": "coordinator", "name": "CISA", "namespace": "https://www.cisa.gov/" },
            "tracking": { "id": id, "current_release_date": "2026-01-02T00:00:00Z",
                "initial_release_date": "2026-01-01T00:00:00Z", "status": "final", "version": "1", "revision_history": [] } },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Exampletron", "branches": [
            { "category": "product_name", "name": "Gateway 9", "branches": [{ "category": "product_version_range",
                "name": "vers:all/<V9.4", "product": { "name": "Gateway 9", "product_id": "P1" } }] }] }] },
        "vulnerabilities": [{ "cve": "CVE-2026-0001", "product_status": { "known_affected": ["P1"] },
            "remediations": [{ "category": "vendor_fix", "details": "Update to V9.4 or later version", "product_ids": ["P1"] },
                { "category": "mitigation", "details": "Close port 502.", "product_ids": ["P1"] }] }],
    })
}

fn life() -> String {
    let product = json!({ "id": "gateway-os", "title": "Exampletron Gateway OS",
        "identifiers": [{ "cpe": "cpe:2.3:o:exampletron:gateway_os" }],
        "releases": [{ "releaseCycle": "9", "eol": "2099-01-01" }, { "releaseCycle": "8", "eol": "2020-01-31" }] });
    format!("{product}\n")
}

#[test]
fn advisories_and_ends_of_support() {
    let bench = Bench::new();
    fs::write(bench.path("list.csv"), LIST).unwrap();
    fs::write(bench.path("eol.jsonl"), life()).unwrap();
    write(&bench.path("csaf/2026/icsa-26-001-01.json"), &advisory("ICSA-26-001-01"));
    // What a publisher puts beside its advisories is no broken advisory, and a broken one is named.
    write(&bench.path("csaf/provider-metadata.json"), &json!({ "publisher": {} }));
    write(&bench.path("csaf/example-csaf-feed-tlp-white.json"), &json!({ "feed": {} }));
    write(&bench.path("csaf/2026/broken.json"), &json!({ "document": {} }));

    let call = ["scan", "list.csv", "--csaf", "csaf", "--eol", "eol.jsonl"];
    let said = bench.run(&call).exits(10);
    for words in [
        "1 of 5 things is affected, 1 cannot be told, 1 is not affected, and no record names 2.",
        "CVE-2026-0001 affects versions before 9.4, and 9.3 is one (CISA ICSA-26-001-01).",
        "differ as a misspelling would",
        "Toaster",
        "broken.json",
    ] {
        said.says(words);
    }
    let json = bench.run(&[call.as_slice(), &["--format", "json", "--all"]].concat()).exits(10).json();
    let of = |line: &str| {
        let mut all = json["exposures"].as_array().unwrap().iter();
        all.find(|one| one["component"]["at"] == line).unwrap_or_else(|| panic!("{line} in {json:#}"))
    };
    let first = of("line 2");
    assert_eq!((&first["touch"], &first["certainty"]), (&json!("affected"), &json!("product")));
    assert_eq!(
        (&first["advisory"]["source"], &first["advisory"]["aliases"][0]),
        (&json!("CSAF"), &json!("ICSA-26-001-01"))
    );
    assert_eq!(first["fixed"], json!(["9.4"]));
    assert_eq!(of("line 3")["touch"], "not-affected");
    assert_eq!((&of("line 4")["touch"], &of("line 4")["certainty"]), (&json!("cannot-tell"), &json!("likely")));
    let notice = &json["notices"][0];
    assert_eq!((&notice["component"]["at"], &notice["advisory"]["source"]), (&json!("line 5"), &json!("end of life")));
    assert!(notice["why"].as_str().unwrap().contains("ended on 2020-01-31"), "{notice}");
    let feeds: Vec<&Value> = json["sources"].as_array().unwrap().iter().map(|source| &source["feed"]).collect();
    assert_eq!(feeds, [&json!("csaf"), &json!("end-of-life")]);
    assert_eq!(json["sources"][0]["skipped"], 1);
}

#[test]
fn an_archive_and_lines_are_read_like_a_folder() {
    let bench = Bench::new();
    fs::write(bench.path("list.csv"), LIST).unwrap();
    let text = advisory("ICSA-26-001-01").to_string();
    zip(&bench.path("csaf.zip"), &[("white/2026/icsa-26-001-01.json", text.clone().into_bytes())]);
    fs::write(bench.path("csaf.jsonl"), format!("{text}\n\n{text}\n")).unwrap();
    for path in ["csaf.zip", "csaf.jsonl"] {
        bench.run(&["scan", "list.csv", "--csaf", path]).exits(10).says("9.3 is one");
    }
    // The end of support alone is no answer to whether something touches it.
    fs::write(bench.path("eol.jsonl"), life()).unwrap();
    bench.run(&["scan", "list.csv", "--eol", "eol.jsonl"]).exits(2).says("no records are named");
    bench.run(&["scan", "list.csv", "--csaf", "nowhere"]).exits(2).says("nowhere");
}
