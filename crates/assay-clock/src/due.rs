//! When something is due: a function of advisory, asset and directive.
//!
//! The directive says when the clock starts and how its last day ends. A date
//! without an hour (KEV's) stays a date as long as days are counted, so that
//! no zone moves it.

use assay_base::{Answer, Instant};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{self, Counting};
use crate::directive::{DayEnd, Directive, StartRule};
use crate::outcome::Outcome;
use crate::term::Term;
use crate::zone::Zone;

/// When things happened that a clock can start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The day on which KEV listed it, if it is listed and the day is known.
    pub listed: Option<Date>,
    /// When the advisory was published, if known.
    pub published: Option<Instant>,
    /// When it was first found on the asset.
    pub detected: Instant,
}

/// What started a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Started {
    /// KEV listed it.
    Listing,
    /// It was found on the asset.
    Detection,
    /// It was published.
    Publication,
    /// The directive was issued, after what would have started it.
    Issue,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Due {
    /// What started the clock.
    pub started: Started,
    /// When it started; a date without an hour, at its beginning.
    pub start: Instant,
    /// Exact end of the shortest possible term; none is *next upgrade*.
    pub earliest: Option<Instant>,
    /// Exact end of the longest possible term; none is *next upgrade*.
    pub latest: Option<Instant>,
    /// The end of the shortest possible term, counted from the detection: what can still be met
    /// where `earliest` is over already.
    pub catch_up: Option<Instant>,
    /// When the directive's times begin to bind those whom it binds.
    pub binds_from: Option<Instant>,
}

/// A point from which days are counted.
#[derive(Clone, Copy)]
enum Moment {
    Day(Date),
    At(Instant),
}

impl Moment {
    fn instant(self, date_zone: &Zone) -> Instant {
        match self {
            Self::Day(day) => date_zone.start_of(day),
            Self::At(instant) => instant,
        }
    }
}

impl Directive {
    /// When an outcome is due, in the zone where the asset stands.
    ///
    /// Total: what cannot be counted any more (the end of the calendar) is due at its end.
    pub fn due(&self, outcome: &Outcome, start: Start, zone: &Zone) -> Due {
        let (moment, started) = self.started(outcome.facts.kev, start);
        let end = |moment, term: Term| term.days().map(|days| self.end(moment, days, zone));
        let date_zone = &self.clock.date_zone;
        Due {
            started,
            start: moment.instant(date_zone),
            earliest: end(moment, outcome.earliest),
            latest: end(moment, outcome.latest),
            catch_up: end(Moment::At(start.detected), outcome.earliest),
            binds_from: self.binds_from().map(|day| date_zone.start_of(day)),
        }
    }

    fn started(&self, kev: Answer, start: Start) -> (Moment, Started) {
        let zone = &self.clock.date_zone;
        // Perhaps in KEV has no day of listing; then the rule for the others counts, from the same detection.
        let rule = if kev == Answer::Yes { self.clock.listed } else { self.clock.unlisted };
        let detected = (Moment::At(start.detected), Started::Detection);
        let (moment, started) = match (rule, start.listed, start.published) {
            (StartRule::EarlierOfListingAndDetection, Some(day), _) if zone.start_of(day) < start.detected => {
                (Moment::Day(day), Started::Listing)
            }
            (StartRule::Listing, Some(day), _) => (Moment::Day(day), Started::Listing),
            (StartRule::Detection, _, Some(published)) if published > start.detected => {
                (Moment::At(published), Started::Publication)
            }
            (StartRule::Publication, _, Some(published)) => (Moment::At(published), Started::Publication),
            _ => detected,
        };
        if self.clock.not_before_issue && moment.instant(zone) < zone.start_of(self.issued) {
            return (Moment::Day(self.issued), Started::Issue);
        }
        (moment, started)
    }

    fn end(&self, from: Moment, days: u16, zone: &Zone) -> Instant {
        match self.clock.day_ends {
            DayEnd::ExactInstant => zone.days_later(from.instant(&self.clock.date_zone), days),
            DayEnd::LocalMidnight => {
                let day = match from {
                    Moment::Day(day) => day,
                    Moment::At(instant) => zone.day_of(instant),
                };
                zone.end_of(calendar::add(day, days, Counting::Calendar))
            }
        }
    }
}
