//! Appending to a log, finding again what is there, and refusing what cannot be right.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;

use assay_ledger::folder::FolderError;
use assay_ledger::{Folder, Sequencer, audit, continues, prove};
use support::{ORIGIN, Repeatable, batch, event, events, key, vkey};

fn open(root: &Path, entries: u32) -> Sequencer {
    Sequencer::open(root, ORIGIN, key(), batch(entries)).unwrap()
}

fn files(root: &Path) -> Vec<String> {
    use assay_ledger::TileReader as _;
    let mut files = Folder::new(root).list(100_000).unwrap().unwrap();
    files.sort();
    files
}

#[test]
fn entries_stand_where_the_receipt_says_and_batches_are_filled_up() {
    let root = tempfile::tempdir().unwrap();
    let mut log = open(root.path(), 64);
    let mut entropy = Repeatable(1);
    let mut kept = vec![log.checkpoint().clone()];
    let mut next = 0;
    for (count, size) in [(1u64, 64), (0, 128), (64, 192), (65, 320), (300, 640)] {
        let pending = events(next..next + count);
        let begin = kept.last().unwrap().size;
        let released = log.append(&pending, begin.checked_sub(1), &mut entropy).unwrap();
        next += count;
        assert_eq!(released.checkpoint.size, size);
        let places: Vec<u64> = released.placed.iter().map(|placed| placed.index).collect();
        assert_eq!(places, (begin..begin + count).collect::<Vec<_>>());
        for (pending, placed) in pending.iter().zip(&released.placed) {
            let proof = prove(&Folder::new(root.path()), &vkey(), placed.index).unwrap();
            assert_eq!(proof.check(pending.commitment, &vkey()).unwrap(), released.checkpoint);
            assert_eq!(placed.event, pending.event);
        }
        for old in &kept {
            assert_eq!(continues(&Folder::new(root.path()), &vkey(), old).unwrap(), released.checkpoint);
        }
        kept.push(released.checkpoint);
    }
    let audit = audit(&Folder::new(root.path()), &vkey(), &[], &[]).unwrap();
    assert_eq!(audit.checkpoint.size, 640);
    assert!(audit.complete);
    assert_eq!(
        files(root.path()),
        [
            "checkpoint",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/128",
            "tile/1/000.p/1",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/128",
        ]
    );
}

#[test]
fn an_event_that_is_in_the_log_is_found_and_not_written_again() {
    let root = tempfile::tempdir().unwrap();
    let mut entropy = Repeatable(2);
    let first = open(root.path(), 10).append(&events(0..25), None, &mut entropy).unwrap();
    // The answer was lost: the caller asks again, with more.
    let mut log = open(root.path(), 10);
    let again = log.append(&events(0..27), None, &mut entropy).unwrap();
    assert_eq!(again.placed[..25], first.placed);
    assert_eq!(again.placed[25].index, 30, "behind the dummies of the first batch");
    assert_eq!(again.checkpoint.size, 40);
    // What was confirmed is not searched.
    let confirmed = log.append(&events(27..28), Some(39), &mut entropy).unwrap();
    assert_eq!(confirmed.placed[0].index, 40);
}

#[test]
fn what_cannot_be_right_is_refused_and_writes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let mut log = open(root.path(), 4);
    let mut entropy = Repeatable(3);
    log.append(&events(0..4), None, &mut entropy).unwrap();
    let before = files(root.path());
    let twice = [event(5), assay_ledger::Pending { event: 6, ..event(5) }];
    assert!(matches!(log.append(&twice, None, &mut entropy), Err(FolderError::Twice(6))));
    assert!(matches!(log.append(&[event(6), event(5)], None, &mut entropy), Err(FolderError::Order(5))));
    assert!(matches!(log.append(&[event(5), event(5)], None, &mut entropy), Err(FolderError::Order(5))));
    assert!(matches!(log.append(&[], Some(4), &mut entropy), Err(FolderError::RolledBack { confirmed: 4, size: 4 })));
    // Event 3 is in the log; an earlier number that is not was put before it later.
    let mut late = event(100);
    late.event = 2;
    assert!(matches!(
        log.append(&[late, event(3)], None, &mut entropy),
        Err(FolderError::Reordered { earlier: 2, later: 3, index: 3 })
    ));
    let mut swapped = [event(1), event(2)];
    (swapped[0].commitment, swapped[1].commitment) = (swapped[1].commitment, swapped[0].commitment);
    assert!(matches!(
        log.append(&swapped, None, &mut entropy),
        Err(FolderError::Reordered { earlier: 1, later: 2, index: 1 })
    ));
    assert_eq!(files(root.path()), before);
    assert_eq!(log.append(&events(4..5), Some(3), &mut entropy).unwrap().placed[0].index, 4);
}

