//! Files that are either whole or not there.
//!
//! What is not yet whole lies beside the file, under a name that begins with
//! `.assay-` and the file's own. It is locked while its program lives; what a
//! killed program left is cleared by the next one that writes the same file.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// Characters that make the name of an unfinished file its own.
const RANDOM: usize = 6;
/// Bytes of the file's own name in it: with the rest it stays within what a folder takes.
const NAMED: usize = 150;
/// How often a file is begun anew because somebody cleared it in the instant in which it was made.
const ATTEMPTS: usize = 10;

/// A file that appears under its name only when all of it is written.
pub struct WholeFile {
    path: PathBuf,
    temporary: NamedTempFile,
}

impl WholeFile {
    /// Begins a file. Made before long work, so that a wrong name shows at once.
    pub fn begin(path: &Path) -> Result<Self, Failure> {
        if path.file_name().is_none() || path.is_dir() {
            return Err(Failure::call(
                "not-a-file",
                format!("`{}` is a folder, not a name for a file", path.display()),
            ));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".assay-{}-", name.get(..name.floor_char_boundary(NAMED)).unwrap_or_default());
        sweep(folder, &prefix);
        let temporary = unfinished(folder, &prefix).map_err(|error| {
            Failure::own("cannot-write", format!("`{}` cannot be written: {error}", path.display()))
                .help("name a file in a folder that exists and that this user can write")
        })?;
        Ok(Self { path: path.to_owned(), temporary })
    }

    /// Writes the content and gives the file its name.
    pub fn finish(mut self, content: &[u8], mode: u32) -> Result<(), Failure> {
        let path = &self.path;
        let failed =
            |error: io::Error| Failure::own("cannot-write", format!("`{}` cannot be written: {error}", path.display()));
        self.temporary.write_all(content).map_err(failed)?;
        self.temporary.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
        self.temporary.as_file().sync_all().map_err(failed)?;
        self.temporary.persist(&self.path).map_err(|error| failed(error.error))?;
        // The name is on the disk only once the folder is; where that cannot be asked for, the file is still whole.
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

/// An unfinished file that is locked as long as this program has it open.
fn unfinished(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let temporary = tempfile::Builder::new().prefix(prefix).rand_bytes(RANDOM).tempfile_in(folder)?;
        // Where a folder's files cannot be locked, nobody can clear them either.
        let is_locked = temporary.as_file().lock().is_ok();
        if !is_locked || temporary.as_file().metadata()?.nlink() > 0 {
            return Ok(temporary);
        }
    }
    Err(io::Error::other("somebody clears it away as soon as it is made"))
}

/// Clears what killed programs left of this file. What cannot be cleared stays, and stops nothing.
fn sweep(folder: &Path, prefix: &str) {
    let Ok(inside) = fs::read_dir(folder) else { return };
    for entry in inside.flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let is_ours = random
            .is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        // For both: a pipe that somebody puts there in this instant would be waited for otherwise.
        if is_ours && let Ok(file) = File::options().read(true).write(true).open(entry.path()) {
            // Held by whoever writes it now.
            if file.try_lock().is_ok() {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_killed_program_left_is_cleared_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let alive = WholeFile::begin(&at("index.assay")).unwrap();
        let alive_at = alive.temporary.path().to_owned();
        // As a kill leaves it: under its name, and locked by nobody.
        for name in [".assay-index.assay-Ab12Cd", ".assay-index.assay-zzzzzz"] {
            fs::write(at(name), "half").unwrap();
        }
        let others = [
            ".assay-other.assay-Ab12Cd",
            ".assay-index.assay-Ab12Cde",
            ".assay-index.assay-Ab1.Cd",
            ".assay-index.assay-more-Ab12Cd",
            "index.assay-Ab12Cd",
            ".assay-Ab12Cd",
        ];
        for name in others {
            fs::write(at(name), "another's").unwrap();
        }
        std::os::unix::fs::symlink(at("index.assay-Ab12Cd"), at(".assay-index.assay-linked")).unwrap();
        fs::create_dir(at(".assay-index.assay-folder")).unwrap();

        let second = WholeFile::begin(&at("index.assay")).unwrap();
        assert!(!at(".assay-index.assay-Ab12Cd").exists() && !at(".assay-index.assay-zzzzzz").exists());
        assert!(others.iter().all(|name| at(name).exists()));
        assert!(at(".assay-index.assay-linked").is_symlink() && at(".assay-index.assay-folder").is_dir());
        assert!(alive_at.exists(), "somebody is still writing it");
        alive.finish(b"one", 0o644).unwrap();
        second.finish(b"two", 0o644).unwrap();
        assert_eq!(fs::read(at("index.assay")).unwrap(), b"two");
        // Names as long as a folder takes them.
        WholeFile::begin(&at(&"\u{e9}".repeat(127))).unwrap().finish(b"long", 0o644).unwrap();
    }
}
