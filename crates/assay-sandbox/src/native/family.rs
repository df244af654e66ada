//! The processes that a run makes, told by the kernel.
//!
//! A process can be waited for by its own parent, or by nobody, and then init never hears how it ended. So the
//! program's filter stops each call that makes a process, begins a program or leaves, until init has counted it.
//! What was made and neither left nor lives was killed: that a signal ends a process is no call of its.
//!
//! No count rests on memory of the program, which could change meanwhile: of `clone` only the flags matter, which are
//! in a register, and `clone3` is absent. What cannot be attributed counts as made and not as left, so that a
//! program can only make itself look worse.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use seccompiler::BpfProgram;

use super::bpf::{Answer, program};
use super::equipment::Equipment;
use super::sys::{self, Told};
use crate::spec::Family;

/// Calls answered in a row before the meters are read again.
const IN_A_ROW: usize = 64;

/// How the tracer of a leak check is made: a process that shares the memory of its maker, and that nobody traces.
const TRACER: i32 = libc::CLONE_VM | libc::CLONE_UNTRACED;

/// Where the system's own programs lie in every run.
const SYSTEM: &[&str] = &["/usr/", "/bin/", "/sbin/", "/lib/"];

/// With it a sanitizer's runtime ends the process, as `abort` does.
const SIGABRT: u32 = libc::SIGABRT as u32;

/// The filter that tells.
pub fn filter(newest: u32) -> BpfProgram {
    let call = |call: libc::c_long, answer| (call as u32, answer);
    let mut answers: BTreeMap<u32, Answer> = [
        call(libc::SYS_clone, Answer::TellUnless(0, libc::CLONE_THREAD as u32)),
        call(libc::SYS_execve, Answer::Tell),
        call(libc::SYS_execveat, Answer::Tell),
        call(libc::SYS_exit_group, Answer::Tell),
        call(libc::SYS_exit, Answer::Tell),
        call(libc::SYS_kill, Answer::TellIf(1, SIGABRT)),
        call(libc::SYS_tkill, Answer::TellIf(1, SIGABRT)),
        call(libc::SYS_tgkill, Answer::TellIf(2, SIGABRT)),
    ]
    .into();
    answers.extend(OLDER.iter().map(|older| call(*older, Answer::Tell)));
    program(&answers, newest)
}

/// Calls that only older architectures have.
#[cfg(target_arch = "x86_64")]
const OLDER: &[libc::c_long] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[libc::c_long] = &[];

/// Init's side: hears each call and counts it.
pub struct Witness {
    listener: OwnedFd,
    /// The first process of the run.
    first: u32,
    /// Whether the first process has begun the program that the run is.
    begun: bool,
    left: HashSet<u32>,
    /// The process whose last told call made a copy of it.
    copied: Option<u32>,
    /// Processes that a test of tracing was counted for.
    tested: HashSet<u32>,
    equipment: Equipment,
    family: Family,
}

impl Witness {
    /// Of the run whose first process this is, and which begins with this equipment.
    pub fn new(listener: OwnedFd, first: i32, equipment: Equipment) -> Self {
        Self {
            listener,
            first: first.unsigned_abs(),
            begun: false,
            left: HashSet::new(),
            copied: None,
            tested: HashSet::new(),
            equipment,
            family: Family::default(),
        }
    }

    /// What to wait for.
    pub fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// Counts what waits to be counted, and lets it go on.
    pub fn serve(&mut self) {
        for _ in 0..IN_A_ROW {
            let mut waits = [PollFd::from_borrowed_fd(self.listener.as_fd(), PollFlags::IN)];
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            let any = poll(&mut waits, Some(&at_once)).is_ok_and(|count| count > 0);
            if !any || !waits.iter().any(|waits| waits.revents().contains(PollFlags::IN)) {
                return;
            }
            // One that was killed as it waited is gone, and another may wait behind it.
            let Ok(told) = sys::hear(self.listener.as_fd()) else { continue };
            let count = self.understand(&told);
            // An interrupted call is made again, and only then counted.
            if sys::let_go_on(self.listener.as_fd(), &told).is_ok() {
                self.count(count);
            }
        }
    }

