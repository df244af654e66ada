//! tar: entries one by one, with GNU and pax long names read within bounds.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use tar::EntryType;

use super::archive::Limits;
use super::error::UnpackError;
use super::name::MAX_NAME;
use super::sink::Sink;

/// Bytes of one header that describes another entry.
const MAX_EXTENSION: u64 = 64 << 10;

/// What extension headers say about the next entry.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

/// Reads all entries of a tar stream into the sink.
pub(super) fn read(stream: impl Read, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    // Headers, padding and skipped data are decompressed too, so the stream as a
    // whole has a limit of its own.
    let most = limits.bytes.saturating_add(limits.entries.saturating_mul(2048)).saturating_add(1 << 20);
    let spent = Rc::new(Cell::new(false));
    let stream = Bounded { inner: stream, left: most, spent: Rc::clone(&spent) };
    entries(stream, sink).map_err(|error| match error {
        UnpackError::Damaged { .. } if spent.get() => UnpackError::Limit { what: "bytes", limit: most },
        other => other,
    })
}

fn entries(stream: impl Read, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    let mut archive = tar::Archive::new(stream);
    let mut ahead = Ahead::default();
    let mut any = false;
    for entry in archive.entries().map_err(UnpackError::damaged)?.raw(true) {
        let mut entry = entry.map_err(UnpackError::damaged)?;
        any = true;
        sink.count()?;
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => ahead.name = Some(long_name(&mut entry)?),
            EntryType::GNULongLink => ahead.link = Some(long_name(&mut entry)?),
            EntryType::XHeader => pax(&extension(&mut entry)?, &mut ahead)?,
            EntryType::XGlobalHeader => pax(&extension(&mut entry)?, &mut Ahead::default())?,
            _ => {
                let Ahead { name, link } = std::mem::take(&mut ahead);
                let name = name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
                let link =
                    link.or_else(|| entry.header().link_name_bytes().map(|l| l.into_owned())).unwrap_or_default();
                one(kind, &name, &link, &mut entry, sink)?;
            }
        }
    }
    // An empty file reads as an archive without entries; a source never is one.
    if any { Ok(()) } else { Err(UnpackError::damaged("it has no entries")) }
}

fn one<R: Read>(
    kind: EntryType,
    name: &[u8],
    link: &[u8],
    entry: &mut tar::Entry<'_, R>,
    sink: &mut Sink<'_>,
) -> Result<(), UnpackError> {
    let executable = entry.header().mode().unwrap_or(0) & 0o111 != 0;
    let length = entry.size();
    match kind {
        // Old tars mark a folder by the slash at the end of its name only.
        EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => sink.folder(name),
        EntryType::Regular | EntryType::Continuous => {
            let mut exact = Exact { inner: entry, left: length };
            sink.file(name, &mut exact, executable, true)
        }
        EntryType::Directory => sink.folder(name),
        EntryType::Symlink => sink.link(name, link),
        EntryType::Link => sink.hard_link(name, link),
        EntryType::Char | EntryType::Block => Err(UnpackError::entry(name, "it is a device")),
        EntryType::Fifo => Err(UnpackError::entry(name, "it is a named pipe")),
        EntryType::GNUSparse => Err(UnpackError::entry(name, "it is a sparse file")),
        _ => Err(UnpackError::entry(name, "its type is not known")),
    }
}

/// The content of an extension header.
fn extension<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, UnpackError> {
    let length = entry.size();
    if length > MAX_EXTENSION {
        return Err(UnpackError::Limit { what: "bytes in one extended header", limit: MAX_EXTENSION });
    }
    let mut content = Vec::new();
    entry.read_to_end(&mut content).map_err(UnpackError::damaged)?;
    if content.len() as u64 == length {
        Ok(content)
    } else {
        Err(UnpackError::damaged("it ends in the middle of a header"))
    }
}

fn long_name<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, UnpackError> {
    let mut name = extension(entry)?;
    if name.last() == Some(&0) {
        name.pop();
    }
    if name.len() > MAX_NAME { Err(UnpackError::entry(&name, "its name is longer than 4096 bytes")) } else { Ok(name) }
}

/// Reads pax records (`LENGTH KEY=VALUE\n`). Only names matter here; keys that
/// change where an entry's data lies are refused, since readers disagree about them.
fn pax(content: &[u8], ahead: &mut Ahead) -> Result<(), UnpackError> {
    let bad = || UnpackError::damaged("a pax header breaks its format");
    let mut rest = content;
    while !rest.is_empty() && rest[0] != 0 {
        let blank = rest.iter().take(8).position(|&b| b == b' ').ok_or_else(bad)?;
        let digits = std::str::from_utf8(&rest[..blank]).map_err(|_| bad())?;
        let length: usize = digits.parse().map_err(|_| bad())?;
        let record = rest.get(blank + 1..length).and_then(|r| r.strip_suffix(b"\n")).ok_or_else(bad)?;
        rest = &rest[length..];
        let equals = record.iter().position(|&b| b == b'=').ok_or_else(bad)?;
        let value = &record[equals + 1..];
        match &record[..equals] {
            b"path" => ahead.name = Some(value.to_vec()),
            b"linkpath" => ahead.link = Some(value.to_vec()),
            b"size" => {
                return Err(UnpackError::damaged("a pax header overrides the size of an entry"));
            }
            key if key.starts_with(b"GNU.sparse.") => {
                return Err(UnpackError::damaged("it has a sparse file"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Fails when the stream goes on after `left` bytes.
struct Bounded<R> {
    inner: R,
    left: u64,
    spent: Rc<Cell<bool>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        match self.left.checked_sub(n as u64) {
            Some(left) => self.left = left,
            None => {
                self.spent.set(true);
                return Err(io::Error::other("too many bytes"));
            }
        }
        Ok(n)
    }
}

/// Fails when the data ends before the length the header promised.
struct Exact<'a, R> {
    inner: &'a mut R,
    left: u64,
}

impl<R: Read> Read for Exact<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if n == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::other("it ends in the middle of a file"));
        }
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}
