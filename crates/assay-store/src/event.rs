//! Events as they are kept: an envelope in clear, a payload sealed.

use assay_base::{Actor, Instant};
use assay_seal::data_key::DataKeyId;
use serde::{Deserialize, Serialize};

assay_base::id_type!(
    /// One event. Random, so that nobody can count events by it.
    EventId, "evt", "event id"
);
assay_base::id_type!(
    /// One sealed blob: a bundle, a patch, an attachment. Never a digest of its content, which a guesser could test.
    BlobId, "blb", "blob id"
);

/// The stream of one aggregate, by the written form of its id: `fnd_…`, `cas_…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamId(pub String);

/// What is known of an event without any key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Envelope {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub place: u64,
    /// What happened: `finding.submitted`.
    pub kind: String,
    /// Version of the payload's form; readers carry older ones up.
    pub version: u16,
    /// When it happened. Within the store it never runs backwards.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// Which data key sealed the payload.
    pub key: DataKeyId,
}

/// An event that is to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The envelope. `place` must be the next of its stream, else the batch is refused.
    pub envelope: Envelope,
    /// The payload, sealed by the caller. Kept byte for byte, never written anew.
    pub payload: Vec<u8>,
    /// What goes into the ledger for it: the root of its salted fields.
    pub commitment: [u8; 32],
}

/// An event as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number in the whole store, from 1, without gaps. Never leaves the house.
    pub number: u64,
    /// The envelope.
    pub envelope: Envelope,
    /// The sealed payload.
    pub payload: Vec<u8>,
    /// What went, or will go, into the ledger.
    pub commitment: [u8; 32],
    /// The leaf's index, once the ledger holds it.
    pub leaf: Option<u64>,
}
