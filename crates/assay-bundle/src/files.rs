//! The files of a bundle, each by its digest: what identity is computed from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::path::BundlePath;

/// The manifest's own name. It counts by its content and not by its bytes.
pub const MANIFEST: &str = "proof.toml";

/// The file that says which verdict its author expects.
pub const EXPECTED: &str = "expected";

/// What identity needs to know of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileEntry {
    /// Digest of its content.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u64,
    /// Whether its owner may execute it.
    pub executable: bool,
}

impl FileEntry {
    /// The entry of a file with this content.
    #[must_use]
    pub fn of(content: &[u8], executable: bool) -> Self {
        Self { sha256: Sha256::of(content), size: content.len() as u64, executable }
    }
}

/// All files of a bundle, by path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileMap(BTreeMap<BundlePath, FileEntry>);

impl FileMap {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; gives back the one that stood there before.
    pub fn insert(&mut self, path: BundlePath, entry: FileEntry) -> Option<FileEntry> {
        self.0.insert(path, entry)
    }

    /// The file at this path.
    #[must_use]
    pub fn get(&self, path: &BundlePath) -> Option<&FileEntry> {
        self.0.get(path)
    }

    /// Whether there is a file at this path, or one in a folder of this path.
    #[must_use]
    pub fn has(&self, path: &BundlePath) -> bool {
        self.0.contains_key(path) || self.0.keys().any(|file| is_under(file, path.as_str()))
    }

    /// All files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&BundlePath, &FileEntry)> {
        self.0.iter()
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The files that have a part in identity.
    ///
    /// The manifest counts as what it says. The expectation and signatures say
    /// something about the bundle, so they cannot be part of what it is.
    pub fn identifying(&self) -> impl Iterator<Item = (&BundlePath, &FileEntry)> {
        self.iter().filter(|(path, _)| {
            let path = path.as_str();
            let signature = !path.contains('/') && path.ends_with(".dsse.json");
            path != MANIFEST && path != EXPECTED && !signature
        })
    }
}

impl FromIterator<(BundlePath, FileEntry)> for FileMap {
    fn from_iter<I: IntoIterator<Item = (BundlePath, FileEntry)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}

/// Whether the file lies in this folder, at any depth.
pub(crate) fn is_under(file: &BundlePath, folder: &str) -> bool {
    file.as_str().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
