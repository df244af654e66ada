//! The group of one engine: the folder in which its cells are made.
//!
//! Its owner holds a lock on the folder. One whose lock can be had is of a
//! runner that was killed, and the next runner removes it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::process::{Pid, Signal, kill_process};

use super::find::Place;

/// How the folders of all engines begin.
const PREFIX: &str = "assay-sandbox-";

/// The leaf of a process that made its own group hand controllers on.
const LEAF: &str = "assay-runner";

/// How often the removal of a group is tried, and the pause between: its last process may be a moment from its end.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(2);

/// Tells the engines of one process apart.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The group of one engine.
#[derive(Debug)]
pub struct Group {
    /// `memory` and `pids` in version 1, one in version 2.
    pub folders: Vec<PathBuf>,
    second: bool,
    /// The process's own group, when it moved into a leaf of it.
    left: Option<PathBuf>,
    _locks: Vec<File>,
}

impl Group {
    /// Sweeps the place and makes a group in it.
    pub fn make(place: Place) -> io::Result<Self> {
        let (parents, second, left) = match place {
            Place::V1 { memory, pids } => (vec![memory, pids], false, None),
            Place::V2(folder) => (vec![folder], true, None),
            Place::V2Alone(folder) => {
                hand_on(&folder)?;
                (vec![folder.clone()], true, Some(folder))
            }
        };
        let mut group = Self { folders: Vec::new(), second, left, _locks: Vec::new() };
        for parent in &parents {
            sweep(parent);
            let (folder, lock) = claim(parent)?;
            group.folders.push(folder);
            group._locks.push(lock);
        }
        if second {
            for folder in &group.folders {
                fs::write(folder.join("cgroup.subtree_control"), "+memory +pids")?;
            }
        }
        Ok(group)
    }

    /// Whether it is of version 2.
    pub fn is_second(&self) -> bool {
        self.second
    }

    /// For a statement.
    pub fn describe(&self) -> &'static str {
        if self.second { "cgroup v2" } else { "cgroup v1" }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            remove(folder);
        }
        if let Some(folder) = &self.left {
            take_back(folder);
        }
    }
}

/// Moves this process into a leaf of its group, which may then hand its controllers on.
fn hand_on(folder: &Path) -> io::Result<()> {
    let leaf = folder.join(LEAF);
    match fs::create_dir(&leaf) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let handed = fs::write(leaf.join("cgroup.procs"), "0")
        .and_then(|()| fs::write(folder.join("cgroup.subtree_control"), "+memory +pids"));
    if handed.is_err() {
        take_back(folder);
    }
    handed
}

/// Undoes [`hand_on`], as far as nobody else uses the group meanwhile.
fn take_back(folder: &Path) {
    let _ = fs::write(folder.join("cgroup.subtree_control"), "-memory -pids");
    let _ = fs::write(folder.join("cgroup.procs"), "0");
    let _ = fs::remove_dir(folder.join(LEAF));
}

/// Makes a folder that is this engine's own.
fn claim(parent: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            // One of a dead runner with the same pid, which could not be swept.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1 << 20 => continue,
            other => other?,
        }
        let lock = File::open(&folder)?;
        // A sweeper may have been faster; its lock is short, and then the folder is gone.
        rustix::fs::flock(&lock, FlockOperation::LockExclusive)?;
        if folder.exists() {
            return Ok((folder, lock));
        }
    }
}

/// Removes the groups of runners that are no more.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(lock) = File::open(entry.path()) else { continue };
        if rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            remove(&entry.path());
        }
    }
}

/// Removes a group and those in it, ending the processes in them.
pub fn remove(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        }
    }
    for _ in 0..TRIES {
        match fs::remove_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => end_processes(folder),
            _ => return,
        }
        std::thread::sleep(PAUSE);
    }
}

fn end_processes(folder: &Path) {
    // Only version 2 has this file.
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let pids = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    // A process of another pid namespace shows as 0, which is no pid.
    for pid in pids.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_group_whose_owner_lives_is_left_alone_and_others_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let (own, lock) = claim(parent.path()).unwrap();
        let dead = parent.path().join("assay-sandbox-1-0");
        fs::create_dir_all(dead.join("cell-0")).unwrap();
        fs::create_dir(parent.path().join("session-3.scope")).unwrap();
        sweep(parent.path());
        assert!(own.exists() && !dead.exists());
        assert!(parent.path().join("session-3.scope").exists(), "what is not ours is not touched");
        drop(lock);
        sweep(parent.path());
        assert!(!own.exists(), "its lock is gone, and so is its owner");
    }

    /// Where this user may make groups of version 2 at all, whatever controllers it has there.
    fn second() -> Option<PathBuf> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let mut at =
            mounts.lines().filter(|line| line.contains(" - cgroup2 ")).filter_map(|line| line.split(' ').nth(4));
        at.find_map(|at| {
            let probe = Path::new(at).join(format!("assay-test-{}", std::process::id()));
            fs::create_dir(&probe).is_ok().then_some(probe)
        })
    }

    #[test]
    fn a_group_of_version_two_is_removed_with_whoever_is_in_it_and_below() {
        use std::os::unix::process::ExitStatusExt as _;
        let Some(folder) = second() else {
            println!("skipped: no control group of version 2 can be made by this user");
            return;
        };
        let below = folder.join("cell-0");
        fs::create_dir(&below).unwrap();
        let sleeper = || std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let (mut above, mut inside) = (sleeper(), sleeper());
        for (child, folder) in [(&above, &folder), (&inside, &below)] {
            let procs = folder.join("cgroup.procs");
            fs::write(&procs, child.id().to_string()).unwrap();
            assert_eq!(fs::read_to_string(&procs).unwrap().trim(), child.id().to_string(), "the kernel has it there");
        }
        assert!(folder.join("cgroup.kill").exists(), "else processes are ended one by one");
        remove(&folder);
        for child in [&mut above, &mut inside] {
            assert_eq!(child.wait().unwrap().signal(), Some(9));
        }
        assert!(!folder.exists());
    }
}
