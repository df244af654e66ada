//! What is done to every unpacked source: the packer's own top folder goes,
//! and all files get one time.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::UnpackError;
use super::name::link_stays_inside;

/// The time every file of a source gets, in seconds since 1970: 2020-01-01
/// 00:00:00 UTC. One time for all keeps `make` from regenerating what a patch
/// touched, and builds alike.
pub const ONE_MTIME: u64 = 1_577_836_800;

/// If all of `dest` lies in one folder (`foo-1.0/`, `package/`), its content
/// becomes that of `dest`; gives the folder's name.
///
/// # Errors
/// When a link in it would lead out of the new root, or the file system refuses.
pub fn strip_single_top_folder(dest: &Path) -> Result<Option<OsString>, UnpackError> {
    let names = list(dest)?;
    let mut all = names.iter();
    let (Some(top), None) = (all.next(), all.next()) else {
        return Ok(None);
    };
    let folder = dest.join(top);
    if !fs::symlink_metadata(&folder).map_err(UnpackError::io(&folder))?.is_dir() {
        return Ok(None);
    }
    // `foo-1.0/link -> ../foo-1.0/file` is inside now, and would not be then.
    walk(&folder, &mut |path, meta| {
        if meta.is_symlink() {
            let target = fs::read_link(folder.join(path)).map_err(UnpackError::io(path))?;
            link_stays_inside(path, target.as_os_str().as_bytes())
                .map_err(|reason| UnpackError::entry(path.as_os_str().as_bytes(), reason))?;
        }
        Ok(())
    })?;
    let children = list(&folder)?;
    let mut aside = OsString::from(".assay-top");
    while children.contains(&aside) {
        aside.push("_");
    }
    let aside = dest.join(aside);
    fs::rename(&folder, &aside).map_err(UnpackError::io(&folder))?;
    for child in &children {
        let to = dest.join(child);
        fs::rename(aside.join(child), &to).map_err(UnpackError::io(&to))?;
    }
    fs::remove_dir(&aside).map_err(UnpackError::io(&aside))?;
    Ok(Some(top.clone()))
}

/// Gives every file and folder below `dest` the same modification time.
/// A link's own time is left alone: programs look at what it leads to.
///
/// # Errors
/// When the file system refuses.
pub fn set_one_mtime(dest: &Path) -> Result<(), UnpackError> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(ONE_MTIME);
    let times = FileTimes::new().set_modified(time).set_accessed(time);
    let touch = |path: &Path| File::open(path).and_then(|f| f.set_times(times)).map_err(UnpackError::io(path));
    walk(dest, &mut |path, meta| {
        if meta.is_file() || meta.is_dir() { touch(&dest.join(path)) } else { Ok(()) }
    })?;
    touch(dest)
}

fn list(folder: &Path) -> Result<BTreeSet<OsString>, UnpackError> {
    let entries = fs::read_dir(folder).map_err(UnpackError::io(folder))?;
    entries.map(|e| e.map(|e| e.file_name()).map_err(UnpackError::io(folder))).collect()
}

/// Visits everything below `root` without following links; paths are relative to it.
fn walk(
    root: &Path,
    visit: &mut dyn FnMut(&Path, &fs::Metadata) -> Result<(), UnpackError>,
) -> Result<(), UnpackError> {
    let mut todo = vec![PathBuf::new()];
    while let Some(folder) = todo.pop() {
        for name in list(&root.join(&folder))? {
            let path = folder.join::<&OsStr>(&name);
            let full = root.join(&path);
            let meta = fs::symlink_metadata(&full).map_err(UnpackError::io(&full))?;
            visit(&path, &meta)?;
            if meta.is_dir() {
                todo.push(path);
            }
        }
    }
    Ok(())
}
