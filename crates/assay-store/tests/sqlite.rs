//! What SQLite's store promises beside the suite: whose files, which forms,
//! how many at once, and what it says of a damaged file.
#![allow(clippy::unwrap_used, clippy::panic)]

mod work;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assay_store::conformance::sample::*;
use assay_store::row::Row;
use assay_store::sqlite::{Options, Sqlite};
use assay_store::store::{Batch, FindingFilter, Store, StoreError, View};
use proptest::prelude::*;
use rusqlite::Connection;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn filled(dir: &Path) {
    let store = Sqlite::open(dir).unwrap();
    let rows = [
        Row::Member(member(1, "Kernel Team")),
        Row::Person(person(2, "maria")),
        Row::Lease(lease(3)),
        Row::Finding(finding(4)),
        Row::Case(case(5)),
        Row::Engagement(engagement(6)),
    ];
    let _ = keep_both(&store, &[event(1, 1), event(1, 2)], &rows);
    store.confirm(&[(1, 0)]).unwrap();
    store.put_wrap(key(1), "instance", b"wrap").unwrap();
    store.put_blob(blob(1), b"sealed").unwrap();
    store.set_setting("name", "value").unwrap();
}

#[test]
fn everything_is_its_owner_s_alone() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("deep/er/store");
    filled(&dir);
    let store = Sqlite::open(&dir).unwrap();
    // With the log and the shared memory beside the databases.
    keep(&store, &[event(9, 1)]);
    store.put_wrap(key(9), "instance", b"wrap").unwrap();
    let all = work::files(&dir);
    assert!(all.iter().any(|(name, _)| name.ends_with("events.sqlite-wal")));
    assert!(all.iter().any(|(name, _)| name.ends_with("wraps.sqlite-shm")));
    for (name, _) in all {
        assert_eq!(mode(Path::new(&name)), 0o600, "{name}");
    }
    let blob_dir = fs::read_dir(dir.join("blobs")).unwrap().map(|entry| entry.unwrap().path());
    for folder in blob_dir.chain([dir.clone(), dir.join("blobs")]) {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[test]
fn a_folder_that_others_share_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("shared");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.join("note"), "").unwrap();
    let error = Sqlite::open(&dir).unwrap_err().to_string();
    assert!(error.contains("others can look into") && error.contains("chmod 700"), "{error}");
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    fs::remove_file(dir.join("note")).unwrap();
    Sqlite::open(&dir).unwrap();
    assert_eq!(mode(&dir), 0o700, "an empty one is closed and taken");
}

#[test]
fn a_newer_store_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    filled(&root.path().join("store"));
    let path = root.path().join("store/events.sqlite");
    Connection::open(&path).unwrap().execute("INSERT INTO form VALUES (2, 'events/2')", []).unwrap();
    let error = Sqlite::open(&root.path().join("store")).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 2, known: 1 }), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_corrupt() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    filled(&dir);
    fs::write(dir.join("events.sqlite"), vec![b'x'; 8192]).unwrap();
    assert!(matches!(Sqlite::open(&dir), Err(StoreError::Corrupt(_))));
}

type Question = fn(&dyn View) -> Result<(), StoreError>;

