//! The other end: fetches a release into a mirror, all of it or nothing.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_bundle::digest::Sha256;

use crate::advisory::{self, Checked};
use crate::index::{self, SignedIndex};
use crate::layout;
use crate::ledger;
use crate::read::{self, ReadError};
use crate::refusal::Refusal;
use crate::source::{FetchError, Source, Unreachable};
use crate::staging::{Staging, StagingError};
use crate::state::{self, State};
use crate::time;
use crate::trust::Trust;
use crate::walk;

/// Most bytes that one call fetches: an index can name more than a disk holds.
const MAX_FETCHED: u64 = 2 << 30;

/// How often a release is looked at that changes meanwhile.
const ATTEMPTS: usize = 8;

/// Keeps a mirror of a release.
#[derive(Debug)]
pub struct Client {
    mirror: PathBuf,
    trust: Trust,
}

/// What a call of [`Client::sync`] did.
#[derive(Debug, Clone)]
pub struct Synced {
    /// The version before; none in a new mirror.
    pub from: Option<u64>,
    /// The version now.
    pub to: u64,
    /// The digest of `index.json`.
    pub digest: Sha256,
    /// When it was signed.
    pub signed: Instant,
    /// When it ends.
    pub expires: Instant,
    /// The advisories that were not there before.
    pub new: Vec<Checked>,
    /// All advisories that are there now.
    pub total: usize,
    /// Files that were there already but damaged or missing, and were fetched again.
    pub repaired: usize,
}

/// Why a mirror stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// What was offered is not to be believed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing was offered.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The folder for the mirror holds something else, which would be lost.
    #[error("`{folder}` is no mirror of a release: it holds `{path}`")]
    NotAMirror {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        path: String,
    },
    /// What the mirror remembers cannot be read, so an older release could not be told from a newer one.
    #[error("the memory of the mirror, `{path}`, cannot be used: {why}")]
    Memory {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The mirror cannot be read.
    #[error("the mirror cannot be read: {0}")]
    Unreadable(io::Error),
    /// The mirror cannot be written.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

impl From<FetchError> for SyncError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Refused(refusal) => Self::Refused(refusal),
            FetchError::Unreachable(unreachable) => Self::Unreachable(unreachable),
        }
    }
}

impl From<ReadError> for SyncError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(refusal) => Self::Refused(refusal),
            ReadError::Failed(error) => Self::Unreadable(error),
        }
    }
}

impl Client {
    /// A client that keeps its mirror in this folder, which need not be there yet. Its parent folder has to be
    /// writable.
    #[must_use]
    pub fn new(mirror: impl Into<PathBuf>, trust: Trust) -> Self {
        Self { mirror: mirror.into(), trust }
    }

    /// Fetches what is new, checks all of it, and only then makes it the mirror.
    ///
    /// # Errors
    /// If the release is refused, out of reach, or the mirror cannot be written. The mirror is then as it was.
    pub fn sync(&self, source: &Source, now: Instant) -> Result<Synced, SyncError> {
        let mut attempts = 0;
        loop {
            let mut offered = None;
            let result = self.attempt(source, now, &mut offered);
            attempts += 1;
            // A publisher may have been quicker: half of one state and half of the next is no finding. Only another
            // index is a reason to look again.
            if let (Err(SyncError::Refused(_)), Some(offered)) = (&result, offered)
                && attempts < ATTEMPTS
                && source.fetch(layout::INDEX, index::MAX_BYTES)?.is_some_and(|bytes| Sha256::of(&bytes) != offered)
            {
                continue;
            }
            return result;
        }
    }

    /// One attempt; `offered` is the digest of the index, once there is one that can be believed.
    fn attempt(&self, source: &Source, now: Instant, offered: &mut Option<Sha256>) -> Result<Synced, SyncError> {
        let staging = Staging::begin(&self.mirror)?;
        let old = staging.target();
        ours_only(old, &self.mirror)?;
        let seen = memory(old, &self.mirror, &self.trust)?;

        let bytes = source.fetch(layout::INDEX, index::MAX_BYTES)?.ok_or(Refusal::NoIndex)?;
        let index = SignedIndex::read(&bytes, &self.trust)?;
        time::check(index.index(), now)?;
        follows(&index, &seen)?;
        *offered = Some(index.digest());

        let mut work = Work { source, staging: &staging, bytes: 0, files: 0 };
        let (mut new, mut repaired) = (Vec::new(), 0);
        for entry in &index.index().entries {
            let known = seen.index.as_ref().is_some_and(|seen| seen.index().entry(&entry.id).is_some());
            let before = work.files;
            let files = entry.files.iter().map(|file| Ok((file.path.clone(), work.take(file)?)));
            let files = files.collect::<Result<BTreeMap<_, _>, SyncError>>()?;
            let checked = advisory::check(entry, &files, &self.trust)?;
            if known {
                repaired += work.files - before;
            } else {
                new.push(checked);
            }
        }
        index.index().beside.iter().try_for_each(|file| work.take(file).map(drop))?;
        let synced = Synced {
            from: seen.state.as_ref().map(|state| state.version),
            to: index.index().version,
            digest: index.digest(),
            signed: index.index().instant,
            expires: index.index().expires,
            new,
            total: index.index().entries.len(),
            repaired,
        };
        // A mirror that was kept before clients remembered the ledger's head has it in its own index.
        let remembered = seen.state.as_ref().and_then(|state| state.ledger.as_ref());
        let before = remembered.or_else(|| seen.index.as_ref().and_then(|index| index.index().ledger.as_ref()));
        ledger::check(staging.next(), index.index(), before, &self.trust)?;
        let state = State::of(&index);
        let same = seen.remembered && seen.state.as_ref() == Some(&state) && seen.index.as_ref() == Some(&index);
        if same && work.files == 0 {
            return Ok(synced);
        }
        staging.write(layout::STATE, &state.to_json())?;
        staging.write(layout::INDEX, &bytes)?;
        staging.commit()?;
        Ok(synced)
    }
}

