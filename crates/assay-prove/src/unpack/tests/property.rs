//! Random archives, half of them hostile: nothing gets out, nothing panics.

use proptest::prelude::*;

use super::*;

fn any_name() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![6 => "[a-c]", 1 => Just("..".to_owned()), 1 => Just(".".to_owned()), 1 => Just(String::new())],
        1..5,
    )
    .prop_map(|segments| segments.join("/"))
}

fn any_entry() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![4 => Just(b'0'), 2 => Just(b'5'), 3 => Just(b'2'), 2 => Just(b'1'), 1 => any::<u8>()];
    (any_name(), kind, any::<u32>(), any_name(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(
        |(name, kind, mode, link, content)| entry(name.as_bytes(), kind, mode & 0o7777, link.as_bytes(), &content),
    )
}

/// Every link below `dest` resolves inside it, or nowhere.
fn all_links_stay_inside(dest: &Path) {
    let real = dest.canonicalize().unwrap();
    let mut todo = vec![real.clone()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_symlink() {
                if let Ok(target) = entry.path().canonicalize() {
                    assert!(target.starts_with(&real), "{} leads to {}", entry.path().display(), target.display());
                }
            } else if kind.is_dir() {
                todo.push(entry.path());
            } else {
                assert!(kind.is_file());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_archive_gets_out(entries in prop::collection::vec(any_entry(), 1..12)) {
        let (outer, result) = run(Kind::Tar, &tar(&entries), &Limits { bytes: 200, entries: 20, depth: 4 });
        let dest = outer.path().join("dest");
        all_links_stay_inside(&dest);
        if result.is_ok() && strip_single_top_folder(&dest).is_ok() {
            all_links_stay_inside(&dest);
        }
        prop_assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_only(pairs in prop::collection::vec((any_name(), any_name()), 1..12)) {
        let entries: Vec<_> = pairs.iter()
            .filter(|(n, t)| name_ok(n) && name::link_stays_inside(Path::new(n), t.as_bytes()).is_ok())
            .map(|(n, t)| entry(n.as_bytes(), b'2', 0o777, t.as_bytes(), b""))
            .collect();
        prop_assume!(!entries.is_empty());
        let (outer, _) = run(Kind::Tar, &tar(&entries), &Limits::default());
        all_links_stay_inside(&outer.path().join("dest"));
    }

    #[test]
    fn broken_bytes_never_panic(
        entries in prop::collection::vec(any_entry(), 1..4),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        kind in prop_oneof![Just(Kind::Tar), Just(Kind::TarGz), Just(Kind::Zip), Just(Kind::TarZst), Just(Kind::TarXz)],
    ) {
        let mut bytes = tar(&entries);
        if kind == Kind::TarGz {
            bytes = gz(&bytes);
        }
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = run(kind, &bytes, &Limits { bytes: 1000, entries: 20, depth: 4 });
    }
}

fn name_ok(name: &str) -> bool {
    name::entry_path(name.as_bytes(), 8).is_ok_and(|p| !p.as_os_str().is_empty())
}
