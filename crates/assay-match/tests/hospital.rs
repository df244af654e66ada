//! The small hospital of `examples/`, against labels that were made by hand
//! from the records: with the facts that ship, and with the real feeds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assay_advisory::feed::{cve, kev, ssvc};
use assay_inventory::component::{Component, Inventory, What};
use assay_match::exposure::{Certainty, Exposure, Touch};
use assay_match::index::{Feed, Index};
use assay_match::scan::{Keep, Scan};
use assay_match::wanted::Wanted;

fn hospital() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hospital")
}

fn inventories() -> Vec<Inventory> {
    let files = [
        "products.csv",
        "patient-portal/Cargo.lock",
        "patient-portal/package-lock.json",
        "imaging-gateway/bom.cdx.json",
    ];
    files.iter().map(|name| real::inventory(name, &fs::read(hospital().join(name)).unwrap())).collect()
}

fn files(folder: PathBuf) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The facts that ship.
fn shipped() -> Index {
    let public = hospital().join("public");
    let mut index = Index::new();
    let source = index.source("kev", Feed::Kev);
    index.kev(source, kev::read(&fs::read(public.join("known-exploited.json")).unwrap()).unwrap());
    let source = index.source("ssvc", Feed::Ssvc);
    index.ssvc(source, ssvc::read(&fs::read(public.join("ssvc.csv")).unwrap()).unwrap());
    let source = index.source("cve", Feed::Cve);
    for bytes in files(public.join("cve")) {
        index.cve(source, cve::read(&bytes).unwrap());
    }
    let source = index.source("osv", Feed::Osv);
    for bytes in files(public.join("osv")) {
        index.osv(source, "a shipped record", &bytes);
    }
    index
}

/// The real feeds, and an index that keeps only what the hospital names.
fn real_feeds(data: &Path, inventories: &[Inventory]) -> Index {
    let mut index = Index::only(Wanted::of(inventories));
    let source = index.source("kev", Feed::Kev);
    let packed = data.join("kev/known_exploited_vulnerabilities-2026-01-29.json.gz");
    index.kev(source, kev::read(&real::unpacked(&packed)).unwrap());
    let source = index.source("ssvc", Feed::Ssvc);
    index.ssvc(source, ssvc::read(&real::unpacked(&data.join("ssvc/vulnrichment-2024-10-24.csv.gz"))).unwrap());
    let source = index.source("cve", Feed::Cve);
    for line in real::unpacked(&data.join("products/cve5-kev.jsonl.gz")).split(|byte| *byte == b'\n') {
        if !line.is_empty() {
            index.cve(source, cve::read(line).unwrap());
        }
    }
    for ecosystem in ["Rust", "PyPI"] {
        let source = index.source(ecosystem, Feed::Osv);
        real::zip(&data.join("osv").join(ecosystem).join("all.zip"), |name, bytes| index.osv(source, name, bytes));
    }
    index
}

/// A line of the labels.
struct Label {
    answer: String,
    record: String,
    touch: String,
}

/// (thing, version) -> what it should be, by the column of this name.
fn labels(column: &str) -> BTreeMap<(String, String), Label> {
    let text = fs::read_to_string(hospital().join("expected.csv")).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.splitn(7, ',').collect();
            let label = Label { answer: cells[at].to_owned(), record: cells[4].to_owned(), touch: cells[5].to_owned() };
            ((cells[0].to_owned(), cells[1].to_owned()), label)
        })
        .collect()
}

fn key(component: &Component) -> (String, String) {
    let (What::Package { name, .. } | What::Product { product: name, .. }) = &component.what;
    (name.clone(), component.version.clone().unwrap_or_default())
}

