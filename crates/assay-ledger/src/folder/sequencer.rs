//! The one writer of a log.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::path::Path;

use assay_base::Entropy;
use assay_seal::SigningKey;

use crate::checkpoint::Checkpoint;
use crate::entry::{Commitment, ENTRY_BYTES};
use crate::folder::growth::Growth;
use crate::folder::recover::{Left, commitments, recover};
use crate::folder::{Disk, Folder, FolderError};
use crate::hash::empty_root;
use crate::note::VerifierKey;
use crate::reader::{CHECKPOINT, require};
use crate::tile::{Kind, Tile, WIDTH};
use crate::tree::Frontier;

/// Where files lie until they are whole. No part of the log; emptied when it is opened.
pub(crate) const STAGING: &str = ".staging/";

/// An event whose commitment is to be in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// The number of the event, rising; the log does not hold it.
    pub event: u64,
    /// What the log holds of it.
    pub commitment: Commitment,
}

/// Where an event's commitment stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The number of the event.
    pub event: u64,
    /// The place of its entry.
    pub index: u64,
}

/// What an append has done. It is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Where each pending event stands, in the order they were given.
    pub placed: Vec<Placed>,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// Its signed note.
    pub note: String,
}

/// The writer of a log. The order in which it writes: entry bundles, tiles, their bytes made durable,
/// their names made durable, and only then the checkpoint.
#[derive(Debug)]
pub struct Sequencer<D: Disk = Folder> {
    disk: D,
    key: SigningKey,
    batch: u64,
    released: Checkpoint,
    frontier: Frontier,
    partial: Vec<Commitment>,
    carried: Vec<Commitment>,
    /// Narrow files that lie there.
    narrow: BTreeSet<Tile>,
    broken: bool,
}

impl Sequencer {
    /// Opens the log in a folder, or begins one, as its only writer. `origin` is the log's name and
    /// that of its key. Every append fills up to a multiple of `batch` entries.
    ///
    /// # Errors
    /// If another process writes it, it is the log of another key, or it is damaged.
    pub fn open(root: &Path, origin: &str, key: SigningKey, batch: NonZeroU32) -> Result<Self, FolderError> {
        Self::on(Folder::lock(root)?, origin, key, batch)
    }
}

impl<D: Disk> Sequencer<D> {
    /// Opens the log on a disk, which nobody else writes. See [`Sequencer::open`].
    ///
    /// # Errors
    /// If it is the log of another key, or damaged.
    pub fn on(mut disk: D, origin: &str, key: SigningKey, batch: NonZeroU32) -> Result<Self, FolderError> {
        let known = VerifierKey::new(origin, key.verifying_key())?;
        let left = recover(&mut disk, &known)?;
        let fresh = left.is_none();
        let left = left.unwrap_or_else(|| Left {
            checkpoint: Checkpoint { origin: origin.to_owned(), size: 0, root: empty_root() },
            frontier: Frontier::new(),
            partial: Vec::new(),
            carried: Vec::new(),
            narrow: Vec::new(),
        });
        let mut sequencer = Self {
            disk,
            key,
            batch: u64::from(batch.get()),
            released: left.checkpoint,
            frontier: left.frontier,
            partial: left.partial,
            carried: left.carried,
            narrow: left.narrow.into_iter().collect(),
            broken: false,
        };
        if fresh {
            // So that a log without a checkpoint is known to have lost it.
            let empty = sequencer.released.clone();
            sequencer.release(&empty)?;
        }
        Ok(sequencer)
    }

