//! Control groups, where this user may make some: each run gets a *cell*, in
//! which the kernel enforces its memory and processes. That makes tier F.
//!
//! The runner makes the cells, for it is the one who may, and offers them over a
//! socket. Who starts programs takes one *before* it has a run, and puts the
//! process in that will become the program: the kernel moves a process between
//! groups only after a pause of milliseconds, and none of them is the run's. The
//! limits are set with the run, through open files that came with the cell.
//! Nothing in a sandbox sees the file system of control groups.
//!
//! Version 2 is taken where it has the controllers, else version 1. A cell is
//! used again by later runs: it is empty between them, and to make one for each
//! would leave the kernel's remains of thousands.

mod cell;
mod find;
mod group;

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(test)]
pub(crate) use cell::Shape;
pub(crate) use cell::{Cell, Limits, Offer, counter};
use group::Group;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::native::descriptors;
use crate::spec::{Mount, Spec};

/// Memory that an empty cell may still hold, of files that its last run was the first to read.
const REMAINS: u64 = 1 << 20;

/// How often the kernel refused something in the cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Refusals {
    /// Programs ended because memory was used up.
    pub memory: u64,
    /// Processes that were not made.
    pub processes: u64,
}

/// The cells of one engine. Dropping it removes them.
#[derive(Debug)]
pub(crate) struct Cells {
    /// All that are offered or taken, by number.
    out: Mutex<HashMap<u64, Cell>>,
    free: Mutex<Vec<Cell>>,
    made: AtomicU64,
    proving: AtomicBool,
    /// Where they are offered, and the other end until the launcher has it.
    offers: OwnedFd,
    theirs: OwnedFd,
    // Last, so that its folder is removed when the cells are.
    group: Group,
}

impl Cells {
    /// Finds a place for cells, sweeps what dead runners left there, and makes this engine's group.
    /// `ahead` is how many are taken before there is a run.
    ///
    /// # Errors
    ///
    /// Why there can be none, in words for a statement.
    pub fn open(ahead: usize) -> Result<Self, String> {
        let place = find::place(std::path::Path::new("/"))?;
        let failed = |error: io::Error| format!("a group may be made here, but was not: {error}");
        let group = Group::make(place).map_err(failed)?;
        let (offers, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(|error| failed(error.into()))?;
        let cells = Self {
            out: Mutex::default(),
            free: Mutex::default(),
            made: AtomicU64::new(0),
            proving: AtomicBool::new(true),
            offers,
            theirs,
            group,
        };
        for _ in 0..ahead {
            cells.offer().map_err(failed)?;
        }
        Ok(cells)
    }

    /// Which version they are of, for a statement.
    pub fn describe(&self) -> &'static str {
        self.group.describe()
    }

    /// Where the launcher takes them.
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.theirs.as_fd()
    }

    /// Offers one more: each run takes one, whichever.
    pub fn offer(&self) -> io::Result<()> {
        let free = lock(&self.free).pop();
        let cell = match free {
            Some(cell) => cell,
            None => Cell::make(&self.group, self.made.fetch_add(1, Ordering::Relaxed))?,
        };
        let offer = serde_json::to_vec(&cell.offer())?;
        let sent = descriptors::send_with(&self.offers, &offer, &cell.descriptors().collect::<Vec<_>>());
        lock(&self.out).insert(cell.number(), cell);
        sent
    }

    /// The limits of a run.
    pub fn limits(&self, spec: &Spec) -> Limits {
        let mut memory = memory_of(spec);
        if self.proving.load(Ordering::Relaxed) {
            // So that it is the kernel that refuses, and not the watcher, who is the second to see it.
            memory = spec.limits.memory / 2;
        }
        Limits { memory, pids: spec.limits.pids }
    }

    /// After a run with these limits in this cell. It serves again if it is empty; one whose run broke off is removed.
    pub fn back(&self, number: u64, limits: Limits, ended: bool) {
        let Some(mut cell) = lock(&self.out).remove(&number) else { return };
        cell.has(limits);
        // In the proofs what a cell counted is still asked for.
        let proving = self.proving.load(Ordering::Relaxed);
        if ended && (proving || cell.resets() && cell.empty_out(REMAINS)) {
            lock(&self.free).push(cell);
        } else {
            cell.remove();
        }
    }

    /// What the kernel refused in the proofs, which are over.
    pub fn proved(&self) -> Refusals {
        self.proving.store(false, Ordering::Relaxed);
        let (out, free) = (lock(&self.out), lock(&self.free));
        out.values().chain(free.iter()).fold(Refusals::default(), |sum, cell| {
            let of = cell.refusals();
            Refusals { memory: sum.memory + of.memory, processes: sum.processes + of.processes }
        })
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        let out = std::mem::take(&mut *lock(&self.out));
        for cell in out.into_values().chain(lock(&self.free).drain(..)) {
            cell.remove();
        }
    }
}

/// The lock's content; a thread that panicked with it left whole cells.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a run may hold at most: the memory of its processes, and what it writes
/// to its own folders, whose sizes are bounds of their own.
fn memory_of(spec: &Spec) -> u64 {
    let folders = spec.mounts.iter().map(|mount| match mount {
        Mount::Scratch { size, .. } | Mount::Copy { size, .. } | Mount::LogFolder { size, .. } => *size,
        Mount::ReadOnly { .. } | Mount::Data { .. } => 0,
    });
    folders.fold(spec.limits.memory, u64::saturating_add)
}
