//! Evidence about duties, `assay.duty-evidence/1`: who says what, where it can
//! be read, and who entered it. Without those three it is no evidence.

use assay_base::Instant;
use assay_clock::Zone;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::read::{BadFile, Faults, parse};

/// What a piece of evidence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// It was done, on that day if one is given.
    Done,
    /// As of that day it was not done.
    NotDone,
    /// It was begun.
    Begun,
}

/// One piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Evidence {
    /// The duty's id.
    pub duty: String,
    /// What it says.
    pub says: Says,
    /// The day on which it was done, or as of which it was not; none if the source does not say.
    #[serde(serialize_with = "crate::read::maybe_day")]
    pub on: Option<Date>,
    /// What it is, in words.
    pub title: String,
    /// Where it can be read.
    pub source: String,
    /// The digest of the document as it was seen, if it was kept.
    pub sha256: Option<String>,
    /// Who entered it.
    pub entered_by: String,
    /// When it was entered.
    #[serde(serialize_with = "crate::read::day_text")]
    pub entered: Date,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    schema: String,
    #[serde(default)]
    evidence: Vec<RawOne>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawOne {
    duty: String,
    says: Says,
    on: Option<String>,
    title: String,
    source: String,
    sha256: Option<String>,
    entered_by: String,
    entered: String,
}

impl Evidence {
    /// Reads a file of evidence.
    ///
    /// # Errors
    /// [`BadFile`] if it is too large, no TOML, has keys that such a file does not have, or lacks a source, a date or
    /// a name.
    pub fn read(text: &str) -> Result<Vec<Self>, BadFile> {
        let raw: Raw = parse(text)?;
        let mut faults = Faults::default();
        faults.schema(&raw.schema, "assay.duty-evidence/1");
        faults.many("pieces of evidence", raw.evidence.len());
        let mut all = Vec::new();
        for (n, one) in raw.evidence.into_iter().enumerate().take(crate::read::ENTRIES) {
            let at = format!("evidence {}", n + 1);
            faults.id(&format!("{at}: duty"), &one.duty);
            faults.line(&format!("{at}: title"), &one.title);
            faults.source(&format!("{at}: source"), &one.source);
            faults.line(&format!("{at}: entered-by"), &one.entered_by);
            let digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if one.sha256.as_deref().is_some_and(|text| !digest(text)) {
                faults.push(format!("{at}: sha256 is not 64 hexadecimal digits"));
            }
            let on = one.on.as_deref().and_then(|text| faults.date(&format!("{at}: on"), text));
            let Some(entered) = faults.date(&format!("{at}: entered"), &one.entered) else { continue };
            if on.is_some_and(|on| on > entered) {
                faults.push(format!("{at}: it was entered before the day that it speaks of"));
            }
            all.push(Self {
                duty: one.duty,
                says: one.says,
                on,
                title: one.title,
                source: one.source,
                sha256: one.sha256.map(|text| text.to_ascii_lowercase()),
                entered_by: one.entered_by,
                entered,
            });
        }
        faults.done(all)
    }

    /// Whether it was there by then: what is entered later is no evidence of that time.
    pub(crate) fn is_known_at(&self, now: Instant, zone: &Zone) -> bool {
        self.entered <= zone.day_of(now)
    }
}
