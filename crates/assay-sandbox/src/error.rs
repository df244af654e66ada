//! Why a sandbox cannot run something: the layer, what happened, and the remedy on this system.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of the confinement that must be there (DESIGN section 4, Sandbox).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The helper process that makes sandboxes.
    Launcher,
    /// User, pid, net, mount, ipc, uts and cgroup namespaces.
    Namespaces,
    /// The root of read-only binds and sized tmpfs.
    Root,
    /// `/proc` of the new pid namespace.
    Proc,
    /// Resource limits.
    Limits,
    /// Capabilities and no-new-privileges.
    Privileges,
    /// Landlock.
    Landlock,
    /// The seccomp filters.
    Seccomp,
    /// A file or folder that the run needs.
    Files,
    /// The proofs of confinement.
    Proofs,
    /// The engine itself: a program that is not installed, or too old.
    Engine,
    /// The control group that tier F needs.
    Cgroup,
    /// The microVM that tier M needs.
    Microvm,
}

impl Layer {
    /// The stable word, as in statements and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launcher => "launcher",
            Self::Namespaces => "namespaces",
            Self::Root => "root",
            Self::Proc => "proc",
            Self::Limits => "limits",
            Self::Privileges => "privileges",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::Files => "files",
            Self::Proofs => "proofs",
            Self::Engine => "engine",
            Self::Cgroup => "cgroup",
            Self::Microvm => "microvm",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The sandbox could not run something. Never a reason to run it outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxError {
    /// The layer that is missing or failed.
    pub layer: Layer,
    /// What happened.
    pub what: String,
    /// What to do about it on this system.
    pub remedy: String,
}

impl SandboxError {
    /// An error of this layer, with the remedy that fits this system.
    #[must_use]
    pub fn new(layer: Layer, what: impl Into<String>) -> Self {
        let what = what.into();
        let remedy = crate::remedy::remedy(layer, &what);
        Self { layer, what, remedy }
    }
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sandbox layer `{}` is not available: {}; {}", self.layer, self.what, self.remedy)
    }
}

impl std::error::Error for SandboxError {}
