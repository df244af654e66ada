//! What was looked through for inventories: a folder, an image, this machine.

use assay_inventory::component::Format;
use assay_walk::Walked;
use serde::Serialize;

/// A place that was looked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Looked {
    /// The folder, the image, or the system's root.
    pub place: String,
    /// Files and folders that were seen.
    pub seen: usize,
    /// The inventories that were read.
    pub found: Vec<FoundThere>,
    /// What looked like an inventory and could not be read.
    pub refused: usize,
    /// What was not looked into.
    pub passed: Vec<PassedOver>,
}

/// An inventory that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FoundThere {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// How many things it lists.
    pub things: usize,
}

/// Something that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PassedOver {
    /// What, in words.
    pub what: String,
    /// How many.
    pub times: usize,
}

impl Looked {
    /// What a walk tells of itself.
    pub fn of(place: &str, walked: &Walked) -> Self {
        let found = walked.inventories.iter().map(|inventory| FoundThere {
            name: inventory.name.clone(),
            format: inventory.format,
            things: inventory.components.len(),
        });
        let passed = walked.passed.iter().map(|one| PassedOver { what: one.what.clone(), times: one.times });
        Self {
            place: place.to_owned(),
            seen: walked.seen,
            found: found.collect(),
            refused: walked.refused.len(),
            passed: passed.collect(),
        }
    }
}
