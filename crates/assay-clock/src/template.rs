//! Templates of disclosure clocks, as data packs (`assay.clocks/1`).
//!
//! A template is a set of clocks, each with the event that starts it, its
//! days, its grace and what may happen when it is over. It proposes; who
//! governs a case is decided elsewhere, and a project's own policy comes
//! first (R36, R37).

use std::collections::BTreeMap;

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::pack::{BadPack, LARGEST, shorten};
use crate::term::Term;
use crate::zone::Zone;

/// The template as shipped.
const DISCLOSURE: &str = include_str!("packs/disclosure.toml");

/// What can start or stop a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The maintainer or vendor got the report.
    Reported,
    /// They answered.
    Answered,
    /// A fix was released.
    FixReleased,
    /// Somebody was seen to exploit it.
    ExploitationKnown,
}

/// A set of clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Template {
    schema: String,
    /// Its id.
    pub id: String,
    /// Its version, which only grows.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// Where it is from.
    pub source: String,
    /// Its clocks.
    pub clocks: Vec<TemplateClock>,
}

/// One clock of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateClock {
    /// Its id within the template.
    pub id: String,
    /// What starts it.
    pub from: Event,
    /// How many calendar days it runs.
    pub days: u16,
    /// How many more under a condition.
    #[serde(default)]
    pub grace_days: u16,
    /// The condition of the grace, as a clause.
    #[serde(default)]
    pub grace_if: String,
    /// What stops it for good.
    #[serde(default)]
    pub unless: Option<Event>,
    /// What may happen when it is over, as a clause.
    pub then: String,
}

/// One clock, running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running<'a> {
    /// Which one.
    pub clock: &'a TemplateClock,
    /// When it is over.
    pub ends: Instant,
    /// When it is over with its grace; equal to `ends` if it has none.
    pub ends_with_grace: Instant,
}

impl Template {
    /// The template as shipped: 90 + 14 days, 7 + 7 if exploited, detail after 45, a coordinator after 30.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn disclosure() -> Result<Self, BadPack> {
        Self::read(DISCLOSURE)
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, clocks without end or two clocks of one id.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let template: Self = toml::from_str(text).map_err(|error| BadPack::Unreadable(shorten(&error.to_string())))?;
        let mut wrong = Vec::new();
        if template.schema != "assay.clocks/1" {
            wrong.push(format!("the schema is `{}` and not `assay.clocks/1`", shorten(&template.schema)));
        }
        let mut seen = BTreeMap::new();
        for clock in &template.clocks {
            if seen.insert(clock.id.as_str(), ()).is_some() {
                wrong.push(format!("two clocks are called `{}`", shorten(&clock.id)));
            }
            if clock.days.saturating_add(clock.grace_days) > Term::LONGEST {
                wrong.push(format!("`{}` runs for more than ten years", shorten(&clock.id)));
            }
            if (clock.grace_days == 0) != clock.grace_if.is_empty() {
                wrong.push(format!("`{}` has a grace without a condition, or the reverse", shorten(&clock.id)));
            }
            if clock.unless == Some(clock.from) {
                wrong.push(format!("`{}` is stopped by what starts it", shorten(&clock.id)));
            }
        }
        if wrong.is_empty() { Ok(template) } else { Err(BadPack::Wrong(wrong)) }
    }

    /// The clocks that run, given what has happened: exact instants, days counted in `zone`.
    ///
    /// A clock whose event has not happened does not run; one that was stopped in time is not there.
    pub fn running(&self, happened: &BTreeMap<Event, Instant>, zone: &Zone) -> Vec<Running<'_>> {
        let mut running = Vec::new();
        for clock in &self.clocks {
            let Some(start) = happened.get(&clock.from) else { continue };
            let ends = zone.days_later(*start, clock.days);
            let stopped = clock.unless.and_then(|event| happened.get(&event));
            if stopped.is_some_and(|stopped| *stopped < ends) {
                continue;
            }
            let ends_with_grace = zone.days_later(*start, clock.days.saturating_add(clock.grace_days));
            running.push(Running { clock, ends, ends_with_grace });
        }
        running
    }
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
    fn the_shipped_clocks() {
        let template = Template::disclosure().unwrap();
        let happened = BTreeMap::from([
            (Event::Reported, at("2026-06-01T12:00:00Z")),
            (Event::FixReleased, at("2026-06-20T12:00:00Z")),
        ]);
        let running: Vec<(&str, String, String)> = template
            .running(&happened, &Zone::utc())
            .iter()
            .map(|running| (running.clock.id.as_str(), running.ends.to_string(), running.ends_with_grace.to_string()))
            .collect();
        let day = |text: &str| format!("{text}T12:00:00.000000Z");
        assert_eq!(
            running,
            [
                ("disclosure", day("2026-08-30"), day("2026-09-13")),
                ("technical-detail", day("2026-08-04"), day("2026-08-04")),
                ("no-answer", day("2026-07-01"), day("2026-07-01")),
            ]
        );
    }

    #[test]
    fn an_answer_in_time_stops_the_clock_and_a_late_one_does_not() {
        let template = Template::disclosure().unwrap();
        let ids = |answered: &str| -> Vec<String> {
            let happened =
                BTreeMap::from([(Event::Reported, at("2026-06-01T12:00:00Z")), (Event::Answered, at(answered))]);
            template.running(&happened, &Zone::utc()).iter().map(|running| running.clock.id.clone()).collect()
        };
        assert_eq!(ids("2026-06-30T12:00:00Z"), ["disclosure"]);
        assert_eq!(ids("2026-07-02T12:00:00Z"), ["disclosure", "no-answer"]);
    }

    #[test]
    fn what_cannot_be_is_refused_with_every_reason() {
        let text = DISCLOSURE
            .replace("id = \"exploited\"", "id = \"disclosure\"")
            .replace("grace-days = 14", "grace-days = 0")
            .replace("assay.clocks/1", "assay.clocks/2");
        let error = Template::read(&text).unwrap_err().to_string();
        for part in ["two clocks", "a grace without", "assay.clocks/2"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(Template::read("surprise = 1").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            prop_assert!(Template::read(&text).is_err());
        }

        #[test]
        fn damaged_packs_do_not_panic(at in 0..DISCLOSURE.len(), byte in 32_u8..127) {
            let mut bytes = DISCLOSURE.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = Template::read(&String::from_utf8_lossy(&bytes));
        }
    }
}
