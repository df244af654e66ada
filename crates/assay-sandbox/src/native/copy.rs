//! Fills a fresh tmpfs with a copy of a read-only tree, links as links.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

/// Deepest folder that is copied: a hostile tree must not exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Copies what lies under `from` into the existing folder `to`, with executable
/// bits and modification times, following no link.
pub fn copy_tree(from: BorrowedFd<'_>, to: &Path) -> io::Result<()> {
    // Through /proc, because a detached mount has no path of its own.
    let from = format!("/proc/self/fd/{}/", from.as_raw_fd());
    copy_folder(Path::new(&from), to, 0)
}

fn copy_folder(from: &Path, to: &Path, depth: usize) -> io::Result<()> {
    if depth > MAX_DEPTH {
        return Err(io::Error::other(format!("`{}` is nested more than {MAX_DEPTH} folders deep", to.display())));
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let meta = fs::symlink_metadata(&source)?;
        if meta.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if meta.is_dir() {
            fs::create_dir(&target)?;
            copy_folder(&source, &target, depth + 1)?;
        } else if meta.is_file() {
            copy_file(&source, &target, &meta)?;
        }
    }
    let modified = fs::metadata(from)?.modified()?;
    fs::File::open(to)?.set_modified(modified)
}

fn copy_file(source: &Path, target: &Path, meta: &fs::Metadata) -> io::Result<()> {
    let mut reader = fs::File::open(source)?;
    let mut writer = fs::File::create(target)?;
    io::copy(&mut reader, &mut writer)?;
    let mode = if meta.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 };
    writer.set_permissions(fs::Permissions::from_mode(mode))?;
    writer.set_modified(meta.modified()?)
}
