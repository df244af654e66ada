//! VEX and the files beside a scan's answer, through the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/scan.rs"]
mod scan_support;
mod support;

use std::fs;

use scan_support::{record, write};
use serde_json::{Value, json};
use support::Bench;

fn statement(author: &str, status: &str, purl: &str, day: &str) -> Value {
    json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": author, "timestamp": format!("{day}T00:00:00Z"),
        "statements": [{ "vulnerability": { "name": "A" }, "status": status, "justification": "vulnerable_code_not_present",
            "products": [{ "@id": purl }] }] })
}

/// A lock with one thing that a record affects.
fn bench() -> Bench {
    let bench = Bench::new();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    scan_support::lock(&bench, "a", "1.5.0");
    bench
}

const CALL: [&str; 4] = ["scan", "package-lock.json", "--advisories", "osv"];

#[test]
fn a_statement_takes_a_thing_off_the_list_with_its_authors_name() {
    let bench = bench();
    write(&bench.path("vex.json"), &statement("The Maintainers", "not_affected", "pkg:npm/a@1.5.0", "2026-01-01"));
    let said = bench.run(&[&CALL[..], &["--vex", "vex.json"]].concat()).exits(0);
    said.says("1 is taken off the list by VEX statements");
    said.says("Taken off the list by VEX statements (1)");
    said.says("By the word of The Maintainers; `--all` lists them with their reasons.");
    let said = bench.run(&[&CALL[..], &["--vex", "vex.json", "--all"]].concat()).exits(0);
    said.says("According to The Maintainers, this version is not affected (vulnerable code not present),");
    let json = bench.run(&[&CALL[..], &["--vex", "vex.json", "--format", "json"]].concat()).exits(0).json();
    assert_eq!(json["answer"]["by-vex"], 1);
    assert_eq!((json["answer"]["affected"].as_u64(), json["answer"]["not-affected"].as_u64()), (Some(0), Some(0)));
    assert_eq!(json["suppressed"][0]["by"]["words"][0]["author"], "The Maintainers");
    assert_eq!(json["suppressed"][0]["touch"], "affected");
    assert_eq!(json["vex"]["documents"][0]["statements"], 1);
}

#[test]
fn another_version_and_another_authors_word_keep_it_on_the_list() {
    let bench = bench();
    write(&bench.path("other.json"), &statement("M", "not_affected", "pkg:npm/a@1.5.1", "2026-01-01"));
    bench.run(&[&CALL[..], &["--vex", "other.json"]].concat()).exits(10);
    write(&bench.path("one.json"), &statement("M", "not_affected", "pkg:npm/a", "2026-01-01"));
    write(&bench.path("two.json"), &statement("N", "affected", "pkg:npm/a", "2025-01-01"));
    let said = bench.run(&[&CALL[..], &["--vex", "one.json", "--vex", "two.json"]].concat()).exits(10);
    said.says("They contradict");
    let json = bench.run(&[&CALL[..], &["--vex", "one.json", "--vex", "two.json", "--format", "json"]].concat()).json();
    assert_eq!(json["vex"]["told"][0]["by"]["outcome"], "contradicted");
    // What is no VEX document says so, and how to go on.
    let wrong = bench.run(&[&CALL[..], &["--vex", "osv/A.json"]].concat()).exits(2);
    assert!(wrong.stderr.contains("none of OpenVEX"), "{}", wrong.stderr);
}

#[test]
fn what_an_inventory_says_of_itself_is_listened_to() {
    let bench = bench();
    let bom = |state: &str| {
        json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "metadata": { "supplier": { "name": "Box Maker" } },
            "components": [{ "type": "library", "bom-ref": "a", "name": "a", "version": "1.5.0", "purl": "pkg:npm/a@1.5.0" }],
            "vulnerabilities": [{ "id": "A", "analysis": { "state": state, "detail": "It is never called." },
                "affects": [{ "ref": "a" }] }] })
    };
    write(&bench.path("bom.json"), &bom("not_affected"));
    let call = ["scan", "bom.json", "--advisories", "osv"];
    bench.run(&call).exits(0).says("(inside of the inventory)");
    // Its word holds for itself alone.
    bench.run(&["scan", "bom.json", "package-lock.json", "--advisories", "osv"]).exits(10);
    write(&bench.path("bom.json"), &bom("exploitable"));
    bench.run(&call).exits(10).says("According to Box Maker, this version is affected (It is never called)");
}

#[test]
fn the_files_beside_the_answer_are_whole_and_their_owners() {
    let bench = bench();
    let files = [
        "--sarif",
        "s.sarif",
        "--cyclonedx-vex",
        "c.json",
        "--openvex",
        "o.json",
        "--html",
        "p.html",
        "--vex-author",
        "Jo Roe",
    ];
    bench.run(&[&CALL[..], &files[..]].concat()).exits(10);
    let read = |name: &str| fs::read_to_string(bench.path(name)).unwrap();
    let sarif: Value = serde_json::from_str(&read("s.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "A");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "package-lock.json"
    );
    let openvex: Value = serde_json::from_str(&read("o.json")).unwrap();
    assert_eq!(
        (openvex["author"].as_str(), openvex["statements"][0]["status"].as_str()),
        (Some("Jo Roe"), Some("affected"))
    );
    assert_eq!(serde_json::from_str::<Value>(&read("c.json")).unwrap()["vulnerabilities"][0]["id"], "A");
    assert!(read("p.html").contains("1 of 1 thing is affected"));
    use std::os::unix::fs::PermissionsExt as _;
    for name in ["s.sarif", "c.json", "o.json", "p.html"] {
        assert_eq!(fs::metadata(bench.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    // What was written is listened to: an operator's own *affected* keeps things on the list.
    bench
        .run(&[&CALL[..], &["--vex", "o.json"]].concat())
        .exits(10)
        .says("According to Jo Roe, this version is affected (Update a to 2.0.0 or later)");
    bench.run(&[&CALL[..], &["--html", "nowhere/p.html"]].concat()).exits(1);
}

#[test]
fn a_report_whose_flaw_is_public_is_told_so() {
    let bench = Bench::new();
    let mut public = record("A", "a");
    public["aliases"] = json!(["CVE-2026-0001"]);
    public["references"] = json!([{ "type": "FIX", "url": "https://example.org/a/commit/0123abcd" }]);
    write(&bench.path("osv/A.json"), &public);
    let report = |purl: &str, ids: &str| {
        fs::create_dir_all(bench.path("report")).unwrap();
        let text =
            format!("schema = \"assay.proof/1\"\ntitle = \"A flaw\"\nids = {ids}\n[target]\npurl = \"{purl}\"\n");
        fs::write(bench.path("report/proof.toml"), text).unwrap();
        bench.run(&["bundle", "known", "report", "--advisories", "osv"])
    };
    let said = report("pkg:npm/a@1.5.0", "[\"CVE-2026-0001\"]").exits(10);
    said.says("report is public already.");
    said.says("Fixed in 2.0.0.");
    said.says("commit  https://example.org/a/commit/0123abcd");
    report("pkg:npm/a@1.5.0", "[]").exits(11).says("is perhaps public already");
    report("pkg:npm/a@2.0.0", "[]").exits(0).says("that does not make it new");
    report("pkg:npm/b@1.5.0", "[]").exits(0).says("No record names its target");
}
