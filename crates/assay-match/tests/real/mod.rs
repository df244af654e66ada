//! The data of real feeds and real inventories, where it is at hand.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use assay_inventory::component::Inventory;
use assay_inventory::{Options, read};

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

/// Each file of a zip.
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

/// A file, unpacked if it is packed.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    let mut out = Vec::new();
    match path.extension().and_then(|end| end.to_str()) {
        Some("gz") => flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut out).map(|_| out).unwrap(),
        _ => bytes,
    }
}

/// The real inventories whose path ends so, by name.
pub fn inventories(data: &Path, end: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = unpacked(&data.join("inventories/inventories.tar.gz"));
    let mut tar = tar::Archive::new(&*bytes);
    let mut found = Vec::new();
    for file in tar.entries().unwrap() {
        let mut file = file.unwrap();
        let path = file.path().unwrap().to_string_lossy().into_owned();
        if path.ends_with(end) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            found.push((path.trim_start_matches("./").to_owned(), bytes));
        }
    }
    assert!(!found.is_empty());
    found
}

pub fn inventory(name: &str, bytes: &[u8]) -> Inventory {
    read(name, bytes, &Options::default()).unwrap()
}
