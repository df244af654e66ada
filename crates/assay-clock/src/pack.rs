//! Reads a directive's data pack, `assay.directive/1`, strictly.
//!
//! Unknown keys are refused, every combination of facts has to have exactly
//! one row, and a date that is both counted and written has to be the same
//! date both times. What is wrong is told all at once.

use assay_base::Answer;
use jiff::civil::Date;
use serde::Deserialize;

use crate::directive::{ClockRule, DayEnd, Directive, Effect, StartRule, Superseded, TriageHours};
use crate::organisation::Kind;
use crate::term::Term;
use crate::zone::Zone;

/// Largest pack that is read, in bytes.
pub const LARGEST: usize = 64 * 1024;

/// A pack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPack {
    /// It is larger than any pack is.
    #[error("the pack has {0} bytes, and no pack has more than {LARGEST}")]
    TooLarge(usize),
    /// It is no TOML, or has keys or values that a pack does not have.
    #[error("the pack cannot be read: {0}")]
    Unreadable(String),
    /// It can be read and says something that cannot be.
    #[error("the pack is wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
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
    #[serde(default)]
    supersedes: Vec<String>,
    #[serde(default)]
    superseded: Option<PackSuperseded>,
    applies: Applies,
    effects: Vec<PackEffect>,
    clock: Clock,
    #[serde(default)]
    triage: Option<TriageHours>,
    table: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackSuperseded {
    by: String,
    on: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Applies {
    binds: Vec<Kind>,
    #[serde(default)]
    never: Vec<Kind>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct PackEffect {
    days: u16,
    date: String,
    what: String,
    #[serde(default)]
    binds: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Clock {
    listed: StartRule,
    unlisted: StartRule,
    not_before_issue: bool,
    day_ends: DayEnd,
    date_zone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rows: Vec<PackRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackRow {
    kev: Answer,
    exposed: Answer,
    automatable: Answer,
    impact: PackImpact,
    due: Term,
    triage: Answer,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum PackImpact {
    Partial,
    Total,
}

impl Directive {
    /// Reads a pack.
    ///
    /// # Errors
    /// [`BadPack`] if it is too large, no TOML, has keys that a pack does not
    /// have, lacks a row, or has dates that do not agree with their counts.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let pack: Pack = toml::from_str(text).map_err(|error| BadPack::Unreadable(shorten(&error.to_string())))?;
        let mut wrong = Vec::new();
        if pack.schema != "assay.directive/1" {
            wrong.push(format!("the schema is `{}` and not `assay.directive/1`", shorten(&pack.schema)));
        }
        words(&pack, &mut wrong);
        let issued = date(&pack.issued, "issued", &mut wrong);
        let effects = effects(&pack.effects, issued, &mut wrong);
        let table = table(&pack.table.rows, &mut wrong);
        for kind in pack.applies.binds.iter().filter(|kind| pack.applies.never.contains(kind)) {
            wrong.push(format!("`{kind}` is both bound and never bound"));
        }
        if pack.applies.binds.contains(&Kind::Unknown) || pack.applies.never.contains(&Kind::Unknown) {
            wrong.push("`unknown` is no kind that can be bound or exempt".to_owned());
        }
        let date_zone = match Zone::named(&pack.clock.date_zone) {
            Ok(zone) => Some(zone),
            Err(error) => {
                wrong.push(error.to_string());
                None
            }
        };
        let superseded = pack.superseded.as_ref().and_then(|one| {
            let on = date(&one.on, "the day of the newer one", &mut wrong)?;
            if one.by == pack.id || !is_id(&one.by) {
                wrong.push("`superseded.by` has to be the id of another directive".to_owned());
            }
            if issued.is_some_and(|issued| on < issued) {
                wrong.push("it was superseded before it was issued".to_owned());
            }
            Some(Superseded { by: one.by.clone(), on })
        });
        if pack.triage.is_none() && table.is_some_and(|table| table.iter().any(|row| row.1)) {
            wrong.push("a row asks for a triage, and the hours of a triage are missing".to_owned());
        }
        match (issued, date_zone, table) {
            (Some(issued), Some(date_zone), Some(table)) if wrong.is_empty() => Ok(Self {
                id: pack.id,
                version: pack.version,
                name: pack.name,
                short: pack.short,
                issuer: pack.issuer,
                source: pack.source,
                issued,
                supersedes: pack.supersedes,
                superseded,
                binds: pack.applies.binds,
                never: pack.applies.never,
                effects,
                clock: ClockRule {
                    listed: pack.clock.listed,
                    unlisted: pack.clock.unlisted,
                    not_before_issue: pack.clock.not_before_issue,
                    day_ends: pack.clock.day_ends,
                    date_zone,
                },
                triage: pack.triage.unwrap_or_default(),
                table,
                policy: None,
            }),
            _ => Err(BadPack::Wrong(wrong)),
        }
    }
}

/// Names and sentences: there, and not without end.
fn words(pack: &Pack, wrong: &mut Vec<String>) {
    let fields = [
        ("id", &pack.id),
        ("name", &pack.name),
        ("short", &pack.short),
        ("issuer", &pack.issuer),
        ("source", &pack.source),
    ];
    for (key, text) in fields {
        if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
            wrong.push(format!("`{key}` has to be one line of 1 to 200 characters"));
        }
    }
    for id in pack.supersedes.iter().chain([&pack.id]) {
        if !is_id(id) {
            wrong.push(format!("`{}` is no id: small letters, digits and `-`", shorten(id)));
        }
    }
    if pack.supersedes.contains(&pack.id) {
        wrong.push("it supersedes itself".to_owned());
    }
}

/// Whether a text can be an id: small letters, digits and `-`, not too many.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text is one line that can be shown: not empty, not without end, nothing in it that acts.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn effects(given: &[PackEffect], issued: Option<Date>, wrong: &mut Vec<String>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for effect in given {
        let Some(date) = date(&effect.date, "an effect's date", wrong) else { continue };
        let counted = issued.and_then(|issued| issued.checked_add(jiff::Span::new().days(i64::from(effect.days))).ok());
        if issued.is_some() && counted != Some(date) {
            wrong.push(format!("{} days after the issue is not {date}", effect.days));
        }
        if effect.what.chars().count() > 200 || effect.what.chars().any(char::is_control) {
            wrong.push("what an effect says has to be one line of at most 200 characters".to_owned());
        }
        effects.push(Effect { date, what: effect.what.clone(), binds: effect.binds });
    }
    if effects.windows(2).any(|pair| pair[0].date > pair[1].date) {
        wrong.push("the effects are not in order of time".to_owned());
    }
    if effects.iter().filter(|effect| effect.binds).count() > 1 {
        wrong.push("the times can begin to bind only once".to_owned());
    }
    effects
}

fn table(rows: &[PackRow], wrong: &mut Vec<String>) -> Option<[(Term, bool); 16]> {
    let mut filled = [None; 16];
    for row in rows {
        let answers = [row.kev, row.exposed, row.automatable, (row.impact == PackImpact::Total).into(), row.triage];
        if answers.contains(&Answer::Unknown) {
            wrong.push("a row's facts are yes or no: the unknown is what rows are combined for".to_owned());
            continue;
        }
        let at = answers.iter().take(4).fold(0, |at, answer| at * 2 + usize::from(*answer == Answer::Yes));
        if let Some(slot) = filled.get_mut(at)
            && slot.replace((row.due, row.triage == Answer::Yes)).is_some()
        {
            wrong.push(format!("row {at} stands there twice"));
        }
    }
    let missing = filled.iter().filter(|row| row.is_none()).count();
    if missing > 0 {
        wrong.push(format!("{missing} of the 16 combinations of facts have no row"));
        return None;
    }
    Some(filled.map(|row| row.unwrap_or((Term::Days(0), true))))
}

pub(crate) fn date(text: &str, what: &str, wrong: &mut Vec<String>) -> Option<Date> {
    match text.parse::<Date>() {
        // jiff reads more than `2026-06-10`; a pack has this form alone.
        Ok(date) if text.len() == 10 => Some(date),
        _ => {
            wrong.push(format!("{what}: `{}` is no date such as 2026-06-10", shorten(text)));
            None
        }
    }
}

pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(300).collect()
}
