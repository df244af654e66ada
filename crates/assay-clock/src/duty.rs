//! A duty to tell somebody something in time, as a data pack
//! (`assay.duty/1`): the European Cyber Resilience Act, Article 14.
//!
//! A directive dates the work on an asset; a duty dates a notice. Hours are
//! counted from the moment that the pack names, to the same instant of the
//! day: where a law would allow the end of the day, this is never later. A
//! step whose moment has not come has no date, and says what it waits for.

use std::collections::BTreeMap;

use assay_base::{Answer, Instant};
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::organisation::Organisation;
use crate::pack::{BadPack, LARGEST, date, is_id, is_line, shorten};
use crate::zone::Zone;

/// CRA Article 14 as shipped.
pub(crate) const CRA_ARTICLE_14: &str = include_str!("packs/cra-article-14.toml");

/// A duty to notify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id.
    pub id: String,
    /// The version of the pack, which only grows.
    pub version: u32,
    /// The full name.
    pub name: String,
    /// The name that people say.
    pub short: String,
    /// Who issued it.
    pub issuer: String,
    /// Where its data are from.
    pub source: String,
    /// The day of its issue.
    pub issued: Date,
    /// The first day on which it asks for anything.
    pub applies_from: Date,
    /// The ids that it took the place of.
    pub supersedes: Vec<String>,
    /// Whom it binds, in the plural.
    pub whom: String,
    /// Who is to be told.
    pub recipient: String,
    /// What sets it off.
    pub events: Vec<DutyEvent>,
}

/// What sets a duty off, and what is then to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DutyEvent {
    /// Its id within the duty.
    pub id: String,
    /// What it is, with its article.
    pub what: String,
    /// Where that stands.
    pub clause: String,
    /// What is to be told, in order.
    pub steps: Vec<DutyStep>,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DutyStep {
    /// Its id within the event.
    pub id: String,
    /// What it is called.
    pub what: String,
    /// Where that stands.
    pub clause: String,
    /// Hours from its moment.
    #[serde(default)]
    pub hours: u16,
    /// Days from its moment.
    #[serde(default)]
    pub days: u16,
    /// Months of the calendar from its moment.
    #[serde(default)]
    pub months: u8,
    /// From when it is counted.
    pub from: Moment,
    /// What it has to hold, and no more is asked for.
    pub asks: Vec<String>,
}

/// From when a step is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The manufacturer knew of it.
    Aware,
    /// The notification was sent.
    Notified,
    /// A corrective or mitigating measure is available.
    FixAvailable,
}

impl Moment {
    /// As a clause.
    pub fn words(self) -> &'static str {
        match self {
            Self::Aware => "you know of it",
            Self::Notified => "the notification is sent",
            Self::FixAvailable => "a fix or a mitigation is available",
        }
    }
}

/// When a step is due, if that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepDue {
    /// The step's id.
    pub step: String,
    /// What it is called.
    pub what: String,
    /// Where that stands.
    pub clause: String,
    /// The exact instant; none as long as its moment has not come.
    pub due: Option<Instant>,
    /// In words: the instant in the reader's zone, or what it waits for.
    pub words: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Pack {
    schema: String,
    id: String,
    version: u32,
    name: String,
    short: String,
    issuer: String,
    source: String,
    issued: String,
    applies_from: String,
    #[serde(default)]
    supersedes: Vec<String>,
    whom: String,
    recipient: String,
    events: Vec<DutyEvent>,
}

