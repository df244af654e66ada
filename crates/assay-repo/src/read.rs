//! Reading files that others wrote: bounded, and never through a link.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use assay_bundle::digest::Sha256;

use crate::index;
use crate::refusal::Refusal;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It cannot be believed.
    Refused(Refusal),
    /// The disk or the network failed, which says nothing about the release.
    Failed(io::Error),
}

/// The content of `root/path`, which has to be a plain file of exactly these bytes.
pub(crate) fn exactly(root: &Path, file: &index::File) -> Result<Vec<u8>, ReadError> {
    let missing = || Refusal::Missing { path: file.path.clone() };
    let bytes = at_most(root, &file.path, file.size)?.ok_or_else(|| ReadError::Refused(missing()))?;
    matches(file, &bytes).map_err(ReadError::Refused)?;
    Ok(bytes)
}

/// Whether these bytes are the ones that were signed.
pub(crate) fn matches(file: &index::File, bytes: &[u8]) -> Result<(), Refusal> {
    let path = || file.path.clone();
    if bytes.len() as u64 != file.size {
        return Err(Refusal::Size { path: path(), wanted: file.size });
    }
    let found = Sha256::of(bytes);
    if found != file.sha256 {
        return Err(Refusal::Changed { path: path(), found, wanted: file.sha256 });
    }
    Ok(())
}

/// The content of a plain file, and one byte more than `most` if it is longer; none if it is not there.
pub(crate) fn at_most(root: &Path, path: &str, most: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let full = root.join(path);
    match fs::symlink_metadata(&full) {
        Ok(meta) if !meta.is_file() => return Err(ReadError::Refused(Refusal::NotAFile { path: path.to_owned() })),
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(ReadError::Failed(error)),
    }
    let mut bytes = Vec::new();
    match File::open(&full).and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(ReadError::Failed(error)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
