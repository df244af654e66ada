//! Random histories of 10,000 steps in all, on SQLite and on the reference
//! store: every answer, and at times every question, is the same.
#![allow(clippy::unwrap_used, clippy::panic)]

mod history;
mod memory;

use assay_store::conformance::sample::Repeatable;
use assay_store::sqlite::{Options, Sqlite};
use history::{Steps, apply, same};

#[test]
fn ten_thousand_random_steps() {
    let mut kinds = std::collections::BTreeMap::<String, u32>::new();
    for seed in 0..20 {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("store");
        // Nothing here is about durability; tests/power_cut.rs and tests/kills.rs are.
        let mut options = Options::default();
        options.durable = false;
        let mut sqlite = Sqlite::open_with(&dir, &options).unwrap();
        let memory = memory::Memory::default();
        let mut steps = Steps(Repeatable(seed));
        for number in 1..=500 {
            let step = steps.next();
            let (one, other) = (apply(&sqlite, &step), apply(&memory, &step));
            assert_eq!(one, other, "history {seed}, step {number}: {step:?}");
            let kind = format!("{step:?}").split(['(', ' ']).next().unwrap().to_owned();
            *kinds
                .entry(format!("{kind} {}", if one.starts_with("out of") { "refused" } else { "done" }))
                .or_default() += 1;
            if number % 250 == 0 {
                same(&sqlite, &memory);
                // A store is its files: closing it loses nothing.
                drop(sqlite);
                sqlite = Sqlite::open_with(&dir, &options).unwrap();
                same(&sqlite, &memory);
                sqlite.check().unwrap();
            }
        }
    }
    // The histories do what they are for: each kind of step happened, and refusals of each kind that has one.
    for kind in ["Write", "Claim", "Confirm", "PutWrap", "DropWrap", "Shred", "PutBlob", "DropBlob", "Set", "Replace"] {
        assert!(kinds.get(&format!("{kind} done")).is_some_and(|count| *count >= 10), "{kinds:?}");
    }
    for kind in ["Write", "Confirm", "PutWrap", "PutBlob"] {
        assert!(kinds.get(&format!("{kind} refused")).is_some_and(|count| *count >= 10), "{kinds:?}");
    }
}