/// Every question that there is.
fn ask_everything(store: &Sqlite) -> Vec<StoreError> {
    let questions: [Question; 19] = [
        |view| view.stream(&stream(1)).map(drop),
        |view| view.events_after(0, 10).map(drop),
        |view| view.last_number().map(drop),
        |view| view.last_instant().map(drop),
        |view| view.members().map(drop),
        |view| view.persons().map(drop),
        |view| view.lease(lease(3).id).map(drop),
        |view| view.active_leases(tag(1)).map(drop),
        |view| view.leases_due(at(1_000_000), 10).map(drop),
        |view| view.last_token(tag(1), "static").map(drop),
        |view| view.findings(&FindingFilter::default(), None, 10).map(drop),
        |view| view.tally().map(drop),
        |view| view.cases(None, 10).map(drop),
        |view| view.embargoes_due(at(1_000_000), 10).map(drop),
        |view| view.publications_due(10).map(drop),
        |view| view.engagements().map(drop),
        |view| view.outbox(10).map(drop),
        |view| view.last_leaf().map(drop),
        |view| view.all_rows().map(drop),
    ];
    let mut errors: Vec<_> = questions.iter().filter_map(|ask| store.read(&mut |view| ask(view)).err()).collect();
    errors.extend(store.keys(None, 10).err());
    errors.extend(store.wrap(key(1), "instance").err());
    errors.extend(store.recipients(key(1)).err());
    errors.extend(store.blobs(None, 10).err());
    errors.extend(store.settings().err());
    errors.extend(store.check().err());
    errors
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    for (table, change, names) in [
        ("event", "id = x'00'", "table event, rowid 1, column id"),
        ("event", "at = 9223372036854775807", "table event, rowid 1, column at"),
        ("event", "actor = '{\"kind\":\"nobody\"}'", "table event, rowid 1, column actor"),
        ("event", "version = 70000", "table event, rowid 1, column version"),
        ("event", "place = -1", "table event, rowid 1, column place"),
        ("event", "commitment = x''", "table event, rowid 1, column commitment"),
        ("event", "stream = CAST(x'fffe' AS TEXT)", "table event, rowid 1, column stream"),
        ("leaf", "leaf = -5", "rowid 1, column leaf"),
        ("member", "id = x''", "table member, rowid 1, column id"),
        ("person", "roles = 'finder'", "table person, rowid 1, column roles"),
        ("person", "has_left = 2", "table person, rowid 1, column has_left"),
        ("lease", "target = x'01'", "table lease, rowid 1, column target"),
        ("lease", "expires = 9223372036854775807", "table lease, rowid 1, column expires"),
        ("finding", "case_id = x'01'", "table finding, rowid 1, column case_id"),
        ("case_file", "ready = 5", "table case_file, rowid 1, column ready"),
        ("engagement", "family = x'01'", "table engagement, rowid 1, column family"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("store");
        filled(&dir);
        let conn = Connection::open(dir.join("events.sqlite")).unwrap();
        conn.pragma_update(None, "foreign_keys", "OFF").unwrap();
        conn.execute(&format!("UPDATE {table} SET {change} WHERE rowid = 1"), []).unwrap();
        drop(conn);
        let store = Sqlite::open(&dir).unwrap();
        let errors = ask_everything(&store);
        assert!(!errors.is_empty(), "{table}: {change}");
        for error in errors {
            assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
            assert!(error.to_string().contains(names), "{error}");
        }
    }
}

#[test]
fn a_foreign_file_among_the_blobs_is_named_and_a_leftover_swept() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    filled(&dir);
    fs::write(dir.join("blobs/incoming/blb_half"), "half").unwrap();
    let store = Sqlite::open(&dir).unwrap();
    assert_eq!(fs::read_dir(dir.join("blobs/incoming")).unwrap().count(), 0);
    let folder = &blob(1).to_string()[4..6];
    fs::write(dir.join("blobs").join(folder).join("note.txt"), "").unwrap();
    assert!(matches!(store.blobs(None, 10), Err(StoreError::Corrupt(_))));
    // A draft that somebody is writing is left alone.
    let path = dir.join("blobs/incoming").join(blob(7).to_string());
    let held = fs::File::create(&path).unwrap();
    held.lock().unwrap();
    drop(Sqlite::open(&dir).unwrap());
    assert!(path.exists());
    assert!(matches!(store.put_blob(blob(7), b"mine"), Err(StoreError::Busy { .. })));
    drop(held);
    store.put_blob(blob(7), b"mine").unwrap();
}

