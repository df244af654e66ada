//! Readers of other people's feeds: OSV, KEV, SSVC and CVE records.
//!
//! They take bytes and give values, and read for matching only: prose and
//! whatever else does not decide an answer is stepped over without a copy. A
//! feed is hostile and never perfect, so a record that cannot be read is
//! counted and named in [`Skips`]; it neither ends the feed nor goes missing
//! in silence (invariant 6). Whoever calls bounds how many bytes come in; a
//! single record is bounded here.

pub mod beside;
pub mod csaf;
pub mod cve;
mod cve_number;
pub mod endoflife;
pub mod epss;
pub mod kev;
pub mod osv;
pub mod skips;
pub mod ssvc;
mod text;
mod texts;

pub use cve_number::CveNumber;
pub use skips::{Malformed, Skips};
pub use text::Text;
pub use texts::Texts;

use assay_base::Answer;
use serde::{Deserialize, Serialize};

/// Most bytes of one record. The largest real one of 32,000 has half a mebibyte.
pub const MAX_RECORD: usize = 8 << 20;

/// Technical impact in SSVC's sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// Part of control or of what is known.
    Partial,
    /// All of it.
    Total,
    /// Nobody has said.
    Unknown,
}

/// What SSVC's coordinator decided about one CVE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decision {
    /// Whether an attack can be automated.
    pub automatable: Answer,
    /// How much an attacker gains.
    pub impact: Impact,
    /// When it was decided, RFC 3339 as written; empty if not said.
    pub decided: String,
}

impl Decision {
    /// Reads the two words as CISA writes them, in any case. Nothing is *unknown*; another word is none of theirs.
    ///
    /// # Errors
    ///
    /// The word that is neither.
    pub(crate) fn of(automatable: &str, impact: &str, decided: &str) -> Result<Self, String> {
        let lower = |text: &str| text.trim().to_ascii_lowercase();
        Ok(Self {
            automatable: match lower(automatable).as_str() {
                "yes" => Answer::Yes,
                "no" => Answer::No,
                "" => Answer::Unknown,
                other => return Err(format!("automatable is `{}`, not yes or no", skips::cut(other))),
            },
            impact: match lower(impact).as_str() {
                "partial" => Impact::Partial,
                "total" => Impact::Total,
                "" => Impact::Unknown,
                other => return Err(format!("technical impact is `{}`, not partial or total", skips::cut(other))),
            },
            decided: skips::cut(decided.trim()).to_owned(),
        })
    }
}

/// Whether this is a CVE id: `CVE-`, four digits, and four to nineteen more.
pub fn is_cve_id(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number)
    })
}

/// Whether this is written like a day: `2026-01-29`.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests;
