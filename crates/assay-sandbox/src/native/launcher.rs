//! The launcher: the same program executed again, small, single-threaded and
//! without secrets, which forks an init for each run.

use std::io::{self, PipeReader, Read as _, Write};
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::fence::Fence;
use super::filter::Filters;
use super::message::{HANDED_IN, LAUNCHER_NAME, write_failure};
use super::process::Begun;
use super::sys::{self, Forked};
use super::{inbox, init, process};
use crate::bubblewrap::launcher::BUBBLEWRAP;
use crate::bubblewrap::{self, helper};
use crate::error::{Layer, SandboxError};

/// Code of the runner that reads hostile bytes inside the sandbox. It gets its
/// request and writes its answer; an error goes to standard error with status 1.
pub type Builtin = fn(&[u8], &mut dyn Write) -> Result<(), String>;

/// Mounts that one request may have (the kernel takes 253 descriptors a message).
pub const MAX_MOUNTS: usize = 200;

/// Descriptors that may come with one request beside the fixed ones: the mounts, standard input, the link of a join.
pub const MAX_HANDED_IN: usize = MAX_MOUNTS + 2;

/// How many inits stand ready.
pub const READY: usize = 2;

/// How long none is taken before another is made, as long as one stands ready.
const QUIET: Timespec = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };

/// How many inits may end in a row without having taken a run.
const MAX_DEATHS: u32 = 3;

