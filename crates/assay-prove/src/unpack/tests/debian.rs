//! Debian source packages put together, and broken ones.

use super::*;

const SERIES: &str = "# comment\n\none.patch -p1\nup/two.patch # why\nempty.patch\n";
const ONE: &str = "Description: one\n\n--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-upstream\n+one\n";
const TWO: &str =
    "--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-one\n+two\n--- /dev/null\n+++ b/part/new.c\n@@ -0,0 +1 @@\n+new\n";

fn dsc(format: &str, files: &[&str]) -> String {
    let list: String = files.iter().map(|f| format!(" 0123 10 {f}\n")).collect();
    format!(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nFormat: {format}\nSource: foo\nBinary: foo,\n libfoo\n\
         Version: 1.0-1\nChecksums-Sha256:\n{list}Files:\n{list}\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    )
}

fn package(format: &str, files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("dest")).unwrap();
    let names: Vec<_> = files.iter().map(|(n, _)| *n).collect();
    fs::write(dir.path().join("foo.dsc"), dsc(format, &names)).unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn put_together(dir: &tempfile::TempDir) -> Result<DebianSource, UnpackError> {
    unpack_debian_source(dir.path(), "foo.dsc", &dir.path().join("dest"), &Limits::default())
}

fn read(dir: &tempfile::TempDir, name: &str) -> String {
    fs::read_to_string(dir.path().join("dest").join(name)).unwrap()
}

fn orig() -> Vec<u8> {
    gz(&tar(&[file("foo-1.0/f.c", "upstream\n"), file("foo-1.0/debian/old", "gone"), file("foo-1.0/part/old", "gone")]))
}

fn debian(series: &str, extra: &[Vec<u8>]) -> Vec<u8> {
    let mut entries = vec![
        file("debian/rules", "#!/usr/bin/make -f\n"),
        file("debian/patches/series", series),
        file("debian/patches/one.patch", ONE),
        file("debian/patches/up/two.patch", TWO),
        file("debian/patches/empty.patch", "Description: nothing left\n"),
    ];
    entries.extend_from_slice(extra);
    gz(&tar(&entries))
}

#[test]
fn quilt_with_a_component_and_a_series() {
    let dir = package(
        "3.0 (quilt)",
        &[
            ("foo_1.0.orig.tar.gz", orig()),
            ("foo_1.0.orig-part.tar.gz", gz(&tar(&[file("part-9/p.c", "p\n")]))),
            ("foo_1.0-1.debian.tar.gz", debian(SERIES, &[])),
            ("foo_1.0.orig.tar.gz.asc", b"signature".to_vec()),
        ],
    );
    let source = put_together(&dir).unwrap();
    assert_eq!((source.source.as_str(), source.version.as_str()), ("foo", "1.0-1"));
    assert_eq!(source.patches, ["one.patch", "up/two.patch", "empty.patch"]);
    assert_eq!(
        (read(&dir, "f.c").as_str(), read(&dir, "part/new.c").as_str(), read(&dir, "part/p.c").as_str()),
        ("two\n", "new\n", "p\n")
    );
    let dest = dir.path().join("dest");
    assert!(!dest.join("debian/old").exists() && !dest.join("part/old").exists());
    assert_eq!(mode(&dest.join("debian/rules")), 0o755);
    assert_eq!(
        fs::metadata(dest.join("f.c")).unwrap().modified().unwrap(),
        fs::metadata(dest.join("debian")).unwrap().modified().unwrap()
    );
    // What the package's own patches did can be taken back, as a vulnerable arm does.
    let taken = fs::read(dest.join("debian/patches/up/two.patch")).unwrap();
    crate::patch::apply(&dest, &taken, crate::patch::Direction::Reverse).unwrap();
    assert_eq!(read(&dir, "f.c"), "one\n");
}

