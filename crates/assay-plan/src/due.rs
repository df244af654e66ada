//! When a card is due, and in which words.
//!
//! A date is a *deadline* only where its directive binds, and from when its
//! times bind; everywhere else, and before, it is a *target* (R106). A range
//! has two ends; the next upgrade has no date. A date that has passed is said
//! to have passed, with the date that can still be met beside it.

use assay_base::Instant;
use assay_clock::zone::day_words;
use assay_clock::{Basis, Due, Outcome, Started};
use serde::Serialize;

use crate::request::Request;

/// When a card is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CardDue {
    /// On which ground the date stands.
    pub basis: Basis,
    /// `deadline` or `target`.
    pub word: &'static str,
    /// `3 days`, `3 to 14 days`, `next upgrade`.
    pub term: String,
    /// What started the clock.
    pub started: Started,
    /// When it started.
    pub start: Instant,
    /// Exact end of the shortest possible term; none is the next upgrade.
    pub earliest: Option<Instant>,
    /// Exact end of the longest possible term; none is the next upgrade.
    pub latest: Option<Instant>,
    /// Whether the earliest end has passed.
    pub passed: bool,
    /// What is worked towards: the earliest end, or the one counted from the detection if that has passed.
    pub aim: Option<Instant>,
    /// In a few words: `by Tue 24 Nov 2026`.
    pub short: String,
    /// In a sentence, with the exact instants.
    pub words: String,
}

impl CardDue {
    /// From what the directive's clock says.
    pub(crate) fn of(due: &Due, outcome: &Outcome, request: &Request<'_>) -> Self {
        let basis = request.directive.basis(request.organisation);
        let binding = basis == Basis::Binding;
        // The times of a directive bind from a day on: what would have been due before it is due on it.
        let lift = |end: Option<Instant>| match (binding, end, due.binds_from, request.directive.binds_from()) {
            (true, Some(end), Some(from), Some(day)) if end < from => Some(request.zone.end_of(day)),
            _ => end,
        };
        let (earliest, latest) = (lift(due.earliest), lift(due.latest));
        let lifted = earliest != due.earliest;
        let passed = earliest.is_some_and(|end| end <= request.now);
        let word = basis.date_word();
        let aim = if passed { due.catch_up } else { earliest };
        let mut card = Self {
            basis,
            word,
            term: outcome.term_words(),
            started: due.started,
            start: due.start,
            earliest,
            latest,
            passed,
            aim,
            short: String::new(),
            words: String::new(),
        };
        card.short = card.short_words(request);
        card.words = card.long_words(due, lifted, request);
        card
    }

    fn short_words(&self, request: &Request<'_>) -> String {
        let day = |instant| request.zone.short_day_words(instant);
        match (self.earliest, self.latest) {
            (Some(_), latest) if self.passed => {
                let perhaps = if latest.is_none_or(|latest| latest > request.now) { "perhaps " } else { "" };
                match self.aim.filter(|aim| *aim > request.now) {
                    Some(aim) => format!("{perhaps}overdue; catch up by {}", day(aim)),
                    None => format!("{perhaps}overdue; do it next"),
                }
            }
            (Some(earliest), Some(latest)) if earliest == latest => format!("by {}", day(earliest)),
            (Some(earliest), Some(latest)) => format!("{} to {}", day(earliest), day(latest)),
            (Some(earliest), None) => format!("by {}, or at the next upgrade", day(earliest)),
            (None, _) => "at the next upgrade".to_owned(),
        }
    }

    fn long_words(&self, due: &Due, lifted: bool, request: &Request<'_>) -> String {
        let zone = &request.zone;
        let exact = |instant: Instant| {
            format!("{} ({})", zone.words(instant), instant.to_jiff().strftime("%Y-%m-%d %H:%M UTC"))
        };
        let word = capital(self.word);
        let counted = format!("{} counted {}", self.term, self.start_words(request));
        let mut text = match (self.earliest, self.latest) {
            (Some(earliest), latest) if self.passed => {
                let mut text = match latest {
                    Some(latest) if latest == earliest => format!("{word} passed on {}: {counted}.", exact(earliest)),
                    Some(latest) if latest <= request.now => {
                        format!("{word} passed between {} and {}: {counted}.", exact(earliest), exact(latest))
                    }
                    Some(latest) => {
                        format!(
                            "{word} between {}, which has passed, and {}: {counted}.",
                            exact(earliest),
                            exact(latest)
                        )
                    }
                    None => format!(
                        "{word} on {}, which has passed, or at the next scheduled upgrade: {counted}.",
                        exact(earliest)
                    ),
                };
                if let Some(aim) = self.aim {
                    let verb = if aim > request.now { "can still be met" } else { "has passed too" };
                    text.push_str(&format!(" Counted from the day it was found here, {} {verb}.", exact(aim)));
                }
                text
            }
            (Some(earliest), Some(latest)) if earliest == latest => format!("{word}: {}; {counted}.", exact(earliest)),
            (Some(earliest), Some(latest)) => {
                format!("{word}: between {} and {}; {counted}.", exact(earliest), exact(latest))
            }
            (Some(earliest), None) => {
                format!("{word}: {}, or at the next scheduled upgrade; {counted}.", exact(earliest))
            }
            (None, _) => format!("{word}: at the next scheduled upgrade or rebuild; there is no date."),
        };
        if lifted && let (Some(by_count), Some(from)) = (due.earliest, request.directive.binds_from()) {
            text.push_str(&format!(
                " By count alone it would be {}; the times of {} bind from {}.",
                zone.day_words(by_count),
                request.directive.short(),
                day_words(from),
            ));
        }
        text
    }

    fn start_words(&self, request: &Request<'_>) -> String {
        let date_zone = &request.directive.clock().date_zone;
        match self.started {
            Started::Listing => format!("from its listing in KEV on {}", day_words(date_zone.day_of(self.start))),
            Started::Detection => {
                format!("from the day it was found here, {}", day_words(request.zone.day_of(self.start)))
            }
            Started::Publication => format!("from its publication on {}", day_words(request.zone.day_of(self.start))),
            Started::Issue => format!(
                "from the issue of {} on {}",
                request.directive.short(),
                day_words(date_zone.day_of(self.start))
            ),
        }
    }
}

pub(crate) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
