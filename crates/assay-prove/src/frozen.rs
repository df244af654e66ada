//! A tree of files as one archive, by its digest: the form in which a version
//! that no registry offers (a prepared source, a folder, a commit) is given to
//! the same machine that unpacks every other one.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use assay_bundle::digest::Sha256;

use crate::digest;
use crate::fetch::MAX_FILE;
use crate::unpack::ONE_MTIME;

/// The name under which a manifest lists it.
pub const NAME: &str = "source.tar";
/// The one folder around everything, which unpacking takes off again.
const TOP: &str = "source";
const ENTRIES: u64 = 200_000;
const DEPTH: usize = 64;

/// Packs a folder into a file of `into` that is named by its digest.
///
/// What belongs to a version control and not to the source (`.git`), links that
/// lead out of the folder, devices and pipes are left out.
///
/// # Errors
///
/// Something cannot be read, the disk is full, or the tree is larger than any source that is taken.
pub fn pack(folder: &Path, into: &Path) -> io::Result<Sha256> {
    let file = tempfile::NamedTempFile::new_in(into)?;
    let mut packer = Packer { root: folder, tar: tar::Builder::new(file), bytes: 0, entries: 0 };
    packer.tar.mode(tar::HeaderMode::Deterministic);
    packer.header(Path::new(""), tar::EntryType::Directory, 0o755, 0, io::empty())?;
    packer.folder(&mut PathBuf::new(), 0)?;
    keep(packer.tar.into_inner()?, into)
}

/// Gives a finished archive its digest as its name.
///
/// # Errors
///
/// It cannot be read or renamed.
pub fn keep(file: tempfile::NamedTempFile, into: &Path) -> io::Result<Sha256> {
    let digest = digest::of_file(file.path())?;
    // Mounted for a user who owns nothing.
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o444))?;
    file.persist(into.join(digest.to_hex())).map_err(|error| error.error)?;
    Ok(digest)
}

struct Packer<'a> {
    root: &'a Path,
    tar: tar::Builder<tempfile::NamedTempFile>,
    bytes: u64,
    entries: u64,
}

impl Packer<'_> {
    fn folder(&mut self, relative: &mut PathBuf, depth: usize) -> io::Result<()> {
        if depth > DEPTH {
            return Err(io::Error::other(format!("more than {DEPTH} folders inside each other")));
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.root.join(&*relative))? {
            entries.push(entry?);
            if entries.len() as u64 > ENTRIES {
                return Err(io::Error::other(format!("more than {ENTRIES} files in one folder")));
            }
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entries += 1;
            if self.entries > ENTRIES {
                return Err(io::Error::other(format!("more than {ENTRIES} files")));
            }
            if depth == 0 && entry.file_name() == ".git" {
                continue;
            }
            relative.push(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.header(relative, tar::EntryType::Directory, 0o755, 0, io::empty())?;
                self.folder(relative, depth + 1)?;
            } else if kind.is_file() {
                self.file(relative)?;
            } else if kind.is_symlink() {
                let target = fs::read_link(self.root.join(&*relative))?;
                if stays_inside(relative, &target) {
                    let mut header = plain(tar::EntryType::Symlink, 0o777, 0);
                    self.tar.append_link(&mut header, Path::new(TOP).join(&*relative), target)?;
                }
            }
            relative.pop();
        }
        Ok(())
    }

    fn file(&mut self, relative: &Path) -> io::Result<()> {
        let file = File::open(self.root.join(relative))?;
        let meta = file.metadata()?;
        // A pipe that came since would be waited for.
        if !meta.is_file() {
            return Ok(());
        }
        self.bytes = self.bytes.saturating_add(meta.len());
        if self.bytes > MAX_FILE / 2 {
            return Err(io::Error::other(format!("more than {} MiB", (MAX_FILE / 2) >> 20)));
        }
        let mode = if meta.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 };
        // One that grows meanwhile is cut, one that shrinks is an error: the archive stays in order.
        let content = io::Read::take(file, meta.len());
        self.header(relative, tar::EntryType::Regular, mode, meta.len(), content)
    }

    fn header(
        &mut self,
        relative: &Path,
        kind: tar::EntryType,
        mode: u32,
        size: u64,
        mut content: impl io::Read,
    ) -> io::Result<()> {
        let mut header = plain(kind, mode, size);
        let mut counted = Counted { inner: &mut content, left: size };
        self.tar.append_data(&mut header, Path::new(TOP).join(relative), &mut counted)?;
        if counted.left > 0 {
            return Err(io::Error::other(format!("`{}` changed while it was read", relative.display())));
        }
        Ok(())
    }
}

struct Counted<'a, R> {
    inner: &'a mut R,
    left: u64,
}

impl<R: io::Read> io::Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

fn plain(kind: tar::EntryType, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(ONE_MTIME);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Whether a link at `at` leads to something in the tree, by its text alone.
fn stays_inside(at: &Path, target: &Path) -> bool {
    let mut depth = at.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_tree_is_packed_alike_wherever_it_lies_and_without_what_leads_out() {
        let tree = |folder: &Path| {
            fs::create_dir_all(folder.join("src/deep")).unwrap();
            fs::create_dir_all(folder.join(".git/hooks")).unwrap();
            fs::write(folder.join(".git/hooks/post-checkout"), "#!/bin/sh\n").unwrap();
            fs::write(folder.join("src/deep/a.c"), "int a;\n").unwrap();
            fs::write(folder.join("configure"), "#!/bin/sh\n").unwrap();
            fs::set_permissions(folder.join("configure"), fs::Permissions::from_mode(0o700)).unwrap();
            symlink("src/deep/a.c", folder.join("inside")).unwrap();
            symlink("../deep/a.c", folder.join("src/deep/also")).unwrap();
            symlink("../../etc/passwd", folder.join("src/out")).unwrap();
            symlink("/etc/passwd", folder.join("absolute")).unwrap();
        };
        let (one, other, into) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        tree(one.path());
        tree(other.path());
        let digest = pack(one.path(), into.path()).unwrap();
        assert_eq!(pack(other.path(), into.path()).unwrap(), digest);
        let mut names = Vec::new();
        for entry in tar::Archive::new(File::open(into.path().join(digest.to_hex())).unwrap()).entries().unwrap() {
            let entry = entry.unwrap();
            names.push(format!("{:o} {}", entry.header().mode().unwrap(), entry.path().unwrap().display()));
        }
        assert_eq!(
            names,
            [
                "755 source/",
                "755 source/configure",
                "777 source/inside",
                "755 source/src",
                "755 source/src/deep",
                "644 source/src/deep/a.c",
                "777 source/src/deep/also",
            ]
        );
    }
}
