//! `bundle fetch --from DIR`: takes files from a folder, recognised by digest alone.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;

use super::cache::digest_of;
use super::{Cache, CacheError, MAX_FILE, Wanted};

/// How many entries of the folder are looked at.
const MAX_ENTRIES: usize = 200_000;
/// How deep.
const MAX_DEPTH: u32 = 16;
/// How many bytes of files with other names are read in search of a digest.
const MAX_READ: u64 = 16 << 30;

/// What an import found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files that are in the cache now; those that were there before included.
    pub found: Vec<Wanted>,
    /// Files that the folder does not have.
    pub missing: Vec<Wanted>,
    /// Files with a wanted name and another digest: the path and what it has.
    pub other_digest: Vec<(PathBuf, Sha256)>,
    /// The folder was larger than what is searched: a missing file may be there.
    pub cut_short: bool,
}

/// Why an import failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("cannot read the folder `{}`: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The cache failed.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Looks for these files in a folder and its sub-folders and puts what it finds
/// into the cache. Links are not followed. Files with a wanted name are read first.
///
/// # Errors
/// If the folder cannot be read or the cache cannot be written.
pub fn import_from(folder: &Path, wanted: &[Wanted], cache: &Cache) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let (here, mut open): (Vec<Wanted>, Vec<Wanted>) =
        wanted.iter().cloned().partition(|file| cache.get(&file.sha256).is_some());
    imported.found = here;

    let (mut files, cut_short) = walk(folder)?;
    imported.cut_short = cut_short;
    let named = |path: &Path| wanted.iter().any(|file| path.file_name().is_some_and(|name| name == file.name.as_str()));
    files.sort_by_key(|(path, _)| !named(path));

    let mut budget = MAX_READ;
    for (path, size) in files {
        if open.is_empty() {
            break;
        }
        let named = named(&path);
        if size > MAX_FILE || (!named && size > budget) {
            imported.cut_short |= size <= MAX_FILE;
            continue;
        }
        if !named {
            budget -= size;
        }
        // A file that cannot be read is as good as none.
        let Ok(digest) = digest_of(&path) else {
            continue;
        };
        let (hits, rest): (Vec<Wanted>, Vec<Wanted>) = open.into_iter().partition(|file| file.sha256 == digest);
        open = rest;
        if !hits.is_empty() {
            cache.insert_file(&path, &digest)?;
            imported.found.extend(hits);
        } else if named && !wanted.iter().any(|file| file.sha256 == digest) {
            imported.other_digest.push((path, digest));
        }
    }
    imported.found.sort();
    imported.missing = open;
    Ok(imported)
}

/// The ordinary files below a folder with their sizes, nearest first, and whether
/// there were more.
fn walk(root: &Path) -> Result<(Vec<(PathBuf, u64)>, bool), ImportError> {
    let mut files = Vec::new();
    let mut cut_short = false;
    let mut seen = 0_usize;
    let mut folders = VecDeque::from([(root.to_owned(), 0_u32)]);
    while let Some((folder, depth)) = folders.pop_front() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if depth == 0 => {
                return Err(ImportError::Folder { path: folder, source });
            }
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAX_ENTRIES {
                return Ok((files, true));
            }
            // Of the entry itself: a link is neither a file nor a folder here.
            match entry.metadata() {
                Ok(m) if m.is_file() => files.push((entry.path(), m.len())),
                Ok(m) if m.is_dir() && depth < MAX_DEPTH => {
                    folders.push_back((entry.path(), depth + 1));
                }
                Ok(m) => cut_short |= m.is_dir(),
                Err(_) => {}
            }
        }
    }
    Ok((files, cut_short))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::os::unix::fs::symlink;

    use super::*;

    fn want(name: &str, content: &[u8]) -> Wanted {
        Wanted { purl: "pkg:npm/a@1.0.0".to_owned(), name: name.to_owned(), sha256: Sha256::of(content) }
    }

    #[test]
    fn files_are_found_by_digest_whatever_their_name() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("dir");
        fs::create_dir_all(dir.join("deep/er")).unwrap();
        fs::write(dir.join("deep/er/renamed"), b"one").unwrap();
        fs::write(dir.join("two.tgz"), b"not two").unwrap();
        fs::write(folder.path().join("secret"), b"three").unwrap();
        symlink(folder.path().join("secret"), dir.join("three.tgz")).unwrap();
        symlink(folder.path(), dir.join("deep/up")).unwrap();

        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        let wanted = [want("one.tgz", b"one"), want("two.tgz", b"two"), want("three.tgz", b"three")];
        let imported = import_from(&dir, &wanted, &cache).unwrap();
        assert_eq!(imported.found, [wanted[0].clone()]);
        assert_eq!(imported.missing, [wanted[1].clone(), wanted[2].clone()]);
        assert_eq!(imported.other_digest, [(dir.join("two.tgz"), Sha256::of(b"not two"))]);
        assert!(!imported.cut_short);
        assert!(cache.get(&wanted[0].sha256).is_some());
        assert!(cache.get(&wanted[1].sha256).is_none());
        assert!(cache.get(&Sha256::of(b"not two")).is_none());

        let again = import_from(&dir, &wanted[..1], &cache).unwrap();
        assert_eq!(again.found, imported.found);
    }

    #[test]
    fn a_huge_file_is_passed_over_and_a_deep_folder_ends() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("dir");
        let mut deep = dir.clone();
        for _ in 0..30 {
            deep.push("d");
        }
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a.tgz"), b"a").unwrap();
        fs::File::create(dir.join("b.tgz")).unwrap().set_len(MAX_FILE + 1).unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        let wanted = [want("a.tgz", b"a"), want("b.tgz", b"b")];
        let imported = import_from(&dir, &wanted, &cache).unwrap();
        assert_eq!(imported.missing.len(), 2);
        assert!(imported.cut_short);
    }

    #[test]
    fn a_folder_that_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        assert!(import_from(&folder.path().join("none"), &[], &cache).is_err());
    }
}
