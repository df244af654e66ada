//! What `bundle check` says, word for word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use assay_prove::load::LoadedBundle;

use super::check_json::CheckJson;
use super::{check_table, check_text};
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

/// The example with a limit that many a program reaches, and no fixed version.
fn short() -> Intake {
    let mut bundle = examples::load("heap-overflow").unwrap();
    bundle.manifest = r#"
schema = "assay.proof/1"
title  = "A low limit"
[target]
purl = "pkg:generic/example@1"
[arms.vulnerable.source]
path = "target"
[harness]
kind   = "file"
run    = ["$SRC/harness", "$INPUT"]
limits = { cpu = "2s" }
[inputs]
trigger = [{ path = "poc/device-bell.tlv" }]
benign  = [{ path = "poc/benign.tlv" }]
[oracle]
kind = "cpu"
"#
    .into();
    Intake::of(bundle)
}

#[test]
fn what_a_verdict_will_need_is_told_before_anything_runs() {
    let intake = short();
    assert!(intake.is_ready() && intake.falls_short(), "it can be run, and nothing would come of it");
    insta::assert_snapshot!(text("report", &intake));
    let json = serde_json::to_value(CheckJson::of(Path::new("report"), &intake, None)).unwrap();
    assert_eq!(json["state"], "short");
    assert_eq!(json["short"][0]["key"], "harness.limits.cpu");
    assert_eq!(json["short"][0]["verdict"], "inconclusive");
    assert_eq!(json["short"][0]["light"], "poc");
    let light = json["lights"].as_array().unwrap().iter().find(|light| light["name"] == "poc").unwrap();
    assert_eq!(light["on"], false);
    let row = check_table::Row::of(Path::new("report"), &intake);
    let table = strip_str(&check_table::render(&[row])).to_string();
    assert!(table.contains("short") && table.contains("1 shortfall"), "{table}");
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
