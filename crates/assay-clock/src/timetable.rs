//! What a duty asks to be told by when, once something set it off, with the
//! ground on which its dates stand for this organisation.
//!
//! It counts and reminds. It does not say that a duty exists, and never that
//! anything was sent: nobody told it.

use std::collections::BTreeMap;

use assay_base::{Answer, Instant};
use serde::Serialize;

use crate::basis::Basis;
use crate::duty::{Duty, DutyEvent, Moment, StepDue};
use crate::organisation::Organisation;
use crate::zone::Zone;

/// Where a step stands at the instant of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its date lies ahead.
    Ahead,
    /// Its date is over; whether it was sent is not known.
    Past,
    /// It has no date: what it is counted from has not come, or the clause does not tell.
    NoDate,
}

/// One step, with its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// The step and its date.
    #[serde(flatten)]
    pub step: StepDue,
    /// Where it stands.
    pub standing: Standing,
    /// What it has to hold, and no more is asked for.
    pub asks: Vec<String>,
}

/// All steps of an event, with the ground on which their dates stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timetable {
    /// `assay.notices/1`.
    pub schema: &'static str,
    /// The duty's id.
    pub duty: String,
    /// The version of its pack.
    pub version: u32,
    /// What set it off.
    pub event: String,
    /// On which ground its dates stand.
    pub basis: Basis,
    /// The same as a sentence, without a full stop.
    pub basis_words: String,
    /// What a date is called on that ground: `deadline` or `target`.
    pub date_word: &'static str,
    /// Who is to be told.
    pub recipient: String,
    /// For which instant all of this holds.
    pub now: Instant,
    /// The moments that have come, as they were stated.
    pub come: BTreeMap<Moment, Instant>,
    /// Name of the zone of the words.
    pub zone: String,
    /// Each step, in order.
    pub steps: Vec<Entry>,
}

/// A moment cannot have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMoment {
    /// It is stated for later than now.
    #[error("`{} since {at}` cannot be stated yet: that is later than now", .moment.words())]
    FromTheFuture {
        /// Which.
        moment: Moment,
        /// When.
        at: Instant,
    },
}

impl Timetable {
    /// Counts every step of an event from the moments that have come.
    ///
    /// # Errors
    /// If a moment is stated for later than `now`.
    pub fn make(
        duty: &Duty,
        event: &DutyEvent,
        come: &BTreeMap<Moment, Instant>,
        organisation: &Organisation,
        now: Instant,
        zone: &Zone,
    ) -> Result<Self, BadMoment> {
        if let Some((moment, at)) = come.iter().find(|(_, at)| **at > now) {
            return Err(BadMoment::FromTheFuture { moment: *moment, at: *at });
        }
        let (basis, basis_words) = duty.ground(organisation, come.get(&Moment::Aware).copied().unwrap_or(now), zone);
        let mut dates = duty.due(event, come, zone);
        undated(event, come, &mut dates);
        let entry = |step: StepDue| {
            let standing = match step.due {
                None => Standing::NoDate,
                Some(due) if due <= now => Standing::Past,
                Some(_) => Standing::Ahead,
            };
            let asks = event.steps.iter().find(|one| one.id == step.step).map(|one| one.asks.clone());
            Entry { step, standing, asks: asks.unwrap_or_default() }
        };
        Ok(Self {
            schema: "assay.notices/1",
            duty: duty.id.clone(),
            version: duty.version,
            event: event.id.clone(),
            basis,
            basis_words,
            date_word: basis.date_word(),
            recipient: duty.recipient.clone(),
            now,
            come: come.clone(),
            zone: zone.name().to_owned(),
            steps: dates.into_iter().map(entry).collect(),
        })
    }
}

/// A fix may have been there before anybody knew of attacks. Counted from it, a report can be due before what has to be
/// sent first: the clause does not say what then holds, so nothing is said but that.
fn undated(event: &DutyEvent, come: &BTreeMap<Moment, Instant>, dates: &mut [StepDue]) {
    let (Some(aware), Some(fixed)) = (come.get(&Moment::Aware), come.get(&Moment::FixAvailable)) else { return };
    if fixed >= aware {
        return;
    }
    let first = |step: &StepDue| event.steps.iter().any(|one| one.id == step.step && one.from == Moment::Aware);
    let Some(last) = dates.iter().filter(|step| first(step)).filter_map(|step| step.due).max() else { return };
    for step in dates.iter_mut() {
        let counted = event.steps.iter().any(|one| one.id == step.step && one.from == Moment::FixAvailable);
        if counted && step.due.is_some_and(|due| due < last) {
            step.due = None;
            "the fix was there before you knew, and counted from it this would be due before what is sent first; the \
             clause does not say what then holds: ask whom you notify"
                .clone_into(&mut step.words);
        }
    }
}

