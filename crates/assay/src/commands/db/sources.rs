//! Finds the feeds in what a call names, by what stands in them and not by
//! what they are called.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::thread;

use assay_advisory::feed::{MAX_RECORD, csaf, cve, endoflife, osv};
use assay_index::http;
use assay_match::index::{Feed, Index};
use flate2::read::MultiGzDecoder;

use crate::failure::Failure;
use crate::scan_input::advisories::{Piece, pieces, read_pieces};
use crate::scan_input::{open, records};

/// Deepest folder that is looked into.
const DEPTH: usize = 8;
/// Most files that are looked at.
const FILES: usize = 2_000_000;
/// Bytes that show what a file is.
const LOOK: u64 = 256 << 10;
/// Records of a zip that are looked at to know what it holds.
const PROBES: usize = 16;
/// Most bytes of a feed that is fetched.
const FETCHED: u64 = 2 << 30;
/// Most bytes that an archive of advisories unpacks to.
const UNPACKED: u64 = 4 << 30;

/// What was found at a path.
#[derive(Debug)]
struct Found {
    feed: Feed,
    path: PathBuf,
    piece: Option<Piece>,
}

/// What the feeds of a call came to.
pub struct Taken {
    /// All records.
    pub records: Index,
    /// The digest of each source, in the order of the index.
    pub digests: Vec<String>,
    /// What was passed over, each with the reason.
    pub passed: Vec<(String, String)>,
}

/// All feeds of a call.
#[derive(Debug, Default)]
pub struct Feeds {
    found: Vec<Found>,
    /// Files that are no feed, and why they are passed over.
    pub passed: Vec<(String, String)>,
    /// Feeds that came over the line, kept until they are read.
    fetched: Option<tempfile::TempDir>,
}

impl Feeds {
    /// Looks at everything that the call names.
    pub fn find(named: &[String]) -> Result<Self, Failure> {
        let mut feeds = Self::default();
        for (number, one) in named.iter().enumerate() {
            let path = if one.contains("://") { feeds.fetch(number, one)? } else { PathBuf::from(one) };
            let meta = fs::metadata(&path).map_err(|error| open::unreadable(&path, &error))?;
            let before = feeds.found.len();
            if meta.is_dir() {
                feeds.folder(&path, 0, &mut 0)?;
            } else {
                feeds.file(&path)?;
            }
            if feeds.found.len() == before {
                return Err(Failure::call("no-records", format!("there are no records in `{one}`"))
                    .help("name OSV, KEV, EPSS, SSVC, CVE, CSAF or end-of-life files, or a folder of them"));
            }
        }
        Ok(feeds)
    }

    fn fetch(&mut self, number: usize, address: &str) -> Result<PathBuf, Failure> {
        let failed = |error: std::io::Error| Failure::own("not-kept", format!("a feed could not be kept: {error}"));
        if self.fetched.is_none() {
            self.fetched = Some(tempfile::tempdir().map_err(failed)?);
        }
        let folder = self.fetched.as_ref().map_or_else(PathBuf::new, |folder| folder.path().join(number.to_string()));
        // The last two parts of the address: `Rust/all.zip` is called after its ecosystem.
        let parts: Vec<&str> = address.split(['?', '#']).next().unwrap_or_default().rsplit('/').take(2).collect();
        let plain = |part: &str| -> String {
            part.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ')).take(100).collect()
        };
        let folder = folder.join(plain(parts.get(1).copied().unwrap_or_default()).trim_matches('.'));
        fs::create_dir_all(&folder).map_err(failed)?;
        let name = plain(parts.first().copied().unwrap_or_default());
        let path = folder.join(if name.trim_matches('.').is_empty() { "feed".to_owned() } else { name });
        let mut file = fs::File::create_new(&path).map_err(failed)?;
        http::fetch(address, &mut file, FETCHED).map_err(|error| Failure::own("unreachable", error.to_string()))?;
        Ok(path)
    }

