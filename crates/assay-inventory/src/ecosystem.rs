//! Ecosystems, by the names that OSV gives them.

use std::borrow::Cow;
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

impl Ecosystem {
    /// From the name that an OSV record gives: the inverse of `Display`.
    pub fn from_osv(name: &str) -> Self {
        match name {
            concat!("crates", ".", "io") => Self::Cargo,
            "npm" => Self::Npm,
            "PyPI" => Self::PyPi,
            "Go" => Self::Go,
            "Debian" => Self::Debian(None),
            other => match other.strip_prefix("Debian:") {
                Some(release) if !release.is_empty() => Self::Debian(Some(release.to_owned())),
                _ => Self::Other(other.to_owned()),
            },
        }
    }

    /// A package's name as this ecosystem tells names apart: what an inventory
    /// and a record are compared by. Records and inventories both go through it.
    ///
    /// Python: PEP 503. Go: lower case, because package URLs are lower-cased by
    /// their specification while module paths in records keep their case. npm
    /// and Debian: lower case (old npm names with capitals are compared so too).
    /// Everything else: as written.
    pub fn normalise<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match self {
            Self::PyPi => pep503(name),
            Self::Go | Self::Npm | Self::Debian(_) if name.bytes().any(|c| c.is_ascii_uppercase()) => {
                Cow::Owned(name.to_ascii_lowercase())
            }
            _ => Cow::Borrowed(name),
        }
    }
}

/// Lower case, and each run of `-`, `_` and `.` one hyphen.
fn pep503(name: &str) -> Cow<'_, str> {
    let plain = |c: u8| !c.is_ascii_uppercase() && c != b'_' && c != b'.';
    if name.bytes().all(plain) && !name.contains("--") {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    Cow::Owned(out)
}
