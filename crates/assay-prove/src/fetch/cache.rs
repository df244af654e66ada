//! A folder of files under their digests. Nothing wrong ever lies in it.
//!
//! A file is written under a temporary name in the same folder, hashed as it is
//! written, brought to the disk, and only then renamed to its digest. So neither
//! a wrong file nor half a file can be found under a digest, across a power cut
//! too, and two processes may fill the same cache.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use assay_bundle::digest::Sha256;

use super::Wanted;
use sha2::Digest as _;

/// No source of a package is larger; a larger one is refused.
pub const MAX_FILE: u64 = 1 << 30;

/// How old a temporary file is before it counts as left over from a crash.
const STALE: Duration = Duration::from_secs(24 * 3600);
const INCOMING: &str = ".incoming-";

/// A content-addressed cache on disk.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
    blobs: PathBuf,
    /// A folder of the caller's own that gives files too, each named by its digest.
    beside: Option<PathBuf>,
}

/// Why the cache could not take or give a file.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The content is not what was announced; it was thrown away.
    #[error("the content's digest is {found}, not {expected}")]
    WrongDigest {
        /// The digest that was asked for.
        expected: Sha256,
        /// The digest of what came.
        found: Sha256,
    },
    /// The content is larger than [`MAX_FILE`].
    #[error("the content is larger than {MAX_FILE} bytes")]
    TooLarge,
    /// It is a folder, a link or a device.
    #[error("`{}` is not an ordinary file", .0.display())]
    NotAFile(PathBuf),
    /// The disk failed.
    #[error("{what} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where the cache lies: `$ASSAY_CACHE`, else `$XDG_CACHE_HOME/assay`, else
/// `$HOME/.cache/assay`. `None` if none of these is an absolute path.
#[must_use]
pub fn default_root(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|p| p.is_absolute());
    folder("ASSAY_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|p| p.join("assay")))
        .or_else(|| folder("HOME").map(|p| p.join(".cache/assay")))
}

