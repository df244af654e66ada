//! A term: so many days, or the next scheduled upgrade.

use std::fmt;
use std::str::FromStr;

/// How long a directive gives. A shorter term is smaller; the next upgrade is
/// the longest of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// So many days.
    Days(u16),
    /// The next scheduled upgrade or rebuild of the asset: no date of its own.
    NextUpgrade,
}

/// A text is no term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no term; write `14 days` or `next upgrade`")]
pub struct BadTerm(String);

impl Term {
    /// Longest number of days that is read: ten years.
    pub const LONGEST: u16 = 3_653;

    /// The days, if it has a number of them.
    pub fn days(self) -> Option<u16> {
        match self {
            Self::Days(days) => Some(days),
            Self::NextUpgrade => None,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::NextUpgrade => f.write_str("next upgrade"),
        }
    }
}

impl FromStr for Term {
    type Err = BadTerm;

    fn from_str(text: &str) -> Result<Self, BadTerm> {
        if text == "next upgrade" {
            return Ok(Self::NextUpgrade);
        }
        let bad = || BadTerm(text.chars().take(40).collect());
        let digits = text.strip_suffix(" days").or_else(|| text.strip_suffix(" day")).ok_or_else(bad)?;
        // `parse` alone would take `+3`.
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        match digits.parse() {
            Ok(days) if days <= Self::LONGEST => Ok(Self::Days(days)),
            _ => Err(bad()),
        }
    }
}

assay_base::serde_as_text!(Term);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shorter_is_smaller() {
        assert!(Term::Days(3) < Term::Days(14));
        assert!(Term::Days(Term::LONGEST) < Term::NextUpgrade);
    }

    #[test]
    fn what_is_no_term_is_refused() {
        for text in ["", "3", "+3 days", "-3 days", "99999 days", "3 weeks", " 3 days", "next  upgrade", " days"] {
            assert!(text.parse::<Term>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back(days in 0..=Term::LONGEST) {
            let term = Term::Days(days);
            prop_assert_eq!(term.to_string().parse::<Term>().unwrap(), term);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<Term>();
        }
    }
}
