//! The engine as the runner sees it: starts the launcher, checks the layers, runs specs.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::fs::MemfdFlags;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::message::{HANDED_IN, LAUNCHER_NAME};
use super::restrict::NEWEST_LANDLOCK_ABI;
use super::runner::{self, Settings};
use super::sys;
use crate::error::{Layer, SandboxError};
use crate::join::Endpoint;
use crate::layers::Layers;
use crate::spec::{Finished, Spec};
use crate::{Sandbox, proofs};

/// As whom root runs programs: an id that owns nothing.
const NOBODY: u32 = 65534;

/// How the native engine is opened.
#[derive(Debug, Clone, Default)]
pub struct NativeOptions {
    /// Enforce at most this Landlock ABI, to try on a new kernel what an old one would give.
    pub landlock_abi: Option<i32>,
    /// Bytes of this machine's memory that must stay available, or runs end at
    /// [`End::MemoryLimit`](crate::End::MemoryLimit): the bound of memory that no
    /// process owns. A thirty-second of all memory when not given.
    pub reserve: Option<u64>,
}

/// The native engine: all layers by this program itself, nothing installed.
///
/// Dropping it ends the launcher and everything it runs.
#[derive(Debug)]
pub struct Native {
    socket: Option<OwnedFd>,
    launcher: Child,
    settings: Settings,
    layers: Layers,
}

impl Native {
    /// Starts the launcher, probes the layers and proves the confinement.
    ///
    /// # Errors
    ///
    /// The missing layer with its remedy. There is no weaker mode to fall back to.
    pub fn open(options: &NativeOptions) -> Result<Self, SandboxError> {
        let landlock_abi = landlock_abi(options, sys::landlock_abi(), drill().as_deref())?;
        let as_root = rustix::process::geteuid().is_root();
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(|error| SandboxError::new(Layer::Launcher, format!("a socket to the launcher: {error}")))?;
        let launcher = spawn(theirs, as_root)
            .map_err(|error| SandboxError::new(Layer::Launcher, format!("starting the launcher: {error}")))?;
        let mut engine = Self {
            socket: Some(ours),
            launcher,
            settings: Settings { landlock_abi, reserve: options.reserve.unwrap_or_else(usual_reserve), as_root },
            layers: Layers::native(landlock_abi),
        };
        let proven = proofs::prove(&engine)?;
        engine.layers.proofs = proven;
        Ok(engine)
    }
}

impl Sandbox for Native {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        let socket = self.socket.as_ref().ok_or_else(|| SandboxError::new(Layer::Launcher, "the launcher is gone"))?;
        runner::run(socket.as_fd(), spec, self.settings, None)
    }

    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        let socket = self.socket.as_ref().ok_or_else(|| SandboxError::new(Layer::Launcher, "the launcher is gone"))?;
        runner::run(socket.as_fd(), spec, self.settings, Some((endpoint, link)))
    }

    fn layers(&self) -> &Layers {
        &self.layers
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // The launcher ends at the end of its socket, and every init with it.
        self.socket = None;
        let _ = self.launcher.wait();
    }
}

/// The variable of the Landlock drill.
const DRILL: &str = "ASSAY_LANDLOCK_ABI";

fn drill() -> Option<String> {
    std::env::var_os(DRILL).map(|value| value.to_string_lossy().into_owned())
}

/// The ABI to enforce. `drill` pretends that the kernel offers less, which is
/// then a reason to refuse: no variable ever weakens a sandbox.
fn landlock_abi(options: &NativeOptions, offered: i32, drill: Option<&str>) -> Result<i32, SandboxError> {
    if let Some(value) = drill
        && value.parse::<i32>().map_or(true, |abi| abi < offered)
    {
        return Err(SandboxError {
            layer: Layer::Landlock,
            what: format!("{DRILL}={value} is a drill that pretends the kernel offers less than its ABI {offered}"),
            remedy: format!("unset {DRILL}"),
        });
    }
    let usable = offered.min(NEWEST_LANDLOCK_ABI);
    let abi = options.landlock_abi.map_or(usable, |wanted| wanted.min(usable));
    if abi < 1 {
        return Err(SandboxError::new(Layer::Landlock, "this kernel does not offer it"));
    }
    Ok(abi)
}

/// A thirty-second of the machine's memory, between 128 MiB and 1 GiB.
fn usual_reserve() -> u64 {
    let info = rustix::system::sysinfo();
    let total = info.totalram.saturating_mul(u64::from(info.mem_unit));
    (total / 32).clamp(128 << 20, 1 << 30)
}

fn spawn(socket: OwnedFd, as_root: bool) -> io::Result<Child> {
    let program = File::open("/proc/self/exe")?;
    let others_may_run = program.metadata()?.permissions().mode() & 0o005 == 0o005;
    let (path, _copy) = if as_root && !others_may_run {
        let copy = memory_copy(program)?;
        (format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&copy)), Some(copy))
    } else {
        ("/proc/self/exe".to_owned(), None)
    };
    let mut command = Command::new(Path::new(&path));
    command.arg0(LAUNCHER_NAME).env_clear().current_dir("/");
    command.stdin(Stdio::from(socket)).stdout(Stdio::null()).stderr(Stdio::null());
    if as_root {
        // Also clears the supplementary groups.
        command.uid(NOBODY).gid(NOBODY).arg(HANDED_IN);
    }
    command.spawn()
}

/// A copy of the program that another user may execute.
fn memory_copy(mut program: File) -> io::Result<OwnedFd> {
    let mut copy = File::from(rustix::fs::memfd_create(LAUNCHER_NAME, MemfdFlags::CLOEXEC)?);
    io::copy(&mut program, &mut copy)?;
    copy.set_permissions(std::fs::Permissions::from_mode(0o755))?;
    Ok(copy.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_drill_never_weakens_and_always_refuses() {
        let options = NativeOptions::default();
        for value in ["2", "0", "-1", "", "six"] {
            let refused = landlock_abi(&options, 6, Some(value)).unwrap_err();
            assert_eq!(refused.layer, Layer::Landlock, "{value}");
            assert_eq!(refused.remedy, "unset ASSAY_LANDLOCK_ABI");
        }
        for value in ["6", "9"] {
            assert_eq!(landlock_abi(&options, 6, Some(value)), Ok(6));
        }
    }

    #[test]
    fn an_option_lowers_and_never_raises() {
        let wanted = |abi| NativeOptions { landlock_abi: Some(abi), ..NativeOptions::default() };
        assert_eq!(landlock_abi(&wanted(2), 6, None), Ok(2));
        assert_eq!(landlock_abi(&wanted(9), 6, None), Ok(6));
        assert_eq!(landlock_abi(&wanted(0), 6, None).unwrap_err().layer, Layer::Landlock);
        assert_eq!(landlock_abi(&wanted(2), 0, None).unwrap_err().layer, Layer::Landlock);
    }
}
