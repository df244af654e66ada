//! Opens files of a stranger's tree: no link is followed at the last step, no
//! pipe or device is waited for, and no more is read than allowed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// A plain file.
pub fn plain(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    Ok(file)
}

/// Its bytes; an error if there are more than `most`.
pub fn whole(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = plain(path)?;
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_long(most));
    }
    read(file, length, most)
}

/// The bytes of a reader that should have `length` of them; an error if there are more than `most`.
pub fn read(reader: impl Read, length: u64, most: u64) -> io::Result<Vec<u8>> {
    // The length is a stranger's word: no more than a mebibyte is set aside for it before it comes.
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(1 << 20)).unwrap_or_default());
    reader.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_long(most));
    }
    Ok(bytes)
}

fn too_long(most: u64) -> io::Error {
    io::Error::other(format!("it has more than {} MiB, which is more than any real one has", most >> 20))
}

/// Its first bytes.
pub fn first(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    plain(path)?.take(bytes).read_to_end(&mut out)?;
    Ok(out)
}
