//! What a runner says about a bundle: an in-toto Statement v1 with a predicate
//! of our own.
//!
//! The bytes are canonical JSON and are what gets signed; a reader checks the
//! signature over the bytes as they came and never writes them again. Fields
//! that a reader does not know are ignored, as in-toto asks; words that it does
//! not know (a verdict of a later version) are refused, since what they mean
//! cannot be guessed.

mod evidence;
mod proof_run;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::jcs;

pub use evidence::{BuildOrigin, LogDigests, LogSeen, MAX_NAMED};
pub use proof_run::{Cell, CpuMillis, Determinism, ProofRun, Role, Runner, Sandbox, SecondOracle, SignatureSeen, Tool};

/// `_type` of an in-toto Statement v1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// `predicateType` of [`ProofRun`].
pub const PREDICATE_TYPE: &str = "urn:assay:proof-run:v1";
/// Payload type of an in-toto statement in a DSSE envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// Largest statement that is read.
pub const MAX_BYTES: usize = 6 << 20;

/// Name of the subject whose digest is the bundle's id.
const BUNDLE: &str = "bundle";
/// Name of the subject whose digest is the claim's id.
const CLAIM: &str = "claim";

/// An in-toto Statement v1 about one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    kind: String,
    /// What it is about.
    subject: Vec<Subject>,
    /// [`PREDICATE_TYPE`].
    predicate_type: String,
    /// What is said.
    predicate: ProofRun,
}

/// What a statement is about: something with a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// `bundle`, `claim`, `source/vulnerable`, `artifact/fixed/harness`, ...
    pub name: String,
    /// Algorithm -> hex digits.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// A subject by its SHA-256.
    #[must_use]
    pub fn new(name: impl Into<String>, sha256: Sha256) -> Self {
        Self { name: name.into(), digest: BTreeMap::from([("sha256".to_owned(), sha256.to_hex())]) }
    }

    fn is(&self, name: &str, sha256: Sha256) -> bool {
        self.name == name && self.digest.get("sha256") == Some(&sha256.to_hex())
    }
}

/// Why bytes are not a statement that can be used, or a statement has no bytes.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// Too large to be one.
    #[error("a statement has at most {MAX_BYTES} bytes, and this has {0}")]
    TooLarge(usize),
    /// Not JSON of this shape.
    #[error("this is not a statement about a proof run: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Another kind of statement.
    #[error("this is a statement of type `{found}`; a proof run's is `{wanted}`")]
    OtherType {
        /// What it says it is.
        found: String,
        /// What it would have to be.
        wanted: &'static str,
    },
    /// The subjects and the predicate speak of different things.
    #[error("the statement's `{0}` subject is not what its predicate speaks of")]
    OtherSubject(&'static str),
    /// The numbers of a cell contradict each other.
    #[error("the counts of input {input} in the {arm} arm do not add up")]
    Counts {
        /// The arm.
        arm: String,
        /// The input's place in its list.
        input: usize,
    },
    /// The logs contradict their digest, or speak of runs that there are not.
    #[error("the digests of logs do not add up")]
    Logs,
    /// A number that JSON cannot carry.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
}

impl Statement {
    /// A statement about this run; the bundle and the claim are its first subjects.
    #[must_use]
    pub fn new(run: ProofRun, more: Vec<Subject>) -> Self {
        let mut subject = vec![Subject::new(BUNDLE, run.bundle_id), Subject::new(CLAIM, run.claim_id)];
        subject.extend(more);
        Self { kind: STATEMENT_TYPE.to_owned(), subject, predicate_type: PREDICATE_TYPE.to_owned(), predicate: run }
    }

    /// What is said.
    #[must_use]
    pub fn run(&self) -> &ProofRun {
        &self.predicate
    }

    /// What it is about.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        &self.subject
    }

    /// The bytes to sign: canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// If a number is beyond what JSON keeps exact.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        let value = serde_json::to_value(self)?;
        Ok(jcs::canonical(&value)?)
    }

    /// Reads a statement and checks that it is of one piece. The signature is checked elsewhere.
    ///
    /// # Errors
    /// If it is too large, of another shape or type, or contradicts itself.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > MAX_BYTES {
            return Err(StatementError::TooLarge(bytes.len()));
        }
        // The type is looked at first: another statement has another predicate.
        let head: Head = serde_json::from_slice(bytes)?;
        for (found, wanted) in [(head.kind, STATEMENT_TYPE), (head.predicate_type, PREDICATE_TYPE)] {
            if found != wanted {
                let found = found.chars().take(200).collect();
                return Err(StatementError::OtherType { found, wanted });
            }
        }
        let statement: Self = serde_json::from_slice(bytes)?;
        statement.check()?;
        Ok(statement)
    }

    fn check(&self) -> Result<(), StatementError> {
        let run = &self.predicate;
        for (name, id) in [(BUNDLE, run.bundle_id), (CLAIM, run.claim_id)] {
            let mut named = self.subject.iter().filter(|subject| subject.name == name);
            // Exactly one: a second of the same name would let two readers see two bundles.
            let right = named.next().is_some_and(|subject| subject.is(name, id));
            if !right || named.next().is_some() {
                return Err(StatementError::OtherSubject(name));
            }
        }
        if let Some(cell) = run.arms.iter().find(|cell| !cell.adds_up()) {
            return Err(StatementError::Counts { arm: cell.arm.to_string(), input: cell.input });
        }
        let Some(logs) = &run.evidence else { return Ok(()) };
        let runs: BTreeMap<_, u32> =
            run.arms.iter().map(|cell| ((cell.arm, cell.role, cell.input), cell.total)).collect();
        let was_made = |log: &LogSeen| runs.get(&(log.arm, log.role, log.input)).is_some_and(|total| log.run < *total);
        if logs.adds_up() && logs.named.iter().all(was_made) { Ok(()) } else { Err(StatementError::Logs) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(rename = "_type")]
    kind: String,
    predicate_type: String,
}
