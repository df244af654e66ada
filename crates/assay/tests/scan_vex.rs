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
fn a_plan_says_what_a_statement_took_off_it_and_whose_word_that_is() {
    let bench = bench();
    write(&bench.path("vex.json"), &statement("The Maintainers", "not_affected", "pkg:npm/a@1.5.0", "2026-01-01"));
    let call = ["plan", "package-lock.json", "--advisories", "osv", "--vex", "vex.json", "--html", "plan.html"];
    let said = bench.run(&call).exits(0);
    said.says("Taken off by a VEX statement (1)");
    said.says("According to The Maintainers, this version is not affected");
    assert!(fs::read_to_string(bench.path("plan.html")).unwrap().contains("According to The Maintainers"));
    let json = bench.run(&[&call[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!((json["left-off"][0]["id"].as_str(), json["cards"].as_array().unwrap().len()), (Some("A"), 0));
}

#[test]
fn each_affected_thing_comes_with_what_to_do_and_the_list_stays_short() {
    let bench = bench();
    let said = bench.run(&CALL).exits(10);
    for words in ["Do  Update to 2.0.0 or later.", "$ npm update a", "Next  `assay plan`"] {
        said.says(words);
    }
    // Thirty things: ten in full, a line for each of the others, and all of it for who asks.
    let things: String = (0..30).map(|n| format!(r#","node_modules/b{n}":{{"version":"1.5.0"}}"#)).collect();
    for n in 0..30 {
        write(&bench.path(&format!("osv/B{n}.json")), &record(&format!("B{n}"), &format!("b{n}")));
    }
    let lock = format!(r#"{{"name":"x","lockfileVersion":3,"packages":{{"":{{"name":"x"}}{things}}}}}"#);
    fs::write(bench.path("package-lock.json"), lock).unwrap();
    let said = bench.run(&CALL).exits(10);
    assert_eq!(said.stdout.matches("$ npm update").count(), 10, "{}", said.stdout);
    said.says("20 less urgent things");
    said.says(": Update to 2.0.0 or later.");
    let all = bench.run(&[&CALL[..], &["--all"]].concat()).exits(10);
    assert_eq!(all.stdout.matches("$ npm update").count(), 30);
    assert!(all.stdout.lines().count() > 2 * said.stdout.lines().count());
}

#[test]
fn what_is_known_of_things_beside_their_lists_is_told_and_changes_no_answer() {
    let bench = bench();
    let file = "schema = \"assay.assets/1\"\n[[assets]]\nproduct = \"a\"\nexposed = \"yes\"\npatched-by = \"Northline IT\"\n\
        [[assets]]\nproduct = \"nothing\"\nexposed = \"no\"\n";
    fs::write(bench.path("assets.toml"), file).unwrap();
    let said = bench.run(&[&CALL[..], &["--assets", "assets.toml", "--html", "page.html"]].concat()).exits(10);
    said.says("reachable from the internet, patched by Northline IT");
    said.says("! 1 entry of the file of assets is about nothing in these lists: number 2.");
    assert!(fs::read_to_string(bench.path("page.html")).unwrap().contains("patched by Northline IT"));
    let json = bench.run(&[&CALL[..], &["--assets", "assets.toml", "--format", "json"]].concat()).exits(10).json();
    assert_eq!(json["exposures"][0]["component"]["site"]["exposed"], "yes");
    assert_eq!(json["notes"].as_array().unwrap().len(), 1);
    bench.run(&[&CALL[..], &["--assets", "osv/A.json"]].concat()).exits(2);
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