impl Duty {
    /// CRA Article 14 as shipped.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn cra_article_14() -> Result<Self, BadPack> {
        Self::read(CRA_ARTICLE_14)
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, or a step without exactly one length of time.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let pack: Pack = toml::from_str(text).map_err(|error| BadPack::Unreadable(shorten(&error.to_string())))?;
        let mut wrong = Vec::new();
        if pack.schema != "assay.duty/1" {
            wrong.push(format!("the schema is `{}` and not `assay.duty/1`", shorten(&pack.schema)));
        }
        lines(&pack, &mut wrong);
        let issued = date(&pack.issued, "issued", &mut wrong);
        let applies_from = date(&pack.applies_from, "applies-from", &mut wrong);
        if pack.events.is_empty() || pack.events.len() > 20 || pack.events.iter().any(|event| event.steps.len() > 20) {
            wrong.push("a duty has 1 to 20 events with at most 20 steps each".to_owned());
        }
        for (event, step) in pack.events.iter().flat_map(|event| event.steps.iter().map(move |step| (event, step))) {
            let lengths = [step.hours > 0, step.days > 0, step.months > 0];
            if lengths.iter().filter(|given| **given).count() != 1 {
                let (event, step) = (shorten(&event.id), shorten(&step.id));
                wrong.push(format!("`{step}` of `{event}` has to have hours, days or months, and one of them alone"));
            }
        }
        match (issued, applies_from) {
            (Some(issued), Some(applies_from)) if wrong.is_empty() => Ok(Self {
                id: pack.id,
                version: pack.version,
                name: pack.name,
                short: pack.short,
                issuer: pack.issuer,
                source: pack.source,
                issued,
                applies_from,
                supersedes: pack.supersedes,
                whom: pack.whom,
                recipient: pack.recipient,
                events: pack.events,
            }),
            _ => Err(BadPack::Wrong(wrong)),
        }
    }

    /// What of that id sets it off.
    pub fn event(&self, id: &str) -> Option<&DutyEvent> {
        self.events.iter().find(|event| event.id == id)
    }

    /// Whom it binds, and whether that is this organisation, as a sentence. It states facts and no legal conclusion.
    pub fn basis_words(&self, organisation: &Organisation) -> String {
        let is = match organisation.manufacturer {
            Answer::Yes => "you say that you are one",
            Answer::No => "you say that you are none",
            Answer::Unknown => "whether you are one is not stated",
        };
        format!("{} binds {}, from {}; {is}", self.short, self.whom, self.applies_from.strftime("%-d %B %Y"))
    }

    /// When each step of an event is due, given which moments have come.
    pub fn due(&self, event: &DutyEvent, come: &BTreeMap<Moment, Instant>, zone: &Zone) -> Vec<StepDue> {
        event
            .steps
            .iter()
            .map(|step| {
                let due = come.get(&step.from).map(|start| step.end(*start, zone));
                let words = match due {
                    Some(due) => zone.words(due),
                    None => format!("{} after {}", step.length(), step.from.words()),
                };
                StepDue { step: step.id.clone(), what: step.what.clone(), clause: step.clause.clone(), due, words }
            })
            .collect()
    }

    /// What changed from an older version.
    pub fn changes_since(&self, older: &Self) -> Vec<String> {
        let steps = |duty: &Self| -> BTreeMap<String, String> {
            let all = duty.events.iter().flat_map(|event| event.steps.iter().map(move |step| (event, step)));
            all.map(|(event, step)| {
                let asks = step.asks.join("; ");
                let text = format!("{} after {} ({asks})", step.length(), step.from.words());
                (format!("{}, {}", event.id, step.id), text)
            })
            .collect()
        };
        let (new, old) = (steps(self), steps(older));
        let mut changes = Vec::new();
        for (step, text) in &new {
            match old.get(step) {
                None => changes.push(format!("new: {step}: {text}")),
                Some(before) if before != text => changes.push(format!("{step}: {before} becomes {text}")),
                Some(_) => {}
            }
        }
        changes.extend(old.keys().filter(|step| !new.contains_key(*step)).map(|step| format!("gone: {step}")));
        if self.whom != older.whom || self.applies_from != older.applies_from {
            changes.push("whom it binds, or from when".to_owned());
        }
        changes
    }
}

impl DutyStep {
    /// `24 hours`, `14 days`, `1 month`.
    pub fn length(&self) -> String {
        let one = |number: u16, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
        match (self.hours, self.days) {
            (0, 0) => one(u16::from(self.months), "month"),
            (0, days) => one(days, "day"),
            (hours, _) => one(hours, "hour"),
        }
    }

    fn end(&self, start: Instant, zone: &Zone) -> Instant {
        if self.hours > 0 {
            return start.plus(std::time::Duration::from_secs(u64::from(self.hours) * 3600));
        }
        if self.days > 0 {
            return zone.days_later(start, self.days);
        }
        zone.later(start, Span::new().months(i64::from(self.months)))
    }
}

