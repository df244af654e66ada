//! Finds OSV records where a call points, and reads them on all cores.
//!
//! A path is a JSON file, a zip of them, or a folder: of JSON files, of
//! `<Ecosystem>/all.zip` as OSV exports them, or a release folder that
//! `assay sync` fetched, whose `osv/` is read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use assay_advisory::feed::MAX_RECORD;
use assay_match::index::{Feed, Index};
use zip::ZipArchive;

use super::near::Near;
use super::open;
use crate::failure::Failure;

/// Deepest folder that is looked into. The deepest public database has five levels.
const DEPTH: usize = 8;
/// Most files of a folder, and most records of a zip.
const FILES: usize = 2_000_000;
/// Records that a core takes at a time.
const BATCH: usize = 128;
/// Unpacked bytes of a zip that are in memory before they are looked at, but for the last record's.
const TOGETHER: usize = 4 << 20;
/// Cores that are used at most: reading is then bound by the disk.
const CORES: usize = 8;

/// Records that lie together: a zip, or the JSON files of a folder.
#[derive(Debug)]
pub struct Piece {
    /// What people call it.
    pub name: String,
    /// How many records it has.
    pub count: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Zip(PathBuf),
    Files(Vec<PathBuf>),
}

/// Reads all records of these paths into the index. `narrow` makes an empty index of the same kind.
pub fn read(index: &mut Index, paths: &[PathBuf], narrow: impl Fn() -> Index + Sync) -> Result<(), Failure> {
    if paths.is_empty() {
        return Ok(());
    }
    let mut all = Vec::new();
    for path in paths {
        let found = pieces(path)?;
        if found.is_empty() {
            return Err(Failure::call("no-records", format!("there are no records in `{}`", path.display()))
                .help("it should have OSV records (*.json), or an all.zip for each ecosystem"));
        }
        all.extend(found);
    }
    read_pieces(index, &all, narrow)
}

/// Reads all records of these pieces, each piece a source of its name.
pub fn read_pieces(index: &mut Index, all: &[Piece], narrow: impl Fn() -> Index + Sync) -> Result<(), Failure> {
    // Batches of all pieces in one list, so that one large zip keeps all cores busy.
    let batches: Vec<(usize, Range<usize>)> = all
        .iter()
        .enumerate()
        .flat_map(|(piece, of)| {
            (0..of.count).step_by(BATCH).map(move |from| (piece, from..(from + BATCH).min(of.count)))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from).min(CORES).min(batches.len().max(1));
    let part = || -> Result<Index, Failure> {
        let mut part = narrow();
        let sources: Vec<_> = all.iter().map(|piece| part.source(&piece.name, Feed::Osv)).collect();
        let mut zips = BTreeMap::new();
        while let Some((piece, range)) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (Some(of), Some(source)) = (all.get(*piece), sources.get(*piece)) else { break };
            of.each_with(&mut zips, range.clone(), |at, read| match read {
                Ok(bytes) => part.osv(*source, at, bytes),
                Err(why) => part.skip(*source, at, why),
            })?;
        }
        Ok(part)
    };
    let parts: Vec<Result<Index, Failure>> = thread::scope(|scope| {
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(part)).collect();
        let gone = || Err(Failure::own("not-read", "reading the records ended without a result"));
        running.into_iter().map(|core| core.join().unwrap_or_else(|_| gone())).collect()
    });
    for part in parts {
        index.append(part?);
    }
    Ok(())
}

/// The records at a path, in a fixed order.
pub fn pieces(path: &Path) -> Result<Vec<Piece>, Failure> {
    let meta = fs::metadata(path).map_err(|error| open::unreadable(path, &error))?;
    let mut pieces = Vec::new();
    if meta.is_dir() {
        let synced = path.join("osv");
        let is_release = synced.is_dir() && path.join("index.json").is_file();
        let mut files = 0;
        folder(if is_release { &synced } else { path }, &path.display().to_string(), 0, &mut files, &mut pieces)?;
    } else if is_zip(path)? {
        pieces.push(zip_piece(path)?);
    } else {
        let name = path.display().to_string();
        pieces.push(Piece { name, count: 1, kind: Kind::Files(vec![path.to_owned()]) });
    }
    Ok(pieces)
}

/// All records in a folder. Loose files go by the name of the folder that the call named: a database of years and
/// months is one source.
fn folder(path: &Path, name: &str, depth: usize, files: &mut usize, pieces: &mut Vec<Piece>) -> Result<(), Failure> {
    let mut inside = fs::read_dir(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| open::unreadable(path, &error))?;
    inside.sort_by_key(fs::DirEntry::file_name);
    *files += inside.len();
    if *files > FILES || depth > DEPTH {
        let message = format!("`{}` has more than {FILES} files or {DEPTH} levels of folders", path.display());
        return Err(Failure::call("too-many", message));
    }
    let mut records = Vec::new();
    for entry in inside {
        let called = entry.file_name();
        let called = called.to_string_lossy();
        // A link could lead round in a circle, or out of what the caller meant.
        let Ok(kind) = entry.file_type() else { continue };
        if called.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            folder(&entry.path(), name, depth + 1, files, pieces)?;
        } else if kind.is_file() && called == "all.zip" {
            pieces.push(zip_piece(&entry.path())?);
        } else if kind.is_file() && (called.ends_with(".json") || called.ends_with(".json.gz")) {
            records.push(entry.path());
        }
    }
    if !records.is_empty() {
        pieces.push(Piece { name: name.to_owned(), count: records.len(), kind: Kind::Files(records) });
    }
    Ok(())
}

