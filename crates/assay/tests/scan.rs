//! `assay scan` as people and programs call it, and what it never does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use support::{Bench, Said, example, said};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const DOC: &str = include_str!("../../../docs/scan.md");

fn hospital(name: &str) -> String {
    example("hospital").join(name).display().to_string()
}

/// The hospital's locks against the records that ship.
fn locks(bench: &Bench, more: &[&str]) -> Said {
    let (cargo, npm, osv, kev) = (
        hospital("patient-portal/Cargo.lock"),
        hospital("patient-portal/package-lock.json"),
        hospital("public/osv"),
        hospital("public/known-exploited.json"),
    );
    let mut call = vec!["scan", &cargo, &npm, "--advisories", &osv, "--kev", &kev];
    call.extend_from_slice(more);
    bench.run(&call)
}

#[test]
fn people_read_the_answer_first() {
    let bench = Bench::new();
    let said = locks(&bench, &[]).exits(10);
    assert!(
        said.stdout.starts_with("9 of 22 things are affected, 1 is not affected, and no record names 12.\n"),
        "{}",
        said.stdout
    );
    said.says("known to be exploited (KEV 2023-09-13)");
    said.says("Why  RUSTSEC-2023-0061 affects versions before 0.9.3, which has the fix, and 0.9.2 is one.");
    said.says("fixed in 0.9.3");
    said.says("Notices, which report no vulnerability (1)");
    said.says("days old: stale");
    assert!(!said.stdout.contains('\u{1b}'));
}

#[test]
fn the_json_has_the_keys_that_the_document_has() {
    let bench = Bench::new();
    let products = hospital("products.csv");
    let cve = hospital("public/cve");
    let ssvc = hospital("public/ssvc.csv");
    let said = locks(&bench, &[&products, "--cve", &cve, "--ssvc", &ssvc, "--format", "json"]).exits(10);
    let printed = said.json();
    let shown = DOC.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let shown: Value = serde_json::from_str(shown).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    keys(&printed, "", &mut ours);
    keys(&shown, "", &mut theirs);
    let missing: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(missing.is_empty(), "{missing:#?}");

    let answer = &printed["answer"];
    let of = |key: &str| answer[key].as_u64().unwrap();
    assert_eq!(of("things"), of("affected") + of("cannot-tell") + of("not-affected") + of("unnamed"));
    let sum: u64 = printed["inventories"].as_array().unwrap().iter().map(|one| one["things"].as_u64().unwrap()).sum();
    assert_eq!(of("things"), sum);
}

fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let path = format!("{at}.{key}");
                found.insert(path.clone());
                keys(inner, &path, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| keys(inner, &format!("{at}[]"), found)),
        _ => {}
    }
}

/// A lock with one package of npm.
fn lock(bench: &Bench, name: &str, version: &str) -> PathBuf {
    let path = bench.path("package-lock.json");
    let lock = json!({ "name": "x", "version": "1.0.0", "lockfileVersion": 3,
        "packages": { "node_modules/a": { "version": version } } });
    fs::write(&path, lock.to_string().replace("node_modules/a", &format!("node_modules/{name}"))).unwrap();
    path
}

