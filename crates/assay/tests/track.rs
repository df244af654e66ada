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

#[test]
fn signed_duties_and_programmes_stand_by_a_key_that_the_reader_trusts() {
    let bench = Bench::new();
    let key = bench.home().join(".local/share/assay/runner.pub");
    let key = key.to_str().unwrap();
    fs::write(bench.path("p.toml"), shown("assay.duties/1")).unwrap();
    bench.run(&["directive", "sign", "p.toml", "--out", "p.json"]).exits(0).says("state-order version 1 signed by");
    let only = ["track", "--pack", "p.json", "--only", "state-order", "--all"];
    let refused = bench.run(&only).exits(2);
    assert!(refused.stderr.contains("no key to check it with"), "{}", refused.stderr);
    bench.run(&[&only[..], &["--pack-key", key]].concat()).exits(11).says("(signed by");
    // One byte of it changed, and it is nobody's.
    let changed = fs::read_to_string(bench.path("p.json")).unwrap().replacen("\"payload\":\"", "\"payload\":\"A", 1);
    fs::write(bench.path("bad.json"), changed).unwrap();
    bench.run(&["track", "--pack", "bad.json", "--pack-key", key]).exits(2);
    // The id of what ships is taken by whoever is trusted, and by nobody else.
    let theirs =
        shown("assay.duties/1").replace("\"state-order\"", "\"cra-dates\"").replace("version = 1", "version = 2");
    fs::write(bench.path("c.toml"), &theirs).unwrap();
    let refused = bench.run(&["track", "--pack", "c.toml"]).exits(2);
    assert!(refused.stderr.contains("has the id"), "{}", refused.stderr);
    bench.run(&["directive", "sign", "c.toml", "--out", "c.json"]).exits(0);
    let taken = bench.run(&["track", "--pack", "c.json", "--pack-key", key, "--only", "cra-dates"]).exits(11);
    taken.says("1 duty: 1 unknown");

    fs::write(bench.path("a.toml"), shown("assay.applicant/1")).unwrap();
    fs::write(bench.path("g.toml"), shown("assay.programmes/1")).unwrap();
    bench.run(&["directive", "sign", "g.toml", "--out", "g.json"]).exits(0);
    let call =
        ["grant", "match", "a.toml", "--programmes", "g.json", "--now", "2026-11-22T00:00:00Z", "--format", "json"];
    bench.run(&call).exits(2);
    let told = bench.run(&[&call[..], &["--pack-key", key]].concat()).exits(0).json();
    assert!(told["programmes"][0]["entered-by"].as_str().unwrap().contains("(signed by"), "{told}");
    // A pack that could not be used is not signed.
    fs::write(bench.path("p.toml"), theirs.replace("2026-11-30", "2026-12-01")).unwrap();
    bench.run(&["directive", "sign", "p.toml", "--out", "p2.json"]).exits(2);
}
