//! The collections beside the repository (`$ASSAY_DATA`, else `../shared/data`):
//! tests on them are skipped where they are missing, except in CI.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The collections' folder.
pub fn folder() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::env::var_os("ASSAY_DATA").map_or(beside, PathBuf::from)
}

/// One file of the collections, or `None` where there is none.
pub fn open(path: &str) -> Option<File> {
    let path = folder().join(path);
    match File::open(&path) {
        Ok(file) => Some(file),
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "{} is missing; set ASSAY_DATA", path.display());
            eprintln!("skipped: {} is missing; set ASSAY_DATA", path.display());
            None
        }
    }
}

/// The files of an archive by their paths.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file of an archive, unpacked once per test program.
pub fn archive(path: &'static str) -> Option<Arc<Files>> {
    static UNPACKED: Mutex<BTreeMap<&'static str, Arc<Files>>> = Mutex::new(BTreeMap::new());
    let mut unpacked = UNPACKED.lock().unwrap();
    if !unpacked.contains_key(path) {
        unpacked.insert(path, Arc::new(unpack(open(path)?)));
    }
    unpacked.get(path).cloned()
}

fn unpack(file: File) -> Files {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(flate2::read::GzDecoder::new(file)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_start_matches("./").to_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.insert(path, content);
    }
    files
}

/// A gzipped text.
pub fn gunzip(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

/// The lockfile's own name: what follows the last `__`.
pub fn own_name(path: &str) -> &str {
    let base = Path::new(path).file_name().unwrap().to_str().unwrap();
    base.rsplit("__").next().unwrap_or(base)
}
