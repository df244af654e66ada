//! Digests over folders of the runner's own.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use sha2::Digest as _;

/// One digest over a folder's files: their sorted paths and digests.
///
/// # Errors
///
/// A file cannot be read.
pub fn of_folder(folder: &Path) -> io::Result<Sha256> {
    let mut lines = Vec::new();
    walk(folder, &mut PathBuf::new(), &mut |path, kind| {
        let name = path.to_string_lossy().escape_default().to_string();
        if kind.is_file() {
            lines.push(format!("{} {name}\n", of_file(&folder.join(path))?.to_hex()));
        } else if kind.is_symlink() {
            let target = fs::read_link(folder.join(path))?;
            lines.push(format!("link {} {name}\n", target.to_string_lossy().escape_default()));
        }
        Ok(())
    })?;
    lines.sort();
    Ok(Sha256::of(lines.concat().as_bytes()))
}

/// The digest of each file in a folder; what cannot be read is left out.
#[must_use]
pub fn of_files(folder: &Path) -> Vec<Sha256> {
    let mut files = Vec::new();
    let _ = walk(folder, &mut PathBuf::new(), &mut |path, kind| {
        if kind.is_file() {
            files.push(of_file(&folder.join(path))?);
        }
        Ok(())
    });
    files
}

/// The digest of a file, which may be larger than what memory should hold.
pub(crate) fn of_file(path: &Path) -> io::Result<Sha256> {
    let mut file = fs::File::open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(Sha256::from_bytes(hasher.finalize().into()));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}

/// Bytes of the files in a folder.
#[must_use]
pub fn bytes_of(folder: &Path) -> u64 {
    let mut bytes = 0_u64;
    let _ = walk(folder, &mut PathBuf::new(), &mut |path, kind| {
        if kind.is_file() {
            bytes = bytes.saturating_add(fs::symlink_metadata(folder.join(path))?.len());
        }
        Ok(())
    });
    bytes
}

/// Visits what lies below a folder, following no link.
fn walk(
    root: &Path,
    relative: &mut PathBuf,
    visit: &mut dyn FnMut(&Path, fs::FileType) -> io::Result<()>,
) -> io::Result<()> {
    for entry in fs::read_dir(root.join(&*relative))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        relative.push(entry.file_name());
        visit(relative, kind)?;
        if kind.is_dir() {
            walk(root, relative, visit)?;
        }
        relative.pop();
    }
    Ok(())
}
