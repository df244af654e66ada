//! Init's watch over the program: CPU time and memory of the whole tree as the
//! kernel counts them, the wall clock as a backstop, and the end of everything.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::message::Report;
use super::sys;
use crate::spec::{End, RunLimits, Usage};

/// How often the meters are read. Between two readings a program can pass its
/// memory limit by what it can touch in this time.
const TICK: Duration = Duration::from_millis(20);

/// Watches the program until it ends or passes a limit, then ends everything in
/// the pid namespace. `lifeline` closes when the runner lets go of the run.
pub fn supervise(pid: i32, limits: &RunLimits, lifeline: &OwnedFd) -> io::Result<Report> {
    let started = Instant::now();
    let program = Pid::from_raw(pid).ok_or_else(|| io::Error::other("no pid"))?;
    let pidfd = pidfd_open(program, PidfdFlags::empty())?;
    let mut status = None;
    let mut stopped = None;
    while status.is_none() {
        let timeout = Timespec {
            tv_sec: 0,
            tv_nsec: TICK.as_nanos() as i64,
        };
        let mut watched = [
            PollFd::from_borrowed_fd(pidfd.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(lifeline.as_fd(), PollFlags::empty()),
        ];
        match poll(&mut watched, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [_, line] = &watched;
        let let_go = line
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        while let Ok(Some(reaped)) = sys::reap(false) {
            if reaped.pid == pid {
                status = Some(reaped.status);
            }
        }
        if status.is_some() {
            break;
        }
        let meters = Meters::read();
        stopped = if let_go {
            Some(End::OutputLimit)
        } else if meters.cpu >= limits.cpu {
            Some(End::CpuLimit)
        } else if meters.memory > limits.memory {
            Some(End::MemoryLimit)
        } else if started.elapsed() >= limits.wall {
            Some(End::WallLimit)
        } else {
            None
        };
        if stopped.is_some() {
            break;
        }
    }
    // Whatever the program left running ends now; its CPU time still counts.
    sys::kill_all();
    while let Ok(Some(reaped)) = sys::reap(true) {
        if reaped.pid == pid {
            status = Some(reaped.status);
        }
    }
    let (cpu, max_rss) = sys::children_usage();
    let end = stopped.unwrap_or_else(|| end_of(status.unwrap_or(0), cpu, limits));
    Ok(Report {
        end,
        usage: Usage {
            cpu,
            wall: started.elapsed(),
            max_rss,
        },
        pid,
    })
}

fn end_of(status: i32, cpu: Duration, limits: &RunLimits) -> End {
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        // The kernel's own limit is a backstop behind the meter.
        let by_kernel = matches!(signal, libc::SIGKILL | libc::SIGXCPU) && cpu >= limits.cpu;
        return if by_kernel {
            End::CpuLimit
        } else {
            End::Signaled(signal)
        };
    }
    End::Exited(libc::WEXITSTATUS(status))
}

/// What all processes of the namespace use together.
struct Meters {
    cpu: Duration,
    memory: u64,
}

impl Meters {
    /// Reads `/proc` of the namespace. A process that vanishes meanwhile has been counted, or will be on reaping.
    fn read() -> Self {
        let (mut cpu, _) = sys::children_usage();
        let mut ticks = 0;
        let mut pages = 0;
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            if pid == 1 {
                continue;
            }
            ticks +=
                fs::read_to_string(entry.path().join("stat")).map_or(0, |stat| ticks_of(&stat));
            pages +=
                fs::read_to_string(entry.path().join("statm")).map_or(0, |statm| pages_of(&statm));
        }
        cpu += Duration::from_micros(ticks.saturating_mul(1_000_000) / sys::ticks_per_second());
        Self {
            cpu,
            memory: pages.saturating_mul(rustix::param::page_size() as u64),
        }
    }
}

/// User and system time of a process and of the children it reaped. The name
/// before them is the program's own and may hold anything, so the last `)` counts.
fn ticks_of(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // utime, stime, cutime, cstime are fields 14 to 17; the state is field 3.
    after_name
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum()
}

/// Resident pages that are not shared with files.
fn pages_of(statm: &str) -> u64 {
    let mut fields = statm
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse::<u64>().ok());
    let resident = fields.next().unwrap_or(0);
    resident.saturating_sub(fields.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_process_name_does_not_shift_the_fields() {
        let stat = "7 (a) R 1 2 (b)) R 1 7 7 0 -1 0 0 0 0 0 11 22 33 44 20 0 1";
        assert_eq!(ticks_of(stat), 110);
        assert_eq!(ticks_of("no parenthesis"), 0);
    }

    #[test]
    fn memory_is_what_is_resident_and_not_shared() {
        assert_eq!(pages_of("900 500 120 1 0 300 0"), 380);
        assert_eq!(pages_of(""), 0);
    }
}
