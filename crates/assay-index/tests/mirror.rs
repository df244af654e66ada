//! Over a real HTTP server on loopback: deltas, resume, mirrors that lie, and
//! nothing half-done.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/server.rs"]
mod server;
#[path = "support/small.rs"]
mod small;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use assay_index::mirror::{LIST, publish};
use assay_index::store::{CURRENT, Store};
use assay_index::update::{UpdateError, update};
use assay_match::index::Index;
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;
use assay_seal::SigningKey;
use server::serve;
use small::Fix;

const FIRST: &[Fix] = &[("a", "2.0.0", "T-0001"), ("b", "3.0.0", "T-0002"), ("c", "9.0.0", "T-0004")];
const SECOND: &[Fix] = &[("a", "3.0.0", "T-0001"), ("b", "3.0.0", "T-0002"), ("d", "1.0.1", "T-0003")];

struct House {
    folder: tempfile::TempDir,
    key: SigningKey,
    address: String,
    most: Arc<AtomicUsize>,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let most = Arc::new(AtomicUsize::new(0));
        let address = serve(&folder.path().join("mirror"), Arc::clone(&most));
        Self { folder, key: SigningKey::from_seed(&[7; 32]), address, most }
    }

    fn mirror(&self) -> PathBuf {
        self.folder.path().join("mirror")
    }

    fn store(&self) -> Store {
        Store::at(&self.folder.path().join("store"))
    }

    fn publish(&self, index: &Index) -> assay_index::mirror::Published {
        publish(&support::opened(support::file(index, 0)), &self.mirror(), &self.key, 1).unwrap()
    }

    fn update(&self, mirrors: &[String]) -> Result<assay_index::update::Updated, UpdateError> {
        update(&self.store(), mirrors, &[self.key.verifying_key().to_pem()], 2)
    }

    fn fetch(&self) -> Result<assay_index::update::Updated, UpdateError> {
        self.update(std::slice::from_ref(&self.address))
    }

    /// The store answers as these records do.
    #[track_caller]
    fn answers_as(&self, records: &Index) {
        let layers = self.store().layers().unwrap().unwrap();
        let inventory = small::inventory();
        let loaded = layers.index(&Wanted::of(std::slice::from_ref(&inventory))).unwrap();
        let (theirs, ours) = (records.scan(&inventory, Keep::All), loaded.scan(&inventory, Keep::All));
        assert_eq!(theirs.exposures, ours.exposures);
        assert_eq!(theirs.unnamed, ours.unnamed);
        layers.is_whole().unwrap();
    }
}

#[test]
fn a_delta_brings_what_changed_and_takes_back_what_went() {
    let house = House::new();
    let (first, second) = (small::records(FIRST, 0.5), small::records(SECOND, 0.25));
    house.publish(&first);
    let done = house.fetch().unwrap();
    assert_eq!((done.from, done.to, done.fetched.len()), (None, 1, 1));
    house.answers_as(&first);

    let published = house.publish(&second);
    // A small index is not worth a delta of nearly its size: then the whole one goes out.
    assert_eq!(published.list.generation, 2);
    let done = house.fetch().unwrap();
    assert_eq!((done.from, done.to), (Some(1), 2));
    house.answers_as(&second);

    assert!(house.publish(&second).same);
    let done = house.fetch().unwrap();
    assert_eq!((done.from, done.to, done.fetched.len()), (Some(2), 2, 0));
}

