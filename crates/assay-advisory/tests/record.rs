//! The record: strict to read, one sequence of bytes, and no way to say
//! «verified» without what belongs to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_advisory::record::{AdvisoryId, FixLevel, MAX_BYTES, Product, Record, Severity, Tally, Until};
use proptest::prelude::*;
use support::{draft, record, records};

/// The faults of the sample after a change, as text.
fn faults(change: impl FnOnce(&mut assay_advisory::record::Draft)) -> String {
    let mut draft = draft();
    change(&mut draft);
    Record::new(draft).expect_err("something is wrong with it").to_string()
}

#[test]
fn bytes_and_back() {
    let bytes = record().to_bytes().unwrap();
    assert_eq!(Record::parse(&bytes).unwrap(), record());
}

#[test]
fn there_is_no_field_for_what_could_attack() {
    // INVARIANT 30: whoever adds a field for inputs, bundles or logs meets this list.
    fn keys(value: &serde_json::Value, prefix: &str, found: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    keys(value, &path, found);
                    found.insert(path);
                }
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, prefix, found)),
            _ => {}
        }
    }
    let mut found = std::collections::BTreeSet::new();
    keys(&serde_json::from_slice(&record().to_bytes().unwrap()).unwrap(), "", &mut found);
    let found: Vec<_> = found.into_iter().collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn verified_names_level_runner_builds_and_runs() {
    let verification = record().fix.as_ref().unwrap().verification.clone().unwrap();
    insta::assert_snapshot!(verification, @"verified at L2: the target's own tests pass; by runner abababababab, 2 builds, 40 runs (the flaw showed in 20 of 20 without the patch, in 0 of 20 with it)");
    // And none of it can be left out of the bytes.
    let text = String::from_utf8(record().to_bytes().unwrap()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in ["level", "runner", "builds", "runs", "statement"] {
        let mut value = value.clone();
        value["fix"]["verification"].as_object_mut().unwrap().remove(key).unwrap();
        let error = Record::parse(&assay_bundle::jcs::canonical(&value).unwrap()).unwrap_err();
        assert!(error.to_string().contains(&format!("missing field `{key}`")), "{error}");
    }
}

#[test]
fn a_control_that_failed_verifies_nothing() {
    let with = |level, fired| {
        faults(|draft| {
            let verification = draft.fix.as_mut().unwrap().verification.as_mut().unwrap();
            verification.level = level;
            verification.runs.with = Tally { fired, total: 20 };
        })
    };
    insta::assert_snapshot!(with(FixLevel::L1, 1), @"fix.verification.level: L1 and more mean that the flaw shows without the patch and in no run with it");
    let mut draft = draft();
    let verification = draft.fix.as_mut().unwrap().verification.as_mut().unwrap();
    verification.level = FixLevel::L0;
    verification.runs.with = Tally { fired: 20, total: 20 };
    assert!(Record::new(draft).is_ok(), "L0 says only that it applies and builds");
}

#[test]
fn nothing_is_published_before_its_embargo_ended() {
    insta::assert_snapshot!(
        faults(|draft| draft.published = draft.published.minus(std::time::Duration::from_micros(1))),
        @"timeline[3]: 2026-11-20T17:00:00.000000Z is after the publication at 2026-11-20T16:59:59.999999Z; timeline[3]: it was published at another instant; embargo.ended: 2026-11-20T17:00:00.000000Z is after the publication at 2026-11-20T16:59:59.999999Z"
    );
}

#[test]
fn every_fault_at_once_with_its_place() {
    insta::assert_snapshot!(
        faults(|draft| {
            draft.title = "A title\nof two lines".into();
            draft.summary = " ".into();
            draft.details = "turned \u{202e} round".into();
            draft.affected[0].product.ecosystem = Some("npm".into());
            draft.affected[0].ranges[1].until = Until::Fixed("2.0.0".into());
            draft.aliases = vec!["CVE-2026-1".into(), "CVE-2026-1111".into(), "CVE-2026-2222".into()];
            draft.weaknesses = vec!["125".into()];
            draft.references[0].url = "javascript:alert(1)".into();
            draft.credits.swap(0, 1);
            draft.credits[1].recorded = Some(draft.published.plus_days(1));
            draft.remedies.clear();
            draft.publisher.namespace = "clearinghouse.example".into();
        })
        .replace("; ", "\n")
    );
}

#[test]
fn products_from_package_urls() {
    let show = |purl: &str| match Product::from_purl(purl) {
        Ok(product) => format!("{} | {} | {}", product.purl, product.called(), product.vendor),
        Err(fault) => fault.to_string(),
    };
    let shown: Vec<String> = [
        "pkg:npm/%40harbor/gauge@1.2.3",
        "pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4?arch=source&distro=debian-12",
        "pkg:deb/debian/cjson@1.7.15-1?arch=amd64",
        "pkg:golang/git.example/tide/table@v1.2.3",
        "pkg:maven/org.harbor/gauge@1.0",
        "pkg:generic/tlv@0.3.1",
        "not a purl",
    ]
    .into_iter()
    .map(show)
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn severities() {
    let show = |vector: &str| match Severity::from_vector(vector) {
        Ok(severity) => format!("{:.1} {}", severity.score(), severity.word()),
        Err(fault) => fault.to_string(),
    };
    let shown: Vec<String> = [
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P",
        "CVSS:3.1/AC:L/AV:N/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "AV:N/AC:L/Au:N/C:C/I:C/A:C",
        "CVSS:3.1/AV:N",
        "",
    ]
    .into_iter()
    .map(show)
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_score_is_computed_not_told() {
    let text = String::from_utf8(record().to_bytes().unwrap()).unwrap();
    assert!(text.contains("\"score\":8.2"), "{text}");
    let error = Record::parse(text.replace("\"score\":8.2", "\"score\":1.2").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("is 8.2, not 1.2"), "{error}");
}

#[test]
fn ids() {
    for right in ["ASSAY-2026-0001", "AC-2026-0000", "ASSAY-2026-10000", "ABCDEFGHIJKL-9999-99999999"] {
        assert_eq!(right.parse::<AdvisoryId>().unwrap().to_string(), right);
    }
    for wrong in [
        "assay-2026-0001",
        "ASSAY-2026-1",
        "ASSAY-2026-00001",
        "ASSAY-26-0001",
        "ASSAY-2026-0001-1",
        "../-2026-0001",
        "ASSAY-2026-000000001",
        "A-2026-0001",
        "ASSAY-2026-0001\n",
        "",
    ] {
        assert!(wrong.parse::<AdvisoryId>().is_err(), "{wrong}");
    }
}

#[test]
fn hostile_bytes() {
    let refused = |bytes: &[u8]| Record::parse(bytes).unwrap_err().to_string();
    insta::assert_snapshot!(refused(&vec![b' '; MAX_BYTES + 1]), @"an advisory record has at most 262144 bytes, and this has 262145");
    insta::assert_snapshot!(refused(b"{}"), @"this is a record of the form ``; this version of Assay reads `assay.advisory/1`");
    insta::assert_snapshot!(refused(br#"{"schema":"assay.advisory/2"}"#), @r#"this is a record of the form `"assay.advisory/2"`; this version of Assay reads `assay.advisory/1`"#);
    assert!(refused("[".repeat(100_000).as_bytes()).starts_with("this is no advisory record"));
    let text = String::from_utf8(record().to_bytes().unwrap()).unwrap();
    assert!(refused(text.replacen('{', "{ ", 1).as_bytes()).ends_with("not in canonical form"));
    assert!(refused(text.replacen('{', "{\"trigger\":\"AAAA\",", 1).as_bytes()).contains("unknown field `trigger`"));
    // A key that stands there twice could be read in two ways.
    let twice = text.replacen("\"title\":", "\"title\":\"Another\",\"title\":", 1);
    assert!(!refused(twice.as_bytes()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn made_records_and_back(record in records()) {
        let bytes = record.to_bytes().unwrap();
        prop_assert_eq!(Record::parse(&bytes).unwrap(), record);
    }

    #[test]
    fn a_changed_byte_is_refused_or_another_record(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = record().to_bytes().unwrap();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        // Never the same record from other bytes.
        if let Ok(read) = Record::parse(&bytes) {
            prop_assert_ne!(&read, &record());
            prop_assert_eq!(read.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Record::parse(&bytes).is_err());
    }
}
