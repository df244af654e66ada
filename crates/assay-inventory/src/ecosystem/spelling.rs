//! The spellings by which people and tools name an ecosystem.

use super::{Apk, Ecosystem, Rpm};

impl Ecosystem {
    /// From whatever people call it, in any case: OSV's name, a package URL's type, a package manager's name. A
    /// release may follow after a colon. None if nothing is called so.
    pub fn from_spelling(written: &str) -> Option<Self> {
        let written = written.trim();
        let (word, release) = match written.split_once(':') {
            Some((word, release)) => (word, Some(release).filter(|release| !release.is_empty())),
            None => (written, None),
        };
        // `crates-io`, `Rocky Linux`, `rocky_linux`: letters and digits count.
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let base = match plain.as_str() {
            "cargo" | "rust" | "crate" | "crates" | concat!("crates", "io") => Self::Cargo,
            "npm" | "node" | "nodejs" | "javascript" | "yarn" | "pnpm" => Self::Npm,
            "pypi" | "pip" | "python" | "pep440" => Self::PyPi,
            "go" | "golang" | "gomod" => Self::Go,
            "maven" | "mvn" | "gradle" | "java" => Self::Maven(None),
            "packagist" | "composer" | "php" => Self::Packagist(None),
            "rubygems" | "gem" | "gems" | "ruby" | "bundler" => Self::RubyGems,
            "nuget" | "dotnet" => Self::NuGet,
            "hex" | "elixir" | "erlang" | "mix" => Self::Hex,
            "pub" | "dart" | "flutter" => Self::Pub,
            "cran" | "r" => Self::Cran,
            "bioconductor" => Self::Bioconductor,
            "hackage" | "haskell" | "cabal" => Self::Hackage,
            "ghc" => Self::Ghc,
            "bitnami" => Self::Bitnami,
            "julia" => Self::Julia,
            "swifturl" | "swift" => Self::SwiftUrl,
            "githubactions" | "actions" => Self::GitHubActions,
            "conancenter" | "conan" => Self::ConanCenter,
            "vscode" | "vscodeextension" | "openvsx" => Self::VsCode(None),
            "kubernetes" | "k8s" => Self::Kubernetes,
            "debian" | "deb" | "dpkg" | "apt" => Self::Debian(None),
            "ubuntu" => Self::Ubuntu(None),
            "echo" => Self::Echo(None),
            "alpine" | "apk" => Self::Apk(Apk::Alpine, None),
            "bellsoft" | "bellsofthardenedcontainers" => Self::Apk(Apk::BellSoft, None),
            "redhat" | "rhel" | "rpm" => Self::Rpm(Rpm::RedHat, None),
            "rocky" => Self::Rpm(Rpm::RockyLinux, None),
            "alma" => Self::Rpm(Rpm::AlmaLinux, None),
            "photon" => Self::Rpm(Rpm::PhotonOs, None),
            "mariner" => Self::Rpm(Rpm::AzureLinux, None),
            other => {
                let is = |name: &str| name.replace(' ', "").eq_ignore_ascii_case(other);
                let apk = Apk::ALL.into_iter().find(|apk| is(apk.name())).map(|apk| Self::Apk(apk, None));
                let rpm = || Rpm::ALL.into_iter().find(|rpm| is(rpm.name())).map(|rpm| Self::Rpm(rpm, None));
                apk.or_else(rpm)?
            }
        };
        match release {
            None => Some(base),
            Some(release) => match Self::from_osv(&format!("{}:{release}", base.base())) {
                Self::Other(_) => None,
                known => Some(known),
            },
        }
    }
}
