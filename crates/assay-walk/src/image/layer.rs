//! Lays one layer over those below it.
//!
//! A layer is an archive of what it adds. A file named `.wh.x` takes `x` away,
//! and `.wh..wh..opq` all that lower layers have in its folder (OCI's image
//! specification, "Whiteouts"). Only files that may be inventories are kept.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::Counts;
use super::blobs::Blobs;
use crate::place::{self, Database, Kind};
use crate::read::{self, LOOK};
use crate::{limits, open};

/// What is kept of a file system.
#[derive(Debug, Default)]
pub struct Tree {
    /// Files that may be inventories, by their paths.
    pub kept: BTreeMap<String, Vec<u8>>,
    /// Files that would have been kept, and why they are not.
    pub refused: BTreeMap<String, String>,
    pub passed: Counts,
    /// Entries that were seen.
    pub seen: usize,
    /// Bytes that were unpacked.
    unpacked: u64,
}

/// What one layer changes.
#[derive(Default)]
struct Changes {
    adds: BTreeMap<String, Vec<u8>>,
    /// Paths that are no longer what they were below, with all that is in them.
    gone: Vec<String>,
    /// Folders whose content below is gone.
    opaque: Vec<String>,
    refused: BTreeMap<String, String>,
}

impl Tree {
    /// Applies a layer. The error says what is wrong with it.
    pub fn lay(&mut self, blobs: &Blobs, name: &str) -> Result<(), String> {
        let (blob, length) = blobs.open(name).map_err(|e| e.to_string())?;
        let mut blob = BufReader::with_capacity(128 << 10, blob);
        let head = blob.fill_buf().map_err(|e| e.to_string())?;
        let unpacked: Box<dyn Read> = match head {
            [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(blob)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Box::new(ruzstd::decoding::StreamingDecoder::new(blob).map_err(|e| e.to_string())?)
            }
            [0xfd, b'7', b'z', ..] | [b'B', b'Z', b'h', ..] => {
                return Err("it is packed with xz or bzip2, which images do not use".to_owned());
            }
            _ => Box::new(blob),
        };
        let most = length.saturating_mul(limits::RATIO).saturating_add(64 << 20);
        let left = limits::UNPACKED.saturating_sub(self.unpacked);
        let mut meter = Meter { inner: unpacked, used: 0, most: most.min(left), of: length };
        let changes = self.changes(&mut meter)?;
        self.unpacked += meter.used;
        self.apply(changes)
    }

    fn changes(&mut self, layer: &mut Meter) -> Result<Changes, String> {
        let mut changes = Changes::default();
        let mut archive = tar::Archive::new(layer);
        for entry in archive.entries().map_err(|e| e.to_string())? {
            let mut entry = entry.map_err(|e| e.to_string())?;
            self.seen += 1;
            if self.seen > limits::ENTRIES {
                return Err(format!("the image has more than {} files", limits::ENTRIES));
            }
            let Some(path) = std::str::from_utf8(&entry.path_bytes()).ok().and_then(normal) else {
                *self
                    .passed
                    .entry("files whose names are no text, or lead out of the image".to_owned())
                    .or_default() += 1;
                continue;
            };
            // The root itself, as `./`.
            if path.is_empty() {
                continue;
            }
            let kind = entry.header().entry_type();
            let (folder, base) = path.rsplit_once('/').unwrap_or(("", &path));
            if let Some(hidden) = base.strip_prefix(".wh.") {
                if hidden == ".wh..opq" {
                    changes.opaque.push(folder.to_owned());
                } else if !hidden.starts_with(".wh.") {
                    changes.gone.push(joined(folder, hidden));
                }
                continue;
            }
            if kind.is_dir() {
                continue;
            }
            changes.gone.push(path.clone());
            changes.adds.remove(&path);
            changes.refused.remove(&path);
            let Some(why) = place::kind(&path) else { continue };
            if let Some(passed) = folder.split('/').find(|part| place::is_passed(part)) {
                if matches!(why, Kind::Named(_)) {
                    *self.passed.entry(format!("lists in folders named {passed}")).or_default() += 1;
                }
                continue;
            }
            if kind.is_hard_link() {
                // The same file under another name, of this layer or of one below.
                let target = entry.link_name_bytes().and_then(|t| std::str::from_utf8(&t).ok().and_then(normal));
                let content = target.and_then(|t| changes.adds.get(&t).or_else(|| self.kept.get(&t)).cloned());
                changes.adds.extend(content.map(|content| (path, content)));
            } else if kind.is_file() {
                let most = if why == Kind::Installed(Database::Rpm) { limits::DATABASE } else { limits::FILE };
                let length = entry.size();
                let mut first = Vec::new();
                (&mut entry).take(LOOK).read_to_end(&mut first).map_err(|e| e.to_string())?;
                if why == Kind::Perhaps && !read::is_inventory(&path, &first) {
                    continue;
                }
                if length > most {
                    let why = format!("it has {length} bytes (the limit is {most})");
                    changes.refused.insert(path, why);
                    continue;
                }
                let rest = open::read(&mut entry, length, most).map_err(|e| e.to_string())?;
                first.extend(rest);
                changes.adds.insert(path, first);
            }
        }
        Ok(changes)
    }

    /// Takes away what the layer hides, then adds what it has: the order within the layer does not matter.
    fn apply(&mut self, changes: Changes) -> Result<(), String> {
        for folder in &changes.opaque {
            self.empty(folder);
        }
        for path in &changes.gone {
            self.kept.remove(path);
            self.refused.remove(path);
            self.empty(path);
        }
        self.kept.extend(changes.adds);
        self.refused.extend(changes.refused);
        let bytes: u64 = self.kept.values().map(|bytes| bytes.len() as u64).sum();
        if bytes > limits::KEPT {
            return Err(format!("the image's lists have more than {} MiB together", limits::KEPT >> 20));
        }
        Ok(())
    }

    /// Forgets everything in a folder.
    fn empty(&mut self, folder: &str) {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = |path: &String| path.starts_with(&start);
        let kept: Vec<String> =
            self.kept.range(start.clone()..).map(|(path, _)| path).take_while(|p| within(p)).cloned().collect();
        for path in kept {
            self.kept.remove(&path);
        }
        self.refused.retain(|path, _| !within(path));
    }
}

/// A path without a beginning: no `./`, no root; empty for the root itself. None if it leads out of the image.
fn normal(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Counts what is unpacked, and stops a bomb.
struct Meter {
    inner: Box<dyn Read>,
    used: u64,
    most: u64,
    /// The packed size, for people.
    of: u64,
}

impl Read for Meter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.used += read as u64;
        if self.used > self.most {
            return Err(io::Error::other(format!(
                "its {} bytes unpack to more than {} MiB, which no real layer does; it is refused as a bomb",
                self.of,
                self.most >> 20
            )));
        }
        Ok(read)
    }
}
