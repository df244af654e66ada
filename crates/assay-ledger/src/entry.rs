//! What a leaf of the ledger holds: a fixed header and a commitment, and no content.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{Hash, leaf_hash};

/// What every entry begins with: its version.
pub const HEADER: &[u8; 14] = b"assay.entry/1\n";

/// Bytes of an entry. All have the same length: a length would tell what an entry is about.
pub const ENTRY_BYTES: usize = HEADER.len() + 32;

/// 32 bytes that stand for something without showing it.
///
/// A commitment of [`commit`](crate::commitment::commit) and 32 random bytes, a *dummy*, look the
/// same to everyone who has not been given an opening.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commitment(pub [u8; 32]);

impl Commitment {
    /// The bytes of the entry that holds it.
    #[must_use]
    pub fn to_entry(self) -> [u8; ENTRY_BYTES] {
        let mut entry = [0; ENTRY_BYTES];
        let (header, rest) = entry.split_at_mut(HEADER.len());
        header.copy_from_slice(HEADER);
        rest.copy_from_slice(&self.0);
        entry
    }

    /// The commitment in an entry, `None` if the bytes are no entry of version 1.
    #[must_use]
    pub fn from_entry(entry: &[u8]) -> Option<Self> {
        entry.strip_prefix(HEADER)?.try_into().ok().map(Self)
    }

    /// The hash of the leaf that holds it.
    #[must_use]
    pub fn leaf(self) -> Hash {
        leaf_hash(&self.to_entry())
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_46_bytes_and_nothing_else_is_one() {
        let commitment = Commitment([7; 32]);
        let entry = commitment.to_entry();
        assert_eq!(entry.len(), 46);
        assert_eq!(Commitment::from_entry(&entry), Some(commitment));
        assert_eq!(Commitment::from_entry(&entry[..45]), None);
        assert_eq!(Commitment::from_entry(&[entry.as_slice(), b"x"].concat()), None);
        let mut other = entry;
        other[12] = b'2';
        assert_eq!(Commitment::from_entry(&other), None);
    }
}
