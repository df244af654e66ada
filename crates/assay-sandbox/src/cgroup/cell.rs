//! A cell: the control group of one run at a time, as the runner holds it.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Refusals;
use super::group::{self, Group};

/// What of a cell is handed to who starts a program in it, as open files in this
/// order: *doors*, into which a process writes itself; *bounds*, into which the
/// limits are written; *events*, which counts what was ended for memory; *peak*
/// and *cpu*, where there are such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// Whether it is of version 2.
    pub second: bool,
    /// Whether swap has a bound of its own.
    pub swap: bool,
    /// Whether the most memory used is counted.
    pub peak: bool,
    /// Whether CPU time is counted.
    pub cpu: bool,
}

impl Shape {
    /// How many doors.
    pub fn doors(self) -> usize {
        if self.second { 1 } else { 2 }
    }

    /// How many open files.
    pub fn descriptors(self) -> usize {
        self.doors() + 3 + [self.swap, self.peak, self.cpu].into_iter().map(usize::from).sum::<usize>()
    }
}

/// What a run may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Bytes.
    pub memory: u64,
    /// Processes and threads.
    pub pids: u32,
}

/// A cell as it is offered to who starts programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    /// Which of the engine's.
    pub number: u64,
    /// The files that come with it.
    pub shape: Shape,
    /// The limits that it has.
    pub limits: Option<Limits>,
}

/// The control group of one run at a time.
#[derive(Debug)]
pub(crate) struct Cell {
    number: u64,
    folders: Vec<PathBuf>,
    second: bool,
    doors: Vec<File>,
    memory: File,
    swap: Option<File>,
    pids: File,
    events: File,
    peak: Option<File>,
    cpu: Option<File>,
    limits: Option<Limits>,
}

impl Cell {
    /// Makes one in a group.
    pub fn make(group: &Group, number: u64) -> io::Result<Self> {
        let folders: Vec<PathBuf> = group.folders.iter().map(|folder| folder.join(format!("cell-{number}"))).collect();
        for folder in &folders {
            fs::create_dir(folder)?;
        }
        let made = Self::open(number, folders.clone(), group.is_second());
        if made.is_err() {
            folders.iter().for_each(|folder| group::remove(folder));
        }
        made
    }

    fn open(number: u64, folders: Vec<PathBuf>, second: bool) -> io::Result<Self> {
        let none = || io::Error::other("a group without a folder");
        let (memory, pids) = (folders.first().ok_or_else(none)?, folders.last().ok_or_else(none)?);
        let writing = |path: PathBuf| File::options().write(true).open(path);
        let doors = folders.iter().map(|folder| writing(folder.join("cgroup.procs"))).collect::<Result<_, _>>()?;
        let (bound, swap, events, peak) = if second {
            // One process ended for memory ends them all; and what a run may have does not go to disk.
            fs::write(memory.join("memory.oom.group"), "1")?;
            if let Ok(swap) = writing(memory.join("memory.swap.max")) {
                swap.write_all_at(b"0", 0)?;
            }
            ("memory.max", None, "memory.events", "memory.peak")
        } else {
            let swap = writing(memory.join("memory.memsw.limit_in_bytes")).ok();
            ("memory.limit_in_bytes", swap, "memory.oom_control", "memory.max_usage_in_bytes")
        };
        let peak = memory.join(peak);
        Ok(Self {
            number,
            doors,
            memory: writing(memory.join(bound))?,
            swap,
            pids: writing(pids.join("pids.max"))?,
            events: File::open(memory.join(events))?,
            // Before Linux 6.12 the peak of version 2 is for reading only.
            peak: File::options().read(true).write(true).open(&peak).or_else(|_| File::open(&peak)).ok(),
            cpu: second.then(|| File::open(memory.join("cpu.stat")).ok()).flatten(),
            second,
            folders,
            limits: None,
        })
    }

    /// What says which it is.
    pub fn offer(&self) -> Offer {
        let (swap, peak, cpu) = (self.swap.is_some(), self.peak.is_some(), self.cpu.is_some());
        Offer { number: self.number, shape: Shape { second: self.second, swap, peak, cpu }, limits: self.limits }
    }

    /// Which of the engine's it is.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The run that it served set these.
    pub fn has(&mut self, limits: Limits) {
        self.limits = Some(limits);
    }

    /// The open files, in the order of [`Shape`].
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let bounds = [&self.memory].into_iter().chain(&self.swap).chain([&self.pids]);
        let counts = [&self.events].into_iter().chain(&self.peak).chain(&self.cpu);
        self.doors.iter().chain(bounds).chain(counts).map(|file| file.as_fd())
    }

    /// What the kernel refused in it so far.
    pub fn refusals(&self) -> Refusals {
        let processes = self.folders.last().and_then(|folder| File::open(folder.join("pids.events")).ok());
        Refusals {
            memory: counter(&self.events, "oom_kill").unwrap_or(0),
            processes: processes.and_then(|events| counter(&events, "max")).unwrap_or(0),
        }
    }

    /// Whether its peak can begin anew with the next run.
    pub fn resets(&self) -> bool {
        self.peak.as_ref().is_none_or(|peak| peak.write_all_at(b"0", 0).is_ok())
    }

    /// Whether no process is in it, and not more memory than `remains`: file pages are given back first if they must.
    pub fn empty_out(&self, remains: u64) -> bool {
        let empty = self
            .folders
            .iter()
            .all(|folder| fs::read_to_string(folder.join("cgroup.procs")).is_ok_and(|processes| processes.is_empty()));
        if !empty || self.held() <= remains {
            return empty;
        }
        let (file, what) = if self.second {
            ("memory.reclaim", self.held().to_string())
        } else {
            ("memory.force_empty", "0".to_owned())
        };
        let _ = fs::write(self.folder().join(file), what);
        self.held() <= remains
    }

    fn held(&self) -> u64 {
        let file = if self.second { "memory.current" } else { "memory.usage_in_bytes" };
        let text = fs::read_to_string(self.folder().join(file)).unwrap_or_default();
        text.trim().parse().unwrap_or(u64::MAX)
    }

    /// Removes it, with whatever should still run in it.
    pub fn remove(self) {
        for folder in &self.folders {
            group::remove(folder);
        }
    }

    fn folder(&self) -> &Path {
        self.folders.first().map_or(Path::new(""), PathBuf::as_path)
    }
}

/// The number after a name, in a file of such lines.
pub(crate) fn counter(file: &File, name: &str) -> Option<u64> {
    let mut text = [0; 1024];
    let count = file.read_at(&mut text, 0).ok()?;
    let text = std::str::from_utf8(text.get(..count)?).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod tests;
