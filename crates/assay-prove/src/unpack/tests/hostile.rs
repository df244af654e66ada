//! Archives made to get out, to hide, or to fill the disk.

use super::*;

fn refused(entries: &[Vec<u8>]) -> String {
    let (_outer, result) = run(Kind::Tar, &tar(entries), &Limits::default());
    result.unwrap_err().to_string()
}

#[test]
fn names_that_leave() {
    for name in ["/etc/passwd", "../x", "a/../../x", "a/..", "..", "a/./../b", "x\u{1b}[2J"] {
        for kind in [b'0', b'5', b'2', b'1'] {
            let error = refused(&[file("ok", ""), entry(name.as_bytes(), kind, 0o644, b"ok", b"")]);
            assert!(error.contains("its name"), "{name}: {error}");
        }
    }
    let long = format!("{}\0", "../".repeat(100));
    let error = refused(&[entry(b"L", b'L', 0, b"", long.as_bytes()), file("ok", "")]);
    assert!(error.contains(".."), "{error}");
    let error = refused(&[entry(b"x", b'x', 0, b"", b"19 path=/etc/passwd\n"), file("ok", "")]);
    assert!(error.contains("damaged") || error.contains("absolute"), "{error}");
    assert!(refused(&[entry(b"x", b'x', 0, b"", b"20 path=/etc/passwd\n"), file("ok", "")]).contains("absolute"));
}

#[test]
fn links_that_leave() {
    for (link, target) in [
        ("l", "/etc"),
        ("l", ".."),
        ("l", "../x"),
        ("a/b/l", "../../../x"),
        ("a/l", "x/../../.."),
        ("l", "a/.."),
        ("l", ""),
        ("l", "x\ny"),
    ] {
        let error = refused(&[entry(link.as_bytes(), b'2', 0o777, target.as_bytes(), b"")]);
        assert!(error.contains("link"), "{link} -> {target}: {error}");
    }
    for target in ["/etc/passwd", "../x", "missing", "folder"] {
        let error =
            refused(&[entry(b"folder", b'5', 0o755, b"", b""), entry(b"h", b'1', 0o644, target.as_bytes(), b"")]);
        assert!(error.contains("hard link"), "{target}: {error}");
    }
    let error = refused(&[file("f", ""), entry(b"l", b'2', 0o777, b"f", b""), entry(b"h", b'1', 0, b"l", b"")]);
    assert!(error.contains("hard link"), "{error}");
}

#[test]
fn nothing_is_written_through_a_link() {
    let link = entry(b"a", b'2', 0o777, b"b", b"");
    let folder = entry(b"b", b'5', 0o755, b"", b"");
    for last in [file("a/f", "x"), entry(b"a/d", b'5', 0o755, b"", b""), entry(b"a/l", b'2', 0o777, b"f", b"")] {
        let error = refused(&[folder.clone(), link.clone(), last]);
        assert!(error.contains("through a link"), "{error}");
    }
    for (first, second) in [
        (link.clone(), file("a", "x")),
        (link.clone(), entry(b"a", b'5', 0o755, b"", b"")),
        (link.clone(), entry(b"a", b'2', 0o777, b"c", b"")),
        (file("a", "x"), link.clone()),
        (file("a", "x"), entry(b"a", b'5', 0o755, b"", b"")),
        (file("a", "x"), file("a/f", "x")),
        (entry(b"a", b'5', 0o755, b"", b""), file("a", "x")),
        (entry(b"a", b'5', 0o755, b"", b""), link.clone()),
    ] {
        let error = refused(&[first, second]);
        assert!(
            error.contains("same name") || error.contains("in its way") || error.contains("through a link"),
            "{error}"
        );
    }
}

#[test]
fn what_is_neither_file_folder_nor_link() {
    for (kind, says) in
        [(b'3', "device"), (b'4', "device"), (b'6', "pipe"), (b'S', "sparse"), (b'V', "not known"), (b'Z', "not known")]
    {
        let error = refused(&[entry(b"x", kind, 0o644, b"", b"")]);
        assert!(error.contains(says), "{error}");
    }
    assert!(refused(&[entry(b"x", b'x', 0, b"", b"22 GNU.sparse.major=1\n"), file("f", "")]).contains("sparse"));
    assert!(refused(&[entry(b"x", b'x', 0, b"", b"11 size=99\n"), file("f", "")]).contains("size"));
}

#[test]
fn a_later_file_replaces_an_earlier_one() {
    let (outer, result) = run(Kind::Tar, &tar(&[file("f", "first"), file("f", "2")]), &Limits::default());
    assert_eq!(result.unwrap().files, 1);
    assert_eq!(fs::read_to_string(outer.path().join("dest/f")).unwrap(), "2");
}

