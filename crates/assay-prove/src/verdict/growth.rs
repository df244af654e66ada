//! Sequential growth: how many more runs a flaw that fires only sometimes is given.
//!
//! A trigger that fires in some runs of its first round, and not in all, is run
//! more often, on both versions: [`STEPS`] runs altogether, one step after the
//! other. After each step the first of these rules that applies ends it:
//!
//! 1. The fixed version fired: its silence is no question any more.
//! 2. Enough: were the true rate as low as the lower end of its interval, as many
//!    silent control runs as there are trigger runs would still not be chance.
//! 3. The last step: the vulnerable version is not run more often. The fixed one
//!    is, up to [`MAX_CONTROL`] times, until its silence counts at the rate seen.
//!
//! A trigger that was silent in every run of its first round is not grown: the words of validation 4.4 are `flaky`
//! for 0 < k < n and `not-reproduced` for n silent runs of n. Whoever knows that his flaw is rare says so by
//! `repeat.runs`, or a reader asks for more by `--runs`; what n silent runs leave open stands beside the word, as
//! the upper end of the rate's interval (3 runs: 71 %, 20: 17 %, 100: 4 %). Growing all silence would let every
//! report that is wrong cost a hundred runs, and tell no more of most of them.
//!
//! Beside these the runner ends it at a ceiling of CPU or wall time, or when two
//! runs of a cell end without evidence. Whatever ends it, the verdict was `flaky`
//! before the first step and stays at most that: growth sharpens the rate and
//! gives the control its weight, and turns no verdict into a stronger one.

use std::collections::BTreeMap;

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::decide::decide;
use super::rate::{Rate, silent_runs_needed};
use super::tally::Count;
use crate::evidence::{ArmState, Cell, Evidence, Role};

/// Judged runs of a flaky trigger, step by step.
pub const STEPS: [u32; 3] = [5, 20, 100];

/// Judged runs of the fixed version at most; a rarer flaw needs more, and is told so.
pub const MAX_CONTROL: u32 = 1000;

/// How the growth of runs ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Growth {
    /// Nothing was flaky, so nothing grew.
    #[default]
    None,
    /// Rule 2: the rate is known well enough for a control to count.
    Enough,
    /// Rule 3: the last step was made.
    LastStep,
    /// Rule 1: the fixed version fired.
    ControlFired,
    /// This much CPU time of all added runs together was reached, in seconds.
    CpuCeiling(u64),
    /// This much wall time was reached, in seconds.
    WallCeiling(u64),
    /// Two added runs of a cell ended without evidence.
    NoEvidence,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing; this ended it.
    End(Growth),
    /// These cells are to have so many judged runs altogether.
    Grow(BTreeMap<Cell, u32>),
}

/// What the runs so far ask for. Pure; every round of `evidence` is to be done.
#[must_use]
pub fn next(manifest: &Manifest, evidence: &Evidence) -> Next {
    if decide(manifest, evidence).verdict != Verdict::Flaky {
        return Next::End(Growth::None);
    }
    let case = Case::new(manifest, evidence);
    let flaky: Vec<(Cell, Count)> =
        case.triggers().filter(|(_, count)| count.fired > 0 && count.fired < count.done()).collect();
    if case.tally.sum(ArmName::Fixed, Role::Trigger).fired > 0 {
        return Next::End(Growth::ControlFired);
    }
    let controlled = case.has_fixed() && evidence.fixed == Some(ArmState::Built);
    let mut wanted = BTreeMap::new();
    let mut last = false;
    for (cell, count) in flaky {
        let (goal, is_last) = goal(count);
        last |= is_last;
        if goal > count.done() {
            wanted.insert(cell, goal);
        }
        let control = Cell { arm: ArmName::Fixed, ..cell };
        let control_goal = goal.max(if goal == count.done() { needed(count).min(MAX_CONTROL) } else { 0 });
        if controlled && case.tally.of_cell(control).done() < control_goal {
            wanted.insert(control, control_goal);
        }
    }
    match (wanted.is_empty(), last) {
        (false, _) => Next::Grow(wanted),
        (true, true) => Next::End(Growth::LastStep),
        (true, false) => Next::End(Growth::Enough),
    }
}

/// How many judged runs the trigger is to have, and whether rule 3 says so.
fn goal(count: Count) -> (u32, bool) {
    let rate = Rate::of(count.fired, count.done());
    if silent_runs_needed(rate.low).is_some_and(|needed| needed <= count.done()) {
        return (count.done(), false);
    }
    match STEPS.into_iter().find(|step| *step > count.done()) {
        Some(step) => (step, false),
        None => (count.done(), true),
    }
}

/// Silent control runs that a trigger with these counts needs.
pub(super) fn needed(count: Count) -> u32 {
    silent_runs_needed(Rate::of(count.fired, count.done()).share()).unwrap_or(u32::MAX)
}
