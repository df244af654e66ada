//! The signed release folder: writing it, and the client that refuses what is
//! not right.
//!
//! ```text
//! index.json                            what is published, signed by an index key, with a version and an end
//! advisories/ASSAY-2026-0001/
//!     record.dsse.json                  the record and the digests of the files below, signed by >= 2 approvers
//!     osv.json  assay-2026-0001.json  openvex.json      the record as OSV, CSAF, OpenVEX
//!     fix.patch  fix.statement.dsse.json                the patch, and what a runner says about it
//! osv/x_ASSAY-2026-0001.json            copies for readers of OSV
//! ledger/  reveals/                     listed in the index; what they say is checked by the ledger's verifier
//! ```
//!
//! It is plain files: any web server or stick can carry it, and none of them
//! has to be trusted. The index key says what is published and until when that
//! holds; it cannot change an advisory, since approvers signed each byte of it.
//! Approvers cannot publish alone, since no key is of both roles. Both the
//! [`Publisher`] and the [`Client`] change their folder all at once, so that
//! nobody ever sees half of a state.

mod advisory;
mod candidate;
mod client;
mod index;
pub mod layout;
mod ledger;
mod publisher;
mod read;
mod refusal;
mod source;
mod staging;
mod state;
mod time;
mod trust;
mod verify;
mod walk;

pub use advisory::Checked;
pub use candidate::{Approved, Candidate, CandidateError, MAX_FILE, PAYLOAD_TYPE as APPROVAL_TYPE};
pub use client::{Client, SyncError, Synced};
pub use index::{Entry, File, Index, LedgerHead, PAYLOAD_TYPE as INDEX_TYPE, SignedIndex};
pub use publisher::{Next, PublishError, Published, Publisher};
pub use refusal::Refusal;
pub use source::{NotASource, Source, Unreachable, Web};
pub use staging::StagingError;
pub use trust::{LEAST_THRESHOLD, MAX_BYTES as MAX_TRUST_BYTES, Trust, TrustError};
pub use verify::{Report, VerifyError, verify_folder};
