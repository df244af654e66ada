//! The real feeds, whole: every record is read, and what a CVSS vector narrows
//! is held against CISA's own decisions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod real;

use assay_advisory::feed::{cve, kev, osv, ssvc};
use assay_base::Answer;
use assay_match::cvss;
use assay_match::exposure::Impact;
use serde_json::Value;

#[test]
fn every_osv_record_is_read_and_loses_nothing_that_decides() {
    let Some(data) = real::data() else { return };
    // The small ones, with every kind of range among them; the bench reads all.
    for (ecosystem, records) in
        [("Hackage", 35), ("Hex", 151), ("CRAN", 14), ("PSF", 132), ("Packagist", 591), ("Rust", 1206)]
    {
        let mut count = 0;
        real::zip(&data.join("osv").join(ecosystem).join("all.zip"), |name, bytes| {
            count += 1;
            let record = osv::read(bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
            let raw: Value = serde_json::from_slice(bytes).unwrap();
            assert_eq!(*record.id, *raw["id"].as_str().unwrap());
            assert_eq!(record.withdrawn.is_some(), !raw["withdrawn"].is_null(), "{name}");
            let list = |value: &Value| value.as_array().map_or(0, Vec::len);
            assert_eq!(record.aliases.len(), list(&raw["aliases"]), "{name}");
            assert_eq!(record.severity.len(), list(&raw["severity"]), "{name}");
            assert_eq!(record.affected.len(), list(&raw["affected"]), "{name}");
            for (ours, theirs) in record.affected.iter().zip(raw["affected"].as_array().into_iter().flatten()) {
                assert_eq!(ours.versions.len(), list(&theirs["versions"]), "{name}");
                assert_eq!(ours.ranges.len(), list(&theirs["ranges"]), "{name}");
                for (range, raw) in ours.ranges.iter().zip(theirs["ranges"].as_array().into_iter().flatten()) {
                    let keys: usize =
                        raw["events"].as_array().unwrap().iter().map(|one| one.as_object().unwrap().len()).sum();
                    assert_eq!(range.events.0.len(), keys, "{name}");
                }
            }
        });
        assert_eq!(count, records, "{ecosystem}");
    }
}

#[test]
fn every_entry_of_kev_is_read() {
    let Some(data) = real::data() else { return };
    for (day, count) in [("2025-08-25", 1404), ("2026-01-29", 1501)] {
        let catalogue =
            kev::read(&real::unpacked(&data.join(format!("kev/known_exploited_vulnerabilities-{day}.json.gz"))))
                .unwrap();
        assert_eq!((catalogue.entries.len(), catalogue.skips.total), (count, 0), "{:?}", catalogue.skips);
    }
}

#[test]
fn every_cve_record_is_read() {
    let Some(data) = real::data() else { return };
    let mut decided = 0;
    let lines = real::unpacked(&data.join("products/cve5-kev.jsonl.gz"));
    let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 255);
    for line in lines {
        decided += usize::from(cve::read(line).unwrap().decision.is_some());
    }
    assert!(decided > 200, "{decided}");
    let mut count = 0;
    real::zip(&data.join("cve5/vulnrichment-sample.zip"), |name, bytes| {
        if name.ends_with(".json") {
            count += 1;
            cve::read(bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    });
    assert_eq!(count, 1500);
}

#[test]
fn a_vector_narrows_no_further_than_real_decisions_bear_out() {
    let Some(data) = real::data() else { return };
    let bytes = real::unpacked(&data.join("ssvc/vulnrichment-2024-10-24.csv.gz"));
    let table = ssvc::read(&bytes).unwrap();
    assert_eq!((table.rows.len(), table.skips.total), (44_026, 0), "{:?}", table.skips.named.first());

    // The vectors stand in a column that the reader steps over.
    let text = String::from_utf8(bytes).unwrap();
    let (mut said, mut agreed) = ([0_u32; 3], [0_u32; 3]);
    for (line, (_, decision)) in text.lines().skip(1).zip(&table.rows) {
        let Some(vector) = line.split(',').find(|cell| cell.starts_with("CVSS:3")) else { continue };
        let reading = cvss::read(vector);
        let mut count = |at: usize, holds: bool| {
            said[at] += 1;
            agreed[at] += u32::from(holds);
        };
        if reading.automatable == Answer::No {
            count(0, decision.automatable == Answer::No);
        }
        match reading.impact {
            Impact::Total => count(1, decision.impact == Impact::Total),
            Impact::Partial => count(2, decision.impact == Impact::Partial),
            Impact::Unknown => {}
        }
        assert_ne!(reading.automatable, Answer::Yes);
    }
    for (said, agreed) in said.into_iter().zip(agreed) {
        assert!(said > 400 && f64::from(agreed) / f64::from(said) > 0.975, "{agreed} of {said}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_as_a_vector_or_is_none(text in "(CVSS:(3\\.[01]|4\\.0)(/[A-Z]{1,3}:[A-Z]){0,14})|\\PC{0,80}") {
        let reading = cvss::read(&text);
        proptest::prop_assert!(reading.score.is_none_or(|score| (0.0..=10.0).contains(&score)));
    }
}
