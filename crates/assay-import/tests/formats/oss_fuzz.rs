//! Testcases of OSS-Fuzz, ClusterFuzz and libFuzzer.

use assay_import::{Format, Source, Wish, import};

use crate::casrep::casrep;
use crate::support::{auto, content, says, tree, value};

const REPORT: &str = "\
Project: libtlv
Fuzzing Engine: libFuzzer
Fuzz Target: tlv_fuzzer
Job Type: libfuzzer_asan_libtlv
Crash Type: Heap-buffer-overflow WRITE 1
Crash Address: 0x602000000015
Crash State:
  tlv_printable
  tlv_read
  tlv_fuzzer.c

Sanitizer: address (ASAN)
Recommended Security Severity: High
";

#[test]
fn an_oss_fuzz_testcase_takes_what_lies_beside_it() {
    let imported = auto(&tree(&[
        ("clusterfuzz-testcase-minimized-tlv_fuzzer-5123456789", b"input"),
        ("report.txt", REPORT.as_bytes()),
        ("project.yaml", b"homepage: \"https://example.org\"\nprimary_contact: \"ada@example.org\"\nmain_repo: 'https://example.org/tlv.git'\n"),
        ("other.bin", b"\x00\x01"),
    ]));
    assert_eq!(imported.format, Format::OssFuzz);
    let bundle = &imported.bundles[0];
    assert_eq!(
        value(bundle, &["title"]).unwrap().as_str(),
        Some("Heap-buffer-overflow WRITE 1 at tlv_printable, found by the fuzz target `tlv_fuzzer` of `libtlv`")
    );
    assert_eq!(
        value(bundle, &["oracle"]).unwrap().to_string(),
        r#"{ access = "write", frame = "tlv_printable", kind = "sanitizer", type = ["heap-buffer-overflow"] }"#
    );
    says(bundle, "names the libFuzzer target `tlv_fuzzer`");
    assert_eq!(value(bundle, &["build", "instrument"]).unwrap().as_str(), Some("asan"));
    says(bundle, "OSS-Fuzz project `libtlv`");
    says(bundle, "repository `https://example.org/tlv.git`");
    says(bundle, "severity as `High`, which is no CVSS vector");
    assert!(!bundle.manifest.contains("ada@"), "people's addresses are not read");
    assert!(imported.left_out[0].contains("other.bin"));
}

#[test]
fn a_testcase_alone_says_what_its_name_says() {
    let imported = auto(&Source::file("clusterfuzz-testcase-minimized-tlv_fuzzer-7", b"x".to_vec()));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["harness"]), None, "no engine is named");
    says(bundle, "names the fuzz target `tlv_fuzzer`");
    let named = Wish { format: Some(Format::OssFuzz), ..Wish::default() };
    let any = import(&Source::file("input.bin", b"x".to_vec()), &named).unwrap();
    assert_eq!(content(&any.bundles[0], "poc/input.bin"), b"x");
    assert_eq!(
        import(&Source::file("input.bin", b"x".to_vec()), &Wish::default()).unwrap_err().code(),
        "unknown-format"
    );
}

#[test]
fn a_log_beside_a_testcase_is_read_for_it_alone() {
    let log = casrep()["AsanReport"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    let one = format!("crash-{}", "a".repeat(40));
    let two = format!("crash-{}", "b".repeat(40));
    let alone = auto(&tree(&[(&one, b"x"), ("stderr.txt", log.as_bytes())]));
    assert_eq!(value(&alone.bundles[0], &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
    let both = auto(&tree(&[(&one, b"x"), (&two, b"y"), (&format!("{two}.log"), log.as_bytes())]));
    assert_eq!(value(&both.bundles[0], &["oracle"]), None, "whose log it is, is not said");
    assert_eq!(value(&both.bundles[1], &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
}
