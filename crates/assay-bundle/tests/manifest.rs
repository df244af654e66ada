//! Manifests in files: which are read, which are partial, and what people see
//! about the wrong ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assay_bundle::manifest::{self, LightName};

fn manifests(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

#[test]
fn valid_manifests_are_read() {
    for (name, text) in manifests("valid") {
        if let Err(problems) = manifest::parse(&text) {
            let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
            panic!("{name}:\n{}", all.join("\n"));
        }
    }
}

#[test]
fn every_light_of_a_complete_report_is_on() {
    let (_, text) = manifests("valid").into_iter().find(|(name, _)| name == "heap-read").unwrap();
    let reading = manifest::read(&text);
    assert!(reading.readiness.complete(), "{:?}", reading.readiness);
    assert!(reading.missing.is_empty());
}

#[test]
fn wrong_manifests_say_what_is_wrong() {
    for (name, text) in manifests("wrong") {
        let problems = manifest::parse(&text).expect_err(&name);
        let mut shown = String::new();
        for problem in &problems {
            writeln!(shown, "{problem}").unwrap();
        }
        insta::with_settings!({ snapshot_suffix => name.as_str(), omit_expression => true }, {
            insta::assert_snapshot!("wrong", shown);
        });
    }
}

#[test]
fn partial_reports_are_answered_with_what_is_missing() {
    for (name, text) in manifests("partial") {
        let reading = manifest::read(&text);
        assert!(reading.is_partial(), "{name}: {:?}", reading.problems);
        let mut shown = String::new();
        for light in &reading.readiness.lights {
            let mark = if light.on { "on " } else { "off" };
            writeln!(shown, "{mark} {}: {}", light.name, light.says).unwrap();
        }
        for item in &reading.missing {
            let mark = if item.required { "required" } else { "optional" };
            writeln!(shown, "{mark} {}: it {}\n{}", item.key, item.why, item.example).unwrap();
        }
        insta::with_settings!({ snapshot_suffix => name.as_str(), omit_expression => true }, {
            insta::assert_snapshot!("partial", shown);
        });
    }
}

#[test]
fn a_title_is_a_report_already() {
    let reading = manifest::read("schema = \"assay.proof/1\"\ntitle = \"It crashes\"\n");
    assert!(reading.is_partial());
    let on: Vec<_> = reading.readiness.lights.iter().filter(|light| light.on).collect();
    assert!(on.is_empty());
    assert_eq!(reading.readiness.lights.len(), LightName::ALL.len());
}
