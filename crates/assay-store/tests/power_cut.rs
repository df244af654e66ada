//! The power goes, at any moment (invariant 25): what was acknowledged is
//! there, whole and once. And the test would notice if it were not: without
//! SQLite's syncs, or without ours of files or folders, it finds losses.
#![allow(clippy::unwrap_used, clippy::panic)]

mod disk;
mod work;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assay_base::Entropy as _;
use assay_store::conformance::sample::Repeatable;
use disk::{Faith, Op, What, record, replay};
use work::{Acknowledged, judge, run_child};

#[test]
#[ignore = "the other tests start it as a process of its own"]
fn child() {
    run_child();
}

/// Records a child's whole life.
fn lived(root: &Path, careless: bool) -> Option<Vec<Op>> {
    let dir = root.join("store");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
    record(&mut work::child(&dir, 1, 30, careless), &dir, &root.join("log"))
}

/// Of these, how many lost what was acknowledged.
fn losses(wrong: &[String]) -> usize {
    wrong.iter().filter(|wrong| wrong.contains("is not kept")).count()
}

/// Cuts the power so many times; says where something was wrong.
fn cut(ops: &[Op], times: u64, faith: Faith, root: &Path) -> Vec<String> {
    let last = ops.iter().map(|op| op.end).max().unwrap();
    let mut lost = Vec::new();
    for seed in 0..times {
        let mut random = [0; 8];
        Repeatable(seed.wrapping_mul(77)).fill(&mut random);
        let cut = (u64::from_le_bytes(random) % (last as u64 + 2)) as usize;
        let mut said = Acknowledged::default();
        for op in ops.iter().filter(|op| op.end < cut) {
            if let What::Said(line) = &op.what {
                said.hear(line);
            }
        }
        let dir = tempfile::tempdir_in(root).unwrap();
        let dir = dir.path().join("store");
        std::fs::create_dir(&dir).unwrap();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
        replay(ops, cut, seed, faith, &dir);
        if let Err(wrong) = judge(&dir, &said) {
            lost.push(format!("line {cut}, seed {seed}: {wrong}"));
        }
    }
    lost
}

#[test]
fn what_is_acknowledged_survives_the_power_going_at_any_moment() {
    let root = tempfile::tempdir().unwrap();
    let Some(ops) = lived(root.path(), false) else { return };
    let said = ops.iter().filter(|op| matches!(&op.what, What::Said(line) if line.starts_with("ack "))).count();
    assert_eq!(said, 60);
    let lost = cut(&ops, 150, Faith::ALL, root.path());
    assert!(lost.is_empty(), "{} of 150: {lost:#?}", lost.len());
    // The same record, on a disk that does not keep its word: the test notices.
    let lost = cut(&ops, 30, Faith { folders: false, ..Faith::ALL }, root.path());
    assert!(lost.len() >= 5 && losses(&lost) >= 1, "folders that are not synced lose files: {lost:#?}");
    let lost = cut(&ops, 30, Faith { files: false, ..Faith::ALL }, root.path());
    assert!(lost.len() >= 5 && losses(&lost) >= 1, "files that are not synced lose content: {lost:#?}");
}

#[test]
fn without_syncs_the_same_test_finds_losses() {
    let root = tempfile::tempdir().unwrap();
    let Some(ops) = lived(root.path(), true) else { return };
    let lost = cut(&ops, 40, Faith::ALL, root.path());
    // A store that does not open has lost everything, and names nothing.
    assert!(lost.len() >= 10 && losses(&lost) >= 1, "{} of 40: {lost:#?}", lost.len());
}
