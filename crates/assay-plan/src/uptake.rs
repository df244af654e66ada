//! What people report about cards: `assay.reports/1`, a file kept beside the
//! inventory.
//!
//! A report is its author's word. The scan's word stands beside it and is
//! never mixed with it (R53): *done* by word of mouth is not *verified*. A
//! deferral names who, why, what stands in for the update, and the day on
//! which it is looked at again (R31).

use std::collections::BTreeMap;

use assay_base::Instant;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::acts;

/// Largest file that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// Most entries that are read.
const MOST: usize = 10_000;

/// How far a card is, by somebody's word. *Verified* is no word of a person: only a scan says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Somebody has read it.
    Acknowledged,
    /// It has a day.
    Scheduled,
    /// It is done, they say.
    Done,
    /// It waits, for a reason, until a day.
    Deferred,
}

impl State {
    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Scheduled => "scheduled",
            Self::Done => "done",
            Self::Deferred => "deferred",
        }
    }
}

/// What somebody reported about a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Report {
    /// The card's id.
    pub card: String,
    /// How far it is.
    pub state: State,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why it waits; asked of a deferral.
    #[serde(default)]
    pub why: String,
    /// What stands in for the update; asked of a deferral.
    #[serde(default)]
    pub control: String,
    /// The day on which it is looked at again; asked of a deferral.
    #[serde(default)]
    pub review: Option<String>,
}

impl Report {
    /// The day of the review, if it has one.
    pub fn review_day(&self) -> Option<Date> {
        self.review.as_deref().and_then(|day| day.parse().ok())
    }
}

/// A decision to patch before the forensic look that a directive asks for (R30).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Override {
    /// The triage card's id.
    pub card: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub why: String,
}

/// A file of reports, as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reports {
    by_card: BTreeMap<String, Report>,
    overrides: BTreeMap<String, Override>,
}

/// A file of reports cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReports {
    /// Larger than it may be.
    #[error("the reports have {0} bytes, and no more than {LARGEST} are read")]
    TooLarge(usize),
    /// No TOML, or keys that it does not have.
    #[error("the reports cannot be read: {0}")]
    Unreadable(String),
    /// It can be read, and something is missing or wrong.
    #[error("the reports are wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    #[serde(default)]
    report: Vec<Report>,
    #[serde(default, rename = "override")]
    overrides: Vec<Override>,
}

impl Reports {
    /// Reads `assay.reports/1`. Of several reports about one card, the latest counts.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, or a deferral lacks what a deferral names.
    pub fn read(text: &str) -> Result<Self, BadReports> {
        if text.len() > LARGEST {
            return Err(BadReports::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text)
            .map_err(|error| BadReports::Unreadable(error.to_string().chars().take(300).collect()))?;
        let mut wrong = Vec::new();
        if file.schema != "assay.reports/1" {
            wrong.push("the schema is not `assay.reports/1`".to_owned());
        }
        if file.report.len() + file.overrides.len() > MOST {
            wrong.push(format!("there are more than {MOST} entries"));
        }
        for report in file.report.iter().take(MOST) {
            check(report, &mut wrong);
        }
        for one in file.overrides.iter().take(MOST) {
            if one.why.trim().is_empty() || one.by.trim().is_empty() {
                wrong.push(format!("the override of {} names who decided and why", short(&one.card)));
            }
        }
        if !wrong.is_empty() {
            wrong.truncate(20);
            return Err(BadReports::Wrong(wrong));
        }
        let mut reports = Self::default();
        for report in file.report {
            let later = reports.by_card.get(&report.card).is_none_or(|known| known.at <= report.at);
            if later {
                reports.by_card.insert(report.card.clone(), report);
            }
        }
        reports.overrides = file.overrides.into_iter().map(|one| (one.card.clone(), one)).collect();
        Ok(reports)
    }

    /// What was reported about a card.
    pub fn of(&self, card: &str) -> Option<&Report> {
        self.by_card.get(card)
    }

    /// Whether somebody decided to patch before looking.
    pub fn override_of(&self, card: &str) -> Option<&Override> {
        self.overrides.get(card)
    }

    /// All reports, by card.
    pub fn all(&self) -> impl Iterator<Item = &Report> {
        self.by_card.values()
    }
}

fn check(report: &Report, wrong: &mut Vec<String>) {
    let card = short(&report.card);
    if report.by.trim().is_empty() {
        wrong.push(format!("the report on {card} names nobody"));
    }
    for text in [&report.by, &report.why, &report.control] {
        if text.chars().count() > 1000 || text.chars().any(acts) {
            wrong.push(format!("a text about {card} is not one line of at most 1000 characters"));
        }
    }
    if let Some(day) = &report.review
        && (day.len() != 10 || report.review_day().is_none())
    {
        wrong.push(format!("the review of {card} is no date such as 2026-12-01"));
    }
    let lacks = report.why.trim().is_empty() || report.control.trim().is_empty() || report.review.is_none();
    if report.state == State::Deferred && lacks {
        wrong.push(format!("the deferral of {card} names why, the control that stands in, and the day of its review"));
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !acts(*c)).take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const FILE: &str = r#"schema = "assay.reports/1"
[[report]]
card = "card-1"
state = "scheduled"
by = "Pat"
at = "2026-11-20T10:00:00Z"
[[report]]
card = "card-1"
state = "deferred"
by = "Pat"
at = "2026-11-21T10:00:00Z"
why = "the vendor tests until December"
control = "reachable through the VPN alone"
review = "2026-12-05"
"#;

    #[test]
    fn the_latest_report_counts() {
        let reports = Reports::read(FILE).unwrap();
        assert_eq!(reports.of("card-1").unwrap().state, State::Deferred);
        assert!(reports.of("card-2").is_none());
    }

    #[test]
    fn a_deferral_names_who_why_what_instead_and_until_when() {
        for part in [
            "why = \"the vendor tests until December\"\n",
            "control = \"reachable through the VPN alone\"\n",
            "review = \"2026-12-05\"\n",
        ] {
            let error = Reports::read(&FILE.replace(part, "")).unwrap_err().to_string();
            assert!(error.contains("the deferral of card-1 names why"), "{error}");
        }
        let error = Reports::read(&FILE.replace("2026-12-05", "soon")).unwrap_err().to_string();
        assert!(error.contains("no date such as"), "{error}");
    }

    #[test]
    fn nobody_reports_that_it_was_verified() {
        assert!(Reports::read(&FILE.replace("scheduled", "verified")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = Reports::read(&text);
        }

        #[test]
        fn damaged_files_do_not_panic(at in 0..FILE.len(), byte in 32_u8..127) {
            let mut bytes = FILE.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = Reports::read(&String::from_utf8_lossy(&bytes));
        }
    }
}