fn record(id: &str, package: &str) -> Value {
    json!({ "id": id, "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": { "ecosystem": "npm", "name": package },
        "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "1.0.0" }, { "fixed": "2.0.0" }] }] }] })
}

fn write(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

#[test]
fn exit_codes() {
    let bench = Bench::new();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    let run = |version: &str| {
        lock(&bench, "a", version);
        bench.run(&["scan", "package-lock.json", "--advisories", "osv", "--format", "json"])
    };
    assert_eq!(run("1.5.0").exits(10).json()["answer"]["affected"], 1);
    assert_eq!(run("2.0.0").exits(0).json()["answer"]["not-affected"], 1);
    assert_eq!(run("what is this").exits(11).json()["answer"]["cannot-tell"], 1);
    lock(&bench, "b", "1.5.0");
    let unnamed = bench.run(&["scan", "package-lock.json", "--advisories", "osv"]).exits(0);
    unnamed.says("None of 1 thing is known to be affected, 0 are not affected, and no record names 1.");
    // A row that could not be read may be anything.
    fs::write(bench.path("list.csv"), "vendor,product,version\n,,1.0\nBaxter,Pump,2.0\n").unwrap();
    bench.run(&["scan", "list.csv", "--advisories", "osv"]).exits(11).says("1 entry could not be read in full");
}

#[test]
fn wrong_calls_say_what_to_do() {
    let bench = Bench::new();
    lock(&bench, "a", "1.0.0");
    fs::write(bench.path("notes.txt"), "nothing in particular").unwrap();
    fs::write(bench.path("kev.json"), "{}").unwrap();
    fs::create_dir(bench.path("empty")).unwrap();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    for (call, words) in [
        (&["package-lock.json"][..], "name some with --advisories, --kev or --cve"),
        (&["gone.json", "--advisories", "osv"], "`gone.json` cannot be read: No such file"),
        (&["osv", "--advisories", "osv"], "`osv` is a folder"),
        (&["notes.txt", "--advisories", "osv"], "none of the inventories that are read here"),
        (&["package-lock.json", "package-lock.json", "--advisories", "osv"], "is named twice"),
        (&["package-lock.json", "--advisories", "gone"], "`gone` cannot be read"),
        (&["package-lock.json", "--advisories", "empty"], "there are no records in `empty`"),
        (&["package-lock.json", "--kev", "kev.json"], "it is no KEV catalogue"),
        (&["package-lock.json", "--advisories", "osv", "--ssvc", "kev.json"], "names no column"),
        (&["package-lock.json", "--advisories", "osv", "--os-release", "kev.json"], "names no distribution"),
    ] {
        let mut all = vec!["scan"];
        all.extend_from_slice(call);
        bench.run(&all).exits(2).says(words);
    }
}

#[test]
fn standard_input_and_packed_files() {
    let bench = Bench::new();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    let path = lock(&bench, "a", "1.5.0");
    let from_stdin = said(
        bench
            .command()
            .args(["scan", "-", "--advisories", "osv", "--format", "json"])
            .stdin(File::open(&path).unwrap()),
    );
    assert_eq!(from_stdin.exits(10).json()["inventories"][0]["name"], "standard input");
    let mut packed = GzEncoder::new(File::create(bench.path("package-lock.json.gz")).unwrap(), Compression::fast());
    packed.write_all(&fs::read(&path).unwrap()).unwrap();
    packed.finish().unwrap();
    bench.run(&["scan", "package-lock.json.gz", "--advisories", "osv"]).exits(10);
}

#[test]
fn dpkg_names_its_release_by_the_file_beside_it() {
    let bench = Bench::new();
    let record = json!({ "id": "DSA-1", "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": { "ecosystem": "Debian:12", "name": "openssl" },
        "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "3.0.15-1~deb12u1" }] }] }] });
    write(&bench.path("osv/DSA-1.json"), &record);
    let status = "Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n";
    for (root, release) in [("twelve", "ID=debian\nVERSION_ID=\"12\"\n"), ("eleven", "ID=debian\nVERSION_ID=\"11\"\n")]
    {
        fs::create_dir_all(bench.path(root).join("var/lib/dpkg")).unwrap();
        fs::create_dir_all(bench.path(root).join("etc")).unwrap();
        fs::write(bench.path(root).join("var/lib/dpkg/status"), status).unwrap();
        fs::write(bench.path(root).join("etc/os-release"), release).unwrap();
    }
    bench
        .run(&["scan", "twelve/var/lib/dpkg/status", "--advisories", "osv"])
        .exits(10)
        .says("libssl3 3.0.11-1~deb12u2");
    bench.run(&["scan", "eleven/var/lib/dpkg/status", "--advisories", "osv"]).exits(0);
    fs::write(bench.path("status"), status).unwrap();
    bench.run(&["scan", "status", "--advisories", "osv"]).exits(11).says("does not say which release");
    bench.run(&["scan", "status", "--os-release", "twelve/etc/os-release", "--advisories", "osv"]).exits(10);
}

fn zip(path: &Path, members: &[(&str, Vec<u8>)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
}

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
        assert!([0, 2, 10].contains(&said.exit), "byte {at}: {said:?}");
        if said.exit == 10 {
            // What was not read was counted.
            let source = &said.json()["sources"][0];
            let told = source["records"].as_u64().unwrap() + source["skipped"].as_u64().unwrap();
            assert!(told <= 3, "byte {at}: {said:?}");
        }
    }
}

/// Invariant 21: an inventory stays home. Held twice: without a network it does the same, and it asks the kernel for
/// no socket.
#[test]
fn nothing_is_sent_and_nothing_is_fetched() {
    let bench = Bench::new();
    let call = |command: &mut Command| {
        command
            .args([
                "scan",
                &hospital("products.csv"),
                &hospital("patient-portal/Cargo.lock"),
                "--advisories",
                &hospital("public/osv"),
                "--kev",
                &hospital("public/known-exploited.json"),
                "--cve",
                &hospital("public/cve"),
                "--format",
                "json",
            ])
            .current_dir(bench.home())
            .stdin(Stdio::null());
        said(command)
    };
    let at_home = call(&mut bench.command()).exits(10);
    let works = |tool: &str, arguments: &[&str]| {
        Command::new(tool)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let mut held = false;
    if works("unshare", &["-rn", "true"]) {
        held = true;
        let alone = call(Command::new("unshare").args(["-rn", env!("CARGO_BIN_EXE_assay")])).exits(10);
        assert_eq!(alone.json(), at_home.json());
    }
    if works("strace", &["-V"]) && works("strace", &["-o", "/dev/null", "true"]) {
        held = true;
        let log = bench.path("calls");
        let traced = Command::new("strace")
            .args(["-f", "-e", "trace=%network", "-o"])
            .arg(&log)
            .arg(env!("CARGO_BIN_EXE_assay"))
            .args(["scan", &hospital("products.csv"), "--kev", &hospital("public/known-exploited.json")])
            // KEV alone never gives more than *cannot tell*.
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(traced.code(), Some(11));
        let calls = fs::read_to_string(log).unwrap();
        // The end of the process is written, so the file is no empty witness.
        assert!(calls.contains("exited with 11"), "{calls}");
        assert!(calls.lines().all(|line| line.contains("+++") || line.contains("---")), "{calls}");
    }
    assert!(held || std::env::var_os("CI").is_none(), "neither unshare nor strace works here");
}
