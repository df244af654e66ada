//! `assay track` and `assay grant` as people and programs call them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use support::Bench;

const DOC: &str = include_str!("../../../docs/track.md");

/// The example of a format, as the document shows it.
fn shown(schema: &str) -> String {
    let blocks = DOC.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.into_iter().find(|block| block.contains(&format!("schema = \"{schema}\""))).unwrap().to_owned()
}

#[test]
fn duties_are_unknown_and_the_documents_own_evidence_changes_one() {
    let bench = Bench::new();
    let now = ["--now", "2026-11-22T00:00:00Z"];
    let said = bench.run(&[&["track"][..], &now].concat()).exits(11);
    assert!(said.stdout.starts_with("17 duties: 17 unknown. Unknown is neither met nor missed"), "{}", said.stdout);
    let digest = "ab".repeat(32);
    fs::write(bench.path("e.toml"), shown("assay.duty-evidence/1").replace("\"...\"", &format!("\"{digest}\"")))
        .unwrap();
    let call = ["track", "--evidence", "e.toml", "--only", "eo-14409", "--html", "d.html", "--ics", "d.ics"];
    let said = bench.run(&[&call[..], &now].concat()).exits(11);
    said.says("12 duties: 1 met, 11 unknown.");
    said.says("It was done on 2026-07-17, 15 days late.");
    assert!(fs::read_to_string(bench.path("d.html")).unwrap().contains(&digest));
    assert_eq!(fs::read_to_string(bench.path("d.ics")).unwrap().matches("BEGIN:VEVENT").count(), 10);
    let missed = fs::read_to_string(bench.path("e.toml")).unwrap().replace("\"done\"", "\"not-done\"");
    fs::write(bench.path("e.toml"), missed).unwrap();
    let json = bench.run(&["track", "--evidence", "e.toml", "--format", "json", now[0], now[1]]).exits(10).json();
    assert_eq!((json["counts"]["missed"].as_u64(), json["counts"]["duties"].as_u64()), (Some(1), Some(17)));
    assert_eq!(json["items"][5]["due"], "2026-07-03T04:00:00.000000Z");
}

#[test]
fn a_pack_of_ones_own_stands_beside_the_shipped_ones() {
    let bench = Bench::new();
    fs::write(bench.path("p.toml"), shown("assay.duties/1")).unwrap();
    let call = [
        "track",
        "--pack",
        "p.toml",
        "--only",
        "state-order",
        "--now",
        "2026-11-22T00:00:00Z",
        "--zone",
        "America/Chicago",
    ];
    bench.run(&call).exits(11).says("due Mon 30 November 2026, end of day CST, 90 days after the issue");
    bench.run(&["track", "--only", "nothing"]).exits(2);
    fs::write(bench.path("p.toml"), shown("assay.duties/1").replace("2026-11-30", "2026-12-01")).unwrap();
    let wrong = bench.run(&call).exits(2);
    assert!(wrong.stderr.contains("90 days after 2026-09-01 are 2026-11-30 and not 2026-12-01"), "{}", wrong.stderr);
}

#[test]
fn grants_ask_for_what_is_missing_and_the_pack_holds_no_inventory() {
    let bench = Bench::new();
    fs::write(bench.path("a.toml"), shown("assay.applicant/1")).unwrap();
    let now = ["--now", "2026-11-22T00:00:00Z"];
    let said = bench.run(&[&["grant", "match", "a.toml"][..], &now].concat()).exits(11);
    said.says("are made up, to show the format");
    said.says("Ask the agency: How much money is left in the programme?");
    said.says("1 unfunded");
    fs::write(bench.path("p.toml"), shown("assay.programmes/1")).unwrap();
    let said = bench.run(&[&["grant", "match", "a.toml", "--programmes", "p.toml"][..], &now].concat()).exits(0);
    said.says("1 fits");

    fs::write(bench.path("products.csv"), "vendor,product,version\nFortinet,FortiOS,7.4.2\n").unwrap();
    fs::write(
        bench.path("scan.json"),
        "{ \"answer\": { \"things\": 41, \"affected\": 8 }, \"exposures\": [\"secret\"] }",
    )
    .unwrap();
    let call = [
        "grant",
        "evidence",
        "a.toml",
        "--programmes",
        "p.toml",
        "--programme",
        "state-hospitals",
        "--inventory",
        "products.csv",
        "--scan",
        "scan.json",
        "--into",
        "pack",
    ];
    let said = bench.run(&[&call[..], &now].concat()).exits(0);
    said.says("things 41");
    said.says("affected 8");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(bench.path("pack/evidence.json")).unwrap()).unwrap();
    assert_eq!(json["files"].as_array().unwrap().len(), 2);
    let all = json.to_string() + &fs::read_to_string(bench.path("pack/evidence.txt")).unwrap();
    assert!(!all.contains("FortiOS") && !all.contains("secret"));
    bench.run(&[&call[..], &now].concat()).exits(2);
    bench.run(&["grant", "evidence", "a.toml", "--programme", "none", "--into", "other"]).exits(2);
    fs::write(bench.path("scan.json"), "{}").unwrap();
    let third: Vec<&str> = call.iter().map(|word| if *word == "pack" { "third" } else { word }).collect();
    let wrong = bench.run(&third).exits(2);
    assert!(wrong.stderr.contains("is not the JSON of a scan"), "{}", wrong.stderr);
    assert!(!bench.path("third").exists());
}
