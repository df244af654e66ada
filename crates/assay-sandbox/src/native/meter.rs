//! What all processes of a run use together, read from `/proc` of its pid namespace.
//!
//! CPU time passes from an ended process to the one that reaps it, unless nobody
//! does (a parent that ignores SIGCHLD): what such a process was last seen with
//! is kept, so that a program cannot hide its work in children.
//!
//! Memory is what is resident and not of a file, shared memory too, with page
//! tables and swap; pages that processes share count for each of them. What no
//! process maps (the buffers of sockets and pipes, a shared mapping let go by
//! `madvise`) no meter sees: there the machine's reserve is the bound.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use super::sys;

/// How often all of a process's memory is read; between, only what is cheap.
const FULL_EVERY: u32 = 5;

/// Totals of a reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// CPU time of every process the run ever had, as far as it was seen.
    pub cpu: Duration,
    /// Bytes of memory.
    pub memory: u64,
    /// Whether the machine has less memory available than must stay.
    pub machine_short: bool,
}

/// Reads again and again while a run lasts.
#[derive(Debug)]
pub struct Meter {
    memory_limit: u64,
    reserve: u64,
    rounds: u32,
    page: u64,
    seen: HashMap<u32, Seen>,
    reaped: Duration,
    lost: Duration,
    highest: Duration,
}

/// One process at the last reading, times in clock ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    started: u64,
    own: u64,
    children: u64,
    resident_pages: u64,
}

impl Meter {
    /// Nothing read yet.
    pub fn new(memory_limit: u64, reserve: u64) -> Self {
        Self {
            memory_limit,
            reserve,
            rounds: 0,
            page: rustix::param::page_size() as u64,
            seen: HashMap::new(),
            reaped: Duration::ZERO,
            lost: Duration::ZERO,
            highest: Duration::ZERO,
        }
    }

    /// Reads everything once.
    pub fn read(&mut self) -> Reading {
        let now = processes();
        self.count_lost(&now, sys::children_usage().0);
        let live: u64 = now.values().map(|p| p.own + p.children).sum();
        self.highest = self.highest.max(self.reaped + self.lost + ticks(live));
        let full = self.rounds.is_multiple_of(FULL_EVERY);
        self.rounds = self.rounds.wrapping_add(1);
        // Resident pages hold files too, so they are an upper bound, but for page tables.
        let resident = now.values().map(|p| p.resident_pages).sum::<u64>() * self.page;
        let memory =
            if full || resident > self.memory_limit / 2 { now.keys().map(|pid| memory_of(*pid)).sum() } else { 0 };
        let reading = Reading {
            cpu: self.highest,
            memory,
            machine_short: full && available().is_some_and(|bytes| bytes < self.reserve),
        };
        self.seen = now;
        reading
    }

    /// CPU time of the whole run, when init has reaped everything.
    pub fn total(&self, reaped: Duration) -> Duration {
        self.highest.max(reaped + self.lost)
    }

    /// What vanished since the last reading and was passed on to nobody.
    fn count_lost(&mut self, now: &HashMap<u32, Seen>, reaped: Duration) {
        let same = |pid: &u32, then: &Seen| now.get(pid).filter(|p| p.started == then.started);
        let vanished: u64 = self
            .seen
            .iter()
            .filter(|(pid, then)| same(pid, then).is_none())
            .map(|(_, then)| then.own + then.children)
            .sum();
        let passed: u64 = self
            .seen
            .iter()
            .filter_map(|(pid, then)| same(pid, then).map(|p| p.children.saturating_sub(then.children)))
            .sum();
        let to_init = reaped.saturating_sub(self.reaped);
        self.lost += ticks(vanished).saturating_sub(ticks(passed) + to_init);
        self.reaped = reaped;
    }
}

fn ticks(count: u64) -> Duration {
    Duration::from_micros(count.saturating_mul(1_000_000) / sys::ticks_per_second())
}

