//! What the sequencer asks of a disk, and the folder that gives it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::folder::FolderError;
use crate::reader::TileReader;

/// File operations, with what is durable said apart: after a power cut only what was synced is
/// sure to be there. Paths are relative to the log's root, with `/` between the parts.
pub trait Disk: TileReader {
    /// Makes a file, or empties it, and writes these bytes; makes the folders above it. Not durable.
    ///
    /// # Errors
    /// As the system has it.
    fn create(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Makes the bytes of files durable; that they are there at all, only [`Disk::sync_folder`] does.
    ///
    /// # Errors
    /// As the system has it.
    fn sync_files(&mut self, paths: &[String]) -> io::Result<()>;

    /// Gives a file another name, at once and in place of what had that name; makes the folders
    /// above it. Not durable.
    ///
    /// # Errors
    /// As the system has it.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Makes durable which files are in a folder; the root is the empty path.
    ///
    /// # Errors
    /// As the system has it.
    fn sync_folder(&mut self, path: &str) -> io::Result<()>;

    /// Removes a file, and the folder of partial tiles above it if that is empty then. Not durable.
    ///
    /// # Errors
    /// As the system has it.
    fn remove(&mut self, path: &str) -> io::Result<()>;
}

/// A folder on this machine.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Held by the one writer. The lock is on the folder itself: no file of it is not of the log.
    _lock: Option<File>,
}

impl Folder {
    /// A folder to read from.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), _lock: None }
    }

    /// A folder to write to, made if it is not there, and locked until this is dropped.
    ///
    /// # Errors
    /// If it cannot be made, or another process writes it.
    pub fn lock(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let root = root.into();
        let failed = |source| FolderError::Io { path: root.display().to_string(), source };
        make_durably(&root).map_err(failed)?;
        let lock = File::open(&root).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, _lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Busy),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    fn make_parent(&self, path: &Path) -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)
    }
}

/// Makes a folder and those above it, and makes durable that they are there: a log in a folder that a
/// power cut takes away would not be durable itself.
fn make_durably(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_durably(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(above)?.sync_all(),
    }
}

impl TileReader for Folder {
    fn read(&self, path: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let path = self.at(path);
        // A link could lead out of the folder, a pipe would never end.
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file")),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let mut bytes = Vec::with_capacity(limit.min(1 << 16));
        File::open(path)?.take(limit as u64).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn list(&self, limit: usize) -> io::Result<Option<Vec<String>>> {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for child in fs::read_dir(self.at(&folder))? {
                let child = child?;
                seen += 1;
                if seen > limit {
                    return Err(io::Error::other(format!("more than {limit} files and folders")));
                }
                let name = child.file_name();
                let name = name.to_string_lossy();
                let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
                if child.file_type()?.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        Ok(Some(files))
    }
}

impl Disk for Folder {
    fn create(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.at(path);
        self.make_parent(&path)?;
        File::create(path)?.write_all(bytes)
    }

    fn sync_files(&mut self, paths: &[String]) -> io::Result<()> {
        paths.iter().try_for_each(|path| File::open(self.at(path))?.sync_all())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let to = self.at(to);
        self.make_parent(&to)?;
        fs::rename(self.at(from), to)
    }

    fn sync_folder(&mut self, path: &str) -> io::Result<()> {
        File::open(self.at(path))?.sync_all()
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        let path = self.at(path);
        fs::remove_file(&path)?;
        // Fails if the folder holds others, which is why it is asked.
        if let Some(parent) = path.parent().filter(|parent| parent.extension().is_some_and(|end| end == "p")) {
            let _ = fs::remove_dir(parent);
        }
        Ok(())
    }
}
