//! Backups: a copy taken while the store is in use, and a store made of one.
//!
//! A backup has two parts, each with its own list of digests, so that they
//! can be kept apart: `contents` (events, views, blobs: all sealed) and
//! `wraps` (who can open what, under a master key that is in neither). A
//! shredded key is shredded in contents too: older wraps do not bring it back.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::draft::Draft;
use crate::event::BlobId;
use crate::hex;
use crate::sqlite::Sqlite;
use crate::sqlite::fault::file;
use crate::sqlite::place::{BLOBS, EVENTS, WRAPS, make_private};
use crate::store::{Store as _, StoreError};

/// The part with events, views and blobs.
pub const CONTENTS_PART: &str = "contents";
/// The part with the wraps.
pub const WRAPS_PART: &str = "wraps";

const LIST: &str = "backup.json";
const FORM: &str = "assay-backup/1";
/// A list of two million blobs.
const MAX_LIST: u64 = 512 << 20;

/// What a part of a backup holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    form: String,
    part: String,
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    bytes: u64,
    #[serde(with = "hex")]
    sha256: [u8; 32],
}

/// Copies one consistent state of a store into a new folder, while others go on using it.
///
/// # Errors
/// [`StoreError::NotEmpty`] if something is there already. Whatever fails, nothing is left there.
pub fn backup(store: &Sqlite, into: &Path) -> Result<(), StoreError> {
    let draft = Draft::begin(into)?;
    // Events first: a blob and a wrap are kept before the event that speaks of them, so both copies hold what the
    // copied events need.
    let contents = draft.dir().join(CONTENTS_PART);
    make_private(&contents)?;
    let mut files = BTreeMap::new();
    files.insert(EVENTS.to_owned(), copy_database(store, EVENTS, &contents)?);
    make_private(&contents.join(BLOBS))?;
    let mut after = None;
    loop {
        let ids = store.blobs(after, 1000)?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        for id in ids {
            let from = store.blob_path(id);
            let name = blob_name(id);
            let Ok(source) = File::open(&from) else { continue };
            files.insert(name.clone(), copy_file(source, &contents.join(&name))?);
        }
    }
    write_list(&contents, CONTENTS_PART, files)?;

    let wraps = draft.dir().join(WRAPS_PART);
    make_private(&wraps)?;
    let entry = copy_database(store, WRAPS, &wraps)?;
    write_list(&wraps, WRAPS_PART, BTreeMap::from([(WRAPS.to_owned(), entry)]))?;
    draft.finish()
}

/// Makes a store of a backup. See [`restore_parts`].
///
/// # Errors
/// As there.
pub fn restore(from: &Path, into: &Path) -> Result<(), StoreError> {
    restore_parts(&from.join(CONTENTS_PART), &from.join(WRAPS_PART), into)
}

/// Makes a store of the two parts of a backup, which may be of different days: what was shredded when `contents` was
/// copied stays shredded.
///
/// # Errors
/// [`StoreError::NotEmpty`] if something is at `into`; [`StoreError::Corrupt`] if a file is not the one that was
/// copied. Whatever fails, nothing is left there.
pub fn restore_parts(contents: &Path, wraps: &Path, into: &Path) -> Result<(), StoreError> {
    let draft = Draft::begin(into)?;
    take_part(contents, CONTENTS_PART, draft.dir())?;
    take_part(wraps, WRAPS_PART, draft.dir())?;
    let store = Sqlite::open(draft.dir())?;
    store.check()?;
    drop(store);
    draft.finish()
}

