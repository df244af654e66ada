//! All runs of a proof: every input in every arm, as often as the manifest asks,
//! on all cores; and more of those that turn out flaky (`verdict::growth`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;

use crate::evidence::{ArmState, Cell, Evidence, Reach, Role, Run};
use crate::execute::{Executor, lock};
use crate::observe::Resolver;
use crate::verdict::growth::{self, Growth, Next};

/// Two strays in one cell are a repeated non-evidence, and more runs cannot change that.
const STRAYS: u32 = 2;

/// What the runs that growth adds may cost. A run that has begun is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowthCeiling {
    /// CPU time of all added runs together.
    pub cpu: Duration,
    /// Wall time, for programs that sleep.
    pub wall: Duration,
}

impl Default for GrowthCeiling {
    fn default() -> Self {
        Self { cpu: Duration::from_secs(300), wall: Duration::from_secs(900) }
    }
}

/// Every run that was made, and why there are no more.
#[derive(Debug, Clone, PartialEq)]
pub struct AllRuns {
    /// By cell and number.
    pub runs: Vec<Run>,
    /// What ended the growth.
    pub growth: Growth,
}

/// Work still to be done, and what came of it.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Cell, u32)>,
    attempts: BTreeMap<Cell, u32>,
    strays: BTreeMap<Cell, u32>,
    runs: Vec<Run>,
    stopped: Option<Growth>,
    total: usize,
    /// The ceiling of what is added, its beginning, and what was used of it; none in the first round.
    ceiling: Option<(GrowthCeiling, Instant, Duration)>,
}

impl Executor<'_> {
    /// All runs of all arms. `fixed` is what is known of the fixed arm; `progress` hears how many are
    /// done of how many, and the latter may grow.
    #[must_use]
    pub fn all(
        &self,
        fixed: Option<&ArmState>,
        ceiling: GrowthCeiling,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> AllRuns {
        let resolvers: BTreeMap<ArmName, Mutex<Resolver>> =
            self.arms.keys().map(|name| (*name, Mutex::new(Resolver::default()))).collect();
        let wanted = self.manifest.repeat.runs;
        let cells = self.cells();
        let mut queue = Queue::default();
        // Repetition by repetition, so that what cannot work shows early.
        queue.waiting = (0..wanted).flat_map(|number| cells.iter().map(move |cell| (*cell, number))).collect();
        queue.attempts = cells.iter().map(|cell| (*cell, wanted)).collect();
        queue.total = queue.waiting.len();
        loop {
            queue = self.round(queue, &resolvers, progress);
            let evidence = Evidence {
                vulnerable: ArmState::Built,
                fixed: fixed.cloned(),
                reach: Reach::Unknown,
                wanted,
                growth: Growth::None,
                runs: self.settled(&queue.runs),
            };
            let ended = match (queue.stopped, growth::next(self.manifest, &evidence)) {
                // Strays of the first round are no end of growth, but of the proof.
                (Some(_), _) if queue.ceiling.is_none() => Growth::None,
                (Some(stopped), _) => stopped,
                // What was never grown has no end of growth, whatever its rate.
                (None, Next::End(Growth::None)) => Growth::None,
                (None, Next::End(end)) => end,
                (None, Next::Grow(goals)) => {
                    queue.add(&goals, ceiling);
                    continue;
                }
            };
            return AllRuns { runs: evidence.runs, growth: ended };
        }
    }

    /// The runs in order, as the oracle sees them together. What is kept stays as it was judged one by
    /// one, since an oracle that judges sets is to be asked again when the set has grown.
    fn settled(&self, runs: &[Run]) -> Vec<Run> {
        let mut runs = runs.to_vec();
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

    /// Works off what is waiting, on all cores.
    fn round(
        &self,
        queue: Queue,
        resolvers: &BTreeMap<ArmName, Mutex<Resolver>>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Queue {
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(queue.waiting.len().max(1));
        let queue = Mutex::new(queue);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.work_off(&queue, resolvers, progress));
            }
        });
        queue.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_off(
        &self,
        queue: &Mutex<Queue>,
        resolvers: &BTreeMap<ArmName, Mutex<Resolver>>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) {
        loop {
            let next = lock(queue).next();
            let Some((cell, repetition)) = next else { return };
            let run = self.run(cell, repetition, resolvers);
            let (done, total) = {
                let mut queue = lock(queue);
                queue.take_in(run);
                (queue.runs.len(), queue.total)
            };
            progress(done, total);
        }
    }
}

impl Queue {
    /// Asks for so many judged runs of these cells, within the ceiling.
    fn add(&mut self, goals: &BTreeMap<Cell, u32>, ceiling: GrowthCeiling) {
        self.ceiling.get_or_insert((ceiling, Instant::now(), Duration::ZERO));
        let most = goals.values().copied().max().unwrap_or_default();
        // Each cell's next run before any cell's second: both versions grow alike.
        let mut missing: BTreeMap<Cell, u32> = BTreeMap::new();
        for (cell, goal) in goals {
            missing.insert(*cell, goal.saturating_sub(self.judged(*cell)));
        }
        for _ in 0..most {
            for (cell, left) in missing.iter_mut().filter(|(_, left)| **left > 0) {
                *left -= 1;
                let number = self.attempts.entry(*cell).or_default();
                self.waiting.push_back((*cell, *number));
                *number += 1;
                self.total += 1;
            }
        }
        // Accidents of the first round were forgiven there.
        self.strays.clear();
    }

    fn judged(&self, cell: Cell) -> u32 {
        let judged = self.runs.iter().filter(|run| run.cell == cell && !is_stray(run)).count();
        u32::try_from(judged).unwrap_or(u32::MAX)
    }

    fn next(&mut self) -> Option<(Cell, u32)> {
        if self.stopped.is_none()
            && !self.waiting.is_empty()
            && let Some((ceiling, begun, used)) = &self.ceiling
        {
            if *used >= ceiling.cpu {
                self.stopped = Some(Growth::CpuCeiling(ceiling.cpu.as_secs()));
            } else if begun.elapsed() >= ceiling.wall {
                self.stopped = Some(Growth::WallCeiling(ceiling.wall.as_secs()));
            }
        }
        if self.stopped.is_some() { None } else { self.waiting.pop_front() }
    }

    fn take_in(&mut self, run: Run) {
        if let Some((_, _, used)) = &mut self.ceiling {
            *used = used.saturating_add(run.cpu);
        }
        let stray = is_stray(&run).then_some(run.cell);
        self.runs.push(run);
        if let Some(cell) = stray {
            self.stray(cell);
        }
    }

    /// A run that is no evidence: tried again under the next number once, then all stops.
    fn stray(&mut self, cell: Cell) {
        let strays = self.strays.entry(cell).or_default();
        *strays += 1;
        if *strays >= STRAYS {
            self.stopped = Some(Growth::NoEvidence);
            return;
        }
        let attempts = self.attempts.entry(cell).or_default();
        let number = *attempts;
        *attempts += 1;
        self.total += 1;
        self.waiting.push_back((cell, number));
    }
}

fn is_stray(run: &Run) -> bool {
    !matches!(run.outcome, Outcome::Fired | Outcome::Silent | Outcome::OtherCrash)
}