#[test]
fn version_one_and_native() {
    let diff = "--- foo-1.0.orig/f.c\n+++ foo-1.0/f.c\n@@ -1 +1 @@\n-upstream\n+patched\n\
                --- foo-1.0.orig/debian/rules\n+++ foo-1.0/debian/rules\n@@ -0,0 +1 @@\n+#!/usr/bin/make -f\n";
    let dir = package("1.0", &[("foo_1.0.orig.tar.gz", orig()), ("foo_1.0-1.diff.gz", gz(diff.as_bytes()))]);
    assert_eq!(put_together(&dir).unwrap().patches, ["foo_1.0-1.diff.gz"]);
    assert_eq!(read(&dir, "f.c"), "patched\n");
    assert_eq!(mode(&dir.path().join("dest/debian/rules")), 0o755);
    for format in ["1.0", "3.0 (native)"] {
        let dir = package(format, &[("foo_1.0.tar.gz", orig())]);
        put_together(&dir).unwrap();
        assert_eq!(read(&dir, "debian/old"), "gone");
    }
}

#[test]
fn what_does_not_hold_together_is_named() {
    let whole = |series: &str, extra: &[Vec<u8>]| {
        package("3.0 (quilt)", &[("foo_1.0.orig.tar.gz", orig()), ("foo_1.0-1.debian.tar.gz", debian(series, extra))])
    };
    for (dir, says) in [
        (whole("up/two.patch\n", &[]), "patch `up/two.patch`: `f.c`: hunk 1"),
        (whole("missing.patch\n", &[]), "missing.patch`: the series names this patch"),
        (whole("one.patch -p0\n", &[]), "only -p1 is"),
        (whole("one.patch -R\n", &[]), "only -p1 is"),
        (whole("../../../../etc/passwd\n", &[]), "contains `..`"),
        (whole("/etc/passwd\n", &[]), "absolute"),
        (whole("l.patch\n", &[entry(b"debian/patches/l.patch", b'2', 0o777, b"../../f.c", b"")]), "behind a link"),
        (whole(SERIES, &[file("other", "")]), "nothing else"),
        (package("3.0 (git)", &[("foo_1.0.git", vec![])]), "3.0 (git)` is not supported"),
        (package("3.0 (quilt)", &[("foo_1.0.orig.tar.gz", orig())]), "no file that is a Debian archive"),
        (package("3.0 (native)", &[("a.tar.gz", orig()), ("b.tar.gz", orig())]), "more than one"),
        (package("3.0 (native)", &[("foo_1.0.tar.gz", b"junk".to_vec())]), "`foo_1.0.tar.gz`: the archive is damaged"),
    ] {
        let error = put_together(&dir).unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
    let dir = whole(SERIES, &[]);
    fs::remove_file(dir.path().join("foo_1.0.orig.tar.gz")).unwrap();
    assert!(put_together(&dir).unwrap_err().to_string().contains("not there"));
    fs::write(dir.path().join("foo.dsc"), dsc("3.0 (native)", &["../foo_1.0.tar.gz"])).unwrap();
    assert!(put_together(&dir).unwrap_err().to_string().contains("not the name of a file"));
}

#[test]
fn a_link_where_a_part_belongs_is_replaced() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("f"), "").unwrap();
    let orig = gz(&tar(&[
        file("foo/f.c", "upstream\n"),
        entry(b"foo/debian", b'2', 0o777, b"real", b""),
        file("foo/real/x", ""),
    ]));
    let dir = package(
        "3.0 (quilt)",
        &[("foo_1.0.orig.tar.gz", orig), ("foo_1.0-1.debian.tar.gz", debian("one.patch\n", &[]))],
    );
    put_together(&dir).unwrap();
    assert!(!dir.path().join("dest/real/rules").exists());
    assert_eq!(read(&dir, "f.c"), "one\n");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]
    #[test]
    fn any_dsc_is_read_or_refused(text in "(?s)(Format: 1.0|Source: x|Files:|-----BEGIN PGP SIGNED MESSAGE-----| a 1 b\\.c|[ -~]{0,9}|\n){0,12}") {
        let _ = Dsc::parse("x.dsc", text.as_bytes());
    }
}
