//! A few records of our own making.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_advisory::feed::{epss, kev};
use assay_inventory::component::{Component, Format, Inventory};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::index::{Feed, Index};
use serde_json::json;

/// One record: package, fix, id.
pub type Fix = (&'static str, &'static str, &'static str);

/// An index of these records, with scores that begin with this one.
pub fn records(fixes: &[Fix], score: f64) -> Index {
    let mut index = Index::new();
    let source = index.source("OSV test", Feed::Osv);
    for (package, fix, id) in fixes {
        let record = json!({
            "id": id, "modified": "2026-01-01T00:00:00Z", "aliases": [format!("CVE-2026-{}", &id[2..])],
            "summary": format!("A flaw of {package} before {fix}"),
            "references": [{ "type": "WEB", "url": "https://example.org/a" }],
            "affected": [
                { "package": { "ecosystem": "npm", "name": package },
                  "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fix }] }] },
                { "package": { "ecosystem": "PyPI", "name": package }, "versions": ["1.0", "1.1", "1.2", "2.0rc1"] },
            ],
        });
        index.osv(source, id, record.to_string().as_bytes());
    }
    let source = index.source("KEV", Feed::Kev);
    let listed = json!({ "dateReleased": "2026-01-05T00:00:00Z", "vulnerabilities": [{ "cveID": "CVE-2026-0001",
        "vendorProject": "V", "product": "P", "dateAdded": "2026-01-02", "knownRansomwareCampaignUse": "Known" }] });
    index.kev(source, kev::read(listed.to_string().as_bytes()).unwrap());
    let source = index.source("EPSS", Feed::Epss);
    let scores = format!(
        "#model_version:v9,score_date:2026-01-06T00:00:00Z\ncve,epss,percentile\nCVE-2026-0001,{score},0.9\nCVE-2026-0002,0.1,0.5\n"
    );
    index.epss(source, epss::read(scores.as_bytes()).unwrap());
    assert!(index.sources().iter().all(|source| source.skips.is_empty()), "{:?}", index.sources());
    index
}

/// What has these packages, of both ecosystems.
pub fn inventory() -> Inventory {
    let mut components = Vec::new();
    for name in ["a", "b", "c", "d"] {
        for version in ["1.0.0", "1.2", "2.5.0", "x"] {
            for ecosystem in [Ecosystem::Npm, Ecosystem::PyPi] {
                let at = format!("line {}", components.len());
                components.push(Component::package(ecosystem, name, Some(version), at));
            }
        }
    }
    Inventory { name: "test".to_owned(), format: Format::CycloneDx, components, skipped: Vec::new() }
}
