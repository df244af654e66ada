//! A file of sections: a head, a table of what lies where with a digest each,
//! the sections, and behind them a signature if there is one.
//!
//! The file may come from anywhere. Opening it reads the head and the table,
//! and checks that every section lies inside; [`Container::verify`] hashes all
//! of it. The root, which is the digest of head and table, stands for the
//! whole file, because the table has the digest of each section.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// The first bytes of every file.
const MAGIC: [u8; 8] = *b"assay-ix";
/// The version of this layout, and the oldest that is read: up to 3, the names of products were JSON, which whoever reads
/// that section tells apart.
const LAYOUT: u32 = 4;
const OLDEST: u32 = 3;
/// Bytes of the head, and of a row of the table.
const HEAD: usize = 64;
const ROW: usize = 64;
/// Most sections of a file.
const SECTIONS: usize = 64;
/// Most bytes of what stands behind the sections.
const SIGNATURE: usize = 64 << 10;
/// What sections begin at multiples of.
const ALIGN: usize = 8;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// All records.
    Index = 1,
    /// What changed between two indexes.
    Delta = 2,
    /// What is installed where.
    Fleet = 3,
}

impl Purpose {
    fn of(number: u32) -> Option<Self> {
        [Self::Index, Self::Delta, Self::Fleet].into_iter().find(|purpose| *purpose as u32 == number)
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Index => "an index of records",
            Self::Delta => "a delta of an index",
            Self::Fleet => "the file of a fleet",
        }
    }
}

/// The digest of a file's head and table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Root(pub [u8; 32]);

impl std::fmt::Display for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What stands in the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What the file is.
    pub purpose: Purpose,
    /// Counts up with each new index; a client never goes back.
    pub generation: u64,
    /// When it was built, in microseconds since 1970.
    pub built: i64,
    /// By which rules names are written ([`crate::rules::fingerprint`]).
    pub rules: u64,
}

/// Bytes that stay where they are.
#[derive(Debug)]
enum Bytes {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
}

impl Bytes {
    fn all(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// A file that was opened.
#[derive(Debug)]
pub struct Container {
    path: PathBuf,
    bytes: Bytes,
    head: Head,
    root: Root,
    /// Kind, offset, length, digest; by kind.
    table: Vec<(u32, usize, usize, [u8; 32])>,
    /// Where the sections end, and what stands behind them begins.
    end: usize,
}

/// Whether a file begins like one of these. What cannot be read does not.
pub fn is_one(path: &Path) -> bool {
    let mut first = [0; MAGIC.len()];
    path.is_file() && File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == MAGIC
}

impl Container {
    /// Maps a file into memory.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is none of these files.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |error| Error::Unreadable { path: path.to_owned(), error };
        let file = File::open(path).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if !meta.is_file() {
            return Err(Error::Unreadable { path: path.to_owned(), error: std::io::ErrorKind::InvalidInput.into() });
        }
        if meta.len() < HEAD as u64 {
            return Err(Error::not_ours(path, "it is shorter than the head of one"));
        }
        #[allow(unsafe_code, reason = "the one place where a file is mapped")]
        // SAFETY: the bytes are only ever read, as bytes: any content is valid for `[u8]`. A file under its name is
        // never written to; a new one takes the name over by rename, and this map keeps the old one. Whoever cuts a
        // mapped file short in place ends this process with SIGBUS, which gives him nothing that killing it would not.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(unreadable)?;
        Self::of(path, Bytes::Mapped(map))
    }

    /// The same from bytes in memory; `path` names them.
    ///
    /// # Errors
    ///
    /// They are none of these files.
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, Error> {
        Self::of(path, Bytes::Owned(bytes))
    }

    fn of(path: &Path, bytes: Bytes) -> Result<Self, Error> {
        let all = bytes.all();
        let wrong = |why: &str| Error::not_ours(path, why);
        let head = all.get(..HEAD).ok_or_else(|| wrong("it is shorter than the head of one"))?;
        if !head.starts_with(&MAGIC) {
            return Err(wrong("it does not begin like one"));
        }
        let u32_at = |at: usize| number(head, at, 4) as u32;
        let u64_at = |at: usize| number(head, at, 8);
        if !(OLDEST..=LAYOUT).contains(&u32_at(8)) {
            return Err(Error::OtherLayout { path: path.to_owned(), found: u32_at(8), known: LAYOUT });
        }
        let purpose = Purpose::of(u32_at(12)).ok_or_else(|| wrong("it is of a kind that is not known here"))?;
        let count = u32_at(16) as usize;
        let end = usize::try_from(u64_at(24)).unwrap_or(usize::MAX);
        if count > SECTIONS || end > all.len() || all.len() - end > SIGNATURE {
            return Err(Error::damaged(path, "its length is not the one that its head says; it may be cut short"));
        }
        let behind = HEAD + count * ROW;
        let rows = all.get(HEAD..behind).filter(|_| behind <= end);
        let rows = rows.ok_or_else(|| Error::damaged(path, "its table of sections is cut short"))?;
        let mut table = Vec::with_capacity(count);
        for row in rows.chunks_exact(ROW) {
            let (offset, length) = (number(row, 8, 8) as usize, number(row, 16, 8) as usize);
            let inside = offset.checked_add(length).is_some_and(|to| offset >= behind && to <= end);
            let digest: [u8; 32] = row.get(24..56).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
            if !inside {
                return Err(Error::damaged(path, "a section lies outside of it"));
            }
            table.push((number(row, 0, 4) as u32, offset, length, digest));
        }
        let root = Root(Sha256::digest(all.get(..behind).unwrap_or_default()).into());
        let head = Head { purpose, generation: u64_at(32), built: u64_at(40) as i64, rules: u64_at(48) };
        Ok(Self { path: path.to_owned(), bytes, head, root, table, end })
    }

    /// The bytes of a section; none of them if the file has no such section.
    pub fn section(&self, kind: u32) -> &[u8] {
        let found = self.table.iter().find(|(known, ..)| *known == kind);
        found.and_then(|(_, offset, length, _)| self.bytes.all().get(*offset..offset + length)).unwrap_or_default()
    }

    /// Bytes of each section, by kind.
    pub fn sizes(&self) -> impl Iterator<Item = (u32, usize)> {
        self.table.iter().map(|(kind, _, length, _)| (*kind, *length))
    }

    /// Hashes everything.
    ///
    /// # Errors
    ///
    /// A section is not what the table says, or bytes lie between sections.
    pub fn verify(&self) -> Result<(), Error> {
        let all = self.bytes.all();
        let mut at = HEAD + self.table.len() * ROW;
        for (kind, offset, length, digest) in &self.table {
            let gap = all.get(at..*offset).filter(|gap| gap.len() < ALIGN && gap.iter().all(|byte| *byte == 0));
            if gap.is_none() {
                return Err(Error::damaged(&self.path, &format!("section {kind} does not follow the one before it")));
            }
            if <[u8; 32]>::from(Sha256::digest(self.section(*kind))) != *digest {
                return Err(Error::damaged(&self.path, &format!("section {kind} was changed after it was written")));
            }
            at = offset + length;
        }
        if at != self.end {
            return Err(Error::damaged(&self.path, "something lies behind its last section"));
        }
        Ok(())
    }

    /// All of its bytes, in place.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.all()
    }