fn take_part(from: &Path, part: &str, into: &Path) -> Result<(), StoreError> {
    let list = read_list(from, part)?;
    for (name, entry) in &list.files {
        if !belongs(part, name) {
            return Err(StoreError::Corrupt(format!("the backup's list names `{}`", shorten(name))));
        }
        let source = File::open(from.join(name)).map_err(file("reading the backup"))?;
        if !source.metadata().map_err(file("reading the backup"))?.is_file() {
            return Err(StoreError::Corrupt(format!("{name} in the backup is no file")));
        }
        // Never more than the list says: a file that grows without end fills no disk.
        let found = copy_file(source.take(entry.bytes.saturating_add(1)), &into.join(name))?;
        if found != *entry {
            return Err(StoreError::Corrupt(format!("{name} in the backup is not the file that was copied")));
        }
    }
    let database = if part == CONTENTS_PART { EVENTS } else { WRAPS };
    if list.files.contains_key(database) {
        Ok(())
    } else {
        Err(StoreError::Corrupt(format!("the backup's list names no {database}")))
    }
}

/// Whether a list may name this file. Nothing else is ever opened: a list from outside leads nowhere.
fn belongs(part: &str, name: &str) -> bool {
    let blob = || name.rsplit('/').next().and_then(|id| id.parse::<BlobId>().ok()).map(blob_name);
    match part {
        CONTENTS_PART => name == EVENTS || blob().as_deref() == Some(name),
        _ => name == WRAPS,
    }
}

fn blob_name(id: BlobId) -> String {
    format!("{BLOBS}/{}/{id}", crate::sqlite::fan(id))
}

fn copy_database(store: &Sqlite, name: &str, part: &Path) -> Result<Entry, StoreError> {
    const WHAT: &str = "copying a database";
    let path = part.join(name);
    let copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(file(WHAT))?;
    store.copy(name, &path)?;
    copy.sync_all().map_err(file(WHAT))?;
    digest(File::open(&path).map_err(file(WHAT))?, |_| Ok(())).map_err(file(WHAT))
}

/// Copies a file, on the disk, and says what it held.
fn copy_file(source: impl Read, into: &Path) -> Result<Entry, StoreError> {
    const WHAT: &str = "copying a file";
    for folder in into.ancestors().skip(1).take(2).collect::<Vec<_>>().into_iter().rev() {
        if !folder.is_dir() {
            make_private(folder)?;
        }
    }
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(into).map_err(file(WHAT))?;
    let entry = digest(source, |bytes| copy.write_all(bytes)).map_err(file(WHAT))?;
    copy.sync_all().map_err(file(WHAT))?;
    Ok(entry)
}

fn digest(mut source: impl Read, mut also: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<Entry> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok(Entry { bytes, sha256: hash.finalize().into() });
        }
        let read = &buffer[..read];
        hash.update(read);
        also(read)?;
        bytes += read.len() as u64;
    }
}

fn write_list(dir: &Path, part: &str, files: BTreeMap<String, Entry>) -> Result<(), StoreError> {
    const WHAT: &str = "writing the backup's list";
    let list = List { form: FORM.into(), part: part.into(), files };
    let text =
        serde_json::to_vec_pretty(&list).map_err(|error| StoreError::Broken { what: WHAT, error: Box::new(error) })?;
    copy_file(text.as_slice(), &dir.join(LIST)).map(|_| ())
}

fn read_list(dir: &Path, part: &str) -> Result<List, StoreError> {
    const WHAT: &str = "reading the backup's list";
    let path = dir.join(LIST);
    let size = fs::metadata(&path).map_err(file(WHAT))?.len();
    if size > MAX_LIST {
        return Err(StoreError::TooLarge { what: "a backup's list", size, limit: MAX_LIST });
    }
    let mut text = Vec::new();
    File::open(&path).and_then(|list| list.take(MAX_LIST).read_to_end(&mut text)).map_err(file(WHAT))?;
    let list: List = serde_json::from_slice(&text)
        .map_err(|error| StoreError::Corrupt(format!("{} is no list of a backup: {error}", path.display())))?;
    if list.form != FORM || list.part != part {
        return Err(StoreError::Corrupt(format!(
            "{} is of form `{}` and part `{}`; {FORM} and {part} were expected",
            path.display(),
            shorten(&list.form),
            shorten(&list.part)
        )));
    }
    Ok(list)
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}
