//! The clearinghouse's end: the next state of the release folder, all at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_advisory::record::AdvisoryId;
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_seal::{KeyId, SigningKey};

use crate::candidate::Approved;
use crate::index::{self, Entry, File, Index, LedgerHead, SignedIndex};
use crate::layout;
use crate::read::{self, ReadError};
use crate::staging::{Staging, StagingError};
use crate::trust::Trust;
use crate::verify::{self, Report, VerifyError};
use crate::walk;

/// Writes a release folder. It holds the index key and no other: it can say what is published, and change nothing of
/// what approvers signed.
#[derive(Debug)]
pub struct Publisher {
    folder: PathBuf,
    trust: Trust,
    key: SigningKey,
    lifetime: Duration,
}

/// What the next state has that the last one had not.
#[derive(Debug, Default)]
pub struct Next {
    /// Advisories to publish. One that is published already, unchanged, stays as it is.
    pub approved: Vec<Approved>,
    /// The ledger's head now; absent keeps the last one.
    pub ledger_head: Option<LedgerHead>,
    /// A folder whose `ledger` and `reveals` replace those of the release; absent keeps them. Nobody may change it
    /// meanwhile.
    pub beside: Option<PathBuf>,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The version now.
    pub version: u64,
    /// The digest of `index.json`.
    pub digest: Sha256,
    /// When the index ends: before that, publish again or [`Publisher::refresh`].
    pub expires: Instant,
    /// What is new, by id. Nothing is when all of it was published before; then the version is the old one.
    pub new: Vec<AdvisoryId>,
}

/// Why nothing was published. The folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The instant has not come.
    #[error("{id} is to be published at {published}, and it is {now}: nothing goes out before its instant")]
    TooEarly {
        /// Which advisory.
        id: AdvisoryId,
        /// When it is to be published.
        published: Instant,
        /// What the clock says.
        now: Instant,
    },
    /// The id is taken by something else.
    #[error("{0} is published already, with another content; an advisory is never changed, a new one takes its place")]
    Taken(AdvisoryId),
    /// The folder is at its limit.
    #[error("the release folder is full: its index would be longer than clients read")]
    Full,
    /// A file of the ledger or of what was revealed that clients would refuse.
    #[error("`{0}` cannot be published: a link, a name of more than letters, digits, dots and dashes, or too large")]
    OddFile(String),
    /// The index key is none that clients trust.
    #[error("the key {0} is no index key of the trust file: clients would refuse what it signs")]
    OtherKey(KeyId),
    /// The clock was set back.
    #[error("it is {now}, and the last release was signed at {last}: the clock was set back")]
    ClockSetBack {
        /// What the clock says.
        now: Instant,
        /// When the last release was signed.
        last: Instant,
    },
    /// The folder as it is now is broken or somebody changed it; going on would hide that.
    #[error("the release folder as it is now does not hold: {0}")]
    Broken(VerifyError),
    /// The folder cannot be written.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The index has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
}

impl Publisher {
    /// A publisher of the folder at this path, which need not be there yet. Its parent folder has to be writable:
    /// the next state is built there. An index that it signs holds for `lifetime`.
    ///
    /// # Errors
    /// If clients that trust `trust` would not believe this key.
    pub fn new(
        folder: impl Into<PathBuf>,
        trust: Trust,
        key: SigningKey,
        lifetime: Duration,
    ) -> Result<Self, PublishError> {
        let id = key.verifying_key().id();
        if !trust.signs_index(id) {
            return Err(PublishError::OtherKey(id));
        }
        Ok(Self { folder: folder.into(), trust, key, lifetime })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What stands in the folder already. It need not be handed in again, and what a later version of the program
    /// would write of an old record does not matter then.
    ///
    /// # Errors
    /// If the folder does not hold as it is.
    pub fn published(&self) -> Result<Vec<AdvisoryId>, PublishError> {
        let staging = Staging::begin(&self.folder)?;
        let report = self.state(&staging)?;
        Ok(report.iter().flat_map(|report| &report.index.index().entries).map(|entry| entry.id.clone()).collect())
    }

    /// Publishes: the whole next state, or nothing. Readers see the old state until they see the new one. Calling it
    /// again with the same advisories changes nothing, so it can be repeated after an interruption; only when half of
    /// the index's life is over is the same state signed again.
    ///
    /// # Errors
    /// If an advisory's instant has not come, its id is taken, the folder does not hold as it is, or it cannot be
    /// written. The folder is then as it was.
    pub fn publish(&self, next: &Next, now: Instant) -> Result<Published, PublishError> {
        self.advance(next, now, false)
    }

    /// Signs the same state again, with a new version and a later end, so that clients can tell that nothing is held
    /// back.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn refresh(&self, now: Instant) -> Result<Published, PublishError> {
        self.advance(&Next::default(), now, true)
    }

