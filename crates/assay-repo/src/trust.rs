//! Whom a client trusts: given to it out of band, never with a release.

use std::collections::BTreeSet;

use assay_seal::{KeyId, TrustedKeys, VerifyingKey};
use serde::{Deserialize, Serialize};

/// What `schema` says in a trust file.
const SCHEMA: &str = "assay.trust/1";
/// Largest trust file that is read.
pub const MAX_BYTES: usize = 64 << 10;
/// Most keys of one role.
const MAX_KEYS: usize = 64;
/// Fewest approvers of an advisory: no single person can publish (invariant 17).
pub const LEAST_THRESHOLD: usize = 2;

/// The keys of a clearinghouse, and how many of them it takes.
#[derive(Debug, Clone)]
pub struct Trust {
    index: Vec<VerifyingKey>,
    approvers: Vec<VerifyingKey>,
    threshold: usize,
    ledger: Option<String>,
}

/// Why there is nothing to trust.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// Not a trust file.
    #[error("this is no trust file: {0}")]
    Malformed(String),
    /// A role without keys, or with too many.
    #[error("there are {count} {role} keys; {least} to {MAX_KEYS} can stand there")]
    Keys {
        /// Which role.
        role: &'static str,
        /// How many there are.
        count: usize,
        /// How many there have to be.
        least: usize,
    },
    /// A threshold that one person could meet, or nobody.
    #[error("the threshold is {threshold}; it is {LEAST_THRESHOLD} at least, and at most the {keys} approver keys")]
    Threshold {
        /// What was asked for.
        threshold: usize,
        /// How many approver keys there are.
        keys: usize,
    },
    /// One key twice: whoever holds it would count as two.
    #[error("the key {0} stands there twice; each key has one role, and counts once")]
    Twice(KeyId),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    schema: String,
    /// Public keys in PEM.
    index_keys: Vec<String>,
    approver_keys: Vec<String>,
    approver_threshold: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger: Option<String>,
}

impl Trust {
    /// Any of `index` may say what is published; `threshold` of `approvers` have to have approved each advisory.
    /// `ledger` is the ledger's verifier key, as a C2SP signed note writes it.
    ///
    /// # Errors
    /// If a role has no keys, the threshold could be met by one key or by none, or a key stands there twice.
    pub fn new(
        index: Vec<VerifyingKey>,
        approvers: Vec<VerifyingKey>,
        threshold: usize,
        ledger: Option<String>,
    ) -> Result<Self, TrustError> {
        for (role, count, least) in [("index", index.len(), 1), ("approver", approvers.len(), LEAST_THRESHOLD)] {
            if !(least..=MAX_KEYS).contains(&count) {
                return Err(TrustError::Keys { role, count, least });
            }
        }
        if !(LEAST_THRESHOLD..=approvers.len()).contains(&threshold) {
            return Err(TrustError::Threshold { threshold, keys: approvers.len() });
        }
        let mut seen = BTreeSet::new();
        for key in index.iter().chain(&approvers) {
            if !seen.insert(key.id()) {
                return Err(TrustError::Twice(key.id()));
            }
        }
        Ok(Self { index, approvers, threshold, ledger })
    }

    /// Reads a trust file.
    ///
    /// # Errors
    /// If it is none, or what it says cannot be trusted: see [`Self::new`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let malformed = |what: String| TrustError::Malformed(what);
        if bytes.len() > MAX_BYTES {
            return Err(malformed(format!("it has more than {MAX_BYTES} bytes")));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        if wire.schema != SCHEMA {
            let found: String = wire.schema.escape_debug().take(64).collect();
            return Err(malformed(format!("its schema is `{found}`, not `{SCHEMA}`")));
        }
        if wire.ledger.as_ref().is_some_and(|key| key.len() > 1_024 || key.chars().any(char::is_control)) {
            return Err(malformed("the ledger's key is no line of text".into()));
        }
        let keys = |texts: &[String]| -> Result<Vec<_>, TrustError> {
            let read = |text: &String| VerifyingKey::from_pem(text).map_err(|error| malformed(error.to_string()));
            texts.iter().map(read).collect()
        };
        Self::new(keys(&wire.index_keys)?, keys(&wire.approver_keys)?, wire.approver_threshold, wire.ledger)
    }

    /// The trust file.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let pem = |keys: &[VerifyingKey]| keys.iter().map(VerifyingKey::to_pem).collect();
        let wire = Wire {
            schema: SCHEMA.to_owned(),
            index_keys: pem(&self.index),
            approver_keys: pem(&self.approvers),
            approver_threshold: self.threshold,
            ledger: self.ledger.clone(),
        };
        // Texts and a number have no way to fail.
        let mut bytes = serde_json::to_vec_pretty(&wire).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// How many approvers it takes.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The ledger's verifier key, if the release has a ledger.
    #[must_use]
    pub fn ledger(&self) -> Option<&str> {
        self.ledger.as_deref()
    }

    pub(crate) fn index_keys(&self) -> TrustedKeys {
        self.index.iter().copied().collect()
    }

    pub(crate) fn approver_keys(&self) -> TrustedKeys {
        self.approvers.iter().copied().collect()
    }

    /// Whether this key may sign the index.
    pub(crate) fn signs_index(&self, key: KeyId) -> bool {
        self.index.iter().any(|known| known.id() == key)
    }
}
