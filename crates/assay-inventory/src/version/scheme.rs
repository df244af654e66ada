//! Which rules order which versions.

use super::encode::Bytes;
use super::{Key, Unordered};
use super::{
    apk, bitnami, built, composer, conan, debian, gem, golang, legacy, maven, nuget, numbers, pep440, rpm, semver,
};
use crate::ecosystem::Ecosystem;
use crate::limits;

/// Rules that order versions. Several ecosystems may share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// SemVer 2.0, clause 11. Missing numbers are zero, as in OSV's own service.
    SemVer,
    /// SemVer, and nothing that has less than three numbers: `v4` of an action is whichever 4 is the newest.
    WholeSemVer,
    /// SemVer, and Go's own tags (`go1.21rc1`).
    Go,
    /// SemVer with a revision of the package.
    Bitnami,
    /// SemVer with an order of builds: Dart's and Julia's.
    BuiltSemVer,
    /// PEP 440, and among themselves what was there before it.
    Pep440,
    /// Maven's `ComparableVersion`.
    Maven,
    /// RubyGems' `Gem::Version`.
    Gem,
    /// Composer's parser and PHP's `version_compare`.
    Composer,
    /// NuGet's versions.
    NuGet,
    /// R's `package_version`.
    R,
    /// Haskell's package versioning policy.
    Haskell,
    /// Conan's versions.
    Conan,
    /// Debian Policy 5.6.12, for Debian and its kin.
    Debian,
    /// rpm's epoch, version and release.
    Rpm,
    /// apk-tools.
    Apk,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 16] = [
        Self::SemVer,
        Self::WholeSemVer,
        Self::Go,
        Self::Bitnami,
        Self::BuiltSemVer,
        Self::Pep440,
        Self::Maven,
        Self::Gem,
        Self::Composer,
        Self::NuGet,
        Self::R,
        Self::Haskell,
        Self::Conan,
        Self::Debian,
        Self::Rpm,
        Self::Apk,
    ];

    /// The rules of an ecosystem; none if its order is not known here.
    pub fn of(ecosystem: &Ecosystem) -> Option<Self> {
        Some(match ecosystem {
            Ecosystem::Cargo
            | Ecosystem::Npm
            | Ecosystem::Hex
            | Ecosystem::SwiftUrl
            | Ecosystem::VsCode(_)
            | Ecosystem::Kubernetes => Self::SemVer,
            Ecosystem::GitHubActions => Self::WholeSemVer,
            Ecosystem::Go => Self::Go,
            Ecosystem::Bitnami => Self::Bitnami,
            Ecosystem::Pub | Ecosystem::Julia => Self::BuiltSemVer,
            Ecosystem::PyPi => Self::Pep440,
            Ecosystem::Maven(_) => Self::Maven,
            Ecosystem::RubyGems => Self::Gem,
            Ecosystem::Packagist(_) => Self::Composer,
            Ecosystem::NuGet => Self::NuGet,
            Ecosystem::Cran | Ecosystem::Bioconductor => Self::R,
            Ecosystem::Hackage | Ecosystem::Ghc => Self::Haskell,
            Ecosystem::ConanCenter => Self::Conan,
            Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) | Ecosystem::Echo(_) => Self::Debian,
            Ecosystem::Rpm(..) => Self::Rpm,
            Ecosystem::Apk(..) => Self::Apk,
            Ecosystem::Other(_) => return None,
        })
    }

    /// The rules for a range that OSV marks as SemVer: the ecosystem's own where they are a kind of SemVer, since its
    /// registry orders by those (`6.2.0-1` of Bitnami is a revision, and `go1.21rc1` a tag), else SemVer's.
    pub fn of_semver_range(ecosystem: &Ecosystem) -> Self {
        match Self::of(ecosystem) {
            Some(own @ (Self::WholeSemVer | Self::Go | Self::Bitnami | Self::BuiltSemVer)) => own,
            _ => Self::SemVer,
        }
    }

    /// By its own name, in any case: `semver`. What names an ecosystem is not known here.
    pub fn from_spelling(written: &str) -> Option<Self> {
        written.trim().eq_ignore_ascii_case("semver").then_some(Self::SemVer)
    }

    /// What the rules are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::SemVer => "SemVer",
            Self::WholeSemVer => "SemVer with all three numbers",
            Self::Go => "Go",
            Self::Bitnami => "Bitnami",
            Self::BuiltSemVer => "SemVer with builds",
            Self::Pep440 => "PEP 440",
            Self::Maven => "Maven",
            Self::Gem => "RubyGems",
            Self::Composer => "Composer",
            Self::NuGet => "NuGet",
            Self::R => "R",
            Self::Haskell => "Haskell",
            Self::Conan => "Conan",
            Self::Debian => "Debian",
            Self::Rpm => "rpm",
            Self::Apk => "apk",
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
            Self::WholeSemVer => {
                let core = text.split(['-', '+']).next().unwrap_or_default();
                if core.matches('.').count() == 2 { semver::encode(text) } else { None }
            }
            Self::Go => golang::encode(text),
            Self::Bitnami => bitnami::encode(text),
            Self::BuiltSemVer => built::encode(text),
            Self::Pep440 => pep440::encode(text).or_else(|| legacy::encode(text)),
            Self::Maven => maven::encode(text),
            Self::Gem => gem::encode(text),
            Self::Composer => composer::encode(text),
            Self::NuGet => nuget::encode(text),
            Self::R => numbers::r(text),
            Self::Haskell => numbers::haskell(text),
            Self::Conan => conan::encode(text),
            Self::Debian => debian::encode(text),
            Self::Rpm => rpm::encode(text),
            Self::Apk => apk::encode(text),
        }
    }
}
