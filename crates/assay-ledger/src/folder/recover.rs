//! Opening a log that may have been left in the middle of an append.
//!
//! Entries that lie behind the released checkpoint are taken over where they are whole and
//! unbroken. They have to be: the checkpoint over them may have been released, and read by someone,
//! just before a power cut took it back. A log that then wrote other entries in their place would
//! be a fork. What is not taken over cannot have been under any released checkpoint, because
//! everything under one was durable before it; it is removed.

use crate::bundle;
use crate::checkpoint::Checkpoint;
use crate::entry::{Commitment, ENTRY_BYTES};
use crate::folder::growth::Growth;
use crate::folder::sequencer::STAGING;
use crate::folder::{Disk, FolderError};
use crate::hash::HASH_BYTES;
use crate::note::VerifierKey;
use crate::reader::{CHECKPOINT, hashes, read_checkpoint, require};
use crate::tile::{Kind, Tile, WIDTH};
use crate::tree::{Frontier, hashes_at, level_count, partial_width};

/// A log as it was left.
pub(crate) struct Left {
    /// The released checkpoint.
    pub checkpoint: Checkpoint,
    /// The tree under it.
    pub frontier: Frontier,
    /// The entries of its last bundle, if that is not full.
    pub partial: Vec<Commitment>,
    /// Entries behind it that were taken over and are not yet released.
    pub carried: Vec<Commitment>,
    /// The narrow files that lie there.
    pub narrow: Vec<Tile>,
}

/// Looks at a log, and tidies what an interrupted append left. `None` if there is no log yet.
pub(crate) fn recover<D: Disk>(disk: &mut D, key: &VerifierKey) -> Result<Option<Left>, FolderError> {
    let io = |path: &str| {
        let path = path.to_owned();
        move |source| FolderError::Io { path, source }
    };
    // A disk that cannot list must not pass for an empty one: a second log would be begun over the first.
    let unlisted = || io(".")(std::io::ErrorKind::Unsupported.into());
    let listed = disk.list(usize::MAX).map_err(io("."))?.ok_or_else(unlisted)?;
    let (staged, files): (Vec<_>, Vec<_>) = listed.into_iter().partition(|path| path.starts_with(STAGING));
    for path in staged {
        disk.remove(&path).map_err(io(&path))?;
    }
    if !files.iter().any(|path| path == CHECKPOINT) {
        let tile = files.into_iter().find(|path| path.parse::<Tile>().is_ok());
        return tile.map_or(Ok(None), |path| Err(FolderError::NoCheckpoint(path)));
    }
    let (checkpoint, _) = read_checkpoint(disk, key)?;
    let size = checkpoint.size;
    let frontier = edge(disk, &checkpoint)?;
    let partial = last_bundle(disk, &frontier)?;
    let tiles: Vec<Tile> = files.iter().filter_map(|path| path.parse().ok()).collect();
    let carried = carry(disk, size, &partial, &tiles)?;
    let growth = Growth::new(&frontier, &partial, &carried);
    let mut narrow = Vec::new();
    for tile in tiles {
        let count = match tile.kind() {
            Kind::Entries => size,
            Kind::Hashes(level) => hashes_at(size, level),
        };
        let begin = tile.number() * WIDTH as u64;
        let keep = if begin + tile.width() as u64 <= count {
            // A narrow file is superfluous once the full one is under a durable checkpoint.
            tile.is_full() || begin + WIDTH as u64 > count
        } else {
            let path = tile.to_string();
            let found = disk.read(&path, WIDTH * (2 + ENTRY_BYTES) + 1).map_err(io(&path))?;
            growth.bytes(tile) == found
        };
        if keep && !tile.is_full() {
            narrow.push(tile);
        }
        if !keep {
            let path = tile.to_string();
            disk.remove(&path).map_err(io(&path))?;
        }
    }
    Ok(Some(Left { checkpoint, frontier, partial, carried, narrow }))
}

/// The right edge of the released tree, from its partial tiles, checked against the signed root.
fn edge<D: Disk>(disk: &D, checkpoint: &Checkpoint) -> Result<Frontier, FolderError> {
    let size = checkpoint.size;
    let mut levels = Vec::new();
    for level in (0..).take(level_count(size)) {
        let width = partial_width(size, level);
        let tile = Tile::new(Kind::Hashes(level), hashes_at(size, level) / WIDTH as u64, width);
        let Some(tile) = tile else {
            levels.push(Vec::new());
            continue;
        };
        let path = tile.to_string();
        let bytes = require(disk, &path, width * HASH_BYTES + 1)?;
        if bytes.len() != width * HASH_BYTES {
            return Err(FolderError::Damaged(path));
        }
        levels.push(hashes(&bytes));
    }
    let frontier = Frontier::from_levels(size, levels).filter(|frontier| frontier.root() == checkpoint.root);
    frontier.ok_or_else(|| FolderError::Damaged("a partial tile".to_owned()))
}

/// The entries of the last bundle of a tree, if it is not full, checked against their hashes.
fn last_bundle<D: Disk>(disk: &D, frontier: &Frontier) -> Result<Vec<Commitment>, FolderError> {
    let number = frontier.size() / WIDTH as u64;
    let Some(tile) = Tile::new(Kind::Entries, number, partial_width(frontier.size(), 0)) else {
        return Ok(Vec::new());
    };
    let path = tile.to_string();
    let bytes = require(disk, &path, WIDTH * (2 + ENTRY_BYTES) + 1)?;
    let entries = commitments(&bytes, tile.width()).unwrap_or_default();
    let leaves = entries.iter().map(|entry| entry.leaf());
    if leaves.eq(frontier.levels().first().into_iter().flatten().copied()) {
        Ok(entries)
    } else {
        Err(FolderError::Damaged(path))
    }
}

/// The entries behind the released ones: from one whole bundle to the next, as far as there are any.
fn carry<D: Disk>(disk: &D, size: u64, partial: &[Commitment], tiles: &[Tile]) -> Result<Vec<Commitment>, FolderError> {
    let mut carried = Vec::new();
    let mut begin = partial.to_vec();
    for number in size / WIDTH as u64.. {
        let here = |tile: &&Tile| tile.kind() == Kind::Entries && tile.number() == number;
        let wider = tiles.iter().filter(here).filter(|tile| tile.width() > begin.len()).max_by_key(|tile| tile.width());
        let Some(tile) = wider else { break };
        let path = tile.to_string();
        let bytes = require(disk, &path, WIDTH * (2 + ENTRY_BYTES) + 1)?;
        let entries = commitments(&bytes, tile.width()).filter(|entries| entries.starts_with(&begin));
        // The bytes were durable before the file had this name: they were changed since.
        let entries = entries.ok_or(FolderError::Damaged(path))?;
        carried.extend_from_slice(entries.get(begin.len()..).unwrap_or_default());
        if !tile.is_full() {
            break;
        }
        begin.clear();
    }
    Ok(carried)
}

/// The commitments in a bundle, `None` if it is not one of entries of version 1.
pub(crate) fn commitments(bytes: &[u8], width: usize) -> Option<Vec<Commitment>> {
    bundle::parse(bytes, width).ok()?.into_iter().map(Commitment::from_entry).collect()
}
