//! A command as it travels: a DSSE envelope over canonical JSON.
//!
//! The signed bytes name the clearinghouse, the family, the engagement, a
//! sequence number and the time of signing, so that no envelope means anything
//! in another house, for another model, twice, or long after it was made.

use assay_base::{Entropy, Instant};
use assay_seal::{Envelope, SigningKey, TrustedKeys};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::canonical::canonical;
use crate::command::Command;
use crate::ids::{FamilyId, ModelId};
use crate::key::PublicKey;
use crate::refusal::Refusal;

/// What the envelope says it holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.assay.review-command+json";
/// Largest envelope that is read.
pub const MAX_ENVELOPE: usize = 64 << 10;

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The name of the clearinghouse for which it is meant.
    pub clearinghouse: String,
    /// The model's family.
    pub family: FamilyId,
    /// The model's handle. Whoever opens an engagement draws it: see [`Statement::opening`].
    pub engagement: ModelId,
    /// One more than that of the same key's last command in this engagement; the first is 1.
    pub sequence: u32,
    /// When it was signed.
    pub made_at: Instant,
    /// What is asked for.
    pub command: Command,
}

impl Statement {
    /// The first command of a new engagement: draws its handle.
    #[must_use]
    pub fn opening(
        clearinghouse: impl Into<String>,
        family: FamilyId,
        made_at: Instant,
        command: Command,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let engagement = ModelId::draw(entropy);
        Self { clearinghouse: clearinghouse.into(), family, engagement, sequence: 1, made_at, command }
    }

    /// Signs it: the bytes of a DSSE envelope.
    ///
    /// # Errors
    /// `malformed`, if it has no canonical form; this does not happen for statements of this crate's types.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, Refusal> {
        Ok(Envelope::sign(PAYLOAD_TYPE, &canonical(self)?, key).to_json())
    }

    /// Reads what an envelope says without believing it: to find the family whose state is to be loaded.
    ///
    /// # Errors
    /// `malformed` or `not-canonical`.
    pub fn peek(envelope: &[u8]) -> Result<Self, Refusal> {
        Ok(Unverified::read(envelope)?.statement)
    }
}

/// An envelope that was read, and not believed yet.
pub(crate) struct Unverified {
    pub(crate) statement: Statement,
    payload: Vec<u8>,
    envelope: Envelope,
}

/// The one field of an envelope that says for which family it is.
#[derive(Deserialize)]
struct Payload {
    payload: String,
}

impl Unverified {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_ENVELOPE {
            let length = bytes.len();
            return Err(Refusal::malformed(format!(
                "a command has at most {MAX_ENVELOPE} bytes, and this has {length}"
            )));
        }
        let envelope = Envelope::parse(bytes).map_err(Refusal::malformed)?;
        let outer: Payload = serde_json::from_slice(bytes).map_err(Refusal::malformed)?;
        let payload = STANDARD.decode(outer.payload).map_err(Refusal::malformed)?;
        let statement: Statement = serde_json::from_slice(&payload).map_err(Refusal::malformed)?;
        // One statement has one sequence of bytes: a doubled key, an unknown one or another
        // spelling of an instant is not something that two readers could read differently.
        if canonical(&statement)? != payload {
            return Err(Refusal::NotCanonical);
        }
        Ok(Self { statement, payload, envelope })
    }

    /// Which of these keys signed.
    pub(crate) fn verify(self, known: &[PublicKey]) -> Result<(Statement, PublicKey), Refusal> {
        // Exactly one: a second signature would leave open in whose name the command is.
        let mut named = self.envelope.claimed_signers();
        let (Some(signer), None) = (named.next(), named.next()) else {
            return Err(Refusal::SeveralSigners);
        };
        drop(named);
        let Some(key) = known.iter().find(|key| key.id() == signer).copied() else {
            return Err(Refusal::NotFound);
        };
        let trusted = TrustedKeys::from_iter([key.verifying_key()]);
        let verified = self.envelope.verify(PAYLOAD_TYPE, &trusted).map_err(|_| Refusal::Signature)?;
        // What was read above is what was signed, not another field of the same name.
        if verified.payload() != self.payload {
            return Err(Refusal::NotCanonical);
        }
        Ok((self.statement, key))
    }
}