impl Duty {
    /// On which ground its dates stand for an organisation that knew of something from this instant on, and the same as
    /// a sentence. It states facts and no legal conclusion (invariant 16).
    pub fn ground(&self, organisation: &Organisation, aware: Instant, zone: &Zone) -> (Basis, String) {
        let bound = self.basis_words(organisation);
        if zone.day_of(aware) < self.applies_from {
            return (Basis::Reference, format!("{bound}; you knew before it applied, so dates are targets"));
        }
        match organisation.manufacturer {
            Answer::Yes => (Basis::Binding, format!("{bound}, so dates are deadlines")),
            Answer::Unknown => (Basis::Unknown, format!("{bound}, so dates are called targets here")),
            Answer::No if organisation.adopts.contains(&self.id) => {
                (Basis::Adopted, format!("{bound}, and follow it by choice, so dates are targets"))
            }
            Answer::No => (Basis::Reference, format!("{bound}, so dates are targets")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::organisation::Kind;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn made(come: &[(Moment, &str)], organisation: &Organisation, now: &str) -> Result<Timetable, BadMoment> {
        let duty = Duty::cra_article_14().unwrap();
        let come = come.iter().map(|(moment, text)| (*moment, at(text))).collect();
        let zone = Zone::named("Europe/Berlin").unwrap();
        Timetable::make(&duty, duty.event("exploited-vulnerability").unwrap(), &come, organisation, at(now), &zone)
    }

    fn maker(manufacturer: Answer, adopts: &[&str]) -> Organisation {
        let adopts = adopts.iter().map(|id| (*id).to_owned()).collect();
        Organisation { manufacturer, adopts, ..Organisation::of(Kind::Private) }
    }

    const AWARE: (Moment, &str) = (Moment::Aware, "2026-11-20T17:30:00Z");

    #[test]
    fn each_step_has_its_instant_and_says_whether_that_is_over() {
        let fixed = (Moment::FixAvailable, "2026-11-21T08:00:00Z");
        let table = made(&[AWARE, fixed], &maker(Answer::Yes, &[]), "2026-11-21T17:30:00Z").unwrap();
        let dates: Vec<_> = table.steps.iter().map(|entry| (entry.step.due.unwrap(), entry.standing)).collect();
        assert_eq!(
            dates,
            [
                (at("2026-11-21T17:30:00Z"), Standing::Past),
                (at("2026-11-23T17:30:00Z"), Standing::Ahead),
                (at("2026-12-05T08:00:00Z"), Standing::Ahead)
            ]
        );
        let open = made(&[AWARE], &maker(Answer::Yes, &[]), AWARE.1).unwrap();
        assert_eq!((open.steps[2].standing, open.steps[2].step.due), (Standing::NoDate, None));
        assert_eq!(open.steps[2].step.words, "14 days after a fix or a mitigation is available");
        let early = made(&[(Moment::Aware, "2026-11-22T00:00:00Z")], &maker(Answer::Yes, &[]), "2026-11-21T17:30:00Z");
        assert!(early.unwrap_err().to_string().contains("later than now"));
    }

    #[test]
    fn a_date_is_a_deadline_only_for_who_says_that_it_binds_him() {
        let duty = "cra-article-14";
        for (organisation, basis, word) in [
            (maker(Answer::Yes, &[]), Basis::Binding, "deadline"),
            (maker(Answer::No, &[duty]), Basis::Adopted, "target"),
            (maker(Answer::No, &[]), Basis::Reference, "target"),
            (maker(Answer::Unknown, &[]), Basis::Unknown, "target"),
            (maker(Answer::Unknown, &[duty]), Basis::Unknown, "target"),
        ] {
            let table = made(&[AWARE], &organisation, AWARE.1).unwrap();
            assert_eq!((table.basis, table.date_word), (basis, word));
            assert!(
                table.basis_words.ends_with(if word == "deadline" { "dates are deadlines" } else { "targets here" })
                    || table.basis_words.ends_with("dates are targets")
            );
        }
        // It applies from 11 September 2026, by the days of the zone: 22:00 UTC is midnight in Berlin.
        for (aware, basis) in [("2026-09-10T21:59:59Z", Basis::Reference), ("2026-09-10T22:00:00Z", Basis::Binding)] {
            let table = made(&[(Moment::Aware, aware)], &maker(Answer::Yes, &[]), AWARE.1).unwrap();
            assert_eq!(table.basis, basis, "{aware}");
        }
    }

    #[test]
    fn a_fix_that_was_there_before_gives_no_date_that_cannot_be_kept() {
        let table = |fixed| {
            let come = [AWARE, (Moment::FixAvailable, fixed)];
            made(&come, &maker(Answer::Yes, &[]), "2026-11-21T00:00:00Z").unwrap().steps.remove(2)
        };
        let long_ago = table("2026-10-01T00:00:00Z");
        assert_eq!((long_ago.step.due, long_ago.standing), (None, Standing::NoDate));
        assert!(long_ago.step.words.contains("the clause does not say what then holds"));
        assert_eq!(table("2026-11-15T00:00:00Z").step.due, Some(at("2026-11-29T00:00:00Z")));
    }

    proptest! {
        #[test]
        fn no_date_lies_before_what_was_known(aware in 0_i64..4_000_000_000, fixed in 0_i64..4_000_000_000) {
            let duty = Duty::cra_article_14().unwrap();
            let instant = |seconds: i64| Instant::from_micros(seconds * 1_000_000);
            let come = BTreeMap::from([(Moment::Aware, instant(aware)), (Moment::FixAvailable, instant(fixed))]);
            let event = duty.event("exploited-vulnerability").unwrap();
            let organisation = maker(Answer::Yes, &[]);
            let now = instant(4_000_000_000);
            let table = Timetable::make(&duty, event, &come, &organisation, now, &Zone::utc()).unwrap();
            for entry in &table.steps {
                prop_assert!(entry.step.due.is_none_or(|due| due > instant(aware)), "{entry:?}");
                prop_assert!(!entry.asks.is_empty());
            }
        }
    }
}
