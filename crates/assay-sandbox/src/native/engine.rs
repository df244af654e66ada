//! The native engine as the runner sees it.

use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};

use super::core::{Core, Wanted};
use super::launcher::READY;
use super::message::HANDED_IN;
use super::process::Process;
use crate::Sandbox;
use crate::error::SandboxError;
use crate::join::Endpoint;
use crate::layers::Layers;
use crate::spec::{Finished, Spec};
use crate::tier::Tier;

/// How the native engine is opened.
#[derive(Debug, Clone, Default)]
pub struct NativeOptions {
    /// Enforce at most this Landlock ABI, to try on a new kernel what an old one would give.
    pub landlock_abi: Option<i32>,
    /// Bytes of this machine's memory that must stay available, or runs end at
    /// [`End::MemoryLimit`](crate::End::MemoryLimit): the bound of memory that no
    /// process owns. A thirty-second of all memory when not given.
    pub reserve: Option<u64>,
    /// The tier that is needed: opening fails where it cannot be had. Without a
    /// wish, F is taken where it can be had, else P.
    pub minimum: Tier,
    /// Stay at tier P where F could be had, to try on one machine what another would give.
    pub without_cgroups: bool,
}

/// The native engine: all layers by this program itself, nothing installed.
///
/// Dropping it ends the launcher and everything it runs.
#[derive(Debug)]
pub struct Native(Core);

impl Native {
    /// Starts the launcher, probes the layers and proves the confinement.
    ///
    /// # Errors
    ///
    /// The missing layer with its remedy. There is no weaker mode to fall back to.
    pub fn open(options: &NativeOptions) -> Result<Self, SandboxError> {
        let NativeOptions { landlock_abi, reserve, minimum, without_cgroups } = *options;
        let wanted = Wanted { landlock_abi, reserve, minimum, without_cgroups };
        let start = |as_root: bool, offers: Option<BorrowedFd<'_>>| {
            let arguments: &[&OsStr] = if as_root { &[OsStr::new(HANDED_IN)] } else { &[] };
            Process::start(arguments, as_root, offers)
        };
        Core::open(wanted, READY, start, |abi| Layers::of("native".into(), abi, &[])).map(Self)
    }
}

impl Sandbox for Native {
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
