//! Signatures over an index: a DSSE envelope behind its sections.
//!
//! What is signed is the root, with the generation beside it; the root's table
//! has the digest of every section.

use assay_seal::{Envelope, KeyId, SigningKey, TrustedKeys};
use serde::{Deserialize, Serialize};

use crate::container::{Container, Root};
use crate::error::Error;

/// What the envelope says that it holds.
pub const TYPE: &str = "application/vnd.assay.index.v1+json";

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Statement {
    root: String,
    generation: u64,
}

/// A composed file with a signature behind it.
#[must_use]
pub fn signed(mut file: Vec<u8>, root: Root, generation: u64, key: &SigningKey) -> Vec<u8> {
    let statement = Statement { root: root.to_string(), generation };
    // Two plain fields: only memory could fail, and then nothing is signed.
    let payload = serde_json::to_vec(&statement).unwrap_or_default();
    file.extend(Envelope::sign(TYPE, &payload, key).to_json());
    file
}

/// The keys that are said to have signed a file. Nothing is checked.
pub fn claimed(container: &Container) -> Vec<KeyId> {
    match Envelope::parse(container.envelope()) {
        Ok(envelope) => envelope.claimed_signers().collect(),
        Err(_) => Vec::new(),
    }
}

/// Checks that a trusted key signed this very file, and gives the keys that did.
///
/// # Errors
///
/// None did, or what was signed is another file.
pub fn check(container: &Container, trusted: &TrustedKeys) -> Result<Vec<KeyId>, Error> {
    let refused = |why: String| Error::NotSigned { path: container.path().to_owned(), why };
    if container.envelope().is_empty() {
        return Err(refused("it has no signature".to_owned()));
    }
    let envelope = Envelope::parse(container.envelope()).map_err(|error| refused(error.to_string()))?;
    let verified = envelope.verify(TYPE, trusted).map_err(|error| refused(error.to_string()))?;
    let statement: Statement =
        serde_json::from_slice(verified.payload()).map_err(|error| refused(error.to_string()))?;
    let (root, generation) = (container.root().to_string(), container.head().generation);
    if statement != (Statement { root, generation }) {
        return Err(refused("the signature is another file's".to_owned()));
    }
    Ok(verified.signers().to_vec())
}
