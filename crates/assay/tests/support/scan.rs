//! Inventories and records of a test's own making.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::Bench;

/// A lock with one package of npm.
pub fn lock(bench: &Bench, name: &str, version: &str) -> PathBuf {
    let path = bench.path("package-lock.json");
    let lock = json!({ "name": "x", "version": "1.0.0", "lockfileVersion": 3,
        "packages": { "node_modules/a": { "version": version } } });
    fs::write(&path, lock.to_string().replace("node_modules/a", &format!("node_modules/{name}"))).unwrap();
    path
}

pub fn record(id: &str, package: &str) -> Value {
    json!({ "id": id, "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": { "ecosystem": "npm", "name": package },
        "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "1.0.0" }, { "fixed": "2.0.0" }] }] }] })
}

pub fn write(path: &Path, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, value.to_string()).unwrap();
}

pub fn zip(path: &Path, members: &[(&str, Vec<u8>)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
}
