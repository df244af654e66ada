//! A folder made of files in memory: new or empty before, whole or not there after.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use assay_bundle::pack::Entry;

use crate::failure::Failure;

/// Writes these files into a folder that is new or empty; it is readable for
/// its owner alone, since a proof bundle is an exploit.
pub fn folder(folder: &Path, files: &[Entry]) -> Result<(), Failure> {
    free(folder)?;
    let failed = |error: io::Error| {
        Failure::own("cannot-write", format!("`{}` cannot be written: {error}", folder.display()))
            .help("name a folder that this user can make or write")
    };
    if folder.exists() {
        // Only what was made here is taken away again.
        return write(files, folder).map_err(|error| {
            empty(folder);
            failed(error)
        });
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new()
        .prefix(".assay-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(failed)?;
    write(files, temporary.path()).map_err(failed)?;
    fs::rename(temporary.path(), folder).map_err(failed)?;
    let _ = temporary.keep();
    Ok(())
}

/// Whether the folder is new or empty.
pub fn free(folder: &Path) -> Result<(), Failure> {
    let taken = |what: &str| {
        Failure::call("not-empty", format!("`{}` {what}", folder.display())).help("name a folder that is new or empty")
    };
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::call("not-found", format!("`{}` cannot be read: {error}", folder.display()))),
        // A link would let what is written land somewhere else than is said.
        Ok(meta) if !meta.is_dir() => Err(taken("is there, and is no folder")),
        Ok(_) => match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
            Ok(false) => Ok(()),
            Ok(true) => Err(taken("is not empty")),
            Err(error) => Err(Failure::call("not-found", format!("`{}` cannot be read: {error}", folder.display()))),
        },
    }
}

/// Writes every file under a name that cannot lead out of the folder, and never over another.
fn write(files: &[Entry], root: &Path) -> io::Result<()> {
    for entry in files {
        let path = root.join(entry.path.as_str());
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mode = if entry.executable { 0o755 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        file.write_all(&entry.content)?;
    }
    Ok(())
}

fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
    }
}
