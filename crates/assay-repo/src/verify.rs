//! Checking a release folder on a disk, from the outside.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use assay_base::Instant;
use assay_bundle::digest::Sha256;

use crate::advisory::{self, Checked};
use crate::index::{self, SignedIndex};
use crate::layout;
use crate::read::{self, ReadError};
use crate::refusal::Refusal;
use crate::time;
use crate::trust::Trust;
use crate::walk;

/// How often a folder is read again that changed while it was read.
const ATTEMPTS: usize = 32;

/// A release folder that holds: every byte of it is one that trusted keys signed.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its index.
    pub index: SignedIndex,
    /// Its advisories, in the order of the index.
    pub advisories: Vec<Checked>,
    /// Files that were read, the index among them.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder is not to be believed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The folder could not be read, which says nothing about it.
    #[error("the folder cannot be read: {0}")]
    Unreadable(io::Error),
}

impl From<ReadError> for VerifyError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(refusal) => Self::Refused(refusal),
            ReadError::Failed(error) => Self::Unreadable(error),
        }
    }
}

/// Checks the release folder at `root`: signatures, thresholds, digests, that nothing is missing and nothing is
/// there that nobody signed, and that it has not ended. What the ledger in it says is for the ledger's verifier.
///
/// A folder that is exchanged for a newer one while it is read is read again.
///
/// # Errors
/// The first thing that is wrong; or that it cannot be read.
pub fn verify_folder(root: &Path, trust: &Trust, now: Instant) -> Result<Report, VerifyError> {
    let mut attempts = 0;
    loop {
        let before = state(root)?;
        let result = whole(root, trust, Some(now));
        attempts += 1;
        // A publisher exchanges the folder as a whole: what was half of each is no finding.
        if result.is_err() && attempts < ATTEMPTS && state(root)? != before {
            continue;
        }
        return result;
    }
}

/// What changes when a publisher exchanges the folder.
fn state(root: &Path) -> Result<(Option<u64>, Option<Sha256>), VerifyError> {
    let folder = std::fs::metadata(root).ok().map(|meta| meta.ino());
    let index = read::at_most(root, layout::INDEX, index::MAX_BYTES)?;
    Ok((folder, index.map(|bytes| Sha256::of(&bytes))))
}

/// One look at all of it. Without an instant, whether it has ended is not asked.
pub(crate) fn whole(root: &Path, trust: &Trust, now: Option<Instant>) -> Result<Report, VerifyError> {
    let bytes = read::at_most(root, layout::INDEX, index::MAX_BYTES)?.ok_or(Refusal::NoIndex)?;
    let index = SignedIndex::read(&bytes, trust)?;
    if let Some(now) = now {
        time::check(index.index(), now)?;
    }
    let mut report = Report { advisories: Vec::new(), files: 1, bytes: bytes.len() as u64, index };
    let mut listed = BTreeSet::from([layout::INDEX.to_owned(), layout::STATE.to_owned()]);
    for entry in &report.index.index().entries {
        let mut files = BTreeMap::new();
        for file in &entry.files {
            let content = read::exactly(root, file)?;
            report.files += 1;
            report.bytes += file.size;
            listed.insert(file.path.clone());
            files.insert(file.path.clone(), content);
        }
        report.advisories.push(advisory::check(entry, &files, trust)?);
    }
    for file in &report.index.index().beside {
        read::exactly(root, file)?;
        report.files += 1;
        report.bytes += file.size;
        listed.insert(file.path.clone());
    }
    match walk::files(root)?.into_iter().find(|path| !listed.contains(path)) {
        Some(path) => Err(Refusal::Unlisted { path }.into()),
        None => Ok(report),
    }
}
