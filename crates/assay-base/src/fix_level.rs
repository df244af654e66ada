//! How far a patch was verified (R45): one scale for whoever runs a patch, records
//! it in a case, and publishes it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a patch was verified. Each level needs all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FixLevel {
    /// It applies, and the target builds with it.
    L0,
    /// The input that shows the flaw shows it no more, in a target that lives.
    L1,
    /// The target's own tests are no worse.
    L2,
    /// Variants of the input, and fuzzing around it, show nothing.
    L3,
    /// The behaviour on everything else is the same.
    L4,
    /// The maintainer merged it: recorded, never run.
    L5,
}

impl FixLevel {
    /// All levels, lowest first.
    pub const ALL: &'static [Self] = &[Self::L0, Self::L1, Self::L2, Self::L3, Self::L4, Self::L5];

    /// `L0` to `L5`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
        }
    }

    /// What the level says, as a clause; the words that a publication uses.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::L0 => "it applies and builds",
            Self::L1 => "the flaw does not show any more",
            Self::L2 => "the target's own tests pass",
            Self::L3 => "variants of the input show nothing",
            Self::L4 => "other behaviour is the same",
            Self::L5 => "the maintainer merged it",
        }
    }
}

impl fmt::Display for FixLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a level is one of L0, L1, L2, L3, L4, L5")]
pub struct NoLevel;

impl FromStr for FixLevel {
    type Err = NoLevel;

    fn from_str(text: &str) -> Result<Self, NoLevel> {
        Self::ALL.iter().copied().find(|level| level.as_str().eq_ignore_ascii_case(text)).ok_or(NoLevel)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_level_is_its_word_everywhere() {
        for level in FixLevel::ALL {
            let word = serde_json::to_string(level).unwrap();
            assert_eq!(word, format!("\"{level}\""));
            assert_eq!(serde_json::from_str::<FixLevel>(&word).unwrap(), *level);
            assert_eq!(level.as_str().to_lowercase().parse(), Ok(*level));
        }
        assert!(FixLevel::ALL.is_sorted());
        for word in ["", "L6", "l", "0", " L1"] {
            assert_eq!(word.parse::<FixLevel>(), Err(NoLevel), "{word:?}");
        }
    }
}