    fn folder(&mut self, path: &Path, depth: usize, seen: &mut usize) -> Result<(), Failure> {
        let mut inside = fs::read_dir(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| open::unreadable(path, &error))?;
        inside.sort_by_key(fs::DirEntry::file_name);
        *seen += inside.len();
        if depth > DEPTH || *seen > FILES {
            let message = format!("`{}` has more than {FILES} files or {DEPTH} levels of folders", path.display());
            return Err(Failure::call("too-many", message));
        }
        let json = |entry: &&fs::DirEntry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".json") && entry.file_type().is_ok_and(|kind| kind.is_file())
        };
        // A folder of many records is one source, and looked at like a zip.
        if inside.iter().filter(json).count() > PROBES {
            let all = pieces(path)?;
            let loose = all.into_iter().find(|piece| piece.name == path.display().to_string());
            if let Some(piece) = loose {
                self.many(path, piece)?;
            }
            inside.retain(|entry| !json(&entry));
        }
        for entry in inside {
            // A link could lead round in a circle, or out of what the caller meant.
            let Ok(kind) = entry.file_type() else { continue };
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                self.folder(&entry.path(), depth + 1, seen)?;
            } else if kind.is_file() {
                self.file(&entry.path())?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let name = path.to_string_lossy().to_lowercase();
        if name.ends_with(".zip") {
            return match pieces(path)?.into_iter().next() {
                Some(piece) => self.many(path, piece),
                None => Ok(()),
            };
        }
        let mut start = Vec::new();
        let read = open::reader(path).map(|reader| reader.take(LOOK).read_to_end(&mut start));
        let feed = match read {
            Ok(Ok(_)) if name.ends_with(".tar.gz") || name.ends_with(".tgz") => archive(path),
            Ok(Ok(_)) => sniff(&start).or_else(|| large(path, start.len())),
            _ => None,
        };
        match feed {
            Some(Feed::Osv) => {
                // Loose files of one folder are one source.
                let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
                let name = format!("OSV {folder}").trim_end().to_owned();
                for mut piece in pieces(path)? {
                    piece.name.clone_from(&name);
                    self.found.push(Found { feed: Feed::Osv, path: path.to_owned(), piece: Some(piece) });
                }
            }
            Some(feed) => self.found.push(Found { feed, path: path.to_owned(), piece: None }),
            None => self.passed.push((path.display().to_string(), "it is no feed that is read here".to_owned())),
        }
        Ok(())
    }

    fn many(&mut self, path: &Path, mut piece: Piece) -> Result<(), Failure> {
        let mut feed = None;
        piece.each(0..piece.count.min(PROBES), |_, read| {
            feed = feed.or_else(|| read.ok().and_then(record));
        })?;
        match feed {
            Some(Feed::Osv) => {
                let all = path.file_name().is_some_and(|name| name == "all.zip");
                let called = if all { path.parent().and_then(Path::file_name) } else { path.file_name() };
                piece.name = format!("OSV {}", called.unwrap_or_default().to_string_lossy());
                self.found.push(Found { feed: Feed::Osv, path: path.to_owned(), piece: Some(piece) });
            }
            Some(feed) => self.found.push(Found { feed, path: path.to_owned(), piece: None }),
            None => {
                self.passed.push((path.display().to_string(), "its records are in no format that is read".to_owned()))
            }
        }
        Ok(())
    }

    /// Reads all of them into an index, and gives the digest of each source in its order. Of KEV and of EPSS the newest
    /// edition counts.
    pub fn read(self, today: &str) -> Result<Taken, Failure> {
        let (mut index, mut passed, mut digests) = (Index::new(), self.passed, Vec::new());
        let (mut osv, mut to_digest) = (Vec::new(), Vec::new());
        let mut editions: Vec<(Feed, String, PathBuf)> = Vec::new();
        for found in self.found {
            let path = found.path;
            let source = |index: &mut Index, name: &str| index.source(name, found.feed);
            match found.feed {
                Feed::Osv => {
                    if let Some(piece) = found.piece {
                        to_digest.push((piece.name.clone(), path));
                        osv.push(piece);
                    }
                    continue;
                }
                Feed::Kev | Feed::Epss => {
                    let mut alone = Index::new();
                    let source = alone.source("", found.feed);
                    if found.feed == Feed::Kev {
                        records::kev(&mut alone, source, &path)?;
                    } else {
                        records::epss(&mut alone, source, &path)?;
                    }
                    let newest = alone.sources().first().and_then(|source| source.newest.clone());
                    editions.push((found.feed, newest.unwrap_or_default(), path));
                    continue;
                }
                Feed::Ssvc => {
                    let source = source(&mut index, "SSVC");
                    records::ssvc(&mut index, source, &path)?;
                    digests.push(("SSVC".to_owned(), digest(&path)));
                }
                Feed::Cve => {
                    let source = source(&mut index, "CVE");
                    records::cve(&mut index, source, &path)?;
                    digests.push(("CVE".to_owned(), digest(&path)));
                }
                Feed::Csaf => {
                    let source = source(&mut index, "CSAF");
                    if path.to_string_lossy().ends_with("gz") {
                        unpack(&path, |at, bytes| match csaf::read(bytes) {
                            Ok(advisory) => index.csaf(source, &advisory),
                            Err(why) => index.skip(source, at, why),
                        })?;
                    } else {
                        records::csaf(&mut index, source, &path)?;
                    }
                    digests.push(("CSAF".to_owned(), digest(&path)));
                }
                Feed::EndOfLife => {
                    let source = source(&mut index, "end of life");
                    records::end_of_life(&mut index, source, &path)?;
                    index.as_of(today);
                    digests.push(("end of life".to_owned(), digest(&path)));
                }
            }
        }
        for feed in [Feed::Kev, Feed::Epss] {
            let mut of: Vec<_> = editions.iter().filter(|(known, ..)| *known == feed).collect();
            of.sort_by(|a, b| a.1.cmp(&b.1));
            let Some((_, _, path)) = of.pop() else { continue };
            for (_, _, older) in of {
                passed.push((older.display().to_string(), "a newer edition of it is there".to_owned()));
            }
            let name = if feed == Feed::Kev { "KEV" } else { "EPSS" };
            let source = index.source(name, feed);
            if feed == Feed::Kev {
                records::kev(&mut index, source, path)?;
            } else {
                records::epss(&mut index, source, path)?;
            }
            digests.push((name.to_owned(), digest(path)));
        }
        thread::scope(|scope| -> Result<(), Failure> {
            let digesting = scope
                .spawn(|| -> Vec<_> { to_digest.iter().map(|(name, path)| (name.clone(), digest(path))).collect() });
            read_pieces(&mut index, &osv, Index::new)?;
            digests.extend(digesting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            Ok(())
        })?;
        index.join_sources();
        let of = |name: &str| {
            let mut own = digests.iter().filter(|(known, _)| known == name).map(|(_, digest)| digest.clone());
            // Several files under one name have no one digest.
            own.next().filter(|_| own.next().is_none()).unwrap_or_default()
        };
        let digests = index.sources().iter().map(|source| of(&source.name)).collect();
        Ok(Taken { records: index, digests, passed })
    }
}

