//! The same hits as cargo-audit on every Cargo.lock at hand, where it is installed: on the path, or as `$CARGO_AUDIT`
//! names it. Its absence is no failure anywhere: building it takes longer than all other tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod labels;
mod real;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use assay_match::exposure::Touch;
use assay_match::index::{Feed, Index};
use assay_match::scan::Keep;
use serde_json::Value;

#[test]
fn the_same_hits_on_real_lockfiles() {
    let program = std::env::var_os("CARGO_AUDIT").unwrap_or_else(|| "cargo-audit".into());
    let there = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        eprintln!("skipped: cargo-audit is not on PATH, and $CARGO_AUDIT names none");
        return;
    }
    let Some(data) = real::data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    real::zip(&data.join("native/rustsec/all.zip"), |name, bytes| {
        let path = db.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    });
    let mut index = Index::new();
    let source = index.source("Rust", Feed::Osv);
    real::zip(&data.join("osv/Rust/all.zip"), |name, bytes| index.osv(source, name, bytes));
    for (name, bytes) in real::inventories(&data, "Cargo.lock") {
        let file = folder.path().join("Cargo.lock");
        fs::write(&file, &bytes).unwrap();
        let output = Command::new(&program)
            .args(["audit", "--no-fetch", "--stale", "--no-yanked", "--json", "--db"])
            .arg(&db)
            .arg("--file")
            .arg(&file)
            .output()
            .unwrap();
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{name}: {error} {output:?}"));
        let mut theirs = BTreeSet::new();
        let warnings = report["warnings"].as_object().into_iter().flat_map(|kinds| kinds.values());
        let lists = warnings.chain(std::iter::once(&report["vulnerabilities"]["list"]));
        for hit in lists.flat_map(|list| list.as_array().into_iter().flatten()) {
            // A yanked version is a warning without a record.
            if let Some(id) = hit["advisory"]["id"].as_str() {
                let package = &hit["package"];
                theirs.insert(format!(
                    "{id} {} {}",
                    package["name"].as_str().unwrap(),
                    package["version"].as_str().unwrap()
                ));
            }
        }
        let inventory = real::inventory(&name, &bytes);
        let scan = index.scan(&inventory, Keep::Touched);
        let hits = scan.exposures.iter().chain(&scan.notices).filter(|one| one.touch == Touch::Affected);
        let mut ours = BTreeSet::new();
        for hit in hits {
            let assay_inventory::component::What::Package { name, .. } = &hit.component.what else { continue };
            ours.insert(format!("{} {name} {}", hit.advisory.id, hit.component.version.as_deref().unwrap_or_default()));
        }
        assert_eq!(ours, theirs, "{name}");
    }
}
