//! A file that was changed anywhere gives an error or the old answers, and
//! never takes the program down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/small.rs"]
mod small;
mod support;

use std::path::Path;

use assay_index::container::{Container, compose};
use assay_index::fleet::file::FleetFile;
use assay_index::fleet::{self, Fleet, Touched};
use assay_index::write::As;
use assay_index::{Error, Layers};
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;
use proptest::prelude::*;

fn file() -> Vec<u8> {
    support::file(
        &small::records(&[("a", "2.0.0", "T-0001"), ("b", "3.0.0", "T-0002"), ("a", "2.1.0", "T-0003")], 0.5),
        1,
    )
}

/// Everything that can be asked of a file.
fn ask(bytes: Vec<u8>) -> Result<usize, Error> {
    let layers = Layers::of(vec![Container::from_bytes(Path::new("hostile.assay"), bytes)?])?;
    let _ = layers.newest().container().verify();
    let inventory = small::inventory();
    let index = layers.index(&Wanted::of(std::slice::from_ref(&inventory)))?;
    let found = index.scan(&inventory, Keep::All).exposures.len();
    for name in ["T-0001", "cve-2026-0002", "none"] {
        layers.records_named(name)?;
    }
    layers.whole()?;
    layers.is_whole()?;
    Ok(found)
}

#[test]
fn a_whole_file_answers_and_a_cut_one_does_not() {
    let file = file();
    assert!(ask(file.clone()).unwrap() > 10);
    for end in (0..file.len()).step_by(7) {
        assert!(ask(file[..end].to_vec()).is_err(), "cut at {end}");
    }
}

#[test]
fn verifying_finds_every_changed_byte() {
    let file = file();
    let root = Container::from_bytes(Path::new("a"), file.clone()).unwrap().root();
    for at in (0..file.len()).step_by(3) {
        let mut changed = file.clone();
        changed[at] ^= 0x10;
        let found = Container::from_bytes(Path::new("a"), changed);
        let same = found.is_ok_and(|found| found.verify().is_ok() && found.root() == root);
        assert!(!same, "byte {at}");
    }
}

/// The sections of a file, to be put together again with right digests: as an author would who wants to do harm.
fn sections(file: &[u8]) -> (assay_index::container::Head, Vec<(u32, Vec<u8>)>) {
    let opened = Container::from_bytes(Path::new("a"), file.to_vec()).unwrap();
    let sections = opened.sizes().map(|(kind, _)| (kind, opened.section(kind).to_vec())).collect();
    (opened.head(), sections)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_take_nothing_down(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = file();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = ask(file);
    }

    #[test]
    fn well_signed_nonsense_takes_nothing_down(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (head, mut all) = sections(&file());
        let which = which.index(all.len());
        let bytes = &mut all[which].1;
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        let _ = ask(compose(&head, &all));
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(ask(bytes).is_err());
    }
}

/// A fleet of two inventories, as a file.
fn fleet() -> Vec<u8> {
    let mut fleet = Fleet::new();
    let mut other = small::inventory();
    other.name = "other".to_owned();
    other.components.truncate(3);
    fleet.take(&small::inventory());
    fleet.take(&other);
    fleet::file::write(&fleet, As { generation: 0, built: 1 }).unwrap()
}

/// Everything that can be asked of a fleet's file.
fn ask_fleet(bytes: Vec<u8>) -> Result<Vec<Touched>, Error> {
    let fleet = FleetFile::of(Container::from_bytes(Path::new("hostile.assay"), bytes)?)?;
    let records = small::records(&[("a", "2.0.0", "T-0001"), ("b", "3.0.0", "T-0002")], 0.5);
    let touched = fleet.touched(&records)?;
    for place in touched.iter().flat_map(|one| &one.inventories) {
        assert!((*place as usize) < fleet.len());
    }
    Ok(touched)
}

#[test]
fn a_fleets_file_is_whole_or_refused() {
    let file = fleet();
    let said = ask_fleet(file.clone()).unwrap();
    assert!(
        said.iter().any(|one| one.inventories == [0, 1]) && said.iter().any(|one| one.inventories == [0]),
        "{said:?}"
    );
    for end in 0..file.len() {
        assert!(ask_fleet(file[..end].to_vec()).is_err(), "cut at {end}");
    }
    // The head is 64 bytes: what it says of the day is the signature's to vouch for. All behind it is hashed.
    for at in 64..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 0x10;
        let told = ask_fleet(changed);
        assert!(told.is_err() || told.is_ok_and(|told| told == said), "byte {at}");
    }
    let index = Layers::of(vec![Container::from_bytes(Path::new("a"), file).unwrap()]).unwrap_err();
    assert!(index.to_string().contains("the file of a fleet, and an index of records is needed"), "{index}");
    let refused = FleetFile::of(Container::from_bytes(Path::new("a"), self::file()).unwrap()).unwrap_err();
    assert!(refused.help().contains("assay db fleet"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_well_signed_fleet_of_nonsense_takes_nothing_down(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (head, mut all) = sections(&fleet());
        let which = which.index(all.len());
        let bytes = &mut all[which].1;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        let _ = ask_fleet(compose(&head, &all));
    }
}
