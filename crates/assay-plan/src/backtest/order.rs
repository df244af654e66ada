//! The orders that are compared. Each is a key; a smaller one stands first.

use std::cmp::Reverse;

use assay_base::Answer;
use assay_clock::{Directive, Facts, Term};
use assay_match::exposure::Impact;
use serde::Serialize;

use super::{Decided, Population};
use crate::vendors;

/// An order of CVEs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// None.
    Random,
    /// Whether an exploit was published.
    PublishedExploit,
    /// The CVSS base score, a missing one as 5.
    Cvss,
    /// The directive's term.
    Tier,
    /// The directive's term, then a published exploit, then CVSS.
    TierExploitCvss,
    /// How often KEV had the vendor.
    Vendor,
    /// The directive's term, then the vendor's history, then CVSS: the order of `assay plan`, as far as these data go.
    Assay,
}

/// A key; keys of one order compare like the order.
pub(crate) type Key = (u16, Reverse<u32>, Reverse<u16>);

impl Order {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Random,
        Self::PublishedExploit,
        Self::Cvss,
        Self::Vendor,
        Self::Tier,
        Self::TierExploitCvss,
        Self::Assay,
    ];

    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Random => "at random",
            Self::PublishedExploit => "published exploit",
            Self::Cvss => "CVSS score",
            Self::Tier => "BOD 26-04 tier",
            Self::TierExploitCvss => "tier, exploit, CVSS",
            Self::Vendor => "vendor's KEV history",
            Self::Assay => "Assay: tier, vendor, CVSS",
        }
    }

    /// The key of a case. Of all cases, those of one key are in no order among each other.
    pub(crate) fn key(self, case: &Decided, population: &Population<'_>, terms: &Terms) -> Key {
        let cvss = Reverse(tenths(case.score));
        let exploit = Reverse(u32::from(case.published_exploit));
        let vendor = || Reverse(population.vendors.get(&vendors::key(&case.vendor)).copied().unwrap_or(0));
        match self {
            Self::Random => (0, Reverse(0), Reverse(0)),
            Self::PublishedExploit => (0, exploit, Reverse(0)),
            Self::Cvss => (0, Reverse(0), cvss),
            Self::Tier => (terms.of(case, Answer::No), Reverse(0), Reverse(0)),
            Self::TierExploitCvss => (terms.of(case, Answer::No), exploit, cvss),
            Self::Vendor => (0, vendor(), Reverse(0)),
            Self::Assay => (terms.of(case, Answer::No), vendor(), cvss),
        }
    }
}

/// The directive's terms, as numbers: each of the shortest possible, a range after what is certain.
pub(crate) struct Terms(Option<Directive>);

impl Terms {
    pub(crate) fn new() -> Self {
        Self(Directive::bod_26_04().ok())
    }

    /// The tier of a case on an exposed thing.
    pub(crate) fn of(&self, case: &Decided, kev: Answer) -> u16 {
        let Some(directive) = &self.0 else { return 0 };
        let total = match case.impact {
            Impact::Total => Answer::Yes,
            Impact::Partial => Answer::No,
            Impact::Unknown => Answer::Unknown,
        };
        let outcome = directive.evaluate(Facts { kev, exposed: Answer::Yes, automatable: case.automatable, total });
        let days = match outcome.earliest {
            Term::Days(days) => days,
            Term::NextUpgrade => Term::LONGEST,
        };
        days.saturating_mul(2).saturating_add(u16::from(!outcome.is_one_term()))
    }
}

fn tenths(score: Option<f64>) -> u16 {
    let score = score.filter(|score| (0.0..=10.0).contains(score)).unwrap_or(5.0);
    // Between 0 and 100 after rounding, so the conversion is exact.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let tenths = (score * 10.0).round() as u16;
    tenths
}
