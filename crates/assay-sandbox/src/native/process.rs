//! The launcher as a process: how the runner starts and ends it, and how it
//! begins. The same for both engines.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use rustix::fs::{MemfdFlags, Mode};
use rustix::io::retry_on_intr;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::{
    DumpableBehavior, Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process_group, set_dumpable_behavior, waitid,
};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::message::LAUNCHER_NAME;
use super::sys;
use crate::error::{Layer, SandboxError};

/// As whom root runs programs: an id that owns nothing.
pub const NOBODY: u32 = 65534;

/// A launcher, as the runner sees it. Dropping it ends the launcher and everything it runs.
#[derive(Debug)]
pub struct Process {
    socket: Option<OwnedFd>,
    child: Child,
}

impl Process {
    /// Starts this program again, with these arguments, as the launcher; as
    /// [`NOBODY`] if the runner is root and the launcher need not be. Control groups are taken from `offers`.
    pub fn start(arguments: &[&OsStr], drop_root: bool, offers: Option<BorrowedFd<'_>>) -> Result<Self, SandboxError> {
        let failed = |step: &'static str| {
            move |error| SandboxError::new(Layer::Launcher, format!("{step} the launcher: {error}"))
        };
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(|error| failed("a socket to")(error.into()))?;
        let child = spawn(theirs, arguments, drop_root, offers).map_err(failed("starting"))?;
        Ok(Self { socket: Some(ours), child })
    }

    /// Where it hears what is to be run.
    pub fn socket(&self) -> Result<BorrowedFd<'_>, SandboxError> {
        let socket = self.socket.as_ref().ok_or_else(|| SandboxError::new(Layer::Launcher, "the launcher is gone"))?;
        Ok(socket.as_fd())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The launcher ends at the end of its socket, and everything it runs with it.
        self.socket = None;
        let pid = Pid::from_child(&self.child);
        // Not reaped yet: until then nobody else can get its number.
        let ended = || waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        if retry_on_intr(ended).is_ok() {
            // If somebody killed it, it had no time for that.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn spawn(socket: OwnedFd, arguments: &[&OsStr], drop_root: bool, offers: Option<BorrowedFd<'_>>) -> io::Result<Child> {
    let program = runnable(File::open("/proc/self/exe")?, drop_root)?;
    let mut command = Command::new(format!("/proc/self/fd/{}", program.as_raw_fd()));
    command.arg0(LAUNCHER_NAME).args(arguments).env_clear().current_dir("/");
    let offers = offers.map(|offers| offers.try_clone_to_owned()).transpose()?;
    command.stdin(Stdio::from(socket)).stdout(offers.map_or_else(Stdio::null, Stdio::from)).stderr(Stdio::null());
    // A group of its own, by which all that stems from it can be ended; and an interrupt from the terminal ends the runner,
    // not it: it is needed to clear up.
    command.process_group(0);
    if drop_root {
        // Also clears the supplementary groups.
        command.uid(NOBODY).gid(NOBODY);
    }
    command.spawn()
}

/// The program itself, or a copy in memory if others are to run it and may not.
pub fn runnable(mut program: File, by_others: bool) -> io::Result<OwnedFd> {
    if !by_others || program.metadata()?.permissions().mode() & 0o005 == 0o005 {
        return Ok(program.into());
    }
    let mut copy = File::from(rustix::fs::memfd_create(LAUNCHER_NAME, MemfdFlags::CLOEXEC)?);
    io::copy(&mut program, &mut copy)?;
    copy.set_permissions(Permissions::from_mode(0o755))?;
    // Executed through a descriptor that only reads: one that writes would make the file busy.
    Ok(File::open(format!("/proc/self/fd/{}", copy.as_raw_fd()))?.into())
}

/// What a launcher begins with.
pub struct Begun {
    /// The socket to the runner, where runs are asked for.
    pub socket: OwnedFd,
    /// Where control groups are offered, if there are some.
    pub offers: Option<OwnedFd>,
}

/// The first thing that a launcher does.
pub fn begin() -> io::Result<Begun> {
    // What the runner's own parent left open is nobody's business here.
    sys::close_from(3)?;
    // The sockets came as standard input and output; no run may see them there.
    let socket = rustix::io::fcntl_dupfd_cloexec(io::stdin().as_fd(), 3)?;
    let offers = if rustix::net::sockopt::socket_type(io::stdout()).is_ok() {
        Some(rustix::io::fcntl_dupfd_cloexec(io::stdout().as_fd(), 3)?)
    } else {
        None
    };
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    sys::reset_signals();
    sys::ignore_children();
    sys::ignore_broken_pipes();
    // Needed to write the id maps after root became an ordinary user.
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    Ok(Begun { socket, offers })
}

/// The last thing that a launcher does: ends its process group, itself included.
///
/// Nearly everything in it asks the kernel to die with its parent, but each can do so only once it has begun. A `bwrap` that
/// is killed while its child has not yet come that far leaves a child that waits for it for ever. The kernel keeps a group
/// whole: no fork that is under way escapes the signal.
pub fn end() -> ! {
    // The number, not "mine": where this process leads no group, there is none of this number.
    let _ = kill_process_group(getpid(), Signal::KILL);
    sys::exit_now(0)
}

/// Makes this process, which must be root and have one thread, an ordinary user for good.
pub fn become_nobody() -> io::Result<()> {
    let (user, group) = (rustix::fs::Uid::from_raw(NOBODY), rustix::fs::Gid::from_raw(NOBODY));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    Ok(set_thread_res_uid(user, user, user)?)
}
