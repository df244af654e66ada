//! How much memory large documents cost, in a process of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, clippy::print_stdout)]

use std::fmt::Write as _;
use std::process::Command;

use assay_inventory::{Options, read};

/// Names the file that the child reads.
const FILE: &str = "ASSAY_TEST_LARGE_DOCUMENT";
/// What a document of ten megabytes may cost in all.
const MOST_KIB: usize = 100 * 1024;

/// Run in a child: reads the file that is named, and prints what was read and the most memory that was held.
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let bytes = std::fs::read(&path).unwrap();
    let inventory = read(path.to_str().unwrap(), &bytes, &Options::default()).unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    println!("\nRESULT {} {peak}", inventory.components.len());
}

/// An SPDX document of this many packages, with files and relationships that form circles.
fn spdx(packages: usize) -> String {
    let mut out = String::from("{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"packages\":[");
    for n in 0..packages {
        let comma = if n > 0 { "," } else { "" };
        write!(
            out,
            "{comma}\n{{\"SPDXID\":\"SPDXRef-{n}\",\"name\":\"name-{n}\",\"versionInfo\":\"1.{n}.0\",\"downloadLocation\":\"NOASSERTION\",\
             \"licenseConcluded\":\"NOASSERTION\",\"externalRefs\":[{{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",\
             \"referenceLocator\":\"pkg:npm/name-{n}@1.{n}.0\"}}]}}"
        )
        .unwrap();
    }
    out.push_str("],\"files\":[");
    for n in 0..packages {
        let comma = if n > 0 { "," } else { "" };
        write!(out, "{comma}{{\"fileName\":\"./f{n}\",\"SPDXID\":\"SPDXRef-F{n}\",\"checksums\":[]}}").unwrap();
    }
    out.push_str("],\"relationships\":[");
    for n in 0..packages {
        let comma = if n > 0 { "," } else { "" };
        let next = (n + 1) % packages;
        write!(out, "{comma}{{\"spdxElementId\":\"SPDXRef-{n}\",\"relatedSpdxElement\":\"SPDXRef-{next}\",\"relationshipType\":\"DEPENDS_ON\"}}")
            .unwrap();
    }
    out.push_str("]}");
    out
}

#[test]
fn ten_megabytes_of_spdx() {
    let packages = 24_000;
    let text = spdx(packages);
    assert!(text.len() > 10_000_000, "{}", text.len());
    let path = std::env::temp_dir().join(format!("assay-large-{}.spdx.json", std::process::id()));
    std::fs::write(&path, &text).unwrap();
    let me = std::env::current_exe().unwrap();
    let run = Command::new(me).args(["--exact", "child", "--nocapture"]).env(FILE, &path).output();
    std::fs::remove_file(&path).unwrap();
    let printed = String::from_utf8(run.unwrap().stdout).unwrap();
    let result = printed.lines().find_map(|line| line.strip_prefix("RESULT ")).expect(&printed);
    let (listed, peak) = result.split_once(' ').unwrap();
    eprintln!("{} bytes of SPDX, {listed} packages: {peak} KiB at most", text.len());
    assert_eq!(listed.parse(), Ok(packages));
    assert!(peak.parse::<usize>().unwrap() < MOST_KIB, "{peak} KiB");
}
