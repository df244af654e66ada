//! The names seen so far, and whether one more fits among them.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PackError;
use crate::files::MANIFEST;
use crate::path::BundlePath;

/// Names of files and folders that can lie beside each other on any system.
#[derive(Default)]
pub(super) struct Tree {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
    /// Name in lower case -> name.
    folded: BTreeMap<String, String>,
}

impl Tree {
    pub(super) fn add_file(&mut self, path: &BundlePath) -> Result<(), PackError> {
        self.add_parents(path)?;
        let name = path.as_str();
        if self.folders.contains(name) {
            return Err(PackError::FileAndFolder(name.to_owned()));
        }
        if !self.files.insert(name.to_owned()) {
            return Err(PackError::Duplicate(path.clone()));
        }
        self.fold(name)
    }

    pub(super) fn add_folder(&mut self, path: &BundlePath) -> Result<(), PackError> {
        self.add_parents(path)?;
        self.folder(path.as_str())
    }

    /// Whether there is a manifest at the root.
    pub(super) fn has_manifest(&self) -> bool {
        self.files.contains(MANIFEST)
    }

    fn add_parents(&mut self, path: &BundlePath) -> Result<(), PackError> {
        if path.first_segment().eq_ignore_ascii_case("src") {
            return Err(PackError::ReservedPath(path.clone()));
        }
        let name = path.as_str();
        for (at, _) in name.match_indices('/') {
            self.folder(name.get(..at).unwrap_or_default())?;
        }
        Ok(())
    }

    fn folder(&mut self, name: &str) -> Result<(), PackError> {
        if self.files.contains(name) {
            return Err(PackError::FileAndFolder(name.to_owned()));
        }
        if self.folders.insert(name.to_owned()) {
            self.fold(name)?;
        }
        Ok(())
    }

    fn fold(&mut self, name: &str) -> Result<(), PackError> {
        let folded = name.to_lowercase();
        match self.folded.insert(folded, name.to_owned()) {
            Some(other) if other != name => Err(PackError::CaseVariant(other, name.to_owned())),
            _ => Ok(()),
        }
    }
}
