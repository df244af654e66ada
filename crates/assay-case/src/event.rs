//! Every event of every aggregate, as it is kept and committed to.

use assay_base::{Actor, Instant, MemberId};
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aggregate::{Happening, Recorded};
use crate::ids::{CaseId, FindingId, LeaseId, OptOutId};
use crate::{case, finding, lease, member, opt_out};

/// Largest event in JSON that is read.
pub const EVENT_MAX: usize = 4 << 20;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "aggregate", rename_all = "kebab-case")]
pub enum Event {
    /// Of a member.
    Member(Recorded<MemberId, member::Happened>),
    /// Of a lease.
    Lease(Recorded<LeaseId, lease::Happened>),
    /// Of an opt-out.
    OptOut(Recorded<OptOutId, opt_out::Happened>),
    /// Of a finding.
    Finding(Recorded<FindingId, finding::Happened>),
    /// Of a case.
    Case(Recorded<CaseId, case::Happened>),
}

/// Bytes are no event that this version can read. The bytes are not repeated:
/// they may be embargoed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// Too large.
    #[error("an event has at most {EVENT_MAX} bytes, and this has {0}")]
    TooLarge(usize),
    /// Not JSON of this shape.
    #[error("this is no event (line {line}, column {column})")]
    Shape {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// Written by a later version of Assay.
    #[error("`{kind}` is of version {found}, and this program reads up to {known}; use the newer program")]
    Version {
        /// Which kind.
        kind: &'static str,
        /// What was found.
        found: u16,
        /// What is known.
        known: u16,
    },
    /// It cannot be written.
    #[error("the event cannot be written")]
    Unwritable,
}

/// Does the same for every variant.
macro_rules! each {
    ($self:expr, $event:ident => $do:expr) => {
        match $self {
            Event::Member($event) => $do,
            Event::Lease($event) => $do,
            Event::OptOut($event) => $do,
            Event::Finding($event) => $do,
            Event::Case($event) => $do,
        }
    };
}

impl Event {
    /// `finding.submitted`, ...
    pub fn kind(&self) -> &'static str {
        each!(self, event => event.what.kind())
    }

    /// Version of the payload's form.
    pub fn version(&self) -> u16 {
        each!(self, event => event.version)
    }

    /// The aggregate's id, as it is written.
    pub fn stream(&self) -> String {
        each!(self, event => event.stream.to_string())
    }

    /// When it was decided.
    pub fn at(&self) -> Instant {
        each!(self, event => event.at)
    }

    /// Who caused it.
    pub fn actor(&self) -> Actor {
        each!(self, event => event.by)
    }

    /// The payload to seal.
    ///
    /// # Errors
    /// Never for events that a decision made.
    pub fn to_json(&self) -> Result<Vec<u8>, BadEvent> {
        serde_json::to_vec(self).map_err(|_| BadEvent::Unwritable)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// If it is too large, of another shape, or of a later version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BadEvent> {
        if bytes.len() > EVENT_MAX {
            return Err(BadEvent::TooLarge(bytes.len()));
        }
        let event: Self = serde_json::from_slice(bytes)
            .map_err(|error| BadEvent::Shape { line: error.line(), column: error.column() })?;
        let (found, known) = (event.version(), each!(&event, event => event.what.version()));
        if found == 0 || found > known {
            return Err(BadEvent::Version { kind: event.kind(), found, known });
        }
        Ok(event)
    }

    /// What the ledger commits to, each field with a salt of its own, so that
    /// any of them can be revealed without the others: `type`, `version`,
    /// `stream`, `at` and `actor`; every member of the payload as `what.NAME`;
    /// and `payload`, the digest of the exact bytes that are kept.
    ///
    /// # Errors
    /// Never for events that a decision made.
    pub fn commitment_fields(&self) -> Result<Vec<(String, Value)>, BadEvent> {
        let actor = serde_json::to_value(self.actor()).map_err(|_| BadEvent::Unwritable)?;
        let mut fields = vec![
            ("type".to_owned(), Value::from(self.kind())),
            ("version".to_owned(), Value::from(self.version())),
            ("stream".to_owned(), Value::from(self.stream())),
            ("at".to_owned(), Value::from(self.at().to_string())),
            ("actor".to_owned(), actor),
            ("payload".to_owned(), Value::from(Sha256::of(&self.to_json()?).to_string())),
        ];
        let what = each!(self, event => serde_json::to_value(&event.what)).map_err(|_| BadEvent::Unwritable)?;
        if let Value::Object(members) = what {
            let members = members.into_iter().filter(|(name, _)| name != "type");
            fields.extend(members.map(|(name, value)| (format!("what.{name}"), value)));
        }
        Ok(fields)
    }
}
