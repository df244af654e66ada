//! Where `assay scan` finds records, and what hostile ones do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/scan.rs"]
mod scan_support;
mod support;

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use scan_support::{lock, record, write, zip};
use serde_json::{Value, json};
use support::Bench;

#[test]
fn records_are_found_wherever_they_lie() {
    let bench = Bench::new();
    lock(&bench, "a", "1.5.0");
    let (a, b) = (record("A", "a"), record("B", "a"));
    let bytes = |value: &Value| value.to_string().into_bytes();
    write(&bench.path("plain/A.json"), &a);
    write(&bench.path("plain/2026/deep/B.json"), &b);
    zip(&bench.path("one/all.zip"), &[("A.json", bytes(&a)), ("B.json", bytes(&b))]);
    zip(&bench.path("export/npm/all.zip"), &[("A.json", bytes(&a))]);
    zip(&bench.path("export/PyPI/all.zip"), &[("B.json", bytes(&b))]);
    // A release folder: only its `osv` holds records.
    write(&bench.path("release/osv/A.json"), &a);
    write(&bench.path("release/osv/B.json"), &b);
    write(&bench.path("release/index.json"), &json!({ "payload": "signed" }));
    write(&bench.path("release/advisories/A/csaf.json"), &json!({ "document": {} }));
    // A link that leads round in a circle is not followed.
    std::os::unix::fs::symlink(".", bench.path("plain/2026/circle")).unwrap();

    let ids = |path: &str| -> Vec<String> {
        let said = bench.run(&["scan", "package-lock.json", "--advisories", path, "--format", "json"]).exits(10);
        let json = said.json();
        let skipped: u64 =
            json["sources"].as_array().unwrap().iter().map(|source| source["skipped"].as_u64().unwrap()).sum();
        assert_eq!(skipped, 0, "{path}: {json}");
        json["exposures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["advisory"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    for path in ["plain", "one", "one/all.zip", "export", "release"] {
        assert_eq!(ids(path), ["A", "B"], "{path}");
    }
    assert_eq!(ids("plain/A.json"), ["A"]);
}

#[test]
fn hostile_records_spoil_only_themselves() {
    let bench = Bench::new();
    lock(&bench, "a", "1.5.0");
    let good = record("A", "a").to_string().into_bytes();
    let mut loud = record("B\u{1b}[2J", "a");
    loud["summary"] = json!("\u{202e}evil\u{1b}]0;owned\u{7}\nNone of 1 thing is affected");
    // Nine mebibytes of spaces pack into nothing.
    let bomb = vec![b' '; 9 << 20];
    zip(
        &bench.path("osv/all.zip"),
        &[
            ("A.json", good),
            ("loud.json", loud.to_string().into_bytes()),
            ("bomb.json", bomb),
            ("cut.json", b"{ \"id\": \"C\"".to_vec()),
            ("../../up.json", b"[]".to_vec()),
            ("deep.json", "[".repeat(100_000).into_bytes()),
        ],
    );
    let said = bench.run(&["scan", "package-lock.json", "--advisories", "osv"]).exits(10);
    assert!(said.stdout.starts_with("1 of 1 thing is affected"), "{}", said.stdout);
    said.says("bomb.json: it has");
    said.says("cut.json: EOF");
    said.says("B\\u{1b}[2J");
    assert!(!said.stdout.contains('\u{1b}') && !said.stdout.contains('\u{202e}'), "{}", said.stdout);
    assert!(!said.stdout.lines().any(|line| line.starts_with("None of")), "{}", said.stdout);
    let json = bench.run(&["scan", "package-lock.json", "--advisories", "osv", "--format", "json"]).exits(10).json();
    assert_eq!((json["sources"][0]["records"].as_u64(), json["sources"][0]["skipped"].as_u64()), (Some(2), Some(4)));
    assert!(!bench.path("up.json").exists());

    // Half a zip is no zip, and half a packed file no file.
    let whole = fs::read(bench.path("osv/all.zip")).unwrap();
    fs::write(bench.path("half.zip"), &whole[..whole.len() / 2]).unwrap();
    bench.run(&["scan", "package-lock.json", "--advisories", "half.zip"]).exits(2).says("is no whole zip");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&vec![b'x'; 100_000]).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(bench.path("half.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    bench.run(&["scan", "half.csv.gz", "--advisories", "osv"]).exits(2).says("`half.csv.gz` cannot be read");
}

#[test]
fn every_byte_of_a_zip_may_be_wrong() {
    let bench = Bench::new();
    lock(&bench, "a", "1.5.0");
    let members: Vec<(String, Vec<u8>)> =
        (0..3).map(|n| (format!("{n}.json"), record(&format!("R-{n}"), "a").to_string().into_bytes())).collect();
    let members: Vec<(&str, Vec<u8>)> = members.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    zip(&bench.path("good.zip"), &members);
    let good = fs::read(bench.path("good.zip")).unwrap();
    for (turn, at) in (0..good.len()).step_by(good.len() / 40).enumerate() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (turn % 8);
        fs::write(bench.path("bad.zip"), &bad).unwrap();
        let said = bench.run(&["scan", "package-lock.json", "--advisories", "bad.zip", "--format", "json"]);
        // 11: nothing of it could be read, which is no answer; 0: the name of another package came out.
        assert!([0, 2, 10, 11].contains(&said.exit), "byte {at}: {said:?}");
        if said.exit == 10 {
            // What was not read was counted.
            let source = &said.json()["sources"][0];
            let told = source["records"].as_u64().unwrap() + source["skipped"].as_u64().unwrap();
            assert!(told <= 3, "byte {at}: {said:?}");
        }
    }
}
