//! The host before and after: processes, mounts, cgroups and files of the suite.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::USER;
use crate::drills::LONGEST;

/// What of the host could show that a run left something.
pub struct Snapshot {
    mounts: String,
    files: BTreeSet<PathBuf>,
    cgroups: BTreeSet<PathBuf>,
}

impl Snapshot {
    pub fn take() -> Self {
        let mut files = BTreeSet::new();
        let temp = std::env::temp_dir();
        for folder in
            [temp.as_path(), Path::new("/tmp"), Path::new("/var/tmp"), Path::new("/dev/shm"), Path::new("/run")]
        {
            files.extend(entries(folder).into_iter().filter(|path| ours(path)));
        }
        let mut cgroups = BTreeSet::new();
        groups(Path::new("/sys/fs/cgroup"), 0, &mut cgroups);
        Self { mounts: std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(), files, cgroups }
    }

    /// What differs now, in words.
    pub fn changes(&self, arena: &str) -> Vec<String> {
        // The launcher of a process that ended sees its end a moment later.
        let started = Instant::now();
        while !processes(arena).is_empty() && started.elapsed() < LONGEST {
            std::thread::sleep(Duration::from_millis(10));
        }
        let now = Self::take();
        let mut changes = Vec::new();
        if now.mounts != self.mounts {
            changes.push("the mounts differ".to_owned());
        }
        changes.extend(now.files.difference(&self.files).map(|path| format!("{} is left", path.display())));
        changes.extend(now.cgroups.difference(&self.cgroups).map(|path| format!("{} is left", path.display())));
        if std::env::temp_dir().join(arena).exists() {
            changes.push(format!("{arena} is left"));
        }
        changes.extend(processes(arena).iter().map(|pid| format!("process {pid} is left")));
        changes
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// By its name, or because only this suite has that user.
fn ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Another suite may be at work at the same time.
    let named = name.contains("escape-") && !name.starts_with("assay-escape-");
    named || path.symlink_metadata().is_ok_and(|meta| meta.uid() == USER)
}

/// Other programs come and go in cgroups of theirs; ours would be named.
fn groups(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    for path in entries(folder) {
        if depth < 8 && path.is_dir() && !path.is_symlink() {
            if ours_to_leave(&path) {
                found.insert(path.clone());
            }
            groups(&path, depth + 1, found);
        }
    }
}

/// A group of an engine; those of other runners that are at work now are not this suite's.
fn ours_to_leave(folder: &Path) -> bool {
    let name = folder.components().filter_map(|part| part.as_os_str().to_str()).find(|part| part.starts_with("assay-"));
    let owner = name.and_then(|name| name.split('-').find_map(|part| part.parse::<u32>().ok()));
    name.is_some() && owner.is_none_or(|pid| !Path::new("/proc").join(pid.to_string()).exists())
}

/// Processes that carry the name of this suite's arena, run its programs or hold one open, as `bwrap` does.
fn processes(arena: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let found = entries(Path::new("/proc")).into_iter().filter(|path| {
        let environ = std::fs::read(path.join("environ")).unwrap_or_default();
        let exe = std::fs::read_link(path.join("exe")).unwrap_or_default();
        let held = || entries(&path.join("fd")).into_iter().filter_map(|entry| std::fs::read_link(entry).ok());
        environ.windows(arena.len()).any(|window| window == arena.as_bytes())
            || std::iter::once(exe).chain(held()).any(|file| file.to_string_lossy().contains(arena))
    });
    found.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).filter(|pid| *pid != own).collect()
}
