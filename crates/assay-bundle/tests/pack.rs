//! Packs: what goes in comes out, and what strangers make is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;

use assay_bundle::identity::bundle_id;
use assay_bundle::pack::{self, Bounds, Entry};
use proptest::prelude::*;
use tar::{EntryType, Header};

fn entry(path: &str, content: &[u8], executable: bool) -> Entry {
    Entry { path: path.parse().unwrap(), content: content.to_vec(), executable }
}

fn packed(entries: Vec<Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    pack::write(entries, &mut out).unwrap();
    out
}

fn code(bytes: &[u8]) -> &'static str {
    match pack::read(bytes, &Bounds::default()) {
        Ok(_) => "read",
        Err(error) => error.code(),
    }
}

/// A hand-made archive: any name, any type, any size.
struct Hand(Vec<u8>);

impl Hand {
    fn new() -> Self {
        Self(Vec::new()).file("proof.toml", b"")
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.raw(name.as_bytes(), EntryType::Regular, content.len() as u64, content)
    }

    fn kind(self, name: &str, kind: EntryType) -> Self {
        self.raw(name.as_bytes(), kind, 0, b"")
    }

    fn raw(mut self, name: &[u8], kind: EntryType, size: u64, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        while !self.0.len().is_multiple_of(512) {
            self.0.push(0);
        }
        self
    }

    fn tar(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }

    fn zst(self) -> Vec<u8> {
        zstd::encode_all(self.tar().as_slice(), 1).unwrap()
    }

    fn code(self) -> &'static str {
        code(&self.zst())
    }
}

#[test]
fn what_goes_in_comes_out_sorted() {
    let long = format!("{}/{}", "d".repeat(200), "f".repeat(250));
    let deep = vec!["folder"; 40].join("/");
    let entries = vec![
        entry("z", b"last", true),
        entry(&long, b"long", false),
        entry("proof.toml", b"a = 1", false),
        entry(&deep, b"", true),
        entry("poc/tr\u{e4}ger \u{1f41b}", &[0, 255, 13, 10], false),
    ];
    let bytes = packed(entries.clone());
    let mut reversed = entries.clone();
    reversed.reverse();
    assert_eq!(bytes, packed(reversed), "the order given in does not matter");
    let mut sorted = entries;
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(pack::read(bytes.as_slice(), &Bounds::default()).unwrap(), sorted);
}

#[test]
fn packing_keeps_the_identity() {
    let entries = vec![entry("proof.toml", b"a = 1 # x", false), entry("run.sh", b"true", true)];
    let before = bundle_id("a = 1", &pack::file_map(&entries)).unwrap();
    let back = pack::read(packed(entries).as_slice(), &Bounds::default()).unwrap();
    assert_eq!(bundle_id("a = 1", &pack::file_map(&back)).unwrap(), before);
}

#[test]
fn packs_have_no_times_and_no_owners() {
    let bytes = packed(vec![entry("proof.toml", b"", false), entry("x", b"", true)]);
    let tar = zstd::decode_all(bytes.as_slice()).unwrap();
    let mut archive = tar::Archive::new(tar.as_slice());
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!(header.mtime().unwrap(), 0);
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
        let mode = if entry.path().unwrap().ends_with("x") { 0o755 } else { 0o644 };
        assert_eq!(header.mode().unwrap(), mode);
    }
}

#[test]
fn only_files_and_folders_come_through() {
    assert_eq!(Hand::new().kind("a/", EntryType::Directory).file("a/b", b"x").code(), "read");
    assert_eq!(Hand::new().kind("./", EntryType::Directory).file("./b", b"x").code(), "read");
    assert_eq!(Hand::new().kind("a", EntryType::Symlink).code(), "link");
    assert_eq!(Hand::new().kind("a", EntryType::Link).code(), "link");
    assert_eq!(Hand::new().kind("a", EntryType::GNULongLink).code(), "link");
    assert_eq!(Hand::new().kind("a", EntryType::Char).code(), "device");
    assert_eq!(Hand::new().kind("a", EntryType::Block).code(), "device");
    assert_eq!(Hand::new().kind("a", EntryType::Fifo).code(), "device");
    assert_eq!(Hand::new().kind("a", EntryType::GNUSparse).code(), "unknown-entry");
    assert_eq!(Hand::new().kind("a", EntryType::XGlobalHeader).code(), "unknown-entry");
    assert_eq!(Hand::new().kind("a", EntryType::new(b'?')).code(), "unknown-entry");
}

