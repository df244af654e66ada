//! The formats that are read, with the name that people know each by.

use serde::{Deserialize, Serialize};

/// A format of inventories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A product list: vendor, product, version, place, who patches it.
    ProductList,
    /// CycloneDX, JSON or XML.
    CycloneDx,
    /// SPDX 2 as JSON, tag-value, YAML or XML, and SPDX 3.0 as JSON-LD.
    Spdx,
    /// Cargo.lock.
    CargoLock,
    /// package-lock.json, versions 1 to 3.
    PackageLock,
    /// pnpm-lock.yaml, versions 5 to 9.
    PnpmLock,
    /// yarn.lock, version 1 and that of Yarn 2 and later.
    YarnLock,
    /// bun.lock.
    BunLock,
    /// poetry.lock, uv.lock, pdm.lock, pylock.toml.
    PythonLock,
    /// Pipfile.lock.
    PipfileLock,
    /// requirements.txt.
    Requirements,
    /// go.mod.
    GoMod,
    /// go.sum.
    GoSum,
    /// pom.xml.
    Pom,
    /// gradle.lockfile.
    GradleLock,
    /// Gemfile.lock.
    GemfileLock,
    /// composer.lock.
    ComposerLock,
    /// packages.lock.json of .NET.
    NugetLock,
    /// Directory.Packages.props, a project file, or packages.config of .NET.
    NugetProject,
    /// mix.lock.
    MixLock,
    /// pubspec.lock.
    PubspecLock,
    /// conan.lock, of Conan 1 and 2.
    ConanLock,
    /// What `winget export` writes.
    WingetExport,
    /// The status file of dpkg.
    DpkgStatus,
    /// apk's list of installed packages.
    ApkInstalled,
    /// What `rpm -qa` prints.
    RpmList,
    /// rpm's own database. Not read from bytes alone: `assay-walk` opens it.
    RpmDatabase,
    /// A folder or an image that was looked through: it lists nothing itself, only what in it could not be read.
    Folder,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 28] = [
        Self::ProductList,
        Self::CycloneDx,
        Self::Spdx,
        Self::CargoLock,
        Self::PackageLock,
        Self::PnpmLock,
        Self::YarnLock,
        Self::BunLock,
        Self::PythonLock,
        Self::PipfileLock,
        Self::Requirements,
        Self::GoMod,
        Self::GoSum,
        Self::Pom,
        Self::GradleLock,
        Self::GemfileLock,
        Self::ComposerLock,
        Self::NugetLock,
        Self::NugetProject,
        Self::MixLock,
        Self::PubspecLock,
        Self::ConanLock,
        Self::WingetExport,
        Self::DpkgStatus,
        Self::ApkInstalled,
        Self::RpmList,
        Self::RpmDatabase,
        Self::Folder,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProductList => "a product list",
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
            Self::CargoLock => "Cargo.lock",
            Self::PackageLock => "package-lock.json",
            Self::PnpmLock => "pnpm-lock.yaml",
            Self::YarnLock => "yarn.lock",
            Self::BunLock => "bun.lock",
            Self::PythonLock => "a lockfile of Poetry, uv or PDM",
            Self::PipfileLock => "Pipfile.lock",
            Self::Requirements => "requirements.txt",
            Self::GoMod => "go.mod",
            Self::GoSum => "go.sum",
            Self::Pom => "pom.xml",
            Self::GradleLock => "gradle.lockfile",
            Self::GemfileLock => "Gemfile.lock",
            Self::ComposerLock => "composer.lock",
            Self::NugetLock => "packages.lock.json",
            Self::NugetProject => "a project file of .NET",
            Self::MixLock => "mix.lock",
            Self::PubspecLock => "pubspec.lock",
            Self::ConanLock => "conan.lock",
            Self::WingetExport => "what `winget export` wrote",
            Self::DpkgStatus => "dpkg's status file",
            Self::ApkInstalled => "apk's list of installed packages",
            Self::RpmList => "a list that `rpm -qa` printed",
            Self::RpmDatabase => "rpm's database",
            Self::Folder => "a folder or an image",
        }
    }
}
