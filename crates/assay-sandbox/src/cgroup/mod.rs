//! Control groups, where this user may make some: each run gets a *cell*, in
//! which the kernel enforces its memory and processes. That makes tier F.
//!
//! The runner makes the cells and sets their limits, for it is the one who may.
//! What a run needs of its cell it gets as open files: the program writes itself
//! in before it starts, init reads what was used and whether the limit was hit.
//! Nothing in a sandbox sees the file system of control groups.
//!
//! Version 2 is taken where it has the controllers, else version 1. A cell is
//! used again by later runs: it is empty between them, and to make one for each
//! would leave the kernel's remains of thousands.

mod cell;
mod find;
mod group;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use cell::{Cell, Shape, counter};
use group::Group;

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
    free: Mutex<Vec<Cell>>,
    made: AtomicU64,
    counting: AtomicBool,
    counted: Mutex<Refusals>,
    // Last, so that its folder is removed when the cells are closed.
    group: Group,
}

impl Cells {
    /// Finds a place for cells, sweeps what dead runners left there, and makes this engine's group.
    ///
    /// # Errors
    ///
    /// Why there can be none, in words for a statement.
    pub fn open() -> Result<Self, String> {
        let place = find::place(std::path::Path::new("/"))?;
        let group = Group::make(place).map_err(|error| format!("a group may be made here, but was not: {error}"))?;
        Ok(Self {
            free: Mutex::default(),
            made: AtomicU64::new(0),
            counting: AtomicBool::new(false),
            counted: Mutex::default(),
            group,
        })
    }

    /// Which version they are of, for a statement.
    pub fn describe(&self) -> &'static str {
        self.group.describe()
    }

    /// A cell with the limits of a spec.
    pub fn take(&self, spec: &Spec) -> io::Result<Cell> {
        let used = lock(&self.free).pop();
        let mut cell = match used {
            Some(cell) => cell,
            None => Cell::make(&self.group, self.made.fetch_add(1, Ordering::Relaxed))?,
        };
        let mut memory = memory_of(spec);
        if self.counting.load(Ordering::Relaxed) {
            // So that in a proof it is the kernel that refuses, and not the watcher, who is the second to see it.
            memory = spec.limits.memory / 2;
        }
        cell.limit(memory, spec.limits.pids)?;
        Ok(cell)
    }

    /// After a run. A cell whose run ended as it should is empty and can serve the next; else it is removed.
    pub fn give_back(&self, cell: Cell, ended: bool) {
        if self.counting.load(Ordering::Relaxed) {
            let mut counted = lock(&self.counted);
            let of = cell.refusals();
            counted.memory += of.memory;
            counted.processes += of.processes;
        }
        if ended && cell.resets() && cell.empty_out(REMAINS) {
            lock(&self.free).push(cell);
        } else {
            cell.remove();
        }
    }

    /// From here on, what the kernel refuses is counted.
    pub fn count_refusals(&self) {
        self.counting.store(true, Ordering::Relaxed);
    }

    /// What the kernel refused since; it is not counted any more from here on.
    pub fn refusals(&self) -> Refusals {
        self.counting.store(false, Ordering::Relaxed);
        *lock(&self.counted)
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        for cell in lock(&self.free).drain(..) {
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
