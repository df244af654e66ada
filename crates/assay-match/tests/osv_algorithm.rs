//! A version is affected exactly if OSV's published algorithm says so. The
//! oracle is that algorithm, written down once more over the JSON itself and
//! with the `semver` crate, sharing no line with the engine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod real;

use std::collections::{BTreeMap, BTreeSet};

use assay_inventory::component::{Component, Format, Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::Touch;
use assay_match::index::{Feed, Index};
use assay_match::scan::{Keep, Scan};
use assay_match::wanted::Wanted;
use proptest::prelude::*;
use semver::Version;
use serde_json::{Value, json};

/// `IsVulnerable` for one affected entry.
fn is_vulnerable(affected: &Value, written: &str) -> bool {
    let version = Version::parse(written).unwrap();
    let listed = affected["versions"].as_array().into_iter().flatten().any(|one| one == written);
    let ranges = affected["ranges"].as_array().into_iter().flatten().filter(|range| range["type"] != "GIT");
    listed || ranges.into_iter().any(|range| in_range(range, &version))
}

fn in_range(range: &Value, version: &Version) -> bool {
    let at_least = |at: &str| at == "0" || version.cmp_precedence(&Version::parse(at).unwrap()).is_ge();
    let events: Vec<(&str, &str)> = range["events"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|event| event.as_object().unwrap().iter().map(|(kind, at)| (kind.as_str(), at.as_str().unwrap())))
        .collect();
    let limits: Vec<_> = events.iter().filter(|(kind, _)| *kind == "limit").collect();
    if !limits.is_empty() && !limits.iter().any(|(_, at)| *at == "*" || !at_least(at)) {
        return false;
    }
    let mut sorted: Vec<_> = events.iter().filter(|(kind, _)| *kind != "limit").collect();
    sorted.sort_by(|(_, a), (_, b)| match (*a == "0", *b == "0") {
        (false, false) => Version::parse(a).unwrap().cmp_precedence(&Version::parse(b).unwrap()),
        (a, b) => b.cmp(&a),
    });
    let mut vulnerable = false;
    for (kind, at) in sorted {
        match *kind {
            "introduced" if at_least(at) => vulnerable = true,
            "fixed" if at_least(at) => vulnerable = false,
            "last_affected" if version.cmp_precedence(&Version::parse(at).unwrap()).is_gt() => vulnerable = false,
            _ => {}
        }
    }
    vulnerable
}

fn inventory(ecosystem: &Ecosystem, packages: &[(String, String)]) -> Inventory {
    let components = packages.iter().enumerate().map(|(at, (name, version))| {
        Component::package(ecosystem.clone(), name, Some(version.as_str()), format!("line {at}"))
    });
    Inventory {
        name: "test".to_owned(),
        format: Format::CargoLock,
        components: components.collect(),
        skipped: Vec::new(),
    }
}

/// (component's place, id) of everything affected, by every id that an exposure stands for.
fn affected(inventory: &Inventory, scan: &Scan) -> BTreeSet<(String, String)> {
    let hits = scan.exposures.iter().chain(&scan.notices).filter(|exposure| exposure.touch == Touch::Affected);
    let ids = hits.flat_map(|exposure| {
        let names = std::iter::once(&exposure.advisory.id).chain(&exposure.advisory.aliases);
        names.map(|id| (exposure.component.at.clone(), id.clone()))
    });
    assert!(scan.exposures.iter().all(|exposure| inventory.components.contains(&exposure.component)));
    ids.collect()
}

#[test]
fn real_lockfiles_against_real_records() {
    let Some(data) = real::data() else { return };
    let mut records: Vec<Value> = Vec::new();
    let mut index = Index::new();
    let source = index.source("Rust", Feed::Osv);
    real::zip(&data.join("osv/Rust/all.zip"), |name, bytes| {
        index.osv(source, name, bytes);
        records.push(serde_json::from_slice(bytes).unwrap());
    });
    assert_eq!(index.sources()[0].skips.total, 0);
    let ids: BTreeSet<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();

    let mut naming: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in records.iter().filter(|record| record["withdrawn"].is_null()) {
        let names: BTreeSet<&str> =
            record["affected"].as_array().unwrap().iter().map(|one| one["package"]["name"].as_str().unwrap()).collect();
        names.into_iter().for_each(|name| naming.entry(name).or_default().push(record));
    }
    let (mut hits, mut scans) = (BTreeMap::new(), Vec::new());
    for (name, bytes) in real::inventories(&data, "Cargo.lock") {
        let inventory = real::inventory(&name, &bytes);
        let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
        for component in &inventory.components {
            let What::Package { ecosystem: Ecosystem::Cargo, name: package, .. } = &component.what else { continue };
            let version = component.version.as_deref().unwrap();
            for record in naming.get(package.as_str()).into_iter().flatten() {
                let named =
                    record["affected"].as_array().unwrap().iter().filter(|one| one["package"]["name"] == **package);
                if named.into_iter().any(|one| is_vulnerable(one, version)) {
                    expected.insert((component.at.clone(), record["id"].as_str().unwrap().to_owned()));
                }
            }
        }
        let scan = index.scan(&inventory, Keep::Touched);
        // An exposure may carry the id of a record by alias only; whether that one hits is the oracle's to say.
        let told: BTreeSet<_> =
            affected(&inventory, &scan).into_iter().filter(|(_, id)| ids.contains(id.as_str())).collect();
        assert_eq!(told, expected, "{name}");
        hits.insert(name.clone(), expected.len());
        scans.push((inventory, scan));
    }
    // An index of only what the inventories name gives the same answers.
    let inventories: Vec<Inventory> = scans.iter().map(|(inventory, _)| inventory.clone()).collect();
    let mut narrow = Index::only(Wanted::of(&inventories));
    let source = narrow.source("Rust", Feed::Osv);
    real::zip(&data.join("osv/Rust/all.zip"), |name, bytes| narrow.osv(source, name, bytes));
    assert_eq!(narrow.sources(), index.sources());
    assert!(narrow.entries() < index.entries());
    for (inventory, scan) in &scans {
        assert_eq!(narrow.scan(inventory, Keep::Touched).exposures, scan.exposures, "{}", inventory.name);
    }
    // The prototype of the research and cargo-audit had 37 hits on this one.
    assert_eq!(hits["oxidecomputer__omicron/Cargo.lock"], 37, "{hits:?}");
}

/// Few versions, so that events meet; with the edges of pre-releases.
fn version() -> impl Strategy<Value = String> {
    (0_u8..3, 0_u8..3, 0_u8..2, prop::sample::select(vec!["", "", "", "-0", "-alpha.1", "-rc.2", "+build"]))
        .prop_map(|(a, b, c, end)| format!("{a}.{b}.{c}{end}"))
}

fn event() -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(vec!["introduced", "introduced", "fixed", "fixed", "last_affected", "limit"]);
    (kinds, version(), 0_u8..6).prop_map(|(kind, at, dice)| match (kind, dice) {
        ("introduced", 0..=2) => json!({ "introduced": "0" }),
        ("limit", 0) => json!({ "limit": "*" }),
        _ => json!({ kind: at }),
    })
}

