//! Forward and reverse give one answer, over a real fleet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assay_index::container::Container;
use assay_index::fleet::file::FleetFile;
use assay_index::fleet::{self, Fleet};
use assay_index::write::As;
use assay_inventory::component::{Component, Format, Inventory, What};
use assay_match::exposure::Touch;
use assay_match::scan::Keep;

/// What is touched: inventory, package, version, record or another name of it.
type Answer = BTreeMap<(u32, String, String), BTreeSet<(String, Touch)>>;

#[test]
fn both_directions_agree() {
    let Some(data) = support::data() else { return };
    let records = support::records(&data, &["Go", "PyPI", "Rust", "Hex", "Packagist"]);
    let purls = String::from_utf8(support::unpacked(&data.join("fleet/purls.txt.gz"))).unwrap();
    let purls: Vec<_> = purls.lines().map(|purl| assay_inventory::purl::read(purl).ok()).collect();
    let sboms = String::from_utf8(support::unpacked(&data.join("fleet/sboms.tsv.gz"))).unwrap();
    let mut fleet = Fleet::new();
    let mut inventories = Vec::new();
    for line in sboms.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let ids = columns[4].split(',').filter_map(|id| id.parse::<usize>().ok());
        let components: Vec<Component> = ids
            .filter_map(|id| purls[id].as_ref().map(|package| (id, package)))
            .map(|(id, package)| {
                let at = format!("purl {id}");
                Component::package(package.ecosystem.clone(), &package.name, package.version.as_deref(), at)
            })
            .collect();
        let inventory =
            Inventory { name: columns[1].to_owned(), format: Format::CycloneDx, components, skipped: Vec::new() };
        fleet.take(&inventory);
        inventories.push(inventory);
    }
    assert!(fleet.len() > 3_000 && fleet.components() > 400_000, "{} {}", fleet.len(), fleet.components());

    // Written once and read in place, the fleet says the same of every record.
    let begun = std::time::Instant::now();
    let bytes = fleet::file::write(&fleet, As { generation: 0, built: 0 }).unwrap();
    let (written, size) = (begun.elapsed(), bytes.len());
    let begun = std::time::Instant::now();
    let file = FleetFile::of(Container::from_bytes(Path::new("fleet.assay"), bytes).unwrap()).unwrap();
    let opened = begun.elapsed();
    println!("{:.1} MB, written in {written:?}, opened in {opened:?}", size as f64 / 1e6);
    let counts = file.counts();
    assert_eq!((file.len(), counts.components, counts.packages), (fleet.len(), fleet.components(), fleet.packages()));
    assert!((0..file.len() as u32).all(|place| file.name(place) == fleet.name(place)));
    let touched = fleet.touched(&records);
    assert!(file.touched(&records).unwrap() == touched, "the file says something else than the inventories");

    let mut reverse = Answer::new();
    for one in touched {
        let version = one.instance.version.clone().unwrap_or_default();
        for place in &one.inventories {
            let key = (*place, one.package.clone(), version.clone());
            reverse.entry(key).or_default().insert((one.id.clone(), one.touch));
        }
    }
    // A scan tells records of one vulnerability as one, with the worst answer; so each of its answers has to be the
    // worst of what the other direction says of the same names, and nothing may be missing on either side.
    let mut seen = BTreeSet::new();
    let mut exposures = 0;
    for (place, inventory) in (0_u32..).zip(&inventories) {
        for exposure in records.scan(inventory, Keep::Touched).exposures {
            let What::Package { name, .. } = &exposure.component.what else { continue };
            let key = (place, name.clone(), exposure.component.version.clone().unwrap_or_default());
            let names: BTreeSet<&str> =
                exposure.advisory.aliases.iter().chain([&exposure.advisory.id]).map(String::as_str).collect();
            let said = reverse.get(&key).unwrap_or_else(|| panic!("only forward: {key:?} {names:?}"));
            let of: Vec<_> = said.iter().filter(|(id, _)| names.contains(id.as_str())).collect();
            let worst = of.iter().map(|(_, touch)| *touch).min();
            assert_eq!(worst, Some(exposure.touch), "{key:?} {names:?}");
            seen.extend(of.into_iter().map(|(id, _)| (key.clone(), id.clone())));
            exposures += 1;
        }
    }
    for (key, said) in &reverse {
        for (id, touch) in said {
            assert!(seen.contains(&(key.clone(), id.clone())), "only reverse: {key:?} {id} {touch:?}");
        }
    }
    println!("{exposures} exposures of {} inventories", fleet.len());
    assert!(exposures > 10_000, "{exposures}");
}
