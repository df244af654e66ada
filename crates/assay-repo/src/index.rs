//! The index: what is published, signed. Nothing else in the folder counts.
//!
//! Its version only grows, each version names the one before by its digest, and
//! it has an end: a client that is shown an old one notices (rollback), one
//! that is shown two of the same version notices (fork), and one that is shown
//! nothing new for too long notices as well (freeze).

use std::collections::BTreeSet;

use assay_advisory::record::AdvisoryId;
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_seal::{Envelope, SigningKey};
use serde::{Deserialize, Serialize};

use crate::layout;
use crate::refusal::Refusal;
use crate::trust::Trust;

/// Payload type of the envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.assay.index+json";
/// What `schema` says in its payload.
const SCHEMA: &str = "assay.index/1";
/// Largest `index.json` that is read.
pub const MAX_BYTES: u64 = 8 << 20;
/// Most advisories of one release folder.
pub const MAX_ENTRIES: usize = 5_000;
/// Most files of the ledger and of what was revealed.
pub const MAX_BESIDE: usize = 30_000;
/// Largest file that an index can name.
pub const MAX_FILE: u64 = crate::candidate::MAX_FILE as u64;

/// What is published, and until when one may rely on that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    schema: String,
    /// Only grows, from 1.
    pub version: u64,
    /// When it was signed.
    pub instant: Instant,
    /// From then on it says nothing any more.
    pub expires: Instant,
    /// Digest of the `index.json` before this one; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Sha256>,
    /// The advisories, by id. One that stands here stays, unchanged.
    pub entries: Vec<Entry>,
    /// The files of the ledger and of what was revealed, by path. They change from version to version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<File>,
    /// The ledger's head when this was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerHead>,
}

/// An advisory in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which.
    pub id: AdvisoryId,
    /// When it was published.
    pub published: Instant,
    /// Its files, by path.
    pub files: Vec<File>,
}

/// A file of an advisory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it lies in the folder.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
}

/// A state of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerHead {
    /// The log's name, the first line of its checkpoints.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: Sha256,
}

/// An index that a trusted key signed, with the digest of the file that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIndex {
    index: Index,
    digest: Sha256,
}

impl SignedIndex {
    /// What it says.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Digest of the file.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// Reads `index.json`: signature, form, and that it is of one piece. Whether it is too old or older than what
    /// was seen before is the caller's question.
    ///
    /// # Errors
    /// If no trusted key signed it, or it is not what a publisher would have written.
    pub fn read(bytes: &[u8], trust: &Trust) -> Result<Self, Refusal> {
        let wrong = |why: String| Refusal::Index { why };
        let envelope = Envelope::parse(bytes).map_err(|error| wrong(error.to_string()))?;
        // One text for one envelope: a byte that is flipped where no signature looks is noticed too.
        if envelope.to_json() != bytes {
            return Err(wrong("its envelope is not as a publisher writes it".into()));
        }
        let verified =
            envelope.verify(PAYLOAD_TYPE, &trust.index_keys()).map_err(|error| Refusal::IndexSignature { error })?;
        let index: Index = serde_json::from_slice(verified.payload()).map_err(|error| wrong(error.to_string()))?;
        index.check().map_err(wrong)?;
        if index.to_payload().ok().as_deref() != Some(verified.payload()) {
            return Err(wrong("its payload is not in canonical form".into()));
        }
        Ok(Self { index, digest: Sha256::of(bytes) })
    }
}

impl Index {
    /// The index that comes after `before`.
    pub(crate) fn next(
        before: Option<&SignedIndex>,
        entries: Vec<Entry>,
        beside: Vec<File>,
        ledger: Option<LedgerHead>,
        instant: Instant,
        expires: Instant,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            version: before.map_or(1, |before| before.index.version + 1),
            instant,
            expires,
            previous: before.map(SignedIndex::digest),
            entries,
            beside,
            ledger,
        }
    }

    /// The file `index.json`.
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, jcs::NotCanonical> {
        Ok(Envelope::sign(PAYLOAD_TYPE, &self.to_payload()?, key).to_json())
    }

    fn to_payload(&self) -> Result<Vec<u8>, jcs::NotCanonical> {
        // Texts, numbers and lists of them have no way to fail.
        jcs::canonical(&serde_json::to_value(self).unwrap_or_default())
    }

    fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("its schema is not `{SCHEMA}`"));
        }
        if self.version == 0 || (self.version == 1) != self.previous.is_none() {
            return Err("its version and the index before it do not fit together".into());
        }
        if self.instant >= self.expires {
            return Err("it ends before it begins".into());
        }
        if self.entries.len() > MAX_ENTRIES {
            return Err(format!("it has more than {MAX_ENTRIES} entries"));
        }
        if !self.entries.is_sorted_by(|a, b| a.id < b.id) {
            return Err("its entries are not in order, or one stands there twice".into());
        }
        if self.beside.len() > MAX_BESIDE {
            return Err(format!("it has more than {MAX_BESIDE} files of the ledger and of what was revealed"));
        }
        if !self.beside.is_sorted_by(|a, b| a.path < b.path) {
            return Err("the files beside its entries are not in order, or one stands there twice".into());
        }
        if let Some(file) = self.beside.iter().find(|file| !layout::is_beside(&file.path) || file.size > MAX_FILE) {
            let path: String = file.path.escape_debug().take(200).collect();
            return Err(format!("`{path}` is no file of the ledger or of what was revealed, or is too large"));
        }
        self.entries.iter().try_for_each(|entry| entry.check(self.instant))
    }

    /// The entry of an advisory.
    #[must_use]
    pub fn entry(&self, id: &AdvisoryId) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|entry| entry.id.cmp(id)).ok()?;
        self.entries.get(place)
    }

    /// Every file that the folder has to hold, beside the index itself.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.entries.iter().flat_map(|entry| &entry.files).chain(&self.beside)
    }
}

impl Entry {
    fn check(&self, signed: Instant) -> Result<(), String> {
        let id = &self.id;
        // INVARIANT 5: an advisory cannot have been published after the index that lists it.
        if self.published > signed {
            return Err(format!("{id} is listed before its publication"));
        }
        // Paths are not taken from the index but recognised: one that climbs out of the folder is none of these.
        let names = layout::names(id);
        let mut allowed: BTreeSet<String> = names.iter().map(|name| layout::of_advisory(id, name)).collect();
        allowed.insert(layout::osv_copy(id));
        if let Some(file) = self.files.iter().find(|file| !allowed.contains(&file.path)) {
            let path: String = file.path.escape_debug().take(200).collect();
            return Err(format!("`{path}` is no file of {id}"));
        }
        if !self.files.is_sorted_by(|a, b| a.path < b.path) {
            return Err(format!("the files of {id} are not in order, or one stands there twice"));
        }
        let required = names.iter().take(4).map(|name| layout::of_advisory(id, name)).chain([layout::osv_copy(id)]);
        for path in required {
            if self.file(&path).is_none() {
                return Err(format!("`{path}` is missing"));
            }
        }
        if self.files.iter().any(|file| file.size == 0 || file.size > MAX_FILE) {
            return Err(format!("a file of {id} is empty, or has more than {MAX_FILE} bytes"));
        }
        let copied = [layout::of_advisory(id, layout::OSV_FORM), layout::osv_copy(id)];
        if self.file(&copied[0]).map(|file| file.sha256) != self.file(&copied[1]).map(|file| file.sha256) {
            return Err(format!("the two OSV files of {id} differ"));
        }
        Ok(())
    }

    /// The file at this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}
