//! Backup and restore: equal stores, refused changes, nothing left half-way.
#![allow(clippy::unwrap_used, clippy::panic)]

mod history;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use assay_store::backup::{backup, restore, restore_parts};
use assay_store::conformance::sample::*;
use assay_store::row::Row;
use assay_store::sqlite::Sqlite;
use assay_store::store::{Store as _, StoreError};
use history::{Steps, apply, same};

fn filled(dir: &Path, seed: u64, steps: usize) -> Sqlite {
    let store = Sqlite::open(dir).unwrap();
    let mut draw = Steps(Repeatable(seed));
    for _ in 0..steps {
        apply(&store, &draw.next());
    }
    store.put_blob(blob(500), b"a blob that is there for sure").unwrap();
    store.put_wrap(key(500), "instance", b"a wrap that is there for sure").unwrap();
    store
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn a_restored_store_is_the_store() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let store = filled(&place("store"), 1, 120);
    backup(&store, &place("backup")).unwrap();
    restore(&place("backup"), &place("restored")).unwrap();
    let restored = Sqlite::open(&place("restored")).unwrap();
    same(&store, &restored);
    restored.check().unwrap();
    // It goes on where the other stood.
    let mut draw = Steps(Repeatable(99));
    for _ in 0..40 {
        let step = draw.next();
        assert_eq!(apply(&store, &step), apply(&restored, &step));
    }
    same(&store, &restored);
    for path in files(&place("backup")).iter().chain(&files(&place("restored"))) {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn a_backup_is_one_state_while_others_write() {
    let root = tempfile::tempdir().unwrap();
    let store = filled(&root.path().join("store"), 2, 30);
    let begun = see(&store, |view| view.last_number());
    let ended = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut last = 0;
            for number in 1000..1120 {
                let mut event = event(number, 1);
                event.envelope.at = at(1_000_000);
                let rows = [Row::Finding(finding(number))];
                store.put_blob(blob(number), &number.to_le_bytes()).unwrap();
                store.put_wrap(key(number), "instance", &number.to_le_bytes()).unwrap();
                last = keep_both(&store, &[event], &rows).numbers[0];
            }
            last
        });
        for round in 0..4 {
            backup(&store, &root.path().join(format!("backup-{round}"))).unwrap();
        }
        writing.join().unwrap()
    });
    for round in 0..4 {
        let into = root.path().join(format!("restored-{round}"));
        restore(&root.path().join(format!("backup-{round}")), &into).unwrap();
        let restored = Sqlite::open(&into).unwrap();
        see(&restored, |view| {
            assert!((begun..=ended).contains(&view.last_number()?));
            for number in 1000..1120 {
                let events = view.stream(&stream(number))?;
                assert_eq!(events.len(), usize::from(view.finding(finding(number).id)?.is_some()));
                if !events.is_empty() {
                    // What an event speaks of is in the backup with it.
                    assert!(restored.blob(blob(number))?.is_some());
                    assert!(restored.wrap(key(number), "instance")?.is_some());
                }
            }
            Ok(())
        });
    }
}

#[test]
fn what_was_shredded_since_does_not_come_back_with_older_wraps() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let store = Sqlite::open(&place("store")).unwrap();
    let wrap: Vec<u8> = (0..200u8).collect();
    store.put_wrap(key(1), "instance", &wrap).unwrap();
    store.put_wrap(key(2), "instance", b"stays").unwrap();
    backup(&store, &place("monday")).unwrap();
    store.shred(key(1)).unwrap();
    backup(&store, &place("tuesday")).unwrap();
    restore_parts(&place("tuesday/contents"), &place("monday/wraps"), &place("mixed")).unwrap();
    let mixed = Sqlite::open(&place("mixed")).unwrap();
    assert!(mixed.is_shredded(key(1)).unwrap());
    assert_eq!(mixed.wrap(key(1), "instance").unwrap(), None);
    assert_eq!(mixed.wrap(key(2), "instance").unwrap().as_deref(), Some(b"stays".as_slice()));
    drop(mixed);
    for path in files(&place("mixed")).iter().chain(&files(&place("tuesday"))) {
        let bytes = fs::read(path).unwrap();
        assert!(!bytes.windows(32).any(|window| window == &wrap[..32]), "{}", path.display());
    }
}

#[test]
fn a_place_that_is_not_empty_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let store = filled(&place("store"), 3, 10);
    fs::create_dir(place("full")).unwrap();
    fs::write(place("full/mine"), "mine").unwrap();
    assert!(matches!(backup(&store, &place("full")), Err(StoreError::NotEmpty(_))));
    backup(&store, &place("backup")).unwrap();
    assert!(matches!(backup(&store, &place("backup")), Err(StoreError::NotEmpty(_))));
    assert!(matches!(restore(&place("backup"), &place("full")), Err(StoreError::NotEmpty(_))));
    assert!(matches!(restore(&place("backup"), &place("store")), Err(StoreError::NotEmpty(_))));
    assert_eq!(files(&place("full")), [place("full/mine")]);
    fs::create_dir(place("empty")).unwrap();
    restore(&place("backup"), &place("empty")).unwrap();
    same(&store, &Sqlite::open(&place("empty")).unwrap());
}

#[test]
fn any_changed_file_is_refused_and_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let store = filled(&place("store"), 4, 60);
    backup(&store, &place("backup")).unwrap();
    let refused = || {
        assert!(restore(&place("backup"), &place("restored")).is_err());
        let left: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    };
    for path in files(&place("backup")) {
        let whole = fs::read(&path).unwrap();
        let mut entropy = Repeatable(whole.len() as u64);
        for round in 0..4u64 {
            let mut changed = whole.clone();
            let at = assay_base::Entropy::sixteen(&mut entropy)[0] as usize * whole.len() / 256;
            match round {
                0 => changed[at] ^= 1,
                1 => changed.truncate(at),
                2 => changed.extend_from_slice(b"more"),
                _ => changed.clear(),
            }
            // White space after a list is no change of it.
            if !(path.ends_with("backup.json") && changed.get(..whole.len()) == Some(&whole)) || round == 2 {
                fs::write(&path, &changed).unwrap();
                refused();
            }
        }
        fs::remove_file(&path).unwrap();
        refused();
        fs::write(&path, &whole).unwrap();
    }
    restore(&place("backup"), &place("restored")).unwrap();
}

#[test]
fn a_list_leads_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let store = filled(&place("store"), 5, 5);
    backup(&store, &place("backup")).unwrap();
    let list = place("backup/contents/backup.json");
    let whole = fs::read_to_string(&list).unwrap();
    let outside = place("outside");
    fs::write(&outside, "secret").unwrap();
    for name in
        ["../../outside", outside.to_str().unwrap(), "blobs/../../../outside", "wraps.sqlite", "blobs/xx/evil", ""]
    {
        let entry = format!("\"files\": {{\n    {name:?}: {{ \"bytes\": 6, \"sha256\": \"{}\" }},", "0".repeat(64));
        fs::write(&list, whole.replace("\"files\": {", &entry)).unwrap();
        let error = restore(&place("backup"), &place("restored")).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(ref text) if text.contains("list names")), "{error}");
    }
    // A part is not taken for the other.
    fs::write(&list, &whole).unwrap();
    assert!(restore_parts(&place("backup/wraps"), &place("backup/contents"), &place("restored")).is_err());
}
