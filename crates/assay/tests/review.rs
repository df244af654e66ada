//! The review of a frontier model through the real binary: signed steps, a window that ends by itself, and what each
//! side is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "support/gates.rs"]
mod gates;

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use support::{Bench, Said, said};

const DEVELOPER: &str = "Dana Osei";
const INSTITUTE: &str = "Eve Tanaka";
const OTHER: &str = "Ola Berg";

/// A house with a developer and two organisations, and their keys.
struct House {
    bench: Bench,
}

impl House {
    fn new() -> Self {
        let house = Self { bench: Bench::new() };
        house
            .run(&["admin", "init", "--name", "Review house", "--namespace", "https://r.example", "--contact", "desk"])
            .exits(0);
        for (member, person, role) in
            [("Dev", DEVELOPER, "developer"), ("Inst", INSTITUTE, "finder"), ("Other", OTHER, "finder")]
        {
            house.run(&["admin", "member", member, "--person", person, "--role", role]).exits(0);
        }
        for key in ["dev.key", "inst.key", "eve.key", "other.key"] {
            house.run(&["admin", "key", key]).exits(0);
        }
        for text in ["criteria", "text", "request", "record"] {
            fs::write(house.bench.path(text), text).unwrap();
        }
        let members = house.run(&["admin", "members", "--format", "json"]).exits(0).json();
        let person = members["persons"][0]["id"].as_str().unwrap().to_owned();
        let mut facts = String::new();
        for fact in ["competitor", "foreign_entity", "location", "nationality"] {
            facts.push_str(&format!(
                "[{fact}]\nanswer = \"no\"\ndecided_by = \"{person}\"\ndecided_at = \"2026-01-01T00:00:00Z\"\nrecord = \"sha256:{}\"\n",
                "1".repeat(64)
            ));
        }
        fs::write(house.bench.path("facts.toml"), facts).unwrap();
        house
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.bench.command().env("ASSAY_HOME", self.bench.home().join("house")).args(arguments))
    }

    /// A step of a review, signed and brought.
    fn step(&self, words: &str, key: &str, person: &str) -> Said {
        let mut arguments = vec!["review"];
        arguments.extend(words.split(' '));
        arguments.extend(["--key", key, "--as", person, "--format", "json"]);
        self.run(&arguments)
    }

    fn shown(&self, verb: &str, person: &str, engagement: &str) -> Said {
        self.run(&["review", verb, engagement, "--as", person, "--format", "json"])
    }

    /// An engagement with an organisation, all safeguards signed.
    fn engagement(&self, organisation: (&str, &str, &str), family: Option<&str>) -> (String, String) {
        let (member, key, person) = organisation;
        let mut open =
            format!("open --developer Dev --organisation {member} --organisation-key {key}.pub --criteria criteria");
        if let Some(family) = family {
            open.push_str(&format!(" --family {family}"));
        }
        let opened = self.step(&open, "dev.key", DEVELOPER).exits(0).json();
        let engagement = opened["engagement"].as_str().unwrap().to_owned();
        for safeguard in ["confidentiality", "cybersecurity", "insider-risk", "ip-and-use", "nondisclosure"] {
            let words = format!("safeguard {engagement} {safeguard} --text text");
            self.step(&words, "dev.key", DEVELOPER).exits(0);
            self.step(&words, key, person).exits(0);
        }
        (engagement, opened["family"].as_str().unwrap().to_owned())
    }

    /// A grant that the developer has signed, with its agreement's digest.
    fn grant(&self, engagement: &str) -> (String, String) {
        let said = self.run(&[
            "review",
            "grant",
            engagement,
            "--person",
            INSTITUTE,
            "--person-key",
            "eve.key.pub",
            "--purpose",
            "cyber-capability",
            "--facts",
            "facts.toml",
            "--uses",
            "2",
            "--key",
            "dev.key",
            "--as",
            DEVELOPER,
            "--format",
            "json",
        ]);
        let granted = said.exits(0).json();
        (granted["grant"].as_str().unwrap().to_owned(), granted["agreement"].as_str().unwrap().to_owned())
    }
}

fn instant(ahead: Duration) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() + ahead;
    jiff::Timestamp::from_microsecond(i64::try_from(now.as_micros()).unwrap()).unwrap().to_string()
}

