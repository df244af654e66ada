//! DSSE v1 envelopes: <https://github.com/secure-systems-lab/dsse>.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::key::{KeyId, SigningKey, VerifyingKey};

/// Largest envelope that is read.
pub const MAX_BYTES: usize = 8 << 20;
/// Most signatures of one envelope: each costs a verification.
const MAX_SIGNATURES: usize = 64;
/// Longest payload type.
const MAX_TYPE: usize = 256;

/// The bytes that are signed: type and payload, each with its length, so that
/// neither can be read as part of the other (DSSE protocol, «PAE»).
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// A payload with signatures, none of which is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<(KeyId, [u8; 64])>,
}

/// A payload that a trusted key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    payload: Vec<u8>,
    signers: Vec<KeyId>,
}

impl Verified {
    /// The exact bytes that were signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The trusted keys that signed, each once, in order.
    #[must_use]
    pub fn signers(&self) -> &[KeyId] {
        &self.signers
    }
}

/// Why an envelope is refused.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Too large to be one.
    #[error("an envelope has at most {MAX_BYTES} bytes, and this has {0}")]
    TooLarge(usize),
    /// Not a DSSE envelope.
    #[error("this is not a DSSE envelope: {0}")]
    Malformed(String),
    /// Signed, but as something else.
    #[error("the envelope holds `{found}`, not `{wanted}`")]
    OtherType {
        /// What it says it holds.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// No key that is trusted has signed.
    #[error("no trusted key has signed this; it names {}", keys(.0))]
    NotTrusted(Vec<KeyId>),
    /// The signature of a trusted key does not hold: the payload or the signature was changed.
    #[error("the signature of key {0} does not hold: something was changed after signing")]
    Broken(KeyId),
}

fn keys(ids: &[KeyId]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

/// Keys whose signatures are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(BTreeMap<KeyId, VerifyingKey>);

impl FromIterator<VerifyingKey> for TrustedKeys {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        Self(keys.into_iter().map(|key| (key.id(), key)).collect())
    }
}

impl Envelope {
    /// Signs a payload.
    #[must_use]
    pub fn sign(payload_type: &str, payload: &[u8], key: &SigningKey) -> Self {
        let mut envelope =
            Self { payload_type: payload_type.to_owned(), payload: payload.to_vec(), signatures: Vec::new() };
        envelope.add_signature(key);
        envelope
    }

    /// Adds the signature of one more key; signing again with the same key changes nothing.
    pub fn add_signature(&mut self, key: &SigningKey) {
        let signature = key.sign(&pae(&self.payload_type, &self.payload));
        let id = key.verifying_key().id();
        if !self.signatures.contains(&(id, signature)) {
            self.signatures.push((id, signature));
        }
    }

    /// The keys that are said to have signed. Nothing is checked yet.
    pub fn claimed_signers(&self) -> impl Iterator<Item = KeyId> {
        self.signatures.iter().map(|(id, _)| *id)
    }

    /// The envelope as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let signatures = self
            .signatures
            .iter()
            .map(|(id, signature)| WireSignature { keyid: id.to_string(), sig: STANDARD.encode(signature) });
        let wire = Wire {
            payload_type: self.payload_type.clone(),
            payload: STANDARD.encode(&self.payload),
            signatures: signatures.collect(),
        };
        // Strings and lists of strings have no way to fail.
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// Reads an envelope. Nothing in it is believed yet: see [`Self::verify`].
    ///
    /// # Errors
    /// If it is too large or not a DSSE envelope with Ed25519 signatures.
    pub fn parse(json: &[u8]) -> Result<Self, EnvelopeError> {
        if json.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLarge(json.len()));
        }
        let malformed = |what: &str| EnvelopeError::Malformed(what.to_owned());
        let wire: Wire = serde_json::from_slice(json).map_err(|error| EnvelopeError::Malformed(error.to_string()))?;
        if wire.payload_type.is_empty() || wire.payload_type.len() > MAX_TYPE {
            return Err(malformed("its payload type is empty or too long"));
        }
        if wire.signatures.is_empty() || wire.signatures.len() > MAX_SIGNATURES {
            return Err(malformed("it has no signature, or more than 64"));
        }
        let payload = STANDARD.decode(&wire.payload).map_err(|_| malformed("its payload is not base64"))?;
        let mut signatures = Vec::new();
        for signature in wire.signatures {
            let id = signature.keyid.parse().map_err(|_| malformed("a key id is not 64 lower-case hex digits"))?;
            let bytes = STANDARD.decode(&signature.sig).map_err(|_| malformed("a signature is not base64"))?;
            let bytes = bytes.try_into().map_err(|_| malformed("a signature has not 64 bytes"))?;
            signatures.push((id, bytes));
        }
        Ok(Self { payload_type: wire.payload_type, payload, signatures })
    }

    /// Checks the signatures of all trusted keys, and gives the payload if there is one and all hold.
    ///
    /// Signatures of other keys are ignored: anyone can add one.
    ///
    /// # Errors
    /// If the payload is of another type, no trusted key has signed, or the
    /// signature of a trusted key does not hold.
    pub fn verify(self, payload_type: &str, trusted: &TrustedKeys) -> Result<Verified, EnvelopeError> {
        if self.payload_type != payload_type {
            return Err(EnvelopeError::OtherType {
                found: self.payload_type.escape_debug().to_string(),
                wanted: payload_type.to_owned(),
            });
        }
        let message = pae(&self.payload_type, &self.payload);
        let mut signers = Vec::new();
        for (id, signature) in &self.signatures {
            let Some(key) = trusted.0.get(id) else {
                continue;
            };
            if !key.signed(&message, signature) {
                return Err(EnvelopeError::Broken(*id));
            }
            // One key is one signer, however often it signed.
            if !signers.contains(id) {
                signers.push(*id);
            }
        }
        if signers.is_empty() {
            return Err(EnvelopeError::NotTrusted(self.claimed_signers().collect()));
        }
        signers.sort_unstable();
        Ok(Verified { payload: self.payload, signers })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
struct WireSignature {
    keyid: String,
    sig: String,
}