/// Who the launcher is outside, to be mapped inside.
#[derive(Clone, Copy)]
pub struct Outer {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// What the launcher keeps for all runs: no state of any run.
pub struct Launcher {
    /// Who the launcher is outside.
    pub outer: Outer,
    /// Whether the runner is root, and hands in what it opened of the host.
    pub handed_in: bool,
    /// Compiled seccomp programs.
    pub filters: Filters,
    builtins: Vec<(String, Builtin)>,
}

impl Launcher {
    /// What a helper needs of a launcher: it is in its namespaces already.
    pub fn inside(builtins: Vec<(String, Builtin)>) -> Self {
        let outer = Outer { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
        Self { outer, handed_in: false, filters: Filters::new(), builtins }
    }

    /// The builtin of this name.
    pub fn builtin(&self, name: &str) -> Option<Builtin> {
        self.builtins.iter().find(|(known, _)| known == name).map(|(_, builtin)| *builtin)
    }
}

/// Turns this process into the launcher or the helper if the sandbox started it as one, and then never returns.
///
/// Every program that uses [`Native`](crate::Native) or [`Bubblewrap`](crate::Bubblewrap)
/// calls this first thing in `main`, before it starts a thread, with the builtins
/// its runs may name.
pub fn take_over_if_asked(builtins: &[(&str, Builtin)]) {
    let all = || {
        let own = (crate::proofs::BUILTIN, crate::proofs::attempt as Builtin);
        builtins.iter().chain([&own]).map(|(name, builtin)| ((*name).to_owned(), *builtin)).collect()
    };
    if let Some(count) = helper::asked() {
        helper::main(count, all());
    }
    if std::env::args_os().next().is_none_or(|name| name != LAUNCHER_NAME) {
        return;
    }
    let by_bubblewrap = std::env::args_os().nth(1).is_some_and(|argument| argument == BUBBLEWRAP);
    let _ = process::begin()
        .and_then(|begun| if by_bubblewrap { bubblewrap::launcher::serve(&begun) } else { serve(&begun, all()) });
    process::end()
}

/// Keeps inits ready until the runner is gone.
///
/// An init serves one run and ends with it. That it was made before the run was
/// asked for saves the run the time in which the kernel makes namespaces.
fn serve(begun: &Begun, builtins: Vec<(String, Builtin)>) -> io::Result<()> {
    let Begun { socket, offers } = begun;
    let outer = Outer { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
    let handed_in = std::env::args_os().nth(1).is_some_and(|argument| argument == HANDED_IN);
    let launcher = Launcher { filters: Filters::new(), outer, handed_in, builtins };
    let mut ready = Ready::default();
    loop {
        while ready.inits.len() < READY && (ready.inits.is_empty() || ready.quiet) {
            let mut fence = ready.spare.take();
            if let (None, Some(offers)) = (&fence, offers) {
                if !readable(offers)? {
                    break;
                }
                let Some(next) = Fence::next(offers)? else { return Ok(()) };
                fence = Some(next);
            }
            let made = make_init(&launcher, socket, &mut fence);
            match made {
                Ok(taken) if ready.deaths < MAX_DEATHS => ready.inits.push((taken, fence)),
                other => {
                    // The next run is told; it may be the only one who can do something about it.
                    let why = other.err().map_or_else(|| "they end at once".to_owned(), |error| error.to_string());
                    let Some(channels) = inbox::next(socket)? else {
                        return Ok(());
                    };
                    let error = SandboxError::new(Layer::Namespaces, format!("making new namespaces: {why}"));
                    write_failure(&mut &channels.report, &error);
                    ready.deaths = 0;
                }
            }
        }
        if ready.wait(socket, offers.as_ref())? {
            return Ok(());
        }
    }
}

/// Makes an init in new namespaces. The pipe ends when it takes a run, or dies.
fn make_init(launcher: &Launcher, socket: &OwnedFd, fence: &mut Option<Fence>) -> io::Result<PipeReader> {
    let (taken, not_yet_taken) = io::pipe()?;
    match sys::fork_into(sys::NAMESPACES)? {
        Forked::Child => init::main(launcher, socket, not_yet_taken, fence.take()),
        Forked::Parent(_) => Ok(taken),
    }
}

/// Whether a message is there to be taken, or the other side is gone.
fn readable(socket: &OwnedFd) -> io::Result<bool> {
    const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&NOW)) {
        Err(rustix::io::Errno::INTR) => Ok(false),
        other => Ok(other? > 0),
    }
}

/// The inits that stand ready, by the pipes that tell when they no longer do.
#[derive(Default)]
struct Ready {
    /// With the control group that each is in: one that dies without a run leaves it to the next.
    inits: Vec<(PipeReader, Option<Fence>)>,
    /// What such a one left.
    spare: Option<Fence>,
    /// How many ended without a run, since one last took one.
    deaths: u32,
    /// Whether none was taken for a while: making the next must not slow down the run that took the last.
    quiet: bool,
}

impl Ready {
    /// Waits until an init is taken or dead, and forgets it, or until the runner is gone; then true.
    fn wait(&mut self, socket: &OwnedFd, offers: Option<&OwnedFd>) -> io::Result<bool> {
        let mut polls: Vec<PollFd<'_>> = vec![PollFd::new(socket, PollFlags::empty())];
        polls.extend(self.inits.iter().map(|(taken, _)| PollFd::new(taken, PollFlags::empty())));
        if self.inits.is_empty() {
            polls.extend(offers.map(|offers| PollFd::new(offers, PollFlags::IN)));
        }
        let timeout = if self.inits.len() < READY { Some(&QUIET) } else { None };
        match poll(&mut polls, timeout) {
            Ok(count) => self.quiet = count == 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut over = polls.iter().map(|poll| !poll.revents().is_empty()).collect::<Vec<_>>().into_iter();
        let gone = over.next().unwrap_or(true);
        let (deaths, spare) = (&mut self.deaths, &mut self.spare);
        self.inits.retain_mut(|(init, fence)| {
            let over = over.next().unwrap_or(true);
            if over {
                let taken = init.read(&mut [0]).is_ok_and(|count| count > 0);
                *deaths = if taken { 0 } else { *deaths + 1 };
                if !taken {
                    *spare = fence.take().or(spare.take());
                }
            }
            !over
        });
        Ok(gone)
    }
}