/// Every key of an answer.
fn keys(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.push(key.clone());
                keys(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn a_review_from_its_opening_to_its_close() {
    let house = House::new();
    let (engagement, family) = house.engagement(("Inst", "inst.key", INSTITUTE), None);
    let e = engagement.as_str();
    let mut answers = Vec::new();

    // The question and its answer, which change nothing.
    let early = house.step(&format!("answer {e} not-covered --record record --basis none"), "inst.key", INSTITUTE);
    assert_ne!(early.exit, 0, "nobody has asked yet");
    house.step(&format!("ask {e} --facts text"), "dev.key", DEVELOPER).exits(0);
    let answer = format!("answer {e} covered --record record --basis thresholds");
    let said = house.step(&answer, "inst.key", INSTITUTE).exits(0).json();
    assert_eq!((&said["covered"], &said["stage"]), (&"covered".into(), &"open".into()));
    answers.push(said);

    // What the developer signed is shown to the organisation before it signs.
    let (grant, agreement) = house.grant(e);
    let said = house.run(&["review", "agreement", e, &grant, "--as", INSTITUTE, "--format", "json"]).exits(0).json();
    assert_eq!((said["agreement"].as_str(), said["stage"].as_str()), (Some(agreement.as_str()), Some("proposed")));
    assert_eq!(said["signed"]["purposes"], serde_json::json!(["cyber-capability"]));
    answers.push(said);
    house.run(&["review", "agreement", e, &grant, "--as", OTHER]).exits(2).says("not-found");
    house.step(&format!("countersign {e} {grant} --agreement {agreement}"), "inst.key", INSTITUTE).exits(0);
    // Only the developer changes for how many uses it is good.
    assert_ne!(house.step(&format!("quota {e} {grant} --uses 9"), "inst.key", INSTITUTE).exit, 0);
    let said = house.step(&format!("quota {e} {grant} --uses 3"), "dev.key", DEVELOPER).exits(0).json();
    assert_eq!(said["grants"][&grant]["quota"], 3);
    answers.push(said);

    // A date that no anchor has is refused, and opens nothing.
    let planned = instant(Duration::from_secs(60));
    let said = house.step(&format!("window {e} --anchor none --planned {planned}"), "dev.key", DEVELOPER);
    said.exits(2).says("has no date");
    assert_eq!(house.shown("show", DEVELOPER, e).exits(0).json()["window"], Value::Null);

    let ends = SystemTime::now() + Duration::from_secs(12);
    let planned = instant(Duration::from_secs(12));
    let window = format!("window {e} --anchor release-to-other-trusted-partners --planned {planned} --source plan");
    assert_ne!(house.step(&window, "inst.key", INSTITUTE).exit, 0, "only the developer opens one");
    house.step(&window, "dev.key", DEVELOPER).exits(0);
    let once = format!("use {e} --grant {grant} --purpose cyber-capability --request request");
    house.step(&once, "eve.key", INSTITUTE).exits(0);
    assert_ne!(house.step(&once, "inst.key", INSTITUTE).exit, 0, "the key of a person, not of the organisation");
    let said = house.step(&format!("pass {e} --grant {grant} --out pass.json"), "eve.key", INSTITUTE).exits(0).json();
    assert_eq!(said["pass"], "pass.json");
    let pass: Value = serde_json::from_slice(&fs::read(house.bench.path("pass.json")).unwrap()).unwrap();
    assert_eq!(pass["signatures"].as_array().unwrap().len(), 1);
    answers.push(said);

    // It ends at its instant, and nobody has to do anything for that.
    std::thread::sleep(ends.duration_since(SystemTime::now()).unwrap_or_default() + Duration::from_millis(50));
    assert_ne!(house.step(&once, "eve.key", INSTITUTE).exit, 0);
    let late = house.step(&format!("pass {e} --grant {grant} --out late.json"), "eve.key", INSTITUTE);
    assert_ne!(late.exit, 0);
    assert!(!house.bench.path("late.json").exists());
    let done = house.run(&["publish", "--format", "json"]).exits(0).json();
    assert_eq!(done["windows"], serde_json::json!([e]));

    // What is left is destroyed before it is closed.
    house.step(&format!("withdraw {e}"), "dev.key", DEVELOPER).exits(0);
    let said = house.step(&format!("residuals {e} --item logs"), "inst.key", INSTITUTE).exits(0).json();
    let left: Vec<String> = said["residuals"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(left.len(), 1);
    answers.push(said);
    assert_ne!(house.step(&format!("close-out {e}"), "dev.key", DEVELOPER).exit, 0, "something is left");
    house.run(&["review", "show", e, "--as", INSTITUTE]).exits(0).says(&left[0]);
    house.step(&format!("certify {e} {} --certificate record", left[0]), "inst.key", INSTITUTE).exits(0);
    let said = house.step(&format!("close-out {e}"), "dev.key", DEVELOPER).exits(0).json();
    assert_eq!(said["stage"], "closed");
    answers.push(said);

    // Another organisation of the same family sees nothing of it, nor the first one of the other.
    let (second, _) = house.engagement(("Other", "other.key", OTHER), Some(&family));
    for (person, own, foreign) in [(INSTITUTE, e, second.as_str()), (OTHER, second.as_str(), e)] {
        let said = house.shown("show", person, own).exits(0);
        assert!(!said.stdout.contains(foreign), "{}", said.stdout);
        house.shown("show", person, foreign).exits(2).says("not-found");
        house.shown("audit", person, own).exits(2).says("not-the-developer");
        house.shown("audit", person, foreign).exits(2).says("not-found");
    }
    assert_eq!(house.shown("show", OTHER, &second).json()["events"].as_array().unwrap().len(), 11);
    let audit = house.shown("audit", DEVELOPER, e).exits(0).json();
    assert_eq!(audit["holds"], true);
    assert!(audit["events"].as_u64().unwrap() > 11 + 15, "{audit}");

    // INVARIANT 1: no key of any answer, and no sentence, can gate a release.
    answers.push(audit);
    answers.push(house.shown("show", DEVELOPER, e).exits(0).json());
    answers.push(house.run(&["review", "list", "--as", DEVELOPER, "--format", "json"]).exits(0).json());
    let mut found = Vec::new();
    answers.iter().for_each(|answer| keys(answer, &mut found));
    for known in ["engagement", "safeguards", "grants", "quota", "residuals", "window-ends", "agreement", "notice"] {
        assert!(found.iter().any(|key| key == known), "`{known}` is not there");
    }
    let sentences = answers.iter().flat_map(|answer| answer["events"].as_array().into_iter().flatten());
    found.extend(sentences.map(|event| event["sentence"].as_str().unwrap().to_owned()));
    found.extend(answers.iter().filter_map(|answer| answer["notice"].as_str()).map(str::to_owned));
    let faults: Vec<_> = found.iter().filter_map(|text| gates::fault(text)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
