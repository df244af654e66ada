//! What the audit says of a log that is in order, and of one that is not: which file, where, why.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::io;
use std::path::Path;

use assay_ledger::reveal::RevealError;
use assay_ledger::{
    Checkpoint, Field, Folder, Pending, Proof, Reveal, Salt, Sequencer, TileReader, audit, commit, prove,
};
use serde_json::json;
use support::{ORIGIN, Repeatable, batch, event, events, key, vkey};

/// A log of 300 entries; entry 299 commits to three fields.
struct Scene {
    place: tempfile::TempDir,
    fields: Vec<Field>,
    salts: Vec<Salt>,
    /// The checkpoint after 280 entries.
    older: String,
}

impl Scene {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut entropy = Repeatable(11);
        let mut log = Sequencer::open(place.path(), ORIGIN, key(), batch(1)).unwrap();
        let older = log.append(&events(0..280), None, &mut entropy).unwrap().note;
        let fields = [("severity", json!("high")), ("at", json!("2026-11-21T10:00:00Z")), ("finder", json!("anna"))];
        let fields: Vec<Field> = fields.iter().map(|(name, value)| Field::new(name, value).unwrap()).collect();
        let (commitment, salts) = commit(&fields, &mut entropy).unwrap();
        let mut pending = events(280..299);
        pending.push(Pending { event: 299, commitment });
        log.append(&pending, Some(279), &mut entropy).unwrap();
        Self { place, fields, salts, older }
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn reveal(&self, index: u64) -> Reveal {
        Reveal::new(ORIGIN, index, &self.fields, &self.salts, |field| field.name() != "finder").unwrap()
    }

    fn refused(&self) -> String {
        audit(&Folder::new(self.root()), &vkey(), &[], &[]).unwrap_err().to_string()
    }
}

#[test]
fn a_log_in_order_is_reported_with_what_was_checked() {
    let scene = Scene::new();
    let report = audit(&Folder::new(scene.root()), &vkey(), &[scene.older.as_bytes()], &[scene.reveal(299)]).unwrap();
    assert_eq!((report.checkpoint.size, report.kept, report.reveals, report.complete), (300, 1, 1, true));
    // The checkpoint, two bundles, three tiles, and a bundle and a tile of width 24 that wider ones replaced.
    assert_eq!(report.files, 8);
    let on_disk: u64 = Folder::new(scene.root())
        .list(100)
        .unwrap()
        .unwrap()
        .iter()
        .map(|path| fs::metadata(scene.root().join(path)).unwrap().len())
        .sum();
    assert_eq!(report.bytes, on_disk, "no byte went unread");
}

#[test]
fn every_refusal_names_the_file_and_the_place() {
    let scene = Scene::new();
    let wrong = |path: &str, change: &dyn Fn(&mut Vec<u8>), said: &str| {
        let file = scene.root().join(path);
        let before = fs::read(&file).unwrap();
        let mut bytes = before.clone();
        change(&mut bytes);
        fs::write(&file, bytes).unwrap();
        assert_eq!(scene.refused(), said);
        fs::write(file, before).unwrap();
    };
    wrong(
        "tile/entries/001.p/44",
        &|bytes| bytes[30 * 48 + 20] ^= 1,
        "tile/0/001.p/44: hash 30 of the tile (byte 960) is not that of entry 286",
    );
    wrong("tile/entries/000", &|bytes| bytes[48 + 3] = b'x', "tile/entries/000: entry 1 is not an entry of version 1");
    wrong(
        "tile/entries/000",
        &|bytes| bytes[48..50].fill(0xff),
        "tile/entries/000: the bundle ends inside entry 1, at byte 48",
    );
    wrong("tile/entries/000", &|bytes| bytes.truncate(9), "tile/entries/000: 9 bytes (or more) instead of 12288");
    wrong("tile/entries/000", &|bytes| bytes.push(0), "tile/entries/000: 12289 bytes (or more) instead of 12288");
    wrong(
        "tile/entries/001.p/24",
        &|bytes| bytes[50] ^= 1,
        "tile/entries/001.p/24: byte 50 differs from the wider bundle that replaced this one",
    );
    wrong("tile/0/000", &|bytes| bytes[64] ^= 1, "tile/0/000: hash 2 of the tile (byte 64) is not that of entry 2");
    wrong(
        "tile/1/000.p/1",
        &|bytes| bytes[0] ^= 1,
        "tile/1/000.p/1: hash 0 of the tile (byte 0) is not what the entries give",
    );
    wrong("checkpoint", &|bytes| bytes.clear(), "checkpoint: the note has no signatures after an empty line");

    fs::rename(scene.root().join("tile/0/000"), scene.root().join("tile/0/002")).unwrap();
    assert_eq!(scene.refused(), "tile/0/002: the file is no part of a log of 300 entries");
    fs::remove_file(scene.root().join("tile/0/002")).unwrap();
    assert_eq!(scene.refused(), "tile/0/000: the file is missing");
}