#[test]
fn two_processes_share_one_store() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    // Two of them in one process are as far apart as two processes: SQLite's locks are all that they share.
    let stores: Vec<_> = (0..3).map(|_| Sqlite::open(&dir).unwrap()).collect();
    let granted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (place, store) in (0u64..).zip(&stores) {
            let granted = &granted;
            scope.spawn(move || {
                for target in 0..30 {
                    let mut taken = false;
                    let kept = store.write(&mut |view| {
                        taken = !view.active_leases(tag(target))?.is_empty();
                        if taken {
                            return Ok(None);
                        }
                        let mut row = lease(place * 1000 + target);
                        row.target = tag(target);
                        let mut event = event(place * 1000 + target, 1);
                        event.envelope.at = view.last_instant()?.unwrap_or(at(0));
                        Ok(Some(Batch { events: vec![event], rows: vec![Row::Lease(row)] }))
                    });
                    granted.fetch_add(usize::from(kept.unwrap().is_some()), Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(granted.into_inner(), 30);
    for store in &stores {
        assert_eq!(see(store, |view| view.last_number()), 30);
        assert_eq!(see(store, |view| view.events_after(0, 100)).len(), 30);
    }
}

#[test]
fn whoever_finds_no_room_is_told_to_come_back_and_nothing_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.queue = 2;
    options.patience = Duration::from_millis(200);
    let store = Sqlite::open_with(&root.path().join("store"), &options).unwrap();
    let (begun, told) = (Barrier::new(2), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let kept = store.write(&mut |_| {
                begun.wait();
                std::thread::sleep(Duration::from_millis(400));
                Ok(Some(Batch { events: vec![event(1, 1)], rows: Vec::new() }))
            });
            kept.unwrap();
        });
        begun.wait();
        for id in 2..10 {
            let (store, told) = (&store, &told);
            scope.spawn(move || match try_keep(store, &[event(id, 1)], &[]) {
                Err(StoreError::Busy { seconds: 1 }) => drop(told.fetch_add(1, Ordering::SeqCst)),
                other => panic!("{other:?}"),
            });
        }
    });
    assert_eq!(told.into_inner(), 8, "six found no room, two waited too long");
    assert_eq!(see(&store, |view| view.last_number()), 1);
    keep(&store, &[event(2, 1)]);
}

#[test]
fn another_process_that_never_ends_is_waited_for_only_so_long() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    let mut options = Options::default();
    options.patience = Duration::from_millis(100);
    let store = Sqlite::open_with(&dir, &options).unwrap();
    let other = Connection::open(dir.join("events.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(try_keep(&store, &[event(1, 1)], &[]), Err(StoreError::Busy { .. })));
    assert_eq!(see(&store, |view| view.last_number()), 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    keep(&store, &[event(1, 1)]);
}

#[test]
fn one_commit_serves_those_who_came_meanwhile() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    let store = Sqlite::open(&dir).unwrap();
    let (held, all) = (Barrier::new(2), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let kept = store.write(&mut |_| {
                held.wait();
                // The others come and wait; none of them is kept before this one ends.
                std::thread::sleep(Duration::from_millis(300));
                assert_eq!(see(&store, |view| view.last_number()), 0);
                Ok(Some(Batch { events: vec![event(100, 1)], rows: Vec::new() }))
            });
            kept.unwrap();
        });
        held.wait();
        for id in 1..=8 {
            let (store, all) = (&store, &all);
            scope.spawn(move || {
                let kept = store.write(&mut |view| {
                    // Whoever shares a commit sees what the others in it did, which no reader sees yet.
                    let here = view.last_number()?;
                    if here > see(store, |view| view.last_number()) {
                        all.fetch_add(1, Ordering::SeqCst);
                    }
                    Ok(Some(Batch { events: vec![event(id, 1)], rows: Vec::new() }))
                });
                kept.unwrap();
            });
        }
    });
    assert!(all.into_inner() >= 4, "most of them shared a commit");
    assert_eq!(see(&store, |view| view.last_number()), 9);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn a_damaged_database_is_an_error_and_no_panic(
        which in 0usize..2,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("store");
        filled(&dir);
        let path = dir.join(["events.sqlite", "wraps.sqlite"][which]);
        let mut bytes = fs::read(&path).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(&path, bytes).unwrap();
        if let Ok(store) = Sqlite::open(&dir) {
            ask_everything(&store);
            let _ = try_keep(&store, &[event(2, 1)], &[Row::Finding(finding(9))]);
            let _ = store.shred(key(1));
        }
    }
}
