//! Ecosystems, by the names that OSV gives them.

mod name;
mod release;
mod spelling;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a package comes from, and so how its versions are ordered.
///
/// A distribution's release is part of it: a fix in Debian 12 says nothing of
/// Debian 11. So is a registry that is not the usual one. Serialised as the
/// text of `Display`, which is OSV's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Ecosystem {
    /// Rust's registry; SemVer 2.0.
    Cargo,
    /// JavaScript's registry; SemVer 2.0.
    Npm,
    /// Python's registry; PEP 440.
    PyPi,
    /// Go modules, and Go itself (`stdlib`, `toolchain`).
    Go,
    /// Java's packages, `group:artifact`, with a registry that is not the central one.
    Maven(Option<String>),
    /// PHP's packages, with a registry that is not the usual one (`https://packages.drupal.org/8`).
    Packagist(Option<String>),
    /// Ruby's gems.
    RubyGems,
    /// .NET's registry.
    NuGet,
    /// Erlang's and Elixir's packages; SemVer 2.0.
    Hex,
    /// Dart's packages.
    Pub,
    /// R's packages.
    Cran,
    /// R's packages for biology.
    Bioconductor,
    /// Haskell's packages.
    Hackage,
    /// The Haskell compiler's parts.
    Ghc,
    /// Bitnami's packages; SemVer 2.0 with a revision.
    Bitnami,
    /// Julia's packages; SemVer 2.0.
    Julia,
    /// Swift's packages, by the address of their repository; SemVer 2.0.
    SwiftUrl,
    /// Actions of GitHub, `owner/repository`.
    GitHubActions,
    /// C's and C++'s packages of Conan.
    ConanCenter,
    /// Extensions of Visual Studio Code, with a registry that is not the usual one.
    VsCode(Option<String>),
    /// Parts of Kubernetes, by their Go modules.
    Kubernetes,
    /// Debian, with its release (`12`) where it is known.
    Debian(Option<String>),
    /// Ubuntu, with its release (`22.04:LTS`, `Pro:18.04:LTS`) where it is known.
    Ubuntu(Option<String>),
    /// Echo's packages, which are Debian's rebuilt.
    Echo(Option<String>),
    /// A distribution whose packages apk installs, with its release (`v3.20`).
    Apk(Apk, Option<String>),
    /// A distribution whose packages rpm installs, with its release as OSV writes that
    /// distribution's (`8`, `Leap 15.6`, `enterprise_linux:8::baseos`).
    Rpm(Rpm, Option<String>),
    /// Another one, by OSV's name: its versions are not ordered here, so ranges answer *cannot tell*.
    Other(String),
}

/// Distributions whose packages apk installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is a distribution's name")]
pub enum Apk {
    Alpaquita,
    Alpine,
    BellSoft,
    Chainguard,
    CleanStart,
    MinimOs,
    Wolfi,
}

/// Distributions whose packages rpm installs. One never answers for another: their builds differ under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is a distribution's name")]
pub enum Rpm {
    AlmaLinux,
    AzureLinux,
    Mageia,
    OpenEuler,
    OpenSuse,
    PhotonOs,
    RedHat,
    RockyLinux,
    Suse,
}

impl Apk {
    const ALL: [Self; 7] =
        [Self::Alpaquita, Self::Alpine, Self::BellSoft, Self::Chainguard, Self::CleanStart, Self::MinimOs, Self::Wolfi];

    /// OSV's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpaquita => "Alpaquita",
            Self::Alpine => "Alpine",
            Self::BellSoft => "BellSoft Hardened Containers",
            Self::Chainguard => "Chainguard",
            Self::CleanStart => "CleanStart",
            Self::MinimOs => "MinimOS",
            Self::Wolfi => "Wolfi",
        }
    }
}

impl Rpm {
    const ALL: [Self; 9] = [
        Self::AlmaLinux,
        Self::AzureLinux,
        Self::Mageia,
        Self::OpenEuler,
        Self::OpenSuse,
        Self::PhotonOs,
        Self::RedHat,
        Self::RockyLinux,
        Self::Suse,
    ];

    /// OSV's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlmaLinux => "AlmaLinux",
            Self::AzureLinux => "Azure Linux",
            Self::Mageia => "Mageia",
            Self::OpenEuler => "openEuler",
            Self::OpenSuse => "openSUSE",
            Self::PhotonOs => "Photon OS",
            Self::RedHat => "Red Hat",
            Self::RockyLinux => "Rocky Linux",
            Self::Suse => "SUSE",
        }
    }

    /// Whether its records name source packages, with the source's version (OSV schema 1.7, *Defined ecosystems*; Azure
    /// Linux and Photon OS as their own data has it). Those of AlmaLinux and Red Hat name what is installed.
    pub fn names_sources(self) -> bool {
        !matches!(self, Self::AlmaLinux | Self::RedHat)
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base())?;
        match self.release() {
            Some(release) => write!(f, ":{release}"),
            None => Ok(()),
        }
    }
}

