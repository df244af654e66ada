//! The audit of a whole log: every file recomputed from the entries, against the signed checkpoint.
//!
//! What is checked: the checkpoint is signed by the log's key; every entry is there and is one;
//! every hash of every tile is what the entries give; the root is the signed one; older checkpoints
//! that the verifier kept are beginnings of this log; reveals open the entries they name. Where the
//! place can list its files, nothing else lies there, so no byte goes unchecked.

use std::collections::BTreeMap;

use crate::bundle::{self, NotABundle};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::{Commitment, ENTRY_BYTES};
use crate::hash::{HASH_BYTES, Hash, empty_root};
use crate::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::path::NotProved;
use crate::reader::{CHECKPOINT, TileReader};
use crate::reveal::{Reveal, RevealError};
use crate::tile::{Kind, Tile, WIDTH};
use crate::tree::{Frontier, hashes_at};

/// What was found to be in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The log's present checkpoint. Keep its note: the next audit shows that the log continues it.
    pub checkpoint: Checkpoint,
    /// Files that were read and agree, the checkpoint among them.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Whether the place could list its files, so that there is known to be nothing else.
    pub complete: bool,
    /// How many older checkpoints were found to be beginnings of this log.
    pub kept: usize,
    /// How many reveals were found to open their entries.
    pub reveals: usize,
}

/// A log is refused: which file, and why.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct Refused {
    /// The file, or what the verifier brought: `kept checkpoint 1`, `reveal 1`, counted from 1.
    pub path: String,
    /// What is wrong with it, and where in it.
    pub fault: Fault,
}

/// What is wrong with a file of a log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// It is not there.
    #[error("the file is missing")]
    Missing,
    /// It is shorter or longer than its width and the size of the log make it.
    #[error("{found} bytes (or more) instead of {wanted}")]
    Length {
        /// How long it is; a longer file is not read to its end.
        found: usize,
        /// How long it must be.
        wanted: usize,
    },
    /// The checkpoint is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The bundle cannot be cut into entries.
    #[error(transparent)]
    Bundle(#[from] NotABundle),
    /// An entry is not one of version 1.
    #[error("entry {0} is not an entry of version 1")]
    NotAnEntry(u64),
    /// A hash in a tile of level 0 is not that of its entry: one of the two was changed.
    #[error("hash {at} of the tile (byte {byte}) is not that of entry {entry}")]
    Leaf {
        /// Which hash of the tile, from 0.
        at: usize,
        /// Where it begins.
        byte: usize,
        /// Which entry of the log.
        entry: u64,
    },
    /// A hash in a higher tile is not what the entries give.
    #[error("hash {at} of the tile (byte {byte}) is not what the entries give")]
    Hash {
        /// Which hash of the tile, from 0.
        at: usize,
        /// Where it begins.
        byte: usize,
    },
    /// A bundle that a wider one replaced is not its beginning.
    #[error("byte {0} differs from the wider bundle that replaced this one")]
    Replaced(usize),
    /// The root is not the signed one.
    #[error("the root signed is {signed}, the entries give {found}")]
    Root {
        /// What the entries give.
        found: Hash,
        /// What the checkpoint says.
        signed: Hash,
    },
    /// A file that is no part of the log.
    #[error("the file is no part of a log of {0} entries")]
    Stray(u64),
    /// The log does not continue a checkpoint that the verifier kept.
    #[error("the log does not continue it: {0}")]
    Forked(NotProved),
    /// A reveal does not open its entry.
    #[error(transparent)]
    Reveal(#[from] RevealError),
}

/// Audits a log. `kept` are signed checkpoints of it, as notes, that the verifier has from before.
///
/// # Errors
/// With the first file that is wrong. A log of which one byte is wrong is refused whole.
pub fn audit(reader: &dyn TileReader, key: &VerifierKey, kept: &[&[u8]], reveals: &[Reveal]) -> Result<Audit, Refused> {
    let note = read(reader, CHECKPOINT, MAX_NOTE_BYTES + 1)?;
    let checkpoint = Checkpoint::open(&note, key).map_err(|error| refused(CHECKPOINT, error.into()))?;
    let mut walk = Walk {
        reader,
        size: checkpoint.size,
        frontier: Frontier::new(),
        replaced: BTreeMap::new(),
        kept: open_kept(kept, key, checkpoint.size)?,
        reveals: sort_reveals(reveals, key, checkpoint.size)?,
        files: 1,
        bytes: note.len() as u64,
    };
    let complete = walk.list()?;
    walk.entries()?;
    walk.edge()?;
    let found = walk.frontier.root();
    if found != checkpoint.root {
        return Err(refused(CHECKPOINT, Fault::Root { found, signed: checkpoint.root }));
    }
    Ok(Audit { checkpoint, files: walk.files, bytes: walk.bytes, complete, kept: kept.len(), reveals: reveals.len() })
}

fn refused(path: &str, fault: Fault) -> Refused {
    Refused { path: path.to_owned(), fault }
}

fn read(reader: &dyn TileReader, path: &str, limit: usize) -> Result<Vec<u8>, Refused> {
    let read = reader.read(path, limit).map_err(|error| refused(path, Fault::Unreadable(error)))?;
    read.ok_or_else(|| refused(path, Fault::Missing))
}

/// The checkpoints that the verifier kept, by their size, each with the number that names it.
fn open_kept(kept: &[&[u8]], key: &VerifierKey, size: u64) -> Result<Vec<(Checkpoint, usize)>, Refused> {
    let mut opened = Vec::with_capacity(kept.len());
    for (note, number) in kept.iter().zip(1..) {
        let fail = |fault| refused(&format!("kept checkpoint {number}"), fault);
        let old = Checkpoint::open(note, key).map_err(|error| fail(error.into()))?;
        if old.size > size {
            return Err(fail(Fault::Forked(NotProved::Shrunk { old: old.size, new: size })));
        }
        if old.size > 0 || old.root == empty_root() {
            opened.push((old, number));
        }
    }
    // The walk takes them from the end, smallest first.
    opened.sort_by_key(|(old, _)| std::cmp::Reverse(old.size));
    Ok(opened)
}

type Reveals<'a> = BTreeMap<u64, Vec<(&'a Reveal, usize)>>;

