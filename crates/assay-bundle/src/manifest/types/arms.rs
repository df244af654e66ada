//! The two versions of the target, where their files come from, and what they depend on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::path::BundlePath;

/// Which of the two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArmName {
    /// The version said to have the flaw.
    Vulnerable,
    /// The version said to be free of it.
    Fixed,
}

impl ArmName {
    /// The other arm.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Vulnerable => Self::Fixed,
            Self::Fixed => Self::Vulnerable,
        }
    }

    /// `vulnerable` or `fixed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerable => "vulnerable",
            Self::Fixed => "fixed",
        }
    }
}

impl std::fmt::Display for ArmName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Both versions; the fixed one is optional for a new finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arms {
    /// The vulnerable version.
    pub vulnerable: Arm,
    /// The fixed version, where there is one.
    pub fixed: Option<Arm>,
}

impl Arms {
    /// The arm of this name, if declared.
    #[must_use]
    pub fn get(&self, name: ArmName) -> Option<&Arm> {
        match name {
            ArmName::Vulnerable => Some(&self.vulnerable),
            ArmName::Fixed => self.fixed.as_ref(),
        }
    }
}

/// One version of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Where its files come from.
    pub source: Source,
    /// Packages that replace those of `[deps.packages]` in this arm only (same name, other version).
    pub deps: BTreeMap<String, DepPackage>,
    /// The compiler error that stands for silence (`build-refusal` oracle; fixed arm only).
    pub refusal: Option<Refusal>,
}

/// Where an arm's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder of the bundle itself.
    Path {
        /// The folder.
        path: BundlePath,
    },
    /// A package of a registry: its files, each by digest.
    Package {
        /// The package URL.
        package: String,
        /// File name in the registry -> digest.
        files: BTreeMap<String, Sha256>,
    },
    /// The other arm with a patch of the bundle applied.
    Patched {
        /// The arm that is patched (always the other one).
        base: ArmName,
        /// The patch, in the bundle.
        patch: BundlePath,
    },
    /// The other arm with one of its own patches taken back.
    Reversed {
        /// The arm that is changed (always the other one).
        base: ArmName,
        /// The patch, in the base source with its series applied.
        reverse: BundlePath,
    },
}

/// Dependencies for an offline build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deps {
    /// A lock file of the bundle from which `assay bundle fetch` fills the table.
    pub lock: Option<BundlePath>,
    /// Package URL -> its files.
    pub packages: BTreeMap<String, DepPackage>,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepPackage {
    /// File name in the registry -> digest.
    pub files: BTreeMap<String, Sha256>,
    /// Where it is put, for layouts in which place matters (`node_modules/a/node_modules/b`).
    pub at: Option<BundlePath>,
}

/// The compiler error that a fix by type gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Error codes: `E0502`.
    pub code: Vec<String>,
    /// `file:line` of the error.
    pub at: Option<String>,
}