#[test]
fn names_cannot_lead_outside_or_hide_each_other() {
    for name in ["/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", ".", "..", "a\\b", "a\nb", "x/"] {
        assert_eq!(Hand::new().file(name, b"x").code(), "bad-path", "{name}");
    }
    assert_eq!(Hand::new().raw(b"\xff\xfe", EntryType::Regular, 0, b"").code(), "bad-path");
    assert_eq!(Hand::new().file("src/a.c", b"x").code(), "reserved-path");
    assert_eq!(Hand::new().kind("src/", EntryType::Directory).code(), "reserved-path");
    assert_eq!(Hand::new().file("SRC/a.c", b"x").code(), "reserved-path");
    assert_eq!(Hand::new().file("a", b"1").file("a", b"2").code(), "duplicate-path");
    assert_eq!(Hand::new().file("a", b"1").file("./a", b"2").code(), "duplicate-path");
    assert_eq!(Hand::new().file("A", b"1").file("a", b"2").code(), "case-variant");
    assert_eq!(Hand::new().file("A/x", b"1").file("a/y", b"2").code(), "case-variant");
    assert_eq!(Hand::new().file("a", b"1").file("a/b", b"2").code(), "file-and-folder");
    assert_eq!(Hand::new().file("a/b", b"1").file("a", b"2").code(), "file-and-folder");
    assert_eq!(Hand(Vec::new()).file("x", b"").code(), "no-manifest");
}

#[test]
fn long_names_are_names_too() {
    let pax = |text: &str| format!("{} path={text}\n", text.len() + 9).into_bytes();
    let long = |record: &[u8]| {
        Hand::new().raw(b"pax", EntryType::XHeader, record.len() as u64, record).file("plain", b"x").code()
    };
    assert_eq!(long(&pax("poc/0123456")), "read");
    assert_eq!(long(&pax("../01234567")), "bad-path");
    assert_eq!(long(b"12 size=999\n"), "not-an-archive");
    assert_eq!(long(b"99999999999999999999 path=x\n"), "not-an-archive");
    assert_eq!(long(b"3 x"), "not-an-archive");
    assert_eq!(long(b"0 path=x\n"), "not-an-archive");
    let gnu = Hand::new().raw(b"././@LongLink", EntryType::GNULongName, 6, b"../../");
    assert_eq!(gnu.file("plain", b"x").code(), "bad-path");
    let vast = vec![b'a'; 9_000];
    let gnu = Hand::new().raw(b"././@LongLink", EntryType::GNULongName, 9_000, &vast);
    assert_eq!(gnu.file("plain", b"x").code(), "not-an-archive");
    let twice = Hand::new().raw(b"x", EntryType::GNULongName, 1, b"a").raw(b"x", EntryType::GNULongName, 1, b"b");
    assert_eq!(twice.file("plain", b"x").code(), "not-an-archive");
}

