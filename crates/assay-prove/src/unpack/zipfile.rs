//! zip: the entries of the central directory, which must be unambiguous.
//!
//! Two readers of one zip can see two different archives. So overlapping
//! entries, entries of the same name, and names that need guessing are refused.

use std::io::{Read, Seek};

use zip::CompressionMethod;
use zip::read::{Config, ZipArchive};
use zip::result::ZipError;

use super::error::UnpackError;
use super::name::MAX_NAME;
use super::sink::Sink;

/// Reads all entries of a zip into the sink.
pub(super) fn read(archive: impl Read + Seek, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    let mut archive = ZipArchive::with_config(Config::default(), archive).map_err(damaged)?;
    if archive.has_duplicate_names() {
        return Err(UnpackError::damaged("two entries have the same name"));
    }
    if archive.has_overlapping_entries().map_err(damaged)? {
        return Err(UnpackError::damaged("entries overlap"));
    }
    if archive.is_empty() {
        return Err(UnpackError::damaged("it has no entries"));
    }
    for index in 0..archive.len() {
        sink.count()?;
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name_raw().to_vec();
        if name.contains(&b'\\') {
            return Err(UnpackError::entry(&name, "its name has a backslash, which readers understand differently"));
        }
        if std::str::from_utf8(&name).is_err() {
            return Err(UnpackError::entry(&name, "its name is not UTF-8"));
        }
        if entry.encrypted() {
            return Err(UnpackError::entry(&name, "it is encrypted"));
        }
        if !matches!(
            entry.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated | CompressionMethod::Bzip2
        ) {
            return Err(UnpackError::entry(&name, "its compression method is none of store, deflate, bzip2"));
        }
        let mode = entry.unix_mode().unwrap_or(0o644);
        match mode & 0o170_000 {
            _ if name.ends_with(b"/") => sink.folder(&name)?,
            0 | 0o100_000 => sink.file(&name, &mut entry, mode & 0o111 != 0, false)?,
            0o040_000 => sink.folder(&name)?,
            0o120_000 => {
                let mut target = Vec::new();
                (&mut entry).take(MAX_NAME as u64 + 1).read_to_end(&mut target).map_err(UnpackError::damaged)?;
                sink.link(&name, &target)?;
            }
            _ => {
                return Err(UnpackError::entry(&name, "it is neither file, folder nor link"));
            }
        }
    }
    Ok(())
}

fn damaged(error: ZipError) -> UnpackError {
    UnpackError::damaged(error)
}
