//! The files of an image by their names: in an archive by their places, in a
//! folder by their paths.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::{WalkError, limits, open};

/// Where an image's files are.
pub struct Blobs {
    path: PathBuf,
    /// The places of an archive's files; none for a folder.
    places: Option<BTreeMap<String, Place>>,
}

enum Place {
    At {
        offset: u64,
        length: u64,
    },
    /// Another name of the same file: older versions of Docker link layers that two images share.
    Link(String),
}

impl Blobs {
    /// An OCI layout.
    pub fn layout(path: &Path) -> Self {
        Self { path: path.to_owned(), places: None }
    }

    /// An archive. Its files are looked up by their places, so it must not be packed as a whole.
    pub fn archive(path: &Path) -> Result<Self, WalkError> {
        let shown = path.display().to_string();
        let unreadable = |why| WalkError::Unreadable { path: shown.clone(), why };
        let broken = |why: &str| WalkError::Broken { path: shown.clone(), why: why.to_owned() };
        let file = File::open(path).map_err(unreadable)?;
        let mut head = [0; 4];
        let mut peek = &file;
        let read = peek.read(&mut head).map_err(unreadable)?;
        peek.rewind().map_err(unreadable)?;
        let head = head.get(..read).unwrap_or_default();
        if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            return Err(broken(
                "the archive is packed as a whole; unpack it first (gunzip, unzstd), and read the .tar",
            ));
        }
        let mut archive = tar::Archive::new(file);
        let mut places = BTreeMap::new();
        for entry in archive.entries_with_seek().map_err(unreadable)? {
            let entry = entry.map_err(|_| broken("it is no tar archive, or a damaged one"))?;
            if places.len() >= limits::BLOBS {
                let what = "the archive holds too many files to be an image".to_owned();
                return Err(WalkError::TooMuch { path: shown, what, limit: limits::BLOBS as u64 });
            }
            let Ok(name) = String::from_utf8(entry.path_bytes().into_owned()) else { continue };
            let name = name.trim_start_matches("./").to_owned();
            match entry.header().entry_type() {
                tar::EntryType::Regular | tar::EntryType::Continuous => {
                    let place = Place::At { offset: entry.raw_file_position(), length: entry.size() };
                    places.insert(name, place);
                }
                tar::EntryType::Symlink | tar::EntryType::Link => {
                    let target = entry.link_name_bytes().and_then(|t| String::from_utf8(t.into_owned()).ok());
                    let Some(target) = target else { continue };
                    let is_hard = entry.header().entry_type() == tar::EntryType::Link;
                    places.insert(name.clone(), Place::Link(if is_hard { target } else { beside(&name, &target) }));
                }
                _ => {}
            }
        }
        Ok(Self { path: path.to_owned(), places: Some(places) })
    }

    /// Whether a file is there.
    pub fn has(&self, name: &str) -> bool {
        match &self.places {
            Some(places) => places.contains_key(name),
            None => safe(name) && self.path.join(name).is_file(),
        }
    }

    /// A file to read, and its length.
    pub fn open(&self, name: &str) -> io::Result<(Box<dyn Read>, u64)> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("`{name}` is not in the image"));
        let Some(places) = &self.places else {
            if !safe(name) {
                return Err(missing());
            }
            let file = open::plain(&self.path.join(name))?;
            let length = file.metadata()?.len();
            return Ok((Box::new(file), length));
        };
        let mut place = places.get(name);
        // A link names a file, not another link of a long chain.
        for _ in 0..8 {
            match place {
                Some(Place::Link(target)) => place = places.get(target),
                Some(Place::At { offset, length }) => {
                    let mut file = File::open(&self.path)?;
                    file.seek(SeekFrom::Start(*offset))?;
                    return Ok((Box::new(file.take(*length)), *length));
                }
                None => break,
            }
        }
        Err(missing())
    }

    /// The bytes of a small file.
    pub fn small(&self, name: &str) -> Result<Vec<u8>, String> {
        let (reader, length) = self.open(name).map_err(|e| e.to_string())?;
        open::read(reader, length, limits::MANIFEST).map_err(|e| format!("{name}: {e}"))
    }
}

/// A relative link's target, from the archive's root: `a/layer.tar` linking to `../b/layer.tar` is `b/layer.tar`.
fn beside(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a name leads nowhere but into the folder.
fn safe(name: &str) -> bool {
    !name.is_empty() && name.split('/').all(|part| !matches!(part, "" | "." | "..")) && !name.contains('\0')
}
