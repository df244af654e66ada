//! The program: a fork of init that stands ready with it, restricts itself, and
//! then becomes what is to be run.
//!
//! Init speaks to it in three words. *Take*: the request and the pipes, from
//! which it sets its limits. *Enter*: the root is in place, so it sets the rules
//! on paths. *Go*: the host's root is gone, so it finds its program and starts.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair};

use super::command::Command;
use super::equipment::Equipment;
use super::family::Witness;
use super::inbox::Channels;
use super::launcher::{Builtin, Launcher};
use super::message::{Request, read_request};
use super::sys::{self, Forked};
use super::{descriptors, fence, restrict};
use crate::error::{Layer, SandboxError};
use crate::spec::Task;

/// Longest reason for not starting: it may quote a hostile path.
const MAX_REASON: usize = 4096;

/// The program as init sees it.
pub struct Program {
    /// Its pid in the namespace.
    pub pid: i32,
    link: OwnedFd,
    listener: OwnedFd,
}

/// Why the program did not start.
#[derive(serde::Serialize, serde::Deserialize)]
pub enum Stopped {
    /// Something is missing here.
    Layer(SandboxError),
    /// It could not be executed.
    NotStarted(String),
}

impl Program {
    /// Forks it, into a control group by its doors if there are some.
    pub fn fork(launcher: &Launcher, doors: Vec<OwnedFd>) -> io::Result<Self> {
        let (link, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let (listener, telling) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        match sys::fork_into(0)? {
            Forked::Child => {
                drop((link, listener));
                stand(&Links { words: theirs, telling }, launcher, doors)
            }
            Forked::Parent(pid) => Ok(Self { pid, link, listener }),
        }
    }

    /// Once it was told to go: who counts its processes, where its filter could be had. Waits until that is known.
    pub fn witness(&self, task: &Task) -> Option<Witness> {
        let listener = descriptors::receive(&self.listener).ok()??.pop()?;
        Some(Witness::new(listener, self.pid, Equipment::of(task)))
    }

    /// The first word. A program that is gone meanwhile has left its reason.
    pub fn take(&self, channels: &Channels, stdin: Option<&OwnedFd>) {
        let fixed = [channels.request.as_fd(), channels.stdout.as_fd(), channels.stderr.as_fd()];
        let all: Vec<BorrowedFd<'_>> = fixed.into_iter().chain(stdin.map(|fd| fd.as_fd())).collect();
        let _ = descriptors::send(&self.link, &all);
    }

    /// The next word.
    pub fn proceed(&self) {
        let _ = send(&self.link, b"p", SendFlags::NOSIGNAL);
    }

    /// Once it has ended: why it did not start, if it did not.
    pub fn why_not_started(&self) -> io::Result<Option<Stopped>> {
        let mut said = vec![0; 4 * MAX_REASON];
        let mut listen = || recv(&self.link, &mut said, RecvFlags::DONTWAIT);
        let (count, _) = match listen() {
            // It ended before it heard all words; what it said comes after this.
            Err(rustix::io::Errno::CONNRESET) => listen()?,
            other => other?,
        };
        said.truncate(count);
        if said.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_slice(&said)?)) }
    }
}

/// The forked child's ends of its links to init.
struct Links {
    words: OwnedFd,
    /// Where the listener of its filter is sent to.
    telling: OwnedFd,
}

/// The forked child: waits for its words, then becomes the program.
fn stand(links: &Links, launcher: &Launcher, doors: Vec<OwnedFd>) -> ! {
    let mut stopped = catch_unwind(AssertUnwindSafe(|| become_program(links, launcher, doors)))
        .unwrap_or_else(|_| Stopped::Layer(SandboxError::new(Layer::Launcher, "the start broke off")));
    if let Stopped::NotStarted(reason) = &mut stopped {
        reason.truncate(reason.floor_char_boundary(MAX_REASON / 2));
    }
    if let Ok(json) = serde_json::to_vec(&stopped) {
        let _ = send(&links.words, &json, SendFlags::NOSIGNAL);
    }
    sys::exit_now(127)
}

/// Returns only when the program could not be started.
fn become_program(links: &Links, launcher: &Launcher, doors: Vec<OwnedFd>) -> Stopped {
    match restricted(links, launcher, doors) {
        Ok((_, Some(command))) => {
            // Every other descriptor, the link among them, closes on exec.
            let error = sys::exec(&command.program, &command.argv, &command.env);
            Stopped::NotStarted(format!("`{}`: {error}", command.program.to_string_lossy()))
        }
        Ok((request, None)) => match &request.spec.task {
            Task::Builtin { name, request } => match launcher.builtin(name) {
                Some(builtin) => run_builtin(builtin, request),
                None => Stopped::NotStarted(format!("there is no builtin `{name}`")),
            },
            Task::Exec { .. } => Stopped::NotStarted("no program".into()),
        },
        Err(stopped) => stopped,
    }
}