fn is_zip(path: &Path) -> Result<bool, Failure> {
    let mut first = [0; 4];
    let mut file = File::open(path).map_err(|error| open::unreadable(path, &error))?;
    // A file of less than four bytes is none.
    Ok(file.read_exact(&mut first).is_ok() && first == *b"PK\x03\x04")
}

fn zip_piece(path: &Path) -> Result<Piece, Failure> {
    let count = archive(path)?.len();
    if count > FILES {
        let message = format!("`{}` has {count} records; at most {FILES} are read", path.display());
        return Err(Failure::call("too-many", message));
    }
    Ok(Piece { name: path.display().to_string(), count, kind: Kind::Zip(path.to_owned()) })
}

type Archive = ZipArchive<Near<File>>;

fn archive(path: &Path) -> Result<Archive, Failure> {
    let file = File::open(path).map_err(|error| open::unreadable(path, &error))?;
    ZipArchive::new(Near::new(file))
        .map_err(|error| Failure::call("unreadable", format!("`{}` is no whole zip: {error}", path.display())))
}

impl Piece {
    /// Each record of a range, or why it could not be read; with what it is called.
    pub fn each(&self, range: Range<usize>, take: impl FnMut(&str, Result<&[u8], String>)) -> Result<(), Failure> {
        self.each_with(&mut BTreeMap::new(), range, take)
    }

    /// The same with archives that stay open between ranges: opening one reads its whole list.
    fn each_with<'a>(
        &'a self,
        open: &mut BTreeMap<&'a Path, Archive>,
        range: Range<usize>,
        mut take: impl FnMut(&str, Result<&[u8], String>),
    ) -> Result<(), Failure> {
        match &self.kind {
            Kind::Files(paths) => {
                for path in paths.get(range).unwrap_or_default() {
                    let read = open::whole(path, MAX_RECORD).map_err(|failure| failure.message);
                    take(&path.display().to_string(), read.as_deref().map_err(Clone::clone));
                }
            }
            Kind::Zip(path) => {
                let archive = match open.entry(path) {
                    std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::btree_map::Entry::Vacant(free) => free.insert(archive(path)?),
                };
                let mut unpacked = Unpacked::default();
                for place in range {
                    unpacked.add(archive, place);
                    if unpacked.bytes.len() >= TOGETHER {
                        unpacked.told(&mut take);
                    }
                }
                unpacked.told(&mut take);
            }
        }
        Ok(())
    }
}

/// Records of a zip, unpacked together. Unpacking one takes fifty kilobytes for a moment; if what is kept of a record were
/// put into that room before the next is unpacked, none of it could be used again.
#[derive(Default)]
struct Unpacked {
    bytes: Vec<u8>,
    /// What each is called, and its bytes or why it could not be read.
    records: Vec<(String, Result<Range<usize>, String>)>,
}

impl Unpacked {
    fn add(&mut self, archive: &mut Archive, place: usize) {
        let from = self.bytes.len();
        match member(archive, place, &mut self.bytes) {
            Ok(Some(name)) => self.records.push((name, Ok(from..self.bytes.len()))),
            Ok(None) => {}
            Err((name, why)) => {
                self.bytes.truncate(from);
                self.records.push((name, Err(why)));
            }
        }
    }

    /// Hands out all of them, and is empty again.
    fn told(&mut self, mut take: impl FnMut(&str, Result<&[u8], String>)) {
        for (name, read) in self.records.drain(..) {
            take(&name, read.map(|range| self.bytes.get(range).unwrap_or_default()));
        }
        self.bytes.clear();
    }
}

/// Unpacks a member and gives its name; none for a folder.
fn member(archive: &mut Archive, place: usize, bytes: &mut Vec<u8>) -> Result<Option<String>, (String, String)> {
    let unnamed = |why: &dyn ToString| (format!("member {place}"), why.to_string());
    let mut member = archive.by_index(place).map_err(|error| unnamed(&error))?;
    if member.is_dir() {
        return Ok(None);
    }
    let name = member.name().map_err(|error| unnamed(&error))?.into_owned();
    // The size that a zip declares is its author's word; what comes out is counted.
    match member.by_ref().take(MAX_RECORD as u64 + 1).read_to_end(bytes) {
        Ok(_) => Ok(Some(name)),
        Err(error) => Err((name, format!("it cannot be unpacked: {error}"))),
    }
}
