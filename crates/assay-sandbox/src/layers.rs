//! What confines a run, as written into every statement.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The layers of an engine and the proofs that they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// The engine's name.
    pub engine: String,
    /// Kernel release.
    pub kernel: String,
    /// Landlock ABI enforced.
    pub landlock_abi: i32,
    /// Layer -> what it is here.
    pub layers: BTreeMap<String, String>,
    /// Attempt -> how it was stopped.
    pub proofs: BTreeMap<String, String>,
}

impl Layers {
    /// The native engine's layers.
    #[must_use]
    pub(crate) fn native(landlock_abi: i32) -> Self {
        let mut layers = BTreeMap::new();
        let mut put = |name: &str, text: String| layers.insert(name.to_owned(), text);
        put("namespaces", "user pid net mount ipc uts cgroup".into());
        put("root", "read-only binds, sized tmpfs, pivot_root".into());
        put(
            "seccomp",
            "deny list; new namespaces, reaching init, memory without an owner, unknown calls refused".into(),
        );
        put("rlimits", "cpu core nofile nproc stack msgqueue memlock nice rtprio".into());
        put("cpu", "meter over the process tree".into());
        put(
            "memory",
            "watcher over the process tree: anonymous, shared, swapped, page tables; a reserve of the machine".into(),
        );
        let carried = |from: i32, what: &str, by: &str| {
            if landlock_abi >= from { what.to_owned() } else { format!("not at this ABI; {by} carries it") }
        };
        put("landlock", format!("ABI {landlock_abi}"));
        put("landlock-truncate", carried(3, "enforced", "the read-only root"));
        put("landlock-tcp", carried(4, "enforced", "the network namespace"));
        put("landlock-scope", carried(6, "enforced", "the pid and network namespaces"));
        put("cgroup", cgroup(Path::new("/")));
        let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
        Self { engine: "native".into(), kernel, landlock_abi, layers, proofs: BTreeMap::new() }
    }
}

/// Whether a version 2 control group with what limits need is delegated to this
/// process. It is not used: the tier is P either way.
fn cgroup(tree: &Path) -> String {
    const NONE: &str = "not delegated here; tier P";
    let own = fs::read_to_string(tree.join("proc/self/cgroup")).unwrap_or_default();
    let Some(own) = own.lines().find_map(|line| line.strip_prefix("0::/")) else {
        return NONE.into();
    };
    let delegated = |mount: &str| {
        let folder = tree.join(mount).join(own);
        let controllers = fs::read_to_string(folder.join("cgroup.controllers")).unwrap_or_default();
        let has = |name| controllers.split_whitespace().any(|controller| controller == name);
        let writable = |path: &Path| rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
        has("memory") && has("pids") && writable(&folder) && writable(&folder.join("cgroup.procs"))
    };
    if ["sys/fs/cgroup", "sys/fs/cgroup/unified"].into_iter().any(delegated) {
        "memory and pids delegated here, not used; tier P".into()
    } else {
        NONE.into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn on(files: &[(&str, &str)]) -> String {
        let tree = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        cgroup(tree.path())
    }

    #[test]
    fn a_delegated_group_is_told_from_others() {
        let own = ("proc/self/cgroup", "4:memory:/x\n0::/user/assay\n");
        let group = |controllers| ("sys/fs/cgroup/user/assay/cgroup.controllers", controllers);
        let procs = ("sys/fs/cgroup/user/assay/cgroup.procs", "");
        assert!(on(&[own, group("cpu memory pids\n"), procs]).starts_with("memory and pids delegated"));
        for files in [&[][..], &[own], &[own, group("hugetlb\n"), procs], &[own, group("memory pids\n")]] {
            assert_eq!(on(files), "not delegated here; tier P");
        }
    }
}
