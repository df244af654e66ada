//! The end of a run that is asked for from outside: a joined run whose other
//! side is over.
//!
//! The program is not cut off in the middle of its work: a crash that is being
//! reported, or a request that is being answered, is what the run is about. It
//! is asked by SIGTERM when all its threads have slept for a while, and killed
//! when it stays. What it does until then counts against its limits as before.

use std::fs;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::net::{SendFlags, send};
use rustix::process::{Pid, Signal, kill_process};

/// Readings in a row, one a tick, in which no thread ran and no CPU time was used.
const QUIET: u32 = 5;

/// From SIGTERM to the end.
const GRACE: Duration = Duration::from_secs(1);

/// How far the end has come.
#[derive(Default)]
pub struct Winding<'a> {
    link: Option<&'a OwnedFd>,
    asked: bool,
    quiet: u32,
    cpu: Duration,
    told: Option<Instant>,
}

impl<'a> Winding<'a> {
    /// A run that is asked to end by a word on this link, or by its end.
    pub fn of(link: Option<&'a OwnedFd>) -> Self {
        Self { link, ..Self::default() }
    }

    /// What to wait for: nothing more once it has been heard.
    pub fn link(&self) -> Option<BorrowedFd<'a>> {
        self.link.filter(|_| !self.asked).map(|link| link.as_fd())
    }

    /// The word has come.
    pub fn ask(&mut self) {
        self.asked = true;
    }

    /// Whether the program was sent SIGTERM, so that an end by it is ours.
    pub fn told(&self) -> bool {
        self.told.is_some()
    }

    /// Called at each reading of the meter; true when it is time to kill. `telling` comes right before SIGTERM.
    pub fn step(&mut self, program: Pid, cpu: Duration, telling: impl FnOnce()) -> bool {
        if !self.asked {
            return false;
        }
        if let Some(told) = self.told {
            return told.elapsed() >= GRACE;
        }
        let used = cpu > std::mem::replace(&mut self.cpu, cpu);
        self.quiet = if used || anything_runs() { 0 } else { self.quiet + 1 };
        if self.quiet >= QUIET {
            // Said before it is done: whoever hears nothing knows that the program ended by itself.
            let _ = self.link.map(|link| send(link, b"t", SendFlags::NOSIGNAL | SendFlags::DONTWAIT));
            telling();
            let _ = kill_process(program, Signal::TERM);
            self.told = Some(Instant::now());
        }
        false
    }
}

/// Whether a thread of the run has the CPU, waits for it, or waits for the disk.
fn anything_runs() -> bool {
    let numbers = |folder: &str| -> Vec<u32> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
    };
    numbers("/proc").into_iter().filter(|pid| *pid != 1).any(|pid| {
        let tasks = format!("/proc/{pid}/task");
        numbers(&tasks).into_iter().any(|task| {
            let stat = fs::read(format!("{tasks}/{task}/stat")).unwrap_or_default();
            matches!(state(&stat), Some(b'R' | b'D'))
        })
    })
}

/// The state in `/proc/PID/stat`. The name before it is the program's own and may hold anything, so the last `)` counts.
fn state(stat: &[u8]) -> Option<u8> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    stat.get(end + 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_read_behind_a_name_that_lies() {
        assert_eq!(state(b"7 (a) R (b) S 1 7 7"), Some(b'S'));
        assert_eq!(state(b"7 (x) R 1"), Some(b'R'));
        assert_eq!(state(b"7 (x)"), None);
        assert_eq!(state(b""), None);
    }

    #[test]
    fn nothing_happens_before_the_word() {
        let mut winding = Winding::of(None);
        assert!(!winding.step(rustix::process::getpid(), Duration::ZERO, || ()) && !winding.told());
    }
}
