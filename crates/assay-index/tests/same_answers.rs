//! A file says what the records in memory say: on every real inventory, over
//! all real records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

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