#[test]
fn a_signed_checkpoint_over_other_entries_is_refused() {
    let scene = Scene::new();
    let other = Checkpoint { origin: ORIGIN.to_owned(), size: 300, root: assay_ledger::Hash([1; 32]) };
    fs::write(scene.root().join("checkpoint"), other.sign(&key()).unwrap()).unwrap();
    assert!(scene.refused().starts_with("checkpoint: the root signed is AQEB"), "{}", scene.refused());
    // A size that would take years to read is refused at its first missing file.
    let huge = Checkpoint { size: u64::MAX, ..other };
    fs::write(scene.root().join("checkpoint"), huge.sign(&key()).unwrap()).unwrap();
    assert_eq!(scene.refused(), "tile/entries/001: the file is missing");
}

#[test]
fn a_fork_and_a_rollback_are_refused_by_whoever_kept_a_checkpoint() {
    let scene = Scene::new();
    let folder = Folder::new(scene.root());
    let judge = |kept: &Checkpoint| {
        let note = kept.sign(&key()).unwrap();
        audit(&folder, &vkey(), &[scene.older.as_bytes(), note.as_bytes()], &[]).unwrap_err().to_string()
    };
    let kept = Checkpoint { origin: ORIGIN.to_owned(), size: 150, root: assay_ledger::Hash([1; 32]) };
    assert_eq!(
        judge(&kept),
        "kept checkpoint 2: the log does not continue it: the proof leads to another root of the tree of 150 leaves"
    );
    let kept = Checkpoint { size: 301, ..kept };
    assert_eq!(
        judge(&kept),
        "kept checkpoint 2: the log does not continue it: a log of 300 entries cannot continue one of 301: it was cut \
         or rolled back"
    );
    let stranger = kept.sign(&assay_seal::SigningKey::from_seed(&[9; 32])).unwrap();
    let error = audit(&folder, &vkey(), &[stranger.as_bytes()], &[]).unwrap_err().to_string();
    assert!(error.starts_with("kept checkpoint 1: none of the known keys signed"), "{error}");
}

#[test]
fn a_reveal_holds_for_its_entry_alone_offline_and_in_the_audit() {
    let scene = Scene::new();
    let folder = Folder::new(scene.root());
    let proof = prove(&folder, &vkey(), 299).unwrap();
    let proof = Proof::parse(proof.to_string().as_bytes()).unwrap();
    let reveal = Reveal::parse(scene.reveal(299).to_json().unwrap().as_bytes()).unwrap();
    reveal.check(&proof, &vkey()).unwrap();
    assert_eq!(reveal.opened().map(Field::value).collect::<Vec<_>>(), ["\"high\"", "\"2026-11-21T10:00:00Z\""]);

    let elsewhere = prove(&folder, &vkey(), 298).unwrap();
    assert!(matches!(reveal.check(&elsewhere, &vkey()), Err(RevealError::Index { reveal: 299, proof: 298 })));
    assert!(matches!(scene.reveal(298).check(&elsewhere, &vkey()), Err(RevealError::NotThisEntry(298))));
    let moved = audit(&folder, &vkey(), &[], &[scene.reveal(299), scene.reveal(298)]).unwrap_err();
    assert!(moved.to_string().starts_with("reveal 2: entry 298 does not commit to these fields"), "{moved}");
    let beyond = audit(&folder, &vkey(), &[], &[scene.reveal(300)]).unwrap_err();
    assert!(beyond.to_string().starts_with("reveal 1: "), "{beyond}");
    let other = Reveal::new("ledger.example/other", 299, &scene.fields, &scene.salts, |_| true).unwrap();
    assert!(matches!(other.check(&proof, &vkey()), Err(RevealError::Origin { .. })));
    assert!(audit(&folder, &vkey(), &[], &[other]).is_err());
}

