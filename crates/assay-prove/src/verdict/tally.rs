//! Counting: what the runs of each cell show, and whether the record is whole.

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Outcome;

use crate::evidence::{Cell, Evidence, Place, Role, Run};

/// What the runs of one cell show together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Runs on which the oracle fired.
    pub fired: u32,
    /// Runs on which it stayed silent.
    pub silent: u32,
    /// Runs that crashed, but not as declared.
    pub other: u32,
    /// Runs that failed by the machinery: limits, broken oracles, broken harnesses.
    pub stray: u32,
    /// Strays because there was nothing to run.
    pub unbuilt: u32,
    /// Strays because the sandbox could not run anything.
    pub unavailable: u32,
    /// Silent runs that did not show the signs of life asked for.
    pub dead: u32,
    /// Runs that fired or crashed first of all in the harness.
    pub in_harness: u32,
}

impl Count {
    /// Runs in which the program showed what it does.
    pub fn done(self) -> u32 {
        self.fired + self.silent + self.other
    }

    /// Whether there is any run at all.
    pub fn any(self) -> bool {
        self.done() + self.stray > 0
    }

    /// Whether the cell has no run because its program did not build.
    pub fn never_built(self) -> bool {
        self.unbuilt > 0 && self.unbuilt == self.stray && self.done() == 0
    }

    /// The counts of one run.
    pub fn of(run: &Run) -> Self {
        let mut count = Self::default();
        count.add(run);
        count
    }

    fn add(&mut self, run: &Run) {
        match run.outcome {
            Outcome::Fired => self.fired += 1,
            Outcome::Silent => {
                self.silent += 1;
                // Invariant 11: life that was not looked at is not life.
                if run.cell.role == Role::Benign && run.alive != Some(true) {
                    self.dead += 1;
                }
            }
            Outcome::OtherCrash => self.other += 1,
            Outcome::BuildFailed => {
                self.stray += 1;
                self.unbuilt += 1;
            }
            Outcome::SandboxUnavailable => {
                self.stray += 1;
                self.unavailable += 1;
            }
            Outcome::Limit | Outcome::OracleBroken | Outcome::HarnessError => self.stray += 1,
        }
        let crashed = matches!(run.outcome, Outcome::Fired | Outcome::OtherCrash);
        if crashed && run.signature.as_ref().is_some_and(|s| s.place == Place::Harness) {
            self.in_harness += 1;
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            fired: self.fired + other.fired,
            silent: self.silent + other.silent,
            other: self.other + other.other,
            stray: self.stray + other.stray,
            unbuilt: self.unbuilt + other.unbuilt,
            unavailable: self.unavailable + other.unavailable,
            dead: self.dead + other.dead,
            in_harness: self.in_harness + other.in_harness,
        }
    }
}

/// All counts of a bundle's evidence.
#[derive(Debug)]
pub(super) struct Tally {
    cells: BTreeMap<Cell, Count>,
    /// The runs of the first round alone: those that gave what every cell is asked for.
    first: BTreeMap<Cell, Count>,
    /// Ways in which the record does not fit the manifest or itself.
    pub defects: Vec<String>,
}

impl Tally {
    /// Counts every run; the order of runs plays no part.
    pub fn of(manifest: &Manifest, evidence: &Evidence) -> Self {
        let mut cells: BTreeMap<Cell, Count> = BTreeMap::new();
        for cell in expected(manifest) {
            cells.insert(cell, Count::default());
        }
        let mut defects = Vec::new();
        let mut of_cell: BTreeMap<Cell, Vec<&Run>> = BTreeMap::new();
        let mut foreign = BTreeSet::new();
        for run in &evidence.runs {
            if let Some(count) = cells.get_mut(&run.cell) {
                count.add(run);
                of_cell.entry(run.cell).or_default().push(run);
            } else {
                foreign.insert(run.cell);
            }
        }
        for cell in foreign {
            defects.push(format!("the record holds runs of {}, which the manifest does not have", name(cell)));
        }
        let mut first = BTreeMap::new();
        for (cell, mut runs) in of_cell {
            // Whatever is counted of a run takes part, so that the order of the record does not.
            runs.sort_by_key(|run| (run.repetition, run.outcome, run.alive, Count::of(run).in_harness));
            // Numbers must be 0, 1, 2, ...: a run that was taken out or put in twice shows.
            if runs.iter().zip(0_u32..).any(|(run, place)| run.repetition != place) {
                defects.push(format!(
                    "the runs of {} are not numbered 0, 1, 2, ...: one is missing or doubled",
                    name(cell)
                ));
            }
            let mut round = Count::default();
            for run in runs {
                if round.done() >= evidence.wanted.max(1) {
                    break;
                }
                round.add(run);
            }
            first.insert(cell, round);
        }
        match (manifest.arms.fixed.is_some(), evidence.fixed.is_some()) {
            (true, false) => {
                defects.push("the record says nothing of the fixed version".to_owned());
            }
            (false, true) => {
                defects.push("the record speaks of a fixed version, which the manifest does not have".to_owned())
            }
            _ => {}
        }
        Self { cells, first, defects }
    }

    /// The cells of one arm and role, by input.
    pub fn cells(&self, arm: ArmName, role: Role) -> impl Iterator<Item = (Cell, Count)> + '_ {
        self.cells
            .iter()
            .filter(move |(cell, _)| cell.arm == arm && cell.role == role)
            .map(|(cell, count)| (*cell, *count))
    }

    /// The counts of one cell.
    pub fn of_cell(&self, cell: Cell) -> Count {
        self.cells.get(&cell).copied().unwrap_or_default()
    }

    /// The counts of one cell's first round: its runs, by number, up to the one that made them enough.
    pub fn first_round(&self, cell: Cell) -> Count {
        self.first.get(&cell).copied().unwrap_or_default()
    }

    /// All cells that the manifest asks for.
    pub fn all(&self) -> impl Iterator<Item = (Cell, Count)> + '_ {
        self.cells.iter().map(|(cell, count)| (*cell, *count))
    }

    /// The counts of one arm and role together.
    pub fn sum(&self, arm: ArmName, role: Role) -> Count {
        self.cells(arm, role).fold(Count::default(), |sum, (_, count)| sum.plus(count))
    }
}

/// How people call a cell.
pub(super) fn name(cell: Cell) -> String {
    let role = match cell.role {
        Role::Trigger => "trigger",
        Role::Benign => "benign input",
    };
    let arm = cell.arm;
    format!("{role} {} on the {arm} version", cell.input.saturating_add(1))
}

fn expected(manifest: &Manifest) -> Vec<Cell> {
    let mut arms = vec![ArmName::Vulnerable];
    if manifest.arms.fixed.is_some() {
        arms.push(ArmName::Fixed);
    }
    let mut cells = Vec::new();
    for arm in arms {
        for (role, inputs) in [(Role::Trigger, &manifest.inputs.trigger), (Role::Benign, &manifest.inputs.benign)] {
            cells.extend((0..inputs.len()).map(|input| Cell { arm, role, input }));
        }
    }
    cells
}
