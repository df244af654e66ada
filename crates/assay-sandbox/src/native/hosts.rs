//! What a run gets of the host: read-only mounts and its standard input.
//!
//! Opened by the runner when that is root, whose runs are under a user who may
//! not reach them; otherwise by init, with the rights of the user.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::CWD;
use rustix::mount::{OpenTreeFlags, open_tree};

use super::sys;
use crate::error::{Layer, SandboxError};
use crate::spec::{Mount, Spec, Stdin};

/// The host's part of a run.
pub struct Hosts {
    /// Standard input, when it is a file.
    pub stdin: Option<OwnedFd>,
    /// Detached mounts of the spec's host paths, in order.
    pub mounts: Vec<OwnedFd>,
}

impl Hosts {
    /// Opens all that a spec names.
    pub fn open(spec: &Spec) -> Result<Self, SandboxError> {
        let stdin = match &spec.stdin {
            Stdin::Empty => None,
            Stdin::File(path) => Some(stdin(path).map_err(|error| cannot_open(path, &error))?),
        };
        let mounts = spec
            .mounts
            .iter()
            .filter_map(Mount::host)
            .map(|host| detached(host).map_err(|error| cannot_open(host, &error)))
            .collect::<Result<_, _>>()?;
        Ok(Self { stdin, mounts })
    }

    /// As descriptors, to be handed in.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.stdin.iter().chain(&self.mounts).map(|fd| fd.as_fd())
    }

    /// From descriptors that were handed in.
    pub fn handed_in(spec: &Spec, mut descriptors: Vec<OwnedFd>) -> Result<Self, SandboxError> {
        let with_stdin = matches!(spec.stdin, Stdin::File(_));
        let mounts = spec.mounts.iter().filter_map(Mount::host).count();
        if descriptors.len() != mounts + usize::from(with_stdin) {
            return Err(SandboxError::new(Layer::Launcher, "not all descriptors of the run arrived"));
        }
        let mounts = descriptors.split_off(usize::from(with_stdin));
        Ok(Self { stdin: descriptors.pop(), mounts })
    }
}

/// The error of a host path.
pub fn cannot_open(path: &Path, error: &io::Error) -> SandboxError {
    // A path that can be read but not mounted is no fault of the path.
    let mounts_refused = error.kind() == io::ErrorKind::PermissionDenied && fs::metadata(path).is_ok();
    let layer = if mounts_refused { Layer::Root } else { Layer::Files };
    SandboxError::new(layer, format!("cannot open `{}`: {error}", path.display()))
}

/// A detached copy of a host file or folder, read-only and without setuid or devices.
pub fn detached(host: &Path) -> io::Result<OwnedFd> {
    let tree = clone_tree(host)?;
    sys::make_read_only(tree.as_fd())?;
    Ok(tree)
}

/// A detached copy of a host file or folder, as it is.
pub fn clone_tree(host: &Path) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    Ok(open_tree(CWD, host, flags)?)
}

/// Standard input from a file, by a read-only mount: through the descriptor a
/// program could otherwise change the mode and times of a file that is its user's.
fn stdin(path: &Path) -> io::Result<OwnedFd> {
    // A pipe in place of the file must not hold the runner up.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let tree = detached(path)?;
    let file = File::options()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(format!("/proc/self/fd/{}", tree.as_raw_fd()))?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(file.into())
}
