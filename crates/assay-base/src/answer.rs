//! An answer that may be unknown.
//!
//! Invariant 11: unknown is never low, met, safe or not affected. So there is
//! no default and no conversion to `bool` here: whoever needs one of two words
//! says what he makes of the third.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Yes, no, or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody has said.
    Unknown,
}

impl Answer {
    /// Every value that it can have: one if it is known, both if not.
    pub fn possible(self) -> &'static [bool] {
        match self {
            Self::Yes => &[true],
            Self::No => &[false],
            Self::Unknown => &[false, true],
        }
    }

    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl From<bool> for Answer {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
