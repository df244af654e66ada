//! Where entries are written: the only code that makes anything in the
//! destination, and the keeper of the limits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::archive::{Limits, Summary};
use super::error::UnpackError;
use super::name::{entry_path, link_stays_inside};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Made {
    Folder,
    File,
    /// A link to this target, made at the end.
    Link(Vec<u8>),
}

/// Writes entries below a folder that was empty at the start. Since links are
/// only remembered until the end, every folder on the way to a file is real.
pub(super) struct Sink<'a> {
    dest: &'a Path,
    limits: Limits,
    made: BTreeMap<PathBuf, Made>,
    bytes: u64,
    seen: u64,
}

impl<'a> Sink<'a> {
    pub fn new(dest: &'a Path, limits: Limits) -> Self {
        Self { dest, limits, made: BTreeMap::new(), bytes: 0, seen: 0 }
    }

    /// Counts an entry of the archive, also one that makes nothing new.
    pub fn count(&mut self) -> Result<(), UnpackError> {
        self.seen += 1;
        if self.seen > self.limits.entries {
            return Err(UnpackError::Limit { what: "entries", limit: self.limits.entries });
        }
        Ok(())
    }

    /// A folder.
    pub fn folder(&mut self, name: &[u8]) -> Result<(), UnpackError> {
        let path = self.path(name)?;
        if path.as_os_str().is_empty() { Ok(()) } else { self.make_folder(name, &path) }
    }

    /// A regular file. A later one of the same name replaces it when `again`
    /// is allowed, as in tar, where an archive can be appended to.
    pub fn file(
        &mut self,
        name: &[u8],
        content: &mut dyn Read,
        executable: bool,
        again: bool,
    ) -> Result<(), UnpackError> {
        let path = self.path(name)?;
        self.parents(name, &path)?;
        match self.made.entry(path.clone()) {
            Slot::Vacant(slot) => {
                slot.insert(Made::File);
            }
            Slot::Occupied(slot) if again && *slot.get() == Made::File => {
                let full = self.dest.join(&path);
                fs::remove_file(&full).map_err(UnpackError::io(&full))?;
            }
            Slot::Occupied(_) => {
                return Err(UnpackError::entry(name, "another entry has the same name"));
            }
        }
        self.write(&path, content, executable)
    }

    /// A second name for a file that was written before: becomes a copy of its own.
    pub fn hard_link(&mut self, name: &[u8], target: &[u8]) -> Result<(), UnpackError> {
        let original = entry_path(target, self.limits.depth)
            .map_err(|_| UnpackError::entry(name, "it is a hard link that leads out of the archive"))?;
        if self.made.get(&original) != Some(&Made::File) {
            return Err(UnpackError::entry(name, "it is a hard link to something that is not a file of this archive"));
        }
        let from = self.dest.join(&original);
        let mut source = File::open(&from).map_err(UnpackError::io(&from))?;
        let executable = source.metadata().map_err(UnpackError::io(&from))?.permissions().mode() & 0o100 != 0;
        self.file(name, &mut source, executable, false)
    }

    /// A symbolic link, made at the end.
    pub fn link(&mut self, name: &[u8], target: &[u8]) -> Result<(), UnpackError> {
        let path = self.path(name)?;
        self.parents(name, &path)?;
        link_stays_inside(&path, target).map_err(|reason| UnpackError::entry(name, reason))?;
        match self.made.entry(path) {
            Slot::Vacant(slot) => {
                slot.insert(Made::Link(target.to_vec()));
                Ok(())
            }
            Slot::Occupied(slot) if *slot.get() == Made::Link(target.to_vec()) => Ok(()),
            Slot::Occupied(_) => Err(UnpackError::entry(name, "another entry has the same name")),
        }
    }

    /// Makes the links and counts what stands there.
    pub fn finish(self) -> Result<Summary, UnpackError> {
        let mut summary = Summary { bytes: self.bytes, ..Summary::default() };
        for (path, made) in &self.made {
            match made {
                Made::Folder => summary.folders += 1,
                Made::File => summary.files += 1,
                Made::Link(target) => {
                    summary.links += 1;
                    let full = self.dest.join(path);
                    symlink(std::ffi::OsStr::from_bytes(target), &full).map_err(UnpackError::io(&full))?;
                }
            }
        }
        Ok(summary)
    }

    fn path(&self, name: &[u8]) -> Result<PathBuf, UnpackError> {
        entry_path(name, self.limits.depth).map_err(|reason| UnpackError::entry(name, reason))
    }

    /// Makes the folders above `path`; anything but a folder there refuses the entry.
    fn parents(&mut self, name: &[u8], path: &Path) -> Result<(), UnpackError> {
        match path.parent() {
            None => Err(UnpackError::entry(name, "its name is empty")),
            Some(parent) if parent.as_os_str().is_empty() => Ok(()),
            Some(parent) => self.make_folder(name, parent),
        }
    }

    fn make_folder(&mut self, name: &[u8], path: &Path) -> Result<(), UnpackError> {
        if self.made.get(path) == Some(&Made::Folder) {
            return Ok(());
        }
        let mut at = PathBuf::new();
        for segment in path.components() {
            at.push(segment);
            match self.made.get(&at) {
                Some(Made::Folder) => {}
                Some(Made::File) => {
                    return Err(UnpackError::entry(name, "a file of the archive is in its way"));
                }
                Some(Made::Link(_)) => {
                    return Err(UnpackError::entry(name, "it would be written through a link"));
                }
                None => {
                    // An implied folder costs an inode like any other.
                    if self.made.len() as u64 >= self.limits.entries {
                        return Err(UnpackError::Limit { what: "entries", limit: self.limits.entries });
                    }
                    let full = self.dest.join(&at);
                    fs::create_dir(&full)
                        .and_then(|()| fs::set_permissions(&full, Permissions::from_mode(0o755)))
                        .map_err(UnpackError::io(&full))?;
                    self.made.insert(at.clone(), Made::Folder);
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, path: &Path, content: &mut dyn Read, executable: bool) -> Result<(), UnpackError> {
        let full = self.dest.join(path);
        let mut file = File::create_new(&full).map_err(UnpackError::io(&full))?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let n = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(UnpackError::damaged(e)),
            };
            self.bytes = self.bytes.saturating_add(n as u64);
            if self.bytes > self.limits.bytes {
                return Err(UnpackError::Limit { what: "bytes", limit: self.limits.bytes });
            }
            file.write_all(&buffer[..n]).map_err(UnpackError::io(&full))?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        file.set_permissions(Permissions::from_mode(mode)).map_err(UnpackError::io(&full))
    }
}
