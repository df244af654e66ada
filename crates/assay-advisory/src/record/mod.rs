//! The record: what an advisory says, once.
//!
//! OSV, CSAF and OpenVEX are written from it, so they cannot disagree. It has
//! no field for an input that shows the flaw, nor for a bundle: what is
//! published by default cannot attack anybody (invariant 30).
//!
//! A [`Draft`] is what somebody wrote; a [`Record`] exists only if all of it
//! holds together. Its bytes are canonical JSON (RFC 8785), one sequence for
//! one record, and those are what approvers sign.

mod affected;
mod fault;
mod fix;
mod id;
mod people;
mod remedy;
mod severity;
mod story;
pub(crate) mod text;

use std::ops::Deref;

use assay_base::Instant;
use assay_bundle::jcs;
use serde::{Deserialize, Serialize};

pub use affected::{Affected, Product, Range, Until};
pub use assay_base::FixLevel;
pub use fault::{Fault, Faults};
pub use fix::{Build, Fix, Runs, Tally, Verification};
pub use id::{AdvisoryId, NotAnId};
pub use people::{Credit, Publisher, Role};
pub use remedy::{Reference, ReferenceKind, Remedy, RemedyKind};
pub use severity::{Severity, Version};
pub use story::{Discovery, Embargo, EndReason, FoundBy, Happening, Moment, Tooling};

/// What `schema` says in a record of this form.
pub const SCHEMA: &str = "assay.advisory/1";
/// Largest record that is read.
pub const MAX_BYTES: usize = 256 << 10;

/// An advisory as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its number, given at publication.
    pub id: AdvisoryId,
    /// One line: what is wrong with what.
    pub title: String,
    /// A few sentences for people who decide whether it concerns them.
    pub summary: String,
    /// The whole story, as plain text or Markdown.
    pub details: String,
    /// What is affected; the target itself comes first.
    pub affected: Vec<Affected>,
    /// Other ids of the same flaw, such as `CVE-2026-1234`: at most one CVE, since a record is one root cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Weaknesses: `CWE-125`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<String>,
    /// How bad it is; absent if nobody has rated it, which says nothing about how bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Who is thanked; finders in the order in which the ledger recorded them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// What happened when, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The patch; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What an operator does.
    pub remedies: Vec<Remedy>,
    /// How the embargo ended; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Embargo>,
    /// How it was found.
    pub discovery: Discovery,
    /// Who publishes it.
    pub publisher: Publisher,
    /// When it is published. Nothing of it leaves the house before.
    pub published: Instant,
}

/// An advisory that holds together. Read its fields as those of a [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Record(Draft);