impl Cache {
    /// Opens the cache in this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, CacheError> {
        let root = std::path::absolute(root).map_err(|e| io_error("cannot find", root, e))?;
        let blobs = root.join("blobs/sha256");
        for folder in [&blobs, &root.join("tmp")] {
            // Closed to others: clients read configuration files beside and above
            // their working folder, so nobody else may put one there.
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|e| io_error("cannot make the folder", folder, e))?;
        }
        owned(&root)?;
        let cache = Self { root, blobs, beside: None };
        cache.sweep();
        Ok(cache)
    }

    /// The same cache, giving also the files of this folder, each under its digest in hex:
    /// what is needed for one question only, and is no registry's.
    #[must_use]
    pub fn beside(&self, folder: &Path) -> Self {
        Self { beside: Some(folder.to_owned()), ..self.clone() }
    }

    /// The cache's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file with this digest, if it is there. It was right when it was put in;
    /// [`Cache::verified`] makes sure that it still is.
    #[must_use]
    pub fn get(&self, digest: &Sha256) -> Option<PathBuf> {
        let beside = self.beside.iter().map(|folder| folder.join(digest.to_hex()));
        let mut places = std::iter::once(self.path(digest)).chain(beside);
        places.find(|path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()))
    }

    /// Takes note that a registry's own client brought this file under this
    /// package and name. What came from a folder has no such note.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn note_registry(&self, file: &Wanted) -> Result<(), CacheError> {
        let note = self.registry_note(&file.purl, &file.name, &file.sha256);
        let folder = note.parent().unwrap_or(&self.root);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .and_then(|()| fs::write(&note, b""))
            .map_err(|e| io_error("cannot write", &note, e))
    }

    /// Whether a registry's own client brought this file under this package and name.
    #[must_use]
    pub fn from_registry(&self, purl: &str, name: &str, digest: &Sha256) -> bool {
        self.registry_note(purl, name, digest).is_file()
    }

    fn registry_note(&self, purl: &str, name: &str, digest: &Sha256) -> PathBuf {
        let key = Sha256::of(format!("{purl}\0{name}\0{digest}").as_bytes());
        self.root.join("registry").join(key.to_hex())
    }

    /// The file with this digest, hashed anew. One that has changed on disk is
    /// removed and reported.
    ///
    /// # Errors
    /// If it has changed, or cannot be read.
    pub fn verified(&self, digest: &Sha256) -> Result<Option<PathBuf>, CacheError> {
        let Some(path) = self.get(digest) else {
            return Ok(None);
        };
        let found = digest_of(&path)?;
        if found == *digest {
            return Ok(Some(path));
        }
        fs::remove_file(&path).map_err(|e| io_error("cannot remove", &path, e))?;
        Err(CacheError::WrongDigest { expected: *digest, found })
    }

    /// Takes in what this reader gives, if it has this digest.
    ///
    /// # Errors
    /// If the digest is another, the content too large, or the disk fails; the
    /// cache is then as before.
    pub fn insert(&self, mut reader: impl Read, expected: &Sha256) -> Result<PathBuf, CacheError> {
        let mut temporary = tempfile::Builder::new()
            .prefix(INCOMING)
            .tempfile_in(&self.blobs)
            .map_err(|e| io_error("cannot write into", &self.blobs, e))?;
        let found = copy_hashing(&mut reader, temporary.as_file_mut(), &self.blobs)?;
        if found != *expected {
            return Err(CacheError::WrongDigest { expected: *expected, found });
        }
        let path = self.path(expected);
        let keep = |file: &File| {
            file.set_permissions(fs::Permissions::from_mode(0o444))?;
            file.sync_all()
        };
        keep(temporary.as_file()).map_err(|e| io_error("cannot write", &path, e))?;
        temporary.persist(&path).map_err(|e| io_error("cannot write", &path, e.error))?;
        // The name is on the disk only once the folder is.
        File::open(&self.blobs)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| io_error("cannot write", &self.blobs, e))?;
        Ok(path)
    }

    /// Takes in this ordinary file (a link is refused), if it has this digest.
    ///
    /// # Errors
    /// As [`Cache::insert`], or if the file cannot be read.
    pub fn insert_file(&self, file: &Path, expected: &Sha256) -> Result<PathBuf, CacheError> {
        self.insert(open_plain(file)?, expected)
    }

    /// A fresh private folder for one fetch, on the same file system.
    pub(super) fn temporary(&self) -> io::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix("fetch-").tempdir_in(self.root.join("tmp"))
    }

    fn path(&self, digest: &Sha256) -> PathBuf {
        self.blobs.join(digest.to_hex())
    }

    /// Removes what a killed process left. Failing to is no reason to stop.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.blobs) else {
            return;
        };
        for entry in entries.flatten() {
            let stale = entry.file_name().to_string_lossy().starts_with(INCOMING)
                && entry
                    .metadata()
                    .and_then(|m| m.modified())
                    .is_ok_and(|t| SystemTime::now().duration_since(t).unwrap_or_default() > STALE);
            if stale {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Opens an ordinary file. A link is not followed, a pipe is not waited for.
fn open_plain(path: &Path) -> Result<File, CacheError> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(|e| io_error("cannot open", path, e))?;
    let metadata = file.metadata().map_err(|e| io_error("cannot read", path, e))?;
    if metadata.is_file() { Ok(file) } else { Err(CacheError::NotAFile(path.to_owned())) }
}

/// The digest of an ordinary file of at most [`MAX_FILE`] bytes.
pub(super) fn digest_of(path: &Path) -> Result<Sha256, CacheError> {
    copy_hashing(&mut open_plain(path)?, &mut io::sink(), path)
}

fn copy_hashing(reader: &mut impl Read, writer: &mut impl Write, path: &Path) -> Result<Sha256, CacheError> {
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut total = 0_u64;
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(io_error("cannot read", path, e)),
        };
        let chunk = buffer.get(..count).unwrap_or_default();
        total += count as u64;
        if total > MAX_FILE {
            return Err(CacheError::TooLarge);
        }
        hasher.update(chunk);
        writer.write_all(chunk).map_err(|e| io_error("cannot write", path, e))?;
    }
    Ok(Sha256::from_bytes(hasher.finalize().into()))
}