#[test]
fn an_index_and_its_delta_are_the_next_index() {
    let at = |generation| assay_index::write::As { generation, built: 1 };
    let (first, second) = (small::records(FIRST, 0.5), small::records(SECOND, 0.25));
    let open = |bytes: &[u8]| assay_index::container::Container::from_bytes(Path::new("x"), bytes.to_vec()).unwrap();
    let (one, two) = (support::file(&first, 1), support::file(&second, 2));
    let delta = assay_index::delta::between(&support::opened(one.clone()), &support::opened(two), at(2)).unwrap();
    assert_eq!((delta.changed, delta.removed, delta.scores), (2, 1, 1));
    let layers = assay_index::Layers::of(vec![open(&one), open(&delta.bytes)]).unwrap();
    let inventory = small::inventory();
    let loaded = layers.index(&Wanted::of(std::slice::from_ref(&inventory))).unwrap();
    assert_eq!(loaded.scan(&inventory, Keep::All).exposures, second.scan(&inventory, Keep::All).exposures);
    assert_eq!(layers.whole().unwrap().images(), support::opened(support::file(&second, 2)).whole().unwrap().images());
    // A delta alone, or on another index, is refused.
    assert!(assay_index::Layers::of(vec![open(&delta.bytes)]).is_err());
    let other = support::file(&small::records(SECOND, 0.5), 1);
    assert!(assay_index::Layers::of(vec![open(&other), open(&delta.bytes)]).is_err());
}

#[test]
fn a_transfer_that_breaks_off_is_gone_on_with() {
    let house = House::new();
    let first = small::records(FIRST, 0.5);
    let published = house.publish(&first);
    let size = published.list.files[0].packed as usize;
    let list = fs::metadata(house.mirror().join(LIST)).unwrap().len() as usize;
    house.most.store(list.max(size / 2), Ordering::Relaxed);
    assert!(size > list + 100, "{size} {list}");
    assert!(house.fetch().is_err());
    assert!(house.store().layers().unwrap().is_none(), "half an index is none");
    house.most.store(0, Ordering::Relaxed);
    let done = house.fetch().unwrap();
    let came: u64 = done.fetched.iter().map(|(_, bytes)| bytes).sum();
    assert!(came < size as u64, "{came} of {size} bytes came again");
    house.answers_as(&first);
}

#[test]
fn what_is_not_right_is_refused_and_the_index_stays() {
    let house = House::new();
    let (first, second) = (small::records(FIRST, 0.5), small::records(SECOND, 0.25));
    house.publish(&first);
    let old = house.folder.path().join("old");
    fs::create_dir(&old).unwrap();
    for entry in fs::read_dir(house.mirror()).unwrap().flatten() {
        fs::copy(entry.path(), old.join(entry.file_name())).unwrap();
    }
    house.publish(&second);
    house.fetch().unwrap();
    let before = fs::read(house.store().folder().join(CURRENT)).unwrap();
    let unchanged = |house: &House| assert_eq!(fs::read(house.store().folder().join(CURRENT)).unwrap(), before);

    // An older generation, well signed.
    let stale = serve(&old, Arc::new(AtomicUsize::new(0)));
    let error = house.update(std::slice::from_ref(&stale)).unwrap_err();
    assert!(error.to_string().contains("has generation 1, and 2 is in use"), "{error}");
    unchanged(&house);

    // Somebody else's key.
    let other = update(
        &house.store(),
        std::slice::from_ref(&house.address),
        &[SigningKey::from_seed(&[8; 32]).verifying_key().to_pem()],
        3,
    );
    assert!(matches!(other, Err(UpdateError::Refused(_))), "{other:?}");
    unchanged(&house);

    // A file that is not the one that was signed.
    house.publish(&small::records(FIRST, 0.75));
    let list = house.mirror();
    let newest = fs::read_dir(&list)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with("3.zst"))
        .unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let error = house.fetch().unwrap_err();
    assert!(error.to_string().contains("is not the file that the signed list names"), "{error}");
    unchanged(&house);

    // Of several mirrors the first that can be believed counts, and what was wrong with the others is told.
    bytes[middle] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let done = house.update(&["http://127.0.0.1:1".to_owned(), stale, house.address.clone()]).unwrap();
    assert_eq!((done.to, done.passed.len()), (3, 2));
    house.answers_as(&small::records(FIRST, 0.75));
}
