//! A directive: who asks for what, whom it binds, and when its clock starts.
//!
//! Directives are versioned data packs, not code (R82). A pack is read once,
//! by [`Directive::read`], which refuses what it does not know; after that,
//! every combination of facts has exactly one row.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::facts::Input;
use crate::organisation::Kind;
use crate::pack::BadPack;
use crate::policy::Policy;
use crate::term::Term;
use crate::zone::Zone;

/// BOD 26-04 as shipped.
pub(crate) const BOD_26_04: &str = include_str!("packs/bod-26-04.toml");
/// BOD 22-01, which it took the place of.
pub(crate) const BOD_22_01: &str = include_str!("packs/bod-22-01.toml");

/// A dated obligation, as read from its pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) name: String,
    pub(crate) short: String,
    pub(crate) issuer: String,
    pub(crate) source: String,
    pub(crate) issued: Date,
    pub(crate) supersedes: Vec<String>,
    pub(crate) superseded: Option<Superseded>,
    pub(crate) binds: Vec<Kind>,
    pub(crate) never: Vec<Kind>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) clock: ClockRule,
    pub(crate) triage: TriageHours,
    /// By the number that [`crate::Facts::completions`] gives; the reader has filled all sixteen.
    pub(crate) table: [(Term, bool); 16],
    /// What an organisation asks of itself beyond the rows.
    pub(crate) policy: Option<Policy>,
}

/// What took the place of a directive, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superseded {
    /// The id of the newer one.
    pub by: String,
    /// The first day on which the older one asks for nothing any more.
    pub on: Date,
}

/// From when what holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// From the beginning of this day.
    pub date: Date,
    /// What holds, as a clause.
    pub what: String,
    /// Whether the terms of the rows bind from here on.
    pub binds: bool,
}

/// When a clock starts and how its days end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    /// The start for a vulnerability that is in KEV.
    pub listed: StartRule,
    /// The start for another one.
    pub unlisted: StartRule,
    /// Whether no day before the issue is counted.
    pub not_before_issue: bool,
    /// When the last day ends.
    pub day_ends: DayEnd,
    /// The zone of dates that come without one.
    pub date_zone: Zone,
}

/// From when days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartRule {
    /// From the listing in KEV or the detection on the asset, whichever is earlier.
    EarlierOfListingAndDetection,
    /// From the listing in KEV alone; from the detection where its day is not known.
    Listing,
    /// From the detection on the asset, and not before the publication.
    Detection,
    /// From the publication, if its date is known; else from the detection.
    Publication,
}

/// When the last day of a term is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayEnd {
    /// At the same time of day as the start.
    ExactInstant,
    /// At midnight, where the asset stands.
    LocalMidnight,
}

/// The hours of a forensic triage, from the start of its clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TriageHours {
    /// Until it is known which assets are concerned.
    pub scope_hours: u16,
    /// Until volatile evidence is kept, before patching.
    pub evidence_hours: u16,
    /// Until it is decided whether there was a compromise.
    pub decision_hours: u16,
}

/// One row of the decision table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// In KEV.
    pub kev: bool,
    /// Reachable by strangers.
    pub exposed: bool,
    /// Exploitation can be automated.
    pub automatable: bool,
    /// Technical impact is total.
    pub total: bool,
    /// How long there is.
    pub term: Term,
    /// Whether a forensic triage comes first.
    pub triage: bool,
}

impl Directive {
    /// BOD 26-04 as shipped.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn bod_26_04() -> Result<Self, BadPack> {
        Self::read(BOD_26_04)
    }

    /// BOD 22-01 as shipped: superseded, and kept so that what was once asked can be looked up and compared.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn bod_22_01() -> Result<Self, BadPack> {
        Self::read(BOD_22_01)
    }

    /// The same with an organisation's own policy, which can shorten a term and never lengthens one.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The organisation's own policy, if it has one.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// What took its place, if anything did: then it binds nobody any more.
    pub fn superseded(&self) -> Option<&Superseded> {
        self.superseded.as_ref()
    }

    /// The id: `bod-26-04`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of the pack, which only grows.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that people say.
    pub fn short(&self) -> &str {
        &self.short
    }

    /// Who issued it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where its data are from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day of its issue.
    pub fn issued(&self) -> Date {
        self.issued
    }

    /// The ids that it took the place of.
    pub fn supersedes(&self) -> &[String] {
        &self.supersedes
    }

    /// From when what holds, in order.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The first day on which the terms of the rows bind whom the directive binds.
    pub fn binds_from(&self) -> Option<Date> {
        self.effects.iter().find(|effect| effect.binds).map(|effect| effect.date)
    }

    /// How its clock runs.
    pub fn clock(&self) -> &ClockRule {
        &self.clock
    }

    /// The hours of a forensic triage; zero where no row asks for one.
    pub fn triage(&self) -> TriageHours {
        self.triage
    }

    /// The sixteen rows.
    pub fn rows(&self) -> Vec<Row> {
        let bit = |row: usize, at: usize| row >> at & 1 == 1;
        self.table
            .iter()
            .enumerate()
            .map(|(row, (term, triage))| Row {
                kev: bit(row, 3),
                exposed: bit(row, 2),
                automatable: bit(row, 1),
                total: bit(row, 0),
                term: *term,
                triage: *triage,
            })
            .collect()
    }

    /// What changed from an older version of the pack: one line for each row, date or rule that differs.
    pub fn changes_since(&self, older: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for (new, old) in self.rows().into_iter().zip(older.rows()) {
            if new != old {
                let facts = [new.kev, new.exposed, new.automatable, new.total];
                let facts: Vec<String> = Input::ALL
                    .iter()
                    .zip(facts)
                    .map(|(input, yes)| format!("{} {}", name(*input), if yes { "yes" } else { "no" }))
                    .collect();
                changes.push(format!("{}: {} becomes {}", facts.join(", "), row_words(old), row_words(new)));
            }
        }
        if self.effects != older.effects {
            changes.push("the dates from which it holds".to_owned());
        }
        if self.clock != older.clock {
            changes.push("when its clock starts or its days end".to_owned());
        }
        if self.binds != older.binds || self.never != older.never {
            changes.push("whom it binds".to_owned());
        }
        if self.superseded != older.superseded {
            changes.push("what took its place".to_owned());
        }
        if self.triage != older.triage {
            changes.push("the hours of a forensic triage".to_owned());
        }
        changes
    }

    pub(crate) fn at(&self, row: usize) -> (Term, bool) {
        // `completions` gives four bits, so the index is in range; a slip would be the strictest row.
        self.table.get(row).copied().unwrap_or((Term::Days(0), true))
    }
}

fn name(input: Input) -> &'static str {
    match input {
        Input::Kev => "kev",
        Input::Exposed => "exposed",
        Input::Automatable => "automatable",
        Input::Impact => "total impact",
    }
}

fn row_words(row: Row) -> String {
    format!("{}{}", row.term, if row.triage { " with triage" } else { "" })
}
