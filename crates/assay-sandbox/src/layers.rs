//! What confines a run, as written into every statement.

use std::collections::BTreeMap;

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
            if landlock_abi >= from { what.to_owned() } else { format!("not in this kernel; {by} carries it") }
        };
        put("landlock", format!("ABI {landlock_abi}"));
        put("landlock-truncate", carried(3, "enforced", "the read-only root"));
        put("landlock-tcp", carried(4, "enforced", "the network namespace"));
        put("landlock-scope", carried(6, "enforced", "the pid and network namespaces"));
        let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
        Self { engine: "native".into(), kernel, landlock_abi, layers, proofs: BTreeMap::new() }
    }
}
