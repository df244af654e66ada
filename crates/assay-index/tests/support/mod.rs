//! Real feeds and inventories, where they are at hand.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_advisory::feed::{epss, kev, osv, ssvc};
use assay_index::Layers;
use assay_index::container::Container;
use assay_index::write::{As, Tables, index};
use assay_inventory::component::Inventory;
use assay_inventory::{Options, read};
use assay_match::index::{Feed, Index, SourceId};

/// The folder of data: `$ASSAY_DATA`, else beside the workspace. None prints that the test is skipped; in CI that
/// is a failure.
pub fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ASSAY_DATA").map_or_else(beside, PathBuf::from);
    if folder.join("osv").is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no data at {}", folder.display());
    eprintln!("skipped: no data at {}; set ASSAY_DATA", folder.display());
    None
}

/// A file, unpacked.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut out).unwrap();
    out
}

/// Each record of a zip.
pub fn zip(path: &Path, mut each: impl FnMut(&str, &[u8])) {
    let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        bytes.clear();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        drop(file);
        each(&name, &bytes);
    }
}

/// The zips of OSV records, in order.
pub fn osv(data: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(data.join("osv")).unwrap().map(|entry| entry.unwrap().path().join("all.zip"));
    let mut zips: Vec<PathBuf> = folders.filter(|path| path.is_file()).collect();
    zips.sort();
    zips
}

/// Each OSV record at hand, with the ecosystem whose zip it is from.
pub fn all_records(data: &Path, mut each: impl FnMut(&str, osv::Record<'_>)) {
    for path in osv(data) {
        let ecosystem = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        zip(&path, |name, bytes| each(&ecosystem, osv::read(bytes).unwrap_or_else(|why| panic!("{name}: {why}"))));
    }
}

/// An index into which records are taken one by one, each as of its ecosystem's source.
#[derive(Default)]
pub struct Taking {
    pub index: Index,
    sources: BTreeMap<String, SourceId>,
}

impl Taking {
    pub fn take(&mut self, ecosystem: &str, record: &osv::Record<'_>) {
        let name = format!("OSV {ecosystem}");
        let index = &mut self.index;
        let source = *self.sources.entry(name.clone()).or_insert_with(|| index.source(name, Feed::Osv));
        index.osv_record(source, record);
    }
}

/// All records of these ecosystems in memory; of all, if none is named.
pub fn records(data: &Path, ecosystems: &[&str]) -> Index {
    let mut index = Index::new();
    for path in osv(data) {
        let ecosystem = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        if ecosystems.is_empty() || ecosystems.contains(&&*ecosystem) {
            let source = index.source(format!("OSV {ecosystem}"), Feed::Osv);
            zip(&path, |name, bytes| index.osv(source, name, bytes));
        }
    }
    tables(data, &mut index, "2026-01-30");
    index
}

/// KEV, SSVC and the EPSS scores of a day.
pub fn tables(data: &Path, index: &mut Index, day: &str) {
    let source = index.source("KEV", Feed::Kev);
    let kev = unpacked(&data.join("kev/known_exploited_vulnerabilities-2026-01-29.json.gz"));
    index.kev(source, kev::read(&kev).unwrap());
    let source = index.source("SSVC", Feed::Ssvc);
    index.ssvc(source, ssvc::read(&unpacked(&data.join("ssvc/vulnrichment-2024-10-24.csv.gz"))).unwrap());
    let source = index.source("EPSS", Feed::Epss);
    index.epss(source, epss::read(&unpacked(&data.join(format!("epss/epss_scores-{day}.csv.gz")))).unwrap());
}

/// The file of an index.
pub fn file(of: &Index, generation: u64) -> Vec<u8> {
    index(of, &Tables::of(of), Vec::new(), As { generation, built: 1_700_000_000_000_000 }).unwrap()
}

/// An index opened from bytes.
pub fn opened(bytes: Vec<u8>) -> Arc<Layers> {
    Layers::of(vec![Container::from_bytes(Path::new("test.assay"), bytes).unwrap()]).unwrap()
}

/// All real inventories that are read.
pub fn inventories(data: &Path) -> Vec<Inventory> {
    let bytes = unpacked(&data.join("inventories/inventories.tar.gz"));
    let mut tar = tar::Archive::new(&*bytes);
    let mut found = Vec::new();
    for file in tar.entries().unwrap() {
        let mut file = file.unwrap();
        let path = file.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        found.extend(read(&path, &bytes, &Options::default()));
    }
    assert!(found.len() > 10, "only {} inventories", found.len());
    found
}
