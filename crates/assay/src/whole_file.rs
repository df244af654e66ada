//! Files that are either whole or not there.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;

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
        let temporary = tempfile::Builder::new().prefix(".assay-").tempfile_in(folder).map_err(|error| {
            Failure::own("cannot-write", format!("`{}` cannot be written: {error}", path.display()))
                .help("name a file in a folder that exists and that this user can write")
        })?;
        Ok(Self { path: path.to_owned(), temporary })
    }

    /// Writes the content and gives the file its name.
    pub fn finish(mut self, content: &[u8], mode: u32) -> Result<(), Failure> {
        let path = &self.path;
        let failed = |error: std::io::Error| {
            Failure::own("cannot-write", format!("`{}` cannot be written: {error}", path.display()))
        };
        self.temporary.write_all(content).map_err(failed)?;
        self.temporary.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
        self.temporary.as_file().sync_all().map_err(failed)?;
        self.temporary.persist(&self.path).map_err(|error| failed(error.error))?;
        // The name is on the disk only once the folder is; where that cannot be asked for, the file is still whole.
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}
