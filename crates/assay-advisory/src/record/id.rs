//! An advisory's number, given at publication.
//!
//! It is sequential, so it may exist only for what is public: before that, a
//! case has a random id of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `ASSAY-2026-0001`: who numbers it, the year, and a number of at least four digits.
///
/// Capital letters, digits and two dashes: safe as a file name on every system,
/// and no two differ only in case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AdvisoryId(String);

/// A text is no advisory id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no advisory id; one looks like ASSAY-2026-0001")]
pub struct NotAnId(String);

impl AdvisoryId {
    /// The id of this prefix, year and number.
    ///
    /// # Errors
    /// If the prefix is not 2 to 12 capital letters, the year has not four digits, or the number more than eight.
    pub fn new(prefix: &str, year: u16, number: u32) -> Result<Self, NotAnId> {
        format!("{prefix}-{year}-{number:04}").parse()
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id in OSV: databases that the schema does not list begin with `x_` (OSV schema 1.7, `id`).
    #[must_use]
    pub fn in_osv(&self) -> String {
        format!("x_{}", self.0)
    }

    /// The name of the CSAF file: CSAF 2.0, section 5.1.
    #[must_use]
    pub fn csaf_file_name(&self) -> String {
        // Letters, digits and dashes are all that an id has, and all of them are allowed there.
        format!("{}.json", self.0.to_ascii_lowercase())
    }
}

impl FromStr for AdvisoryId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = || NotAnId(text.chars().take(64).collect());
        let mut parts = text.split('-');
        let (Some(prefix), Some(year), Some(number), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let right = (2..=12).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
            && year.len() == 4
            && digits(year)
            && (4..=8).contains(&number.len())
            && digits(number)
            // One text for one number.
            && (number.len() == 4 || !number.starts_with('0'));
        if right { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for AdvisoryId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<AdvisoryId> for String {
    fn from(id: AdvisoryId) -> Self {
        id.0
    }
}

impl fmt::Display for AdvisoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
