//! What became of every card over all plans, kept on the owner's machine
//! (`assay.history/1`): found, acknowledged, scheduled, reported done,
//! verified by a scan, and found again.
//!
//! A person's word and a scan's word stand apart: *reported done* is not
//! *verified*, and only a scan verifies (R53). What was verified or gone and
//! is found again has *reappeared*: a roll-back, a restored image, a second
//! machine.

use std::collections::BTreeMap;

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::card::{Card, CardKind};
use crate::done::Ending;
use crate::plan::Plan;
use crate::text::{NAME, count, plain};
use crate::uptake::State;

/// Largest history that is read, in bytes.
pub const LARGEST: usize = 64 * 1024 * 1024;
/// Most cards that are kept; those that are over longest are left out first.
const MOST: usize = 50_000;
/// Most records of one card that are kept.
const RECORDS: usize = 200;
/// Most advisories that a funnel lists.
const ADVISORIES: usize = 50;

/// The history of one organisation's plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct History {
    schema: String,
    /// The plans that it was made from, counted.
    pub plans: u32,
    /// When the first of them was made.
    pub since: Option<Instant>,
    /// When the last of them was made.
    pub updated: Option<Instant>,
    /// The life of each card, by its id.
    pub cards: BTreeMap<String, Life>,
}

/// The life of one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Life {
    /// What it is about.
    pub title: String,
    /// The records that it closes.
    pub records: Vec<String>,
    /// When it was found.
    pub found: Instant,
    /// When somebody first said that they had read it.
    #[serde(default)]
    pub acknowledged: Option<Instant>,
    /// When somebody first said that it has a day.
    #[serde(default)]
    pub scheduled: Option<Instant>,
    /// When somebody first said that it is done.
    #[serde(default)]
    pub reported_done: Option<Instant>,
    /// When a scan first showed that it is done.
    #[serde(default)]
    pub verified: Option<Instant>,
    /// When the thing was first gone from its list.
    #[serde(default)]
    pub removed: Option<Instant>,
    /// How often it was found again after that.
    #[serde(default)]
    pub reappeared: u32,
    /// Where it is now.
    pub now: Now,
}

/// Where a card is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Now {
    /// To do, and its shortest term is not over.
    Open,
    /// To do, and its longest term is over.
    Overdue,
    /// To do, and its shortest term is over, its longest is not.
    PerhapsOverdue,
    /// It waits by decision.
    Deferred,
    /// Not seen this time, and nothing shows that it is over.
    Unseen,
    /// A scan showed that it is done.
    Verified,
    /// The thing is gone.
    Removed,
}

/// How far all cards are, together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Funnel {
    /// When the first plan was made.
    pub since: Option<Instant>,
    /// Cards that were ever found.
    pub found: usize,
    /// Of which somebody said that they had read them, or more.
    pub acknowledged: usize,
    /// Of which somebody said that they have a day, or more.
    pub scheduled: usize,
    /// Of which somebody said that they are done: their word.
    pub reported_done: usize,
    /// Of which a scan showed that they are done.
    pub verified: usize,
    /// Of those, the ones that somebody had reported before.
    pub verified_of_reported: usize,
    /// Whose thing is gone.
    pub removed: usize,
    /// Which wait by decision.
    pub deferred: usize,
    /// Which are to do and late for certain.
    pub overdue: usize,
    /// Which were over and were found again, at least once.
    pub reappeared: usize,
    /// Half of the verified ones took so many days or fewer from found to verified; none without any.
    pub median_days: Option<u64>,
    /// The same for the advisories that stand on most cards.
    pub advisories: Vec<AdvisoryFunnel>,
}

/// How far one advisory is, over all the cards that close it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AdvisoryFunnel {
    /// Its name.
    pub advisory: String,
    /// Cards with it.
    pub found: usize,
    /// Those reported done.
    pub reported_done: usize,
    /// Those verified.
    pub verified: usize,
}

/// A file is no history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHistory {
    /// Larger than any.
    #[error("the history has {0} bytes, and no more than {LARGEST} are read")]
    TooLarge(usize),
    /// No JSON, or not of a history.
    #[error("the history cannot be read: {0}")]
    Unreadable(String),
    /// It is of another schema.
    #[error("the history is no `assay.history/1`")]
    NoHistory,
    /// It was written later than now.
    #[error("the history was written at {0}, which is later than now; see the clock, or --now")]
    FromTheFuture(Instant),
}

impl Default for History {
    fn default() -> Self {
        Self { schema: "assay.history/1".to_owned(), plans: 0, since: None, updated: None, cards: BTreeMap::new() }
    }
}

impl History {
    /// Reads a history.
    ///
    /// # Errors
    /// If it is too large, no JSON of a history, or written after `now`.
    pub fn read(bytes: &[u8], now: Instant) -> Result<Self, BadHistory> {
        if bytes.len() > LARGEST {
            return Err(BadHistory::TooLarge(bytes.len()));
        }
        let history: Self = serde_json::from_slice(bytes)
            .map_err(|error| BadHistory::Unreadable(error.to_string().chars().take(300).collect()))?;
        if history.schema != "assay.history/1" {
            return Err(BadHistory::NoHistory);
        }
        match history.updated {
            Some(updated) if updated > now => Err(BadHistory::FromTheFuture(updated)),
            _ => Ok(history),
        }
    }