/// What is known of the releases before.
struct Seen {
    state: Option<State>,
    /// Whether the state was written down by a client.
    remembered: bool,
    /// The index of the mirror, if it is the one that the state speaks of.
    index: Option<SignedIndex>,
}

/// Committing replaces the whole folder: nothing may be lost that is not ours.
fn ours_only(mirror: &Path, called: &Path) -> Result<(), SyncError> {
    let foreign = |path: String| SyncError::NotAMirror { folder: called.to_owned(), path };
    let paths = walk::files(mirror).map_err(|error| match error {
        ReadError::Refused(Refusal::Unlisted { path } | Refusal::NotAFile { path }) => foreign(path),
        other => other.into(),
    })?;
    match paths.into_iter().find(|path| !layout::is_ours(path)) {
        Some(path) => Err(foreign(path)),
        None => Ok(()),
    }
}

fn memory(mirror: &Path, called: &Path, trust: &Trust) -> Result<Seen, SyncError> {
    let path = called.join(layout::STATE);
    let broken = |why: String| SyncError::Memory { path: path.clone(), why };
    let state = match read::at_most(mirror, layout::STATE, state::MAX_BYTES)? {
        Some(bytes) => Some(State::parse(&bytes).map_err(broken)?),
        None => None,
    };
    // A copy of a release folder is a mirror that remembers nothing yet; its own index speaks for it. A damaged one
    // does not, and is fetched again.
    let index = read::at_most(mirror, layout::INDEX, index::MAX_BYTES)?;
    let index = index.and_then(|bytes| SignedIndex::read(&bytes, trust).ok());
    match (state, index) {
        (Some(state), index) => {
            let index = index.filter(|index| index.digest() == state.digest);
            Ok(Seen { state: Some(state), remembered: true, index })
        }
        (None, index) => Ok(Seen { state: index.as_ref().map(State::of), remembered: false, index }),
    }
}

/// Whether the offered index is the one that was seen, or one that comes after it.
fn follows(offered: &SignedIndex, seen: &Seen) -> Result<(), Refusal> {
    let Some(state) = &seen.state else {
        return Ok(());
    };
    let (found, seen_version) = (offered.index().version, state.version);
    // INVARIANT 20: never an older one, whoever signed it.
    if found < seen_version {
        return Err(Refusal::Older { found, seen: seen_version });
    }
    let fork = |why: String| Refusal::Fork { why };
    if found == seen_version && offered.digest() != state.digest {
        return Err(fork(format!("version {found} had another content")));
    }
    if found == seen_version + 1 && offered.index().previous != Some(state.digest) {
        return Err(fork(format!("version {found} does not follow version {seen_version} as it was seen")));
    }
    if offered.index().instant < state.signed {
        return Err(fork(format!("version {found} was signed before version {seen_version}")));
    }
    // INVARIANT 18: what was published stays, unchanged.
    for entry in seen.index.iter().flat_map(|index| &index.index().entries) {
        match offered.index().entry(&entry.id) {
            Some(now) if now == entry => {}
            Some(_) => return Err(fork(format!("{} had another content", entry.id))),
            None => return Err(fork(format!("{} is not there any more", entry.id))),
        }
    }
    Ok(())
}

/// Filling the next state of the mirror.
struct Work<'a> {
    source: &'a Source,
    staging: &'a Staging,
    /// Bytes that were fetched.
    bytes: u64,
    /// Files that were fetched.
    files: usize,
}

impl Work<'_> {
    /// Takes a file over: from the mirror if it holds there, else from the source.
    fn take(&mut self, file: &index::File) -> Result<Vec<u8>, SyncError> {
        match read::exactly(self.staging.target(), file) {
            Ok(bytes) => {
                self.staging.keep(&file.path)?;
                Ok(bytes)
            }
            Err(ReadError::Failed(error)) => Err(SyncError::Unreadable(error)),
            Err(ReadError::Refused(_)) => {
                let bytes = self.fetch(file)?;
                self.staging.write(&file.path, &bytes)?;
                Ok(bytes)
            }
        }
    }

    fn fetch(&mut self, file: &index::File) -> Result<Vec<u8>, SyncError> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(file.size);
        if self.bytes > MAX_FETCHED {
            return Err(Refusal::TooMuch { what: "bytes", most: MAX_FETCHED }.into());
        }
        let missing = || Refusal::Missing { path: file.path.clone() };
        let bytes = self.source.fetch(&file.path, file.size)?.ok_or_else(missing)?;
        read::matches(file, &bytes)?;
        Ok(bytes)
    }
}
