//! The suite against SQLite, and against the reference store: a case that
//! only one of them could pass would be a wrong case.
#![allow(clippy::unwrap_used, clippy::panic)]

mod memory;

use assay_store::conformance;
use assay_store::sqlite::Sqlite;
use assay_store::store::Store;
use memory::{Fault, Memory};

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
    conformance::suite(&|| Box::new(Memory::default()));
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

/// The suite notices a broken promise, and names it.
#[test]
fn a_store_that_breaks_a_promise_is_found_out() {
    for (fault, case) in [
        (Fault::HalfBatches, "a_refused_event_takes_its_batch_with_it"),
        (Fault::NoLock, "of_sixteen_who_race_for_a_lease_one_wins"),
        (Fault::AnyTime, "time_never_runs_backwards"),
        (Fault::Resurrects, "a_shredded_key_gets_no_new_ones"),
        (Fault::MovesLeaves, "an_event_has_one_leaf"),
    ] {
        let case = conformance::cases().into_iter().find(|known| known.name == case).unwrap();
        let broken = || -> Box<dyn Store> { Box::new(Memory { fault: Some(fault), ..Memory::default() }) };
        let found = std::panic::catch_unwind(|| (case.run)(&broken));
        assert!(found.is_err(), "{fault:?}");
        (case.run)(&|| Box::new(Memory::default()));
    }
}