    /// Takes in a plan that was made after all those before it.
    pub fn take(&mut self, plan: &Plan) {
        self.plans = self.plans.saturating_add(1);
        self.since.get_or_insert(plan.made);
        self.updated = Some(plan.made);
        for (shelf, deferred) in [(&plan.cards, false), (&plan.later, false), (&plan.deferred, true)] {
            for card in shelf.iter().filter(|card| matches!(card.kind, CardKind::Update | CardKind::Ticket)) {
                self.see(card, deferred, plan.made);
            }
        }
        for ended in &plan.ended {
            let Some(life) = self.cards.get_mut(&ended.card) else { continue };
            match ended.ending {
                Ending::Verified => (life.now, _) = (Now::Verified, life.verified.get_or_insert(plan.made)),
                Ending::Removed => (life.now, _) = (Now::Removed, life.removed.get_or_insert(plan.made)),
                Ending::ByHand | Ending::NotExplained | Ending::NotScanned => life.now = Now::Unseen,
            }
        }
        while self.cards.len() > MOST {
            let over = |life: &Life| matches!(life.now, Now::Verified | Now::Removed);
            let oldest = self.cards.iter().min_by_key(|(_, life)| (!over(life), life.found)).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { break };
            self.cards.remove(&oldest);
        }
    }

    fn see(&mut self, card: &Card, deferred: bool, now: Instant) {
        let life = self.cards.entry(card.id.clone()).or_insert_with(|| Life {
            title: String::new(),
            records: Vec::new(),
            found: card.first_seen,
            acknowledged: None,
            scheduled: None,
            reported_done: None,
            verified: None,
            removed: None,
            reappeared: 0,
            now: Now::Open,
        });
        if matches!(life.now, Now::Verified | Now::Removed) {
            life.reappeared = life.reappeared.saturating_add(1);
            // What was said before it was over is not said of what was found again.
            (life.acknowledged, life.scheduled, life.reported_done) = (None, None, None);
            (life.verified, life.removed) = (None, None);
        }
        life.title = plain(&card.title, 2 * NAME);
        life.records = card.closes.iter().take(RECORDS).map(|closed| closed.name.clone()).collect();
        life.found = life.found.min(card.first_seen);
        if let Some(report) = &card.reported {
            let said = Some(report.at);
            match report.state {
                State::Acknowledged | State::Deferred => life.acknowledged = life.acknowledged.or(said),
                State::Scheduled => life.scheduled = life.scheduled.or(said),
                State::Done => life.reported_done = life.reported_done.or(said),
            }
        }
        let over = |end: Option<Instant>| end.is_some_and(|end| end <= now);
        life.now = match (deferred, over(card.due.earliest), over(card.due.latest)) {
            (true, ..) => Now::Deferred,
            (_, _, true) => Now::Overdue,
            (_, true, _) => Now::PerhapsOverdue,
            _ => Now::Open,
        };
    }

    /// How far all cards are.
    pub fn funnel(&self) -> Funnel {
        let lives = || self.cards.values();
        let many = |is: fn(&Life) -> bool| lives().filter(|life| is(life)).count();
        let mut days: Vec<u64> =
            lives().filter_map(|life| Some(life.verified?.since(life.found).as_secs() / 86_400)).collect();
        days.sort_unstable();
        let mut advisories: BTreeMap<&str, AdvisoryFunnel> = BTreeMap::new();
        for life in lives() {
            for record in &life.records {
                let one = advisories.entry(record).or_insert_with(|| AdvisoryFunnel {
                    advisory: record.clone(),
                    found: 0,
                    reported_done: 0,
                    verified: 0,
                });
                one.found += 1;
                one.reported_done += usize::from(life.reported_done.is_some());
                one.verified += usize::from(life.verified.is_some());
            }
        }
        let mut advisories: Vec<AdvisoryFunnel> = advisories.into_values().collect();
        advisories.sort_by(|a, b| b.found.cmp(&a.found).then_with(|| a.advisory.cmp(&b.advisory)));
        advisories.truncate(ADVISORIES);
        Funnel {
            since: self.since,
            found: self.cards.len(),
            acknowledged: many(|life| {
                life.acknowledged.is_some() || life.scheduled.is_some() || life.reported_done.is_some()
            }),
            scheduled: many(|life| life.scheduled.is_some() || life.reported_done.is_some()),
            reported_done: many(|life| life.reported_done.is_some()),
            verified: many(|life| life.verified.is_some()),
            verified_of_reported: many(|life| life.verified.is_some() && life.reported_done.is_some()),
            removed: many(|life| life.now == Now::Removed),
            deferred: many(|life| life.now == Now::Deferred),
            overdue: many(|life| life.now == Now::Overdue),
            reappeared: many(|life| life.reappeared > 0),
            median_days: days.get(days.len().saturating_sub(1) / 2).copied(),
            advisories,
        }
    }
}

impl Funnel {
    /// In a sentence or two, each word with whose it is.
    pub fn words(&self) -> String {
        let updates = count(self.found, "update", "updates");
        let mut text = format!(
            "Of {updates} found so far, people say that {} are done, and scans show it of {}",
            self.reported_done, self.verified
        );
        if self.verified > 0 {
            text.push_str(&format!(" ({} of them reported before)", self.verified_of_reported));
        }
        text.push('.');
        for (number, words) in [
            (self.removed, "gone from the lists"),
            (self.deferred, "waiting by decision"),
            (self.overdue, "overdue"),
            (self.reappeared, "found again after they were over"),
        ] {
            if number > 0 {
                text.push_str(&format!(" {}: {number}.", crate::due::capital(words)));
            }
        }
        if let Some(days) = self.median_days {
            text.push_str(&format!(
                " Half of what scans show done took {} or less.",
                count(usize::try_from(days).unwrap_or(usize::MAX), "day", "days")
            ));
        }
        text
    }
}
