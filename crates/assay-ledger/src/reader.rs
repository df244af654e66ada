//! Reading a log's files, wherever they lie.

use std::collections::HashMap;
use std::io;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{HASH_BYTES, Hash, root_of};
use crate::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::path::{Nodes, NotProved, check_consistency, check_inclusion};
use crate::proof::Proof;
use crate::tile::{Kind, Tile, WIDTH};
use crate::tree::hashes_at;

/// The path of the checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

/// Where the files of a log are read: a folder, or whatever serves one.
pub trait TileReader {
    /// The bytes at a path relative to the log's root, at most `limit` of them: a longer file may be
    /// cut there, or refused. `None` if there is no such file.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    fn read(&self, path: &str, limit: usize) -> io::Result<Option<Vec<u8>>>;

    /// The paths of all files, if the place can tell. With it an audit also refuses files that are
    /// no part of the log. More than `limit` of them is an error.
    ///
    /// # Errors
    /// If the list cannot be had.
    fn list(&self, limit: usize) -> io::Result<Option<Vec<String>>> {
        let _ = limit;
        Ok(None)
    }
}

/// Why a proof could not be made from the files of a log.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not there.
    #[error("{0}: the file is missing")]
    Missing(String),
    /// A tile has not the bytes that its width takes.
    #[error("{path}: {found} bytes instead of {wanted}")]
    Length {
        /// Which file.
        path: String,
        /// How long it is, or longer.
        found: usize,
        /// How long it should be.
        wanted: usize,
    },
    /// The checkpoint is refused.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The tiles do not lead to the root in the checkpoint.
    #[error("the tiles contradict the checkpoint: {0}")]
    NotProved(#[from] NotProved),
}

/// A file at a path, refused if it is not there.
pub(crate) fn require(reader: &dyn TileReader, path: &str, limit: usize) -> Result<Vec<u8>, ReadError> {
    let read = reader.read(path, limit).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
    read.ok_or_else(|| ReadError::Missing(path.to_owned()))
}

/// The checkpoint of a log, signed by its key, with the note as it is written.
///
/// # Errors
/// If it is missing or refused.
pub fn read_checkpoint(reader: &dyn TileReader, key: &VerifierKey) -> Result<(Checkpoint, String), ReadError> {
    let note = require(reader, CHECKPOINT, MAX_NOTE_BYTES + 1)?;
    let checkpoint = Checkpoint::open(&note, key)?;
    // A note that was opened is UTF-8: lossy loses nothing.
    Ok((checkpoint, String::from_utf8_lossy(&note).into_owned()))
}

/// Makes the proof file for an entry from a log's files, against its present checkpoint. What is
/// read is checked against the root before it is given out.
///
/// # Errors
/// If a file is missing or wrong, or the log has no such entry.
pub fn prove(reader: &dyn TileReader, key: &VerifierKey, index: u64) -> Result<Proof, ReadError> {
    let (checkpoint, note) = read_checkpoint(reader, key)?;
    let size = checkpoint.size;
    if index >= size {
        return Err(NotProved::Beyond { index, size }.into());
    }
    let mut tiles = Tiles::new(reader, size);
    let path = tiles.inclusion(index, size)?;
    let leaf = tiles.node(0, index)?;
    check_inclusion(leaf, index, size, checkpoint.root, &path)?;
    Ok(Proof::new(index, path, note))
}

/// Checks from a log's files that its present checkpoint continues an older one, and gives the present one.
///
/// # Errors
/// If it does not: the log was forked, cut or rolled back; or a file is missing or wrong.
pub fn continues(reader: &dyn TileReader, key: &VerifierKey, old: &Checkpoint) -> Result<Checkpoint, ReadError> {
    let (new, _) = read_checkpoint(reader, key)?;
    let path = Tiles::new(reader, new.size).consistency(old.size, new.size)?;
    check_consistency(old.size, old.root, new.size, new.root, &path)?;
    Ok(new)
}

/// The nodes of a tree from its tiles, each of which is read once. Nothing is believed here: who
/// uses the nodes checks them against a signed root.
pub struct Tiles<'r> {
    reader: &'r dyn TileReader,
    size: u64,
    read: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'r> Tiles<'r> {
    /// The nodes of the tree of `size` leaves.
    #[must_use]
    pub fn new(reader: &'r dyn TileReader, size: u64) -> Self {
        Self { reader, size, read: HashMap::new() }
    }

    /// The hashes of a tile as wide as the tree has it.
    fn tile(&mut self, level: u8, number: u64) -> Result<&[Hash], ReadError> {
        let hashes = match self.read.remove(&(level, number)) {
            Some(hashes) => hashes,
            None => self.fetch(level, number)?,
        };
        Ok(self.read.entry((level, number)).or_insert(hashes))
    }

    fn fetch(&self, level: u8, number: u64) -> Result<Vec<Hash>, ReadError> {
        let left = hashes_at(self.size, level).saturating_sub(number * WIDTH as u64);
        let width = usize::try_from(left).unwrap_or(WIDTH).min(WIDTH);
        let tile = Tile::new(Kind::Hashes(level), number, width);
        let path = tile.map(|tile| tile.to_string()).unwrap_or_default();
        let wanted = width * HASH_BYTES;
        let io = |source| ReadError::Io { path: path.clone(), source };
        let mut bytes = self.reader.read(&path, wanted + 1).map_err(io)?;
        if bytes.is_none() && width < WIDTH {
            // The partial tile may be gone once the full one is there (C2SP tlog-tiles).
            let full = Tile::new(Kind::Hashes(level), number, WIDTH).map(|tile| tile.to_string());
            bytes = self.reader.read(&full.unwrap_or_default(), WIDTH * HASH_BYTES).map_err(io)?;
            bytes = bytes.filter(|bytes| bytes.len() == WIDTH * HASH_BYTES).map(|mut bytes| {
                bytes.truncate(wanted);
                bytes
            });
        }
        let bytes = bytes.ok_or_else(|| ReadError::Missing(path.clone()))?;
        if bytes.len() != wanted {
            return Err(ReadError::Length { path, found: bytes.len(), wanted });
        }
        Ok(hashes(&bytes))
    }
}

/// The hashes in the bytes of a tile.
pub(crate) fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.as_chunks::<HASH_BYTES>().0.iter().copied().map(Hash).collect()
}

impl Nodes for Tiles<'_> {
    type Error = ReadError;

    fn node(&mut self, height: u32, index: u64) -> Result<Hash, ReadError> {
        // A tile is eight levels of the tree: the node is the root of a part of one.
        let (level, inside) = ((height / 8) as u8, height % 8);
        let begin = index << inside;
        let tile = self.tile(level, begin / WIDTH as u64)?;
        let at = (begin % WIDTH as u64) as usize;
        let part = tile.get(at..at + (1 << inside));
        Ok(root_of(part.ok_or(NotProved::Beyond { index: begin, size: tile.len() as u64 })?))
    }
}
