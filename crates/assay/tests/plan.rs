//! `assay plan` as a person meets it, on the hospital that ships with Assay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;
use support::{Bench, Said};

const DOC: &str = include_str!("../../../docs/plan.md");

fn hospital(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/hospital");
    root.join(path).canonicalize().unwrap().to_string_lossy().into_owned()
}

/// Plans the bench's own copy of the product list.
fn plan(bench: &Bench, more: &[&str]) -> Said {
    let list = bench.path("products.csv");
    if !list.exists() {
        fs::copy(hospital("products.csv"), &list).unwrap();
    }
    let [kev, cve, ssvc] = ["public/known-exploited.json", "public/cve", "public/ssvc.csv"].map(hospital);
    let mut call = vec!["plan", "products.csv", "--kev", &kev, "--cve", &cve, "--ssvc", &ssvc];
    if !more.contains(&"--now") {
        call.extend(["--now", "2026-11-21T15:04:05Z"]);
    }
    if !more.contains(&"--zone") {
        call.extend(["--zone", "America/Chicago"]);
    }
    bench.run(&[&call, more].concat())
}

#[test]
fn a_hospital_gets_its_work_in_order() {
    let bench = Bench::new();
    let said = plan(&bench, &["--organisation", "critical-infrastructure"]).exits(10);
    for words in [
        "dates are targets",
        "Within 3 days",
        "Update Progress MOVEit Transfer to 2022.1.6 or later [DMZ]",
        "Have Northline IT Services update ConnectWise ScreenConnect [DMZ]",
        "To find out",
        "Answers that would settle most",
    ] {
        said.says(words);
    }
    assert!(!said.stdout.to_lowercase().contains("deadline"));
}

#[test]
fn the_same_call_at_the_same_instant_gives_the_same_plan() {
    let bench = Bench::new();
    let json = || plan(&bench, &["--format", "json"]).exits(10).stdout;
    assert_eq!(json(), json());
}

#[test]
fn an_agency_gets_deadlines_and_the_day_from_which_they_bind() {
    let bench = Bench::new();
    let json = plan(&bench, &["--organisation", "federal-civilian-agency", "--format", "json"]).exits(10).json();
    assert_eq!(json["directive"]["basis"], "binding");
    let update = json["cards"].as_array().unwrap().iter().find(|card| card["kind"] == "update").unwrap();
    assert_eq!(update["due"]["word"], "deadline");
    assert_eq!(update["due"]["short"], "by Mon 7 Dec 2026");
}

#[test]
fn every_key_of_the_json_is_described() {
    let bench = Bench::new();
    let json = plan(&bench, &["--format", "json"]).exits(10).json();
    let mut keys: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    for card in json["cards"].as_array().unwrap() {
        keys.extend(card.as_object().unwrap().keys().map(String::as_str));
        for part in ["due", "outcome"] {
            keys.extend(card[part].as_object().unwrap().keys().map(String::as_str));
        }
    }
    for part in ["directive", "counts"] {
        keys.extend(json[part].as_object().unwrap().keys().map(String::as_str));
    }
    assert!(keys.len() > 40, "{keys:?}");
    for key in keys {
        assert!(DOC.contains(&format!("`{key}`")), "docs/plan.md does not have `{key}`");
    }
}

#[test]
fn the_next_plan_shows_what_is_done_and_what_only_looks_so() {
    let bench = Bench::new();
    fs::write(bench.path("plan.json"), plan(&bench, &["--format", "json"]).exits(10).stdout).unwrap();
    let list = fs::read_to_string(bench.path("products.csv")).unwrap();
    let lines: Vec<String> = list
        .lines()
        .filter(|line| !line.contains("Web Help Desk"))
        .map(|line| line.replace("2022.1.4", "2022.1.6"))
        .collect();
    fs::write(bench.path("products.csv"), lines.join("\n")).unwrap();
    let later = ["--previous", "plan.json", "--now", "2026-11-30T15:00:00Z", "--format", "json"];
    let json = plan(&bench, &later).exits(10).json();
    let ending = |words: &str| {
        let all = json["ended"].as_array().unwrap();
        let one = all.iter().find(|one| one["title"].as_str().unwrap().contains(words) && one["ending"] != "by-hand");
        one.map(|one| one["ending"].as_str().unwrap().to_owned())
    };
    assert_eq!(ending("Update Progress MOVEit Transfer").as_deref(), Some("verified"));
    assert_eq!(ending("SolarWinds Web Help Desk").as_deref(), Some("removed"));
    assert_eq!(json["counts"]["verified"], 1);
    // What is still there was found then and not now.
    let first = |card: &Value| card["first-seen"].as_str().unwrap().starts_with("2026-11-21T15:04:05");
    assert!(json["cards"].as_array().unwrap().iter().all(first));
}

