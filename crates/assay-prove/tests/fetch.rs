//! Fetches one real file from each registry through the installed clients.
//!
//! Skips, saying why, where a registry cannot be reached; with `CI=true` that is
//! a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_bundle::digest::Sha256;
use assay_prove::fetch::{Cache, FetchError, Progress, Reason, Wanted, fetch_wanted};

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
