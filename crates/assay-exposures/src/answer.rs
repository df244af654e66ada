//! What was found, borrowed from wherever it is kept.

use assay_base::Instant;
use assay_inventory::component::Inventory;
use assay_match::exposure::Exposure;
use assay_match::vex::{Suppressed, Told};

use crate::place::Lines;

/// A scan's answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// When it was made.
    pub made: Instant,
    /// The version of the program.
    pub version: &'a str,
    /// Who answers for a VEX document that is written; empty if nobody was named.
    pub author: &'a str,
    /// What was looked at.
    pub inventories: &'a [Inventory],
    /// Where things stand in those files; of the same order, or empty.
    pub lines: &'a [Lines],
    /// What is affected, what cannot be told, and on request what is not affected.
    pub exposures: &'a [Exposure],
    /// Records that report no vulnerability.
    pub notices: &'a [Exposure],
    /// What statements took off the list.
    pub suppressed: &'a [Suppressed],
    /// What is said of the rest.
    pub told: &'a [Told],
    /// What it rests on.
    pub sources: &'a [Source],
    /// The first sentence of the answer.
    pub sentence: &'a str,
}

/// A source of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What people call the feed: `KEV`.
    pub feed: String,
    /// Where it was read.
    pub name: String,
    /// How many records.
    pub records: usize,
    /// The newest record's day; none if no record says.
    pub newest: Option<String>,
    /// How old that is.
    pub age: Age,
}

/// How old a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// `92 days old`.
    pub words: String,
    /// Whether newer records are likely.
    pub stale: bool,
}

impl<'a> Answer<'a> {
    /// What is said of an exposure that stays on the list.
    pub fn told(&self, exposure: &Exposure) -> Option<&'a Told> {
        self.told.iter().find(|told| told.is_about(exposure))
    }

    /// Where an exposure's thing stands in its file: the line, from 1; none if it cannot be told.
    pub(crate) fn line(&self, exposure: &Exposure) -> Option<u32> {
        let at = self.inventories.iter().position(|inventory| inventory.name == exposure.inventory)?;
        self.lines.get(at)?.of(&exposure.component)
    }
}
