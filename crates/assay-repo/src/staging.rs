//! A folder that changes all at once.
//!
//! The next state is built beside the folder, written to the disk, and then
//! the two change places in one step of the kernel. Whoever reads the folder
//! sees the old state or the new one; so does whoever comes after a power cut.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// The next state of a folder, which nobody sees before [`Staging::commit`].
#[derive(Debug)]
pub(crate) struct Staging {
    target: PathBuf,
    next: PathBuf,
    parent: PathBuf,
    /// Held as long as this lives: one writer at a time.
    lock: File,
}

/// Why a folder cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// The path cannot be a folder that is exchanged.
    #[error("`{0}` has no name and no parent folder: name a folder inside another one")]
    NoName(PathBuf),
    /// Somebody else is writing.
    #[error("another process is changing `{0}`; wait until it is done")]
    Busy(PathBuf),
    /// The disk.
    #[error("`{path}`: {error}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What happened.
        error: io::Error,
    },
    /// The file system cannot do it in one step.
    #[error(
        "the file system of `{path}` cannot exchange two folders ({error}); use a folder on a local disk and copy it"
    )]
    NoExchange {
        /// The folder.
        path: PathBuf,
        /// What the kernel said.
        error: io::Error,
    },
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> StagingError + '_ {
    move |error| StagingError::Io { path: path.to_owned(), error }
}

impl Staging {
    /// Begins the next state of `target`, empty. What an interrupted writer left behind is cleared away.
    pub(crate) fn begin(target: &Path) -> Result<Self, StagingError> {
        // A link to the folder stays; what it leads to is exchanged.
        let target = &match fs::canonicalize(target) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => target.to_owned(),
            Err(error) => return Err(io_at(target)(error)),
        };
        if target.exists() && !target.is_dir() {
            return Err(io_at(target)(io::ErrorKind::NotADirectory.into()));
        }
        let no_name = || StagingError::NoName(target.to_owned());
        let name = target.file_name().ok_or_else(no_name)?.to_string_lossy().into_owned();
        let parent = target.parent().ok_or_else(no_name)?;
        let parent = if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() };
        fs::create_dir_all(&parent).map_err(io_at(&parent))?;
        let lock_path = parent.join(format!(".{name}.assay-lock"));
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(io_at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StagingError::Busy(target.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io_at(&lock_path)(error)),
        }
        let next = parent.join(format!(".{name}.assay-next"));
        clear(&next)?;
        DirBuilder::new().mode(0o755).create(&next).map_err(io_at(&next))?;
        Ok(Self { target: target.to_owned(), next, parent, lock })
    }

    /// The folder as it is now.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The folder of the next state, as far as it is filled.
    pub(crate) fn next(&self) -> &Path {
        &self.next
    }

    /// Puts a file into the next state.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), StagingError> {
        let full = self.room_for(path)?;
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o644).open(&full)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(io_at(&full))
    }

    /// Takes a file of the old state over as it is; its content was checked. Nobody writes into a file of a release
    /// folder, so both states can share it.
    pub(crate) fn keep(&self, path: &str) -> Result<(), StagingError> {
        let (old, full) = (self.target.join(path), self.room_for(path)?);
        match fs::hard_link(&old, &full) {
            Ok(()) => Ok(()),
            // Not every file system has links.
            Err(_) => self.write(path, &fs::read(&old).map_err(io_at(&old))?),
        }
    }

    fn room_for(&self, path: &str) -> Result<PathBuf, StagingError> {
        let full = self.next.join(path);
        if let Some(folder) = full.parent() {
            DirBuilder::new().recursive(true).mode(0o755).create(folder).map_err(io_at(folder))?;
        }
        Ok(full)
    }

    /// Makes the next state the folder, in one step, after all of it is on the disk.
    pub(crate) fn commit(self) -> Result<(), StagingError> {
        sync_folders(&self.next)?;
        let exchanged = match fs::symlink_metadata(&self.target) {
            Ok(_) => {
                renameat_with(CWD, &self.next, CWD, &self.target, RenameFlags::EXCHANGE)
                    .map_err(|error| StagingError::NoExchange { path: self.target.clone(), error: error.into() })?;
                true
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Not over something that came meanwhile.
                renameat_with(CWD, &self.next, CWD, &self.target, RenameFlags::NOREPLACE)
                    .map_err(|error| io_at(&self.target)(error.into()))?;
                false
            }
            Err(error) => return Err(io_at(&self.target)(error)),
        };
        File::open(&self.parent).and_then(|parent| parent.sync_all()).map_err(io_at(&self.parent))?;
        if exchanged {
            // The old state; the new one is in place, so a failure here is no failure of the change. The next
            // writer tries again.
            let _ = clear(&self.next);
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What was not committed is nothing. The next writer clears what is left here.
        let _ = clear(&self.next);
        // Closing alone may come late: whoever looks at this process's files at this moment holds it open.
        let _ = self.lock.unlock();
    }
}

fn clear(path: &Path) -> Result<(), StagingError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(path)(error)),
        _ => Ok(()),
    }
}

/// Names are on the disk only once their folder is.
fn sync_folders(folder: &Path) -> Result<(), StagingError> {
    for item in fs::read_dir(folder).map_err(io_at(folder))? {
        let item = item.map_err(io_at(folder))?;
        if item.file_type().map_err(io_at(folder))?.is_dir() {
            sync_folders(&item.path())?;
        }
    }
    File::open(folder).and_then(|open| open.sync_all()).map_err(io_at(folder))
}
