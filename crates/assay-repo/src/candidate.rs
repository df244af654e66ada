//! What approvers sign: an advisory with everything that goes out beside it.
//!
//! The signed bytes hold the record and the digest of each file, so the forms
//! that readers use (OSV, CSAF, OpenVEX), the patch and the statement are what
//! the approvers saw. Whoever holds the index key alone can change none of it.

use std::collections::BTreeMap;

use assay_advisory::record::{Record, RecordError};
use assay_advisory::{csaf, openvex, osv};
use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_seal::{Envelope, EnvelopeError, KeyId, SigningKey};
use serde::{Deserialize, Serialize};

use crate::advisory::check_fix;
use crate::layout;
use crate::trust::Trust;

/// Payload type of the envelope that approvers sign.
pub const PAYLOAD_TYPE: &str = "application/vnd.assay.approval+json";
/// What `schema` says in its payload.
const SCHEMA: &str = "assay.approval/1";
/// Largest file of an advisory.
pub const MAX_FILE: usize = 8 << 20;

/// An advisory that can be approved: the record, its forms, the patch and the statement, as bytes.
#[derive(Debug, Clone)]
pub struct Candidate {
    record: Record,
    files: BTreeMap<String, Vec<u8>>,
    payload: Vec<u8>,
}

/// An advisory that enough approvers have signed. Only this can be published.
#[derive(Debug, Clone)]
pub struct Approved {
    pub(crate) record: Record,
    /// Name -> content, the envelope among them.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    approvers: Vec<KeyId>,
}

/// Why there is nothing to approve, or it is not approved.
#[derive(Debug, thiserror::Error)]
pub enum CandidateError {
    /// The record names another patch or statement than the one that is given, or one is missing.
    #[error("the record and the files disagree: {0}")]
    Disagree(&'static str),
    /// A file that clients would refuse.
    #[error("`{name}` has {bytes} bytes; a file of an advisory has at most {MAX_FILE}")]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// The record cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A form cannot be written.
    #[error("a form of the advisory cannot be written: {0}")]
    Form(String),
    /// The signatures do not hold.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The envelope is of something else.
    #[error("what was signed is not this advisory: sign it again")]
    OtherPayload,
    /// Too few.
    #[error("{signed} of the trusted approvers signed, and it takes {threshold}")]
    TooFew {
        /// Distinct trusted keys that signed.
        signed: usize,
        /// How many it takes.
        threshold: usize,
    },
}

/// The payload: what an approver says yes to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    schema: String,
    /// The record, as the text of its canonical bytes.
    pub(crate) record: String,
    /// Name -> digest of every file but the envelope.
    pub(crate) files: BTreeMap<String, Sha256>,
}

impl Candidate {
    /// An advisory with its patch and the runner's statement, if there are any.
    ///
    /// # Errors
    /// If the record's digests are not those of the files, or a file is too large.
    pub fn new(record: Record, patch: Option<Vec<u8>>, statement: Option<Vec<u8>>) -> Result<Self, CandidateError> {
        let form = |error: &dyn std::error::Error| CandidateError::Form(error.to_string());
        let mut files = BTreeMap::from([
            (layout::OSV_FORM.to_owned(), osv::write(&record).map_err(|error| form(&error))?),
            (record.id.csaf_file_name(), csaf::write(&record).map_err(|error| form(&error))?),
            (layout::VEX_FORM.to_owned(), openvex::write(&record).map_err(|error| form(&error))?),
        ]);
        files.extend(patch.map(|bytes| (layout::PATCH.to_owned(), bytes)));
        files.extend(statement.map(|bytes| (layout::STATEMENT.to_owned(), bytes)));
        let digests: BTreeMap<String, Sha256> =
            files.iter().map(|(name, bytes)| (name.clone(), Sha256::of(bytes))).collect();
        check_fix(&record, &digests, |name| files.get(name).map(Vec::as_slice)).map_err(CandidateError::Disagree)?;
        if let Some((name, bytes)) = files.iter().find(|(_, bytes)| bytes.len() > MAX_FILE) {
            return Err(CandidateError::TooLarge { name: name.clone(), bytes: bytes.len() });
        }
        let approval = Approval {
            schema: SCHEMA.to_owned(),
            record: String::from_utf8_lossy(&record.to_bytes()?).into_owned(),
            files: digests,
        };
        let value = serde_json::to_value(&approval).map_err(|error| form(&error))?;
        let payload = jcs::canonical(&value).map_err(|error| form(&error))?;
        Ok(Self { record, files, payload })
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The bytes that approvers sign, as [`PAYLOAD_TYPE`].
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The envelope with this approver's signature; more are added with [`Envelope::add_signature`].
    #[must_use]
    pub fn sign(&self, approver: &SigningKey) -> Envelope {
        Envelope::sign(PAYLOAD_TYPE, &self.payload, approver)
    }

    /// The approved advisory, if enough trusted approvers signed exactly this one.
    ///
    /// # Errors
    /// If the envelope is of something else, a signature does not hold, or too few signed.
    pub fn approve(self, envelope: Envelope, trust: &Trust) -> Result<Approved, CandidateError> {
        let json = envelope.to_json();
        let (payload, approvers) = signed_by_enough(envelope, trust)?;
        if payload != self.payload {
            return Err(CandidateError::OtherPayload);
        }
        let mut files = self.files;
        files.insert(layout::RECORD.to_owned(), json);
        Ok(Approved { record: self.record, files, approvers })
    }
}

impl Approved {
    /// The record.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The keys that approved it.
    #[must_use]
    pub fn approvers(&self) -> &[KeyId] {
        &self.approvers
    }
}

/// The payload, if as many distinct approvers as it takes have signed it.
pub(crate) fn signed_by_enough(envelope: Envelope, trust: &Trust) -> Result<(Vec<u8>, Vec<KeyId>), CandidateError> {
    let verified = envelope.verify(PAYLOAD_TYPE, &trust.approver_keys())?;
    // INVARIANT 17: `signers` has each key once, however often it signed.
    let signed = verified.signers().len();
    if signed < trust.threshold() {
        return Err(CandidateError::TooFew { signed, threshold: trust.threshold() });
    }
    Ok((verified.payload().to_vec(), verified.signers().to_vec()))
}

impl Approval {
    /// Reads a payload that was signed. Canonical bytes only: nobody sees another approval than its signers.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, String> {
        let approval: Self = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
        if approval.schema != SCHEMA {
            return Err(format!("its schema is not `{SCHEMA}`"));
        }
        let value = serde_json::to_value(&approval).map_err(|error| error.to_string())?;
        match jcs::canonical(&value) {
            Ok(bytes) if bytes == payload => Ok(approval),
            _ => Err("it is not in canonical form".into()),
        }
    }
}
