//! What of the host could be changed, seen before and after.
//!
//! Other things happen on a machine meanwhile. So processes are told by the program under test, which is a copy
//! under a name of its own; files by the folders that only the suite uses, and by the one
//! name that hostile programs give to what they make.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use super::bench::Bench;
use super::hold;

/// The name of everything that a hostile program makes.
const ESCAPED: &str = "assay-escaped";

/// How long the kernel may take to bury what was killed.
const PATIENCE: Duration = Duration::from_secs(120);

/// The host at one moment.
#[derive(Debug, PartialEq, Eq)]
pub struct Host {
    processes: BTreeSet<String>,
    mounts: BTreeSet<String>,
    cgroups: BTreeSet<String>,
    objects: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl Host {
    /// Looks.
    pub fn seen(bench: &Bench) -> Self {
        Self {
            processes: of_program(bench),
            mounts: lines("/proc/self/mountinfo"),
            cgroups: cgroups(),
            objects: ["shm", "msg", "sem"].iter().flat_map(|kind| objects(kind)).collect(),
            files: files(bench),
        }
    }

    /// What is there now and was not then, or the other way round. What goes by itself is waited for.
    pub fn changes(&self, bench: &Bench) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = Self::seen(bench);
            let changes = self.against(&now);
            if changes.is_empty() || Instant::now() > deadline {
                return changes;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn against(&self, now: &Self) -> Vec<String> {
        let kinds = [
            ("process", &self.processes, &now.processes),
            ("mount", &self.mounts, &now.mounts),
            ("cgroup", &self.cgroups, &now.cgroups),
            ("System V object", &self.objects, &now.objects),
            ("file", &self.files, &now.files),
        ];
        let mut changes = Vec::new();
        for (kind, then, now) in kinds {
            changes.extend(now.difference(then).map(|what| format!("new {kind}: {what}")));
            // Programs of others end meanwhile, with what was theirs.
            if ["mount", "file"].contains(&kind) {
                changes.extend(then.difference(now).map(|what| format!("lost {kind}: {what}")));
            }
        }
        changes
    }
}

/// No file of a hostile program lies where one could be made.
pub fn nothing_escaped(bench: &Bench) -> Result<(), Failed> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let places = ["/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/usr", "/usr/local/bin", "/root", "/home"];
    let own = ["", "home", "tmp", "cache", "work"].map(|folder| bench.root.join(folder));
    for place in places.iter().map(PathBuf::from).chain(own).chain(home) {
        let file = place.join(ESCAPED);
        hold(fs::symlink_metadata(&file).is_err(), format!("`{}` appeared on the host", file.display()))?;
    }
    Ok(())
}

/// No process of the program under test is left, nor one that it started.
pub fn nobody_is_left(bench: &Bench) -> Result<(), Failed> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = of_program(bench);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("processes are left: {left:?}").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Hundredths of a second since the machine started, as processes count their beginning.
pub fn now_in_ticks() -> u64 {
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let seconds: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
    (seconds * 100.0) as u64
}

/// No process lives in these namespaces that began before `killed`.
///
/// The kernel gives a namespace's number out again at once, so a process that began later is of another
/// test's sandbox: a sandbox whose runner is dead lives only while its first process does, which began earlier.
pub fn nobody_is_inside(namespaces: &BTreeSet<PathBuf>, killed: u64) -> Result<(), Failed> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let inside = |folder: &Path| {
            let namespace = fs::read_link(folder.join("ns/pid")).ok()?;
            (namespaces.contains(&namespace) && begun(folder)? <= killed).then_some(())
        };
        let left = every_process(inside);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("the sandbox outlived its runner: {left:?}").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Processes whose program is the one under test, wherever it was started from. The first process of each sandbox
/// is among them, and nobody in a sandbox outlives it.
fn of_program(bench: &Bench) -> BTreeSet<String> {
    // From inside a mount namespace the path may begin elsewhere; its end names this copy alone.
    let copy: PathBuf = bench.assay.components().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
    let copy = copy.to_string_lossy().into_owned();
    every_process(|folder| {
        let program = fs::read_link(folder.join("exe")).ok()?;
        program.to_string_lossy().contains(&copy).then_some(())
    })
}

/// When a process began; the number stands after the bracket that ends its name.
fn begun(folder: &Path) -> Option<u64> {
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

fn every_process(wanted: impl Fn(&Path) -> Option<()>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.bytes().all(|b| b.is_ascii_digit()) && wanted(&entry.path()).is_some() {
            // The number may be given out again; the start time tells them apart.
            let program = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let begun = begun(&entry.path()).unwrap_or_default();
            found.insert(format!("{name} {} begun {begun}", program.trim()));
        }
    }
    found
}

fn lines(path: &str) -> BTreeSet<String> {
    fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Key and number of the System V objects of a kind; the rest of a line changes with every use.
fn objects(kind: &str) -> Vec<String> {
    let listed = lines(&format!("/proc/sysvipc/{kind}"));
    listed.iter().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// Control groups of Assay's whose maker is gone; other programs make their own at any time, and so do runners that
/// are still at work beside this suite.
fn cgroups() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(Path::new("/sys/fs/cgroup"), &mut |path, is_folder| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let maker = name.strip_prefix("assay-sandbox-").and_then(|rest| rest.split('-').next());
        let lives = maker.is_some_and(|process| Path::new("/proc").join(process).exists());
        if is_folder && name.contains("assay") && !lives {
            found.insert(path.display().to_string());
        }
    });
    found
}

/// All that lies in the suite's own folders, but for what the cache is there to keep.
fn files(bench: &Bench) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let kept = ["blobs", "registry", "builds", "results"].map(|folder| bench.cache().join(folder));
    // Tests still at work have their things in `work`.
    let work = bench.root.join("work");
    walk(&bench.root, &mut |path, _| {
        if !kept.iter().any(|folder| path.starts_with(folder)) && !path.starts_with(&work) && !made_once(bench, path) {
            found.insert(path.display().to_string());
        }
    });
    found
}

/// Folders that the runner makes at its first start and keeps.
fn made_once(bench: &Bench, path: &Path) -> bool {
    let cache = bench.cache();
    path.strip_prefix(&cache).is_ok_and(|below| below.components().count() == 1)
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path, bool)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        visit(&entry.path(), is_folder);
        if is_folder {
            walk(&entry.path(), visit);
        }
    }
}
