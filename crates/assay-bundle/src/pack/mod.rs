//! A bundle as one file: a deterministic `.tar.zst`, and a reader of those
//! that strangers made.
//!
//! Packing is not part of identity: a bundle unpacked and packed again, here
//! or elsewhere, has the same `bundle_id`.

mod error;
mod header;
mod read;
mod tree;
mod write;

pub use error::PackError;
pub use read::{Bounds, read};
pub use write::write;

use crate::files::{FileEntry, FileMap};
use crate::path::BundlePath;

/// One file of a bundle with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: BundlePath,
    /// Its content.
    pub content: Vec<u8>,
    /// Whether its owner may execute it.
    pub executable: bool,
}

/// The files of these entries, for identity.
#[must_use]
pub fn file_map(entries: &[Entry]) -> FileMap {
    entries
        .iter()
        .map(|entry| {
            let file = FileEntry::of(&entry.content, entry.executable);
            (entry.path.clone(), file)
        })
        .collect()
}
