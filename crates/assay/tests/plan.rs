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

/// A file of three sites whose lists are the hospital's own, cut apart: each has a thing that no other has.
fn sites(bench: &Bench, leave: &str) {
    let list = fs::read_to_string(hospital("products.csv")).unwrap();
    let (heading, lines) = list.split_once('\n').unwrap();
    let mut file = "schema = \"assay.sites/1\"\noperator = \"Prairie ISAC\"\n".to_owned();
    for (id, word, more) in [("one", "MOVEit", ""), ("two", "FortiGate", ""), ("three", "SharePoint", leave)] {
        fs::create_dir(bench.path(id)).unwrap();
        let own: Vec<&str> = lines.lines().filter(|line| line.contains(word)).collect();
        assert!(!own.is_empty(), "{word}");
        fs::write(bench.path(id).join("products.csv"), format!("{heading}\n{}\n", own.join("\n"))).unwrap();
        file.push_str(&format!(
            "[[site]]\nid = \"{id}\"\nname = \"Site {word}\"\norganisation = \"critical-infrastructure\"\nlists = [\"{id}/products.csv\"]\nzone = \"America/Chicago\"\n[site.delegation]\nby = \"Pat\"\nfrom = \"2026-01-01\"\n{more}rights = [\"plan\", \"name\"]\n"
        ));
    }
    fs::write(bench.path("sites.toml"), file).unwrap();
}

fn plan_sites(bench: &Bench, more: &[&str]) -> Said {
    let [kev, cve, ssvc] = ["public/known-exploited.json", "public/cve", "public/ssvc.csv"].map(hospital);
    let call = ["plan", "--sites", "sites.toml", "--into", "out", "--kev", &kev, "--cve", &cve, "--ssvc", &ssvc];
    bench.run(&[&call, more].concat())
}

#[test]
fn each_sites_folder_holds_nothing_of_another() {
    let bench = Bench::new();
    sites(&bench, "");
    let json = plan_sites(&bench, &["--now", "2026-11-21T15:04:05Z", "--format", "json"]).exits(10).json();
    assert_eq!(json["sites"].as_array().unwrap().len(), 3);
    let words = [("one", "MOVEit"), ("two", "FortiGate"), ("three", "SharePoint")];
    for (id, own) in words {
        let folder = bench.path("out").join(id);
        for file in ["plan.html", "dates.ics", "cards.csv", "plan.json", "history.json"] {
            // A calendar's lines are folded anywhere.
            let text = fs::read_to_string(folder.join(file)).unwrap().replace("\r\n ", "");
            assert!(text.contains(own), "{file} of {id} has nothing of its own");
            for (other, word) in words.iter().filter(|(other, _)| *other != id) {
                assert!(!text.contains(word), "{file} of {id} has something of {other}");
            }
            let mode = fs::metadata(folder.join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file} of {id}");
        }
    }
    let summary = fs::read_to_string(bench.path("out/summary.csv")).unwrap();
    assert!(words.iter().all(|(_, word)| summary.contains(word)), "{summary}");
}

#[test]
fn a_site_that_took_its_leave_back_is_not_planned() {
    let bench = Bench::new();
    sites(&bench, "revoked = \"2026-10-01\"\n");
    plan_sites(&bench, &["--now", "2026-11-21T15:04:05Z"]).exits(10).says("not planned: it took its leave back");
    assert!(bench.path("out/one/plan.html").exists() && !bench.path("out/three").exists());
}

#[test]
fn a_history_tells_what_was_verified_and_what_came_back() {
    let bench = Bench::new();
    let at = |day: &str| {
        let now = format!("2026-11-{day}T15:00:00Z");
        plan(&bench, &["--history=kept", "--now", &now, "--format", "json"]).exits(10).json()["uptake"].clone()
    };
    let first = at("21");
    let list = fs::read_to_string(bench.path("products.csv")).unwrap();
    assert_eq!((&first["verified"], &first["reappeared"]), (&0.into(), &0.into()));
    fs::write(bench.path("products.csv"), list.replace("2022.1.4", "2022.1.6")).unwrap();
    let second = at("25");
    assert_eq!(
        (&second["verified"], &second["reported-done"], &second["median-days"]),
        (&1.into(), &0.into(), &4.into())
    );
    fs::write(bench.path("products.csv"), list).unwrap();
    let third = at("28");
    assert_eq!((&third["verified"], &third["reappeared"]), (&0.into(), &1.into()));
}

#[test]
fn assets_policy_and_capacity_shape_a_plan_and_are_told() {
    let bench = Bench::new();
    fs::write(
        bench.path("assets.toml"),
        "schema = \"assay.assets/1\"\n[[assets]]\nplace = \"DMZ\"\nexposed = \"yes\"\ncritical = \"yes\"\nwindows = [\"every Sunday 02:00 for 4 hours\"]\n",
    )
    .unwrap();
    fs::write(
        bench.path("ours.toml"),
        "schema = \"assay.policy/1\"\nid = \"ours\"\nversion = 1\nname = \"Ours\"\n[[rules]]\nwithin = \"1 day\"\nwhy = \"care hangs on it\"\nkev = \"yes\"\ncritical = \"yes\"\n",
    )
    .unwrap();
    let call = [
        "--assets",
        "assets.toml",
        "--policy",
        "ours.toml",
        "--capacity",
        "3",
        "--ics",
        "dates.ics",
        "--csv",
        "cards.csv",
    ];
    let said = plan(&bench, &call).exits(10);
    for words in ["Within 1 day", "A month holds 3 updates (you say)", "After the next 30 days", "not signed"] {
        said.says(words);
    }
    let calendar = fs::read_to_string(bench.path("dates.ics")).unwrap();
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75) && calendar.contains("-window-"));
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), calendar.matches("END:VEVENT").count());
    let uids: Vec<&str> = calendar.lines().filter(|line| line.starts_with("UID:")).collect();
    assert_eq!(uids.iter().collect::<BTreeSet<_>>().len(), uids.len());
    assert!(fs::read_to_string(bench.path("cards.csv")).unwrap().lines().count() > 8);
}

#[test]
fn a_directive_under_the_name_of_what_ships_needs_a_signature() {
    let bench = Bench::new();
    let pack = include_str!("../../assay-clock/src/packs/bod-26-04.toml").replace("version = 1", "version = 2");
    fs::write(bench.path("new.toml"), &pack).unwrap();
    plan(&bench, &["--directive", "new.toml"]).exits(2).says("nobody signed it");
    bench.run(&["directive", "sign", "new.toml", "--out", "new.json"]).exits(0).says("version 2 signed by");
    plan(&bench, &["--directive", "new.json"]).exits(2).says("no key to check it with is named");
    let key = bench.home().join(".local/share/assay/runner.pub");
    plan(&bench, &["--directive", "new.json", "--pack-key", key.to_str().unwrap()]).exits(10).says("signed by");
    plan(&bench, &["--directive", "bod-22-01"]).exits(10).says("is not in force any more");
    bench.run(&["directive", "diff", "bod-22-01", "bod-26-04"]).exits(10).says("14 changes");
}