#[test]
fn the_page_and_the_register_are_for_their_owner_alone() {
    let bench = Bench::new();
    plan(&bench, &["--html", "plan.html", "--deferrals", "waiting.csv"]).exits(10).says("written: plan.html");
    let html = fs::read_to_string(bench.path("plan.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<html lang=\"en\">"));
    assert!(!html.contains("<script") && html.contains("default-src 'none'"));
    for file in ["plan.html", "waiting.csv"] {
        let mode = fs::metadata(bench.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn an_organisation_says_what_its_lists_do_not() {
    let bench = Bench::new();
    let of = |exposed: &str| {
        fs::write(
            bench.path("us.toml"),
            format!("schema = \"assay.organisation/1\"\nkind = \"private\"\nname = \"Prairie View\"\nadopts = [\"bod-26-04\"]\n[[assets]]\ninventory = \"Cargo.lock\"\nexposed = \"{exposed}\"\n"),
        )
        .unwrap();
        let [lock, osv] = ["patient-portal/Cargo.lock", "public/osv"].map(hospital);
        let call = [
            "plan",
            &lock,
            "--advisories",
            &osv,
            "--organisation",
            "us.toml",
            "--zone",
            "UTC",
            "--now",
            "2026-11-21T15:04:05Z",
            "--format",
            "json",
        ];
        let json = bench.run(&call).json();
        assert_eq!((&json["organisation"], &json["directive"]["basis"]), (&"Prairie View".into(), &"adopted".into()));
        let all = ["cards", "later"].map(|shelf| json[shelf].as_array().unwrap().clone()).concat();
        assert!(!all.is_empty());
        all.iter().map(|card| card["outcome"]["facts"]["exposed"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("yes"), BTreeSet::from(["yes".to_owned()]));
    assert_eq!(of("no"), BTreeSet::from(["no".to_owned()]));
    assert_eq!(of("unknown"), BTreeSet::from(["unknown".to_owned()]));
}

#[test]
fn a_wrong_call_says_what_is_wrong_and_what_to_do() {
    let bench = Bench::new();
    fs::write(bench.path("not.toml"), "kind = \"hospital\"").unwrap();
    fs::write(bench.path("not.json"), "{}").unwrap();
    for (more, words) in [
        (["--zone", "Mars/Olympus"], "`Mars/Olympus` is no time zone; write one such as America/Chicago or UTC"),
        (["--organisation", "hospital"], "`hospital` is no kind of organisation; write federal-civilian-agency"),
        (["--organisation", "not.toml"], "docs/plan.md shows such a file"),
        (["--previous", "not.json"], "`not.json`: the earlier plan cannot be read"),
        (["--reports", "not.toml"], "`not.toml`: the reports cannot be read"),
        (["--previous", "gone.json"], "gone.json"),
        (["--now", "yesterday"], "is no instant; write it as"),
        (["--html", "gone/plan.html"], "`gone/plan.html` cannot be written"),
    ] {
        let said = plan(&bench, &more);
        assert!(said.exit == 2 || (said.exit == 1 && more[0] == "--html"), "{more:?}: {said:?}");
        said.says(words);
    }
}

#[test]
fn an_empty_list_has_nothing_to_do_and_an_unreadable_line_is_something_to_find_out() {
    let bench = Bench::new();
    fs::write(bench.path("products.csv"), "vendor,product,version,place\nNobody,Nothing Known,1,Attic\n").unwrap();
    plan(&bench, &[]).exits(0).says("Nothing to do by the records at hand");
    fs::write(bench.path("products.csv"), "vendor,product,version,place\nNobody,,1,Attic\n").unwrap();
    plan(&bench, &[]).exits(11).says("could not be read");
}
