//! Writes a bundle so that the same files always give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tar::{EntryType, Header};

use super::Entry;
use super::error::PackError;
use super::read::Bounds;
use super::tree::Tree;
use crate::path::BundlePath;

/// Part of the format only in so far as equal files give equal bytes.
const LEVEL: i32 = 9;

/// Writes these files as a deterministic `.tar.zst`: sorted names, no times,
/// no owners, mode 644 or 755.
///
/// # Errors
/// If the files could not be read back (see [`super::read`]) or writing fails.
pub fn write(entries: impl IntoIterator<Item = Entry>, out: impl Write) -> Result<(), PackError> {
    let bounds = Bounds::default();
    let mut tree = Tree::default();
    let mut sorted: BTreeMap<BundlePath, (Vec<u8>, bool)> = BTreeMap::new();
    let mut left = bounds.total;
    for entry in entries {
        tree.add_file(&entry.path)?;
        left = left.checked_sub(entry.content.len() as u64).ok_or(PackError::TooLarge(bounds.total))?;
        if sorted.len() == bounds.entries {
            return Err(PackError::TooManyEntries(bounds.entries));
        }
        sorted.insert(entry.path, (entry.content, entry.executable));
    }
    if !tree.has_manifest() {
        return Err(PackError::NoManifest);
    }
    compress(&sorted, out).map_err(PackError::Write)
}

fn compress(files: &BTreeMap<BundlePath, (Vec<u8>, bool)>, out: impl Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    let mut archive = tar::Builder::new(encoder);
    for (path, (content, executable)) in files {
        let mode = if *executable { 0o755 } else { 0o644 };
        let mut header = plain(EntryType::Regular, content.len(), mode);
        if header.set_path(path.as_str()).is_err() {
            // Too long for the header: the name stands before it (pax), and a stub in it.
            let record = pax_path(path.as_str());
            let mut before = plain(EntryType::XHeader, record.len(), 0o644);
            before.set_path("pax-header")?;
            before.set_cksum();
            archive.append(&before, record.as_bytes())?;
            header = plain(EntryType::Regular, content.len(), mode);
            header.set_path("long-name")?;
        }
        header.set_cksum();
        archive.append(&header, content.as_slice())?;
    }
    archive.into_inner()?.finish()?.flush()
}

/// A header without time and owner.
fn plain(kind: EntryType, size: usize, mode: u32) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// `LENGTH path=NAME\n`, where the length counts its own digits (POSIX pax, extended header).
fn pax_path(path: &str) -> String {
    let rest = format!(" path={path}\n");
    let mut length = rest.len();
    while length.to_string().len() + rest.len() != length {
        length = length.to_string().len() + rest.len();
    }
    format!("{length}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_records_count_themselves() {
        for size in [1, 89, 90, 91, 92, 988, 989, 990, 991, 992, 4096] {
            let record = pax_path(&"a".repeat(size));
            assert!(record.starts_with(&format!("{} path=", record.len())), "{size}");
        }
    }
}
