//! The files a patch touches, in memory until every hunk has found its place.
//!
//! Every path is walked segment by segment: a link anywhere on the way is
//! refused, so that neither a read nor a write leaves the tree.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::PatchError;
use super::{MAX_FILE, MAX_TOTAL};

struct Entry {
    /// `None`: does not exist.
    content: Option<Vec<u8>>,
    executable: bool,
    changed: bool,
}

/// A tree on disk with changes on top of it.
pub(super) struct Tree<'a> {
    root: &'a Path,
    entries: BTreeMap<PathBuf, Entry>,
    total: u64,
}

impl<'a> Tree<'a> {
    pub fn new(root: &'a Path) -> Self {
        Self { root, entries: BTreeMap::new(), total: 0 }
    }

    /// The file's content, or `None` if there is no such file.
    pub fn read(&mut self, path: &Path, line: usize) -> Result<Option<Vec<u8>>, PatchError> {
        if !self.entries.contains_key(path) {
            let entry = self.load(path, line)?;
            self.count(entry.content.as_ref())?;
            self.entries.insert(path.to_owned(), entry);
        }
        Ok(self.entries.get(path).and_then(|e| e.content.clone()))
    }

    /// Whether a file that was read can be executed.
    pub fn is_executable(&self, path: &Path) -> bool {
        self.entries.get(path).is_some_and(|e| e.executable)
    }

    /// Replaces or removes a file, in memory.
    pub fn put(&mut self, path: &Path, content: Option<Vec<u8>>, executable: bool) -> Result<(), PatchError> {
        self.count(content.as_ref())?;
        self.entries.insert(path.to_owned(), Entry { content, executable, changed: true });
        Ok(())
    }

    fn count(&mut self, content: Option<&Vec<u8>>) -> Result<(), PatchError> {
        self.total = self.total.saturating_add(content.map_or(0, |c| c.len() as u64));
        if self.total > MAX_TOTAL {
            return Err(PatchError::TooLarge { what: "files that are too long together", limit: MAX_TOTAL });
        }
        Ok(())
    }

    fn load(&self, path: &Path, line: usize) -> Result<Entry, PatchError> {
        let refuse = |reason| Err(PatchError::Tree { path: path.to_owned(), line, reason });
        let missing = Entry { content: None, executable: false, changed: false };
        let mut at = self.root.to_owned();
        let mut segments = path.components().peekable();
        while let Some(segment) = segments.next() {
            at.push(segment);
            let meta = match fs::symlink_metadata(&at) {
                Ok(meta) => meta,
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(missing),
                Err(source) => {
                    return Err(PatchError::Io { path: path.to_owned(), source });
                }
            };
            if meta.is_symlink() {
                return refuse("a symbolic link is in the way; links are never followed");
            }
            if segments.peek().is_some() {
                if !meta.is_dir() {
                    return refuse("a file is in the way where a folder should be");
                }
                continue;
            }
            if !meta.is_file() {
                return refuse("it is not a regular file");
            }
            if meta.len() > MAX_FILE {
                return Err(PatchError::TooLarge { what: "a file that is too long", limit: MAX_FILE });
            }
            let mut content = Vec::new();
            File::open(&at)
                .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut content))
                .map_err(|source| PatchError::Io { path: path.to_owned(), source })?;
            let executable = meta.permissions().mode() & 0o111 != 0;
            return Ok(Entry { content: Some(content), executable, changed: false });
        }
        Ok(missing)
    }

    /// Puts the changes in place: all new contents are written beside the
    /// tree's files first, then moved over them, so that a full disk changes
    /// nothing and a hard link is replaced, not written through.
    pub fn write(self) -> Result<(), PatchError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| PatchError::Io { path, source }
        };
        let staging =
            tempfile::Builder::new().prefix(".assay-patch-").tempdir_in(self.root).map_err(failed(self.root))?;
        let mut moves = Vec::new();
        for (path, entry) in self.entries.iter().filter(|(_, e)| e.changed) {
            let Some(content) = &entry.content else {
                continue;
            };
            let staged = staging.path().join(moves.len().to_string());
            fs::write(&staged, content).map_err(failed(path))?;
            let mode = if entry.executable { 0o755 } else { 0o644 };
            fs::set_permissions(&staged, fs::Permissions::from_mode(mode)).map_err(failed(path))?;
            moves.push((staged, path));
        }
        for (path, entry) in self.entries.iter().filter(|(_, e)| e.changed) {
            if entry.content.is_none() {
                match fs::remove_file(self.root.join(path)) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(path)(e)),
                    _ => {}
                }
            }
        }
        for (staged, path) in moves {
            let target = self.root.join(path);
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder).map_err(failed(path))?;
            }
            fs::rename(&staged, &target).map_err(failed(path))?;
        }
        self.drop_empty_folders();
        Ok(())
    }

    /// A folder that held nothing but deleted files goes with them, as in git.
    fn drop_empty_folders(&self) {
        for (path, _) in self.entries.iter().filter(|(_, e)| e.changed && e.content.is_none()) {
            for folder in path.ancestors().skip(1).filter(|f| !f.as_os_str().is_empty()) {
                if fs::remove_dir(self.root.join(folder)).is_err() {
                    break;
                }
            }
        }
    }
}
