//! Honest archives come out whole; hostile ones are refused and write nothing outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod debian;
mod hostile;
mod property;

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

/// One raw tar entry, with a right checksum whatever it says.
pub(super) fn entry(name: &[u8], kind: u8, mode: u32, link: &[u8], content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    header[100..108].copy_from_slice(format!("{mode:07o}\0").as_bytes());
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].copy_from_slice(b"        ");
    header[156] = kind;
    header[157..157 + link.len().min(100)].copy_from_slice(&link[..link.len().min(100)]);
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut out = header.to_vec();
    out.extend_from_slice(content);
    out.resize(out.len().div_ceil(512) * 512, 0);
    out
}

pub(super) fn file(name: &str, content: &str) -> Vec<u8> {
    entry(name.as_bytes(), b'0', 0o644, b"", content.as_bytes())
}

pub(super) fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = entries.concat();
    out.resize(out.len() + 1024, 0);
    out
}

pub(super) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Unpacks into `outer/dest` and checks that nothing else appears in `outer`.
pub(super) fn run(kind: Kind, bytes: &[u8], limits: &Limits) -> (tempfile::TempDir, Result<Summary, UnpackError>) {
    let outer = tempfile::tempdir().unwrap();
    let dest = outer.path().join("dest");
    fs::create_dir(&dest).unwrap();
    let result = unpack_as(kind, Cursor::new(bytes), &dest, limits);
    assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1, "nothing appears beside the destination");
    (outer, result)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn every_compression_gives_the_same_tree() {
    let plain = tar(&[
        entry(b"p-1.0/", b'5', 0o700, b"", b""),
        entry(b"p-1.0/bin/run", b'0', 0o4711, b"", b"#!"),
        entry(b"./p-1.0//lib.c", b'0', 0o600, b"", b"int x;\n"),
        entry(b"p-1.0/link", b'2', 0o777, b"bin/run", b""),
        entry(b"p-1.0/copy.c", b'1', 0o644, b"p-1.0/lib.c", b""),
    ]);
    let xz = {
        let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 1);
        packer.write_all(&plain).unwrap();
        packer.finish().unwrap()
    };
    let bz2 = {
        let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        packer.write_all(&plain).unwrap();
        packer.finish().unwrap()
    };
    let zst = zstd::encode_all(Cursor::new(&plain), 1).unwrap();
    for (name, bytes) in [
        ("p.tar", plain.clone()),
        ("p.tar.gz", gz(&plain)),
        ("p.crate", gz(&plain)),
        ("p.tgz", gz(&plain)),
        ("p.tar.xz", xz),
        ("p.tar.bz2", bz2),
        ("p.tar.zst", zst),
    ] {
        let outer = tempfile::tempdir().unwrap();
        let (archive, dest) = (outer.path().join(name), outer.path().join("dest"));
        fs::write(&archive, bytes).unwrap();
        fs::create_dir(&dest).unwrap();
        let summary = unpack(&archive, &dest, &Limits::default()).unwrap();
        assert_eq!(summary, Summary { bytes: 16, files: 3, folders: 2, links: 1 }, "{name}");
        assert_eq!(strip_single_top_folder(&dest).unwrap().unwrap(), "p-1.0");
        set_one_mtime(&dest).unwrap();
        assert_eq!(fs::read_to_string(dest.join("copy.c")).unwrap(), "int x;\n");
        assert_eq!(fs::read_link(dest.join("link")).unwrap(), Path::new("bin/run"));
        assert_eq!(
            (mode(&dest.join("bin/run")), mode(&dest.join("lib.c")), mode(&dest.join("bin"))),
            (0o755, 0o644, 0o755)
        );
        for path in ["bin/run", "lib.c", "bin", "."] {
            let time = fs::metadata(dest.join(path)).unwrap().modified().unwrap();
            assert_eq!(time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(), ONE_MTIME, "{path}");
        }
    }
}

#[test]
fn long_names_of_both_kinds() {
    let long = format!("{}/f", "d".repeat(180));
    let record = |key: &str, value: &str| {
        let body = format!(" {key}={value}\n");
        let length = body.len() + (body.len() + 3).to_string().len();
        format!("{length}{body}").into_bytes()
    };
    let bytes = tar(&[
        entry(b"pax_global_header", b'g', 0o644, b"", &record("comment", "0123")),
        entry(b"././@LongLink", b'L', 0o644, b"", format!("{long}1\0").as_bytes()),
        file("short", "gnu"),
        entry(b"PaxHeader", b'x', 0o644, b"", &record("path", &format!("{long}2"))),
        file("short", "pax"),
        file("short", "plain"),
    ]);
    let (outer, result) = run(Kind::Tar, &bytes, &Limits::default());
    assert_eq!(result.unwrap().files, 3);
    for (name, content) in [(format!("{long}1"), "gnu"), (format!("{long}2"), "pax"), ("short".into(), "plain")] {
        assert_eq!(fs::read_to_string(outer.path().join("dest").join(name)).unwrap(), content);
    }
}

#[test]
fn zips_and_wheels() {
    use zip::write::{SimpleFileOptions, ZipWriter};
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    zip.start_file("pkg/__init__.py", options.unix_permissions(0o600)).unwrap();
    zip.write_all(b"x = 1\n").unwrap();
    zip.start_file("pkg/run.sh", options.unix_permissions(0o755)).unwrap();
    zip.add_directory("pkg/data/", options).unwrap();
    zip.add_symlink("pkg/link", "data", options).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let (outer, result) = run(Kind::of("pkg-1.0-py3-none-any.whl").unwrap(), &bytes, &Limits::default());
    assert_eq!(result.unwrap(), Summary { bytes: 6, files: 2, folders: 2, links: 1 });
    let dest = outer.path().join("dest");
    assert_eq!((mode(&dest.join("pkg/__init__.py")), mode(&dest.join("pkg/run.sh"))), (0o644, 0o755));
}

#[test]
fn only_a_lone_folder_is_stripped() {
    let (outer, _) = run(Kind::Tar, &tar(&[file("a/f", "1"), file("b", "2")]), &Limits::default());
    assert_eq!(strip_single_top_folder(&outer.path().join("dest")).unwrap(), None);
    let (outer, _) = run(Kind::Tar, &tar(&[file("f", "1")]), &Limits::default());
    assert_eq!(strip_single_top_folder(&outer.path().join("dest")).unwrap(), None);
    // A folder that holds one of its own name.
    let (outer, _) = run(Kind::Tar, &tar(&[file("a/a/f", "1"), file("a/.assay-top/g", "2")]), &Limits::default());
    let dest = outer.path().join("dest");
    assert_eq!(strip_single_top_folder(&dest).unwrap().unwrap(), "a");
    assert!(dest.join("a/f").exists() && dest.join(".assay-top/g").exists());
}