fn affected_entry() -> impl Strategy<Value = Value> {
    let range = (prop::sample::select(vec!["SEMVER", "ECOSYSTEM"]), prop::collection::vec(event(), 1..6))
        .prop_map(|(kind, events)| json!({ "type": kind, "events": events }));
    let name = prop::sample::select(vec!["a", "b"]);
    (name, prop::collection::vec(range, 0..3), prop::collection::vec(version(), 0..4), any::<bool>()).prop_map(
        |(name, mut ranges, mut versions, commits)| {
            if ranges.is_empty() && versions.is_empty() {
                versions.push("9.9.9".to_owned());
            }
            if commits {
                ranges
                    .push(json!({ "type": "GIT", "repo": "https://example.org", "events": [{ "introduced": "abc" }] }));
            }
            json!({ "package": { "ecosystem": "npm", "name": name }, "ranges": ranges, "versions": versions })
        },
    )
}

proptest! {
    #[test]
    fn forward_is_brute_force(
        records in prop::collection::vec((prop::collection::vec(affected_entry(), 1..4), 0_u8..8), 1..8),
        packages in prop::collection::vec((prop::sample::select(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]), version()), 1..8),
    ) {
        let mut index = Index::new();
        let source = index.source("test", Feed::Osv);
        let mut expected = BTreeSet::new();
        for (number, (entries, withdrawn)) in records.iter().enumerate() {
            let id = format!("T-{number}");
            let mut record = json!({ "id": id, "affected": entries });
            if *withdrawn == 0 {
                record["withdrawn"] = json!("2026-01-01T00:00:00Z");
            }
            index.osv(source, &id, record.to_string().as_bytes());
            for (at, (name, version)) in packages.iter().enumerate() {
                let named = entries.iter().filter(|entry| entry["package"]["name"] == **name);
                if *withdrawn != 0 && named.into_iter().any(|entry| is_vulnerable(entry, version)) {
                    expected.insert((format!("line {at}"), id.clone()));
                }
            }
        }
        prop_assert!(index.sources()[0].skips.is_empty());
        let inventory = inventory(&Ecosystem::Npm, &packages);
        let scan = index.scan(&inventory, Keep::All);
        prop_assert_eq!(affected(&inventory, &scan), expected);
        // Every version here can be ordered, so nothing is left open, and each (thing, record) pair is told once.
        prop_assert!(scan.exposures.iter().all(|exposure| exposure.touch != Touch::CannotTell));
    }
}
