//! Fetches one real file from each registry through the installed clients.
//!
//! Skips, saying why, where a registry cannot be reached; with `CI=true` that is
//! a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{DepPackage, Manifest, parse};
use assay_prove::fetch::{Cache, FetchError, Progress, Reason, Wanted, fetch_wanted, missing, wanted};

fn want(purl: &str, name: &str, digest: &str) -> Wanted {
    Wanted { purl: purl.to_owned(), name: name.to_owned(), sha256: format!("sha256:{digest}").parse().unwrap() }
}

/// True if the test should end here: no client, or no network.
fn skipped(error: &FetchError) -> bool {
    let absent = matches!(error.reason, Reason::NoClient { .. } | Reason::Unreachable(_));
    if absent && std::env::var("CI").as_deref() != Ok("true") {
        println!("skipped: {error}");
    }
    absent && std::env::var("CI").as_deref() != Ok("true")
}

/// Fetches, looks at the file, and sees that a second fetch asks nobody.
fn fetches(files: &[Wanted]) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    match fetch_wanted(files, &cache, &mut |_| {}) {
        Ok(fetched) => assert_eq!(fetched.stored.len(), files.len()),
        Err(errors) if errors.iter().all(skipped) => return,
        Err(errors) => panic!("{errors:#?}"),
    }
    for file in files {
        let path = cache.verified(&file.sha256).unwrap().unwrap();
        assert_eq!(Sha256::of(&std::fs::read(path).unwrap()), file.sha256);
    }
    let again = fetch_wanted(files, &cache, &mut |progress| {
        assert!(matches!(progress, Progress::Cached(_)), "{progress:?}");
    });
    assert_eq!(again.unwrap().cached.len(), files.len());
    let left: Vec<_> = std::fs::read_dir(folder.path().join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "temporary folders are gone: {left:?}");
}

#[test]
fn npm() {
    fetches(&[want(
        "pkg:npm/ansi-regex@5.0.0",
        "ansi-regex-5.0.0.tgz",
        "6ee1bda34e578b6da23ca5ffda9dc971748c3c542f5fa999f818df5dc0323b99",
    )]);
}

#[test]
fn npm_with_a_scope() {
    fetches(&[want(
        "pkg:npm/%40babel/helper-string-parser@7.24.1",
        "helper-string-parser-7.24.1.tgz",
        "e36f3254f148ba7bbf542937ae1bf258cdfcd193874bdaa18cf772cd964a8be3",
    )]);
}

/// `pip download` would run its setup.py.
#[test]
fn pypi_source_package() {
    fetches(&[want(
        "pkg:pypi/six@1.16.0",
        "six-1.16.0.tar.gz",
        "1e61c37477a1626458e36f7b1d82aa5c9b094fa4802892072e49de9c60c4c926",
    )]);
}

#[test]
fn cargo_yanked() {
    fetches(&[want(
        "pkg:cargo/futures-util@0.3.2",
        "futures-util-0.3.2.crate",
        "2c3f8c59707f898b8b6f0b54c2aef5408ae90a560b7bf0fbf1b95b3c652b0171",
    )]);
}

#[test]
fn pypi() {
    fetches(&[want(
        "pkg:pypi/pygments@2.7.3",
        "Pygments-2.7.3-py3-none-any.whl",
        "f275b6c0909e5dafd2d6269a656aa90fa58ebf4a74f8fcf9053195d226b24a08",
    )]);
}

#[test]
fn cargo() {
    fetches(&[
        want(
            "pkg:cargo/smallvec@1.6.0",
            "smallvec-1.6.0.crate",
            "1a55ca5f3b68e41c979bf8c46a6f1da892ca4db8f94023ce0bd32407573b1ac0",
        ),
        want(
            "pkg:cargo/smallvec@1.6.1",
            "smallvec-1.6.1.crate",
            "fe0f37c9e8f3c5a4a66ad655a93c74daac4ad00c441533bf5c6e7990bb42604e",
        ),
    ]);
}

