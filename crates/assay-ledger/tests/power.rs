//! A power cut at every single file operation, on a disk that keeps no more than it must.
//!
//! The disk here is a model: bytes that were not synced come back whole, in part or not at all; of
//! the changes to a folder that was not synced, any may be lost and any later one kept. Whatever a
//! reader could have seen as the checkpoint, even for a moment before the power went, must be
//! continued by every checkpoint released after.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use assay_ledger::folder::{Disk, FolderError};
use assay_ledger::{Placed, Sequencer, TileReader, VerifierKey, audit};
use support::{ORIGIN, Repeatable, batch, event, events, key, vkey};

/// What a file holds, and what of it is sure to be there after a power cut.
#[derive(Clone, Default)]
struct Inode {
    bytes: Vec<u8>,
    synced: bool,
}

/// A change to a folder that was not synced yet.
#[derive(Clone)]
struct Change {
    path: String,
    inode: Option<usize>,
}

#[derive(Clone, Default)]
struct Model {
    inodes: Vec<Inode>,
    /// What a running program sees, and what the disk is sure to hold.
    live: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    changes: Vec<Change>,
    folders: BTreeSet<String>,
    durable_folders: BTreeSet<String>,
    /// Operations until the power goes.
    left: usize,
    /// A disk that only says that it syncs: the control that must fail.
    lies: bool,
    /// Every checkpoint that a reader could have seen.
    seen: BTreeSet<Vec<u8>>,
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

impl Model {
    fn operation(&mut self) -> io::Result<()> {
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("the power is gone"))?;
        Ok(())
    }

    fn set(&mut self, path: &str, inode: Option<usize>) {
        match inode {
            Some(inode) => self.live.insert(path.to_owned(), inode),
            None => self.live.remove(path),
        };
        self.folders.extend(ancestors(path).map(str::to_owned));
        self.changes.push(Change { path: path.to_owned(), inode });
        if let (true, Some(inode)) = (path == "checkpoint", inode) {
            self.seen.insert(self.inodes[inode].bytes.clone());
        }
    }

    /// The power goes, and comes back.
    fn cut(&mut self, random: &mut Repeatable) {
        for change in std::mem::take(&mut self.changes) {
            if random.below(2) == 0 {
                continue;
            }
            match change.inode {
                Some(inode) => self.durable.insert(change.path, inode),
                None => self.durable.remove(&change.path),
            };
        }
        for folder in std::mem::take(&mut self.folders) {
            let above = parent(&folder);
            let reachable = above.is_empty() || self.durable_folders.contains(above);
            if reachable && random.below(2) == 0 {
                self.durable_folders.insert(folder);
            }
        }
        self.folders = self.durable_folders.clone();
        let there = |path: &String| ancestors(path).all(|folder| self.durable_folders.contains(folder));
        self.durable = std::mem::take(&mut self.durable).into_iter().filter(|(path, _)| there(path)).collect();
        self.live = self.durable.clone();
        for inode in &mut self.inodes {
            if !inode.synced {
                match random.below(4) {
                    0 => inode.bytes.clear(),
                    1 => inode.bytes.truncate(random.below(inode.bytes.len().max(1))),
                    2 => inode.bytes.fill(0),
                    _ => {}
                }
                inode.synced = true;
            }
        }
        self.left = usize::MAX;
    }
}

/// The disk is shared with whoever cuts its power.
struct Shared<'a>(&'a mut Model);

impl TileReader for Shared<'_> {
    fn read(&self, path: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let inode = self.0.live.get(path).and_then(|inode| self.0.inodes.get(*inode));
        Ok(inode.map(|inode| inode.bytes[..inode.bytes.len().min(limit)].to_vec()))
    }

    fn list(&self, _: usize) -> io::Result<Option<Vec<String>>> {
        Ok(Some(self.0.live.keys().cloned().collect()))
    }
}

impl Disk for Shared<'_> {
    fn create(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.operation()?;
        self.0.inodes.push(Inode { bytes: bytes.to_vec(), synced: false });
        self.0.set(path, Some(self.0.inodes.len() - 1));
        Ok(())
    }

    fn sync_files(&mut self, paths: &[String]) -> io::Result<()> {
        for path in paths {
            self.0.operation()?;
            let inode = self.0.live[path];
            self.0.inodes[inode].synced |= !self.0.lies;
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.0.operation()?;
        let inode = self.0.live[from];
        self.0.set(from, None);
        self.0.set(to, Some(inode));
        Ok(())
    }

    fn sync_folder(&mut self, path: &str) -> io::Result<()> {
        self.0.operation()?;
        if self.0.lies {
            return Ok(());
        }
        let (here, rest) =
            std::mem::take(&mut self.0.changes).into_iter().partition(|change| parent(&change.path) == path);
        self.0.changes = rest;
        let here: Vec<Change> = here;
        for change in here {
            match change.inode {
                Some(inode) => self.0.durable.insert(change.path, inode),
                None => self.0.durable.remove(&change.path),
            };
        }
        let inside: Vec<String> = self.0.folders.iter().filter(|folder| parent(folder) == path).cloned().collect();
        self.0.durable_folders.extend(inside);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.0.operation()?;
        self.0.set(path, None);
        Ok(())
    }
}

