//! The verdicts that people gave on other scanners' findings, against the same
//! vulnerabilities and packages here: a table for each ecosystem.
//!
//! A label names an image, a vulnerability, a package and its version, and no
//! ecosystem. Held against the matcher are those whose vulnerability has a
//! record at hand that names a package of this very name; the rest has no
//! record here (distributions' packages, NVD's products) and is counted.
//!
//! A *false positive* is not always a wrong version: most are of a copy that a
//! distribution patched, or of a file that was not what it looked like. A
//! matcher by version calls these affected, as it should; the table shows how
//! many, and no answer is tuned to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assay_inventory::component::{Component, Format, Inventory};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::Touch;
use assay_match::index::{Feed, Index};
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;
use serde_json::Value;

use super::real;

/// The folders whose packages a label can name without saying so, and the ecosystem of each.
const FOLDERS: [(&str, &str); 3] = [("Go", "Go"), ("PyPI", "PyPI"), ("Rust", concat!("crates", ".", "io"))];

/// One verdict.
struct Label {
    ids: BTreeSet<String>,
    name: String,
    version: String,
    verdict: String,
}

fn labels(data: &Path) -> Vec<Label> {
    let archive = real::unpacked(&data.join("conformance/conformance.tar.gz"));
    let mut tar = tar::Archive::new(&*archive);
    let mut packed = Vec::new();
    for file in tar.entries().unwrap() {
        let mut file = file.unwrap();
        if file.path().unwrap().ends_with("match-labels/labels.jsonl.gz") {
            std::io::Read::read_to_end(&mut file, &mut packed).unwrap();
        }
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*packed), &mut text).unwrap();
    let each = text.lines().map(|line| {
        let value: Value = serde_json::from_str(line).unwrap();
        let own = |key: &str| value[key].as_str().map(str::to_owned);
        Label {
            ids: own("vulnerability_id").into_iter().chain(own("effective_cve")).collect(),
            name: value["package"]["name"].as_str().unwrap_or_default().to_owned(),
            version: value["package"]["version"].as_str().unwrap_or_default().to_owned(),
            verdict: own("label").unwrap(),
        }
    });
    each.collect()
}

/// Of a scanner's writing: `go1.16.9` of the standard library.
fn version(ecosystem: &str, label: &Label) -> String {
    let written = label.version.as_str();
    if ecosystem == "Go" { written.strip_prefix("go").unwrap_or(written).to_owned() } else { written.to_owned() }
}

#[test]
fn the_labels_as_a_table() {
    let Some(data) = real::data() else { return };
    let labels = labels(&data);
    assert_eq!(labels.len(), 19_092);
    let (mut judged, mut out) = (0, String::new());
    out.push_str("ecosystem | label | affected | not affected | cannot tell\n");
    let mut disagree = Vec::new();
    for (folder, osv) in FOLDERS {
        let ecosystem = Ecosystem::from_osv(osv);
        let components = labels.iter().enumerate().filter(|(_, label)| !label.name.is_empty());
        let components: Vec<Component> = components
            .map(|(at, label)| {
                Component::package(ecosystem.clone(), &label.name, Some(&version(osv, label)), at.to_string())
            })
            .collect();
        let inventory =
            Inventory { name: folder.to_owned(), format: Format::CycloneDx, components, skipped: Vec::new() };
        let mut index = Index::only(Wanted::of(std::slice::from_ref(&inventory)));
        let source = index.source(folder, Feed::Osv);
        real::zip(&data.join("osv").join(folder).join("all.zip"), |name, bytes| index.osv(source, name, bytes));
        let scan = index.scan(&inventory, Keep::All);
        let mut answers: BTreeMap<usize, Touch> = BTreeMap::new();
        for exposure in &scan.exposures {
            let at: usize = exposure.component.at.parse().unwrap();
            let facts = &exposure.advisory;
            if std::iter::once(&facts.id).chain(&facts.aliases).any(|id| labels[at].ids.contains(id)) {
                // Of several records of one vulnerability, one that affects decides.
                let known = answers.entry(at).or_insert(exposure.touch);
                if exposure.touch == Touch::Affected {
                    *known = Touch::Affected;
                }
            }
        }
        for verdict in ["TP", "FP", "??"] {
            let of = |touch: Touch| {
                answers.iter().filter(|(at, own)| labels[**at].verdict == verdict && **own == touch).count()
            };
            let row = [of(Touch::Affected), of(Touch::NotAffected), of(Touch::CannotTell)];
            if row.iter().sum::<usize>() > 0 {
                out.push_str(&format!("{folder} | {verdict} | {} | {} | {}\n", row[0], row[1], row[2]));
            }
        }
        for (at, touch) in &answers {
            let label = &labels[*at];
            let other = matches!((label.verdict.as_str(), touch), ("TP", Touch::NotAffected) | ("FP", Touch::Affected));
            if other {
                let ids: Vec<&str> = label.ids.iter().map(String::as_str).collect();
                disagree.push(format!("{folder} {} {} {} {}", label.verdict, label.name, label.version, ids.join(" ")));
            }
        }
        judged += answers.len();
    }
    disagree.sort();
    disagree.dedup();
    eprintln!("{out}{judged} of {} labels have a record at hand\n  {}", labels.len(), disagree.join("\n  "));
    assert!(judged >= 200, "{judged}");
    // What people confirmed and a record at hand names is never called safe but for these, read by hand: docs/scan.md.
    let called_safe = disagree.iter().filter(|one| one.contains(" TP ")).count();
    assert!(called_safe <= CALLED_SAFE, "{called_safe}: {disagree:#?}");
}

/// Confirmed findings that the records at hand clear.
const CALLED_SAFE: usize = 6;
