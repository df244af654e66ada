//! One archive, whatever its kind.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{UnpackError, shown};
use super::sink::Sink;
use super::{tarball, zipfile};

/// What an archive may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of all files together, unpacked.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: u64,
    /// Folders inside each other.
    pub depth: usize,
}

impl Default for Limits {
    /// Room for the largest honest sources; the Linux kernel's is 1.5 GB in 90,000 entries.
    fn default() -> Self {
        Self { bytes: 2 << 30, entries: 200_000, depth: 64 }
    }
}

/// What was unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Bytes of all files.
    pub bytes: u64,
    /// Regular files.
    pub files: u64,
    /// Folders.
    pub folders: u64,
    /// Links.
    pub links: u64,
}

/// Kinds of archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Plain tar.
    Tar,
    /// tar, gzip: also `.tgz` and `.crate`.
    TarGz,
    /// tar, xz.
    TarXz,
    /// tar, LZMA alone, as old Debian sources use it.
    TarLzma,
    /// tar, bzip2.
    TarBz2,
    /// tar, Zstandard.
    TarZst,
    /// zip: also `.whl` and `.jar`.
    Zip,
}

impl Kind {
    /// The kind that a file name promises.
    ///
    /// # Errors
    /// When its ending is not known.
    pub fn of(name: &str) -> Result<Self, UnpackError> {
        const ENDINGS: [(&str, Kind); 12] = [
            (".tar", Kind::Tar),
            (".tar.gz", Kind::TarGz),
            (".tgz", Kind::TarGz),
            (".crate", Kind::TarGz),
            (".tar.xz", Kind::TarXz),
            (".tar.lzma", Kind::TarLzma),
            (".tar.bz2", Kind::TarBz2),
            (".tbz2", Kind::TarBz2),
            (".tar.zst", Kind::TarZst),
            (".zip", Kind::Zip),
            (".whl", Kind::Zip),
            (".jar", Kind::Zip),
        ];
        let known = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending));
        known.map(|(_, kind)| *kind).ok_or_else(|| UnpackError::UnknownKind { name: shown(name.as_bytes()) })
    }
}

/// Unpacks the file `archive`, whose name tells its kind, into the empty folder `dest`.
///
/// # Errors
/// When the archive is refused or damaged; `dest` is then to be thrown away.
pub fn unpack(archive: &Path, dest: &Path, limits: &Limits) -> Result<Summary, UnpackError> {
    let kind = Kind::of(&archive.file_name().unwrap_or_default().to_string_lossy())?;
    let file = File::open(archive).map_err(UnpackError::io(archive))?;
    unpack_as(kind, file, dest, limits)
}

/// Unpacks an archive of a known kind into the empty folder `dest`.
///
/// # Errors
/// When the archive is refused or damaged; `dest` is then to be thrown away.
pub fn unpack_as<R: Read + Seek>(kind: Kind, archive: R, dest: &Path, limits: &Limits) -> Result<Summary, UnpackError> {
    if fs::read_dir(dest).map_err(UnpackError::io(dest))?.next().is_some() {
        return Err(UnpackError::NotEmpty { path: dest.to_owned() });
    }
    let mut sink = Sink::new(dest, *limits);
    let archive = BufReader::new(archive);
    match kind {
        Kind::Zip => zipfile::read(archive, &mut sink)?,
        packed => {
            let stream = decompress(packed, archive).map_err(UnpackError::damaged)?;
            tarball::read(stream, limits, &mut sink)?;
        }
    }
    sink.finish()
}

/// The stream inside a compressed one, with the decoder's memory bounded.
fn decompress<'a, R: Read + 'a>(kind: Kind, packed: R) -> io::Result<Box<dyn Read + 'a>> {
    /// Enough for `xz -9` (65 MiB) and for windows of 128 MiB.
    const MEMORY: u64 = 192 << 20;
    const WINDOW: u32 = 27;
    use liblzma::stream::{CONCATENATED, Stream};
    Ok(match kind {
        Kind::Tar | Kind::Zip => Box::new(packed),
        Kind::TarGz => Box::new(flate2::read::MultiGzDecoder::new(packed)),
        Kind::TarBz2 => Box::new(bzip2::read::MultiBzDecoder::new(packed)),
        Kind::TarXz => {
            Box::new(liblzma::read::XzDecoder::new_stream(packed, Stream::new_stream_decoder(MEMORY, CONCATENATED)?))
        }
        Kind::TarLzma => Box::new(liblzma::read::XzDecoder::new_stream(packed, Stream::new_lzma_decoder(MEMORY)?)),
        Kind::TarZst => {
            let mut decoder = zstd::Decoder::new(packed)?;
            decoder.window_log_max(WINDOW)?;
            Box::new(decoder)
        }
    })
}
