//! Opens what a call names: bounded, and unpacked if it is packed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::failure::Failure;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Most bytes that are made room for because a file says that it is so long.
const AT_ONCE: usize = 16 << 20;

/// The whole file, at most so many bytes of it after unpacking.
///
/// # Errors
///
/// It is not there, is a folder, cannot be read or unpacked, or is longer.
pub fn whole(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let file = plain_file(path)?;
    let long = file.metadata().map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX));
    read(unpacked(BufReader::new(file)).map_err(|error| unreadable(path, &error))?, path, most, long)
}

/// The whole file as it lies, packed or not: what a digest is taken of.
///
/// # Errors
///
/// It is not there, is a folder, cannot be read, or is longer.
pub fn as_it_lies(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    read(plain_file(path)?, path, most, 0)
}

/// Standard input, likewise.
///
/// # Errors
///
/// It cannot be read or unpacked, or is longer.
pub fn stdin(most: usize) -> Result<Vec<u8>, Failure> {
    let path = Path::new("-");
    let unpacked = unpacked(io::stdin().lock()).map_err(|error| unreadable(path, &error))?;
    read(unpacked, path, most, 0)
}

/// A file to read line by line, unpacked if it is packed.
///
/// # Errors
///
/// It is not there, is a folder, or cannot be read.
pub fn reader(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    unpacked(BufReader::new(plain_file(path)?)).map_err(|error| unreadable(path, &error))
}

fn plain_file(path: &Path) -> Result<File, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(Failure::call("unreadable", format!("`{}` is a folder, and a file is needed", path.display())));
    }
    Ok(file)
}

fn unpacked<'a>(mut reader: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    Ok(if reader.fill_buf()?.starts_with(&GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    })
}

/// Reads all of it. What is said of its length only saves steps.
fn read(reader: impl Read, path: &Path, most: usize, long: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(long.min(most).min(AT_ONCE) + 1);
    // One more than allowed tells too long from just long enough; a packed file may unpack to anything.
    reader.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() > most {
        let message = format!("`{}` has more than {} MiB", path.display(), most >> 20);
        return Err(
            Failure::call("too-long", message).help("that is more than any real one has; is it the right file?")
        );
    }
    Ok(bytes)
}

/// Why a path could not be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::call("unreadable", format!("`{}` cannot be read: {error}", path.display()))
}
