//! Inventories and advisories as a call names them, brought together: what
//! touches which thing. `assay scan` prints it, `assay plan` puts dates on it.
//!
//! Files only: nothing here opens a socket (invariant 21).

use std::path::PathBuf;

use assay_inventory::component::Inventory;
use assay_match::exposure::Exposure;
use clap::Args;

use crate::failure::Failure;

/// What is looked at, and against which records.
#[derive(Debug, Clone, Args)]
pub struct Sources {
    /// Inventories: product lists (CSV), CycloneDX, Cargo.lock, package-lock.json, dpkg's status file; `-` is stdin
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// OSV records: a JSON file, a folder of them, an all.zip, a folder of <Ecosystem>/all.zip, or a synced folder
    #[arg(long, value_name = "PATH")]
    pub advisories: Vec<PathBuf>,
    /// CISA's catalogue of known exploited vulnerabilities, as JSON
    #[arg(long, value_name = "FILE")]
    pub kev: Option<PathBuf>,
    /// CISA's SSVC decisions, as CSV
    #[arg(long, value_name = "FILE")]
    pub ssvc: Option<PathBuf>,
    /// CVE 5.x records: a JSON file, JSON lines, a zip, or a folder of them
    #[arg(long, value_name = "PATH")]
    pub cve: Option<PathBuf>,
    /// The os-release file of the machine whose dpkg status is read; it names the Debian release
    #[arg(long, value_name = "FILE")]
    pub os_release: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The inventories as read, in the order of the call.
    pub inventories: Vec<Inventory>,
    /// What is affected and what cannot be told.
    pub exposures: Vec<Exposure>,
}

/// Reads everything that the call names, and matches.
///
/// # Errors
///
/// A path cannot be read, or an inventory is in no known format.
pub fn exposures(call: &Sources) -> Result<Scanned, Failure> {
    let path = call.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
    Err(Failure::own("not-ready", format!("`{path}` cannot be scanned yet")))
}
