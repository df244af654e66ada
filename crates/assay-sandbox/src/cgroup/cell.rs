//! A cell: the control group of one run at a time, as the runner holds it.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Refusals;
use super::group::{self, Group};

/// What of a cell comes with a run, as open files in this order: *doors*, into
/// which a process writes itself; *events*, which counts what was ended for
/// memory; *peak* and *cpu*, where there are such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// How many doors.
    pub doors: usize,
    /// Whether the most memory used is counted.
    pub peak: bool,
    /// Whether CPU time is counted.
    pub cpu: bool,
}

impl Shape {
    /// How many open files.
    pub fn descriptors(self) -> usize {
        self.doors + 1 + usize::from(self.peak) + usize::from(self.cpu)
    }
}

/// The control group of one run at a time.
#[derive(Debug)]
pub(crate) struct Cell {
    folders: Vec<PathBuf>,
    second: bool,
    doors: Vec<File>,
    events: File,
    peak: Option<File>,
    cpu: Option<File>,
    limits: Option<(u64, u32)>,
    before: Refusals,
}

impl Cell {
    /// Makes one in a group.
    pub fn make(group: &Group, number: u64) -> io::Result<Self> {
        let folders: Vec<PathBuf> = group.folders.iter().map(|folder| folder.join(format!("cell-{number}"))).collect();
        for folder in &folders {
            fs::create_dir(folder)?;
        }
        let made = Self::open(folders.clone(), group.is_second());
        if made.is_err() {
            folders.iter().for_each(|folder| group::remove(folder));
        }
        made
    }

    fn open(folders: Vec<PathBuf>, second: bool) -> io::Result<Self> {
        let memory = folders.first().ok_or_else(|| io::Error::other("a group without a folder"))?;
        let writing = |path: PathBuf| File::options().write(true).open(path);
        let doors = folders.iter().map(|folder| writing(folder.join("cgroup.procs"))).collect::<Result<_, _>>()?;
        let (events, peak) = if second {
            // One process ended for memory ends them all.
            fs::write(memory.join("memory.oom.group"), "1")?;
            ("memory.events", "memory.peak")
        } else {
            ("memory.oom_control", "memory.max_usage_in_bytes")
        };
        let peak = memory.join(peak);
        Ok(Self {
            doors,
            events: File::open(memory.join(events))?,
            // Before Linux 6.12 the peak of version 2 is for reading only.
            peak: File::options().read(true).write(true).open(&peak).or_else(|_| File::open(&peak)).ok(),
            cpu: second.then(|| File::open(memory.join("cpu.stat")).ok()).flatten(),
            second,
            folders,
            limits: None,
            before: Refusals::default(),
        })
    }

    /// Sets what a run in it may have; bytes and processes.
    pub fn limit(&mut self, memory: u64, pids: u32) -> io::Result<()> {
        self.before = self.count();
        if self.limits.replace((memory, pids)) == Some((memory, pids)) {
            return Ok(());
        }
        // A number that no machine has is none; version 1 knows it as -1, version 2 by a word.
        let unlimited = if self.second { "max" } else { "-1" };
        let bytes = if memory >= 1 << 62 { unlimited.to_owned() } else { memory.to_string() };
        let folder = self.memory();
        if self.second {
            fs::write(folder.join("memory.max"), &bytes)?;
            optional(fs::write(folder.join("memory.swap.max"), "0"))?;
        } else {
            // Memory with swap is never less than memory alone: first away with the bound, then both anew.
            optional(fs::write(folder.join("memory.memsw.limit_in_bytes"), "-1"))?;
            fs::write(folder.join("memory.limit_in_bytes"), &bytes)?;
            optional(fs::write(folder.join("memory.memsw.limit_in_bytes"), &bytes))?;
        }
        let most = if pids >= 1 << 22 { "max".to_owned() } else { pids.to_string() };
        fs::write(self.pids().join("pids.max"), most)
    }

    /// What comes with a run.
    pub fn shape(&self) -> Shape {
        Shape { doors: self.doors.len(), peak: self.peak.is_some(), cpu: self.cpu.is_some() }
    }

    /// The open files, in the order of [`Shape`].
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.doors.iter().chain([&self.events]).chain(&self.peak).chain(&self.cpu).map(|file| file.as_fd())
    }

    /// What the kernel refused since the limits were set.
    pub fn refusals(&self) -> Refusals {
        let now = self.count();
        Refusals {
            memory: now.memory.saturating_sub(self.before.memory),
            processes: now.processes.saturating_sub(self.before.processes),
        }
    }

    fn count(&self) -> Refusals {
        let processes = File::open(self.pids().join("pids.events")).ok();
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
        let _ = fs::write(self.memory().join(file), what);
        self.held() <= remains
    }

    fn held(&self) -> u64 {
        let file = if self.second { "memory.current" } else { "memory.usage_in_bytes" };
        let text = fs::read_to_string(self.memory().join(file)).unwrap_or_default();
        text.trim().parse().unwrap_or(u64::MAX)
    }

    /// Removes it, with whatever should still run in it.
    pub fn remove(self) {
        for folder in &self.folders {
            group::remove(folder);
        }
    }

    fn memory(&self) -> &Path {
        self.folders.first().map_or(Path::new(""), PathBuf::as_path)
    }

    fn pids(&self) -> &Path {
        self.folders.last().map_or(Path::new(""), PathBuf::as_path)
    }
}

/// A kernel without swap has no bound for it.
fn optional(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::PermissionDenied => {
            Ok(())
        }
        other => other,
    }
}

/// The number after a name, in a file of such lines.
pub(crate) fn counter(file: &File, name: &str) -> Option<u64> {
    let mut text = [0; 1024];
    let count = file.read_at(&mut text, 0).ok()?;
    let text = std::str::from_utf8(text.get(..count)?).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}