#[test]
fn a_log_has_one_writer_and_one_key() {
    let root = tempfile::tempdir().unwrap();
    let log = open(root.path(), 4);
    assert!(matches!(Sequencer::open(root.path(), ORIGIN, key(), batch(4)), Err(FolderError::Busy)));
    drop(log);
    let other = assay_seal::SigningKey::from_seed(&[8; 32]);
    assert!(matches!(Sequencer::open(root.path(), ORIGIN, other, batch(4)), Err(FolderError::Read(_))));
    assert!(matches!(Sequencer::open(root.path(), "ledger.example/x", key(), batch(4)), Err(FolderError::Read(_))));
    assert!(matches!(Sequencer::open(root.path(), "with space", key(), batch(4)), Err(FolderError::Origin(_))));
}

#[test]
fn the_folders_above_a_log_are_made_and_a_file_in_their_place_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let deep = root.path().join("a/b/c");
    assert_eq!(open(&deep, 4).append(&[], None, &mut Repeatable(1)).unwrap().checkpoint.size, 4);
    fs::write(root.path().join("file"), "").unwrap();
    let under = root.path().join("file/log");
    assert!(matches!(Sequencer::open(&under, ORIGIN, key(), batch(4)), Err(FolderError::Io { .. })));
}

#[test]
fn a_damaged_log_is_not_continued() {
    for (path, lost) in [
        ("checkpoint", true),
        ("checkpoint", false),
        ("tile/0/001.p/44", true),
        ("tile/0/001.p/44", false),
        ("tile/1/000.p/1", false),
        ("tile/entries/001.p/44", true),
        ("tile/entries/001.p/44", false),
    ] {
        let root = tempfile::tempdir().unwrap();
        open(root.path(), 1).append(&events(0..300), None, &mut Repeatable(4)).unwrap();
        let file = root.path().join(path);
        if lost {
            fs::remove_file(&file).unwrap();
        } else {
            let mut bytes = fs::read(&file).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&file, bytes).unwrap();
        }
        let error = Sequencer::open(root.path(), ORIGIN, key(), batch(1)).unwrap_err();
        assert!(
            matches!(error, FolderError::NoCheckpoint(_) | FolderError::Damaged(_) | FolderError::Read(_)),
            "{path}: {error}"
        );
    }
}

#[test]
fn a_file_that_is_there_with_other_bytes_is_never_overwritten() {
    let root = tempfile::tempdir().unwrap();
    let mut log = open(root.path(), 256);
    // Someone wrote where the next append will.
    for (path, bytes) in
        [("tile/0/000", [1u8; 8192].as_slice()), ("tile/entries/000", b"x"), ("tile/1/000.p/1", &[0; 32])]
    {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, bytes).unwrap();
        let checkpoint = fs::read(root.path().join("checkpoint")).unwrap();
        let error = log.append(&events(0..3), None, &mut Repeatable(5)).unwrap_err();
        assert!(matches!(&error, FolderError::Immutable(refused) if refused == path), "{error}");
        assert_eq!(fs::read(&file).unwrap(), bytes);
        assert_eq!(fs::read(root.path().join("checkpoint")).unwrap(), checkpoint);
        assert!(matches!(log.append(&[], None, &mut Repeatable(5)), Err(FolderError::Broken)));
        fs::remove_file(&file).unwrap();
        drop(log);
        log = open(root.path(), 256);
    }
    assert_eq!(log.append(&events(0..3), None, &mut Repeatable(6)).unwrap().placed.len(), 3);
    assert!(audit(&Folder::new(root.path()), &vkey(), &[], &[]).is_ok());
}

/// The promise of a fixed pace: what can be counted in the folder is the same whatever happened.
#[test]
fn a_busy_week_and_a_quiet_one_leave_files_of_the_same_names_and_sizes() {
    let shape = |counts: [u64; 12]| {
        let root = tempfile::tempdir().unwrap();
        let mut log = open(root.path(), 48);
        let mut next = 0;
        let mut entropy = Repeatable(counts.iter().sum());
        for count in counts {
            let confirmed = log.checkpoint().size.checked_sub(1);
            log.append(&events(next..next + count), confirmed, &mut entropy).unwrap();
            next += count;
        }
        let size = |path: &String| fs::metadata(root.path().join(path)).unwrap().len();
        files(root.path()).into_iter().map(|path| (size(&path), path)).collect::<Vec<_>>()
    };
    assert_eq!(shape([0; 12]), shape([48, 0, 1, 17, 48, 48, 2, 0, 0, 31, 5, 48]));
}
