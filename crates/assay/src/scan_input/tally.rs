//! How many things of an inventory are affected, and how many are not known
//! to be.

use std::collections::BTreeSet;

use assay_inventory::component::Inventory;
use assay_match::exposure::Touch;
use assay_match::scan::Scan;
use assay_match::vex::Suppressed;
use serde::Serialize;

/// Things, each in exactly one of the five that follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// All of them.
    pub things: usize,
    /// At least one record affects it.
    pub affected: usize,
    /// No record affects it, and at least one cannot tell.
    pub cannot_tell: usize,
    /// Records name it, and all leave its version out.
    pub not_affected: usize,
    /// Records touch it, and VEX statements took every one of them off the list. It is others' word, so it stands apart.
    pub by_vex: usize,
    /// No record names it. That is not *not affected*: nobody has said anything.
    pub unnamed: usize,
    /// Entries of the inventory that could not be read, and are in none of these.
    pub skipped: usize,
}

impl Tally {
    /// Counts one inventory.
    pub fn of(inventory: &Inventory, scan: &Scan, suppressed: &[Suppressed]) -> Self {
        // A place names one thing of an inventory.
        let places = |touch: Touch| -> BTreeSet<&str> {
            let touched = scan.exposures.iter().filter(|exposure| exposure.touch == touch);
            touched.map(|exposure| exposure.component.at.as_str()).collect()
        };
        let affected = places(Touch::Affected);
        let open = places(Touch::CannotTell);
        let silent: BTreeSet<&str> = suppressed.iter().map(|one| one.exposure.component.at.as_str()).collect();
        let by_vex = silent.iter().filter(|at| !affected.contains(*at) && !open.contains(*at)).count();
        let cannot_tell = open.difference(&affected).count();
        let (things, unnamed) = (inventory.components.len(), scan.unnamed.len());
        Self {
            things,
            affected: affected.len(),
            cannot_tell,
            not_affected: things.saturating_sub(affected.len() + cannot_tell + by_vex + unnamed),
            by_vex,
            unnamed,
            skipped: inventory.skipped.len(),
        }
    }

    /// Both together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            things: self.things + other.things,
            affected: self.affected + other.affected,
            cannot_tell: self.cannot_tell + other.cannot_tell,
            not_affected: self.not_affected + other.not_affected,
            by_vex: self.by_vex + other.by_vex,
            unnamed: self.unnamed + other.unnamed,
            skipped: self.skipped + other.skipped,
        }
    }
}
