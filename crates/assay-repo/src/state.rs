//! What a client remembers: the newest release that it saw. Without it, an
//! older one would look as good as a newer one.

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::index::{LedgerHead, SignedIndex};

/// What `schema` says.
const SCHEMA: &str = "assay.sync/1";
/// Largest state file that is read.
pub(crate) const MAX_BYTES: u64 = 4 << 10;

/// The newest release that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    schema: String,
    /// Its version.
    pub(crate) version: u64,
    /// Digest of its `index.json`.
    pub(crate) digest: Sha256,
    /// When it was signed.
    pub(crate) signed: Instant,
    /// The ledger's head in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ledger: Option<LedgerHead>,
}

impl State {
    pub(crate) fn of(index: &SignedIndex) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            version: index.index().version,
            digest: index.digest(),
            signed: index.index().instant,
            ledger: index.index().ledger.clone(),
        }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Texts and numbers have no way to fail.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let state: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if state.schema == SCHEMA { Ok(state) } else { Err(format!("its schema is not `{SCHEMA}`")) }
    }
}
