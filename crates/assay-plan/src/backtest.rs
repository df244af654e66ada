//! Measures orders against what was exploited later: the back-test.
//!
//! At each cut there are the CVEs decided by then and not yet in KEV; those
//! that KEV lists after the cut are what a good order would have had first.
//! A feature is a function of the cut by construction: decisions are dated,
//! and KEV is read as it was on that day, from the days of its entries. Two
//! controls come with every run: shuffled labels must measure nothing, and a
//! feature from after the cut must measure too much.

pub mod assets;
mod days;
mod measure;
mod order;
mod random;
pub mod table;

use std::collections::BTreeMap;

use assay_base::Answer;
use assay_match::exposure::Impact;
use jiff::civil::Date;
use serde::Serialize;

use crate::vendors;
use measure::Measured;
pub use measure::{EFFORTS, FIRST, Figure};
pub use order::Order;

/// A CVE with what was decided about it, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The CVE's id.
    pub cve: String,
    /// The day of the decision.
    pub day: Date,
    /// Whether an attack can be automated.
    pub automatable: Answer,
    /// Technical impact.
    pub impact: Impact,
    /// Whether an exploit was published, at that day.
    pub published_exploit: bool,
    /// CVSS base score.
    pub score: Option<f64>,
    /// The vendor; empty if not said.
    pub vendor: String,
    /// The product; empty if not said.
    pub product: String,
}

/// An entry of KEV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The CVE's id.
    pub cve: String,
    /// The day of the listing.
    pub day: Date,
    /// The vendor.
    pub vendor: String,
}

/// EPSS scores of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Their day.
    pub day: Date,
    /// The scores by CVE.
    pub by_cve: BTreeMap<String, f64>,
}

/// What is measured.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The CVEs.
    pub decided: &'a [Decided],
    /// KEV, with the day of each entry.
    pub listed: &'a [Listed],
    /// The last day that the list knows.
    pub until: Date,
    /// The cuts.
    pub cuts: &'a [Date],
    /// EPSS, if there are scores.
    pub scores: Option<&'a Scores>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// `assay.backtest/1`.
    pub schema: &'static str,
    /// The last day that the list knows.
    pub until: String,
    /// The cuts.
    pub cuts: Vec<Cut>,
    /// CVEs that are looked for, over all cuts; the same CVE counts at each cut before its listing.
    pub positives: usize,
    /// The different ones among them.
    pub distinct: usize,
    /// What each order measures, over all cuts.
    pub orders: Vec<Row>,
    /// What must measure nothing, and what must measure too much.
    pub controls: Vec<Control>,
    /// What has to be known to read the figures.
    pub remarks: Vec<String>,
}

/// A cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cut {
    /// Its day.
    pub day: String,
    /// CVEs that were decided by then and not listed.
    pub cves: usize,
    /// Those of them that were listed later.
    pub positives: usize,
    /// CVEs that were listed later and not among them: no order of what was known could have had them.
    pub out_of_reach: usize,
}

/// What an order measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The order.
    pub order: Order,
    /// In words.
    pub words: &'static str,
    /// The figures.
    #[serde(flatten)]
    pub measured: Measured,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    /// What was done.
    pub what: String,
    /// The area under the curve.
    pub auc: f64,
    /// What it has to be.
    pub wanted: String,
    /// Whether it is.
    pub holds: bool,
}

/// Nothing can be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmeasurable {
    /// No cut.
    #[error("there is no cut")]
    NoCut,
    /// Nothing was listed after any cut among what was known.
    #[error("none of the CVEs that were decided by the cuts was listed between the cuts and {0}")]
    NoPositives(Date),
}

/// One cut's population, with what was known then.
pub(crate) struct Population<'a> {
    pub(crate) cases: Vec<&'a Decided>,
    pub(crate) positive: Vec<bool>,
    /// KEV's entries by vendor, as of the cut.
    pub(crate) vendors: BTreeMap<String, u32>,
}

