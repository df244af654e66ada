//! One header block of a tar archive, checked.
//!
//! The blocks are walked here and not by the tar crate, whose walk reads long
//! names without bound and follows size overrides: two readers of one archive
//! must not see two bundles.

use tar::{EntryType, Header};

use super::error::{PackError, named};

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// What an entry is.
pub(super) enum Kind {
    File,
    Folder,
    /// A pax header that names the next entry.
    Pax,
    /// GNU's way of naming the next entry.
    LongName,
}

/// A checked header.
pub(super) struct Checked {
    pub(super) kind: Kind,
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) executable: bool,
}

/// Checks a block; `None` for a block of zeros, which ends the archive.
pub(super) fn check(block: &[u8; BLOCK]) -> Result<Option<Checked>, PackError> {
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let damaged = |what: &str| PackError::NotAnArchive(format!("a header's {what} is damaged"));
    let header = Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        // The checksum counts its own field as blanks.
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    if header.cksum().map_err(|_| damaged("checksum"))? != sum {
        return Err(damaged("checksum"));
    }
    let name = header.path_bytes().into_owned();
    let size = header.entry_size().map_err(|_| damaged("size"))?;
    let kind = match header.entry_type() {
        EntryType::Regular => Kind::File,
        EntryType::Directory => Kind::Folder,
        EntryType::XHeader => Kind::Pax,
        EntryType::GNULongName => Kind::LongName,
        EntryType::Link | EntryType::Symlink | EntryType::GNULongLink => {
            return Err(PackError::Link(named(&name)));
        }
        EntryType::Char | EntryType::Block | EntryType::Fifo => {
            return Err(PackError::Device(named(&name)));
        }
        _ => return Err(PackError::UnknownEntry(named(&name))),
    };
    if matches!(kind, Kind::Folder) && size != 0 {
        return Err(damaged("size"));
    }
    // Headers that only name others often have no mode.
    let executable = match kind {
        Kind::File => header.mode().map_err(|_| damaged("mode"))? & 0o100 != 0,
        Kind::Folder | Kind::Pax | Kind::LongName => false,
    };
    Ok(Some(Checked { kind, name, size, executable }))
}

/// The name in a pax header. Other records are ignored if harmless.
pub(super) fn pax_name(records: &[u8]) -> Result<Option<Vec<u8>>, PackError> {
    let damaged = || PackError::NotAnArchive("a pax header is damaged".to_owned());
    let mut name = None;
    let mut rest = records;
    while !rest.is_empty() {
        let space = rest.iter().position(|b| *b == b' ').ok_or_else(damaged)?;
        let (length, _) = rest.split_at_checked(space).ok_or_else(damaged)?;
        let length: usize =
            std::str::from_utf8(length).ok().and_then(|length| length.parse().ok()).ok_or_else(damaged)?;
        let (record, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
        let record = record.get(space + 1..).and_then(|r| r.strip_suffix(b"\n"));
        let record = record.ok_or_else(damaged)?;
        let equals = record.iter().position(|b| *b == b'=').ok_or_else(damaged)?;
        let (key, value) = record.split_at_checked(equals).ok_or_else(damaged)?;
        let value = value.get(1..).unwrap_or_default();
        match key {
            b"path" if name.is_some() => return Err(damaged()),
            b"path" => name = Some(value.to_vec()),
            // Would change what the entry is or how long it is.
            b"size" | b"linkpath" => return Err(damaged()),
            _ if key.starts_with(b"GNU.sparse") => return Err(damaged()),
            _ => {}
        }
        rest = after;
    }
    Ok(name)
}