/// SHA-256 of a file; nothing for a folder.
fn digest(path: &Path) -> String {
    fs::read(path).map_or_else(|_| String::new(), |bytes| assay_bundle::digest::Sha256::of(&bytes).to_string())
}

/// What one record is.
fn record(bytes: &[u8]) -> Option<Feed> {
    let whole = osv::read(bytes).ok().filter(|record| record.modified.is_some() || !record.affected.is_empty());
    if whole.is_some() {
        return Some(Feed::Osv);
    }
    if cve::read(bytes).is_ok() {
        return Some(Feed::Cve);
    }
    if csaf::read(bytes).is_ok() {
        return Some(Feed::Csaf);
    }
    endoflife::read(bytes).is_ok().then_some(Feed::EndOfLife)
}

/// What a file is, from its beginning.
fn sniff(start: &[u8]) -> Option<Feed> {
    let text = String::from_utf8_lossy(start);
    let first = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let columns: Vec<&str> = first.split(',').map(str::trim).collect();
    if columns.contains(&"cve") && columns.contains(&"epss") {
        return Some(Feed::Epss);
    }
    if columns.contains(&"cve") && columns.contains(&"technical_impact") {
        return Some(Feed::Ssvc);
    }
    if text.contains("\"cveID\"") && text.contains("\"dateAdded\"") && !text.contains("\"$schema\"") {
        return Some(Feed::Kev);
    }
    // One record, or one a line.
    record(start).or_else(|| record(first.as_bytes()))
}

/// What a file is whose one record is longer than the beginning that was looked at.
fn large(path: &Path, looked: usize) -> Option<Feed> {
    let is_longer = looked as u64 >= LOOK;
    is_longer.then(|| open::whole(path, MAX_RECORD).ok()).flatten().and_then(|bytes| record(&bytes))
}

/// What an archive holds, from its first record.
fn archive(path: &Path) -> Option<Feed> {
    let file = fs::File::open(path).ok()?;
    let mut tar = tar::Archive::new(MultiGzDecoder::new(file).take(UNPACKED));
    for entry in tar.entries().ok()?.take(PROBES) {
        let mut bytes = Vec::new();
        let entry = entry.ok()?;
        let json = entry.path().is_ok_and(|path| path.extension().is_some_and(|end| end == "json"));
        entry.take(MAX_RECORD as u64 + 1).read_to_end(&mut bytes).ok()?;
        if json && csaf::read(&bytes).is_ok() {
            return Some(Feed::Csaf);
        }
    }
    None
}

fn unpack(path: &Path, mut each: impl FnMut(&str, &[u8])) -> Result<(), Failure> {
    let broken = |error: std::io::Error| open::unreadable(path, &error);
    let file = fs::File::open(path).map_err(broken)?;
    let mut tar = tar::Archive::new(MultiGzDecoder::new(std::io::BufReader::new(file)).take(UNPACKED));
    for (number, entry) in tar.entries().map_err(broken)?.enumerate() {
        let entry = entry.map_err(broken)?;
        if number > FILES {
            return Err(Failure::call("too-many", format!("`{}` has more than {FILES} files", path.display())));
        }
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        if !name.ends_with(".json") || !entry.header().entry_type().is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        entry.take(MAX_RECORD as u64 + 1).read_to_end(&mut bytes).map_err(broken)?;
        each(&name, &bytes);
    }
    Ok(())
}