    /// The released checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.released
    }

    /// The disk, to read from.
    #[must_use]
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// Appends the commitments that the log does not have, fills up to a multiple of the batch with
    /// dummies, and releases a checkpoint. With nothing pending it appends dummies only: a caller who
    /// calls at a fixed pace shows nobody when something happened.
    ///
    /// `pending` are the events that the caller has not yet confirmed, in rising order; `confirmed`
    /// is the last index it has. Behind that index the log is searched, so that an event which was
    /// written before a crash is found and not written again.
    ///
    /// # Errors
    /// If the events are out of order, the log lacks confirmed entries, or a file cannot be written.
    /// After an error of the disk the log has to be opened again.
    pub fn append(
        &mut self,
        pending: &[Pending],
        confirmed: Option<u64>,
        entropy: &mut dyn Entropy,
    ) -> Result<Released, FolderError> {
        if self.broken {
            return Err(FolderError::Broken);
        }
        let mut at = self.find(pending, confirmed)?;
        let mut added = std::mem::take(&mut self.carried);
        for event in pending {
            at.entry(event.commitment).or_insert_with(|| {
                added.push(event.commitment);
                self.released.size + added.len() as u64 - 1
            });
        }
        let size = self.released.size;
        let end = (size + added.len() as u64).max(size + 1).next_multiple_of(self.batch);
        while size + (added.len() as u64) < end {
            added.push(Commitment(entropy.thirty_two()));
        }
        // Until it is all done, what is on disk and what is known here may differ.
        self.broken = true;
        let note = self.grow(&added)?;
        self.broken = false;
        let place = |event: &Pending| Some(Placed { event: event.event, index: *at.get(&event.commitment)? });
        let placed = pending.iter().filter_map(place).collect();
        Ok(Released { placed, checkpoint: self.released.clone(), note })
    }

    /// Where pending commitments already stand. They are the first ones, in their order, or none.
    fn find(&self, pending: &[Pending], confirmed: Option<u64>) -> Result<HashMap<Commitment, u64>, FolderError> {
        let size = self.released.size;
        if let Some(confirmed) = confirmed.filter(|confirmed| *confirmed >= size) {
            return Err(FolderError::RolledBack { confirmed, size });
        }
        let mut wanted = HashMap::with_capacity(pending.len());
        let mut last = None;
        for event in pending {
            if last.is_some_and(|last| last >= event.event) {
                return Err(FolderError::Order(event.event));
            }
            last = Some(event.event);
            if wanted.insert(event.commitment, None).is_some() {
                return Err(FolderError::Twice(event.event));
            }
        }
        if !pending.is_empty() {
            let begin = confirmed.map_or(0, |confirmed| confirmed + 1);
            let mut see = |index: u64, commitment: &Commitment| {
                if let Some(place @ None) = wanted.get_mut(commitment) {
                    *place = Some(index);
                }
            };
            self.released_from(begin, &mut see)?;
            (size..).zip(&self.carried).for_each(|(index, commitment)| see(index, commitment));
        }
        let mut missing = None;
        let mut before = None;
        for event in pending {
            match wanted.get(&event.commitment).copied().flatten() {
                None => missing = missing.or(Some(event.event)),
                Some(index) => {
                    if let Some(earlier) = missing.or(before.filter(|(_, at)| *at > index).map(|(event, _)| event)) {
                        return Err(FolderError::Reordered { earlier, later: event.event, index });
                    }
                    before = Some((event.event, index));
                }
            }
        }
        Ok(wanted.into_iter().filter_map(|(commitment, index)| Some((commitment, index?))).collect())
    }

    /// Shows the released entries from `begin` on, each checked against its hash: a damaged one
    /// must not make an event be written twice.
    fn released_from(&self, begin: u64, see: &mut impl FnMut(u64, &Commitment)) -> Result<(), FolderError> {
        let size = self.released.size;
        let mut index = begin - begin % WIDTH as u64;
        while index < size {
            let width = usize::try_from(size - index).unwrap_or(WIDTH).min(WIDTH);
            let number = index / WIDTH as u64;
            let file = |kind| Tile::new(kind, number, width).map(|tile| tile.to_string()).unwrap_or_default();
            let path = file(Kind::Entries);
            let bytes = require(&self.disk, &path, width * (2 + ENTRY_BYTES) + 1)?;
            let hashes = require(&self.disk, &file(Kind::Hashes(0)), WIDTH * 32 + 1)?;
            let entries = commitments(&bytes, width).unwrap_or_default();
            if !entries.iter().flat_map(|entry| entry.leaf().0).eq(hashes) {
                return Err(FolderError::Damaged(path));
            }
            (index..).zip(&entries).filter(|(index, _)| *index >= begin).for_each(|(index, entry)| see(index, entry));
            index += WIDTH as u64;
        }
        Ok(())
    }

    /// Writes the files that these entries add, releases the checkpoint over them, and removes the
    /// narrow files that full ones have replaced.
    fn grow(&mut self, added: &[Commitment]) -> Result<String, FolderError> {
        let growth = Growth::new(&self.frontier, &self.partial, added);
        let written = self.write(&growth)?;
        let origin = self.released.origin.clone();
        let checkpoint = Checkpoint { origin, size: growth.frontier.size(), root: growth.frontier.root() };
        let note = self.release(&checkpoint)?;
        self.released = checkpoint;
        self.partial = growth.partial().to_vec();
        self.frontier = growth.frontier;
        let (full, narrow): (Vec<_>, Vec<_>) = written.into_iter().partition(|tile| tile.is_full());
        self.narrow.extend(narrow);
        let replaced =
            |tile: &Tile| full.iter().any(|full| full.kind() == tile.kind() && full.number() == tile.number());
        let (gone, stay) = self.narrow.iter().partition(|tile| replaced(tile));
        self.narrow = stay;
        for tile in &gone {
            let path = Tile::to_string(tile);
            self.disk.remove(&path).map_err(|source| FolderError::Io { path, source })?;
        }
        Ok(note)
    }

    /// Writes files and makes them durable, bytes and names. A file that is there with the same
    /// bytes stays; one with other bytes is an error: nothing is overwritten.
    fn write(&mut self, growth: &Growth) -> Result<Vec<Tile>, FolderError> {
        let mut staged = Vec::new();
        let mut written = Vec::new();
        let mut folders = BTreeSet::from([String::new()]);
        let io = |path: &str| {
            let path = path.to_owned();
            move |source| FolderError::Io { path, source }
        };
        for (tile, bytes) in growth.files() {
            let path = tile.to_string();
            folders.extend(path.match_indices('/').filter_map(|(end, _)| path.get(..end)).map(str::to_owned));
            match self.disk.read(&path, bytes.len() + 1).map_err(io(&path))? {
                Some(found) if found == bytes => {}
                Some(_) => return Err(FolderError::Immutable(path)),
                None => {
                    let temporary = format!("{STAGING}{}", staged.len());
                    self.disk.create(&temporary, &bytes).map_err(io(&temporary))?;
                    staged.push((temporary, path));
                }
            }
            written.push(tile);
        }
        let temporary: Vec<String> = staged.iter().map(|(temporary, _)| temporary.clone()).collect();
        self.disk.sync_files(&temporary).map_err(io(STAGING))?;
        for (temporary, path) in &staged {
            self.disk.rename(temporary, path).map_err(io(path))?;
        }
        for folder in folders.iter().rev() {
            self.disk.sync_folder(folder).map_err(io(folder))?;
        }
        Ok(written)
    }

    /// Signs a checkpoint and puts it in place of the last, durably. Everything under it is durable already.
    fn release(&mut self, checkpoint: &Checkpoint) -> Result<String, FolderError> {
        let note = checkpoint.sign(&self.key)?;
        let temporary = format!("{STAGING}{CHECKPOINT}");
        let io = |source| FolderError::Io { path: CHECKPOINT.to_owned(), source };
        self.disk.create(&temporary, note.as_bytes()).map_err(io)?;
        self.disk.sync_files(std::slice::from_ref(&temporary)).map_err(io)?;
        self.disk.rename(&temporary, CHECKPOINT).map_err(io)?;
        self.disk.sync_folder("").map_err(io)?;
        Ok(note)
    }
}
