//! The helper: pid 1 of a run that `bwrap` confined. It finishes the root, starts
//! the program, watches it, brings folders out. The program cannot signal, trace
//! or read it.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

use super::arguments::{HELPER_NAME, SHOWN, STDIN, place};
use crate::cgroup::Offer;
use crate::error::{Layer, SandboxError};
use crate::native::fence::Fence;
use crate::native::hosts;
use crate::native::inbox::Channels;
use crate::native::init;
use crate::native::joint;
use crate::native::launcher::{Builtin, Launcher};
use crate::native::message::{read_request, write_cell, write_failure};
use crate::native::program::Program;
use crate::native::root::{DEVICES, Root, attach, tmpfs};
use crate::native::sys;
use crate::spec::{Mount, Spec, Stdin};

/// What a helper is told when it starts.
pub struct Asked {
    /// How many descriptors it was started with.
    count: u32,
    /// The control group whose files are among them.
    offer: Option<Offer>,
}

/// What this process is told, if it is to be a helper.
pub fn asked() -> Option<Asked> {
    let mut arguments = std::env::args_os();
    let by = arguments.next()?;
    let name = arguments.next()?;
    let count = arguments.next()?.to_str()?.parse().ok()?;
    let offer = serde_json::from_str(arguments.next()?.to_str()?).ok()?;
    let as_helper = name == HELPER_NAME && by.to_str()?.starts_with("/proc/self/fd/") && arguments.next().is_none();
    as_helper.then_some(Asked { count, offer })
}

/// Runs as pid 1 and never returns. Ends with 0 when the runner has been told how the run went.
pub fn main(asked: Asked, builtins: Vec<(String, Builtin)>) -> ! {
    let Some(channels) = channels(asked.count) else {
        sys::exit_now(1);
    };
    let Ok(mut report) = channels.report.try_clone() else {
        sys::exit_now(1);
    };
    let served = catch_unwind(AssertUnwindSafe(|| run(channels, asked.offer, builtins)));
    let served = served.unwrap_or_else(|_| Err(SandboxError::new(Layer::Launcher, "the helper broke off")));
    if let Err(error) = served {
        let _ = write_cell(&mut report, asked.offer.map(|offer| offer.number));
        write_failure(&mut report, &error);
    }
    sys::exit_now(0)
}

/// The descriptors of the run, in the order in which the monitor laid them out.
fn channels(count: u32) -> Option<Channels> {
    let mut descriptors = sys::take_over(3, count).ok()?.into_iter();
    Some(Channels {
        request: descriptors.next()?.into(),
        report: descriptors.next()?.into(),
        lifeline: descriptors.next()?,
        stdout: descriptors.next()?,
        stderr: descriptors.next()?,
        handed_in: descriptors.collect(),
    })
}

fn failed(layer: Layer, step: &'static str) -> impl FnOnce(io::Error) -> SandboxError {
    move |error| SandboxError::new(layer, format!("{step}: {error}"))
}

fn run(mut channels: Channels, offer: Option<Offer>, builtins: Vec<(String, Builtin)>) -> Result<(), SandboxError> {
    // What `bwrap` said so far is not for the program's eyes.
    quiet().map_err(failed(Layer::Launcher, "standard output"))?;
    sys::reset_signals();
    sys::ignore_broken_pipes();
    rustix::process::umask(Mode::from_raw_mode(0o022));
    // When the machine runs out of memory, the kernel ends a run before anything else.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|e| failed(Layer::Privileges, "closing the helper to inspection")(e.into()))?;

    let request = read_request(&channels.request).map_err(failed(Layer::Launcher, "reading the request"))?;
    let link = request.endpoint.is_some().then(|| channels.take_link()).transpose();
    let link = link.map_err(failed(Layer::Launcher, "the link of a join"))?;
    let files = |offer: Offer| {
        let rest = channels.handed_in.split_off(offer.shape.descriptors().min(channels.handed_in.len()));
        Fence::of(offer, std::mem::replace(&mut channels.handed_in, rest))
    };
    let mut fence = offer.map(files).transpose().map_err(failed(Layer::Cgroup, "the files of the control group"))?;
    init::begin(fence.as_mut(), &request)?;
    let stdin = match &request.spec.stdin {
        Stdin::Empty => None,
        Stdin::File(path) => match channels.handed_in.pop() {
            Some(handed_in) => Some(handed_in),
            None => Some(standard_input().map_err(|error| hosts::cannot_open(path, &error))?),
        },
    };
    finish_root(&request.spec)?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(|e| failed(Layer::Privileges, "giving up the capability of mounting")(e.into()))?;

    let launcher = Launcher::inside(builtins);
    let doors = fence.as_mut().map(Fence::take_doors).unwrap_or_default();
    let program = Program::fork(&launcher, doors).map_err(failed(Layer::Launcher, "forking the program"))?;
    program.take(&channels, stdin.as_ref());
    if let (Some(endpoint), Some(link)) = (request.endpoint, &link) {
        joint::hand_out(endpoint, link).map_err(failed(Layer::Namespaces, "the sockets of a join"))?;
    }
    program.proceed();
    program.proceed();
    init::watch(&program, &request, channels, fence.as_ref(), link.as_ref())
}

fn quiet() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(rustix::stdio::dup2_stderr(&null)?)
}

/// Through the read-only mount: else a program could change the mode and times of a file that is its user's.
fn standard_input() -> io::Result<OwnedFd> {
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(STDIN)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(file.into())
}

/// What `bwrap` has no option for: folders of bounded entries, data that is no
/// code, device files that are no programs, mounts inside folders of the run.
///
/// In a mount namespace of the helper's own, whose mounts came locked from that
/// of `bwrap`: they can be tightened here, and neither loosened nor taken away.
fn finish_root(spec: &Spec) -> Result<(), SandboxError> {
    let root = |step: &'static str| failed(Layer::Root, step);
    sys::unshare_mounts().map_err(root("a mount namespace of the helper's own"))?;
    let path = |path: &str| rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
    for name in DEVICES {
        let device = path(&format!("/dev/{name}")).map_err(|e| root("a device")(e.into()))?;
        sys::harden_device(device.as_fd()).map_err(root("hardening a device"))?;
    }
    let hosts = spec.mounts.iter().filter_map(Mount::host).enumerate();
    let trees = hosts
        .map(|(number, host)| hosts::detached(&place(number)).map_err(|error| hosts::cannot_open(host, &error)))
        .collect::<Result<Vec<_>, _>>()?;
    let cover = || {
        let cover = tmpfs(4096, 0o755)?;
        sys::make_top_read_only(cover.as_fd())?;
        attach(cover.as_fd(), Path::new(SHOWN))
    };
    cover().map_err(root("covering what was shown of the host"))?;
    let top = path("/").map_err(|e| root("the root")(e.into()))?;
    Root::of(top).add(spec, trees)
}
