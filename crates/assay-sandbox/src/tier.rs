//! How strong a sandbox is, in one letter (DESIGN section 4, Sandbox).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::SandboxError;

/// How strong a sandbox is; a later one is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Tier {
    /// All layers; memory and processes are watched, not fenced by a control group.
    #[default]
    P,
    /// All layers, and a control group enforces memory and processes of each run.
    F,
    /// Inside a microVM. No engine of this version gives it: see [`microvm`](crate::microvm).
    M,
}

impl Tier {
    /// The letter, as in statements and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P => "P",
            Self::F => "F",
            Self::M => "M",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = String;

    /// Reads the letter, large or small.
    ///
    /// # Errors
    ///
    /// Anything else, with the letters that there are.
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::P, Self::F, Self::M]
            .into_iter()
            .find(|tier| tier.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("`{text}` is no tier: P, F or M"))
    }
}

/// Refuses a minimum that no engine reaches, before any is opened.
pub(crate) fn possible(minimum: Tier) -> Result<(), SandboxError> {
    if minimum == Tier::M { Err(crate::microvm::refusal()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_letter_is_read_and_nothing_else() {
        assert_eq!("f".parse(), Ok(Tier::F));
        assert_eq!("P".parse(), Ok(Tier::P));
        for text in ["", "PF", "x", "tier F"] {
            assert!(text.parse::<Tier>().is_err(), "{text}");
        }
        assert!(Tier::P < Tier::F && Tier::F < Tier::M);
    }

    #[test]
    fn only_the_microvm_is_refused_at_once() {
        assert!(possible(Tier::P).is_ok() && possible(Tier::F).is_ok());
        assert_eq!(possible(Tier::M).unwrap_err().layer, crate::Layer::Microvm);
    }
}