    /// All of its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.bytes {
            Bytes::Mapped(map) => map.to_vec(),
            Bytes::Owned(bytes) => bytes,
        }
    }

    /// What stands in the head.
    pub fn head(&self) -> Head {
        self.head
    }

    /// What stands for the whole file.
    pub fn root(&self) -> Root {
        self.root
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the whole file.
    pub fn size(&self) -> usize {
        self.bytes.all().len()
    }

    /// What stands behind the sections: an envelope with signatures over the root, or nothing.
    pub fn envelope(&self) -> &[u8] {
        self.bytes.all().get(self.end..).unwrap_or_default()
    }
}

/// A little-endian number of a row.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..at + width).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Puts a file together, without a signature. Sections are written in the order given; each kind once.
pub fn compose(head: &Head, sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let behind = HEAD + sections.len() * ROW;
    let mut out = vec![0; behind];
    let mut table = Vec::with_capacity(sections.len() * ROW);
    for (kind, bytes) in sections {
        out.resize(out.len().next_multiple_of(ALIGN), 0);
        let offset = out.len() as u64;
        out.extend_from_slice(bytes);
        let mut row = Vec::with_capacity(ROW);
        row.extend(u64::from(*kind).to_le_bytes());
        row.extend(offset.to_le_bytes());
        row.extend((bytes.len() as u64).to_le_bytes());
        row.extend(<[u8; 32]>::from(Sha256::digest(bytes)));
        row.resize(ROW, 0);
        table.extend(row);
    }
    let mut first = Vec::with_capacity(HEAD);
    first.extend(MAGIC);
    first.extend(LAYOUT.to_le_bytes());
    first.extend((head.purpose as u32).to_le_bytes());
    first.extend((sections.len() as u64).to_le_bytes());
    first.extend((out.len() as u64).to_le_bytes());
    first.extend(head.generation.to_le_bytes());
    first.extend(head.built.to_le_bytes());
    first.extend(head.rules.to_le_bytes());
    first.resize(HEAD, 0);
    for (to, from) in out.iter_mut().zip(first.into_iter().chain(table)) {
        *to = from;
    }
    out
}
