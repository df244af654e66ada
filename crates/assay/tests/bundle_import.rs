//! `assay bundle import` through the real program: each format, archives of
//! strangers, and findings that are complete by a pattern and then proved.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::Bench;

/// What makes the scaffold `cc` crash, and what does not, in base64.
const TRIGGER: &str = "KHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4";

fn pov(testcase: &str) -> String {
    json!({ "architecture": "x86_64", "engine": "libfuzzer", "fuzzer_name": "greet", "sanitizer": "address",
            "testcase": testcase })
    .to_string()
}

#[test]
fn an_import_is_a_partial_report_that_can_be_completed() {
    let bench = Bench::new();
    fs::write(bench.path("pov.json"), pov(TRIGGER)).unwrap();
    let said = bench.run(&["bundle", "import", "auto", "pov.json", "--into", "report"]).exits(2);
    for words in ["1 bundle made of an AIxCC submission, pov.json", "a partial report", "[on]  trigger", "target.purl"]
    {
        said.says(words);
    }
    let check = bench.run(&["bundle", "check", "report", "--format=json"]).exits(2).json();
    assert_eq!(check["state"], "partial");
    let json =
        bench.run(&["bundle", "import", "aixcc", "pov.json", "--into", "again", "--format=json"]).exits(2).json();
    assert_eq!(json["bundles"][0]["bundle"], check["bundle"], "the same source gives the same bundle");
    assert_eq!((&json["format"], &json["source"]["name"]), (&"aixcc".into(), &"pov.json".into()));
    assert_eq!(json["bundles"][0]["missing"], check["missing"]);
    let record: Value = serde_json::from_slice(&fs::read(bench.path("report/import.json")).unwrap()).unwrap();
    assert_eq!(record["sha256"], json["source"]["digest"]);
    bench.run(&["bundle", "import", "auto", "pov.json", "--into", "report"]).exits(2).says("not-empty");
}

#[test]
fn findings_against_a_known_harness_are_complete_and_hold() {
    let bench = Bench::new();
    bench.run(&["bundle", "new", "cc", "known"]).exits(0);
    let import = |name: &str, testcase: &str| {
        fs::write(bench.path("pov.json"), pov(testcase)).unwrap();
        bench.run(&["bundle", "import", "auto", "pov.json", "--like", "known", "--into", name]).exits(0)
    };
    import("crash", TRIGGER).says("ready to be proved");
    bench.run(&["prove", "crash", "--runs=1"]).exits(0).says("Reproduced");
    import("harmless", "A0Fkcg==");
    bench.run(&["prove", "harmless", "--runs=1"]).exits(10);
    fs::remove_file(bench.path("known/harness.c")).unwrap();
    let again = ["bundle", "import", "auto", "pov.json", "--like", "known", "--into", "x"];
    bench.run(&again).exits(2).says("bad-pattern");
}

#[test]
fn several_findings_become_a_folder_each() {
    let bench = Bench::new();
    let result = |text: &str| json!({ "ruleId": "r", "message": { "text": text } });
    let log = json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "Finder\u{1b}[2J", "version": "3" } },
        "results": [result("first"), result("second"), json!({ "ruleId": "r", "kind": "pass", "message": { "text": "x" } })] }] });
    fs::write(bench.path("log.sarif"), log.to_string()).unwrap();
    let said = bench.run(&["bundle", "import", "auto", "log.sarif", "--into", "many"]).exits(2);
    said.says("2 bundles made of a SARIF 2.1.0 log");
    said.says("2 bundles: 2 partial");
    said.says("left out  result 3");
    assert!(!said.stdout.contains('\u{1b}'), "{said:?}");
    bench.run(&["bundle", "check", "many/001-r", "many/002-r"]).exits(2).says("7 missing");
    let only = |number: &str, into: &str| {
        bench.run(&["bundle", "import", "sarif", "log.sarif", "--only", number, "--into", into])
    };
    only("2", "one").exits(2);
    assert!(fs::read_to_string(bench.path("one/proof.toml")).unwrap().contains("\"second\""));
    only("3", "none").exits(2).says("no-such-finding");
    assert!(!bench.path("none").exists());
}

#[test]
fn an_archive_is_read_as_its_folder() {
    let bench = Bench::new();
    let pov = bench.path("run/povs");
    fs::create_dir_all(&pov).unwrap();
    fs::write(pov.join("abc"), b"boom").unwrap();
    fs::create_dir(bench.path("run/seeds")).unwrap();
    fs::write(bench.path("run/seeds/s"), b"seed").unwrap();
    let packed = bench.path("run.tar.gz");
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(
        fs::File::create(&packed).unwrap(),
        flate2::Compression::fast(),
    ));
    tar.append_dir_all("run", bench.path("run")).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    for source in ["run", "run.tar.gz"] {
        let into = format!("from-{source}");
        let json = bench.run(&["bundle", "import", "auto", source, "--into", &into, "--format=json"]).exits(2).json();
        assert_eq!(json["format"], "oss-crs");
        assert_eq!(fs::read(bench.path(&into).join("poc/abc")).unwrap(), b"boom");
    }
}

