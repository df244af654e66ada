//! A backup made while others work, restored elsewhere, is the same
//! clearinghouse; an export that is imported is too; neither holds a key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use assay_app::keep;
use assay_app::local::Local;
use house::{ANA, FAY, Fake, bundle, ready, who};

fn full(root: &Path) -> Local {
    let local = house::build(root);
    let one = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "one")).unwrap().receipt.finding;
    let (_, _, at) = ready(&local, one, "one", Duration::from_secs(700));
    let two = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "two", "two")).unwrap().receipt.finding;
    local.reproduce(None, two, &Fake).unwrap();
    house::case(&local, &[two], "two", true);
    house::wait(at);
    local.do_due().unwrap();
    local.write_batch(local.now()).unwrap();
    assert_eq!(local.do_due().unwrap().stuck, Vec::<String>::new());
    local
}

fn copy_keys(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("keys")).unwrap();
    for item in fs::read_dir(from.join("keys")).unwrap() {
        let item = item.unwrap();
        fs::copy(item.path(), to.join("keys").join(item.file_name())).unwrap();
    }
}

/// Whatever is shown of the two is the same.
fn same(a: &Local, b: &Local) {
    let look = |local: &Local| {
        let findings = local.findings(&who(ANA), None).unwrap();
        let shown: Vec<_> = findings.iter().map(|row| local.finding(&who(ANA), row.id).unwrap().finding).collect();
        let cases = local.cases(&who(ANA)).unwrap();
        (findings, shown, cases, local.members().unwrap(), local.trust().unwrap().to_json())
    };
    assert!(look(a) == look(b));
    let rebuilt = b.rebuild().unwrap();
    assert!(rebuilt.different.is_empty() && rebuilt.events > 20);
}

fn code<T>(result: Result<T, assay_app::refusal::Refusal>) -> String {
    result.err().map_or_else(|| "done".into(), |refusal| refusal.code)
}

#[test]
fn a_restored_backup_is_the_same_clearinghouse_and_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let live = full(&at("home"));
    let listed = live.backup(&at("backup")).unwrap();
    assert!(listed.files.keys().any(|name| name == "release/index.json"));
    assert!(!at("backup/keys").exists() && !at("backup/store").exists());
    assert_eq!(code(live.backup(&at("backup"))), "not-empty");

    // The wraps are kept apart, and the keys come by hand, before or after.
    fs::rename(at("backup/wraps"), at("wraps")).unwrap();
    assert_eq!(code(keep::restore(&at("backup"), None, &at("new"))), "no-wraps");
    assert!(!at("new").exists(), "nothing is left of what failed");
    copy_keys(&at("home"), &at("new"));
    keep::restore(&at("backup"), Some(&at("wraps")), &at("new")).unwrap();
    let new = house::open(&at("new"));
    same(&live, &new);
    let trust = new.trust().unwrap();
    assay_repo::verify_folder(&at("new/release"), &trust, house::now()).unwrap();
    // It goes on where it was: the ledger grows from the same checkpoint, the release from the same version.
    let before = fs::read(at("home/ledger/checkpoint")).unwrap();
    let three = new.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "three", "three")).unwrap().receipt.finding;
    let (_, _, end) = ready(&new, three, "three", Duration::from_secs(500));
    house::wait(end);
    new.write_batch(new.now()).unwrap();
    let done = new.do_due().unwrap();
    assert!(done.published.len() == 1 && done.stuck.is_empty(), "{done:?}");
    let key = new.ledger_key().unwrap();
    assay_ledger::audit(&assay_ledger::Folder::new(at("new/ledger")), &key, &[&before], &[]).unwrap();
    assert_eq!(code(keep::restore(&at("backup"), Some(&at("wraps")), &at("new"))), "not-empty");
}

