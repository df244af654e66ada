//! A folder that is there whole or not at all: it is written under another
//! name beside its place, and moved there when it is complete.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sqlite::fault::file;
use crate::sqlite::place::{make_private, sync_folder};
use crate::store::StoreError;

/// A folder on its way. Dropped before it is finished, it is taken away.
pub struct Draft {
    target: PathBuf,
    dir: PathBuf,
}

impl Draft {
    /// Begins a folder that will stand at `target`, where nothing is yet, or an empty folder.
    pub fn begin(target: &Path) -> Result<Self, StoreError> {
        const WHAT: &str = "looking at the place to write to";
        match fs::read_dir(target) {
            Ok(mut there) => {
                if there.next().is_some() {
                    return Err(StoreError::NotEmpty(target.display().to_string()));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Err(StoreError::NotEmpty(target.display().to_string()));
            }
            Err(error) => return Err(file(WHAT)(error)),
        }
        let mut name = target.file_name().unwrap_or("store".as_ref()).to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let dir = target.with_file_name(name);
        make_private(&dir)?;
        Ok(Self { target: target.to_owned(), dir })
    }

    /// Where it is written.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Moves it to its place, on the disk.
    pub fn finish(mut self) -> Result<(), StoreError> {
        sync_tree(&self.dir)?;
        fs::rename(&self.dir, &self.target).map_err(file("moving what was written to its place"))?;
        self.dir = PathBuf::new();
        sync_folder(match self.target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.dir.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// Syncs a folder and every folder in it. Files are synced by whoever writes them.
fn sync_tree(dir: &Path) -> Result<(), StoreError> {
    const WHAT: &str = "writing a folder to the disk";
    for entry in fs::read_dir(dir).map_err(file(WHAT))? {
        let entry = entry.map_err(file(WHAT))?;
        if entry.file_type().map_err(file(WHAT))?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_folder(dir)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_is_left_of_what_was_not_finished() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("there");
        let draft = Draft::begin(&target).unwrap();
        fs::write(draft.dir().join("file"), "x").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);

        let draft = Draft::begin(&target).unwrap();
        fs::write(draft.dir().join("file"), "x").unwrap();
        draft.finish().unwrap();
        assert_eq!(fs::read(target.join("file")).unwrap(), b"x");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert!(matches!(Draft::begin(&target), Err(StoreError::NotEmpty(_))));
        assert!(matches!(Draft::begin(&target.join("file")), Err(StoreError::NotEmpty(_))));
    }
}