/// Everything up to the exec.
fn restricted(links: &Links, launcher: &Launcher, doors: Vec<OwnedFd>) -> Result<(Request, Option<Command>), Stopped> {
    let link = &links.words;
    // First, for it can take the kernel milliseconds, and the run may not have been asked for yet.
    for door in doors {
        fence::enter(door).map_err(|error| {
            Stopped::Layer(SandboxError::new(Layer::Cgroup, format!("entering the control group: {error}")))
        })?;
    }
    // All other signals are as init set them.
    sys::end_on_broken_pipes();
    let broken =
        |error: io::Error| Stopped::Layer(SandboxError::new(Layer::Launcher, format!("starting the program: {error}")));
    // Out of the launcher's process group, too: signals to a group know no namespaces.
    rustix::process::setsid().map_err(|e| broken(e.into()))?;
    restrict::privileges(&launcher.filters).map_err(Stopped::Layer)?;

    let (request, stdin) = taken(link).map_err(broken)?;
    let spec = &request.spec;
    restrict::before_the_root(&request, &launcher.filters).map_err(Stopped::Layer)?;

    next_word(link).map_err(broken)?;
    let stdin = match stdin {
        Some(file) => file,
        None => File::open("/dev/null").map_err(broken)?.into(),
    };
    rustix::stdio::dup2_stdin(&stdin).map_err(|e| broken(e.into()))?;
    sys::close_on_exec_from(3).map_err(broken)?;
    restrict::paths(spec, request.endpoint, request.landlock_abi).map_err(Stopped::Layer)?;

    next_word(link).map_err(broken)?;
    // Not before: until the host's root is gone, `..` of the root could still lead there.
    rustix::process::chdir(&spec.cwd).map_err(|error| {
        let what = format!("entering the working folder `{}`: {error}", spec.cwd.display());
        Stopped::Layer(SandboxError::new(Layer::Files, what))
    })?;
    let command = match &spec.task {
        Task::Exec { argv, env } => Some(Command::new(argv, env).map_err(Stopped::NotStarted)?),
        Task::Builtin { .. } => None,
    };
    if spec.family {
        // Last, for its own calls would wait for init. Without a listener nothing is counted, and the report says so.
        let told =
            launcher.filters.apply_family().and_then(|heard| descriptors::send(&links.telling, &[heard.as_fd()]));
        let _ = told.or_else(|_| send(&links.telling, b"n", SendFlags::NOSIGNAL).map(drop));
    }
    Ok((request, command))
}

/// The request, and standard input if it is a file; output goes to its pipes from here on.
fn taken(link: &OwnedFd) -> io::Result<(Request, Option<OwnedFd>)> {
    // Without a word, init is gone, and this process with it.
    let mut descriptors = descriptors::receive(link)?.unwrap_or_default().into_iter();
    let mut one = || descriptors.next().ok_or_else(|| io::Error::other("a message without its descriptors"));
    let request = read_request(&File::from(one()?))?;
    rustix::stdio::dup2_stdout(&one()?)?;
    rustix::stdio::dup2_stderr(&one()?)?;
    let stdin = descriptors.next();
    Ok((request, stdin))
}

fn next_word(link: &OwnedFd) -> io::Result<()> {
    let (count, _) = recv(link, &mut [0_u8; 1], RecvFlags::empty())?;
    if count == 0 { Err(io::Error::other("init is gone")) } else { Ok(()) }
}

fn run_builtin(builtin: Builtin, request: &[u8]) -> Stopped {
    // Nothing but stdio stays open; the end of the error pipe tells init that the start succeeded.
    if let Err(error) = sys::close_from(3) {
        return Stopped::NotStarted(format!("closing descriptors: {error}"));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    // Hostile bytes may break it; the frames above are a copy of init's.
    let result = catch_unwind(AssertUnwindSafe(|| builtin(request, &mut out)));
    let flushed = out.flush();
    match (result, flushed) {
        (Ok(Ok(())), Ok(())) => sys::exit_now(0),
        (Ok(Err(message)), _) => {
            let _ = writeln!(io::stderr(), "{message}");
            sys::exit_now(1)
        }
        (Err(_), _) => sys::exit_now(101),
        (_, Err(_)) => sys::exit_now(1),
    }
}
