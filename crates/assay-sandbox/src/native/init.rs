//! Pid 1 of a run: builds the root, starts the program, watches it, brings
//! folders out. The program cannot signal, trace or read it.

use std::fs;
use std::io::{self, PipeWriter, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};

use super::fence::Fence;
use super::hosts::Hosts;
use super::inbox::{self, Channels};
use super::launcher::{Launcher, Outer};
use super::message::{Request, Tag, read_request, write_cell, write_failure, write_frame};
use super::program::{Program, Stopped};
use super::root::{self, Root};
use super::{collect, joint, supervise, sys};
use crate::error::{Layer, SandboxError};
use crate::spec::End;

/// The id that every program sees as its own; never 0 (DESIGN section 4).
const INNER_ID: u32 = 1000;

/// What an init writes to the launcher when it has taken a run.
pub const TAKEN: &[u8] = b"t";

/// Runs as pid 1 of new namespaces and never returns: makes ready what is the
/// same for all runs, waits for one, and serves it.
pub fn main(launcher: &Launcher, socket: &OwnedFd, mut not_yet_taken: PipeWriter, mut fence: Option<Fence>) -> ! {
    let prepared = prepare(launcher, fence.as_mut());
    let next = inbox::next(socket);
    let _ = not_yet_taken.write_all(TAKEN);
    drop(not_yet_taken);
    // Else this copy would keep the socket open after the launcher is gone.
    sys::close(socket.as_fd());
    let Ok(Some(channels)) = next else {
        sys::exit_now(0);
    };
    let Ok(mut report) = channels.report.try_clone() else {
        sys::exit_now(1);
    };
    // A fault of ours must not unwind into the launcher's frames, of which this is a copy.
    let served = catch_unwind(AssertUnwindSafe(|| {
        prepared.and_then(|prepared| run(prepared, channels, launcher, fence.as_mut()))
    }));
    let served = served.unwrap_or_else(|_| Err(SandboxError::new(Layer::Launcher, "init broke off")));
    if let Err(error) = served {
        let _ = write_cell(&mut report, fence.as_ref().map(Fence::number));
        write_failure(&mut report, &error);
    }
    sys::exit_now(0)
}

fn failed(layer: Layer, step: &str) -> impl FnOnce(io::Error) -> SandboxError {
    move |error| SandboxError::new(layer, format!("{step}: {error}"))
}

/// What an init makes ready before it has a run.
struct Prepared {
    root: Root,
    program: Program,
}

fn prepare(launcher: &Launcher, fence: Option<&mut Fence>) -> Result<Prepared, SandboxError> {
    sys::reset_signals();
    sys::ignore_broken_pipes();
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| failed(Layer::Privileges, "binding to the launcher's life")(e.into()))?;
    // When the machine runs out of memory, the kernel ends a run before anything else.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    map_ids(launcher.outer).map_err(failed(Layer::Namespaces, "mapping the user id"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|e| failed(Layer::Privileges, "closing init to inspection")(e.into()))?;
    let _ = rustix::system::sethostname(b"assay");
    let root = Root::prepare()?;
    if launcher.handed_in {
        // Nothing more of the host is needed.
        root.enter()?;
        root::forget_host()?;
    }
    let program = Program::fork(launcher, fence.map(Fence::take_doors).unwrap_or_default())
        .map_err(failed(Layer::Launcher, "forking the program"))?;
    Ok(Prepared { root, program })
}

fn run(
    prepared: Prepared,
    mut channels: Channels,
    launcher: &Launcher,
    mut fence: Option<&mut Fence>,
) -> Result<(), SandboxError> {
    let Prepared { root, program } = prepared;
    let request = read_request(&channels.request).map_err(failed(Layer::Launcher, "reading the request"))?;
    let spec = &request.spec;
    let link = request.endpoint.is_some().then(|| channels.take_link()).transpose();
    let link = link.map_err(failed(Layer::Launcher, "the link of a join"))?;
    begin(fence.as_deref_mut(), &request)?;
    let hosts = if launcher.handed_in {
        Hosts::handed_in(spec, std::mem::take(&mut channels.handed_in))?
    } else {
        Hosts::open(spec)?
    };
    program.take(&channels, hosts.stdin.as_ref());
    if let (Some(endpoint), Some(link)) = (request.endpoint, &link) {
        joint::hand_out(endpoint, link).map_err(failed(Layer::Namespaces, "the sockets of a join"))?;
    }
    root.add(spec, hosts.mounts)?;
    if launcher.handed_in {
        program.proceed();
    } else {
        root.enter()?;
        program.proceed();
        // Takes the kernel a while, in which the program sets its rules.
        root::forget_host()?;
    }
    program.proceed();
    watch(&program, &request, channels, fence.as_deref(), link.as_ref())
}

/// Sets the limits of the run's control group. A run that should be in one and is not does not start.
pub fn begin(fence: Option<&mut Fence>, request: &Request) -> Result<(), SandboxError> {
    match (fence, request.cell) {
        (Some(fence), Some(limits)) => {
            fence.begin(limits).map_err(failed(Layer::Cgroup, "setting the limits of the control group"))
        }
        (_, None) => Ok(()),
        (None, Some(_)) => Err(SandboxError::new(Layer::Cgroup, "the run came without its control group")),
    }
}

/// From the start of the program on: watches it, brings folders out, and has the last word.
pub fn watch(
    program: &Program,
    request: &Request,
    channels: Channels,
    fence: Option<&Fence>,
    link: Option<&OwnedFd>,
) -> Result<(), SandboxError> {
    let witness = request.spec.family.then(|| program.witness(&request.spec.task)).flatten();
    let mut report = supervise::supervise(program.pid, request, &channels.lifeline, fence, link, witness)
        .map_err(failed(Layer::Limits, "watching the program"))?;
    match program.why_not_started().map_err(failed(Layer::Launcher, "starting the program"))? {
        None => {}
        Some(Stopped::NotStarted(reason)) => report.end = End::NotStarted(reason),
        Some(Stopped::Layer(error)) => return Err(error),
    }
    let Channels { report: mut to_runner, stdout, stderr, .. } = channels;
    // Held until now, so that the runner wakes once and not for each of them.
    drop((stdout, stderr));
    let mut to = io::BufWriter::with_capacity(64 * 1024, &mut to_runner);
    write_cell(&mut to, fence.map(Fence::number)).map_err(failed(Layer::Launcher, "sending the report"))?;
    for folder in &request.spec.collect {
        collect::send(folder, &mut to).map_err(failed(Layer::Files, "bringing out a folder"))?;
    }
    let json = serde_json::to_vec(&report).map_err(|e| failed(Layer::Launcher, "the report")(e.into()))?;
    write_frame(&mut to, Tag::Finished, &json)
        .and_then(|()| to.flush())
        .map_err(failed(Layer::Launcher, "sending the report"))
}

/// One id, mapped to the launcher's; no other id exists inside.
fn map_ids(outer: Outer) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{INNER_ID} {} 1", outer.uid))?;
    fs::write("/proc/self/gid_map", format!("{INNER_ID} {} 1", outer.gid))
}
