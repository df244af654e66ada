//! Inventories and advisories as a call names them, brought together: what
//! touches which thing. `assay scan` prints it, `assay plan` puts dates on it.
//!
//! Files only: nothing here opens a socket (invariant 21).

mod advisories;
mod inventories;
pub mod open;
mod records;
mod tally;
mod unnamed;

use std::path::PathBuf;

use assay_base::Instant;
use assay_inventory::component::Inventory;
use assay_match::exposure::Exposure;
use assay_match::index::{Feed, Index, Source};
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;
use clap::Args;

use crate::failure::Failure;
pub use tally::Tally;
pub use unnamed::Unnamed;

/// What is looked at, and against which records.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// Inventories: product lists (CSV), CycloneDX, Cargo.lock, package-lock.json, dpkg's status file; `-` is stdin
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// OSV records: a JSON file, a folder of them, an all.zip, a folder of ECOSYSTEM/all.zip, or a synced folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub advisories: Vec<PathBuf>,
    /// CISA's catalogue of known exploited vulnerabilities, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub kev: Option<PathBuf>,
    /// CISA's SSVC decisions, as CSV
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub ssvc: Option<PathBuf>,
    /// CVE 5.x records: a JSON file, JSON lines, a zip, or a folder of them
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub cve: Option<PathBuf>,
    /// CSAF 2.0 advisories, such as CISA's of industrial and medical devices: a JSON file, JSON lines, a zip, a folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub csaf: Option<PathBuf>,
    /// End-of-life dates of products, as endoflife.date keeps them: a JSON file, JSON lines, a zip, a folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub eol: Option<PathBuf>,
    /// The os-release file of the machine whose dpkg status is read; it names the Debian release
    #[arg(long, value_name = "FILE")]
    pub os_release: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The inventories as read, in the order of the call.
    pub inventories: Vec<Inventory>,
    /// What is affected and what cannot be told, and on request what is not affected; in the inventories' order.
    pub exposures: Vec<Exposure>,
    /// Records that report no vulnerability and name an installed version: *unmaintained*, *unsound*.
    pub notices: Vec<Exposure>,
    /// Things that no record names.
    pub unnamed: Vec<Unnamed>,
    /// The count of each inventory's things, in the same order.
    pub tallies: Vec<Tally>,
    /// Where the records are from, and how fresh they are.
    pub sources: Vec<Source>,
}

impl Scanned {
    /// The counts of all inventories together.
    pub fn tally(&self) -> Tally {
        self.tallies.iter().fold(Tally::default(), |sum, one| sum.plus(one))
    }
}

/// Reads everything that the call names, and matches. What is not affected is listed only if it is to be kept.
///
/// # Errors
///
/// A path cannot be read, an inventory is in no known format, a file is no feed of its kind, or no records are named.
pub fn scan(call: &Sources, keep: Keep) -> Result<Scanned, Failure> {
    if call.advisories.is_empty() && call.kev.is_none() && call.cve.is_none() && call.csaf.is_none() {
        return Err(Failure::call("no-records", "no records are named that the inventory could be held against")
            .help("name some with --advisories, --kev, --cve or --csaf; they are files, and nothing is fetched"));
    }
    let inventories = inventories::read(&call.paths, call.os_release.as_deref())?;
    // The small files first: a wrong name shows before the long reading.
    let mut index = Index::only(Wanted::of(&inventories));
    if let Some(path) = &call.kev {
        let source = index.source(path.display().to_string(), Feed::Kev);
        records::kev(&mut index, source, path)?;
    }
    if let Some(path) = &call.ssvc {
        let source = index.source(path.display().to_string(), Feed::Ssvc);
        records::ssvc(&mut index, source, path)?;
    }
    if let Some(path) = &call.cve {
        let source = index.source(path.display().to_string(), Feed::Cve);
        records::cve(&mut index, source, path)?;
    }
    if let Some(path) = &call.csaf {
        let source = index.source(path.display().to_string(), Feed::Csaf);
        records::csaf(&mut index, source, path)?;
    }
    if let Some(path) = &call.eol {
        let source = index.source(path.display().to_string(), Feed::EndOfLife);
        records::end_of_life(&mut index, source, path)?;
        index.as_of(Instant::now().to_string().chars().take(10).collect::<String>());
    }
    advisories::read(&mut index, &call.advisories, || Index::only(Wanted::of(&inventories)))?;
    index.join_sources();

    let mut scanned = Scanned {
        inventories: Vec::new(),
        exposures: Vec::new(),
        notices: Vec::new(),
        unnamed: Vec::new(),
        tallies: Vec::new(),
        sources: index.sources().to_vec(),
    };
    for inventory in &inventories {
        let scan = index.scan(inventory, keep);
        scanned.tallies.push(Tally::of(inventory, &scan));
        scanned.unnamed.extend(Unnamed::of(inventory, &scan));
        scanned.exposures.extend(scan.exposures);
        scanned.notices.extend(scan.notices);
    }
    scanned.inventories = inventories;
    Ok(scanned)
}
