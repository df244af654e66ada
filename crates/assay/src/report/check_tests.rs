//! What `bundle check` says, word for word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use assay_prove::load::LoadedBundle;

use super::check_json::CheckJson;
use super::check_text;
use crate::examples;
use crate::intake::Intake;

const WRONG: &str = r#"
schema = "assay.proof/1"
title  = "Many things are wrong here"
weekness = ["CWE-125"]
[target]
purl = "not a package url"
[arms.vulnerable.source]
path = "../outside"
[build]
recipe = "cc"
sources = ["/etc/passwd"]
flags = ["-fplugin=evil.so"]
instrument = "asan"
[harness]
kind = "file"
run  = ["$OUT/harness", "$INPUTT"]
[inputs]
trigger = [{ path = "poc/not-there" }]
benign  = []
[oracle]
kind = "sanitizer"
type = ["heap-buffer-overflow"]
[repeat]
runs = 1000000000
"#;

fn text(path: &str, intake: &Intake) -> String {
    strip_str(&check_text::render(Path::new(path), intake, None)).to_string()
}

fn wrong(manifest: &str) -> Intake {
    Intake::of(LoadedBundle {
        origin: PathBuf::from("report"),
        manifest: manifest.into(),
        expected: None,
        files: Vec::new(),
    })
}

#[test]
fn a_partial_report_is_answered_with_what_is_missing() {
    let intake = Intake::of(examples::load("partial").unwrap());
    assert!(intake.is_partial());
    insta::assert_snapshot!(text("examples/partial", &intake));
}

#[test]
fn a_partial_report_as_json() {
    let intake = Intake::of(examples::load("partial").unwrap());
    let json = CheckJson::of(Path::new("examples/partial"), &intake, None);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn a_complete_bundle_is_ready() {
    let intake = Intake::of(examples::load("heap-overflow").unwrap());
    assert!(intake.is_ready());
    insta::assert_snapshot!(text("examples/heap-overflow", &intake));
}

#[test]
fn all_errors_are_told_at_once() {
    insta::assert_snapshot!(text("report", &wrong(WRONG)));
}

#[test]
fn a_named_file_that_is_not_there_puts_its_light_out() {
    let mut bundle = examples::load("heap-overflow").unwrap();
    bundle.files.retain(|file| !file.path.as_str().starts_with("poc/"));
    let intake = Intake::of(bundle);
    assert!(!intake.is_ready() && !intake.is_partial());
    insta::assert_snapshot!(text("examples/heap-overflow", &intake));
}

#[test]
fn strangers_cannot_act_on_the_terminal() {
    let manifest = WRONG.replace("Many things", "\\u001b[2J\\u202e").replace("weekness", "\"\\u001b[31m\\u0007\"");
    let shown = text("report\u{1b}[2J", &wrong(&manifest));
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
}
