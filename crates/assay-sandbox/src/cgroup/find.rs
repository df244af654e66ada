//! Where on this system control groups for runs can be made.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// Where groups can be made, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Version 1: a folder in the hierarchy of `memory` and one in that of `pids`.
    V1 {
        /// In the hierarchy of `memory`.
        memory: PathBuf,
        /// In the hierarchy of `pids`.
        pids: PathBuf,
    },
    /// Version 2: one folder, which hands both controllers on.
    V2(PathBuf),
    /// Version 2: this process's own folder, in which it is alone. It hands the
    /// controllers on once the process has moved into a leaf of it.
    V2Alone(PathBuf),
}

/// One mounted hierarchy.
struct Hierarchy {
    version: u8,
    controllers: Vec<String>,
    /// What of the hierarchy is mounted, and where.
    root: PathBuf,
    at: PathBuf,
}

/// Looks for a place below `tree`, which is `/` but in tests.
///
/// # Errors
///
/// Why there is none.
pub fn place(tree: &Path) -> Result<Place, String> {
    let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap_or_default();
    let hierarchies = hierarchies(&read("proc/self/mountinfo"));
    let own = read("proc/self/cgroup");
    let folder = |wanted: &dyn Fn(&Hierarchy) -> bool, line: &dyn Fn(&str, &str) -> bool| {
        let hierarchy = hierarchies.iter().find(|hierarchy| wanted(hierarchy))?;
        let path = own.lines().find_map(|text| {
            let mut parts = text.splitn(3, ':');
            let (number, names, path) = (parts.next()?, parts.next()?, parts.next()?);
            line(number, names).then(|| PathBuf::from(path))
        })?;
        let below = path.strip_prefix(&hierarchy.root).unwrap_or(Path::new("")).to_owned();
        let top = tree.join(hierarchy.at.strip_prefix("/").ok()?);
        // Joining nothing would add a slash.
        Some((if below.as_os_str().is_empty() { top.clone() } else { top.join(below) }, top))
    };
    let of = |controller: &'static str| {
        folder(
            &move |hierarchy| hierarchy.version == 1 && hierarchy.controllers.iter().any(|name| name == controller),
            &move |_, names| names.split(',').any(|name| name == controller),
        )
    };
    let second = folder(&|hierarchy| hierarchy.version == 2, &|number, names| number == "0" && names.is_empty());
    if let Some((own, top)) = &second
        && let Some(place) = version_two(own, top)
    {
        return Ok(place);
    }
    match (of("memory"), of("pids")) {
        (Some((memory, _)), Some((pids, _))) if may_make(&memory) && may_make(&pids) => Ok(Place::V1 { memory, pids }),
        (None, None) if second.is_none() => Err("no control groups are mounted here".into()),
        _ => Err("no control group with memory and processes may be written here".into()),
    }
}

/// The group itself or the nearest above it that hands both controllers on and may be written.
fn version_two(own: &Path, top: &Path) -> Option<Place> {
    let hands_on = own
        .ancestors()
        .take_while(|folder| folder.starts_with(top))
        .find(|folder| both(&folder.join("cgroup.subtree_control")) && may_make(folder));
    if let Some(folder) = hands_on {
        return Some(Place::V2(folder.to_owned()));
    }
    let control = own.join("cgroup.subtree_control");
    let alone =
        fs::read_to_string(own.join("cgroup.procs")).unwrap_or_default().trim() == std::process::id().to_string();
    let may = alone && both(&own.join("cgroup.controllers")) && may_make(own) && writable(&control);
    may.then(|| Place::V2Alone(own.to_owned()))
}

fn both(list: &Path) -> bool {
    let list = fs::read_to_string(list).unwrap_or_default();
    ["memory", "pids"].iter().all(|wanted| list.split_whitespace().any(|name| name == *wanted))
}

fn writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// Whether groups can be made in it, and processes moved to them.
fn may_make(folder: &Path) -> bool {
    writable(folder) && writable(&folder.join("cgroup.procs"))
}

/// The hierarchies in a `mountinfo`, in its order. Paths with escaped characters are not ours to make groups in.
fn hierarchies(mountinfo: &str) -> Vec<Hierarchy> {
    let of = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        let mut kind = after.split(' ');
        let (name, options) = (kind.next()?, kind.nth(1)?);
        let version = match name {
            "cgroup" => 1,
            "cgroup2" => 2,
            _ => return None,
        };
        let mut fields = before.split(' ').skip(3);
        let (root, at) = (PathBuf::from(fields.next()?), PathBuf::from(fields.next()?));
        Some(Hierarchy { version, controllers: options.split(',').map(str::to_owned).collect(), root, at })
    };
    mountinfo.lines().filter_map(of).collect()
}

#[cfg(test)]
#[path = "find_tests.rs"]
mod tests;
