//! Inventories and advisories as a call names them, brought together: what
//! touches which thing. `assay scan` prints it, `assay plan` puts dates on it.
//!
//! Files only: nothing here opens a socket (invariant 21).

pub mod advisories;
pub mod database;
pub mod inventories;
mod near;
pub mod open;
pub mod records;
mod tally;
mod unnamed;
mod vex;
mod walked;

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;

use assay_base::Instant;
use assay_index::Layers;
use assay_inventory::component::Inventory;
use assay_match::exposure::Exposure;
use assay_match::index::{Feed, Index, Source};
use assay_match::scan::{Keep, Scanner};
use assay_match::vex::{Suppressed, Told, Vex};
use assay_match::wanted::Wanted;
use clap::Args;

use crate::failure::Failure;
pub use tally::Tally;
pub use unnamed::{Unnamed, UnnamedJson};
pub use vex::Listened;
pub use walked::Looked;

/// What is looked at, and against which records.
#[derive(Debug, Clone, Default, Args)]
pub struct Sources {
    /// Inventories: product lists (CSV), SBOMs, lockfiles, lists of installed packages, `-` for stdin; or folders and
    /// container images, in which they are looked for
    #[arg(required_unless_present = "machine", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// This machine's own packages, by dpkg, apk or rpm; with `=ROOT`, those of the system whose disk is mounted there
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    pub machine: Option<PathBuf>,
    /// An index that `assay db` made: a file or a folder; without it and without records, ASSAY_DB or the usual folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub db: Option<PathBuf>,
    /// OSV records: a JSON file, a folder of them, an all.zip, a folder of ECOSYSTEM/all.zip, or a synced folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub advisories: Vec<PathBuf>,
    /// CISA's catalogue of known exploited vulnerabilities, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub kev: Option<PathBuf>,
    /// CISA's SSVC decisions, as CSV
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub ssvc: Option<PathBuf>,
    /// FIRST's EPSS scores, as CSV
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub epss: Option<PathBuf>,
    /// CVE 5.x records: a JSON file, JSON lines, a zip, or a folder of them
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub cve: Option<PathBuf>,
    /// CSAF 2.0 advisories, such as CISA's of industrial and medical devices: a JSON file, JSON lines, a zip, a folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub csaf: Option<PathBuf>,
    /// End-of-life dates of products, as endoflife.date keeps them: a JSON file, JSON lines, a zip, a folder
    #[arg(long, value_name = "PATH", help_heading = "Records")]
    pub eol: Option<PathBuf>,
    /// VEX documents that are listened to: OpenVEX, CSAF or CycloneDX. What a CycloneDX inventory says of itself is, too
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub vex: Vec<PathBuf>,
    /// The os-release file of the machine whose packages are read, where it does not lie beside them
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
    /// What VEX statements took off the list, with whose word it was.
    pub suppressed: Vec<Suppressed>,
    /// What VEX statements say of what stays.
    pub told: Vec<Told>,
    /// The VEX documents.
    pub listened: Vec<Listened>,
    /// Of each inventory, in the same order: the places of things that no record names. See [`Scanned::unnamed`].
    pub unnamed: Vec<Vec<usize>>,
    /// The count of each inventory's things, in the same order.
    pub tallies: Vec<Tally>,
    /// Where the records are from, and how fresh they are.
    pub sources: Vec<Source>,
    /// What was looked through for inventories.
    pub looked: Vec<Looked>,
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
    let (inventories, looked) = inventories::read(&call.paths, call.machine.as_deref(), call.os_release.as_deref())?;
    against(call, inventories, looked, keep)
}

/// Whether the call names records of its own.
fn names_records(call: &Sources) -> bool {
    !call.advisories.is_empty() || call.kev.is_some() || call.cve.is_some() || call.csaf.is_some()
}

/// The index that the call rests on; none if it names records and no index.
///
/// # Errors
///
/// The index that it names is not there, or cannot be opened.
pub fn index_of(call: &Sources) -> Result<Option<Arc<Layers>>, Failure> {
    // An index at the usual place is for whoever names no records; beside some, it has to be asked for.
    match &call.db {
        Some(path) => database::needed(path).map(Some),
        None if names_records(call) => Ok(None),
        None => database::open(&database::place(None)?),
    }
}