/// A tar whose one entry has this name, whatever it is.
fn tar_with(path: &Path, name: &[u8], kind: u8, link: &[u8]) {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(b"00000000004\0");
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link);
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut file = fs::File::create(path).unwrap();
    file.write_all(&header).unwrap();
    if kind == b'0' {
        file.write_all(&[b'x'; 512]).unwrap();
    }
    file.write_all(&[0; 1024]).unwrap();
}

#[test]
fn archives_that_reach_out_are_refused_whole() {
    let bench = Bench::new();
    fs::write(bench.path("outside"), "untouched").unwrap();
    for (number, (name, kind, link)) in [
        (b"../povs/a".as_slice(), b'0', b"".as_slice()),
        (b"/tmp/povs/a", b'0', b""),
        (b"povs/a", b'2', b"../../outside"),
        (b"povs/a", b'2', b"a"),
        (b"povs/a", b'1', b"/etc/passwd"),
        (b"povs/a", b'3', b""),
        (b"povs/a", b'6', b""),
        (b"povs/\xff", b'0', b""),
    ]
    .into_iter()
    .enumerate()
    {
        let archive = format!("{number}.tar");
        tar_with(&bench.path(&archive), name, kind, link);
        bench.run(&["bundle", "import", "auto", &archive, "--into", "out"]).exits(2);
        assert!(!bench.path("out").exists(), "{number}");
    }
    tar_with(&bench.path("good.tar"), b"povs/a", b'0', b"");
    bench.run(&["bundle", "import", "auto", "good.tar", "--into", "out"]).exits(2).says("1 bundle made");
    assert_eq!(fs::read(bench.path("outside")).unwrap(), b"untouched");
}

#[test]
fn a_bomb_and_what_is_no_source_are_refused() {
    let bench = Bench::new();
    let import = |path: &str| bench.run(&["bundle", "import", "auto", path, "--into", "out"]);
    let bomb = flate2::write::GzEncoder::new(
        fs::File::create(bench.path("bomb.tar.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    let mut bomb = tar::Builder::new(bomb);
    let mut header = tar::Header::new_gnu();
    header.set_size(0);
    header.set_mode(0o644);
    for number in 0..20_001 {
        bomb.append_data(&mut header, format!("povs/{number}"), std::io::empty()).unwrap();
    }
    bomb.into_inner().unwrap().finish().unwrap();
    import("bomb.tar.gz").exits(2).says("the archive has more than 20000");
    fs::write(bench.path("noise.zip"), b"PK\x03\x04 noise").unwrap();
    import("noise.zip").exits(2).says("bad-archive");
    import("nowhere").exits(2).says("not-found");
    import("/dev/null").exits(2).says("not-a-plain-file");
    fs::write(bench.path("x.json"), b"{\"a\": 1}").unwrap();
    import("x.json").exits(2).says("unknown-format");
    fs::create_dir_all(bench.path("linked/povs")).unwrap();
    symlink("/etc/passwd", bench.path("linked/povs/a")).unwrap();
    import("linked").exits(2).says("not-a-plain-file");
    bench.copy("slop");
    import("slop").exits(2).says("is a proof bundle already");
    assert!(!bench.path("out").exists());
}

#[test]
fn a_testcase_that_is_an_archive_stays_one_file() {
    let bench = Bench::new();
    let name = "clusterfuzz-testcase-minimized-unzip_fuzzer-5.zip";
    fs::write(bench.path(name), b"PK\x03\x04").unwrap();
    bench.run(&["bundle", "import", "auto", name, "--into", "out"]).exits(2);
    assert_eq!(fs::read(bench.path("out/poc").join(name)).unwrap(), b"PK\x03\x04");
}

/// The shared data, where it is there.
fn data() -> Option<PathBuf> {
    let named = std::env::var_os("ASSAY_DATA").map(PathBuf::from);
    let data = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    if data.join("crashes/crashes.tar.gz").is_file() {
        return Some(data);
    }
    assert!(std::env::var_os("CI").is_none(), "the shared data must not be skipped in CI");
    eprintln!("skipped: no `crashes/crashes.tar.gz` in {}", data.display());
    None
}

#[test]
fn real_crash_reports_are_imported() {
    let Some(data) = data() else { return };
    let file = fs::File::open(data.join("crashes/crashes.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let (mut seen, mut with_oracle, mut with_name) = (0, 0, 0);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        if !path.contains("/casr-") || !path.ends_with(".json") || path.ends_with("labels.json") {
            continue;
        }
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        let name = path.rsplit('/').next().unwrap();
        let source = assay_import::Source::file(name, bytes);
        let imported = assay_import::import(&source, &assay_import::Wish::default())
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let manifest = &imported.bundles[0].manifest;
        assert!(!manifest.contains("hkctkuy"), "{path}: a user's name is left");
        seen += 1;
        with_oracle += usize::from(manifest.contains("\n[oracle]\nkind"));
        with_name += usize::from(manifest.contains("\nscope"));
    }
    println!("{seen} reports, {with_oracle} with an oracle, {with_name} with a function");
    assert!(seen >= 800, "{seen}");
    assert!(with_oracle * 100 >= seen * 95, "{with_oracle} of {seen}");
    assert!(with_name * 100 >= seen * 85, "{with_name} of {seen}");
}
