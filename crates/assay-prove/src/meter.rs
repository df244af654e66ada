//! A sandbox that lets no more run at once than the machine carries: so many runs
//! as there are cores, and no more memory than a ceiling.
//!
//! What counts is what a run is *allowed* (resident memory, the folders it may
//! fill, the output and folders that are brought out), not what it uses: the sum
//! of the limits of all runs in flight never passes the ceiling, whatever hostile
//! programs do at the same time. Builds, runs, unpacking and symbols all pass
//! here, of all bundles that are proved side by side.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use assay_sandbox::{Endpoint, Finished, Into as Destination, Layer, Layers, Mount, Sandbox, SandboxError, Side, Spec};

use crate::execute::lock;

/// What may run at once.
#[derive(Debug)]
pub struct Budget {
    state: Mutex<State>,
    changed: Condvar,
    runs: usize,
    memory: u64,
    stated: bool,
}

#[derive(Debug, Default)]
struct State {
    runs: usize,
    memory: u64,
    /// First come, first served: a large run is not kept waiting by a stream of small ones.
    next_ticket: u64,
    turn: u64,
    /// The most memory that was ever granted at once.
    most: u64,
}

/// The share of the machine's memory that is the ceiling when nobody states one.
const SHARE: (u64, u64) = (3, 4);

impl Budget {
    /// A ceiling that somebody stated, in bytes: a run that alone asks for more is refused.
    #[must_use]
    pub fn stated(memory: u64) -> Self {
        Self::new(memory, true)
    }

    /// Three quarters of the machine's memory, or of what this process may use of it. A run that alone
    /// asks for more runs alone: its limit is a bound, and no use.
    #[must_use]
    pub fn of_machine() -> Self {
        let memory = machine_memory();
        Self::new(memory / SHARE.1 * SHARE.0, false)
    }

    fn new(memory: u64, stated: bool) -> Self {
        let runs = std::thread::available_parallelism().map_or(1, usize::from);
        Self { state: Mutex::default(), changed: Condvar::new(), runs, memory: memory.max(1), stated }
    }

    /// The ceiling in bytes.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Whether somebody stated it.
    #[must_use]
    pub fn is_stated(&self) -> bool {
        self.stated
    }

    /// Runs at once at most.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The most memory that was granted at any one time, in bytes.
    #[must_use]
    pub fn most(&self) -> u64 {
        lock(&self.state).most
    }

    /// Waits until a run that may use this much fits.
    fn take(&self, memory: u64) -> Result<Share<'_>, SandboxError> {
        if memory > self.memory && self.stated {
            return Err(SandboxError {
                layer: Layer::Limits,
                what: format!(
                    "a run may use {} of memory and sized folders, and all runs together at most {}",
                    words(memory),
                    words(self.memory)
                ),
                remedy: "state a higher ceiling (--memory or ASSAY_MEMORY), or lower the bundle's limits".to_owned(),
            });
        }
        let memory = memory.min(self.memory);
        let mut state = lock(&self.state);
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        while state.turn != ticket || state.runs >= self.runs || state.memory + memory > self.memory {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.turn += 1;
        state.runs += 1;
        state.memory += memory;
        state.most = state.most.max(state.memory);
        drop(state);
        // The next in line may fit beside this one.
        self.changed.notify_all();
        Ok(Share { budget: self, memory })
    }
}

/// A granted part of the budget; given back when dropped.
struct Share<'a> {
    budget: &'a Budget,
    memory: u64,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.budget.state);
        state.runs -= 1;
        state.memory -= self.memory;
        drop(state);
        self.budget.changed.notify_all();
    }
}

/// An engine under a budget.
pub struct Metered {
    sandbox: Box<dyn Sandbox>,
    budget: Arc<Budget>,
}

impl Metered {
    /// This engine, under this budget.
    #[must_use]
    pub fn new(sandbox: Box<dyn Sandbox>, budget: Arc<Budget>) -> Self {
        Self { sandbox, budget }
    }
}

impl Sandbox for Metered {
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError> {
        let _share = self.budget.take(need(spec))?;
        self.sandbox.run(spec)
    }

    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        // The two sides wait for each other, so two joined runs that each hold one half of the budget
        // would wait for ever: the server's side takes for both, as both have the harness's limits.
        let _share = match endpoint.side {
            Side::Server => Some(self.budget.take(need(spec).saturating_mul(2))?),
            Side::Driver => None,
        };
        self.sandbox.run_side(spec, endpoint, link)
    }

    fn layers(&self) -> &Layers {
        self.sandbox.layers()
    }
}

/// Bytes of memory that a run may use at most: its own, its folders, and what is brought out of it.
fn need(spec: &Spec) -> u64 {
    let folders = spec.mounts.iter().map(|mount| match mount {
        Mount::Scratch { size, .. } | Mount::Copy { size, .. } | Mount::LogFolder { size, .. } => *size,
        Mount::ReadOnly { .. } | Mount::Data { .. } => 0,
    });
    let brought = spec.collect.iter().map(|collect| match collect.into {
        Destination::Memory => collect.max_bytes,
        Destination::Folder(_) => 0,
    });
    let streams = spec.limits.output.saturating_mul(2);
    folders.chain(brought).chain([streams]).fold(spec.limits.memory, u64::saturating_add)
}

/// `1.5 GiB`.
#[must_use]
pub fn words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            // Tenths without a float's rounding.
            let tenths = bytes / (unit / 10).max(1);
            return match tenths % 10 {
                0 => format!("{} {name}", tenths / 10),
                tenth => format!("{}.{tenth} {name}", tenths / 10),
            };
        }
    }
    format!("{bytes} bytes")
}

/// The machine's memory, or a control group's where that is less.
fn machine_memory() -> u64 {
    const GROUPS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    });
    let groups = GROUPS.iter().filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    // Where nothing can be read, a modest machine is assumed.
    groups.chain(total).min().unwrap_or(4 << 30)
}

#[cfg(test)]
#[path = "meter_tests.rs"]
mod tests;
