//! Why a file of this crate cannot be used: what happened, to which file.

use std::io;
use std::path::{Path, PathBuf};

use crate::container::Purpose;

/// Why there is no answer from a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk does not give it.
    #[error("`{path}` cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What happened.
        error: io::Error,
    },
    /// It is something else.
    #[error("`{path}` is no index of Assay: {why}")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// It is another thing of Assay's.
    #[error("`{path}` is {found}, and {wanted} is needed")]
    OtherPurpose {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What is needed.
        wanted: &'static str,
    },
    /// Another version of Assay wrote it.
    #[error("`{path}` has layout {found}, and this program reads layout {known}")]
    OtherLayout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: u32,
        /// The one that is read.
        known: u32,
    },
    /// The names in it are written by other rules than this program's: what it holds would not be found.
    #[error("`{path}` was made by a version of Assay that writes names by other rules")]
    OtherRules {
        /// The file.
        path: PathBuf,
    },
    /// It is broken.
    #[error("`{path}` is damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Nobody who is trusted has signed it.
    #[error("`{path}` is not signed by a key that is trusted: {why}")]
    NotSigned {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Files that do not belong together.
    #[error("`{path}` does not belong to the index before it: {why}")]
    NotNext {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl Error {
    pub(crate) fn not_ours(path: &Path, why: &str) -> Self {
        Self::NotOurs { path: path.to_owned(), why: why.to_owned() }
    }

    pub(crate) fn damaged(path: &Path, why: &str) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.to_owned() }
    }

    /// What to do now.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "is it the right path, and may this user read it?",
            Self::OtherPurpose { wanted, .. } if *wanted == Purpose::Fleet.words() => {
                "name a file that `assay db fleet` made, or the inventories themselves"
            }
            Self::NotOurs { .. } | Self::OtherPurpose { .. } => "name a file that `assay db build` made",
            Self::OtherLayout { .. } | Self::OtherRules { .. } => {
                "build it again with this program, fetch it with `assay db update`, or use the newer program"
            }
            Self::Damaged { .. } => "nothing of it is used; build it again, or fetch it with `assay db update`",
            Self::NotSigned { .. } => "get it from somebody whose key you have, or name that key with --trust",
            Self::NotNext { .. } => "fetch both again with `assay db update`",
        }
    }
}
