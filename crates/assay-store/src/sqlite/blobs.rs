//! Sealed blobs as files. A name is a random id and says nothing; a file
//! appears whole, under its name, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::event::BlobId;
use crate::limits;
use crate::sqlite::fault::{file, within};
use crate::sqlite::place::{make_private, sync_folder};
use crate::store::StoreError;

/// Where a blob is written before it has its name.
const INCOMING: &str = "incoming";

/// The folder of blobs.
pub struct Blobs {
    root: PathBuf,
    durable: bool,
}

impl Blobs {
    /// The folder, made if need be. What a dead process left half written is taken away.
    pub fn open(root: PathBuf, durable: bool) -> Result<Self, StoreError> {
        let blobs = Self { root, durable };
        blobs.folder(&blobs.root)?;
        blobs.folder(&blobs.root.join(INCOMING))?;
        blobs.sweep()?;
        Ok(blobs)
    }

    /// Keeps a blob. The same bytes again are kept already; other bytes under the same id are refused.
    pub fn put(&self, id: BlobId, sealed: &[u8]) -> Result<(), StoreError> {
        within("a blob", sealed.len(), limits::BLOB)?;
        let path = self.path(id);
        let folder = path.parent().unwrap_or(&self.root);
        self.folder(folder)?;
        let incoming = self.root.join(INCOMING).join(id.to_string());
        let mut draft = self.draft(&incoming)?;
        let kept = draft
            .write_all(sealed)
            .and_then(|()| if self.durable { draft.sync_all() } else { Ok(()) })
            .and_then(|()| Ok(renameat_with(CWD, &incoming, CWD, &path, RenameFlags::NOREPLACE)?));
        if let Err(error) = kept {
            let _ = fs::remove_file(&incoming);
            if error.kind() != ErrorKind::AlreadyExists {
                return Err(file("keeping a blob")(error));
            }
            if self.get(id)?.as_deref() != Some(sealed) {
                return Err(StoreError::OutOfOrder(format!("the blob {id} is kept with other bytes")));
            }
        }
        self.sync(folder)
    }

    /// A file that nobody sweeps away while it is written: its lock goes with the process.
    fn draft(&self, path: &Path) -> Result<File, StoreError> {
        const WHAT: &str = "making room for a blob";
        let draft = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
        let draft = draft.map_err(file(WHAT))?;
        if draft.try_lock().is_err() {
            return Err(StoreError::Busy { seconds: 1 });
        }
        // Whoever held the lock before may have moved the file to its place: then this is that blob, not a draft.
        match fs::metadata(path) {
            Ok(there) if same(&there, &draft.metadata().map_err(file(WHAT))?) => {}
            _ => return Err(StoreError::Busy { seconds: 1 }),
        }
        draft.set_len(0).map_err(file(WHAT))?;
        Ok(draft)
    }

    /// The sealed bytes.
    pub fn get(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        const WHAT: &str = "reading a blob";
        let blob = match File::open(self.path(id)) {
            Ok(blob) => blob,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file(WHAT)(error)),
        };
        let mut sealed = Vec::new();
        blob.take(limits::BLOB as u64 + 1).read_to_end(&mut sealed).map_err(file(WHAT))?;
        if sealed.len() > limits::BLOB {
            return Err(StoreError::Corrupt(format!("the blob {id} is longer than any that was kept")));
        }
        Ok(Some(sealed))
    }

    /// Deletes a blob.
    pub fn drop(&self, id: BlobId) -> Result<(), StoreError> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Ok(()) => self.sync(path.parent().unwrap_or(&self.root)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(file("deleting a blob")(error)),
        }
    }

    /// Blobs in the order of their ids.
    pub fn list(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobId>, StoreError> {
        let limit = limit.min(limits::ANSWER);
        let mut found = Vec::new();
        for folder in names(&self.root)? {
            if folder == INCOMING || after.is_some_and(|after| folder < fan(after)) {
                continue;
            }
            if found.len() >= limit {
                break;
            }
            for name in names(&self.root.join(&folder))? {
                let id: BlobId = name.parse().map_err(|_| {
                    StoreError::Corrupt(format!("the folder {BLOBS}/{folder} holds a file that is no blob"))
                })?;
                if after.is_none_or(|after| id > after) {
                    found.push(id);
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Where a blob lies, or would.
    pub fn path(&self, id: BlobId) -> PathBuf {
        self.root.join(fan(id)).join(id.to_string())
    }

    fn sweep(&self) -> Result<(), StoreError> {
        let incoming = self.root.join(INCOMING);
        for name in names(&incoming)? {
            let path = incoming.join(name);
            if let Ok(draft) = File::open(&path)
                && draft.try_lock().is_ok()
            {
                let _ = fs::remove_file(&path);
            }
        }
        Ok(())
    }

    fn folder(&self, folder: &Path) -> Result<(), StoreError> {
        if folder.is_dir() {
            return Ok(());
        }
        match make_private(folder) {
            Err(StoreError::Broken { .. }) if folder.is_dir() => {}
            made => made?,
        }
        self.sync(folder.parent().unwrap_or(&self.root))
    }

    fn sync(&self, folder: &Path) -> Result<(), StoreError> {
        if self.durable { sync_folder(folder) } else { Ok(()) }
    }
}

const BLOBS: &str = crate::sqlite::place::BLOBS;

fn same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// The folder of an id: 256 of them, in the order of the ids.
pub fn fan(id: BlobId) -> String {
    id.to_string().chars().skip(BlobId::PREFIX.len() + 1).take(2).collect()
}

/// What a folder holds, in order.
fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    const WHAT: &str = "reading the folder of blobs";
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(file(WHAT))? {
        found.push(entry.map_err(file(WHAT))?.file_name().to_string_lossy().into_owned());
    }
    found.sort();
    Ok(found)
}
