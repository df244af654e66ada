//! Manifests in files: which are read, which are partial, and what people see
//! about the wrong ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::manifest::{self, LightName};
use assay_bundle::presence;
use proptest::prelude::*;

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

#[test]
fn bytes_that_are_no_text_are_one_problem() {
    let problems = manifest::decode(b"title = 1\n# \xff").unwrap_err();
    assert_eq!((problems[0].code, problems[0].line), ("not-utf8", Some(2)));
    let problems = manifest::decode(&vec![b'#'; (1 << 20) + 1]).unwrap_err();
    assert_eq!(problems[0].code, "too-large");
    assert!(manifest::decode("title = \"\u{e4}\"".as_bytes()).is_ok());
}

#[test]
fn problems_have_an_end() {
    let text: String = (0..5_000).map(|n| format!("key{n} = {n}\n")).collect();
    let problems = manifest::read(&text).problems;
    assert_eq!(problems.len(), 201);
    assert_eq!(problems[200].code, "too-many-problems");
}

#[test]
fn files_that_the_manifest_names_must_be_there() {
    let (_, text) = manifests("valid").into_iter().find(|(name, _)| name == "autotools-output").unwrap();
    let parsed = manifest::parse(&text).unwrap();
    let files = |list: &[&str]| -> FileMap {
        let entry = FileEntry::of(b"", false);
        list.iter().map(|path| (path.parse().unwrap(), entry)).collect()
    };
    let check = |list: &[&str]| -> Vec<String> {
        let problems = presence::check(&parsed, &files(list));
        problems.iter().map(|p| format!("{} {}", p.code, p.place)).collect()
    };
    assert!(check(&["proof.toml", "target/a.c", "fix.patch"]).is_empty());
    assert_eq!(
        check(&["src/a.c", "targets"]),
        ["missing-file arms.vulnerable.source.path", "missing-file arms.fixed.source.patch", "reserved-path "]
    );
}

/// A valid manifest with one piece of text replaced.
fn changed(which: usize, at: usize, length: usize, with: &str) -> String {
    let all = manifests("valid");
    let (_, text) = &all[which % all.len()];
    let characters: Vec<char> = text.chars().collect();
    let at = at % characters.len();
    let end = (at + length).min(characters.len());
    let before: String = characters[..at].iter().collect();
    let after: String = characters[end..].iter().collect();
    format!("{before}{with}{after}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_reading_is_explained(
        which in any::<usize>(),
        at in any::<usize>(),
        length in 0usize..30,
        with in prop_oneof![
            any::<String>(),
            "[\\[\\]{}\"'=.,$\n #a-z0-9-]{0,20}",
            Just("pkg:a/b@1?c#d".to_owned()),
        ],
    ) {
        let reading = manifest::read(&changed(which, at, length, &with));
        let required = reading.required().count();
        prop_assert_eq!(reading.manifest.is_some(), reading.problems.is_empty() && required == 0);
        for problem in &reading.problems {
            let shown = problem.to_string();
            prop_assert!(shown.len() < 2_000, "{}", shown);
            prop_assert!(shown.chars().all(|c| !c.is_control() || c == '\n'), "{:?}", shown);
        }
    }

    #[test]
    fn hostile_package_urls_never_panic(rest in any::<String>(), version in any::<String>()) {
        let text = toml::Value::String(format!("pkg:{rest}@{version}"));
        let _ = manifest::read(&format!("schema = \"assay.proof/1\"\n[target]\npurl = {text}\n"));
    }
}
