//! Which rules order which versions.

use super::encode::Bytes;
use super::{Key, Unordered, debian, legacy, pep440, semver};
use crate::ecosystem::Ecosystem;
use crate::limits;

/// Rules that order versions. Several ecosystems may share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// SemVer 2.0, clause 11.
    SemVer,
    /// PEP 440, and among themselves what was there before it.
    Pep440,
    /// Debian Policy 5.6.12, for Debian and its kin.
    Debian,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::SemVer, Self::Pep440, Self::Debian];

    /// The rules of an ecosystem; none if its order is not known here.
    pub fn of(ecosystem: &Ecosystem) -> Option<Self> {
        Some(match ecosystem {
            Ecosystem::Cargo
            | Ecosystem::Npm
            | Ecosystem::Go
            | Ecosystem::Hex
            | Ecosystem::Julia
            | Ecosystem::SwiftUrl
            | Ecosystem::VsCode(_)
            | Ecosystem::Kubernetes => Self::SemVer,
            Ecosystem::PyPi => Self::Pep440,
            Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) | Ecosystem::Echo(_) => Self::Debian,
            _ => return None,
        })
    }

    /// By its own name, in any case: `semver`. What names an ecosystem is not known here.
    pub fn from_spelling(written: &str) -> Option<Self> {
        match written.trim().to_ascii_lowercase().as_str() {
            "semver" => Some(Self::SemVer),
            _ => None,
        }
    }

    /// What the rules are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::SemVer => "SemVer",
            Self::Pep440 => "PEP 440",
            Self::Debian => "Debian",
        }
    }

    /// Encodes a version by these rules.
    ///
    /// # Errors
    ///
    /// If it is no version by them.
    pub fn parse(self, written: &str) -> Result<Key, Unordered> {
        // Space around a version is a writer's slip, and no ecosystem gives it a meaning.
        let text = written.trim_ascii();
        let encoded = if text.len() <= limits::VERSION { self.encode(text) } else { None };
        encoded.map(Key).ok_or_else(|| Unordered::not(written, self.name()))
    }

    fn encode(self, text: &str) -> Option<Bytes> {
        match self {
            Self::SemVer => semver::encode(text),
            Self::Pep440 => pep440::encode(text).or_else(|| legacy::encode(text)),
            Self::Debian => debian::encode(text),
        }
    }
}
