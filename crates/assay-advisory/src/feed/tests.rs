//! The readers against good, odd, broken and arbitrary input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::Answer;
use proptest::prelude::*;

use super::osv::{Event, RangeKind};
use super::{Impact, cve, is_cve_id, kev, osv, ssvc};

const OSV: &str = r#"{
  "schema_version": "1.7.0", "id": "EX-1", "modified": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-0001"],
  "details": "A \"long\" story", "summary": "Tab\tin a summary",
  "affected": [{
    "package": { "ecosystem": "npm", "name": "left", "purl": "pkg:npm/left" },
    "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.2.3" }] },
               { "type": "GIT", "repo": "https://example.org/left", "events": [{ "introduced": "abc" }] }],
    "versions": ["0.9.0", "1.0.0-\u00e4"],
    "database_specific": { "informational": "unmaintained", "deep": [{ "er": [1, 2.5, -3, null, true] }] }
  }],
  "credits": [{ "name": "nobody" }]
}"#;

const KEV: &str = r#"{ "title": "t", "catalogVersion": "2026.01.29", "dateReleased": "2026-01-29T20:24:37Z", "count": 1,
  "vulnerabilities": [{ "cveID": "CVE-2026-0001", "vendorProject": "Exampletron", "product": "Gateway",
  "vulnerabilityName": "Exampletron Gateway flaw", "dateAdded": "2026-01-29", "requiredAction": "Update.",
  "knownRansomwareCampaignUse": "Known", "dueDate": "2026-02-01" }] }"#;

const SSVC: &str = "cve,exploitation,automatable,technical_impact,ssvc_timestamp\n\
                    CVE-2026-0001,none,yes,total,2024-08-01T18:51:01Z\n\
                    CVE-2026-0002,none,,Partial,\n";

