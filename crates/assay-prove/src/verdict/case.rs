//! The matter to be decided, with the questions that the rules ask of it.

use assay_bundle::manifest::{ArmName, Manifest};

use super::growth::needed;
use super::rate::Rate;
use super::ruling::ControlRuns;
use super::tally::{Count, Tally};
use crate::evidence::{ArmState, Cell, Evidence, Role, Run};

/// A manifest, its evidence, and the counts.
pub(super) struct Case<'a> {
    pub manifest: &'a Manifest,
    pub evidence: &'a Evidence,
    pub tally: Tally,
    /// Runs asked for in each cell; at least one.
    pub wanted: u32,
}

impl<'a> Case<'a> {
    pub fn new(manifest: &'a Manifest, evidence: &'a Evidence) -> Self {
        Self { manifest, evidence, tally: Tally::of(manifest, evidence), wanted: evidence.wanted.max(1) }
    }

    /// Whether the manifest declares a fixed version.
    pub fn has_fixed(&self) -> bool {
        self.manifest.arms.fixed.is_some()
    }

    /// The arms that are declared, with what is known of them.
    pub fn arms(&self) -> Vec<(ArmName, &ArmState)> {
        let mut arms = vec![(ArmName::Vulnerable, &self.evidence.vulnerable)];
        if let (true, Some(fixed)) = (self.has_fixed(), &self.evidence.fixed) {
            arms.push((ArmName::Fixed, fixed));
        }
        arms
    }

    /// Why the fixed version could not be built, if it could not.
    pub fn fixed_not_built(&self) -> Option<&str> {
        match &self.evidence.fixed {
            Some(ArmState::BuildFailed(why)) if self.has_fixed() => Some(why),
            _ => None,
        }
    }

    /// The triggers on the vulnerable arm.
    pub fn triggers(&self) -> impl Iterator<Item = (Cell, Count)> + '_ {
        self.tally.cells(ArmName::Vulnerable, Role::Trigger)
    }

    /// The counts by which a cell is held to be whole and free of accidents.
    ///
    /// Where the first round of a trigger was flaky, more runs were added to it on both versions
    /// (`growth`), and what happens in those leaves the verdict where it is: an accident in the
    /// last of a hundred runs ends the growth and takes nothing back. Everywhere else all runs count.
    pub fn round(&self, cell: Cell) -> Count {
        let origin = self.tally.first_round(Cell { arm: ArmName::Vulnerable, ..cell });
        let grown = cell.role == Role::Trigger && origin.fired > 0 && origin.fired < origin.done();
        if grown { self.tally.first_round(cell) } else { self.tally.of_cell(cell) }
    }

    /// The first run of a cell with this property, by number: order plays no part.
    pub fn first(&self, cell: Cell, wanted: impl Fn(&Run) -> bool) -> Option<&Run> {
        let runs = self.evidence.runs.iter().filter(|run| run.cell == cell && wanted(run));
        runs.min_by(|a, b| {
            let key = |run: &'_ Run| (run.repetition, run.outcome);
            key(a).cmp(&key(b)).then_with(|| a.saw.cmp(&b.saw)).then_with(|| a.end.cmp(&b.end))
        })
    }

    /// For the flaky trigger whose control falls shortest: the silence it needs, and has.
    pub fn control_runs(&self) -> Option<ControlRuns> {
        if !self.has_fixed() || self.evidence.fixed != Some(ArmState::Built) {
            return None;
        }
        let flaky = self.triggers().filter(|(_, count)| count.fired > 0 && count.fired < count.done());
        let controls = flaky.map(|(cell, count)| {
            let control = self.tally.of_cell(Cell { arm: ArmName::Fixed, ..cell });
            ControlRuns { needed: needed(count), silent: control.silent, total: control.done() }
        });
        controls.max_by_key(|control| (control.needed.saturating_sub(control.silent), control.needed))
    }

    /// The rate of the trigger that fires least often.
    pub fn weakest_rate(&self) -> Option<Rate> {
        self.triggers()
            .map(|(_, count)| (count.fired, count.done()))
            .min_by(|a, b| {
                // a/n < b/m without division; more runs first among equals.
                let left = u64::from(a.0) * u64::from(b.1);
                let right = u64::from(b.0) * u64::from(a.1);
                left.cmp(&right).then(b.1.cmp(&a.1))
            })
            .map(|(fired, total)| Rate::of(fired, total))
    }
}
