//! An exposure: what one advisory means for one component, and why.

pub use assay_advisory::feed::Impact;
use assay_base::Answer;
use assay_inventory::component::Component;
use serde::{Deserialize, Serialize};

/// The answer to *does this touch me?*
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touch {
    /// The version lies in a range that the advisory names, or is listed.
    Affected,
    /// A version is missing, cannot be ordered, or the record names none: nobody can say from this data.
    CannotTell,
    /// The advisory names the component, and its version lies outside.
    NotAffected,
}

/// How sure the match of the *names* is. The touch says what the versions give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Same package of the same ecosystem.
    Package,
    /// Same vendor and same product, letter for letter after normalising.
    Product,
    /// The product alone, or an alias or part of the name, agrees.
    Likely,
}

/// A KEV entry's facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KevFact {
    /// The day it was added, `2026-01-29`.
    pub added: String,
    /// Whether CISA knows of ransomware that uses it: `Known` is yes, `Unknown` is unknown, and nothing is no.
    pub ransomware: Answer,
    /// What CISA asks to do, in its words.
    pub action: String,
}

/// FIRST's estimate that somebody will try to exploit it within thirty days.
///
/// Scores of two models cannot be compared, so the model stands with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Epss {
    /// The probability, 0 to 1.
    pub score: f64,
    /// The share of all scored CVEs that have no higher score, 0 to 1.
    pub percentile: f64,
    /// The model, as the file names it: `v2025.03.14`; empty if it names none.
    pub model: String,
    /// The day of the scores, `2026-01-30`; empty if not said.
    pub day: String,
}

/// What an advisory says, as far as deadlines and cards need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AdvisoryFacts {
    /// Which source the record is from; with `id` it is the key (ids alone are reused).
    pub source: String,
    /// The record's id.
    pub id: String,
    /// Its CVE ids and other aliases.
    pub aliases: Vec<String>,
    /// One line for people.
    pub summary: String,
    /// KEV's entry of one of its CVEs. None is *not listed in the snapshot at hand*.
    pub kev: Option<KevFact>,
    /// Whether an attack can be automated (SSVC), with `automatable_from`.
    pub automatable: Answer,
    /// Technical impact (SSVC), with `impact_from`.
    pub impact: Impact,
    /// Where those two are from: `CISA SSVC of 2024-10-24`, `the CVSS vector`; empty where unknown.
    pub ssvc_from: String,
    /// CVSS vector as written, if there is one.
    pub cvss: Option<String>,
    /// Base score of it.
    pub score: Option<f64>,
    /// The highest EPSS of its CVEs; none if no scores were given, or they know none of them.
    #[serde(default)]
    pub epss: Option<Epss>,
    /// When it was published, RFC 3339, as written.
    pub published: Option<String>,
    /// Pages to read.
    pub references: Vec<String>,
}

/// Of which kind a remedy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// The vendor has a fix.
    Fix,
    /// Something else to do until then.
    Mitigation,
    /// There is no fix yet.
    NoneYet,
    /// There will be none.
    NeverFixed,
}

impl From<assay_advisory::feed::csaf::RemedyKind> for RemedyKind {
    fn from(kind: assay_advisory::feed::csaf::RemedyKind) -> Self {
        use assay_advisory::feed::csaf::RemedyKind as Told;
        match kind {
            Told::Fix => Self::Fix,
            Told::Mitigation => Self::Mitigation,
            Told::NoneYet => Self::NoneYet,
            Told::NeverFixed => Self::NeverFixed,
        }
    }
}

/// What to do, in the words of the advisory that says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Remedy {
    /// Of which kind it is.
    pub kind: RemedyKind,
    /// In the publisher's words, at most 600 bytes.
    pub text: String,
}

/// What one advisory means for one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exposure {
    /// The inventory's name.
    pub inventory: String,
    /// The component.
    pub component: Component,
    /// The advisory's facts.
    pub advisory: AdvisoryFacts,
    /// Affected, not affected, cannot tell.
    pub touch: Touch,
    /// How sure the names are.
    pub certainty: Certainty,
    /// One sentence: which record, which range, which comparison.
    pub why: String,
    /// First versions that have the fix, as the record names them; empty if it names none.
    pub fixed: Vec<String>,
    /// What to do, as an advisory of the product says it: fixes first; empty if none says anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
}
