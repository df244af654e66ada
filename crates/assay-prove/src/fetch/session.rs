//! One fetch: its private folders, and the way from a client's folder to the cache.

use std::fs;
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;

use super::cache::digest_of;
use super::package::Ecosystem;
use super::{Cache, CacheError, Reason, Wanted};

/// A client brings a handful of files; more are not looked at.
const MAX_FILES: usize = 256;
/// Files in a row that may fail for want of a connection.
const PATIENCE: u32 = 3;

/// The state that the packages of one fetch share.
pub(super) struct Session {
    cache: Cache,
    cargo_home: Option<tempfile::TempDir>,
    /// An ecosystem whose registry was out of reach, how often in a row, and why.
    unreachable: Vec<(Ecosystem, u32, Reason)>,
}

/// The folders of one package.
pub(super) struct Folder {
    root: tempfile::TempDir,
    /// The client's working folder.
    pub work: PathBuf,
    /// Where it puts what it brings.
    pub out: PathBuf,
}

impl Folder {
    /// All of it.
    pub fn root(&self) -> &Path {
        self.root.path()
    }
}

impl Session {
    pub fn new(cache: &Cache) -> Self {
        Self { cache: cache.clone(), cargo_home: None, unreachable: Vec::new() }
    }

    /// An error if the registry was out of reach several times in a row: each
    /// client waits long before it gives up, and a lock file has hundreds of entries.
    pub fn reachable(&self, ecosystem: Ecosystem) -> Result<(), Reason> {
        match self.unreachable.iter().find(|(known, ..)| *known == ecosystem) {
            Some((_, times, reason)) if *times >= PATIENCE => Err(reason.clone()),
            _ => Ok(()),
        }
    }

    /// Takes note of how it went.
    pub fn remember(&mut self, ecosystem: Ecosystem, outcome: &Result<(), Reason>) {
        let times = match self.unreachable.iter().position(|(known, ..)| *known == ecosystem) {
            Some(at) => self.unreachable.swap_remove(at).1,
            None => 0,
        };
        if let Err(reason @ Reason::Unreachable(_)) = outcome {
            self.unreachable.push((ecosystem, times.saturating_add(1), reason.clone()));
        }
    }

    /// Fresh folders for one package.
    pub fn folder(&self) -> Result<Folder, Reason> {
        let make = || {
            let root = self.cache.temporary()?;
            let (work, out) = (root.path().join("work"), root.path().join("out"));
            fs::create_dir(&work)?;
            fs::create_dir(&out)?;
            Ok(Folder { root, work, out })
        };
        make().map_err(|e: std::io::Error| self.failed(&e))
    }

    /// A `CARGO_HOME` that the crates of this fetch share.
    pub fn cargo_home(&mut self) -> Result<&Path, Reason> {
        if self.cargo_home.is_none() {
            let home = self.cache.temporary().map_err(|e| self.failed(&e))?;
            super::cargo::prepare_home(home.path())?;
            self.cargo_home = Some(home);
        }
        self.cargo_home
            .as_ref()
            .map(tempfile::TempDir::path)
            .ok_or_else(|| Reason::Storage("no temporary folder".to_owned()))
    }

    /// The folder of our own apt state. It is kept, because the index of a
    /// distribution is tens of megabytes.
    pub fn apt(&self) -> Result<PathBuf, Reason> {
        let folder = self.cache.root().join("apt");
        fs::create_dir_all(&folder).map_err(|e| self.failed(&e))?;
        Ok(folder)
    }

    fn failed(&self, error: &std::io::Error) -> Reason {
        Reason::Storage(format!("cannot write into `{}`: {error}", self.cache.root().display()))
    }
}

/// Takes the wanted files out of a client's folder, by digest: what the client
/// calls them does not matter. `note` is why a file may be missing.
pub(super) fn take<'a>(
    files: &[&'a Wanted],
    folder: &Folder,
    note: &Reason,
    cache: &Cache,
) -> Vec<(&'a Wanted, Result<(), Reason>)> {
    let mut brought: Vec<(PathBuf, Sha256)> = Vec::new();
    let entries = fs::read_dir(&folder.out).into_iter().flatten().flatten();
    for entry in entries.take(MAX_FILES) {
        // A link, a folder or a huge file is nothing that was asked for.
        if let Ok(digest) = digest_of(&entry.path()) {
            brought.push((entry.path(), digest));
        }
    }
    files
        .iter()
        .map(|file| {
            let outcome = match brought.iter().find(|(_, digest)| *digest == file.sha256) {
                Some((path, digest)) => store(cache, path, digest),
                None => Err(brought
                    .iter()
                    .find(|(path, _)| path.file_name().is_some_and(|n| n == file.name.as_str()))
                    .or_else(|| brought.first().filter(|_| files.len() == 1 && brought.len() == 1))
                    .map_or_else(|| note.clone(), |(_, digest)| Reason::OtherDigest(*digest))),
            };
            (*file, outcome)
        })
        .collect()
}

fn store(cache: &Cache, path: &Path, digest: &Sha256) -> Result<(), Reason> {
    // Hashed again on its way in: the client could still be writing.
    cache.insert_file(path, digest).map(|_| ()).map_err(|error| match error {
        CacheError::WrongDigest { found, .. } => Reason::OtherDigest(found),
        other => Reason::Storage(other.to_string()),
    })
}
