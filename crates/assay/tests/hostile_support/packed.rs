//! Bundles in archives that are wrong.

use std::fs;

use libtest_mimic::{Failed, Trial};

use super::archive::{Member, Zstd, tar, with_checksum};
use super::base::{FILES, MANIFEST};
use super::folders::refused_by_all;
use super::stored::judged;
use super::{Bench, hold, host, prove, run, trial};

type Make = (&'static str, fn() -> Vec<u8>, &'static [&'static str]);

const MADE: &[Make] = &[
    ("archive-climbs", || also(&[Member::file("../assay-escaped", b"x")]), &["bad-path"]),
    ("archive-climbs-inside", || also(&[Member::file("a/../../assay-escaped", b"x")]), &["bad-path"]),
    ("archive-absolute", || also(&[Member::file("/tmp/assay-escaped", b"x")]), &["bad-path"]),
    ("archive-link", || also(&[Member::special("way", b'2', "/tmp")]), &["link"]),
    (
        "archive-link-and-file",
        || also(&[Member::special("way", b'2', "/tmp"), Member::file("way/assay-escaped", b"x")]),
        &["link"],
    ),
    ("archive-hard-link", || also(&[Member::special("secrets", b'1', "/etc/passwd")]), &["link"]),
    ("archive-device", || also(&[Member::special("zeros", b'3', "")]), &["device"]),
    ("archive-pipe", || also(&[Member::special("pipe", b'6', "")]), &["device"]),
    ("archive-twice", || also(&[Member::file("poc/trigger", b"another")]), &["duplicate-path"]),
    ("archive-case", || also(&[Member::file("POC/trigger", b"another")]), &["case-variant"]),
    ("archive-file-and-folder", || also(&[Member::file("poc", b"x")]), &["file-and-folder", "duplicate-path"]),
    ("archive-own-source", || also(&[Member::file("src/target.c", b"int x;")]), &["reserved-path"]),
    ("archive-not-text", || also(&[Member { name: b"\xff\xfe", ..Member::file("", b"x") }]), &["bad-path"]),
    ("archive-many", many, &["too-many-entries", "too-large"]),
    ("archive-only-headers", only_headers, &["too-many-entries", "not-an-archive"]),
    ("archive-huge-name", || long_header(b'L'), &["not-an-archive", "bad-path"]),
    ("archive-huge-record", || long_header(b'x'), &["not-an-archive", "bad-path"]),
    ("archive-bomb", bomb, &["too-large"]),
    ("archive-endless-padding", endless_padding, &["not-an-archive", "too-large"]),
    ("archive-claims-much", || also(&[Member { size: Some(0o77_777_777_777), ..Member::file("x", b"") }]), CLAIMS),
    ("archive-negative-size", negative_size, CLAIMS),
    ("archive-wrong-sum", wrong_sum, &["not-an-archive"]),
    ("archive-sparse", || also(&[Member::special("x", b'S', "")]), &["unknown-entry", "not-an-archive"]),
    ("archive-cut-short", cut_short, &["not-an-archive"]),
    ("archive-wide-window", || Zstd::default().stored(&tar(&good())).window(31).bytes(), &["not-an-archive"]),
    ("archive-noise", || (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect(), NO_ARCHIVE),
    ("archive-empty", Vec::new, NO_ARCHIVE),
];

const CLAIMS: &[&str] = &["too-large", "not-an-archive"];
const NO_ARCHIVE: &[&str] = &["not-an-archive", "no-manifest"];

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    let mut trials: Vec<Trial> =
        MADE.iter().map(|(name, make, codes)| trial(bench, *name, move |bench| test(bench, &make(), codes))).collect();
    trials.push(trial(bench, "archive-all-is-well", |bench| {
        let folder = bench.fresh();
        let file = folder.path().join("bundle.tar.zst");
        fs::write(&file, pack(&good()))?;
        judged(&prove(bench, &file)?, &["not-reproduced"], Some("claimant"))
    }));
    trials
}

fn test(bench: &Bench, archive: &[u8], codes: &[&str]) -> Result<(), Failed> {
    let folder = bench.fresh();
    let file = folder.path().join("bundle.tar.zst");
    fs::write(&file, archive)?;
    refused_by_all(bench, &file, codes)?;
    let unpacked = folder.path().join("unpacked");
    let answer = run(bench, &["bundle".as_ref(), "unpack".as_ref(), file.as_os_str(), unpacked.as_os_str()])?;
    hold(answer.exit == Some(2), format!("it was unpacked\n{}", answer.words()))?;
    hold(fs::read_dir(folder.path())?.count() == 1, "something was written beside the archive")?;
    host::nothing_escaped(bench)
}

/// The members of the bundle in which all is well.
fn good() -> Vec<Member<'static>> {
    let manifest = Member::file("proof.toml", MANIFEST.as_bytes());
    FILES.iter().map(|(path, content)| Member::file(path, content.as_bytes())).chain([manifest]).collect()
}

fn pack(members: &[Member<'_>]) -> Vec<u8> {
    Zstd::default().stored(&tar(members)).bytes()
}

/// The good bundle with these members behind it.
fn also(more: &[Member<'_>]) -> Vec<u8> {
    let mut bytes: Vec<u8> = good().iter().chain(more).flat_map(Member::bytes).collect();
    bytes.resize(bytes.len() + 1024, 0);
    Zstd::default().stored(&bytes).bytes()
}

fn good_bytes() -> Vec<u8> {
    good().iter().flat_map(Member::bytes).collect()
}

fn many() -> Vec<u8> {
    let mut bytes = good_bytes();
    for number in 0..30_000 {
        bytes.extend(Member::file(&format!("many/{number}"), b"").bytes());
    }
    Zstd::default().stored(&bytes).bytes()
}

/// Long names, each replacing the one before, without an entry behind them.
fn only_headers() -> Vec<u8> {
    let record = Member { kind: b'x', ..Member::file("r", b"17 comment=empty\n") }.bytes();
    Zstd::default().stored(&good_bytes()).stored(&record.repeat(60_000)).bytes()
}

/// A header that says that a gigabyte of name follows, which is there.
fn long_header(kind: u8) -> Vec<u8> {
    let header = Member { kind, size: Some(1 << 30), ..Member::file("x", b"") }.header();
    Zstd::default().stored(&good_bytes()).stored(&header).repeated(b'n', 1 << 30).bytes()
}

/// Ten gigabytes of zeros in 300 KiB.
fn bomb() -> Vec<u8> {
    let header = Member { size: Some(0o77_777_777_777), ..Member::file("poc/bomb", b"") }.header();
    Zstd::default().stored(&good_bytes()).stored(&header).repeated(0, 10 << 30).bytes()
}

/// An archive that is over, and goes on for ten gigabytes.
fn endless_padding() -> Vec<u8> {
    Zstd::default().stored(&tar(&good())).repeated(0, 10 << 30).bytes()
}

fn negative_size() -> Vec<u8> {
    let mut header = Member::file("x", b"").header();
    // Base 256, as for large sizes, with all bits set.
    header[124..136].fill(0xff);
    Zstd::default().stored(&good_bytes()).stored(&with_checksum(header)).repeated(0, 1024).bytes()
}

fn wrong_sum() -> Vec<u8> {
    let mut header = Member::file("x", b"").header();
    header[0] = b'y';
    Zstd::default().stored(&good_bytes()).stored(&header).repeated(0, 1024).bytes()
}

fn cut_short() -> Vec<u8> {
    let mut bytes = pack(&good());
    bytes.truncate(bytes.len() / 2);
    bytes
}
