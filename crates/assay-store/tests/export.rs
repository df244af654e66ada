//! Export and import: the exit always works (invariant 28).
#![allow(clippy::unwrap_used, clippy::panic)]

mod history;
mod memory;

use std::io::BufReader;

use assay_store::conformance::sample::*;
use assay_store::export::{export, import, import_into};
use assay_store::sqlite::Sqlite;
use assay_store::store::{Store, StoreError};
use history::{Steps, apply, same};
use proptest::prelude::*;

fn filled(store: &dyn Store, seed: u64, steps: usize) {
    let mut draw = Steps(Repeatable(seed));
    for _ in 0..steps {
        apply(store, &draw.next());
    }
    store.put_blob(blob(500), &vec![7; (2 << 20) + 3]).unwrap();
    store.put_blob(blob(501), b"").unwrap();
}

fn exported(store: &dyn Store) -> Vec<u8> {
    let mut out = Vec::new();
    let summary = export(store, &mut out).unwrap();
    assert_eq!(summary.lines, out.iter().filter(|byte| **byte == b'\n').count() as u64);
    out
}

#[test]
fn an_imported_store_is_the_store() {
    let root = tempfile::tempdir().unwrap();
    for seed in 0..3 {
        let store = Sqlite::open(&root.path().join(format!("store-{seed}"))).unwrap();
        filled(&store, seed, 100);
        let text = exported(&store);
        let into = root.path().join(format!("imported-{seed}"));
        import_into(&into, &mut text.as_slice()).unwrap();
        let imported = Sqlite::open(&into).unwrap();
        same(&store, &imported);
        assert!(exported(&imported) == text, "and exports to the same bytes");
    }
}

#[test]
fn one_backend_s_export_is_another_one_s_import() {
    let root = tempfile::tempdir().unwrap();
    let memory = memory::Memory::default();
    filled(&memory, 7, 150);
    let text = exported(&memory);
    let sqlite = Sqlite::open(&root.path().join("store")).unwrap();
    // Also from a reader that gives little at a time.
    import(&sqlite, &mut BufReader::with_capacity(7, text.as_slice())).unwrap();
    same(&memory, &sqlite);
    let back = memory::Memory::default();
    import(&back, &mut exported(&sqlite).as_slice()).unwrap();
    same(&memory, &back);
}

#[test]
fn an_empty_store_has_an_export() {
    let memory = memory::Memory::default();
    let text = String::from_utf8(exported(&memory)).unwrap();
    insta::assert_snapshot!(text);
    import(&memory::Memory::default(), &mut text.as_bytes()).unwrap();
}

#[test]
fn the_lines_are_as_documented() {
    let memory = memory::Memory::default();
    memory.set_setting("ledger.origin", "example.org/ledger").unwrap();
    let rows = [
        assay_store::row::Row::Member(member(1, "Kernel Team")),
        assay_store::row::Row::Person(person(2, "maria")),
        assay_store::row::Row::Lease(lease(3)),
        assay_store::row::Row::Finding(finding(4)),
        assay_store::row::Row::Case(case(5)),
        assay_store::row::Row::Engagement(engagement(6)),
    ];
    let _ = keep_both(&memory, &[event(1, 1), event(1, 2)], &rows);
    memory.confirm(&[(1, 0)]).unwrap();
    memory.put_wrap(key(1), "instance", b"a wrap").unwrap();
    memory.shred(key(2)).unwrap();
    memory.put_blob(blob(1), b"sealed").unwrap();
    insta::assert_snapshot!(String::from_utf8(exported(&memory)).unwrap());
}

#[test]
fn a_store_that_keeps_anything_is_left_alone() {
    let text = exported(&memory::Memory::default());
    let fill: [fn(&memory::Memory); 5] = [
        |store| keep(store, &[event(1, 1)]),
        |store| put(store, &[assay_store::row::Row::Case(case(1))]),
        |store| store.set_setting("a", "b").unwrap(),
        |store| store.shred(key(1)).unwrap(),
        |store| store.put_blob(blob(1), b"").unwrap(),
    ];
    for fill in fill {
        let store = memory::Memory::default();
        fill(&store);
        assert!(matches!(import(&store, &mut text.as_slice()), Err(StoreError::NotEmpty(_))));
    }
}

#[test]
fn a_refused_import_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let memory = memory::Memory::default();
    filled(&memory, 8, 60);
    let text = exported(&memory);
    let into = root.path().join("imported");
    for cut in [0, 1, text.len() / 3, text.len() - 1] {
        assert!(matches!(import_into(&into, &mut &text[..cut]), Err(StoreError::Corrupt(_))), "cut at {cut}");
    }
    let mut more = text.clone();
    more.extend_from_slice(b"{}\n");
    assert!(import_into(&into, &mut more.as_slice()).is_err());
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    import_into(&into, &mut text.as_slice()).unwrap();
    assert!(matches!(import_into(&into, &mut text.as_slice()), Err(StoreError::NotEmpty(_))));
}

#[test]
fn a_line_without_end_is_refused_early() {
    /// Gives the same letter for ever.
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += buffer.len() as u64;
            assert!(self.0 < 64 << 20, "far more was read than any line has");
            buffer.fill(b'x');
            Ok(buffer.len())
        }
    }
    let error = import(&memory::Memory::default(), &mut BufReader::new(Endless(0))).unwrap_err();
    assert_eq!(error.to_string(), "the store holds what cannot be read: line 1 of the export: it is too long");
}

#[test]
fn lines_that_are_moved_doubled_or_left_out_are_refused() {
    let memory = memory::Memory::default();
    filled(&memory, 9, 40);
    memory.drop_blob(blob(500)).unwrap();
    let text = String::from_utf8(exported(&memory)).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let take = |lines: Vec<&str>| {
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        import(&memory::Memory::default(), &mut text.as_bytes())
    };
    assert!(take(lines.clone()).is_ok());
    for place in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(place);
        assert!(take(fewer).is_err(), "without line {place}");
        let mut doubled = lines.clone();
        doubled.insert(place, lines[place]);
        assert!(take(doubled).is_err(), "line {place} twice");
        if place > 0 {
            let mut moved = lines.clone();
            moved.swap(place, place - 1);
            assert!(take(moved).is_err(), "line {place} moved");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_changed_byte_is_refused(place: prop::sample::Index, change in 1u8..) {
        let memory = memory::Memory::default();
        let mut draw = Steps(Repeatable(10));
        for _ in 0..30 {
            apply(&memory, &draw.next());
        }
        let mut text = exported(&memory);
        let place = place.index(text.len());
        text[place] ^= change;
        prop_assert!(import(&memory::Memory::default(), &mut text.as_slice()).is_err());
    }

    #[test]
    fn any_text_is_refused(text in ".{0,200}") {
        prop_assert!(import(&memory::Memory::default(), &mut text.as_bytes()).is_err());
    }
}