#[test]
fn debian() {
    fetches(&[
        want(
            "pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4?distro=bookworm",
            "cjson_1.7.15-1+deb12u4.dsc",
            "764c2de141d680f4fb4cada30c526dacaa30ead061b9b9c34f2b81e2df0f8439",
        ),
        want(
            "pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4?distro=bookworm",
            "cjson_1.7.15.orig.tar.gz",
            "5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2",
        ),
    ]);
}

#[test]
fn a_wrong_digest_and_an_unknown_version_are_told_apart_and_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let zero = "0".repeat(64);
    let files = [
        want("pkg:npm/ansi-regex@5.0.1", "ansi-regex-5.0.1.tgz", &zero),
        want("pkg:npm/ansi-regex@5.0.99", "ansi-regex-5.0.99.tgz", &zero),
        want("pkg:npm/-x@1.0.0", "x.tgz", &zero),
        want("pkg:github/a/b@1.0.0", "b.tar.gz", &zero),
    ];
    let errors = fetch_wanted(&files, &cache, &mut |_| {}).unwrap_err();
    assert_eq!(errors.len(), files.len(), "all at once: {errors:#?}");
    let codes: Vec<(&str, &str)> = errors.iter().map(|e| (e.file.as_str(), e.reason.code())).collect();
    assert!(codes.contains(&("x.tgz", "refused")), "{codes:?}");
    assert!(codes.contains(&("b.tar.gz", "unsupported")), "{codes:?}");
    if !errors.iter().any(skipped) {
        assert!(codes.contains(&("ansi-regex-5.0.1.tgz", "other-digest")), "{codes:?}");
        assert!(codes.contains(&("ansi-regex-5.0.99.tgz", "not-found")), "{codes:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("blobs/sha256")).unwrap().count(), 0);
}

/// The cases of this repository as the parser reads them, by name.
fn cases() -> Vec<(String, Manifest)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path.join("proof.toml")).unwrap();
            (name.clone(), parse(&text).unwrap_or_else(|e| panic!("{name}: {e:#?}")))
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

#[test]
fn what_a_manifest_wants_is_every_file_of_both_arms_once() {
    for (name, manifest) in cases() {
        let files = wanted(&manifest);
        let packages: BTreeSet<&str> = files.iter().map(|file| file.purl.as_str()).collect();
        if name.starts_with("deb-") {
            // One package, and the other arm is that package less a patch.
            assert_eq!(packages.len(), 1, "{name}");
            assert!(files.len() >= 2, "{name}: its description, and what that names");
        } else {
            // Both versions, and what they depend on; each is one file.
            assert!(packages.len() >= 2 && packages.len() == files.len(), "{name}: {files:?}");
        }
        assert!(packages.contains(manifest.target.purl.as_str()), "{name}: the target is one of its arms");
        let sorted: BTreeSet<&Wanted> = files.iter().collect();
        assert!(sorted.into_iter().eq(files.iter()), "{name}: sorted, each once");
    }
}

#[test]
fn dependencies_of_the_bundle_and_of_an_arm_are_wanted_too() {
    let (_, mut manifest) = cases().into_iter().next().unwrap();
    let own = wanted(&manifest).len();
    let dep =
        |content: &[u8]| DepPackage { files: BTreeMap::from([("d.tgz".to_owned(), Sha256::of(content))]), at: None };
    manifest.deps.packages.insert("pkg:npm/d@1.0.0".to_owned(), dep(b"1"));
    manifest.arms.vulnerable.deps.insert("pkg:npm/d@1.0.0".to_owned(), dep(b"1"));
    assert_eq!(wanted(&manifest).len(), own + 1);
    manifest.arms.vulnerable.deps.insert("pkg:npm/d@1.0.1".to_owned(), dep(b"2"));
    let files = wanted(&manifest);
    assert_eq!(files.len(), own + 2);

    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(missing(&manifest, &cache), files);
    cache.insert(&b"2"[..], &Sha256::of(b"2")).unwrap();
    assert_eq!(missing(&manifest, &cache).len(), files.len() - 1);
}