#[test]
fn bombs_end_at_the_bound() {
    // 1 GiB of zeros in some 30 KB.
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    let hand = Hand::new().raw(b"bomb", EntryType::Regular, 1 << 30, b"");
    encoder.write_all(&hand.0).unwrap();
    for _ in 0..1024 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 200_000);
    assert_eq!(code(&bomb), "too-large");

    let bounds = Bounds { total: 100, entries: 3 };
    let small = |hand: Hand| pack::read(hand.zst().as_slice(), &bounds).map_err(|e| e.code());
    assert!(small(Hand::new().file("a", &[1; 100])).is_ok());
    assert_eq!(small(Hand::new().file("a", &[1; 60]).file("b", &[1; 41])), Err("too-large"));
    assert_eq!(small(Hand::new().file("a", b"").file("b", b"").file("c", b"")), Err("too-many-entries"));
    let folders = (0..10).fold(Hand::new(), |hand, index| hand.kind(&format!("d{index}/"), EntryType::Directory));
    assert_eq!(small(folders), Err("too-many-entries"));
    // A claimed size costs nothing before content arrives.
    let claim = Hand::new().raw(b"a", EntryType::Regular, 200 << 20, b"");
    assert_eq!(claim.code(), "not-an-archive");
    let overflow = Hand::new().raw(b"a", EntryType::Regular, u64::MAX, b"");
    assert_eq!(overflow.code(), "too-large");
}

#[test]
fn there_is_one_archive_and_it_is_whole() {
    assert_eq!(code(b""), "not-an-archive");
    assert_eq!(code(b"not zstd"), "not-an-archive");
    let whole = Hand::new().file("a", b"x").zst();
    for cut in 0..whole.len() {
        assert_eq!(code(&whole[..cut]), "not-an-archive", "{cut}");
    }
    let no_end = zstd::encode_all(Hand::new().0.as_slice(), 1).unwrap();
    assert_eq!(code(&no_end), "not-an-archive");
    let mut second = Hand::new().tar();
    second.extend(Hand::new().file("hidden", b"x").tar());
    assert_eq!(code(&zstd::encode_all(second.as_slice(), 1).unwrap()), "not-an-archive");
    let mut trailing = whole;
    trailing.extend(b"more");
    assert_eq!(code(&trailing), "not-an-archive");
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let write = |entries: Vec<Entry>| pack::write(entries, Vec::new()).map_err(|e| e.code());
    assert_eq!(write(vec![entry("a", b"", false)]), Err("no-manifest"));
    let manifest = || entry("proof.toml", b"", false);
    assert_eq!(write(vec![manifest(), manifest()]), Err("duplicate-path"));
    assert_eq!(write(vec![manifest(), entry("src/a", b"", false)]), Err("reserved-path"));
    let cases = vec![manifest(), entry("a", b"", false), entry("A", b"", false)];
    assert_eq!(write(cases), Err("case-variant"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_files_come_back(
        files in proptest::collection::btree_map(
            "[a-z]{1,8}(/[a-z0-9.]{1,3}[a-z]){0,3}",
            (proptest::collection::vec(any::<u8>(), 0..2000), any::<bool>()),
            0..12,
        )
    ) {
        let mut entries = vec![entry("proof.toml", b"", false)];
        for (path, (content, executable)) in &files {
            entries.push(entry(path, content, *executable));
        }
        let mut out = Vec::new();
        // Some generated names are refused: a file that is also a folder, or `src`.
        if pack::write(entries.clone(), &mut out).is_ok() {
            entries.sort_by(|a, b| a.path.cmp(&b.path));
            prop_assert_eq!(pack::read(out.as_slice(), &Bounds::default()).unwrap(), entries);
        }
    }

    #[test]
    fn damage_is_refused_or_harmless(at in any::<prop::sample::Index>(), change in 1u8..=255) {
        let mut bytes = packed(vec![entry("proof.toml", b"a = 1", false), entry("b", b"xyz", true)]);
        let index = at.index(bytes.len());
        bytes[index] ^= change;
        let _ = pack::read(bytes.as_slice(), &Bounds::default());
        let tar = zstd::decode_all(packed(vec![entry("proof.toml", b"a", false)]).as_slice()).unwrap();
        let mut tar = tar;
        let index = at.index(tar.len());
        tar[index] ^= change;
        let _ = pack::read(zstd::encode_all(tar.as_slice(), 1).unwrap().as_slice(), &Bounds::default());
    }
}
