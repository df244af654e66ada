#![allow(clippy::unwrap_used, clippy::panic)]
use std::os::unix::fs::{PermissionsExt as _, symlink};

use proptest::prelude::*;

use super::*;

fn built(folder: &Path) {
    fs::create_dir_all(folder.join("lib/empty")).unwrap();
    fs::write(folder.join("harness"), b"program").unwrap();
    fs::set_permissions(folder.join("harness"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("lib/data"), vec![7; 300_000]).unwrap();
    symlink("data", folder.join("lib/link")).unwrap();
}

struct Place {
    folder: tempfile::TempDir,
    cache: BuildCache,
}

impl Place {
    fn new(bound: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = BuildCache::with_bound(folder.path(), bound).unwrap();
        Self { folder, cache }
    }

    fn fresh(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    }

    fn entries(&self) -> Vec<String> {
        let names = fs::read_dir(&self.cache.root).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn what_was_kept_comes_back_whole() {
    let place = Place::new(BOUND);
    let (out, again, key) = (place.fresh("out"), place.fresh("again"), Sha256::of(b"key"));
    built(&out);
    assert_eq!(place.cache.take(&key, &again, BOUND), None);
    place.cache.keep(&key, &out);
    assert_eq!(place.cache.take(&key, &again, BOUND), Some(300_007));
    assert_eq!(build_tree::digest(&again).unwrap(), build_tree::digest(&out).unwrap());
    assert_eq!(fs::metadata(again.join("harness")).unwrap().permissions().mode() & 0o777, 0o755);
    assert!(again.join("lib/empty").is_dir());
    assert_eq!(place.cache.take(&Sha256::of(b"other"), &again, BOUND), None);
}

#[test]
fn an_entry_that_changed_on_disk_is_thrown_away_and_never_used() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 9] = [
        ("a byte", |entry| fs::write(entry.join("tree/harness"), b"Program").unwrap()),
        ("a cut file", |entry| fs::write(entry.join("tree/lib/data"), b"").unwrap()),
        ("a missing file", |entry| fs::remove_file(entry.join("tree/harness")).unwrap()),
        ("one file more", |entry| fs::write(entry.join("tree/extra"), b"x").unwrap()),
        ("a link elsewhere", |entry| {
            fs::remove_file(entry.join("tree/lib/link")).unwrap();
            symlink("/etc/hostname", entry.join("tree/lib/link")).unwrap();
        }),
        ("the executable bit", |entry| {
            fs::set_permissions(entry.join("tree/harness"), fs::Permissions::from_mode(0o644)).unwrap();
        }),
        ("a folder less", |entry| fs::remove_dir(entry.join("tree/lib/empty")).unwrap()),
        ("no note", |entry| fs::remove_file(entry.join(NOTE)).unwrap()),
        ("half a note", |entry| fs::write(entry.join(NOTE), "assay.build/1\nsha256:ab").unwrap()),
    ];
    for (what, change) in changes {
        let place = Place::new(BOUND);
        let (out, again, key) = (place.fresh("out"), place.fresh("again"), Sha256::of(b"key"));
        built(&out);
        place.cache.keep(&key, &out);
        change(&place.cache.entry(&key));
        assert_eq!(place.cache.take(&key, &again, BOUND), None, "{what}");
        assert_eq!(fs::read_dir(&again).unwrap().count(), 0, "{what}: half a build is left");
        assert_eq!(place.entries(), Vec::<String>::new(), "{what}: it is still there");
        place.cache.keep(&key, &out);
        assert!(place.cache.take(&key, &again, BOUND).is_some(), "{what}: it cannot be kept anew");
    }
}

#[test]
fn what_does_not_fit_here_stays_for_others() {
    let place = Place::new(BOUND);
    let (out, again, key) = (place.fresh("out"), place.fresh("again"), Sha256::of(b"key"));
    built(&out);
    place.cache.keep(&key, &out);
    assert_eq!(place.cache.take(&key, &again, 300_006), None);
    assert!(place.cache.take(&key, &again, 300_007).is_some());
}

#[test]
fn the_longest_unused_goes_when_there_is_too_much() {
    let place = Place::new(700_000);
    let out = place.fresh("out");
    built(&out);
    let keys = [b"a", b"b", b"c"].map(|name| Sha256::of(name));
    for (age, key) in [(300, keys[0]), (200, keys[1])] {
        place.cache.keep(&key, &out);
        let times = FileTimes::new().set_modified(SystemTime::now() - Duration::from_secs(age));
        File::options().write(true).open(place.cache.entry(&key).join(NOTE)).unwrap().set_times(times).unwrap();
    }
    assert!(place.cache.take(&keys[0], &place.fresh("use"), BOUND).is_some(), "used, so the other is older now");
    place.cache.keep(&keys[2], &out);
    let left = |key: &Sha256| place.cache.entry(key).exists();
    assert!(left(&keys[0]) && !left(&keys[1]) && left(&keys[2]));
    let small = BuildCache::with_bound(place.folder.path(), 10).unwrap();
    small.keep(&Sha256::of(b"d"), &out);
    assert_eq!(
        place.entries(),
        Vec::<String>::new(),
        "larger than everything: not kept, and the rest is over the bound"
    );
}

#[test]
fn many_threads_may_keep_and_take_the_same() {
    let place = Place::new(BOUND);
    let (out, key) = (place.fresh("out"), Sha256::of(b"key"));
    built(&out);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (place, out) = (&place, &out);
            scope.spawn(move || {
                for round in 0..5 {
                    place.cache.keep(&key, out);
                    let into = place.fresh(&format!("{number}-{round}"));
                    if round % 2 == 1 {
                        place.cache.remove(&place.cache.entry(&key));
                    }
                    match place.cache.take(&key, &into, BOUND) {
                        Some(_) => assert_eq!(build_tree::digest(&into).unwrap(), build_tree::digest(out).unwrap()),
                        None => assert_eq!(fs::read_dir(&into).unwrap().count(), 0),
                    }
                }
            });
        }
    });
    assert!(place.entries().iter().all(|name| *name == key.to_hex()), "{:?}", place.entries());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_note_is_read_as_it_was_written_or_not_at_all(text in "(assay.build/1\n)?(sha256:[0-9a-f]{64}\n)?[0-9]{0,22}\n?.{0,20}", bytes: u64, seed: [u8; 32]) {
        let note = Note { digest: Sha256::from_bytes(seed), bytes };
        prop_assert_eq!(Note::read(&note.text()), Some(note));
        if let Some(read) = Note::read(&text) {
            prop_assert_eq!(Note::read(&read.text()), Some(read));
        }
    }
}