const CVE: &str = r#"{ "dataType": "CVE_RECORD", "cveMetadata": { "cveId": "CVE-2026-0001", "state": "PUBLISHED" },
  "containers": {
    "cna": { "providerMetadata": { "shortName": "exampletron" }, "title": "A flaw", "affected": [
      { "vendor": "Exampletron", "product": "Gateway", "defaultStatus": "unaffected", "versions": [
        { "version": "1.0", "lessThan": "1.5", "status": "affected", "versionType": "custom",
          "changes": [{ "at": "1.4", "status": "unaffected" }] }] }] },
    "adp": [{ "providerMetadata": { "shortName": "CISA-ADP" }, "metrics": [
      { "other": { "type": "ssvc", "content": { "timestamp": "2026-02-01T00:00:00Z",
        "options": [{ "Exploitation": "active" }, { "Automatable": "Yes" }, { "Technical Impact": "total" }] } } },
      { "cvssV3_1": { "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8 } }] }] } }"#;

#[test]
fn an_osv_record_keeps_what_decides() {
    let record = osv::read(OSV.as_bytes()).unwrap();
    assert_eq!((&*record.id, &*record.aliases[0], &*record.summary), ("EX-1", "CVE-2026-0001", "Tab\tin a summary"));
    let affected = &record.affected[0];
    assert_eq!(affected.ranges[0].events.0, [Event::Introduced("0".into()), Event::Fixed("1.2.3".into())]);
    assert_eq!((affected.ranges[0].kind, affected.ranges[1].kind), (RangeKind::SemVer, RangeKind::Git));
    assert_eq!(affected.versions.iter().collect::<Vec<_>>(), ["0.9.0", "1.0.0-ä"]);
    assert_eq!(affected.specific.informational.as_deref(), Some("unmaintained"));
    assert!(matches!(record.id.0, std::borrow::Cow::Borrowed(_)));
}

#[test]
fn odd_osv_records_are_read() {
    let record = |affected: &str| format!(r#"{{ "id": "EX-2", "aliases": null, "affected": {affected} }}"#);
    for affected in ["null", "[]", r#"[{ "package": null, "ranges": null, "versions": null }]"#] {
        osv::read(record(affected).as_bytes()).unwrap();
    }
    let odd = record(
        r#"[{ "database_specific": "text", "ranges": [{ "type": "NEW", "events": [{ "introduced": "1", "fixed": "2" }, { "since": 3 }] }] }]"#,
    );
    let odd = osv::read(odd.as_bytes()).unwrap();
    let range = &odd.affected[0].ranges[0];
    assert_eq!(range.kind, RangeKind::Other);
    assert_eq!(range.events.0, [Event::Introduced("1".into()), Event::Fixed("2".into()), Event::Other("since".into())]);
}

#[test]
fn broken_osv_records_say_why() {
    for (text, why) in [
        ("", "EOF"),
        ("[]", "invalid length 0"),
        ("{}", "missing field `id`"),
        (r#"{ "id": "" }"#, "its id has 0 bytes"),
        (r#"{ "id": 5 }"#, "expected a text"),
        (
            r#"{ "id": "A", "affected": [{ "ranges": [{ "type": "SEMVER", "events": [{}] }] }] }"#,
            "an event says nothing",
        ),
        (r#"{ "id": "A" } trailing"#, "trailing characters"),
    ] {
        let error = osv::read(text.as_bytes()).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }
    assert!(osv::read(b"{ \"id\": \"\xff\" }").unwrap_err().contains("not UTF-8"));
    assert!(osv::read(&vec![b' '; super::MAX_RECORD + 1]).unwrap_err().contains("at most"));
    let deep = format!(r#"{{ "id": "A", "details": {}1{} }}"#, "[".repeat(200_000), "]".repeat(200_000));
    let _ = osv::read(deep.as_bytes());
}

#[test]
fn a_bad_kev_entry_spoils_only_itself() {
    let good = kev::read(KEV.as_bytes()).unwrap();
    assert_eq!((good.entries.len(), good.skips.total), (1, 0));
    assert_eq!((good.entries[0].ransomware, good.entries[0].added.as_str()), (Answer::Yes, "2026-01-29"));

    let entry = KEV.split_once('[').unwrap().1.rsplit_once(']').unwrap().0;
    let bad = [
        entry.replace("CVE-2026-0001", "CVE-26-1"),
        entry.replace("2026-01-29", "yesterday"),
        entry.replace("\"Gateway\"", "\" \""),
        entry.replace("Known\"", "Perhaps\""),
        entry.replace("\"Exampletron\"", "7"),
        "7".to_owned(),
    ];
    let many = KEV.replacen(entry, &format!("{},{entry}", bad.join(",")), 1);
    let read = kev::read(many.as_bytes()).unwrap();
    assert_eq!((read.entries.len(), read.skips.total), (1, bad.len() + 1));
    assert_eq!(read.skips.named[0].at, "entry 1 (CVE-26-1)");
    assert!(read.skips.named.last().unwrap().why.contains("1 entries, and holds 7"));
    assert!(kev::read(b"{}").unwrap_err().contains("vulnerabilities"));
}

#[test]
fn a_bad_ssvc_line_spoils_only_itself() {
    let table = ssvc::read(SSVC.as_bytes()).unwrap();
    assert_eq!(table.rows[0].1.automatable, Answer::Yes);
    assert_eq!((table.rows[1].1.automatable, table.rows[1].1.impact), (Answer::Unknown, Impact::Partial));
    assert_eq!(table.newest(), Some("2024-08-01T18:51:01Z"));
    let more = format!("{SSVC}CVE-1,none,yes,total,\nCVE-2026-0003,none,maybe,total,\nCVE-2026-0004\n");
    let table = ssvc::read(more.as_bytes()).unwrap();
    assert_eq!((table.rows.len(), table.skips.total), (2, 3));
    assert_eq!(table.skips.named[0].at, "line 4");
    assert!(ssvc::read(b"a,b\n1,2\n").unwrap_err().contains("`cve`"));
    // A mark of byte order is no part of a column's name.
    assert_eq!(ssvc::read(format!("\u{feff}{SSVC}").as_bytes()).unwrap().rows.len(), 2);
}

#[test]
fn a_cve_record_keeps_its_containers_apart() {
    let record = cve::read(CVE.as_bytes()).unwrap();
    assert_eq!(record.containers.len(), 1);
    let version = &record.containers[0].affected[0].versions[0];
    assert_eq!((version.less_than.as_deref(), version.changes[0].at.as_str()), (Some("1.5"), "1.4"));
    let decision = record.decision.unwrap();
    assert_eq!((decision.automatable, decision.impact), (Answer::Yes, Impact::Total));
    assert_eq!(record.cvss[0].score, Some(9.8));

    // What another author says in CISA's form is not CISA's decision.
    let forged = cve::read(CVE.replace("CISA-ADP", "somebody").as_bytes()).unwrap();
    assert_eq!(forged.decision, None);
    assert!(cve::read(CVE.replace("CVE_RECORD", "OTHER").as_bytes()).unwrap_err().contains("dataType"));
    assert!(cve::read(CVE.replace("\"Yes\"", "\"Perhaps\"").as_bytes()).unwrap_err().contains("automatable"));
}

#[test]
fn cve_ids() {
    for good in ["CVE-1999-0001", "CVE-2026-12345678901"] {
        assert!(is_cve_id(good), "{good}");
    }
    for bad in ["", "CVE-2026", "CVE-2026-001", "cve-2026-0001", "CVE-20260-0001", "CVE-2026-00a1", "CVE-2026-0001 "] {
        assert!(!is_cve_id(bad), "{bad}");
    }
}

/// A good document with some bytes changed, cut out or doubled.
fn mutated(good: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0_u8..4, 0_usize..40);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = good.as_bytes().to_vec();
        for (at, byte, kind, length) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => bytes.truncate(end),
            }
        }
        bytes
    })
}

fn ssvc_line() -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec!["CVE-2026-0001", "CVE-1", "x", "\u{e4}"]);
    let word = prop::sample::select(vec!["yes", "No", "", "total", "PARTIAL", "what"]);
    (id, prop::collection::vec(word, 0..4)).prop_map(|(id, words)| format!("{id},{}\n", words.join(",")))
}

fn read_all(bytes: &[u8]) {
    if let Ok(record) = osv::read(bytes) {
        assert!(!record.id.is_empty());
    }
    if let Ok(catalogue) = kev::read(bytes) {
        assert!(catalogue.entries.iter().all(|entry| is_cve_id(&entry.cve)));
        assert!(catalogue.skips.named.len() <= catalogue.skips.total);
    }
    if let Ok(table) = ssvc::read(bytes) {
        assert!(table.rows.iter().all(|(id, _)| is_cve_id(id)));
        // Nothing goes missing: each line that is not blank is a row or is named.
        let lines = bytes.split(|byte| *byte == b'\n' || *byte == b'\r').filter(|line| !line.is_empty()).count();
        assert!(table.rows.len() + table.skips.total < lines.max(1));
    }
    if let Ok(record) = cve::read(bytes) {
        assert!(is_cve_id(&record.id));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn mutated_osv(bytes in mutated(OSV)) {
        read_all(&bytes);
    }

    #[test]
    fn mutated_kev(bytes in mutated(KEV)) {
        read_all(&bytes);
    }

    #[test]
    fn mutated_ssvc(bytes in mutated(SSVC)) {
        read_all(&bytes);
    }

    #[test]
    fn mutated_cve(bytes in mutated(CVE)) {
        read_all(&bytes);
    }

    #[test]
    fn each_line_of_a_table_is_a_row_or_is_named(lines in prop::collection::vec(ssvc_line(), 0..30)) {
        let text = format!("cve,automatable,technical_impact\n{}", lines.concat());
        let table = ssvc::read(text.as_bytes()).unwrap();
        prop_assert_eq!(table.rows.len() + table.skips.total, lines.len());
        prop_assert_eq!(table.skips.named.len(), table.skips.total);
    }

    #[test]
    fn events_come_out_as_they_stand(versions in prop::collection::vec("\\PC{1,12}", 1..20)) {
        let events: Vec<_> = versions.iter().map(|version| serde_json::json!({ "fixed": version })).collect();
        let record = serde_json::json!({ "id": "A", "affected": [{ "ranges": [{ "type": "ECOSYSTEM", "events": events }], "versions": versions }] });
        let text = record.to_string();
        let record = osv::read(text.as_bytes()).unwrap();
        let affected = &record.affected[0];
        prop_assert_eq!(&affected.ranges[0].events.0, &versions.iter().map(|version| Event::Fixed(version.as_str().into())).collect::<Vec<_>>());
        prop_assert!(affected.versions.iter().eq(versions.iter().map(String::as_str)));
    }
}