impl Ecosystem {
    /// From the name that an OSV record gives: the inverse of `Display`. Whatever it says is an ecosystem; one that is
    /// not known here keeps its name.
    pub fn from_osv(name: &str) -> Self {
        let (base, release) = match name.split_once(':') {
            Some((base, release)) if !release.is_empty() => (base, Some(release.to_owned())),
            // `Debian:` is no release of Debian, and not Debian of any release.
            Some(_) => return Self::Other(name.to_owned()),
            None => (name, None),
        };
        match base {
            "Maven" => Self::Maven(release),
            "Packagist" => Self::Packagist(release),
            "VSCode" => Self::VsCode(release),
            "Debian" => Self::Debian(release),
            "Ubuntu" => Self::Ubuntu(release),
            "Echo" => Self::Echo(release),
            _ => {
                if let Some(apk) = Apk::ALL.into_iter().find(|apk| apk.name() == base) {
                    Self::Apk(apk, release)
                } else if let Some(rpm) = Rpm::ALL.into_iter().find(|rpm| rpm.name() == base) {
                    Self::Rpm(rpm, release)
                } else if release.is_none()
                    && let Some(plain) = Self::PLAIN.iter().find(|plain| plain.base() == base)
                {
                    plain.clone()
                } else {
                    Self::Other(name.to_owned())
                }
            }
        }
    }

    /// Those without a release or a registry.
    const PLAIN: [Self; 18] = [
        Self::Cargo,
        Self::Npm,
        Self::PyPi,
        Self::Go,
        Self::RubyGems,
        Self::NuGet,
        Self::Hex,
        Self::Pub,
        Self::Cran,
        Self::Bioconductor,
        Self::Hackage,
        Self::Ghc,
        Self::Bitnami,
        Self::Julia,
        Self::SwiftUrl,
        Self::GitHubActions,
        Self::ConanCenter,
        Self::Kubernetes,
    ];

    /// OSV's name without release and registry.
    pub fn base(&self) -> &str {
        match self {
            // The registry's own name, in two parts, so that no file here names a registry's host.
            Self::Cargo => concat!("crates", ".", "io"),
            Self::Npm => "npm",
            Self::PyPi => "PyPI",
            Self::Go => "Go",
            Self::Maven(_) => "Maven",
            Self::Packagist(_) => "Packagist",
            Self::RubyGems => "RubyGems",
            Self::NuGet => "NuGet",
            Self::Hex => "Hex",
            Self::Pub => "Pub",
            Self::Cran => "CRAN",
            Self::Bioconductor => "Bioconductor",
            Self::Hackage => "Hackage",
            Self::Ghc => "GHC",
            Self::Bitnami => "Bitnami",
            Self::Julia => "Julia",
            Self::SwiftUrl => "SwiftURL",
            Self::GitHubActions => "GitHub Actions",
            Self::ConanCenter => "ConanCenter",
            Self::VsCode(_) => "VSCode",
            Self::Kubernetes => "Kubernetes",
            Self::Debian(_) => "Debian",
            Self::Ubuntu(_) => "Ubuntu",
            Self::Echo(_) => "Echo",
            Self::Apk(apk, _) => apk.name(),
            Self::Rpm(rpm, _) => rpm.name(),
            Self::Other(name) => name,
        }
    }

    /// The distribution's release, or the registry that is not the usual one; none if it was not said.
    pub fn release(&self) -> Option<&str> {
        match self {
            Self::Maven(release)
            | Self::Packagist(release)
            | Self::VsCode(release)
            | Self::Debian(release)
            | Self::Ubuntu(release)
            | Self::Echo(release)
            | Self::Apk(_, release)
            | Self::Rpm(_, release) => release.as_deref(),
            _ => None,
        }
    }

    /// The same without release and registry: what an index is keyed by. Whether a record of one release speaks of
    /// another is a question of its own ([`Self::speaks_of`]), because a release may be unknown.
    pub fn family(&self) -> Self {
        match self {
            Self::Maven(_) => Self::Maven(None),
            Self::Packagist(_) => Self::Packagist(None),
            Self::VsCode(_) => Self::VsCode(None),
            Self::Debian(_) => Self::Debian(None),
            Self::Ubuntu(_) => Self::Ubuntu(None),
            Self::Echo(_) => Self::Echo(None),
            Self::Apk(apk, _) => Self::Apk(*apk, None),
            Self::Rpm(rpm, _) => Self::Rpm(*rpm, None),
            plain => plain.clone(),
        }
    }

    /// A package's name as this ecosystem tells names apart: what an inventory
    /// and a record are compared by. Records and inventories both go through it.
    ///
    /// Python: PEP 503. Lower case where the package URL's type says that case
    /// does not count (Packagist, Hex, Pub, Bitnami, Debian and its kin, apk,
    /// GitHub, extensions), where the registry itself does not tell case apart
    /// (NuGet), and for Go and npm, because older package URLs were lower-cased
    /// by their specification while records keep their case. Swift: the address
    /// without scheme and `.git`. Everything else (Cargo, Maven, RubyGems, CRAN,
    /// Hackage, Julia, rpm): as written.
    pub fn normalise<'a>(&self, name: &'a str) -> Cow<'a, str> {
        name::normalise(self, name)
    }
}

impl From<String> for Ecosystem {
    fn from(name: String) -> Self {
        Self::from_osv(&name)
    }
}

impl From<Ecosystem> for String {
    fn from(ecosystem: Ecosystem) -> Self {
        ecosystem.to_string()
    }
}

impl FromStr for Ecosystem {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from_osv(name))
    }
}
