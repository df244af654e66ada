//! All runs of a proof: every input in every arm, as often as the manifest asks,
//! on all cores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;

use crate::evidence::{Cell, Role, Run};
use crate::execute::{Executor, lock};
use crate::observe::Resolver;

/// Two strays in one cell are a repeated non-evidence, and more runs cannot change that.
const STRAYS: u32 = 2;

/// Work still to be done, and what came of it.
struct Queue {
    waiting: VecDeque<(Cell, u32)>,
    attempts: BTreeMap<Cell, u32>,
    strays: BTreeMap<Cell, u32>,
    runs: Vec<Run>,
    stopped: bool,
    total: usize,
}

impl Executor<'_> {
    /// All runs of all arms. `progress` hears how many are done of how many.
    pub fn all(&self, progress: &(dyn Fn(usize, usize) + Sync)) -> Vec<Run> {
        let wanted = self.manifest.repeat.runs;
        let cells = self.cells();
        // Repetition by repetition, so that what cannot work shows early.
        let waiting: VecDeque<(Cell, u32)> =
            (0..wanted).flat_map(|number| cells.iter().map(move |cell| (*cell, number))).collect();
        let attempts = cells.iter().map(|cell| (*cell, wanted)).collect();
        let total = waiting.len();
        let queue =
            Mutex::new(Queue { waiting, attempts, strays: BTreeMap::new(), runs: Vec::new(), stopped: false, total });
        let resolvers: BTreeMap<ArmName, Mutex<Resolver>> =
            self.arms.keys().map(|name| (*name, Mutex::new(Resolver::default()))).collect();
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(total.max(1));
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.work_off(&queue, &resolvers, progress));
            }
        });
        let mut runs = queue.into_inner().unwrap_or_else(PoisonError::into_inner).runs;
        runs.sort_by_key(|run| (run.cell, run.repetition));
        self.oracle.settle(&mut runs);
        runs
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for arm in self.arms.keys() {
            let inputs = &self.manifest.inputs;
            // Benign first: a harness that is not alive shows before the slow inputs run.
            for (role, list) in [(Role::Benign, &inputs.benign), (Role::Trigger, &inputs.trigger)] {
                cells.extend((0..list.len()).map(|input| Cell { arm: *arm, role, input }));
            }
        }
        cells
    }

    fn work_off(
        &self,
        queue: &Mutex<Queue>,
        resolvers: &BTreeMap<ArmName, Mutex<Resolver>>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) {
        loop {
            let next = {
                let mut queue = lock(queue);
                if queue.stopped { None } else { queue.waiting.pop_front() }
            };
            let Some((cell, repetition)) = next else { return };
            let run = self.run(cell, repetition, resolvers);
            let (done, total) = {
                let mut queue = lock(queue);
                let stray = !matches!(run.outcome, Outcome::Fired | Outcome::Silent | Outcome::OtherCrash);
                queue.runs.push(run);
                if stray {
                    queue.stray(cell);
                }
                (queue.runs.len(), queue.total)
            };
            progress(done, total);
        }
    }
}

impl Queue {
    /// A run that is no evidence: tried again under the next number once, then all stops.
    fn stray(&mut self, cell: Cell) {
        let strays = self.strays.entry(cell).or_default();
        *strays += 1;
        if *strays >= STRAYS {
            self.stopped = true;
            return;
        }
        let attempts = self.attempts.entry(cell).or_default();
        let number = *attempts;
        *attempts += 1;
        self.total += 1;
        self.waiting.push_back((cell, number));
    }
}
