//! Init's watch over the program: CPU time and memory of the whole tree as the
//! kernel counts them, the wall clock as a backstop, and the end of everything.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::family::Witness;
use super::fence::Fence;
use super::message::{Report, Request};
use super::meter::Meter;
use super::sys;
use super::winding::Winding;
use crate::spec::{End, RunLimits, Usage};

/// How often the meters are read. Between two readings a program can pass its
/// memory limit by what it can touch in this time.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// The same, for a program whose calls wake init more often than that.
const PERIOD: Duration = Duration::from_millis(20);

/// Wall time that each unit of CPU time adds to the limit: a busy machine gives a
/// program a fraction of a core, and only one that does nothing is to be ended early.
const WALL_PER_CPU: u32 = 15;

/// Watches the program until it ends or passes a limit, then ends everything in
/// the pid namespace. `lifeline` closes when the runner lets go of the run.
/// A word on `link`, if there is one, asks for the end. `fence` is the run's control group, `witness` counts its
/// processes.
pub fn supervise(
    pid: i32,
    request: &Request,
    lifeline: &OwnedFd,
    fence: Option<&Fence>,
    link: Option<&OwnedFd>,
    mut witness: Option<Witness>,
) -> io::Result<Report> {
    let limits = &request.spec.limits;
    let started = Instant::now();
    let program = Pid::from_raw(pid).ok_or_else(|| io::Error::other("no pid"))?;
    let pidfd = pidfd_open(program, PidfdFlags::empty())?;
    let mut meter = Meter::new(limits.memory, request.reserve);
    let hit = || fence.is_some_and(Fence::hit);
    let mut winding = Winding::of(link);
    let mut status = None;
    let mut stopped = None;
    let mut family = None;
    let mut metered = started;
    let mut alone;
    loop {
        let (let_go, told) = wait(pidfd.as_fd(), lifeline.as_fd(), &mut winding, witness.as_ref())?;
        if let Some(witness) = witness.as_mut().filter(|_| told) {
            witness.serve();
        }
        alone = loop {
            match sys::reap(false) {
                Ok(Some(reaped)) if reaped.pid == pid => status = Some(reaped.status),
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        if status.is_some() {
            break;
        }
        if told && !let_go && metered.elapsed() < PERIOD {
            continue;
        }
        metered = Instant::now();
        let mut reading = meter.read();
        reading.cpu = reading.cpu.max(fence.map_or(Duration::ZERO, Fence::cpu));
        stopped = if let_go {
            Some(End::OutputLimit)
        } else if reading.cpu >= limits.cpu {
            Some(End::CpuLimit)
        } else if reading.memory > limits.memory || reading.machine_short || hit() {
            Some(End::MemoryLimit)
        } else if started.elapsed() >= limits.wall.saturating_add(reading.cpu.saturating_mul(WALL_PER_CPU)) {
            Some(End::WallLimit)
        } else if winding.step(program, reading.cpu, || family = witness.as_mut().map(Witness::when_asked)) {
            Some(End::Stopped)
        } else {
            None
        };
        if stopped.is_some() {
            break;
        }
    }
    let family = family.or_else(|| witness.as_mut().map(Witness::at_the_end));
    // Whatever the program left running ends now; its CPU time still counts.
    // Without a child, init is the last process of the namespace.
    if !alone {
        sys::kill_all();
    }
    while let Ok(Some(reaped)) = sys::reap(true) {
        if reaped.pid == pid {
            status = Some(reaped.status);
        }
    }
    let (reaped, max_rss) = sys::children_usage();
    let cpu = meter.total(reaped).max(fence.map_or(Duration::ZERO, Fence::cpu));
    let end = stopped.unwrap_or_else(|| {
        // Whatever else then came of it: the kernel ended a process, and perhaps not the first of the run.
        if hit() {
            return End::MemoryLimit;
        }
        let end = end_of(status.unwrap_or(0), cpu, limits);
        if winding.told() && end == End::Signaled(libc::SIGTERM) { End::Stopped } else { end }
    });
    Ok(Report {
        end,
        usage: Usage { cpu, wall: started.elapsed(), max_rss, peak_memory: fence.and_then(Fence::peak), family },
        pid,
    })
}

/// Until the program ends, the runner lets go (then the first is true), the end is asked for, there is something to
/// count (then the second is), or a tick is over.
fn wait(
    program: BorrowedFd<'_>,
    lifeline: BorrowedFd<'_>,
    winding: &mut Winding<'_>,
    witness: Option<&Witness>,
) -> io::Result<(bool, bool)> {
    let mut watched =
        vec![PollFd::from_borrowed_fd(program, PollFlags::IN), PollFd::from_borrowed_fd(lifeline, PollFlags::empty())];
    watched.extend(witness.map(|witness| PollFd::from_borrowed_fd(witness.listener(), PollFlags::IN)));
    watched.extend(winding.link().map(|link| PollFd::from_borrowed_fd(link, PollFlags::IN)));
    match poll(&mut watched, Some(&TICK)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let mut heard = watched.iter().skip(1).map(PollFd::revents);
    let let_go = heard.next().is_some_and(|line| line.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL));
    let told = witness.is_some() && heard.next().is_some_and(|listener| listener.contains(PollFlags::IN));
    if heard.next().is_some_and(|link| !link.is_empty()) {
        winding.ask();
    }
    Ok((let_go, told))
}

fn end_of(status: i32, cpu: Duration, limits: &RunLimits) -> End {
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        // The kernel's own limit is a backstop behind the meter.
        let by_kernel = matches!(signal, libc::SIGKILL | libc::SIGXCPU) && cpu >= limits.cpu;
        return if by_kernel { End::CpuLimit } else { End::Signaled(signal) };
    }
    End::Exited(libc::WEXITSTATUS(status))
}
