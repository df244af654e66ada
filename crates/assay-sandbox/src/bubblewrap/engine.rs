//! The bubblewrap engine as the runner sees it.

use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;

use super::launcher::BUBBLEWRAP;
use super::version;
use crate::Sandbox;
use crate::error::SandboxError;
use crate::join::Endpoint;
use crate::layers::Layers;
use crate::native::core::{Core, Wanted};
use crate::native::message::HANDED_IN;
use crate::native::process::Process;
use crate::spec::{Finished, Spec};
use crate::tier::Tier;

/// How the bubblewrap engine is opened. What it shares with
/// [`NativeOptions`](crate::NativeOptions) means the same.
#[derive(Debug, Clone, Default)]
pub struct BubblewrapOptions {
    /// The program; `bwrap` on the PATH when not given.
    pub program: Option<PathBuf>,
    /// Enforce at most this Landlock ABI.
    pub landlock_abi: Option<i32>,
    /// Bytes of this machine's memory that must stay available.
    pub reserve: Option<u64>,
    /// The tier that is needed.
    pub minimum: Tier,
    /// Stay at tier P where F could be had.
    pub without_cgroups: bool,
}

/// The bubblewrap engine: namespaces, id maps, root and mounts by `bwrap` 0.8 or
/// later; everything inside as in [`Native`](crate::Native).
///
/// Dropping it ends the launcher and everything it runs.
#[derive(Debug)]
pub struct Bubblewrap(Core);

impl Bubblewrap {
    /// Finds `bwrap`, starts the launcher, probes the layers and proves the confinement.
    ///
    /// # Errors
    ///
    /// `bwrap` is missing or too old (layer `engine`), or the missing layer with
    /// its remedy. There is no weaker mode to fall back to.
    pub fn open(options: &BubblewrapOptions) -> Result<Self, SandboxError> {
        let BubblewrapOptions { landlock_abi, reserve, minimum, without_cgroups, .. } = *options;
        let wanted = Wanted { landlock_abi, reserve, minimum, without_cgroups };
        let (program, version) = version::find(options.program.as_deref())?;
        let start = |as_root: bool, offers: Option<BorrowedFd<'_>>| {
            let mut arguments = vec![OsStr::new(BUBBLEWRAP), program.as_os_str()];
            if as_root {
                arguments.push(OsStr::new(HANDED_IN));
            }
            // As root it stays root: only root can show another user what that user cannot reach. Its
            // monitors become an ordinary user before `bwrap` starts.
            Process::start(&arguments, false, offers)
        };
        let own = [
            ("namespaces", "user pid net mount ipc uts cgroup, by bwrap; user namespaces off inside"),
            ("root", "read-only binds and pivot_root by bwrap; sized tmpfs"),
        ];
        Core::open(wanted, 0, start, |abi| Layers::of(format!("bubblewrap {version}"), abi, &own)).map(Self)
    }
}

impl Sandbox for Bubblewrap {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        self.0.run(spec)
    }

    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        self.0.run_side(spec, endpoint, link)
    }

    fn layers(&self) -> &Layers {
        self.0.layers()
    }
}
