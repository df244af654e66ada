//! Where a release comes from: a folder, a stick, or a web server. Nothing is
//! believed because of where it came from.

mod web;

use std::fmt;
use std::path::PathBuf;

use crate::read::{self, ReadError};
use crate::refusal::Refusal;

pub use web::Web;

/// A release folder, here or elsewhere.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A web server.
    Web(Web),
}

/// The text names no source.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` names no release folder: {why}")]
pub struct NotASource {
    text: String,
    why: String,
}

/// A file could not be fetched, which says nothing about the release.
#[derive(Debug, thiserror::Error)]
#[error("`{place}` could not be fetched: {why}")]
pub struct Unreachable {
    /// What was asked for.
    pub place: String,
    /// What happened.
    pub why: String,
}

pub(crate) enum FetchError {
    Refused(Refusal),
    Unreachable(Unreachable),
}

impl Source {
    /// A path, a `file://` address, or an `http://` or `https://` address of the folder that holds `index.json`.
    ///
    /// # Errors
    /// If it is an address of another kind, or of none.
    pub fn parse(text: &str) -> Result<Self, NotASource> {
        let refuse = |why: &str| NotASource { text: text.chars().take(200).collect(), why: why.to_owned() };
        match text.split_once("://") {
            None if text.is_empty() => Err(refuse("it is empty")),
            None => Ok(Self::Folder(PathBuf::from(text))),
            Some(("http" | "https", _)) => Web::new(text).map(Self::Web).map_err(|why| refuse(&why)),
            Some(("file", path)) if path.starts_with('/') && !path.contains('%') => {
                Ok(Self::Folder(PathBuf::from(path)))
            }
            Some(("file", _)) => Err(refuse("write file:///absolute/path, without escapes, or the plain path")),
            Some(_) => Err(refuse("only http, https and file addresses are fetched")),
        }
    }

    /// The bytes of a file, at most one more than `most`; none if it is not there.
    pub(crate) fn fetch(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        match self {
            Self::Folder(root) => read::at_most(root, path, most).map_err(|error| match error {
                ReadError::Refused(refusal) => FetchError::Refused(refusal),
                ReadError::Failed(error) => FetchError::Unreachable(Unreachable {
                    place: root.join(path).display().to_string(),
                    why: error.to_string(),
                }),
            }),
            Self::Web(web) => web.get(path, most).map_err(FetchError::Unreachable),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Web(web) => write!(f, "{web}"),
        }
    }
}