/// All processes but init. One that vanishes meanwhile has been counted, or will be on reaping.
fn processes() -> HashMap<u32, Seen> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid != 1)
        .filter_map(|pid| {
            let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, Seen::of(&String::from_utf8_lossy(&stat))?))
        })
        .collect()
}

impl Seen {
    /// From `/proc/PID/stat`. The name in it is the program's own and may hold anything, so the last `)` counts.
    fn of(stat: &str) -> Option<Self> {
        let (_, after_name) = stat.rsplit_once(')')?;
        // The state is field 3; utime, stime, cutime, cstime are 14 to 17, starttime 22, rss 24.
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let field = |number: usize| -> Option<u64> { fields.get(number - 3)?.parse().ok() };
        Some(Self {
            own: field(14)? + field(15)?,
            children: field(16)? + field(17)?,
            started: field(22)?,
            resident_pages: field(24)?,
        })
    }
}

fn memory_of(pid: u32) -> u64 {
    fs::read(format!("/proc/{pid}/status")).map_or(0, |status| sum_of(&String::from_utf8_lossy(&status)))
}

/// The lines of `/proc/PID/status` that are this process's memory and not a file's.
fn sum_of(status: &str) -> u64 {
    const COUNTED: [&str; 5] = ["RssAnon:", "RssShmem:", "VmPTE:", "VmSwap:", "HugetlbPages:"];
    status
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            let kib: u64 = words.next()?.parse().ok()?;
            COUNTED.contains(&name).then_some(kib * 1024)
        })
        .sum()
}

fn available() -> Option<u64> {
    available_of(&fs::read_to_string("/proc/meminfo").ok()?)
}

/// `MemAvailable` of `/proc/meminfo`, in bytes.
pub fn available_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find(|l| l.starts_with("MemAvailable:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(own: u64, children: u64) -> Seen {
        Seen { started: 1, own, children, resident_pages: 0 }
    }

    #[test]
    fn a_hostile_process_name_does_not_shift_the_fields() {
        let stat = "7 (a) R 1 2 (b)) R 1 7 7 0 -1 0 0 0 0 0 11 22 33 44 20 0 1 0 99 4096 12 0";
        let of = Seen::of(stat).unwrap();
        assert_eq!((of.own, of.children), (33, 77));
        assert_eq!((of.started, of.resident_pages), (99, 12));
        assert_eq!(Seen::of("no parenthesis"), None);
    }

    #[test]
    fn a_hostile_process_name_does_not_add_memory_or_hide_it() {
        // The kernel escapes line ends in names, so a name cannot begin a line of its own.
        let status = "Name:\tRssAnon: 1\nRssAnon:\t  300 kB\nRssFile:\t 900 kB\nRssShmem:\t 20 kB\nVmPTE:\t 4 kB\n";
        assert_eq!(sum_of(status), 324 * 1024);
        assert_eq!(sum_of(""), 0);
    }

    #[test]
    fn time_is_lost_only_when_nobody_reaped() {
        let second = sys::ticks_per_second();
        let mut meter = Meter::new(0, 0);
        meter.seen = [(2, seen(0, 0)), (3, seen(second, 0))].into();
        meter.count_lost(&[(2, seen(0, second))].into(), Duration::ZERO);
        assert_eq!(meter.lost, Duration::ZERO, "its parent reaped it");

        meter.seen = [(2, seen(0, 0)), (3, seen(second, 0))].into();
        meter.count_lost(&[(2, seen(0, 0))].into(), Duration::from_secs(1));
        assert_eq!(meter.lost, Duration::ZERO, "init reaped it");

        meter.seen = [(2, seen(0, 0)), (3, seen(second, 0))].into();
        meter.count_lost(&[(2, seen(0, 0))].into(), Duration::from_secs(1));
        assert_eq!(meter.lost, Duration::from_secs(1), "nobody reaped it");
    }

    #[test]
    fn the_machines_memory_is_read() {
        let text = "MemTotal:  10 kB\nMemFree: 3 kB\nMemAvailable:   7 kB\n";
        assert_eq!(available_of(text), Some(7 * 1024));
        assert_eq!(available_of(""), None);
    }
}
