//! Why an archive was refused, and at which entry.

use std::path::{Path, PathBuf};

use crate::patch::PatchError;

/// Why an archive was not unpacked. The destination is then to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The name's ending is not known.
    #[error(
        "`{name}`: not a kind of archive that is known; supported are .tar, .tar.gz, .tgz, .crate, .tar.xz, .tar.lzma, .tar.bz2, .tar.zst, .zip, .whl, .jar"
    )]
    UnknownKind {
        /// The file name.
        name: String,
    },
    /// The destination holds something already.
    #[error("`{}` is not empty; unpack into a new folder", path.display())]
    NotEmpty {
        /// The destination.
        path: PathBuf,
    },
    /// An entry that is refused.
    #[error("entry `{entry}` is refused: {reason}")]
    Entry {
        /// Its name, escaped and cut.
        entry: String,
        /// Why.
        reason: &'static str,
    },
    /// More of something than the limits allow.
    #[error("the archive has more than {limit} {what}; if that is expected, raise the limit")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The archive breaks its format.
    #[error("the archive is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A Debian source package that does not hold together.
    #[error("`{file}`: {reason}")]
    Debian {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An archive that is part of a Debian source package.
    #[error("`{file}`: {source}")]
    Part {
        /// The archive.
        file: String,
        /// What is wrong.
        source: Box<UnpackError>,
    },
    /// A patch of a Debian source package does not apply.
    #[error("patch `{name}`: {source}")]
    Patch {
        /// Its name in the series.
        name: String,
        /// Why.
        source: PatchError,
    },
    /// The file system refused.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

impl UnpackError {
    pub(super) fn entry(name: &[u8], reason: &'static str) -> Self {
        Self::Entry { entry: shown(name), reason }
    }

    pub(super) fn damaged(reason: impl ToString) -> Self {
        Self::Damaged { reason: reason.to_string().chars().take(200).collect() }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// A name for people.
pub(super) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(&name[..name.len().min(200)]).escape_debug().to_string()
}
