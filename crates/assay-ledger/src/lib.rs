//! C2SP transparency log: tiles, checkpoints, proofs, commitments, and the verifier.
//!
//! The ledger is a list that only grows. Its entries show nothing: each is a [`Commitment`] to
//! salted fields, or 32 random bytes that look the same. A signed [`Checkpoint`] fixes all entries
//! at once, so that whoever keeps one notices if any was changed, dropped or reordered later. Parts
//! of an entry are opened with a [`Reveal`], and a [`Proof`] shows offline that the entry is in the log.
//!
//! The format is that of the community's transparency logs (C2SP tlog-tiles, tlog-checkpoint,
//! signed-note, tlog-proof): programs that others wrote read and verify it. See `docs/ledger.md`.
//!
//! Everything here takes bytes and gives bytes, except [`folder`], which keeps a log in a folder.

pub mod bundle;
pub mod checkpoint;
pub mod commitment;
pub mod entry;
pub mod folder;
pub mod hash;
pub mod note;
pub mod path;
pub mod proof;
pub mod reader;
pub mod reveal;
pub mod tile;
pub mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use commitment::{Field, FieldError, Salt, commit};
pub use entry::Commitment;
pub use folder::{Folder, FolderError, Pending, Placed, Released, Sequencer};
pub use hash::Hash;
pub use note::{NoteError, VerifierKey};
pub use proof::{Proof, ProofError};
pub use reader::{ReadError, TileReader, continues, prove, read_checkpoint};
pub use reveal::{Part, Reveal, RevealError};
pub use tile::Tile;
pub use verify::{Audit, Refused, audit};