    /// What a call is, while its process still waits in it.
    fn understand(&self, told: &Told) -> Counted {
        let process = leader(told.pid);
        let is_first = process == Some(self.first);
        let [first, ..] = told.arguments;
        match libc::c_long::from(told.call) {
            libc::SYS_exit_group | libc::SYS_exit if is_first => Counted::Nothing,
            libc::SYS_exit_group => process.map_or(Counted::Nothing, Counted::Left),
            // A thread that leaves takes its process along only where it is alone, as the tracer of a leak check is.
            libc::SYS_exit if is_alone(told.pid) => Counted::Left(told.pid),
            libc::SYS_exit => Counted::Nothing,
            libc::SYS_execve | libc::SYS_execveat if is_first && !self.begun => Counted::Begun,
            libc::SYS_execve | libc::SYS_execveat => {
                // `env` and a shell's `exec` put the target in their own place: nothing of the target is lost.
                let wraps = is_first && is_systems(self.first);
                let [_, _, third, fourth, ..] = told.arguments;
                let environment = if libc::c_long::from(told.call) == libc::SYS_execve { third } else { fourth };
                let equipment = process.and_then(|process| Equipment::about_to_be(process, environment));
                let armed = equipment.is_some_and(|equipment| equipment.arms_as(&self.equipment, wraps));
                Counted::Program { wraps, replaces: is_first && !wraps, armed }
            }
            libc::SYS_kill | libc::SYS_tkill | libc::SYS_tgkill => Counted::Aborted,
            libc::SYS_clone if first as i32 & TRACER == TRACER => {
                Counted::Tracer { after_a_copy: process.filter(|process| self.copied == Some(*process)) }
            }
            libc::SYS_clone => Counted::Made {
                copy: if first as i32 & libc::CLONE_VM == 0 { process.or(Some(told.pid)) } else { None },
            },
            #[cfg(target_arch = "x86_64")]
            libc::SYS_vfork => Counted::Made { copy: None },
            _ => Counted::Made { copy: process.or(Some(told.pid)) },
        }
    }

    fn count(&mut self, counted: Counted) {
        let family = &mut self.family;
        // A copy that leaves stands not between it and the tracer; anything else does.
        self.copied = self.copied.filter(|_| matches!(counted, Counted::Left(_)));
        match counted {
            Counted::Nothing => {}
            Counted::Begun => self.begun = true,
            Counted::Aborted => family.aborts = family.aborts.saturating_add(1),
            Counted::Program { wraps, replaces, armed } => {
                family.programs = family.programs.saturating_add(u32::from(!wraps));
                family.replaced = family.replaced.saturating_add(u32::from(replaces));
                family.disarmed = family.disarmed.saturating_add(u32::from(!armed));
            }
            // A number is used again only after all others were; then one is missing here, never one too many.
            Counted::Left(process) => {
                if self.left.insert(process) {
                    family.left = family.left.saturating_add(1);
                }
            }
            Counted::Made { copy } => {
                family.others = family.others.saturating_add(1);
                family.copies = family.copies.saturating_add(u32::from(copy.is_some()));
                self.copied = copy;
            }
            Counted::Tracer { after_a_copy } => {
                family.others = family.others.saturating_add(1);
                if after_a_copy.is_some_and(|process| self.tested.insert(process)) {
                    family.tests = family.tests.saturating_add(1);
                }
            }
        }
    }

    /// How many beside the first process are alive and have not left.
    fn alive(&self) -> u32 {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let alive = numbers.filter(|pid| *pid != 1 && *pid != self.first && !self.left.contains(pid));
        alive.filter(|pid| fs::read(format!("/proc/{pid}/stat")).is_ok_and(|stat| lives(&stat))).count() as u32
    }

    /// The count when the first process has ended, and before anything else is ended.
    pub fn at_the_end(&mut self) -> Family {
        self.serve();
        Family { stayed: self.alive(), ..self.family }
    }

    /// The count when the run is asked to end, which is no fault of what is at work then.
    pub fn when_asked(&mut self) -> Family {
        self.serve();
        let others = self.family.others.saturating_sub(self.alive());
        Family { others, ..self.family }
    }
}

/// What a call counts as.
#[derive(Debug, PartialEq, Eq)]
enum Counted {
    Nothing,
    Begun,
    Aborted,
    Program {
        wraps: bool,
        replaces: bool,
        armed: bool,
    },
    Left(u32),
    /// Which process was copied, if one was.
    Made {
        copy: Option<u32>,
    },
    /// A leak check's tracer; and who makes it, if a copy was the last that it made.
    Tracer {
        after_a_copy: Option<u32>,
    },
}

/// The process that a thread belongs to.
fn leader(thread: u32) -> Option<u32> {
    let status = fs::read(format!("/proc/{thread}/status")).ok()?;
    leader_of(&String::from_utf8_lossy(&status))
}

/// Whether this thread is a whole process.
fn is_alone(thread: u32) -> bool {
    let status = fs::read(format!("/proc/{thread}/status")).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    leader_of(&status) == Some(thread) && status.lines().any(|line| line == "Threads:\t1")
}

