//! A folder with the index that is in use.
//!
//! `current.json` names the files; it is exchanged in one step, and only when
//! all that it names is on the disk. Whatever breaks off before leaves the
//! index before in use.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::layers::{DELTAS, Layers};

/// The file that names the files in use.
pub const CURRENT: &str = "current.json";
/// Most bytes of it.
const CURRENT_BYTES: u64 = 64 << 10;

/// What is in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Current {
    /// Its generation. Only a higher one takes its place.
    pub generation: u64,
    /// Names of the index and its deltas, in order.
    pub files: Vec<String>,
    /// Their roots, in the same order.
    pub roots: Vec<String>,
    /// Where it is from.
    pub mirrors: Vec<String>,
    /// Keys whose signatures are believed, in PEM.
    pub trusted: Vec<String>,
    /// When it was last looked for a newer one, in microseconds since 1970.
    pub checked: i64,
}

/// A folder with an index.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store of a folder, which need not be there.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is in use; none if nothing ever was.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn current(&self) -> Result<Option<Current>, Error> {
        let path = self.folder.join(CURRENT);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::Unreadable { path, error }),
        };
        let mut text = Vec::new();
        if let Err(error) = file.take(CURRENT_BYTES + 1).read_to_end(&mut text) {
            return Err(Error::Unreadable { path, error });
        }
        let current: Current =
            serde_json::from_slice(&text).map_err(|error| Error::damaged(&path, &error.to_string()))?;
        let plain = |name: &String| {
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            !name.starts_with('.') && name.chars().all(good)
        };
        if current.files.len() > DELTAS + 1 || !current.files.iter().all(plain) {
            return Err(Error::damaged(&path, "it names files that no update puts there"));
        }
        Ok(Some(current))
    }

    /// The index in use; none if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub fn layers(&self) -> Result<Option<Arc<Layers>>, Error> {
        match self.current()? {
            Some(current) if !current.files.is_empty() => Layers::open(&self.paths(&current)).map(Some),
            _ => Ok(None),
        }
    }

    /// Where the files of a state lie.
    pub fn paths(&self, current: &Current) -> Vec<PathBuf> {
        current.files.iter().map(|name| self.folder.join(name)).collect()
    }

    /// Keeps other updates away, and clears what one that was killed left behind.
    ///
    /// # Errors
    ///
    /// The disk fails; [`io::ErrorKind::WouldBlock`] if another update is at work.
    pub fn lock(&self) -> io::Result<Lock> {
        Lock::on(&self.folder)
    }

    /// Makes another state the one in use. All files that it names have to be there.
    ///
    /// # Errors
    ///
    /// The disk fails; then the state before is still in use.
    pub fn swap(&self, current: &Current) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(current)?;
        whole_file(&self.folder.join(CURRENT), &text)?;
        // What no state names any more is of no use; a scan that has it open keeps it until it ends.
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = (name.ends_with(".assay") || name.ends_with(".part")) && !current.files.contains(&name);
            if ours {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// What unfinished files are called; [`whole_file`] gives them their name when they are whole.
const UNFINISHED: &str = ".assay-";

/// That nobody else changes the files of a folder. It goes with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _held: File,
}

impl Lock {
    /// Takes the lock of a folder, which is made if it is not there, and clears what a killed process left in it.
    ///
    /// # Errors
    ///
    /// The disk fails; [`io::ErrorKind::WouldBlock`] if somebody has the lock.
    pub fn on(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let held = File::options().create(true).truncate(false).write(true).open(folder.join(".lock"))?;
        held.try_lock().map_err(io::Error::from)?;
        for entry in fs::read_dir(folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { _held: held })
    }
}

/// Writes a file under its name in one step, and waits until it is on the disk.
///
/// # Errors
///
/// The disk fails. Then nothing has changed under that name.
pub fn whole_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name is on the disk only once the folder is; where that cannot be asked for, the file is still whole.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
