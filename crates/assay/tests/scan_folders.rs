//! `assay scan` on a folder, an image and a system's root.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/scan.rs"]
mod scan_support;
mod support;

use std::fs;

use scan_support::{lock, record, write};
use support::Bench;

#[test]
fn a_folder_with_one_list_that_cannot_be_read() {
    let bench = Bench::new();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    fs::create_dir_all(bench.path("app/node_modules/b")).unwrap();
    lock(&bench, "a", "2.0.0");
    fs::rename(bench.path("package-lock.json"), bench.path("app/package-lock.json")).unwrap();
    fs::write(bench.path("app/node_modules/b/package-lock.json"), "{}").unwrap();
    let said = bench.run(&["scan", "app", "--advisories", "osv"]).exits(0);
    said.says("Looked through app");
    said.says("app/package-lock.json: 1 thing (package-lock.json)");
    said.says("Passed over: folders named node_modules (1).");
    // What could not be read may be anything: no longer good news.
    fs::write(bench.path("app/poetry.lock"), "what is this\n").unwrap();
    let json = bench.run(&["scan", "app", "--advisories", "osv", "--format", "json"]).exits(11).json();
    assert_eq!(json["answer"]["skipped"], 1);
    assert_eq!(json["looked"][0]["refused"], 1);
    assert_eq!(json["looked"][0]["found"][0]["format"], "package-lock");
    lock(&bench, "a", "1.5.0");
    fs::rename(bench.path("package-lock.json"), bench.path("app/package-lock.json")).unwrap();
    bench.run(&["scan", "app", "--advisories", "osv"]).exits(10);
    bench.run(&["scan", "app", "app/package-lock.json", "--advisories", "osv"]).exits(2);
}

#[test]
fn a_system_by_its_root() {
    let bench = Bench::new();
    write(&bench.path("osv/A.json"), &record("A", "a"));
    bench.run(&["scan", "--machine=disk", "--advisories", "osv"]).exits(2);
    fs::create_dir_all(bench.path("disk/var/lib/dpkg")).unwrap();
    fs::write(bench.path("disk/var/lib/dpkg/status"), "Package: x\nStatus: install ok installed\nVersion: 1-1\n")
        .unwrap();
    let said = bench.run(&["scan", "--machine=disk", "--advisories", "osv"]).exits(11);
    said.says("disk/var/lib/dpkg/status: 1 thing (dpkg's status file)");
    bench.run(&["scan", "--advisories", "osv"]).exits(2);
}
