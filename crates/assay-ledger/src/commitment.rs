//! Committing to fields without showing them.
//!
//! An entry of the ledger stands for a list of named fields. Each field is hashed with a salt of
//! its own of 32 random bytes, and the hashes are the leaves of a small Merkle tree (RFC 6962).
//! Whoever holds the salts can open some fields and withhold the others. A withheld field shows
//! its hash only, and since the salt is as long as the hash and unknown, trying every likely value
//! ("severity is high?") against that hash tells nothing. Once the salts are destroyed, nothing can
//! be opened any more, by anyone.
//!
//! What a commitment does not hide: from an opening, how many fields there are and in which places
//! the withheld ones stand.

use assay_base::Entropy;
use assay_bundle::jcs::{self, NotCanonical};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use crate::entry::Commitment;
use crate::hash::{Hash, root_of};

/// The most fields of one commitment.
pub const MAX_FIELDS: usize = 64;

/// The longest name of a field.
pub const MAX_NAME_BYTES: usize = 64;

/// The longest canonical JSON of a field: 64 KiB. What is longer is committed to by its own hash.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// Keeps field hashes apart from all other hashes of the house (with the 0x00 of an RFC 6962 leaf).
const FIELD: &[u8] = b"\0assay.field/1\n";

/// Keeps commitments apart from field hashes and from nodes of the ledger.
const COMMITMENT: &[u8] = b"\x02assay.commitment/1\n";

/// A named value. The value is kept as the canonical JSON (RFC 8785) that is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: String,
    value: String,
}

/// Why fields cannot be committed to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A name that no field may have.
    #[error("`{0}` is no name of a field: 1 to 64 of a-z, 0-9, `_`, `-` and `.`")]
    Name(String),
    /// The value has no canonical form.
    #[error("the value of `{name}`: {source}")]
    Value {
        /// Which field.
        name: String,
        /// What is wrong with its value.
        source: NotCanonical,
    },
    /// The value is too long.
    #[error("the value of `{name}` takes {bytes} bytes; {MAX_VALUE_BYTES} is the most: commit to its hash instead")]
    TooLong {
        /// Which field.
        name: String,
        /// Its length.
        bytes: usize,
    },
    /// No fields, or more than are allowed.
    #[error("a commitment has 1 to {MAX_FIELDS} fields, not {0}")]
    Count(usize),
    /// Two fields of one name: a reader could be shown either.
    #[error("two fields are called `{0}`")]
    Twice(String),
}

impl Field {
    /// A field.
    ///
    /// # Errors
    /// If the name is not one, or the value has no canonical form or too long a one.
    pub fn new(name: &str, value: &Value) -> Result<Self, FieldError> {
        let letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
        if !(1..=MAX_NAME_BYTES).contains(&name.len()) || !name.bytes().all(letter) {
            return Err(FieldError::Name(name.chars().take(MAX_NAME_BYTES).collect()));
        }
        let bytes = jcs::canonical(value).map_err(|source| FieldError::Value { name: name.to_owned(), source })?;
        if bytes.len() > MAX_VALUE_BYTES {
            return Err(FieldError::TooLong { name: name.to_owned(), bytes: bytes.len() });
        }
        // Canonical JSON is UTF-8 by construction: lossy loses nothing.
        Ok(Self { name: name.to_owned(), value: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, as canonical JSON.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The hash that stands for it under this salt. Every part has a length before it or a fixed
    /// one, so that no two fields are hashed from the same bytes.
    #[must_use]
    pub fn hash(&self, salt: &Salt) -> Hash {
        let digest = Sha256::new()
            .chain_update(FIELD)
            .chain_update(salt.0)
            .chain_update((self.name.len() as u64).to_be_bytes())
            .chain_update(&self.name)
            .chain_update((self.value.len() as u64).to_be_bytes())
            .chain_update(&self.value);
        Hash(digest.finalize().into())
    }
}

/// The 32 random bytes that hide one field. They belong into the sealed payload, and die with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl std::fmt::Debug for Salt {
    /// Never shows the salt: a log that had it would open the field.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Commits to these fields, in this order: the commitment, and the salt of each field.
///
/// # Errors
/// If there are none, too many, or two of one name.
pub fn commit(fields: &[Field], entropy: &mut dyn Entropy) -> Result<(Commitment, Vec<Salt>), FieldError> {
    check(fields.len(), fields.iter())?;
    let salts: Vec<Salt> = fields.iter().map(|_| Salt(entropy.thirty_two())).collect();
    let hashes: Vec<Hash> = fields.iter().zip(&salts).map(|(field, salt)| field.hash(salt)).collect();
    Ok((over(&hashes), salts))
}

/// The commitment over the hashes of fields. Their number goes in, so that a list cannot pass for
/// one that is shorter by a level of the tree.
pub(crate) fn over(hashes: &[Hash]) -> Commitment {
    let digest = Sha256::new()
        .chain_update(COMMITMENT)
        .chain_update((hashes.len() as u64).to_be_bytes())
        .chain_update(root_of(hashes).0);
    Commitment(digest.finalize().into())
}

/// Checks the number of fields, and that no name stands twice.
pub(crate) fn check<'f>(count: usize, fields: impl Iterator<Item = &'f Field>) -> Result<(), FieldError> {
    if !(1..=MAX_FIELDS).contains(&count) {
        return Err(FieldError::Count(count));
    }
    let mut names: Vec<&str> = fields.map(Field::name).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next);
    twice.map_or(Ok(()), |(name, _)| Err(FieldError::Twice((*name).to_owned())))
}
