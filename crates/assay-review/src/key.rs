//! A party's public key, as it is pinned in the developer's own command.

use std::fmt;
use std::str::FromStr;

use assay_base::{MemberId, PersonId};
use assay_seal::{KeyId, VerifyingKey};
use serde::{Deserialize, Serialize};

/// An Ed25519 public key: 64 lower-case hex digits of its 32 bytes.
///
/// It is checked when it is read: it is a point, and none of the weak ones for
/// which anyone can make a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

/// The text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key is 64 lower-case hex digits of a strong Ed25519 key")]
pub struct NotAPublicKey;

impl PublicKey {
    /// The name of the key: the SHA-256 of its bytes.
    #[must_use]
    pub fn id(self) -> KeyId {
        self.0.id()
    }

    /// The key itself, to verify with.
    #[must_use]
    pub fn verifying_key(self) -> VerifyingKey {
        self.0
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_bytes().cmp(&other.0.to_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PublicKey {
    type Err = NotAPublicKey;

    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotAPublicKey),
        };
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| NotAPublicKey)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            if let [high, low] = pair {
                *byte = digit(*high)? << 4 | digit(*low)?;
            }
        }
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| NotAPublicKey)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NotAPublicKey;

    fn try_from(text: String) -> Result<Self, NotAPublicKey> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

/// An organisation and the key that speaks for it in one engagement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Which member it is.
    pub member: MemberId,
    /// The key that signs for it.
    pub key: PublicKey,
}

/// A person and the key that only he or she holds. Keys are never shared (R64).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Who.
    pub person: PersonId,
    /// The key that signs for this person.
    pub key: PublicKey,
}
