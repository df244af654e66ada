//! What the ledger's conformance tests share.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

use assay_base::Entropy as _;
pub use assay_base::Repeatable;
use assay_ledger::{Commitment, Pending, Sequencer, VerifierKey};
use assay_seal::SigningKey;

pub mod go;

pub const ORIGIN: &str = "ledger.example/test";

pub fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

pub fn vkey() -> VerifierKey {
    VerifierKey::new(ORIGIN, key().verifying_key()).unwrap()
}

pub fn sequencer(root: &Path, batch: u32) -> Sequencer {
    Sequencer::open(root, ORIGIN, key(), NonZeroU32::new(batch).unwrap()).unwrap()
}

/// Appends so many entries that the log has `size`, and gives the note of its checkpoint.
/// The sequencer fills batches of one.
pub fn grow(log: &mut Sequencer, size: u64, entropy: &mut Repeatable) -> String {
    let begin = log.checkpoint().size;
    let pending: Vec<Pending> =
        (begin..size).map(|event| Pending { event, commitment: Commitment(entropy.thirty_two()) }).collect();
    log.append(&pending, begin.checked_sub(1), entropy).unwrap().note
}

/// The files of a folder and their bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

pub fn read_all(root: &Path) -> Files {
    use assay_ledger::TileReader as _;
    let paths = assay_ledger::Folder::new(root).list(1_000_000).unwrap().unwrap();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(root.join(path)).unwrap())).collect()
}

/// Makes a folder that has `from` have `to`, touching only what differs.
pub fn change(root: &Path, from: &Files, to: &Files) {
    for path in from.keys().filter(|path| !to.contains_key(*path)) {
        std::fs::remove_file(root.join(path)).unwrap();
    }
    for (path, bytes) in to.iter().filter(|(path, bytes)| from.get(*path) != Some(bytes)) {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}