#[test]
fn a_ledger_that_went_on_after_the_backup_is_taken_over_and_grows_on() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let live = full(&at("home"));
    // What waits in the outbox of the backup goes into the public log after it.
    let waiting = live.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "x", "x")).unwrap().receipt.finding;
    live.backup(&at("backup")).unwrap();
    live.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "lost", "lost")).unwrap();
    // One batch takes so much and no more.
    while live.write_batch(live.now()).unwrap().events > 0 {}
    let seen = fs::read(at("home/ledger/checkpoint")).unwrap();
    let leaf = live.finding(&who(ANA), waiting).unwrap().leaf;
    drop(live);
    copy_keys(&at("home"), &at("new"));
    keep::restore(&at("backup"), None, &at("new")).unwrap();
    fs::remove_dir_all(at("new/ledger")).unwrap();
    fs::rename(at("home/ledger"), at("new/ledger")).unwrap();
    let new = house::open(&at("new"));
    new.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "after", "after")).unwrap();
    while new.write_batch(new.now()).unwrap().events > 0 {}
    let key = new.ledger_key().unwrap();
    assay_ledger::audit(&assay_ledger::Folder::new(at("new/ledger")), &key, &[&seen], &[]).unwrap();
    // What was in the log already is found there, and not written twice.
    assert!(leaf.is_some() && new.finding(&who(ANA), waiting).unwrap().leaf == leaf);
    assert!(new.do_due().unwrap().stuck.is_empty());
}

#[test]
fn a_backup_that_somebody_changed_is_refused_and_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    full(&at("home")).backup(&at("backup")).unwrap();
    let mut files = vec![at("backup")];
    let mut plain = Vec::new();
    while let Some(path) = files.pop() {
        match path.is_dir() {
            true => files.extend(fs::read_dir(&path).unwrap().map(|item| item.unwrap().path())),
            false => plain.push(path),
        }
    }
    assert!(plain.len() > 20);
    for file in plain.iter().filter(|file| !file.ends_with("complete.json")) {
        let good = fs::read(file).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 0x10;
        fs::write(file, &bad).unwrap();
        assert_ne!(code(keep::restore(&at("backup"), None, &at("new"))), "done", "{}", file.display());
        assert!(!at("new").exists(), "{}", file.display());
        fs::remove_file(file).unwrap();
        assert_ne!(code(keep::restore(&at("backup"), None, &at("new"))), "done", "{} is gone", file.display());
        fs::write(file, &good).unwrap();
    }
    // A link leads elsewhere, and a file more is not what was copied.
    std::os::unix::fs::symlink("/etc/passwd", at("backup/release/more")).unwrap();
    assert_ne!(code(keep::restore(&at("backup"), None, &at("new"))), "done");
    fs::remove_file(at("backup/release/more")).unwrap();
    fs::write(at("backup/release/more"), "more").unwrap();
    assert_ne!(code(keep::restore(&at("backup"), None, &at("new"))), "done");
    fs::remove_file(at("backup/release/more")).unwrap();
    keep::restore(&at("backup"), None, &at("new")).unwrap();
    // Half a backup is none.
    fs::remove_file(at("backup/complete.json")).unwrap();
    assert_eq!(code(keep::restore(&at("backup"), None, &at("second"))), "no-backup");
}

#[test]
fn an_import_of_an_export_is_the_same_and_exports_the_same() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let live = full(&at("home"));
    let mut lines = Vec::new();
    let summary = live.export(&mut lines).unwrap();
    copy_keys(&at("home"), &at("new"));
    fs::copy(at("home/instance.json"), at("new/instance.json")).unwrap();
    // Cut, or of another master key: refused, and nothing is put in place.
    let cut = &lines[..lines.len() * 2 / 3];
    assert_ne!(code(keep::import(&at("new"), &mut Cursor::new(cut), house::now)), "done");
    assert!(!at("new/store").exists() && !at("new/.import").exists());
    let stranger = house::build(&at("stranger"));
    drop(stranger);
    assert_eq!(code(keep::import(&at("stranger"), &mut Cursor::new(&lines), house::now)), "not-empty");
    fs::remove_dir_all(at("stranger/store")).unwrap();
    assert_eq!(code(keep::import(&at("stranger"), &mut Cursor::new(&lines), house::now)), "broken");
    assert!(!at("stranger/store").exists());

    let (read, rebuilt) = keep::import(&at("new"), &mut Cursor::new(&lines), house::now).unwrap();
    assert_eq!((&read, rebuilt.different.len()), (&summary, 0));
    let new = house::open(&at("new"));
    same(&live, &new);
    let mut again = Vec::new();
    assert_eq!(new.export(&mut again).unwrap(), summary);
    assert!(again == lines);
}