/// Matches inventories that were read elsewhere against the records that the call names.
///
/// # Errors
///
/// A file is no feed of its kind, or no records are named.
pub fn against(
    call: &Sources,
    inventories: Vec<Inventory>,
    looked: Vec<Looked>,
    keep: Keep,
) -> Result<Scanned, Failure> {
    let records = Records::read(call, &inventories)?;
    records.matching().scan(inventories, looked, keep)
}

/// The records that a call names, as far as some inventories ask for them.
pub struct Records {
    /// Asked by a program that then ends: see `commands::scan`.
    index: ManuallyDrop<Index>,
    database: Option<Arc<Layers>>,
    vex: Vex,
}

/// One part of the inventories after the other against the records.
pub struct Matching<'a> {
    records: &'a Records,
    scanner: Scanner<'a>,
}

impl Records {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// A file is no feed of its kind, or no records are named.
    pub fn read(call: &Sources, inventories: &[Inventory]) -> Result<Self, Failure> {
        let database = index_of(call)?;
        if database.is_none() && !names_records(call) {
            return Err(Failure::call("no-records", "no records are named that the inventory could be held against").help(
            "fetch an index once with `assay db update`, build one of files that lie here with `assay db build` and name it \
             with --db, or name records with --advisories, --kev, --cve or --csaf",
        ));
        }
        let vex = vex::read(&call.vex, inventories)?;
        // The small files first: a wrong name shows before the long reading.
        let wanted = Wanted::of(inventories);
        let index = match &database {
            Some(database) => database.index(&wanted).map_err(|error| database::failure(&error))?,
            None => Index::only(wanted),
        };
        let mut index = ManuallyDrop::new(index);
        if let Some(path) = &call.kev {
            let source = index.source(path.display().to_string(), Feed::Kev);
            records::kev(&mut index, source, path)?;
        }
        if let Some(path) = &call.ssvc {
            let source = index.source(path.display().to_string(), Feed::Ssvc);
            records::ssvc(&mut index, source, path)?;
        }
        if let Some(path) = &call.epss {
            let source = index.source(path.display().to_string(), Feed::Epss);
            records::epss(&mut index, source, path)?;
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
        }
        // The dates may be in the index, too.
        index.as_of(Instant::now().to_string().chars().take(10).collect::<String>());
        advisories::read(&mut index, &call.advisories, || Index::only(Wanted::of(inventories)))?;
        index.join_sources();
        Ok(Self { index, database, vex })
    }

    /// Begins to ask them.
    pub fn matching(&self) -> Matching<'_> {
        Matching { records: self, scanner: self.index.scanner() }
    }
}

impl Matching<'_> {
    /// Matches some of the inventories.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn scan(&mut self, inventories: Vec<Inventory>, looked: Vec<Looked>, keep: Keep) -> Result<Scanned, Failure> {
        let Records { index, database, vex } = self.records;
        let mut scanned = Scanned {
            inventories: Vec::new(),
            exposures: Vec::new(),
            notices: Vec::new(),
            suppressed: Vec::new(),
            told: Vec::new(),
            listened: Listened::all(vex),
            unnamed: Vec::new(),
            tallies: Vec::new(),
            sources: index.sources().to_vec(),
            looked,
        };
        for inventory in &inventories {
            let mut scan = self.scanner.scan(inventory, keep);
            let (suppressed, told) = vex.apply(inventory, &mut scan);
            scanned.tallies.push(Tally::of(inventory, &scan, &suppressed));
            scanned.suppressed.extend(suppressed);
            scanned.told.extend(told);
            scanned.unnamed.push(scan.unnamed);
            scanned.exposures.extend(scan.exposures);
            scanned.notices.extend(scan.notices);
        }
        // What the file could not give while answers were told would be missing from them in silence.
        if let Some(database) = database {
            database.is_whole().map_err(|error| database::failure(&error))?;
        }
        scanned.inventories = inventories;
        Ok(scanned)
    }
}