#[test]
fn bombs_end_at_the_limit() {
    let small = Limits { bytes: 1 << 20, entries: 50, depth: 8 };
    let big = vec![0_u8; 8 << 20];
    let bomb = gz(&tar(&[entry(b"f", b'0', 0o644, b"", &big)]));
    assert!(bomb.len() < 100_000);
    let (_o, result) = run(Kind::TarGz, &bomb, &small);
    assert!(matches!(result, Err(UnpackError::Limit { what: "bytes", .. })), "{result:?}");

    let many: Vec<_> = (0..60).map(|i| file(&format!("f{i}"), "")).collect();
    assert!(matches!(run(Kind::Tar, &tar(&many), &small).1, Err(UnpackError::Limit { what: "entries", .. })));
    let same: Vec<_> = (0..60).map(|_| entry(b"d", b'5', 0o755, b"", b"")).collect();
    assert!(matches!(run(Kind::Tar, &tar(&same), &small).1, Err(UnpackError::Limit { what: "entries", .. })));
    let implied: Vec<_> = (0..20).map(|i| file(&format!("{i}/a/b/c/f"), "")).collect();
    assert!(matches!(run(Kind::Tar, &tar(&implied), &small).1, Err(UnpackError::Limit { what: "entries", .. })));
    let deep = file("a/b/c/d/e/f/g/h/i", "");
    assert!(run(Kind::Tar, &tar(&[deep]), &small).1.unwrap_err().to_string().contains("too deep"));

    // Bytes that are never written: data behind folders and links, and endless extension headers.
    let hidden = gz(&tar(&[entry(b"d", b'5', 0o755, b"", &big), file("f", "")]));
    assert!(matches!(run(Kind::TarGz, &hidden, &small).1, Err(UnpackError::Limit { .. })));
    let name = entry(b"L", b'L', 0, b"", &vec![b'a'; 200_000]);
    assert!(matches!(run(Kind::Tar, &tar(&[name, file("f", "")]), &small).1, Err(UnpackError::Limit { .. })));

    use zip::write::{SimpleFileOptions, ZipWriter};
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("f", SimpleFileOptions::default()).unwrap();
    zip.write_all(&big).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert!(matches!(run(Kind::Zip, &bytes, &small).1, Err(UnpackError::Limit { what: "bytes", .. })));
}

#[test]
fn hostile_zips() {
    use zip::write::{SimpleFileOptions, ZipWriter};
    let zip = |names: &[&str], link: Option<&str>| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"content").unwrap();
        }
        if let Some(target) = link {
            zip.add_symlink("link", target, SimpleFileOptions::default()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let mut bytes = zip(&["xxxx/yyy", "zzzz"], None);
        for at in 0..bytes.len() - from.len() {
            if bytes[at..].starts_with(from) {
                bytes[at..at + to.len()].copy_from_slice(to);
            }
        }
        bytes
    };
    for (bytes, says) in [
        (replaced(b"xxxx/yyy", b"../../yy"), ".."),
        (replaced(b"xxxx/yyy", b"/etc/yyy"), "absolute"),
        (replaced(b"xxxx/yyy", b"..\\..\\yy"), "backslash"),
        (replaced(b"xxxx/yyy", b"zzzz/yyy"), "same name"),
        (replaced(b"xxxx/yyy", b"\xff\xfexx/yyy"), "UTF-8"),
        (zip(&["f"], Some("../out")), "link"),
        (zip(&["f"], Some("/etc")), "link"),
        (zip(&[], None), "no entries"),
        (b"PK\x03\x04".to_vec(), "damaged"),
        (Vec::new(), "damaged"),
    ] {
        let error = run(Kind::Zip, &bytes, &Limits::default()).1.unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
}

#[test]
fn stripping_cannot_turn_a_link_outwards() {
    let bytes = tar(&[file("top/f", ""), entry(b"top/l", b'2', 0o777, b"../top/f", b"")]);
    let (outer, result) = run(Kind::Tar, &bytes, &Limits::default());
    result.unwrap();
    let error = strip_single_top_folder(&outer.path().join("dest")).unwrap_err();
    assert!(error.to_string().contains("leads out"), "{error}");
}

#[test]
fn damaged_archives() {
    let whole = tar(&[file("f", &"x".repeat(2000))]);
    for (kind, bytes) in [
        (Kind::Tar, whole[..900].to_vec()),
        (Kind::Tar, vec![7; 2000]),
        (Kind::Tar, Vec::new()),
        (Kind::TarGz, whole.clone()),
        (Kind::TarGz, {
            let g = gz(&whole);
            g[..g.len() / 2].to_vec()
        }),
        (Kind::TarXz, whole.clone()),
        (Kind::TarZst, whole.clone()),
        (Kind::TarBz2, whole.clone()),
    ] {
        let error = run(kind, &bytes, &Limits::default()).1.unwrap_err();
        assert!(matches!(error, UnpackError::Damaged { .. }), "{kind:?}: {error}");
    }
    assert!(matches!(Kind::of("a.rar"), Err(UnpackError::UnknownKind { .. })));
}

#[test]
fn only_an_empty_folder_will_do() {
    let dest = tempfile::tempdir().unwrap();
    fs::write(dest.path().join("f"), "").unwrap();
    let error = unpack_as(Kind::Tar, Cursor::new(tar(&[file("g", "")])), dest.path(), &Limits::default()).unwrap_err();
    assert!(matches!(error, UnpackError::NotEmpty { .. }));
}