/// Names and sentences: there, and not without end.
fn lines(pack: &Pack, wrong: &mut Vec<String>) {
    let fields = [&pack.name, &pack.short, &pack.issuer, &pack.source, &pack.whom, &pack.recipient];
    let steps = || pack.events.iter().flat_map(|event| &event.steps);
    let texts = fields
        .into_iter()
        .chain(pack.events.iter().flat_map(|event| [&event.what, &event.clause]))
        .chain(steps().flat_map(|step| [&step.what, &step.clause]))
        .chain(steps().flat_map(|step| &step.asks));
    for text in texts.filter(|text| !is_line(text, 300)) {
        wrong.push(format!("`{}` is not one line of 1 to 300 characters", shorten(text)));
    }
    let ids = [&pack.id].into_iter().chain(&pack.supersedes).chain(pack.events.iter().map(|event| &event.id));
    for id in ids.chain(steps().map(|step| &step.id)).filter(|id| !is_id(id)) {
        wrong.push(format!("`{}` is no id: small letters, digits and `-`", shorten(id)));
    }
    wrong.truncate(20);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_exploited_vulnerability_is_told_within_24_and_72_hours_and_14_days_of_the_fix() {
        let duty = Duty::cra_article_14().unwrap();
        let event = duty.event("exploited-vulnerability").unwrap();
        let mut come = BTreeMap::from([(Moment::Aware, at("2026-11-20T17:30:00Z"))]);
        let zone = Zone::named("Europe/Berlin").unwrap();
        let due = |come: &_| duty.due(event, come, &zone).into_iter().map(|one| one.due).collect::<Vec<_>>();
        assert_eq!(due(&come), [Some(at("2026-11-21T17:30:00Z")), Some(at("2026-11-23T17:30:00Z")), None]);
        come.insert(Moment::FixAvailable, at("2026-11-25T08:00:00Z"));
        assert_eq!(due(&come)[2], Some(at("2026-12-09T08:00:00Z")));
        assert_eq!(duty.due(event, &BTreeMap::new(), &zone)[0].words, "24 hours after you know of it");
    }

    #[test]
    fn a_severe_incident_is_reported_a_month_after_its_notification() {
        let duty = Duty::cra_article_14().unwrap();
        let event = duty.event("severe-incident").unwrap();
        // The last of January and a month is the last of February.
        let come = BTreeMap::from([(Moment::Notified, at("2027-01-31T10:00:00Z"))]);
        let due = duty.due(event, &come, &Zone::utc());
        assert_eq!((due[0].due, due[2].due), (None, Some(at("2027-02-28T10:00:00Z"))));
        assert_eq!(
            (duty.issued.to_string(), duty.applies_from.to_string()),
            ("2024-10-23".into(), "2026-09-11".into())
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_every_reason() {
        let text =
            CRA_ARTICLE_14.replacen("hours = 24", "hours = 24\ndays = 2", 1).replace("assay.duty/1", "assay.duty/2");
        let error = Duty::read(&text).unwrap_err().to_string();
        assert!(error.contains("one of them alone") && error.contains("assay.duty/2"), "{error}");
        assert!(Duty::read(&CRA_ARTICLE_14.replace("whom =", "who =")).is_err());
    }

    #[test]
    fn two_versions_are_compared_step_by_step() {
        let old = Duty::cra_article_14().unwrap();
        let new = Duty::read(&CRA_ARTICLE_14.replacen("hours = 24", "hours = 12", 1)).unwrap();
        let changes = new.changes_since(&old);
        assert_eq!(changes.len(), 1);
        assert!(changes[0].starts_with("exploited-vulnerability, early-warning: 24 hours after"), "{changes:?}");
        assert!(old.changes_since(&old).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            prop_assert!(Duty::read(&text).is_err());
        }

        #[test]
        fn damaged_packs_do_not_panic(at in 0..CRA_ARTICLE_14.len(), byte in 32_u8..127) {
            let mut bytes = CRA_ARTICLE_14.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = Duty::read(&String::from_utf8_lossy(&bytes));
        }
    }
}
