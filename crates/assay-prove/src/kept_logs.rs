//! Logs that are kept, each in a file called after its digest: a statement names
//! what its verdict rests on, and whoever holds such a folder can show it.
//!
//! The log of a flaw that is not patched yet is confidential, so nobody but the
//! owner may look into the folder. What is kept has an end, for targets write
//! as much as their limits allow. That a log could not be kept changes no
//! verdict; it is counted and told.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use assay_bundle::digest::Sha256;

use crate::execute::lock;

/// Bytes of all logs that one call keeps.
pub const MAX_BYTES: u64 = 1 << 30;
/// Logs that one call keeps.
pub const MAX_LOGS: u64 = 50_000;

/// A folder of logs, for one call.
#[derive(Debug)]
pub struct KeptLogs {
    folder: PathBuf,
    count: Mutex<Count>,
}

/// What became of the logs of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// Logs in the folder that this call brought or found there already.
    pub kept: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Logs that were not kept.
    pub left_out: u64,
    /// Why the first of those was not.
    pub why: Option<String>,
}

/// Why logs cannot be kept in a folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made or looked at.
    #[error("the folder `{}` for logs cannot be used: {error}", .folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others could read the logs of a flaw that is not patched yet, or put logs there.
    #[error("others than you may look into `{}` (its mode is {mode:o}), or it is not yours", .folder.display())]
    Open {
        /// The folder.
        folder: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl KeptLogs {
    /// Makes the folder, for its owner alone, or takes one that is so already.
    ///
    /// # Errors
    ///
    /// It cannot be made, is no folder, is another user's, or is open to others.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let failed = |error| FolderError::Io { folder: folder.to_owned(), error };
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        // A link is not followed: what it leads to may be anybody's.
        let meta = fs::symlink_metadata(folder).map_err(failed)?;
        if !meta.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::NotADirectory)));
        }
        let mode = meta.mode() & 0o777;
        if mode & 0o077 != 0 || meta.uid() != rustix::process::geteuid().as_raw() {
            return Err(FolderError::Open { folder: folder.to_owned(), mode });
        }
        Ok(Self { folder: folder.to_owned(), count: Mutex::default() })
    }

    /// Where they lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What became of the logs so far.
    #[must_use]
    pub fn count(&self) -> Count {
        lock(&self.count).clone()
    }

    /// Keeps one log under its digest. The same content is kept once, whichever runs wrote it.
    pub(crate) fn keep(&self, sha256: Sha256, content: &[u8]) {
        let mut count = lock(&self.count);
        let bytes = content.len() as u64;
        let path = self.folder.join(sha256.to_hex());
        // What a file of that name holds is what was written whole, or what its owner put there.
        if path.exists() {
            return;
        }
        let kept = if count.kept == MAX_LOGS {
            Err(format!("more than {MAX_LOGS} logs"))
        } else if count.bytes.saturating_add(bytes) > MAX_BYTES {
            Err(format!("more than {} MiB of logs", MAX_BYTES >> 20))
        } else {
            self.write(&path, content).map_err(|error| error.to_string())
        };
        match kept {
            Ok(()) => {
                count.kept += 1;
                count.bytes += bytes;
            }
            Err(why) => {
                count.left_out += 1;
                count.why.get_or_insert(why);
            }
        }
    }

    /// A file appears under its name whole or not at all. Temporary files have mode 0600.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(content)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_log_lies_under_its_digest_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("logs");
        let kept = KeptLogs::open(&folder).unwrap();
        for content in [&b"one"[..], b"two", b"one"] {
            kept.keep(Sha256::of(content), content);
        }
        assert_eq!(kept.count(), Count { kept: 2, bytes: 6, left_out: 0, why: None });
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600);
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(Sha256::of(&fs::read(&path).unwrap()).to_hex(), name, "the name is the content's digest");
            names.push(name);
        }
        assert_eq!(names.len(), 2, "nothing else is left");
        assert_eq!(KeptLogs::open(&folder).unwrap().count(), Count::default(), "the next call may use it again");
    }

    #[test]
    fn a_folder_that_others_may_look_into_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let open = parent.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(matches!(KeptLogs::open(&open), Err(FolderError::Open { mode: 0o750, .. })));
        let own = parent.path().join("own");
        fs::DirBuilder::new().mode(0o700).create(&own).unwrap();
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&own, &link).unwrap();
        assert!(matches!(KeptLogs::open(&link), Err(FolderError::Io { .. })), "a link is not followed");
        assert!(matches!(KeptLogs::open(&own.join("no/parent")), Err(FolderError::Io { .. })));
    }

    #[test]
    fn what_is_kept_has_an_end_and_what_is_not_is_counted() {
        let parent = tempfile::tempdir().unwrap();
        let kept = KeptLogs::open(&parent.path().join("logs")).unwrap();
        lock(&kept.count).bytes = MAX_BYTES - 2;
        kept.keep(Sha256::of(b"one"), b"one");
        let count = kept.count();
        assert_eq!((count.kept, count.left_out), (0, 1));
        assert!(count.why.unwrap().contains("1024 MiB"));
        assert_eq!(fs::read_dir(kept.folder()).unwrap().count(), 0);
        kept.keep(Sha256::of(b"ab"), b"ab");
        assert_eq!(kept.count().kept, 1, "what still fits is kept");
    }
}