/// A client reads what it knows of; what else the folder holds, and which narrow files were tidied
/// away, is nothing to it.
#[test]
fn a_place_that_cannot_list_its_files_is_audited_as_a_client_sees_it() {
    struct Remote(Folder);
    impl TileReader for Remote {
        fn read(&self, path: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
            self.0.read(path, limit)
        }
    }
    let scene = Scene::new();
    fs::write(scene.root().join("index.html"), "").unwrap();
    assert_eq!(scene.refused(), "index.html: the file is no part of a log of 300 entries");
    let report = audit(&Remote(Folder::new(scene.root())), &vkey(), &[], &[]).unwrap();
    assert_eq!((report.complete, report.files), (false, 6));
}

#[test]
fn links_pipes_and_folders_in_place_of_files_are_refused() {
    let scene = Scene::new();
    let file = scene.root().join("tile/0/000");
    let copy = scene.place.path().with_extension("copy");
    fs::rename(&file, &copy).unwrap();
    std::os::unix::fs::symlink(&copy, &file).unwrap();
    assert_eq!(scene.refused(), "tile/0/000: cannot be read: not a regular file");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(scene.refused(), "tile/0/000: cannot be read: not a regular file");
    fs::remove_dir(&file).unwrap();
    fs::rename(&copy, &file).unwrap();
    assert!(audit(&Folder::new(scene.root()), &vkey(), &[], &[]).is_ok());
}

#[test]
fn a_proof_is_made_only_from_tiles_that_the_checkpoint_vouches_for() {
    let scene = Scene::new();
    let folder = Folder::new(scene.root());
    assert!(prove(&folder, &vkey(), 300).unwrap_err().to_string().contains("leaf 300 is not in a tree of 300 leaves"));
    let file = scene.root().join("tile/0/001.p/44");
    let mut bytes = fs::read(&file).unwrap();
    bytes[0] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let error = prove(&folder, &vkey(), 5).unwrap_err().to_string();
    assert!(error.starts_with("the tiles contradict the checkpoint"), "{error}");
    bytes.pop();
    fs::write(&file, &bytes).unwrap();
    assert_eq!(prove(&folder, &vkey(), 5).unwrap_err().to_string(), "tile/0/001.p/44: 1407 bytes instead of 1408");
    fs::remove_file(&file).unwrap();
    assert_eq!(prove(&folder, &vkey(), 5).unwrap_err().to_string(), "tile/0/001.p/44: the file is missing");
}

/// The partial tile of an older size may be gone; its beginning is in the full one.
#[test]
fn a_proof_against_an_older_size_reads_the_full_tile_instead_of_the_narrow_one() {
    use assay_ledger::path::{Nodes as _, check_inclusion};
    use assay_ledger::reader::Tiles;

    let place = tempfile::tempdir().unwrap();
    let mut entropy = Repeatable(12);
    let mut log = Sequencer::open(place.path(), ORIGIN, key(), batch(1)).unwrap();
    let old = log.append(&events(0..100), None, &mut entropy).unwrap().checkpoint;
    log.append(&events(100..256), Some(99), &mut entropy).unwrap();
    assert!(!place.path().join("tile/0/000.p").exists());
    let folder = Folder::new(place.path());
    let path = Tiles::new(&folder, 100).inclusion(7, 100).unwrap();
    check_inclusion(event(7).commitment.leaf(), 7, 100, old.root, &path).unwrap();
}
