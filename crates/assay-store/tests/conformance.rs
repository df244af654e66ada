//! The suite against SQLite, and against the reference store: a case that
//! only one of them could pass would be a wrong case.
#![allow(clippy::unwrap_used)]

mod memory;

use assay_store::conformance;
use assay_store::sqlite::Sqlite;
use assay_store::store::Store;

fn make(root: &std::path::Path) -> Box<dyn Store> {
    let dir = tempfile::Builder::new().prefix("store-").tempdir_in(root).unwrap().keep();
    Box::new(Sqlite::open(&dir).unwrap())
}

#[test]
fn sqlite() {
    let root = tempfile::tempdir().unwrap();
    conformance::suite(&|| make(root.path()));
}

#[test]
fn the_reference_in_memory() {
    conformance::suite(&|| Box::new(memory::Memory::default()));
}

#[test]
fn there_are_many_cases_and_each_has_one_name() {
    let cases = conformance::cases();
    let mut names: Vec<_> = cases.iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len());
    assert!(names.len() >= 60, "{} cases", names.len());
}