    fn advance(&self, next: &Next, now: Instant, anyway: bool) -> Result<Published, PublishError> {
        let staging = Staging::begin(&self.folder)?;
        let report = self.state(&staging)?;
        let before = report.as_ref().map(|report| &report.index);
        if let Some(last) = before.map(|before| before.index().instant)
            && last > now
        {
            return Err(PublishError::ClockSetBack { now, last });
        }
        let mut entries: BTreeMap<AdvisoryId, Entry> = BTreeMap::new();
        for entry in before.iter().flat_map(|before| &before.index().entries) {
            entry.files.iter().try_for_each(|file| staging.keep(&file.path))?;
            entries.insert(entry.id.clone(), entry.clone());
        }
        let mut new = Vec::new();
        for approved in &next.approved {
            let record = approved.record();
            // INVARIANT 5: not one microsecond early, whoever asks.
            if record.published > now {
                return Err(PublishError::TooEarly { id: record.id.clone(), published: record.published, now });
            }
            match entries.get(&record.id) {
                Some(entry) if same(entry, approved, report.as_ref()) => {}
                Some(_) => return Err(PublishError::Taken(record.id.clone())),
                None => {
                    entries.insert(record.id.clone(), put(&staging, approved)?);
                    new.push(record.id.clone());
                }
            }
        }
        let ledger = next.ledger_head.clone().or_else(|| before?.index().ledger.clone());
        let beside = match &next.beside {
            Some(from) => take(&staging, from)?,
            None => {
                let kept = before.map(|before| before.index().beside.clone()).unwrap_or_default();
                kept.iter().try_for_each(|file| staging.keep(&file.path))?;
                kept
            }
        };
        if let Some(before) = before {
            let index = before.index();
            let unchanged = new.is_empty() && index.ledger == ledger && index.beside == beside;
            let young = now < index.instant.plus(index.expires.since(index.instant) / 2);
            if unchanged && young && !anyway {
                return Ok(Published { version: index.version, digest: before.digest(), expires: index.expires, new });
            }
        }
        let entries = entries.into_values().collect();
        let index = Index::next(before, entries, beside, ledger, now, now.plus(self.lifetime));
        let bytes = index.sign(&self.key)?;
        // What clients would refuse is not put in front of them.
        if bytes.len() as u64 > index::MAX_BYTES || SignedIndex::read(&bytes, &self.trust).is_err() {
            return Err(PublishError::Full);
        }
        staging.write(layout::INDEX, &bytes)?;
        staging.commit()?;
        Ok(Published { version: index.version, digest: Sha256::of(&bytes), expires: index.expires, new })
    }

    /// The folder as it is now; none if the folder is not there yet or empty. Somebody else's files are never cleared
    /// away: a folder that is not a release folder is refused.
    fn state(&self, staging: &Staging) -> Result<Option<Report>, PublishError> {
        let folder = staging.target();
        let is_new = match fs::read_dir(folder) {
            Ok(mut items) => items.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => {
                return Err(StagingError::Io { path: folder.to_owned(), error }.into());
            }
        };
        if is_new {
            return Ok(None);
        }
        // One that has ended is no obstacle: this is what renews it.
        verify::whole(folder, &self.trust, None).map(Some).map_err(PublishError::Broken)
    }
}

/// Whether this is what is published: the same record, and the same files beside it.
fn same(entry: &Entry, approved: &Approved, report: Option<&Report>) -> bool {
    let published = report.into_iter().flat_map(|report| &report.advisories);
    // Approvers may have signed in another order, or one more of them: the approval still says the same.
    let beside = |name: &str| name != layout::RECORD;
    let matches = |(name, bytes): (&String, &Vec<u8>)| {
        let file = entry.file(&layout::of_advisory(&entry.id, name));
        !beside(name) || file.is_some_and(|file| file.sha256 == Sha256::of(bytes))
    };
    published.map(|checked| &checked.record).any(|record| record == approved.record())
        // The copy for readers of OSV is the one file that an approval does not list.
        && entry.files.len() == approved.files.len() + 1
        && approved.files.iter().all(matches)
}

/// Takes the ledger and what was revealed into the next state, and lists them.
fn take(staging: &Staging, from: &Path) -> Result<Vec<File>, PublishError> {
    let failed = |error: ReadError| match error {
        ReadError::Refused(refusal) => PublishError::OddFile(refusal.to_string()),
        ReadError::Failed(error) => StagingError::Io { path: from.to_owned(), error }.into(),
    };
    let mut files = Vec::new();
    for tree in [layout::LEDGER, layout::REVEALS] {
        for name in walk::files(&from.join(tree)).map_err(failed)? {
            let path = format!("{tree}/{name}");
            let bytes = read::at_most(from, &path, index::MAX_FILE).map_err(failed)?.unwrap_or_default();
            if !layout::is_beside(&path) || bytes.len() as u64 > index::MAX_FILE {
                return Err(PublishError::OddFile(path));
            }
            staging.write(&path, &bytes)?;
            files.push(File { path, sha256: Sha256::of(&bytes), size: bytes.len() as u64 });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn put(staging: &Staging, approved: &Approved) -> Result<Entry, StagingError> {
    let id = &approved.record().id;
    let copy = approved.files.get(layout::OSV_FORM).map(|bytes| (layout::osv_copy(id), bytes));
    let own = approved.files.iter().map(|(name, bytes)| (layout::of_advisory(id, name), bytes));
    let mut files = Vec::new();
    for (path, bytes) in own.chain(copy) {
        staging.write(&path, bytes)?;
        files.push(File { path, sha256: Sha256::of(bytes), size: bytes.len() as u64 });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Entry { id: id.clone(), published: approved.record().published, files })
}
