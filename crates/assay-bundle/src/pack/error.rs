//! Why a pack was refused.

use std::io;

use crate::manifest::shown;
use crate::path::{BundlePath, NotABundlePath};

/// Why a pack was refused, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It is not zstd, not tar, or ends in the middle.
    #[error("this is not a whole `.tar.zst` archive: {0}")]
    NotAnArchive(String),
    /// Unpacked, it is larger than the reader allows.
    #[error("unpacked, the bundle is larger than {0} bytes")]
    TooLarge(u64),
    /// It holds more files and folders than the reader allows.
    #[error("the bundle has more than {0} files and folders")]
    TooManyEntries(usize),
    /// A link, by which a name could mean a file outside.
    #[error("{0} is a link; a bundle holds only files and folders")]
    Link(String),
    /// A device, pipe or socket.
    #[error("{0} is a device or a pipe; a bundle holds only files and folders")]
    Device(String),
    /// An entry of a kind that needs more than names and contents.
    #[error("{0} is an archive entry of an unknown kind")]
    UnknownEntry(String),
    /// A name that is absolute, climbs out, or cannot be shown.
    #[error(transparent)]
    BadPath(#[from] NotABundlePath),
    /// The name is not UTF-8.
    #[error("{0} is not UTF-8; names in a bundle are")]
    NotUtf8(String),
    /// The same name twice: which one counts would depend on the reader.
    #[error("`{0}` is in the bundle twice")]
    Duplicate(BundlePath),
    /// Two names that are one on many file systems.
    #[error("`{0}` and `{1}` differ only in case, and are one file on many systems")]
    CaseVariant(String, String),
    /// A name is a file here and a folder there.
    #[error("`{0}` is both a file and a folder")]
    FileAndFolder(String),
    /// `src/` is where the arm's source appears.
    #[error("`{0}` lies in `src`, where the arm's source appears")]
    ReservedPath(BundlePath),
    /// There is no manifest.
    #[error("there is no `proof.toml` at the root of the bundle")]
    NoManifest,
    /// Writing failed.
    #[error("the archive could not be written: {0}")]
    Write(#[source] io::Error),
}

impl PackError {
    /// Stable kebab-case code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnArchive(_) => "not-an-archive",
            Self::TooLarge(_) => "too-large",
            Self::TooManyEntries(_) => "too-many-entries",
            Self::Link(_) => "link",
            Self::Device(_) => "device",
            Self::UnknownEntry(_) => "unknown-entry",
            Self::BadPath(_) | Self::NotUtf8(_) => "bad-path",
            Self::Duplicate(_) => "duplicate-path",
            Self::CaseVariant(..) => "case-variant",
            Self::FileAndFolder(_) => "file-and-folder",
            Self::ReservedPath(_) => "reserved-path",
            Self::NoManifest => "no-manifest",
            Self::Write(_) => "write-failed",
        }
    }
}

/// A name from an archive, made safe to show.
pub(super) fn named(name: &[u8]) -> String {
    format!("`{}`", shown(&String::from_utf8_lossy(name)))
}
