//! What is scanned or said to be vulnerable: a package or a repository's
//! commit, with an optional sub-path, in normal form.

pub mod purl;
mod repository;
mod sub_path;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use purl::{BadPurl, Purl};
pub use repository::{BadRepository, Repository};
pub use sub_path::{BadSubPath, SubPath};

/// A package or a repository's commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum Whole {
    /// By its package URL.
    Package(Purl),
    /// By its address and commit.
    Repository(Repository),
}

impl Whole {
    /// The same without version or commit: the key under which fencing tokens
    /// grow, and under which the store looks for leases that may overlap.
    pub fn project(&self) -> &str {
        match self {
            Self::Package(purl) => purl.package(),
            Self::Repository(repository) => repository.url(),
        }
    }

    fn version(&self) -> Option<&str> {
        match self {
            Self::Package(purl) => purl.version(),
            Self::Repository(repository) => repository.commit(),
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(purl) => purl.fmt(f),
            Self::Repository(repository) => repository.fmt(f),
        }
    }
}

/// A target: the whole or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    /// The package or repository.
    pub whole: Whole,
    /// The part; none is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_path: Option<SubPath>,
}

impl Target {
    /// All of it.
    pub fn all_of(whole: Whole) -> Self {
        Self { whole, sub_path: None }
    }

    /// Whether scanning both would scan something twice: the same version, or
    /// one that names none, and one part within the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let versions = match (self.whole.version(), other.whole.version()) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let parts = match (&self.sub_path, &other.sub_path) {
            (Some(one), Some(other)) => one.holds(other) || other.holds(one),
            _ => true,
        };
        self.whole.project() == other.whole.project() && versions && parts
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.fmt(f)?;
        match &self.sub_path {
            Some(part) => write!(f, "#{part}"),
            None => Ok(()),
        }
    }
}
