//! Receipts: proof of submission, in the submitter's hands (R20, R23).
//!
//! A receipt is a DSSE envelope of the clearinghouse. It holds the whole
//! opening of the submission's commitment, which is the submitter's own text:
//! with it he can show, once the ledger holds the commitment, that he had
//! exactly this bundle no later than that checkpoint, and needs nobody for it.

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_case::ids::FindingId;
use assay_ledger::commitment::{Commitment, Field, Salt};
use assay_seal::{Envelope, SigningKey};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// Payload type of the envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.assay.receipt+json";

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Receipt {
    /// `assay.receipt/1`.
    pub schema: String,
    /// The ledger that holds, or will hold, the commitment.
    pub origin: String,
    /// The finding.
    pub finding: FindingId,
    /// When it was received. This instant decides between co-finders.
    pub received: Instant,
    /// The bundle's identity.
    pub bundle_id: Sha256,
    /// The commitment, as hexadecimal.
    pub commitment: String,
    /// Its fields in order, each with its value as canonical JSON and its salt as hexadecimal.
    pub opening: Vec<Opened>,
    /// What is still missing before anything can be run.
    pub missing: Vec<String>,
}

/// One opened field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Its name.
    pub name: String,
    /// Its value, as canonical JSON.
    pub value: String,
    /// Its salt, as hexadecimal.
    pub salt: String,
}

/// The form of a receipt.
pub const SCHEMA: &str = "assay.receipt/1";

impl Opened {
    /// From a field and its salt.
    pub fn of(field: &Field, salt: &Salt) -> Self {
        Self { name: field.name().to_owned(), value: field.value().to_owned(), salt: hex::encode(salt.0) }
    }
}

/// A commitment as it is written in receipts.
pub fn written(commitment: Commitment) -> String {
    hex::encode(commitment.0)
}

/// Signs a receipt.
///
/// # Errors
///
/// It has no canonical form: a defect.
pub fn sign(receipt: &Receipt, key: &SigningKey) -> Result<Vec<u8>, Refusal> {
    let failed =
        |error: &dyn ToString| Refusal::broken(format!("the receipt cannot be written: {}", error.to_string()));
    let value = serde_json::to_value(receipt).map_err(|error| failed(&error))?;
    let payload = jcs::canonical(&value).map_err(|error| failed(&error))?;
    Ok(Envelope::sign(PAYLOAD_TYPE, &payload, key).to_json())
}