/// As root, a cache of somebody else is refused: its owner could put links where root writes.
fn owned(root: &Path) -> Result<(), CacheError> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = fs::metadata(root).map_err(|e| io_error("cannot read", root, e))?.uid();
    if rustix::process::geteuid().is_root() && owner != 0 {
        let error = io::Error::other(format!("it belongs to user {owner}; set ASSAY_CACHE to a folder of root's own"));
        return Err(io_error("will not use as root", root, error));
    }
    Ok(())
}

fn io_error(what: &'static str, path: &Path, source: io::Error) -> CacheError {
    CacheError::Io { what, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn names(cache: &Cache) -> Vec<String> {
        fs::read_dir(&cache.blobs).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn only_the_right_content_enters() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let digest = Sha256::of(b"right");
        assert_eq!(cache.get(&digest), None);

        let wrong = cache.insert(&b"wrong"[..], &digest);
        assert!(matches!(wrong, Err(CacheError::WrongDigest { .. })));
        assert_eq!(names(&cache), Vec::<String>::new(), "nothing is left behind");

        let path = cache.insert(&b"right"[..], &digest).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"right");
        assert_eq!(cache.get(&digest), Some(path.clone()));
        assert_eq!(cache.insert(&b"right"[..], &digest).unwrap(), path);
        assert_eq!(names(&cache), [digest.to_hex()]);
    }

    #[test]
    fn only_a_registrys_client_vouches_for_a_file_and_only_under_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let file = Wanted { purl: "pkg:npm/a@1.0.0".into(), name: "a-1.0.0.tgz".into(), sha256: Sha256::of(b"a") };
        cache.insert(&b"a"[..], &file.sha256).unwrap();
        assert!(!cache.from_registry(&file.purl, &file.name, &file.sha256), "it came from a folder");
        cache.note_registry(&file).unwrap();
        assert!(cache.from_registry(&file.purl, &file.name, &file.sha256));
        assert!(!cache.from_registry("pkg:npm/b@1.0.0", &file.name, &file.sha256), "another package");
        assert!(!cache.from_registry(&file.purl, "b.tgz", &file.sha256), "another name");
    }

    #[test]
    fn a_reader_that_fails_leaves_nothing() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("the cable is out"));
                }
                buffer[..4].copy_from_slice(b"half");
                Ok(4)
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let digest = Sha256::of(b"half");
        assert!(cache.insert(Broken(false), &digest).is_err());
        assert_eq!(names(&cache), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_changed_on_disk_is_thrown_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let digest = Sha256::of(b"content");
        let path = cache.insert(&b"content"[..], &digest).unwrap();
        assert_eq!(cache.verified(&digest).unwrap(), Some(path.clone()));
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"tampered").unwrap();
        assert!(cache.verified(&digest).is_err());
        assert_eq!(cache.get(&digest), None);
        assert!(cache.verified(&digest).unwrap().is_none());
    }

    #[test]
    fn links_and_folders_are_no_files() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        let digest = Sha256::of(b"secret");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, b"secret").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(cache.insert_file(&link, &digest).is_err());
        assert!(matches!(
            cache.insert_file(folder.path(), &digest),
            Err(CacheError::NotAFile(_) | CacheError::Io { .. })
        ));
        // A link in the place of a blob is not given out either.
        std::os::unix::fs::symlink(&real, cache.path(&digest)).unwrap();
        assert_eq!(cache.get(&digest), None);
        fs::remove_file(cache.path(&digest)).unwrap();
        assert!(cache.insert_file(&real, &digest).is_ok());
    }

    #[test]
    fn the_root_follows_the_environment() {
        let root = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, OsString)> =
                pairs.iter().map(|(k, v)| ((*k).to_owned(), OsString::from(v))).collect();
            default_root(|name| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
        };
        assert_eq!(root(&[("ASSAY_CACHE", "/a"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some(PathBuf::from("/a")));
        assert_eq!(root(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some(PathBuf::from("/x/assay")));
        assert_eq!(root(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")]), Some(PathBuf::from("/h/.cache/assay")));
        assert_eq!(root(&[]), None);
    }
}
