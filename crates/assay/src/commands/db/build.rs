//! `assay db build`: records from anywhere into one file.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Instant as Watch;

use assay_base::Instant;
use assay_index::container::Container;
use assay_index::sign::signed;
use assay_index::write::{As, Tables, index};
use clap::Args;
use serde::Serialize;

use super::sources::{Feeds, Taken};
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::report::{next, plain};
use crate::whole_file::WholeFile;
use crate::{key, output};

/// Build an index of records: one file, read in place, that scans rest on
///
/// Takes whatever it finds: OSV records (`osv/ECOSYSTEM/all.zip`, folders, single files), KEV, EPSS, SSVC decisions, CVE
/// records, CSAF advisories, end-of-life dates; files, folders and http or https addresses. What a file is shows from
/// what stands in it. Of KEV and of EPSS the newest edition counts. Records that cannot be read are counted and named.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db build feeds/ --into index.assay
  assay db build feeds/osv feeds/kev.json feeds/epss.csv.gz --into index.assay --key publisher.key
  assay scan Cargo.lock --db index.assay

Exit codes:
   0  the index is built
   2  the call is wrong, or a file that it names
   1  Assay itself failed, or an address is out of reach")]
pub struct BuildArgs {
    /// Files, folders and addresses of feeds
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
    /// The file of the index; exchanged in one step if it is there
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    /// Sign it with this key; without one the index is not signed
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer<'a> {
    file: String,
    bytes: usize,
    root: String,
    records: usize,
    packages: usize,
    kev: usize,
    decisions: usize,
    scores: usize,
    milliseconds: u128,
    sources: &'a [assay_match::index::Source],
    passed: Vec<Passed<'a>>,
}

#[derive(Serialize)]
struct Passed<'a> {
    path: &'a str,
    why: &'a str,
}

/// Builds.
pub fn run(call: &BuildArgs, common: &Common) -> Result<u8, Failure> {
    let watch = Watch::now();
    let file = WholeFile::begin(&call.into)?;
    let signer = call.key.as_deref().map(|path| key::signing_key(Some(path))).transpose()?;
    let now = Instant::now();
    let today: String = now.to_string().chars().take(10).collect();
    let Taken { records, digests, passed } = Feeds::find(&call.sources)?.read(&today)?;
    let at = As { generation: 0, built: now.as_micros() };
    let too_large = |error: &dyn ToString| Failure::own("too-large", error.to_string());
    // The program ends with this; giving back every text of it one by one would be a part of its time.
    let records = ManuallyDrop::new(records);
    let tables = Tables::of(&records);
    let bytes = index(&records, &tables, digests, at).map_err(|error| too_large(&error))?;
    let opened = Container::from_bytes(Path::new(&call.into), bytes).map_err(|error| too_large(&error))?;
    let root = opened.root();
    let mut bytes = opened.into_bytes();
    if let Some(signer) = &signer {
        bytes = signed(bytes, root, at.generation, signer);
    }
    file.finish(&bytes, 0o644)?;

    let counts = |packed: &assay_match::index::Index| (packed.packed_records().count(), packed.packages());
    let (record_count, packages) = counts(&records);
    let milliseconds = watch.elapsed().as_millis();
    match common.format {
        Format::Json => output::json(&Answer {
            file: call.into.display().to_string(),
            bytes: bytes.len(),
            root: root.to_string(),
            records: record_count,
            packages,
            kev: tables.kev.len(),
            decisions: tables.decisions.len(),
            scores: tables.scores.len(),
            milliseconds,
            sources: records.sources(),
            passed: passed.iter().map(|(path, why)| Passed { path, why }).collect(),
        }),
        Format::Text => {
            let mut text = format!(
                "{}: {record_count} records of {packages} packages, {:.1} MB, built in {:.1} s\n",
                next::quoted(&call.into),
                bytes.len() as f64 / 1e6,
                milliseconds as f64 / 1e3
            );
            text.push_str(&super::info::sources(records.sources(), now));
            for (path, why) in &passed {
                text.push_str(&format!("  passed over {}: {}\n", plain::line(path, 200), plain::line(why, 200)));
            }
            if signer.is_none() {
                text.push_str("It is not signed; --key signs it.\n");
            }
            text.push_str(&format!("Next: assay scan INVENTORY --db {}\n", next::quoted(&call.into)));
            output::answer(&text);
        }
    }
    Ok(0)
}