fn answer(inventory: &Inventory, scan: &Scan, place: usize) -> &'static str {
    let at = &inventory.components[place].at;
    let any = |touch| scan.exposures.iter().any(|exposure| exposure.component.at == *at && exposure.touch == touch);
    if any(Touch::Affected) {
        "affected"
    } else if any(Touch::CannotTell) {
        "cannot-tell"
    } else if scan.unnamed.contains(&place) {
        "unnamed"
    } else {
        "not-affected"
    }
}

fn word(touch: Touch) -> &'static str {
    match touch {
        Touch::Affected => "affected",
        Touch::CannotTell => "cannot-tell",
        Touch::NotAffected => "not-affected",
    }
}

/// Every thing has its label, and every label its thing. Gives all exposures.
fn check(index: &Index, inventories: &[Inventory], column: &str) -> Vec<Exposure> {
    let mut labels = labels(column);
    let mut all = Vec::new();
    let mut wrong = Vec::new();
    for inventory in inventories {
        let scan = index.scan(inventory, Keep::All);
        for (place, component) in inventory.components.iter().enumerate() {
            let Some(label) = labels.get_mut(&key(component)) else {
                wrong.push(format!("no label for {:?}", key(component)));
                continue;
            };
            let came = answer(inventory, &scan, place);
            if came != label.answer {
                wrong.push(format!("{:?}: {came}, not {}", key(component), label.answer));
            }
            let of = |list: &[Exposure]| {
                list.iter()
                    .find(|exposure| exposure.component.at == component.at && exposure.advisory.id == label.record)
                    .cloned()
            };
            match (of(&scan.exposures), of(&scan.notices)) {
                (Some(exposure), _) if word(exposure.touch) != label.touch => {
                    wrong.push(format!("{:?}: {} {}, not {}", key(component), label.record, exposure.why, label.touch));
                }
                (None, Some(_)) if label.touch != "notice" => wrong.push(format!("{} is a notice", label.record)),
                (None, None) if column == "real" && label.answer != "unnamed" => {
                    wrong.push(format!("{:?}: {} is not there", key(component), label.record));
                }
                _ => {}
            }
            label.answer = came.to_owned();
        }
        all.extend(scan.exposures);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let things: usize = inventories.iter().map(|inventory| inventory.components.len()).sum();
    // Mirth Connect stands in two inventories, under one label.
    assert_eq!(things, labels.len() + 1);
    all
}

#[test]
fn with_the_facts_that_ship() {
    let index = shipped();
    assert!(
        index.sources().iter().all(|source| source.skips.is_empty() && source.records >= 10),
        "{:?}",
        index.sources()
    );
    let inventories = inventories();
    let exposures = check(&index, &inventories, "public");
    let of = |id: &str| exposures.iter().find(|exposure| exposure.advisory.id == id).unwrap();
    // KEV's fact is joined onto a package's record by its CVE id.
    assert_eq!(of("GHSA-jpcq-cgw6-v4j6").advisory.kev.as_ref().unwrap().added, "2025-01-23");
    assert_eq!(of("RUSTSEC-2023-0061").advisory.kev.as_ref().unwrap().added, "2023-09-13");
    assert_eq!(of("GHSA-35jh-r3h4-6jhm").advisory.kev, None);
    assert_eq!(of("CVE-2023-34362").advisory.ssvc_from, "CISA SSVC of 2024-06-27");
    assert_eq!(of("GHSA-35jh-r3h4-6jhm").advisory.ssvc_from, "the CVSS vector");
    assert_eq!(of("CVE-2024-21762").certainty, Certainty::Likely);
    assert_eq!(of("CVE-2023-34362").certainty, Certainty::Product);
    assert_eq!(of("CVE-2023-34362").fixed, ["2022.1.6"]);
}

#[test]
fn with_the_real_feeds() {
    let Some(data) = real::data() else { return };
    let inventories = inventories();
    let index = real_feeds(&data, &inventories);
    let skips: Vec<_> = index.sources().iter().flat_map(|source| &source.skips.named).collect();
    assert!(skips.is_empty(), "{skips:?}");
    check(&index, &inventories, "real");
}