/// Why bytes are not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Too large to be one.
    #[error("an advisory record has at most {MAX_BYTES} bytes, and this has {0}")]
    TooLarge(usize),
    /// Not JSON of this shape.
    #[error("this is no advisory record: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Of another form.
    #[error("this is a record of the form `{0}`; this version of Assay reads `{SCHEMA}`")]
    OtherSchema(String),
    /// It does not hold together.
    #[error("the advisory record does not hold together: {0}")]
    Wrong(#[from] Faults),
    /// Right, but not as it would be written.
    #[error("the advisory record is not in canonical form")]
    NotCanonical,
    /// A value that JSON cannot carry.
    #[error(transparent)]
    NoCanonicalForm(#[from] jcs::NotCanonical),
}

impl Record {
    /// The record of this draft.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn new(draft: Draft) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        faults.line("title", &draft.title, 250);
        faults.lines("summary", &draft.summary, 4_000);
        faults.lines("details", &draft.details, 64 << 10);
        affected::check(&draft.affected, &mut faults);
        check_names(&draft, &mut faults);
        people::check_credits(&draft.credits, draft.published, &mut faults);
        story::check_timeline(&draft.timeline, draft.embargo.as_ref(), draft.published, &mut faults);
        remedy::check_references(&draft.references, &mut faults);
        if let Some(fix) = &draft.fix {
            fix::check(fix, &mut faults);
        }
        let fixed = draft.affected.iter().flat_map(|one| &one.ranges).any(|range| range.fixed().is_some());
        remedy::check_remedies(&draft.remedies, fixed, &mut faults);
        story::check_discovery(&draft.discovery, &mut faults);
        people::check_publisher(&draft.publisher, &mut faults);
        if faults.is_empty() { Ok(Self(draft)) } else { Err(faults) }
    }

    /// Canonical bytes: what is signed.
    ///
    /// # Errors
    /// Never for a record that was read or made here: it has no large numbers and little depth.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        let mut value = serde_json::to_value(&self.0)?;
        if let Some(map) = value.as_object_mut() {
            map.insert("schema".to_owned(), SCHEMA.into());
        }
        Ok(jcs::canonical(&value)?)
    }

    /// Reads a record. Its bytes have to be canonical, so that two readers cannot see two records.
    ///
    /// # Errors
    /// If it is too large, of another shape or form, does not hold together, or is written otherwise than canonically.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.len() > MAX_BYTES {
            return Err(RecordError::TooLarge(bytes.len()));
        }
        let mut value: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes)?;
        match value.remove("schema") {
            Some(serde_json::Value::String(schema)) if schema == SCHEMA => {}
            Some(other) => return Err(RecordError::OtherSchema(text::cut(&other.to_string()))),
            None => return Err(RecordError::OtherSchema(String::new())),
        }
        let record = Self::new(serde_json::from_value(value.into())?)?;
        if record.to_bytes()? != bytes {
            return Err(RecordError::NotCanonical);
        }
        Ok(record)
    }

    /// The CVE id, if there is one.
    #[must_use]
    pub fn cve(&self) -> Option<&str> {
        self.0.aliases.iter().map(String::as_str).find(|alias| alias.starts_with("CVE-"))
    }

    /// Where a file of it lies on the publisher's web server: the layout of the release folder.
    #[must_use]
    pub fn address(&self, file: &str) -> String {
        format!("{}/advisories/{}/{file}", self.0.publisher.namespace.trim_end_matches('/'), self.0.id)
    }

    /// The draft, to change it.
    #[must_use]
    pub fn into_draft(self) -> Draft {
        self.0
    }
}

impl Deref for Record {
    type Target = Draft;

    fn deref(&self) -> &Draft {
        &self.0
    }
}

impl TryFrom<Draft> for Record {
    type Error = Faults;

    fn try_from(draft: Draft) -> Result<Self, Faults> {
        Self::new(draft)
    }
}

fn check_names(draft: &Draft, faults: &mut Faults) {
    faults.count("aliases", draft.aliases.len(), 0, 32);
    faults.count("weaknesses", draft.weaknesses.len(), 0, 16);
    for (index, alias) in draft.aliases.iter().enumerate() {
        let place = format!("aliases[{index}]");
        let right = alias.len() <= 100
            && alias.starts_with(|c: char| c.is_ascii_alphanumeric())
            && alias.contains('-')
            && alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
        if !right || (alias.to_ascii_uppercase().starts_with("CVE-") && !is_cve(alias)) {
            faults.add(&place, "it is no id of an advisory, such as CVE-2026-1234");
        }
        if alias == draft.id.as_str() || draft.aliases.iter().take(index).any(|earlier| earlier == alias) {
            faults.add(&place, "the same id stands there twice");
        }
    }
    if draft.aliases.iter().filter(|alias| is_cve(alias)).count() > 1 {
        faults.add("aliases", "there are two CVE ids; a record is one root cause, and so one CVE id");
    }
    for (index, weakness) in draft.weaknesses.iter().enumerate() {
        let number = weakness.strip_prefix("CWE-").unwrap_or_default();
        let right = (1..=6).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && !number.starts_with('0');
        if !right || draft.weaknesses.iter().take(index).any(|earlier| earlier == weakness) {
            faults.add(&format!("weaknesses[{index}]"), "it is no weakness such as CWE-125, or stands there twice");
        }
    }
}

/// CVE record format: four digits and four or more.
fn is_cve(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>, least: usize, most: usize| {
        part.is_some_and(|part| (least..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    parts.next() == Some("CVE") && digits(parts.next(), 4, 4) && digits(parts.next(), 4, 12) && parts.next().is_none()
}
