//! Brings a store up to date from mirrors, none of which is believed.
//!
//! The list is signed, and its generation never goes back. Each file is
//! fetched into a part that a later attempt goes on with, checked by digest,
//! unpacked within the size that was signed, and hashed section by section.
//! Only when all of it is on the disk is it put into use.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use assay_seal::{KeyError, TrustedKeys, VerifyingKey};

use crate::container::Container;
use crate::error::Error;
use crate::http::{FetchError, fetch};
use crate::layers::Layers;
use crate::mirror::{LIST, LIST_BYTES, List, Listed, unpack};
use crate::store::{Current, Store, whole_file};

/// What an update did.
#[derive(Debug)]
pub struct Updated {
    /// The generation before; none if there was no index.
    pub from: Option<u64>,
    /// The generation now.
    pub to: u64,
    /// The mirror that it is from.
    pub mirror: String,
    /// Files that were fetched: name and bytes over the line.
    pub fetched: Vec<(String, u64)>,
    /// Mirrors that gave nothing, and why.
    pub passed: Vec<(String, String)>,
}

/// Why a store stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// No mirror gave anything.
    #[error("no mirror gave an index: {}", reasons(.0))]
    NoMirror(Vec<(String, String)>),
    /// A mirror gave something that is not to be believed, and no other gave anything better.
    #[error("refused: {}", reasons(.0))]
    Refused(Vec<(String, String)>),
    /// No key is trusted, or a key is none.
    #[error("a key that is to be trusted cannot be read: {0}")]
    Key(#[from] KeyError),
    /// What is in use cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// Somebody else is updating the same index.
    #[error("another update is at work in `{0}`")]
    Busy(PathBuf),
    /// The disk.
    #[error("the index cannot be kept: {0}")]
    Disk(#[from] io::Error),
}

fn reasons(all: &[(String, String)]) -> String {
    let all: Vec<String> = all.iter().map(|(mirror, why)| format!("{mirror}: {why}")).collect();
    if all.is_empty() { "none is named".to_owned() } else { all.join("; ") }
}

enum Passed {
    Unreachable(String),
    Refused(String),
    Disk(io::Error),
}

impl From<FetchError> for Passed {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Kept(error) => Self::Disk(error),
            FetchError::TooLong { .. } => Self::Refused(error.to_string()),
            other => Self::Unreachable(other.to_string()),
        }
    }
}

impl From<io::Error> for Passed {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<Error> for Passed {
    fn from(error: Error) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Looks at each mirror in turn, until one has what can be believed. Mirrors and keys that are named are remembered for
/// the next time.
///
/// # Errors
///
/// No mirror has anything that can be believed; then the store is as it was.
pub fn update(store: &Store, mirrors: &[String], trusted: &[String], now: i64) -> Result<Updated, UpdateError> {
    let _lock = store.lock().map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => UpdateError::Busy(store.folder().to_owned()),
        _ => error.into(),
    })?;
    let mut current = store.current()?.unwrap_or_default();
    if !mirrors.is_empty() {
        current.mirrors = mirrors.to_vec();
    }
    if !trusted.is_empty() {
        current.trusted = trusted.to_vec();
    }
    let keys = current.trusted.iter().map(|pem| VerifyingKey::from_pem(pem)).collect::<Result<Vec<_>, _>>()?;
    let keys: TrustedKeys = keys.into_iter().collect();
    let (mut passed, mut refused) = (Vec::new(), false);
    for mirror in current.mirrors.clone() {
        let mut work = Work { store, mirror: mirror.trim_end_matches('/').to_owned(), fetched: Vec::new() };
        match work.attempt(&current, &keys, now) {
            Ok(next) => {
                store.swap(&next)?;
                let from = Some(current.generation).filter(|_| !current.files.is_empty());
                return Ok(Updated { from, to: next.generation, mirror, fetched: work.fetched, passed });
            }
            Err(Passed::Disk(error)) => return Err(error.into()),
            Err(Passed::Unreachable(why)) => passed.push((mirror, why)),
            Err(Passed::Refused(why)) => {
                refused = true;
                passed.push((mirror, why));
            }
        }
    }
    Err(if refused { UpdateError::Refused(passed) } else { UpdateError::NoMirror(passed) })
}

struct Work<'a> {
    store: &'a Store,
    mirror: String,
    fetched: Vec<(String, u64)>,
}

impl Work<'_> {
    fn attempt(&mut self, current: &Current, keys: &TrustedKeys, now: i64) -> Result<Current, Passed> {
        let mut text = tempfile::tempfile_in(self.store.folder())?;
        fetch(&format!("{}/{LIST}", self.mirror), &mut text, LIST_BYTES)?;
        let mut bytes = Vec::new();
        text.seek(SeekFrom::Start(0))?;
        text.read_to_end(&mut bytes)?;
        let list = List::read(&bytes, keys).map_err(|error| Passed::Refused(error.to_string()))?;
        if list.generation < current.generation {
            let (old, new) = (list.generation, current.generation);
            return Err(Passed::Refused(format!("it has generation {old}, and {new} is in use here already")));
        }
        let roots: Vec<String> = list.files.iter().map(|file| file.root.clone()).collect();
        if list.generation == current.generation && !current.roots.is_empty() && roots != current.roots {
            return Err(Passed::Refused("it has another index of the same generation".to_owned()));
        }
        let (mut files, mut before) = (Vec::new(), Vec::new());
        for file in &list.files {
            let name = self.file(file, &before)?;
            before.push(Container::open(&self.store.folder().join(&name))?);
            files.push(name);
        }
        let next = Current { generation: list.generation, files, roots, checked: now, ..current.clone() };
        // All together, as a scan will open them.
        Layers::open(&self.store.paths(&next))?;
        Ok(next)
    }

    /// A file of the list in the store, fetched if it is not there.
    fn file(&mut self, listed: &Listed, before: &[Container]) -> Result<String, Passed> {
        let name = format!("{}.assay", listed.root);
        let path = self.store.folder().join(&name);
        // Hashed as what comes over the line is: a disk that lost a block is mended by this.
        let whole = |known: Container| known.root().to_string() == listed.root && known.verify().is_ok();
        if Container::open(&path).is_ok_and(whole) {
            return Ok(name);
        }
        let part = self.store.folder().join(format!("{}.part", listed.sha256));
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&part)?;
        let mut container = None;
        // A part that another server began may not fit; it is begun anew, once.
        for _ in 0..2 {
            let came = fetch(&format!("{}/{}", self.mirror, listed.name), &mut file, listed.packed)?;
            self.fetched.push((listed.name.clone(), came));
            match read_all(&mut file).map(|packed| unpack(&path, &packed, listed, before))? {
                Ok(good) => {
                    container = Some(good);
                    break;
                }
                Err(_) => file.set_len(0)?,
            }
        }
        let Some(container) = container else {
            return Err(Passed::Refused(format!("`{}` is not the file that the signed list names", listed.name)));
        };
        whole_file(&path, &container.into_bytes())?;
        fs::remove_file(&part)?;
        Ok(name)
    }
}

fn read_all(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
