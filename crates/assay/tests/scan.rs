//! `assay scan` as people and programs call it, and what it never does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/scan.rs"]
mod scan_support;
mod support;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use scan_support::{lock, record, write};
use serde_json::{Value, json};
use support::{Bench, Said, example, said};

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
    let unnamed = bench.run(&["scan", "package-lock.json", "--advisories", "osv"]).exits(11);
    unnamed.says("None of 1 thing is known to be affected, 0 are not affected, and no record names 1.");
    // A row that could not be read may be anything.
    fs::write(bench.path("list.csv"), "vendor,product,version\n,,1.0\nBaxter,Pump,2.0\n").unwrap();
    bench.run(&["scan", "list.csv", "--advisories", "osv"]).exits(11).says("1 entry could not be read in full");
}

#[test]
fn what_answers_nothing_is_no_good_news() {
    let bench = Bench::new();
    write(&bench.path("names/A.json"), &record("A", "a"));
    let mut withdrawn = record("A", "a");
    withdrawn["withdrawn"] = json!("2026-01-02T00:00:00Z");
    write(&bench.path("withdrawn/A.json"), &withdrawn);
    fs::create_dir(bench.path("unreadable")).unwrap();
    fs::write(bench.path("unreadable/A.json"), "{ \"id\": ").unwrap();
    fs::write(bench.path("empty.csv"), "vendor,product,version\n").unwrap();
    lock(&bench, "a", "2.0.0");
    fs::copy(bench.path("package-lock.json"), bench.path("good.json")).unwrap();
    lock(&bench, "b", "2.0.0");
    for (inventory, records, words) in [
        ("empty.csv", "names", "Nothing could be answered: the inventories list nothing that could be read."),
        ("package-lock.json", "names", "Nothing could be answered: no record at hand names any of it."),
        ("good.json", "withdrawn", "Nothing could be answered: no record could be used."),
        (
            "good.json",
            "unreadable",
            "Nothing could be answered: no record could be used, and 1 record could not be read.",
        ),
    ] {
        let call = ["scan", inventory, "--advisories", records];
        bench.run(&call).exits(11).says(words);
        let json = bench.run(&[&call[..], &["--format", "json"]].concat()).exits(11);
        assert!(json.stderr.contains(words), "{json:?}");
        assert_eq!(json.json()["answer"]["not-affected"], 0);
    }
    // One thing that a record leaves out is an answer.
    let said = bench.run(&["scan", "good.json", "package-lock.json", "--advisories", "names"]).exits(0);
    assert!(!said.stdout.contains("Nothing could be answered"), "{}", said.stdout);
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
        (&["package-lock.json"][..], "name records with --advisories, --kev, --cve or --csaf"),
        (&["gone.json", "--advisories", "osv"], "`gone.json` cannot be read: No such file"),
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
    // A folder is looked through; that nothing was found in it is no good news.
    bench.run(&["scan", "osv", "--advisories", "osv"]).exits(11).says("No inventory was found among 1 file");
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
    bench
        .run(&["scan", "eleven/var/lib/dpkg/status", "--advisories", "osv"])
        .exits(11)
        .says("no record at hand names any of it.");
    fs::write(bench.path("status"), status).unwrap();
    bench.run(&["scan", "status", "--advisories", "osv"]).exits(11).says("does not say which release");
    bench.run(&["scan", "status", "--os-release", "twelve/etc/os-release", "--advisories", "osv"]).exits(10);
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
