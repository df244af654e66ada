//! The launcher: the same program executed again, small, single-threaded and
//! without secrets, which forks an init for each run it is asked for.

use std::fs::File;
use std::io::{self, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::Mode;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use super::filter::Filters;
use super::init::{self, Channels, Outer};
use super::message::{FIXED_DESCRIPTORS, LAUNCHER_NAME, read_request, write_failure};
use super::sys::{self, Forked};
use crate::error::{Layer, SandboxError};

/// Code of the runner that reads hostile bytes inside the sandbox. It gets its
/// request and writes its answer; an error goes to standard error with status 1.
pub type Builtin = fn(&[u8], &mut dyn Write) -> Result<(), String>;

/// Mounts that one request may have (the kernel takes 253 descriptors a message).
pub const MAX_MOUNTS: usize = 200;

/// Descriptors of the host that may come with one request: the mounts and standard input.
pub const MAX_HANDED_IN: usize = MAX_MOUNTS + 1;

/// What the launcher keeps for all runs: no state of any run.
pub struct Launcher {
    /// Compiled seccomp programs.
    pub filters: Filters,
    builtins: Vec<(String, Builtin)>,
}

impl Launcher {
    /// The builtin of this name.
    pub fn builtin(&self, name: &str) -> Option<Builtin> {
        self.builtins.iter().find(|(known, _)| known == name).map(|(_, builtin)| *builtin)
    }
}

/// Turns this process into the launcher if the runner started it as one, and then never returns.
///
/// Every program that uses [`Native`](crate::Native) calls this first thing in
/// `main`, before it starts a thread, with the builtins its runs may name.
pub fn take_over_if_asked(builtins: &[(&str, Builtin)]) {
    if std::env::args_os().next().is_none_or(|name| name != LAUNCHER_NAME) {
        return;
    }
    let mut builtins: Vec<(String, Builtin)> =
        builtins.iter().map(|(name, builtin)| ((*name).to_owned(), *builtin)).collect();
    builtins.push((crate::proofs::BUILTIN.to_owned(), crate::proofs::attempt));
    let status = match serve(builtins) {
        Ok(()) => 0,
        Err(_) => 1,
    };
    sys::exit_now(status)
}

/// Answers requests until the runner is gone.
fn serve(builtins: Vec<(String, Builtin)>) -> io::Result<()> {
    // The socket came as standard input; no run may see it there.
    let socket = rustix::io::fcntl_dupfd_cloexec(io::stdin().as_fd(), 3)?;
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    drop(null);
    sys::ignore_children();
    sys::ignore_broken_pipes();
    // Needed to write the id maps after root became an ordinary user.
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let outer = Outer { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
    let launcher = Launcher { filters: Filters::compile().map_err(io::Error::other)?, builtins };
    loop {
        let Some(mut descriptors) = receive(&socket)? else {
            return Ok(());
        };
        if descriptors.len() < FIXED_DESCRIPTORS {
            continue;
        }
        let handed_in = descriptors.split_off(FIXED_DESCRIPTORS);
        let mut fixed = descriptors.into_iter();
        let (Some(request), Some(report), Some(lifeline), Some(stdout), Some(stderr)) =
            (fixed.next(), fixed.next(), fixed.next(), fixed.next(), fixed.next())
        else {
            continue;
        };
        let channels = Channels { report: report.into(), lifeline, stdout, stderr, handed_in };
        launch(File::from(request), channels, outer, &launcher, &socket);
    }
}

fn launch(request: File, channels: Channels, outer: Outer, launcher: &Launcher, socket: &OwnedFd) {
    let mut report = &channels.report;
    let request = match read_request(request) {
        Ok(request) => request,
        Err(error) => {
            let error = SandboxError::new(Layer::Launcher, format!("reading the request: {error}"));
            return write_failure(&mut report, &error);
        }
    };
    match sys::fork_into(sys::NAMESPACES) {
        Ok(Forked::Child) => {
            // Else this copy would keep the socket open after the launcher is gone.
            sys::close(socket.as_fd());
            init::main(&request, channels, outer, launcher)
        }
        Ok(Forked::Parent(_)) => {}
        Err(error) => {
            let error = SandboxError::new(Layer::Namespaces, format!("making new namespaces: {error}"));
            write_failure(&mut report, &error);
        }
    }
}

/// The descriptors of the next request; `None` when the runner is gone.
fn receive(socket: &OwnedFd) -> io::Result<Option<Vec<OwnedFd>>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED_IN + FIXED_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0; 1];
    let received = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?,
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(Some(descriptors))
}
