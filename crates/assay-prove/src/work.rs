//! A folder for one proof, under the cache, gone with it. What a killed runner
//! leaves behind its sweeper removes, or else the next proof.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::sweeper::Sweeper;

/// A folder of this process alone. Removed when dropped.
#[derive(Debug)]
pub struct Work {
    path: PathBuf,
    // Held for as long as the folder is in use: a lock tells a living owner from a dead one.
    _lock: File,
    // Dropped after the folder was removed; removes it itself when there is no such moment.
    _sweeper: Option<Sweeper>,
}

impl Work {
    /// Makes a folder under `<cache>/work`, after removing those whose owner is gone.
    ///
    /// # Errors
    ///
    /// The cache cannot be written.
    pub fn new(cache: &Path) -> io::Result<Self> {
        let parent = cache.join("work");
        fs::create_dir_all(&parent)?;
        sweep(&parent);
        let folder = tempfile::Builder::new().prefix("proof-").tempdir_in(&parent)?.keep();
        // Under its name only when it is held: another process sweeps what it can lock.
        let (begun, name) = (folder.join("lock.new"), folder.join("lock"));
        let lock = File::create(&begun)?;
        lock.try_lock().map_err(|error| io::Error::other(error.to_string()))?;
        fs::rename(&begun, &name)?;
        let sweeper = Sweeper::watch(&folder);
        Ok(Self { path: folder, _lock: lock, _sweeper: sweeper })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether programs in it can be run: builds are kept here, and read-only mounts inherit `noexec`.
    #[must_use]
    pub fn runs_programs(&self) -> bool {
        use rustix::fs::{StatVfsMountFlags, statvfs};
        statvfs(&self.path).map_or(true, |on| !on.f_flag.contains(StatVfsMountFlags::NOEXEC))
    }

    /// A new empty folder in it, readable for the sandbox's user.
    ///
    /// # Errors
    ///
    /// The disk is full, or the name is taken.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
        fs::create_dir(&path)?;
        open_to_all(&path)?;
        Ok(path)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// As root, programs run as a user who owns nothing: what they read is readable for all.
fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Writes a file that the sandbox's user can read, making its folders.
///
/// # Errors
///
/// The disk is full, or something of another kind lies there.
pub fn write_readable(root: &Path, relative: &str, content: &[u8], executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut folder = root.to_path_buf();
    let (parents, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        folder.push(part);
        if !folder.is_dir() {
            fs::create_dir(&folder)?;
            open_to_all(&folder)?;
        }
    }
    let path = folder.join(name);
    fs::write(&path, content)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
}

fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        // A folder without a lock yet belongs to a process between two lines of `new`.
        let Ok(lock) = File::open(path.join("lock")) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_goes_with_its_owner_and_a_dead_owners_folder_is_swept() {
        let cache = tempfile::tempdir().unwrap();
        let dead = cache.path().join("work/proof-dead");
        fs::create_dir_all(&dead).unwrap();
        fs::write(dead.join("lock"), b"").unwrap();
        let first = Work::new(cache.path()).unwrap();
        assert!(!dead.exists());
        let second = Work::new(cache.path()).unwrap();
        assert!(first.path().exists(), "a living owner keeps its folder");
        let gone = first.path().to_path_buf();
        drop(first);
        assert!(!gone.exists() && second.path().exists());
    }
}
