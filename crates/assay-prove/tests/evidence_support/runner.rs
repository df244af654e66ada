//! Evidence as a runner makes it: round after round, with accidents, growth of
//! flaky cells, and ceilings. What a program would show is drawn beforehand.

use std::collections::BTreeMap;

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Outcome;
use assay_prove::evidence::{ArmState, Cell, Evidence, Place, Reach, Role, Run};
use assay_prove::verdict::Growth;
use assay_prove::verdict::growth::{Next, next};
use proptest::prelude::*;

use super::run;

/// What every cell would show, run after run, and when the runner gives up.
#[derive(Debug, Clone)]
pub struct World {
    pub cells: BTreeMap<Cell, Habit>,
    pub fixed: Option<ArmState>,
    pub reach: Reach,
    pub wanted: u32,
    /// Added runs that the ceiling allows.
    pub ceiling: usize,
}

/// How a cell behaves: what it shows mostly, how often it does otherwise, and by which luck.
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    usual: Outcome,
    /// Of a thousand runs, those that are silent whatever is usual.
    quiet: u64,
    /// Of a thousand runs, accidents and oddities.
    odd: u64,
    seed: u64,
}

impl Habit {
    /// What this run of the cell shows. The same number always shows the same.
    fn shows(&self, number: usize) -> (Outcome, bool, Place) {
        let draw = |salt: u64| {
            // The mixing steps of SplitMix64.
            let mut x = self.seed.wrapping_add((number as u64 * 4 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (x ^ (x >> 31)) % 1000
        };
        let outcome = match draw(0) {
            odd if odd < self.odd => match draw(1) % 8 {
                0 | 1 => Outcome::Fired,
                2 | 3 => Outcome::OtherCrash,
                4..=6 => Outcome::Limit,
                _ => Outcome::SandboxUnavailable,
            },
            other if other < self.odd + self.quiet => Outcome::Silent,
            _ => self.usual,
        };
        let place = if draw(2) < self.odd / 4 { Place::Harness } else { Place::Target };
        (outcome, draw(3) >= self.odd / 4, place)
    }
}

fn habit(cell: Cell, flaky: bool) -> impl Strategy<Value = Habit> {
    let fires = cell.role == Role::Trigger && cell.arm == ArmName::Vulnerable;
    let usual = if fires { Outcome::Fired } else { Outcome::Silent };
    let quiet: &[u64] = if fires && flaky { &[50, 500, 900, 950] } else { &[0] };
    (proptest::sample::select(quiet), proptest::sample::select(&[0_u64, 2, 10, 40][..]), any::<u64>())
        .prop_map(move |(quiet, odd, seed)| Habit { usual, quiet, odd, seed })
}

/// A world with two triggers and a benign input.
pub fn world(fixed: bool, flaky: bool) -> impl Strategy<Value = World> {
    let mut cells = Vec::new();
    for arm in [ArmName::Vulnerable, ArmName::Fixed] {
        for (role, input) in [(Role::Trigger, 0), (Role::Trigger, 1), (Role::Benign, 0)] {
            if fixed || arm == ArmName::Vulnerable {
                cells.push(Cell { arm, role, input });
            }
        }
    }
    // The second trigger is mostly a steady one: one flaky trigger makes a flaky proof.
    let habits: Vec<_> = cells.iter().map(|cell| habit(*cell, flaky && cell.input == 0)).collect();
    let state = prop_oneof![
        9 => Just(ArmState::Built),
        1 => Just(ArmState::BuildFailed("cc".to_owned())),
        1 => Just(ArmState::OracleBroken("quiet".to_owned())),
    ];
    let reach = prop_oneof![Just(Reach::Reached), Just(Reach::Unknown), Just(Reach::NotReached)];
    let ceiling = prop_oneof![3 => Just(usize::MAX), 1 => 0..40_usize];
    (habits, state, reach, 1..6_u32, ceiling).prop_map(move |(habits, state, reach, wanted, ceiling)| World {
        cells: cells.iter().copied().zip(habits).collect(),
        fixed: fixed.then_some(state),
        reach,
        wanted,
        ceiling,
    })
}

/// Judged runs and accidents of a cell so far.
#[derive(Default)]
struct Made {
    runs: Vec<Run>,
    judged: u32,
}

/// What the runner records of this world.
pub fn record(manifest: &Manifest, world: &World) -> Evidence {
    let mut made: BTreeMap<Cell, Made> = BTreeMap::new();
    let built = world.fixed.as_ref().is_none_or(|state| !matches!(state, ArmState::BuildFailed(_)));
    let mut goals: BTreeMap<Cell, u32> = world
        .cells
        .keys()
        .filter(|cell| cell.arm == ArmName::Vulnerable || built)
        .map(|cell| (*cell, world.wanted))
        .collect();
    let mut left = None;
    loop {
        let ended = round(world, &goals, &mut made, left.as_mut());
        let mut evidence = Evidence {
            vulnerable: ArmState::Built,
            fixed: world.fixed.clone(),
            reach: world.reach,
            wanted: world.wanted,
            growth: Growth::None,
            runs: made.values().flat_map(|made| made.runs.clone()).collect(),
        };
        if let Some(ended) = ended {
            evidence.growth = if left.is_some() { ended } else { Growth::None };
            return evidence;
        }
        match next(manifest, &evidence) {
            Next::End(growth) => {
                evidence.growth = growth;
                return evidence;
            }
            Next::Grow(next) => {
                left.get_or_insert(world.ceiling);
                goals = next;
            }
        }
    }
}

/// One round: a run of each cell in turn, until each has its goal or something ends it.
fn round(
    world: &World,
    goals: &BTreeMap<Cell, u32>,
    made: &mut BTreeMap<Cell, Made>,
    mut left: Option<&mut usize>,
) -> Option<Growth> {
    let mut strays: BTreeMap<Cell, u32> = BTreeMap::new();
    loop {
        let mut idle = true;
        for (cell, goal) in goals {
            let one = made.entry(*cell).or_default();
            if one.judged >= *goal {
                continue;
            }
            if let Some(left) = left.as_deref_mut() {
                if *left == 0 {
                    return Some(Growth::CpuCeiling(1));
                }
                *left -= 1;
            }
            idle = false;
            let number = one.runs.len();
            let (outcome, alive, place) = world.cells[cell].shows(number);
            one.runs.push(run(*cell, u32::try_from(number).unwrap(), outcome, alive, place));
            if matches!(outcome, Outcome::Fired | Outcome::Silent | Outcome::OtherCrash) {
                one.judged += 1;
            } else {
                let strays = strays.entry(*cell).or_default();
                *strays += 1;
                if *strays == 2 {
                    return Some(Growth::NoEvidence);
                }
            }
        }
        if idle {
            return None;
        }
    }
}
