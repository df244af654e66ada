//! What `assay bundle import` reads: a file, a folder, or an archive, each as hostile input.
//!
//! An archive is unpacked by the same code as the sources of a proof: within
//! bounds, without links, devices or names that lead out, into a folder of its
//! own that is gone afterwards. Nothing of it is run.

use std::fs::{self, File};
use std::io::{Cursor, Read as _};
use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_bundle::files::MANIFEST;
use assay_import::{Format, Source};
use assay_prove::load;
use assay_prove::unpack::{self, Kind, Limits, UnpackError};

use crate::failure::Failure;
use crate::report::next;

/// Bytes of one file.
const MAX_FILE: u64 = 64 << 20;
/// Bytes of one archive, and of what it holds.
const MAX_ARCHIVE: u64 = load::MAX_BYTES;
/// Folders inside each other.
const DEPTH: usize = 16;

/// Reads the source at this path.
pub fn read(path: &Path, format: Option<Format>) -> Result<Source, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::call("not-found", format!("`{}` cannot be read: {error}", path.display()));
    let meta = fs::metadata(path).map_err(unreadable)?;
    let whole = fs::canonicalize(path).map_err(unreadable)?;
    let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if meta.is_dir() {
        let files = load::read_tree(path).map_err(|error| super::unreadable(&error))?;
        return tree(path, Source::tree(&name, None, files));
    }
    if !meta.is_file() {
        return Err(Failure::call("not-a-plain-file", format!("`{}` is neither a file nor a folder", path.display())));
    }
    // A testcase for a program that reads archives may itself be called so.
    let kind = Kind::of(&name).ok().filter(|_| !assay_import::is_testcase(&name) && takes_archives(format));
    let most = if kind.is_some() { MAX_ARCHIVE } else { MAX_FILE };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        let message = format!("`{}` has more than {} MiB", path.display(), most >> 20);
        return Err(Failure::call("too-large", message).help("take out what is no finding"));
    }
    match kind {
        None => Ok(Source::file(&name, bytes)),
        Some(kind) => tree(path, unpacked(path, &name, kind, bytes)?),
    }
}

/// Logs and crash reports are single files, whatever they are called.
fn takes_archives(format: Option<Format>) -> bool {
    !matches!(format, Some(Format::Sarif | Format::Casrep))
}

fn unpacked(path: &Path, name: &str, kind: Kind, bytes: Vec<u8>) -> Result<Source, Failure> {
    let whole = (Sha256::of(&bytes), bytes.len());
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::own("cannot-write", format!("no folder for unpacking can be made: {error}")))?;
    let limits = Limits { bytes: MAX_ARCHIVE, entries: load::MAX_ENTRIES as u64, depth: DEPTH };
    unpack::unpack_as(kind, Cursor::new(bytes), folder.path(), &limits).map_err(|error| match error {
        UnpackError::Io { source, .. } => {
            Failure::own("cannot-write", format!("`{}` cannot be unpacked: {source}", path.display()))
        }
        other => Failure::call("bad-archive", format!("`{}`: {other}", path.display()))
            .help("nothing of it was taken; unpack it yourself, and import the folder with what you trust"),
    })?;
    let files = load::read_tree(folder.path()).map_err(|error| super::unreadable(&error))?;
    Ok(Source::tree(name, Some(whole), files))
}

/// A bundle is not imported: it is one already.
fn tree(path: &Path, source: Source) -> Result<Source, Failure> {
    if source.holds(MANIFEST) {
        let quoted = next::quoted(path);
        return Err(Failure::call("a-bundle", format!("`{}` is a proof bundle already", path.display()))
            .help(format!("look at it with `assay bundle check {quoted}`")));
    }
    Ok(source)
}
