//! What a simulated list of assets costs by each order: asset-days for which
//! exploited flaws stay open.

use serde::Serialize;

use super::measure::Figure;

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Days {
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Months that were worked off.
    pub months: usize,
    /// Assets that have a flaw.
    pub assets: usize,
    /// Assets of the list of which the CVEs name nothing.
    pub unnamed: usize,
    /// How many updates a month holds.
    pub capacity: usize,
    /// Pairs of an asset and a flaw.
    pub flaws: usize,
    /// Those of them that KEV lists in the time.
    pub exploited: usize,
    /// Days for which those are open if nobody does anything.
    pub untouched: f64,
    /// What each order leaves.
    pub rows: Vec<DaysRow>,
    /// The order of plans over none, with the facts dealt out anew among the flaws: 1 says that nothing is left of it.
    pub shuffled: f64,
    /// Whether that is between 0.9 and 1.1.
    pub holds: bool,
    /// Whether the EPSS scores are later than the first day, and so no rival.
    pub epss_is_late: bool,
}

/// What an order leaves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DaysRow {
    /// The order.
    pub order: Rule,
    /// In words.
    pub words: &'static str,
    /// Asset-days for which exploited flaws stay open.
    pub days: Figure,
    /// The same as a share of those at random.
    pub of_random: f64,
}

/// By what a month's updates are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Nothing.
    Random,
    /// The CVSS base score alone.
    Cvss,
    /// EPSS alone.
    Epss,
    /// The directive's term alone, with what KEV lists by then.
    Tier,
    /// The order of `assay plan`: term, vendor's history, CVSS.
    Assay,
}

impl Rule {
    pub(super) const ALL: [Self; 5] = [Self::Random, Self::Cvss, Self::Epss, Self::Tier, Self::Assay];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Random => "at random",
            Self::Cvss => "CVSS alone",
            Self::Epss => "EPSS alone",
            Self::Tier => "BOD 26-04 alone",
            Self::Assay => "Assay: tier, vendor, CVSS",
        }
    }
}
