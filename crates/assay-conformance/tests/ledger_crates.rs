//! The ledger beside the crates `tlog_tiles` and `signed_note`: the same bytes, the same proofs.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::PathBuf;

use assay_ledger::path::Nodes as _;
use assay_ledger::reader::Tiles;
use assay_ledger::tile::{Kind, Tile};
use assay_ledger::{Checkpoint, Folder, TileReader as _, note, prove};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Signer as _, Verifier as _};
use support::{ORIGIN, Repeatable, grow, sequencer, vkey};
use tlog_tiles::tlog;

/// A log's folder, as `tlog_tiles` reads one.
struct Theirs(PathBuf);

impl tlog_tiles::TileReader for Theirs {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &tlog_tiles::Tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            std::fs::read(self.0.join(&path)).map_err(|error| tlog::Error::InvalidInput(format!("{path}: {error}")))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

fn hashes(theirs: &[tlog::Hash]) -> Vec<[u8; 32]> {
    theirs.iter().map(|hash| hash.0).collect()
}

#[test]
fn proofs_are_those_of_tlog_tiles_at_random_sizes() {
    let place = tempfile::tempdir().unwrap();
    let mut random = Repeatable(3);
    let mut sizes = vec![1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];
    sizes.extend((0..12).map(|_| 1 + random.next() % 70_000));
    sizes.extend((0..12).map(|_| 1 + random.next() % 1_000));
    sizes.sort_unstable();
    sizes.dedup();
    let mut log = sequencer(place.path(), 1);
    for size in sizes {
        let note = grow(&mut log, size, &mut random);
        let folder = Folder::new(place.path());
        let root = log.checkpoint().root;
        let theirs = Theirs(place.path().to_owned());
        let reader = tlog_tiles::TileHashReader::new(size, tlog::Hash(root.0), &theirs);
        assert_eq!(tlog::tree_hash(size, &reader).unwrap().0, root.0);

        let checkpoint = tlog_tiles::Checkpoint::from_bytes(log.checkpoint().to_string().as_bytes()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size(), checkpoint.hash().0), (ORIGIN, size, root.0));
        assert!(note.starts_with(&log.checkpoint().to_string()));

        for _ in 0..4 {
            let index = random.next() % size;
            let ours = prove(&folder, &vkey(), index).unwrap();
            let proof = tlog::prove_record(size, index, &reader).unwrap();
            assert_eq!(ours.path().iter().map(|hash| hash.0).collect::<Vec<_>>(), hashes(&proof), "{index} of {size}");
            let bundle = Tile::new(Kind::Entries, index / 256, 256.min((size - index / 256 * 256) as usize)).unwrap();
            let entries = folder.read(&bundle.to_string(), 1 << 20).unwrap().unwrap();
            let at = (index % 256) as usize * 48 + 2;
            let leaf = tlog::record_hash(&entries[at..at + 46]);
            tlog::check_record(&proof, size, tlog::Hash(root.0), index, leaf).unwrap();

            let old = 1 + random.next() % size;
            let ours = Tiles::new(&folder, size).consistency(old, size).unwrap();
            let proof = tlog::prove_tree(size, old, &reader).unwrap();
            assert_eq!(ours.iter().map(|hash| hash.0).collect::<Vec<_>>(), hashes(&proof), "{old} in {size}");
        }
    }
}

#[test]
fn notes_and_keys_are_those_of_signed_note() {
    let mut random = Repeatable(4);
    for _ in 0..50 {
        let seed: [u8; 32] = assay_base::Entropy::thirty_two(&mut random);
        let key = assay_seal::SigningKey::from_seed(&seed);
        let name = format!("log{}.example/x", random.next() % 1000);
        let ours = note::VerifierKey::new(&name, key.verifying_key()).unwrap();
        let verifier = signed_note::StandardVerifier::new(&ours.to_string()).unwrap();
        assert_eq!((verifier.name(), verifier.key_id()), (name.as_str(), u32::from_be_bytes(ours.hash())));

        let secret = STANDARD.encode([[1].as_slice(), &seed].concat());
        let signer = format!("PRIVATE+KEY+{name}+{:08x}+{secret}", verifier.key_id());
        let signer = signed_note::StandardSigner::new(&signer).unwrap();
        let root = assay_ledger::Hash(assay_base::Entropy::thirty_two(&mut random));
        let checkpoint = Checkpoint { origin: name, size: random.next(), root };
        let mut theirs = signed_note::Note::new(checkpoint.to_string().as_bytes(), &[]).unwrap();
        assert_eq!(signer.name(), checkpoint.origin);
        theirs.add_sigs(&[&signer]).unwrap();
        let note = checkpoint.sign(&key).unwrap();
        assert_eq!(note.as_bytes(), theirs.to_bytes(), "Ed25519 is deterministic: the same bytes");

        let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
        let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
        assert_eq!(read.verify(&list).unwrap().0.len(), 1);
        assert_eq!(Checkpoint::open(&theirs.to_bytes(), &ours), Ok(checkpoint));
    }
}

#[test]
fn tiles_lie_where_tlog_tiles_puts_them() {
    let mut random = Repeatable(5);
    for _ in 0..2000 {
        let level = (random.next() % 8) as u8;
        let number = random.next() >> (8 + random.below(56));
        let width = 1 + random.below(256);
        let theirs = tlog_tiles::Tile::new(8, level, number, width as u32, false).path();
        let ours = Tile::new(Kind::Hashes(level), number, width).unwrap().to_string();
        assert_eq!(ours, theirs.replacen("tile/8/", "tile/", 1));
        let theirs = tlog_tiles::Tile::new(8, 0, number, width as u32, true).path();
        let ours = Tile::new(Kind::Entries, number, width).unwrap().to_string();
        assert_eq!(ours, theirs.replacen("tile/8/data/", "tile/entries/", 1));
    }
}
