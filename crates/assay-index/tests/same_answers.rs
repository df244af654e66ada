//! A file says what the records in memory say: on every real inventory, over
//! all real records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use assay_advisory::feed::{csaf, cve, endoflife, kev};
use assay_match::index::{Feed, Index};
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;

#[test]
fn on_all_real_data() {
    let Some(data) = support::data() else { return };
    let memory = support::records(&data, &[]);
    let bytes = support::file(&memory, 1);
    println!("{} bytes", bytes.len());
    let layers = support::opened(bytes);
    layers.newest().container().verify().unwrap();
    let (mut exposures, mut scored) = (0, 0);
    for inventory in support::inventories(&data) {
        let loaded = layers.index(&Wanted::of(std::slice::from_ref(&inventory))).unwrap();
        let (theirs, ours) = (memory.scan(&inventory, Keep::All), loaded.scan(&inventory, Keep::All));
        for (theirs, ours) in [(&theirs.exposures, &ours.exposures), (&theirs.notices, &ours.notices)] {
            assert_eq!(theirs.len(), ours.len(), "{}", inventory.name);
            let other = theirs.iter().zip(ours).find(|(theirs, ours)| theirs != ours);
            assert!(other.is_none(), "{}: {other:#?}", inventory.name);
        }
        assert_eq!((theirs.not_affected, theirs.unnamed), (ours.not_affected, ours.unnamed), "{}", inventory.name);
        exposures += ours.exposures.len();
        scored += ours.exposures.iter().filter(|one| one.advisory.epss.is_some()).count();
    }
    layers.is_whole().unwrap();
    println!("{exposures} exposures, {scored} with a score");
    assert!(exposures > 4_000 && scored > 2_500, "{exposures} {scored}");
}

/// Products are loaded piece by piece, each list its own; the answers are those of all of them in memory.
#[test]
fn a_list_of_products_is_answered_from_its_own_pieces() {
    let Some(data) = support::data() else { return };
    let memory = products(&data);
    let layers = support::opened(support::file(&memory, 1));
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hospital/products.csv");
    let list = std::fs::read(examples).unwrap();
    let whole = assay_inventory::read("products.csv", &list, &Default::default()).unwrap();
    let rows = whole.components.len();
    // The whole list, and each row alone.
    let alone = (0..rows).map(|row| assay_inventory::component::Inventory {
        components: vec![whole.components[row].clone()],
        ..whole.clone()
    });
    let (mut exposures, mut notices) = (0, 0);
    for inventory in std::iter::once(whole.clone()).chain(alone) {
        let mut loaded = layers.index(&Wanted::of(std::slice::from_ref(&inventory))).unwrap();
        loaded.as_of("2026-11-21");
        let (theirs, ours) = (memory.scan(&inventory, Keep::All), loaded.scan(&inventory, Keep::All));
        assert_eq!(theirs.exposures, ours.exposures);
        assert_eq!(theirs.notices, ours.notices);
        assert_eq!(theirs.unnamed, ours.unnamed);
        (exposures, notices) = (exposures + ours.exposures.len(), notices + ours.notices.len());
    }
    layers.is_whole().unwrap();
    assert!(rows > 30 && exposures > 100 && notices > 2, "{rows} rows, {exposures} exposures, {notices} notices");
    // What was loaded whole is what was written, so that an index that did not change is known as such.
    assert_eq!(memory.packed_products().unwrap(), layers.whole().unwrap().packed_products().unwrap());
    let found = memory.packed_products().unwrap();
    assert!(found.records.len() > 300 && found.lives.len() > 400);
}

/// KEV, CVE records, some hundred CSAF advisories and all end-of-life dates.
fn products(data: &Path) -> Index {
    let mut index = Index::new();
    let source = index.source("KEV", Feed::Kev);
    let listed = support::unpacked(&data.join("kev/known_exploited_vulnerabilities-2026-01-29.json.gz"));
    index.kev(source, kev::read(&listed).unwrap());
    let lines = |name: &str| {
        let file = File::open(data.join("products").join(name)).unwrap();
        BufReader::new(flate2::read::GzDecoder::new(file)).lines().map(Result::unwrap)
    };
    let source = index.source("CVE", Feed::Cve);
    lines("cve5-kev.jsonl.gz").for_each(|line| index.cve(source, cve::read(line.as_bytes()).unwrap()));
    let source = index.source("CSAF", Feed::Csaf);
    let packed = File::open(data.join("products/csaf-cisa.tar.gz")).unwrap();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let mut taken = 0;
    for file in tar.entries().unwrap() {
        let mut file = file.unwrap();
        let mut bytes = Vec::new();
        if !file.path().unwrap().to_string_lossy().ends_with(".json") {
            continue;
        }
        file.read_to_end(&mut bytes).unwrap();
        if let Ok(advisory) = csaf::read(&bytes) {
            index.csaf(source, &advisory);
            taken += 1;
        }
        if taken == 200 {
            break;
        }
    }
    let source = index.source("EOL", Feed::EndOfLife);
    lines("endoflife.jsonl.gz").for_each(|line| index.end_of_life(source, endoflife::read(line.as_bytes()).unwrap()));
    index.as_of("2026-11-21");
    index
}
