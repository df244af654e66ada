//! What an operator does, and where to read more.
//!
//! R122: operators are pointed to what their vendor or distribution ships. A
//! source patch goes to maintainers and vendors, who know how to build it.

use serde::{Deserialize, Serialize};

use super::fault::Faults;

/// What an operator can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Remedy {
    /// Of which kind it is.
    pub kind: RemedyKind,
    /// What to do, in a sentence that an operator understands.
    pub details: String,
    /// Where it is had or described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Kinds of remedies. The words are CSAF's, but for who ships the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// A fixed version of the maintainer or vendor.
    VendorFix,
    /// A fixed package of the distribution.
    DistributionFix,
    /// Something that makes the flaw harmless without a fix.
    Workaround,
    /// Something that makes it less likely or less bad.
    Mitigation,
    /// Nothing yet; the fix is being made.
    NoneAvailable,
}

/// Where to read more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What is there.
    pub kind: ReferenceKind,
    /// The address.
    pub url: String,
    /// What it is, as a few words.
    pub summary: String,
}

/// What stands behind a reference. The words are OSV's.
///
/// OSV's `EVIDENCE` is left out: it is a demonstration, and none is in a public
/// channel by default (invariant 30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// Another advisory.
    Advisory,
    /// An article.
    Article,
    /// A discussion.
    Discussion,
    /// A fix.
    Fix,
    /// The package's home.
    Package,
    /// A report.
    Report,
    /// Something else.
    Web,
}

impl ReferenceKind {
    /// OSV's word for it.
    #[must_use]
    pub fn in_osv(self) -> &'static str {
        match self {
            Self::Advisory => "ADVISORY",
            Self::Article => "ARTICLE",
            Self::Discussion => "DISCUSSION",
            Self::Fix => "FIX",
            Self::Package => "PACKAGE",
            Self::Report => "REPORT",
            Self::Web => "WEB",
        }
    }
}

pub(super) fn check_remedies(remedies: &[Remedy], has_fixed_version: bool, faults: &mut Faults) {
    faults.count("remedies", remedies.len(), 1, 16);
    for (index, remedy) in remedies.iter().enumerate() {
        let place = format!("remedies[{index}]");
        faults.lines(&format!("{place}.details"), &remedy.details, 4_000);
        if let Some(url) = &remedy.url {
            faults.url(&format!("{place}.url"), url);
        }
        let says_fix = matches!(remedy.kind, RemedyKind::VendorFix | RemedyKind::DistributionFix);
        if says_fix && !has_fixed_version {
            faults.add(&place, "it says that there is a fixed version, and no range names one");
        }
        if remedy.kind == RemedyKind::NoneAvailable && has_fixed_version {
            faults.add(&place, "it says that there is no fix, and a range names a fixed version");
        }
    }
}

pub(super) fn check_references(references: &[Reference], faults: &mut Faults) {
    faults.count("references", references.len(), 0, 64);
    for (index, reference) in references.iter().enumerate() {
        let place = format!("references[{index}]");
        faults.url(&format!("{place}.url"), &reference.url);
        faults.line(&format!("{place}.summary"), &reference.summary, 500);
        if references.iter().take(index).any(|earlier| earlier.url == reference.url) {
            faults.add(&place, "the same address stands there twice");
        }
    }
}
