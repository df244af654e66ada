//! VEX: what others say of the things that records touch.
//!
//! A statement makes a scan silent only if it is about this vulnerability, this
//! product and this version, gives a reason, is not dated after today, and
//! nobody contradicts it. What is said of every version of a product silences
//! none; nor does a word on one of the CVEs that a record is of. Of one author
//! the newest word counts. Two authors who differ are both told, and nothing is
//! silent. Whose word it is goes with everything that follows from it: a VEX
//! document is a stranger's word, and no measurement.
//!
//! Invariant 11, here: an exposure leaves the list only with at least one
//! statement by name ([`Suppressed::by`]); a test holds it for any documents.

mod decide;
mod product;
mod vers;

use std::collections::HashMap;

use assay_advisory::vex::{Document, Form, Statement, Status};
use assay_base::Instant;
use assay_inventory::component::{Component, Inventory};
use serde::Serialize;

use crate::exposure::{Exposure, Touch};
use crate::scan::Scan;
use product::Meant;

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
    /// It is said of every version of the product, of an open range that has the fix, or of another vulnerability as
    /// well: that is not listened to.
    NotExact,
    /// It is dated after today: that is not listened to yet.
    NotYet,
    /// The record is of several CVEs, and some of them are said to be harmless: that is not all of it.
    InPart,
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
    /// Whether it is about this very version and this vulnerability alone.
    pub exact: bool,
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
    today: Option<Instant>,
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
        Self { given, by_id, today: None }
    }

    /// Holds the statements' dates against this instant: what is dated after it is not listened to yet.
    #[must_use]
    pub fn as_of(mut self, today: Instant) -> Self {
        self.today = Some(today);
        self
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
        let ids: Vec<String> = std::iter::once(&exposure.advisory.id)
            .chain(&exposure.advisory.aliases)
            .map(|id| id.to_ascii_uppercase())
            .collect();
        let mut places: Vec<(usize, usize)> =
            ids.iter().filter_map(|id| self.by_id.get(id)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let described = described(inventory);
        let mut words: Vec<(Word, &Statement)> = Vec::new();
        for (document, place) in places {
            let Some(given) = self.given.get(document) else { continue };
            let Some(statement) = given.document.statements.get(place) else { continue };
            let holds_here = given.only_for.as_ref().is_none_or(|only| *only == exposure.inventory);
            let own = given.only_for.is_some();
            let meant = product::meant(&statement.product, &exposure.component, described, own);
            let Some(meant) = meant.filter(|_| holds_here) else { continue };
            let exact = match statement.status {
                // A range that has the fix may run through branches that have none.
                Status::Fixed => meant == Meant::Version,
                _ => meant != Meant::Any,
            };
            let word = Word {
                author: given.document.author.clone(),
                from: given.from.clone(),
                document: given.document.id.clone(),
                at: statement.at.clone(),
                status: statement.status,
                reason: statement.reason(),
                justification: statement.justification.clone(),
                form: given.document.form,
                when: statement.when,
                exact: exact && is_of_this_alone(statement, &ids),
            };
            words.push((word, statement));
        }
        self.weigh(&ids, words)
    }

    /// What follows. A record of several CVEs is harmless if each of them is, or if the record itself is said to be.
    fn weigh(&self, ids: &[String], words: Vec<(Word, &Statement)>) -> Option<Heard> {
        let cves: Vec<&String> = ids.iter().filter(|id| is_cve(id)).collect();
        let of = |cve: &String| -> Vec<Word> {
            let speaks = |id: &String| {
                let id = id.to_ascii_uppercase();
                id == *cve || Some(&id) == ids.first()
            };
            let about = words.iter().filter(|(_, statement)| statement.ids.iter().any(speaks));
            about.map(|(word, _)| word.clone()).collect()
        };
        let left: Vec<&str> = match cves.as_slice() {
            [] | [_] => Vec::new(),
            several => {
                let harmless =
                    |cve: &String| decide::decide(of(cve), self.today).is_some_and(|heard| heard.outcome.is_silent());
                several.iter().filter(|cve| !harmless(cve)).map(|cve| cve.as_str()).collect()
            }
        };
        let mut heard = decide::decide(words.into_iter().map(|(word, _)| word).collect(), self.today)?;
        if heard.outcome.is_silent() && !left.is_empty() {
            heard.outcome = Outcome::InPart;
            heard.why = format!("{} This says nothing of {}.", heard.why, left.join(", "));
        }
        Some(heard)
    }
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

/// Whether a statement names no CVE but those of the record. Two CVEs are never names of one vulnerability: who calls
/// them so speaks of something else as well.
fn is_of_this_alone(statement: &Statement, ids: &[String]) -> bool {
    let known = |id: &String| ids.contains(id);
    !ids.iter().any(|id| is_cve(id))
        || statement.ids.iter().map(|id| id.to_ascii_uppercase()).filter(|id| is_cve(id)).all(|id| known(&id))
}

/// The thing that an inventory is a list of the parts of, if it says.
fn described(inventory: &Inventory) -> Option<&Component> {
    inventory.components.iter().find(|component| component.at == DESCRIBED)
}

/// Where CycloneDX names the thing that a document describes.
const DESCRIBED: &str = "metadata.component";

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
