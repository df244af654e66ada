//! VEX: what others say of the things that records touch.
//!
//! A statement makes a scan silent only if it is about this vulnerability, this
//! product and this version, gives a reason, and nobody contradicts it. Of one
//! author the newest word counts. Two authors who differ are both told, and
//! nothing is silent. Whose word it is goes with everything that follows from
//! it: a VEX document is a stranger's word, and no measurement.
//!
//! Invariant 11, here: an exposure leaves the list only with at least one
//! statement by name ([`Suppressed::by`]); a test holds it for any documents.

mod decide;
mod product;
mod vers;

use std::collections::HashMap;

use assay_advisory::vex::{Document, Form, Status};
use assay_base::Instant;
use assay_inventory::component::{Component, Inventory};
use serde::Serialize;

use crate::exposure::{Exposure, Touch};
use crate::scan::Scan;

/// What follows for an exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is said not to be affected, with a reason, and nobody contradicts.
    NotAffected,
    /// It is said to have the fix, and nobody contradicts.
    Fixed,
    /// It is said to be affected.
    Affected,
    /// It is said to be looked into.
    UnderInvestigation,
    /// It is said not to be affected, without a reason: that is not listened to.
    NoReason,
    /// Statements contradict each other.
    Contradicted,
}

impl Outcome {
    /// Whether it takes an exposure off the list.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// One statement about one exposure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Word {
    /// Who says so; empty if the document names nobody.
    pub author: String,
    /// The file that it was read from.
    pub from: String,
    /// The document's own id.
    pub document: String,
    /// Where in it.
    pub at: String,
    /// What is said.
    pub status: Status,
    /// The justification or the author's words; none if there is no reason.
    pub reason: Option<String>,
    /// The justification alone, in the format's word.
    pub justification: Option<String>,
    /// In which format it was said.
    pub form: Form,
    /// Since when.
    pub when: Option<Instant>,
}

/// What is said of an exposure, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Heard {
    /// What follows.
    pub outcome: Outcome,
    /// One sentence with whose word it is.
    pub why: String,
    /// The statements that count: the newest of each author. Never empty.
    pub words: Vec<Word>,
}

/// An exposure that statements took off the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Suppressed {
    /// What it was, with the touch that the records gave it.
    #[serde(flatten)]
    pub exposure: Exposure,
    /// Whose word took it off.
    pub by: Heard,
}

/// An exposure that stays, with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Told {
    /// The inventory's name.
    pub inventory: String,
    /// Where the thing stands in it.
    pub at: String,
    /// The record's source.
    pub source: String,
    /// The record's id.
    pub advisory: String,
    /// What is said.
    pub by: Heard,
}

impl Told {
    /// Whether it is about this exposure.
    pub fn is_about(&self, exposure: &Exposure) -> bool {
        self.advisory == exposure.advisory.id
            && self.at == exposure.component.at
            && self.inventory == exposure.inventory
            && self.source == exposure.advisory.source
    }
}

/// A document and where it is from.
#[derive(Debug, Clone)]
pub struct Given {
    /// The file.
    pub from: String,
    /// The inventory that it holds for, if it was a part of one.
    pub only_for: Option<String>,
    /// What it says.
    pub document: Document,
}

/// Everything that others say, by vulnerability.
#[derive(Debug, Clone, Default)]
pub struct Vex {
    given: Vec<Given>,
    by_id: HashMap<String, Vec<(usize, usize)>>,
}

impl Vex {
    /// Of these documents.
    pub fn new(given: Vec<Given>) -> Self {
        let mut by_id: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (document, one) in given.iter().enumerate() {
            for (place, statement) in one.document.statements.iter().enumerate() {
                for id in &statement.ids {
                    let places = by_id.entry(id.to_ascii_uppercase()).or_default();
                    // A statement that names one id twice is one statement.
                    if places.last() != Some(&(document, place)) {
                        places.push((document, place));
                    }
                }
            }
        }
        Self { given, by_id }
    }

    /// The documents.
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    /// Whether there is anything to listen to.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Takes what is said to be harmless off a scan, and tells what is said of the rest.
    /// Nothing is dropped.
    pub fn apply(&self, inventory: &Inventory, scan: &mut Scan) -> (Vec<Suppressed>, Vec<Told>) {
        if self.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let (mut suppressed, mut told) = (Vec::new(), Vec::new());
        let exposures = std::mem::take(&mut scan.exposures);
        for exposure in exposures {
            // What the records already leave out needs nobody's word.
            let heard = match exposure.touch {
                Touch::NotAffected => None,
                Touch::Affected | Touch::CannotTell => self.hear(inventory, &exposure),
            };
            match heard {
                Some(by) if by.outcome.is_silent() => suppressed.push(Suppressed { exposure, by }),
                Some(by) => {
                    told.push(Told {
                        inventory: exposure.inventory.clone(),
                        at: exposure.component.at.clone(),
                        source: exposure.advisory.source.clone(),
                        advisory: exposure.advisory.id.clone(),
                        by,
                    });
                    scan.exposures.push(exposure);
                }
                None => scan.exposures.push(exposure),
            }
        }
        (suppressed, told)
    }

    /// What is said of one exposure; none if nobody says anything about this very vulnerability, product and version.
    pub fn hear(&self, inventory: &Inventory, exposure: &Exposure) -> Option<Heard> {
        let ids = std::iter::once(&exposure.advisory.id).chain(&exposure.advisory.aliases);
        let mut places: Vec<(usize, usize)> =
            ids.filter_map(|id| self.by_id.get(&id.to_ascii_uppercase())).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let described = described(inventory);
        let mut words = Vec::new();
        for (document, place) in places {
            let Some(given) = self.given.get(document) else { continue };
            let Some(statement) = given.document.statements.get(place) else { continue };
            let holds_here = given.only_for.as_ref().is_none_or(|only| *only == exposure.inventory);
            if holds_here && product::is_meant(&statement.product, &exposure.component, described) {
                words.push(Word {
                    author: given.document.author.clone(),
                    from: given.from.clone(),
                    document: given.document.id.clone(),
                    at: statement.at.clone(),
                    status: statement.status,
                    reason: statement.reason(),
                    justification: statement.justification.clone(),
                    form: given.document.form,
                    when: statement.when,
                });
            }
        }
        decide::decide(words)
    }
}

/// The thing that an inventory is a list of the parts of, if it says.
fn described(inventory: &Inventory) -> Option<&Component> {
    inventory.components.iter().find(|component| component.at == DESCRIBED)
}

/// Where CycloneDX names the thing that a document describes.
const DESCRIBED: &str = "metadata.component";

#[cfg(test)]
mod tests;