/// Measures all orders over all cuts.
///
/// # Errors
/// If there is no cut, or nothing to find.
pub fn measure(question: &Question<'_>) -> Result<Report, Unmeasurable> {
    if question.cuts.is_empty() {
        return Err(Unmeasurable::NoCut);
    }
    let listed: BTreeMap<&str, Date> = question.listed.iter().map(|one| (one.cve.as_str(), one.day)).collect();
    let mut cuts = Vec::new();
    let mut populations = Vec::new();
    let mut distinct: Vec<&str> = Vec::new();
    for cut in question.cuts {
        let population = population(question, &listed, *cut);
        let positives = population.positive.iter().filter(|positive| **positive).count();
        let later = question.listed.iter().filter(|one| one.day > *cut && one.day <= question.until).count();
        cuts.push(Cut {
            day: cut.to_string(),
            cves: population.cases.len(),
            positives,
            out_of_reach: later.saturating_sub(positives),
        });
        let found = population.cases.iter().zip(&population.positive).filter(|(_, positive)| **positive);
        distinct.extend(found.map(|(case, _)| case.cve.as_str()));
        populations.push(population);
    }
    let positives = distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.is_empty() {
        return Err(Unmeasurable::NoPositives(question.until));
    }
    let orders: Vec<Row> = Order::ALL
        .into_iter()
        .map(|order| Row { order, words: order.words(), measured: measure::measured(&populations, order) })
        .collect();
    let ours = orders.iter().find(|row| row.order == Order::Assay).map_or(0.5, |row| row.measured.auc.value);
    Ok(Report {
        schema: "assay.backtest/1",
        until: question.until.to_string(),
        cuts,
        positives,
        distinct: distinct.len(),
        controls: controls(question, &populations, ours),
        orders,
        remarks: remarks(question),
    })
}

fn population<'a>(question: &Question<'a>, listed: &BTreeMap<&str, Date>, cut: Date) -> Population<'a> {
    let cases: Vec<&Decided> = question
        .decided
        .iter()
        .filter(|case| case.day <= cut && listed.get(case.cve.as_str()).is_none_or(|day| *day > cut))
        .collect();
    let later = |case: &&Decided| listed.get(case.cve.as_str()).is_some_and(|day| *day > cut && *day <= question.until);
    let positive = cases.iter().map(later).collect();
    let mut by_vendor = BTreeMap::new();
    for one in question.listed.iter().filter(|one| one.day <= cut) {
        *by_vendor.entry(vendors::key(&one.vendor)).or_insert(0) += 1;
    }
    by_vendor.remove("");
    Population { cases, positive, vendors: by_vendor }
}

fn controls(question: &Question<'_>, populations: &[Population<'_>], ours: f64) -> Vec<Control> {
    let shuffled = measure::shuffled(populations, Order::Assay);
    let leaked = measure::leaked(populations);
    let mut controls = vec![
        Control {
            what: "the same order against shuffled labels: nothing may be left to find".to_owned(),
            auc: shuffled,
            wanted: "0.45 to 0.55".to_owned(),
            holds: (0.45..=0.55).contains(&shuffled),
        },
        Control {
            what: "the same order with the listing itself among its facts, a day after it: a leak has to show"
                .to_owned(),
            auc: leaked,
            wanted: "more than the honest figure, and at least 0.95".to_owned(),
            holds: leaked > ours && leaked >= 0.95,
        },
    ];
    if let Some(scores) = question.scores {
        let auc = measure::by_scores(populations, &scores.by_cve);
        let honest = question.cuts.iter().all(|cut| scores.day <= *cut);
        controls.push(Control {
            what: format!(
                "EPSS of {}{}",
                scores.day,
                if honest {
                    ""
                } else {
                    ", which is later than a cut: it has seen what it is to foretell, so it is no rival"
                }
            ),
            auc,
            wanted: "told, and not compared".to_owned(),
            holds: true,
        });
    }
    controls
}

fn remarks(question: &Question<'_>) -> Vec<String> {
    let mut remarks = vec![
        "Every thing is taken as exposed and none as listed: who runs what is not known here.".to_owned(),
        "KEV lists what CISA's own customers run: what is exploited elsewhere counts as not found.".to_owned(),
        "Intervals are of 90 % and from drawing the found ones anew; cuts share CVEs, so they are narrower than the truth.".to_owned(),
        "That a vendor's history orders was first seen on listings up to 25 August 2025. Only cuts from that day on confirm it.".to_owned(),
    ];
    if question.cuts.len() > 1 {
        remarks.push("The figures are over all cuts together.".to_owned());
    }
    remarks
}

#[cfg(test)]
#[path = "backtest_tests.rs"]
mod tests;