/// What a power cut did.
struct Outcome {
    /// The append was not finished.
    cut: bool,
    /// A checkpoint that a reader could have seen was gone after it.
    taken_back: bool,
}

/// One append that the power goes out of, and all that comes after.
fn cut_and_go_on(
    before: &Model,
    confirmed: &[Placed],
    left: usize,
    seed: u64,
    key: &VerifierKey,
) -> Result<Outcome, String> {
    let mut model = before.clone();
    let mut random = Repeatable(seed);
    let mut confirmed = confirmed.to_vec();
    let next = confirmed.len() as u64;
    let last = confirmed.last().map(|placed| placed.index);
    model.left = left;
    let cut = match open(&mut model).and_then(|mut log| log.append(&events(next..next + 7), last, &mut random)) {
        Ok(released) => {
            confirmed.extend(released.placed);
            false
        }
        Err(_) => true,
    };
    model.cut(&mut random);
    // The worst case: someone read a checkpoint, and the disk has lost it.
    let size =
        |note: &[u8]| String::from_utf8_lossy(note).lines().nth(1).map_or(0, |size| size.parse::<u64>().unwrap());
    let read = model.seen.iter().map(|note| size(note)).max().unwrap_or(0);
    let left = model.live.get("checkpoint").map_or(0, |inode| size(&model.inodes[*inode].bytes));
    let outcome = Outcome { cut, taken_back: left < read };
    for more in [3, 250] {
        let next = confirmed.len() as u64;
        let last = confirmed.last().map(|placed| placed.index);
        // What was pending when the power went is asked for again, with more behind it.
        let released = open(&mut model)
            .and_then(|mut log| log.append(&events(next..next + 7 + more), last, &mut random))
            .map_err(|error| error.to_string())?;
        confirmed.extend(released.placed);
    }
    let seen: Vec<&[u8]> = model.seen.iter().map(Vec::as_slice).collect();
    audit(&Shared(&mut model.clone()), key, &seen, &[]).map_err(|error| error.to_string())?;
    let mut log: Vec<[u8; 32]> = Vec::new();
    for (path, inode) in &model.live {
        if path.starts_with("tile/entries/") && !path.contains(".p/") {
            log.extend(model.inodes[*inode].bytes.chunks(48).map(|entry| <[u8; 32]>::try_from(&entry[16..]).unwrap()));
        }
    }
    for placed in &confirmed {
        let wanted = event(placed.event).commitment.0;
        if let Some(found) = log.get(placed.index as usize) {
            let times = log.iter().filter(|entry| **entry == wanted).count();
            if *found != wanted || times != 1 {
                return Err(format!("event {} is {times} times in the log", placed.event));
            }
        }
    }
    Ok(outcome)
}

fn open(model: &mut Model) -> Result<Sequencer<Shared<'_>>, FolderError> {
    Sequencer::on(Shared(model), ORIGIN, key(), batch(16))
}

/// A log just before it fills its first bundle, or about to begin.
fn before(events_there: u64) -> (Model, Vec<Placed>) {
    let mut model = Model { left: usize::MAX, ..Model::default() };
    let mut confirmed = Vec::new();
    if events_there > 0 {
        let released = open(&mut model).unwrap().append(&events(0..events_there), None, &mut Repeatable(1)).unwrap();
        confirmed = released.placed;
    }
    (model, confirmed)
}

#[test]
fn no_power_cut_loses_doubles_or_forks_anything() {
    let key = vkey();
    let (mut cuts, mut taken_back) = (0, 0);
    for (there, seeds) in [(0, 4), (16, 2), (250, 5)] {
        let (model, confirmed) = before(there);
        for left in 0.. {
            let mut cut = false;
            for seed in 0..seeds {
                let outcome = cut_and_go_on(&model, &confirmed, left, seed * 1000 + left as u64, &key)
                    .unwrap_or_else(|error| panic!("{there} events, operation {left}, seed {seed}: {error}"));
                cut = outcome.cut;
                cuts += u32::from(cut);
                taken_back += u32::from(outcome.taken_back);
            }
            if !cut {
                break;
            }
        }
    }
    println!("{cuts} power cuts, at every operation of three appends; {taken_back} took a checkpoint back");
    assert!(cuts > 150 && taken_back > 0, "{cuts}, {taken_back}");
}

/// The control: on a disk that does not sync, the same test must find what it looks for.
#[test]
fn a_disk_that_does_not_sync_is_found_out() {
    let key = vkey();
    let (mut model, confirmed) = before(250);
    model.lies = true;
    let failures = (0..12).filter(|seed| cut_and_go_on(&model, &confirmed, usize::MAX, *seed, &key).is_err()).count();
    assert!(failures > 6, "{failures}");
}
