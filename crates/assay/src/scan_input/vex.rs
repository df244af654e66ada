//! VEX documents of a call, and those that stand inside of its inventories.

use std::path::{Path, PathBuf};

use assay_advisory::vex::{self, Document, References};
use assay_base::Instant;
use assay_inventory::component::{Format, Inventory};
use assay_inventory::limits;
use assay_match::vex::{Given, Vex};
use serde::Serialize;

use super::open;
use crate::failure::Failure;

/// A document that was listened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Listened {
    /// The file.
    pub from: String,
    /// Its format.
    pub form: vex::Form,
    /// The document's own id.
    pub id: String,
    /// Who says so; empty if it names nobody.
    pub author: String,
    /// How many statements it makes, one a product and vulnerability.
    pub statements: usize,
    /// How many could not be read, and say nothing.
    pub skipped: usize,
    /// The first of those.
    pub skipped_entries: Vec<assay_advisory::feed::Malformed>,
    /// Whether it is a part of an inventory, and holds for that one alone.
    pub embedded: bool,
    /// Whether statements point into a document that was not scanned, and so say nothing.
    pub points_elsewhere: bool,
}

impl Listened {
    /// Of each document.
    pub fn all(vex: &Vex) -> Vec<Self> {
        let one = |given: &Given| Self {
            from: given.from.clone(),
            form: given.document.form,
            id: given.document.id.clone(),
            author: given.document.author.clone(),
            statements: given.document.statements.len(),
            skipped: given.document.skips.total,
            skipped_entries: given.document.skips.named.iter().take(20).cloned().collect(),
            embedded: given.only_for.is_some(),
            points_elsewhere: given.document.points_elsewhere(),
        };
        vex.given().iter().map(one).collect()
    }
}

/// Reads them all. What an inventory says of itself is listened to as well: it is its author's word.
///
/// # Errors
///
/// A file cannot be read, or is no VEX document; an inventory has statements inside that cannot be read.
pub fn read(paths: &[PathBuf], inventories: &[Inventory]) -> Result<Vex, Failure> {
    let mut given = Vec::new();
    for path in paths {
        let bytes = open::whole(path, vex::LARGEST)?;
        let document = Document::read(&bytes).map_err(|bad| wrong(path, &bad))?;
        given.push(Given { from: path.display().to_string(), only_for: None, document });
    }
    let wants_references = given.iter().any(|one| one.document.points_elsewhere());
    for inventory in inventories.iter().filter(|inventory| inventory.format == Format::CycloneDx) {
        let path = Path::new(&inventory.name);
        // Standard input is read by now, and a member of an archive is no file.
        if !path.is_file() {
            continue;
        }
        let bytes = open::whole(path, limits::FILE)?;
        if wants_references && let Some(references) = References::read(&bytes) {
            given.iter_mut().for_each(|one| one.document.resolve(&references));
        }
        if let Some(document) = Document::embedded(&bytes).map_err(|bad| wrong(path, &bad))? {
            given.push(Given { from: inventory.name.clone(), only_for: Some(inventory.name.clone()), document });
        }
    }
    Ok(Vex::new(given).as_of(Instant::now()))
}

fn wrong(path: &Path, bad: &vex::BadVex) -> Failure {
    Failure::call("bad-vex", format!("`{}`: {bad}", path.display()))
        .help("docs/scan.md says which statements are read; leave the file out to scan without it")
}
