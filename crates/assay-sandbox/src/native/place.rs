//! Finds or makes the place of a mount in the root that is being built.
//!
//! Component by component and through no link: a mount may lie inside a copied
//! folder, whose links are a stranger's, and the host's root is still in reach.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{Mode, OFlags, ResolveFlags, mkdirat, openat, openat2};
use rustix::io::Errno;

/// What is mounted at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file or device.
    File,
}

/// Opens the place at the absolute path `at` below `root`, making what is missing of it.
pub fn place(root: BorrowedFd<'_>, at: &Path, kind: Kind) -> io::Result<OwnedFd> {
    let mut here = root.try_clone_to_owned()?;
    let relative = at.strip_prefix("/").map_err(|_| io::Error::other("the path is not absolute"))?;
    let mut parts = relative.components().peekable();
    if parts.peek().is_none() {
        return Err(io::Error::other("the path is the root itself"));
    }
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else {
            return Err(io::Error::other("the path is not plain"));
        };
        let kind = if parts.peek().is_some() { Kind::Folder } else { kind };
        here = match enter(here.as_fd(), Path::new(name), kind) {
            Err(Errno::NOENT) => {
                make(here.as_fd(), Path::new(name), kind)?;
                enter(here.as_fd(), Path::new(name), kind)?
            }
            Err(Errno::LOOP) => return Err(io::Error::other("the path goes through a link")),
            other => other?,
        };
    }
    Ok(here)
}

fn enter(folder: BorrowedFd<'_>, name: &Path, kind: Kind) -> Result<OwnedFd, Errno> {
    let only = match kind {
        Kind::Folder => OFlags::DIRECTORY,
        Kind::File => OFlags::empty(),
    };
    openat2(
        folder,
        name,
        OFlags::PATH | OFlags::CLOEXEC | only,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    )
}

fn make(folder: BorrowedFd<'_>, name: &Path, kind: Kind) -> Result<(), Errno> {
    match kind {
        Kind::Folder => mkdirat(folder, name, Mode::from_raw_mode(0o755)),
        Kind::File => openat(
            folder,
            name,
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::from_raw_mode(0o644),
        )
        .map(drop),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_place_is_made_where_it_is_missing() {
        let root = tempfile::tempdir().unwrap();
        let handle = File::open(root.path()).unwrap();
        place(handle.as_fd(), Path::new("/a/b"), Kind::Folder).unwrap();
        place(handle.as_fd(), Path::new("/a/c/d"), Kind::File).unwrap();
        place(handle.as_fd(), Path::new("/a/c/d"), Kind::File).unwrap();
        assert!(root.path().join("a/b").is_dir());
        assert!(root.path().join("a/c/d").is_file());
    }

    #[test]
    fn no_place_lies_behind_a_link_or_outside() {
        let (root, host) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(host.path(), root.path().join("out")).unwrap();
        let handle = File::open(root.path()).unwrap();
        for path in ["/out/x", "/out", "relative", "/a/../../x", "/"] {
            assert!(place(handle.as_fd(), Path::new(path), Kind::Folder).is_err(), "{path}");
        }
        assert_eq!(fs::read_dir(host.path()).unwrap().count(), 0);
    }
}
