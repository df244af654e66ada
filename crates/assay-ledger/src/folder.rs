//! A log in a folder: the only part of this crate that touches files.
//!
//! [`Folder`] reads one. [`Sequencer`] writes one: it is the single writer of its log, appends
//! commitments in batches of a fixed size, and releases a checkpoint only when everything under it
//! would survive a power cut.

mod disk;
mod growth;
mod recover;
mod sequencer;

pub use disk::{Disk, Folder};
pub use sequencer::{Pending, Placed, Released, Sequencer};

use crate::checkpoint::CheckpointError;
use crate::note::NoteError;
use crate::reader::ReadError;

/// Why a log could not be opened or appended to.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused a file operation. The log is as it was; open it again.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process writes this log.
    #[error("another process holds this log: a log has one writer")]
    Busy,
    /// An append failed midway; what is on disk has to be looked at first.
    #[error("an earlier append to this log failed: open the log again before the next")]
    Broken,
    /// The origin cannot be the name of a key.
    #[error(transparent)]
    Origin(#[from] NoteError),
    /// The checkpoint on disk is refused.
    #[error("checkpoint: {0}: this is not the log of this key, or it was changed")]
    Checkpoint(#[from] CheckpointError),
    /// There are tiles and no checkpoint.
    #[error("{0} is there and no checkpoint: it was lost, and a new one could contradict it; restore it")]
    NoCheckpoint(String),
    /// A file of the log is missing or unreadable.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The files do not agree with the signed checkpoint, or with each other.
    #[error("{0} contradicts the signed checkpoint or another file: the log is damaged; restore it")]
    Damaged(String),
    /// A file is there already with other bytes.
    #[error("{0} is there with other bytes, and nothing but the checkpoint is ever overwritten")]
    Immutable(String),
    /// The caller knows of entries that the log does not have.
    #[error("entry {confirmed} was confirmed, and the log has only {size} entries: it was rolled back; restore it")]
    RolledBack {
        /// The last index that the caller confirmed.
        confirmed: u64,
        /// How many entries the log has.
        size: u64,
    },
    /// The pending events are not in rising order.
    #[error("event {0} is not in rising order among those to be appended")]
    Order(u64),
    /// A commitment stands twice among the pending ones.
    #[error("the commitment of event {0} stands twice among those to be appended: salts were reused")]
    Twice(u64),
    /// The log has a later event and not an earlier one.
    #[error("event {later} is in the log at {index}, and the earlier event {earlier} is not: the outbox was reordered")]
    Reordered {
        /// The event that is missing.
        earlier: u64,
        /// The event that is there.
        later: u64,
        /// Where it is.
        index: u64,
    },
}
