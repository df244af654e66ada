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

use super::message::LAUNCHER_NAME;
use super::{runner, sys};
use crate::error::{Layer, SandboxError};
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
}

/// The native engine: all layers by this program itself, nothing installed.
///
/// Dropping it ends the launcher and everything it runs.
#[derive(Debug)]
pub struct Native {
    socket: Option<OwnedFd>,
    launcher: Child,
    as_root: bool,
    layers: Layers,
}

impl Native {
    /// Starts the launcher, probes the layers and proves the confinement.
    ///
    /// # Errors
    ///
    /// The missing layer with its remedy. There is no weaker mode to fall back to.
    pub fn open(options: &NativeOptions) -> Result<Self, SandboxError> {
        let offered = sys::landlock_abi();
        let landlock_abi = options
            .landlock_abi
            .map_or(offered, |wanted| wanted.min(offered));
        if landlock_abi < 1 {
            return Err(SandboxError::new(
                Layer::Landlock,
                "this kernel does not offer it",
            ));
        }
        let as_root = rustix::process::geteuid().is_root();
        let (ours, theirs) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .map_err(|error| {
            SandboxError::new(
                Layer::Launcher,
                format!("a socket to the launcher: {error}"),
            )
        })?;
        let launcher = spawn(theirs, as_root).map_err(|error| {
            SandboxError::new(Layer::Launcher, format!("starting the launcher: {error}"))
        })?;
        let mut engine = Self {
            socket: Some(ours),
            launcher,
            as_root,
            layers: Layers::native(landlock_abi),
        };
        let proven = proofs::prove(&engine)?;
        engine.layers.proofs = proven;
        Ok(engine)
    }
}

impl Sandbox for Native {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        let socket = self
            .socket
            .as_ref()
            .ok_or_else(|| SandboxError::new(Layer::Launcher, "the launcher is gone"))?;
        runner::run(socket.as_fd(), spec, self.layers.landlock_abi, self.as_root)
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

fn spawn(socket: OwnedFd, as_root: bool) -> io::Result<Child> {
    let program = File::open("/proc/self/exe")?;
    let others_may_run = program.metadata()?.permissions().mode() & 0o005 == 0o005;
    let (path, _copy) = if as_root && !others_may_run {
        let copy = memory_copy(program)?;
        (
            format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&copy)),
            Some(copy),
        )
    } else {
        ("/proc/self/exe".to_owned(), None)
    };
    let mut command = Command::new(Path::new(&path));
    command.arg0(LAUNCHER_NAME).env_clear().current_dir("/");
    command
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if as_root {
        // Also clears the supplementary groups.
        command.uid(NOBODY).gid(NOBODY);
    }
    command.spawn()
}

/// A copy of the program that another user may execute.
fn memory_copy(mut program: File) -> io::Result<OwnedFd> {
    let mut copy = File::from(rustix::fs::memfd_create(
        LAUNCHER_NAME,
        MemfdFlags::CLOEXEC,
    )?);
    io::copy(&mut program, &mut copy)?;
    copy.set_permissions(std::fs::Permissions::from_mode(0o755))?;
    Ok(copy.into())
}