/// The reveals by the entry they open, each with the number that names it.
fn sort_reveals<'a>(reveals: &'a [Reveal], key: &VerifierKey, size: u64) -> Result<Reveals<'a>, Refused> {
    let mut sorted = Reveals::new();
    for (reveal, number) in reveals.iter().zip(1..) {
        let fail = |fault: RevealError| refused(&format!("reveal {number}"), fault.into());
        reveal.check_origin(key).map_err(fail)?;
        let index = reveal.index();
        if index >= size {
            return Err(fail(RevealError::Proof(NotProved::Beyond { index, size }.into())));
        }
        sorted.entry(index).or_default().push((reveal, number));
    }
    Ok(sorted)
}

struct Walk<'a> {
    reader: &'a dyn TileReader,
    size: u64,
    frontier: Frontier,
    /// Narrower files that a wider one replaced, and that still lie there.
    replaced: BTreeMap<(Kind, u64), Vec<Tile>>,
    kept: Vec<(Checkpoint, usize)>,
    reveals: Reveals<'a>,
    files: u64,
    bytes: u64,
}

impl Walk<'_> {
    /// Refuses files that are no part of the log, and notes narrow ones that were replaced.
    fn list(&mut self) -> Result<bool, Refused> {
        // A log whose every entry was released alone, and from which nothing was ever removed.
        let most = (self.size / WIDTH as u64 + 8).saturating_mul(3 * WIDTH as u64);
        let listed = self.reader.list(usize::try_from(most).unwrap_or(usize::MAX));
        let Some(paths) = listed.map_err(|error| refused(".", Fault::Unreadable(error)))? else {
            return Ok(false);
        };
        for path in paths {
            if path == CHECKPOINT {
                continue;
            }
            let stray = || refused(&path, Fault::Stray(self.size));
            let tile: Tile = path.parse().map_err(|_| stray())?;
            let count = count(self.size, tile.kind());
            let begin = tile.number() * WIDTH as u64;
            let end = begin + tile.width() as u64;
            if end > count {
                return Err(stray());
            }
            if !tile.is_full() && end < count {
                self.replaced.entry((tile.kind(), tile.number())).or_default().push(tile);
            }
        }
        Ok(true)
    }

    /// Goes through all entries, and through all tiles as they fill.
    fn entries(&mut self) -> Result<(), Refused> {
        self.beginnings()?;
        let mut full: Vec<(u8, u64, Vec<Hash>)> = Vec::new();
        while self.frontier.size() < self.size {
            let number = self.frontier.size() / WIDTH as u64;
            let commitments = self.bundle(number)?;
            let leaves: Vec<Hash> = commitments.iter().map(|commitment| commitment.leaf()).collect();
            self.tile(0, number, &leaves)?;
            for (commitment, leaf) in commitments.iter().zip(&leaves) {
                let index = self.frontier.size();
                for (reveal, number) in self.reveals.remove(&index).unwrap_or_default() {
                    if reveal.commitment() != *commitment {
                        let fault = RevealError::NotThisEntry(index).into();
                        return Err(refused(&format!("reveal {number}"), fault));
                    }
                }
                self.frontier.push(*leaf, |level, number, hashes| {
                    // Level 0 was compared above.
                    if level > 0 {
                        full.push((level, number, hashes.to_vec()));
                    }
                });
                self.beginnings()?;
            }
            for (level, number, hashes) in full.drain(..) {
                self.tile(level, number, &hashes)?;
            }
        }
        Ok(())
    }

    /// Compares the root at this size with what the verifier kept.
    fn beginnings(&mut self) -> Result<(), Refused> {
        let size = self.frontier.size();
        while let Some((old, number)) = self.kept.pop_if(|(old, _)| old.size == size) {
            if old.root != self.frontier.root() {
                return Err(refused(&format!("kept checkpoint {number}"), Fault::Forked(NotProved::Root { size })));
            }
        }
        Ok(())
    }

    /// Compares the tiles above level 0 that are not full.
    fn edge(&mut self) -> Result<(), Refused> {
        for (hashes, level) in self.frontier.levels().to_vec().iter().zip(0..) {
            if level > 0 && !hashes.is_empty() {
                self.tile(level, hashes_at(self.size, level) / WIDTH as u64, hashes)?;
            }
        }
        Ok(())
    }

    /// How wide a file is in a log of this size.
    fn width(&self, kind: Kind, number: u64) -> usize {
        let left = count(self.size, kind).saturating_sub(number * WIDTH as u64);
        usize::try_from(left).unwrap_or(WIDTH).min(WIDTH)
    }

    /// The file of a tile, of exactly the bytes that its width takes, and its path.
    fn file(&mut self, tile: Tile, each: usize) -> Result<(String, Vec<u8>), Refused> {
        let (path, wanted) = (tile.to_string(), tile.width() * each);
        let bytes = read(self.reader, &path, wanted + 1)?;
        if bytes.len() != wanted {
            return Err(refused(&path, Fault::Length { found: bytes.len(), wanted }));
        }
        self.files += 1;
        self.bytes += wanted as u64;
        Ok((path, bytes))
    }

    /// The entries of a bundle, and of the narrower ones that it replaced.
    fn bundle(&mut self, number: u64) -> Result<Vec<Commitment>, Refused> {
        let each = 2 + ENTRY_BYTES;
        let Some(tile) = Tile::new(Kind::Entries, number, self.width(Kind::Entries, number)) else {
            return Err(refused(CHECKPOINT, Fault::Stray(self.size)));
        };
        let (path, bytes) = self.file(tile, each)?;
        let entries = bundle::parse(&bytes, tile.width()).map_err(|error| refused(&path, error.into()))?;
        let mut commitments = Vec::with_capacity(entries.len());
        for (entry, at) in entries.into_iter().zip(0..) {
            let index = number * WIDTH as u64 + at;
            let commitment = Commitment::from_entry(entry);
            commitments.push(commitment.ok_or_else(|| refused(&path, Fault::NotAnEntry(index)))?);
        }
        for narrow in self.replaced.remove(&(Kind::Entries, number)).unwrap_or_default() {
            let (path, narrow) = self.file(narrow, each)?;
            if let Some(at) = narrow.iter().zip(&bytes).position(|(found, wanted)| found != wanted) {
                return Err(refused(&path, Fault::Replaced(at)));
            }
        }
        Ok(commitments)
    }

    /// Compares a tile, and the narrower ones that it replaced, with what the entries give.
    fn tile(&mut self, level: u8, number: u64, hashes: &[Hash]) -> Result<(), Refused> {
        let kind = Kind::Hashes(level);
        let narrow = self.replaced.remove(&(kind, number)).unwrap_or_default();
        for tile in Tile::new(kind, number, hashes.len()).into_iter().chain(narrow) {
            let (path, bytes) = self.file(tile, HASH_BYTES)?;
            let found = bytes.as_chunks::<HASH_BYTES>().0;
            if let Some(at) = found.iter().zip(hashes).position(|(found, wanted)| *found != wanted.0) {
                let byte = at * HASH_BYTES;
                let entry = number * WIDTH as u64 + at as u64;
                let fault = if level == 0 { Fault::Leaf { at, byte, entry } } else { Fault::Hash { at, byte } };
                return Err(refused(&path, fault));
            }
        }
        Ok(())
    }
}

/// How many entries, or hashes of a level, a log of this size has.
fn count(size: u64, kind: Kind) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes(level) => hashes_at(size, level),
    }
}
