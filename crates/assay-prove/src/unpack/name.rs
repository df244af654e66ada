//! Names of entries and targets of links: relative, plain, unable to leave.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Bytes of a name.
pub(super) const MAX_NAME: usize = 4096;

/// The path an entry's name means below the destination; empty for `./`.
/// Leading `./` and doubled slashes are what honest packers write too.
pub(super) fn entry_path(name: &[u8], depth: usize) -> Result<PathBuf, &'static str> {
    if name.is_empty() {
        return Err("its name is empty");
    }
    if name.len() > MAX_NAME {
        return Err("its name is longer than 4096 bytes");
    }
    if name.starts_with(b"/") {
        return Err("its name is absolute");
    }
    if name.iter().any(u8::is_ascii_control) {
        return Err("its name has a control character");
    }
    let mut path = PathBuf::new();
    let mut segments = 0;
    for segment in name.split(|&b| b == b'/') {
        match segment {
            b"" | b"." => continue,
            b".." => return Err("its name contains `..`"),
            s if s.len() > 255 => return Err("a segment of its name is longer than 255 bytes"),
            s => path.push(OsStr::from_bytes(s)),
        }
        segments += 1;
        if segments > depth {
            return Err("it lies too deep");
        }
    }
    Ok(path)
}

/// Whether a link at `link` (below the destination) stays inside.
///
/// `..` is allowed only at the head of the target: the link's own folder is a
/// real one, so climbing from there is what it looks like, while `a/../..`
/// would climb from wherever a link `a` leads.
pub(super) fn link_stays_inside(link: &Path, target: &[u8]) -> Result<(), &'static str> {
    if target.is_empty() || target.len() > MAX_NAME {
        return Err("it is a link with an empty or overlong target");
    }
    if target.starts_with(b"/") {
        return Err("it is a link with an absolute target");
    }
    if target.iter().any(u8::is_ascii_control) {
        return Err("it is a link whose target has a control character");
    }
    let mut room = link.components().count().saturating_sub(1);
    let mut descending = false;
    for component in Path::new(OsStr::from_bytes(target)).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(_) => descending = true,
            Component::ParentDir if descending => {
                return Err("it is a link whose target climbs after descending");
            }
            Component::ParentDir => room = room.checked_sub(1).ok_or("it is a link that leads out of the archive")?,
            Component::RootDir | Component::Prefix(_) => {
                return Err("it is a link with an absolute target");
            }
        }
    }
    Ok(())
}