/// From `/proc/PID/status`, in which the kernel escapes the line ends of a name.
fn leader_of(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok())
}

/// Whether what a process runs is the system's, and not of the run.
fn is_systems(process: u32) -> bool {
    let program = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    SYSTEM.iter().any(|folder| program.starts_with(folder))
}

/// By `/proc/PID/stat`: neither ended nor ending. The name before the state is the program's own.
fn lives(stat: &[u8]) -> bool {
    let end = stat.iter().rposition(|byte| *byte == b')');
    end.and_then(|end| stat.get(end + 2)).is_some_and(|state| !matches!(state, b'Z' | b'X'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::bpf;
    use super::*;

    const TOLD: u32 = libc::SECCOMP_RET_USER_NOTIF;
    const ALLOWED: u32 = libc::SECCOMP_RET_ALLOW;

    fn answer(call: libc::c_long, first: u64) -> u32 {
        bpf::run(&filter(462), bpf::ARCHITECTURE, call as u32, [first, 0, 0, 0, 0, 0])
    }

    #[test]
    fn threads_are_no_processes() {
        let thread = libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND;
        assert_eq!(answer(libc::SYS_clone, thread as u64), ALLOWED);
        // The high half of the flags says nothing.
        assert_eq!(answer(libc::SYS_clone, (thread as u64) << 32), TOLD);
        for flags in [libc::SIGCHLD, libc::CLONE_VM | libc::CLONE_VFORK, libc::CLONE_VM | libc::CLONE_UNTRACED] {
            assert_eq!(answer(libc::SYS_clone, flags as u64), TOLD);
        }
        for call in [libc::SYS_exit_group, libc::SYS_exit, libc::SYS_execve, libc::SYS_execveat].iter().chain(OLDER) {
            assert_eq!(answer(*call, 0), TOLD);
        }
        for call in [libc::SYS_read, libc::SYS_wait4, libc::SYS_tgkill] {
            assert_eq!(answer(call, 0), ALLOWED);
        }
        let abort = [7, 7, u64::from(SIGABRT), 0, 0, 0];
        assert_eq!(bpf::run(&filter(462), bpf::ARCHITECTURE, libc::SYS_tgkill as u32, abort), TOLD);
    }

    #[test]
    fn what_is_read_of_a_process_cannot_be_shifted_by_its_name() {
        assert_eq!(leader_of("Name:\tTgid: 9\\nTgid: 8\nTgid:\t7\n"), Some(7));
        assert_eq!(leader_of(""), None);
        assert!(lives(b"7 (a) Z) S 1") && !lives(b"7 (a) S) Z 1") && !lives(b"7 (a)"));
    }

    fn witness() -> Witness {
        Witness::new(fs::File::open("/dev/null").unwrap().into(), 2, Equipment::default())
    }

    #[test]
    fn one_copy_of_a_process_may_be_the_test_of_a_leak_check() {
        let copy = || Counted::Made { copy: Some(2) };
        let tracer = |witness: &Witness| Counted::Tracer { after_a_copy: witness.copied.filter(|copied| *copied == 2) };
        let mut witness = witness();
        for counted in [copy(), Counted::Left(3), copy(), Counted::Left(4)] {
            witness.count(counted);
        }
        witness.count(tracer(&witness));
        assert_eq!((witness.family.copies, witness.family.tests), (2, 1), "only the last one is");
        witness.count(Counted::Left(5));
        witness.count(copy());
        witness.count(tracer(&witness));
        assert_eq!((witness.family.copies, witness.family.tests), (3, 1), "and only once");
        assert_eq!((witness.family.others, witness.family.left), (5, 3));
        witness.count(Counted::Left(5));
        assert_eq!(witness.family.left, 3, "nobody leaves twice");
    }

    #[test]
    fn what_comes_between_a_copy_and_a_tracer_parts_them() {
        for between in
            [Counted::Nothing, Counted::Aborted, Counted::Made { copy: None }, Counted::Made { copy: Some(9) }]
        {
            let mut witness = witness();
            witness.count(Counted::Made { copy: Some(2) });
            witness.count(between);
            assert_ne!(witness.copied, Some(2));
        }
    }

    #[test]
    fn killed_is_who_neither_left_nor_stayed() {
        let family = Family { others: 5, left: 2, stayed: 1, copies: 5, ..Family::default() };
        assert_eq!(family.killed(), 2);
        assert_eq!(Family { others: 1, left: 2, ..family }.killed(), 0, "two threads may leave at once");
    }
}
