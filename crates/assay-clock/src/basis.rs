//! On which ground a directive's dates stand for one organisation.
//!
//! A binding directive binds whom it names and nobody else; for everyone else
//! its dates are targets and are worded so (R106). What is said here is which
//! words to use, not what the law is (invariant 16).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::directive::Directive;
use crate::organisation::{Kind, Organisation};

/// On which ground a date stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The directive names organisations of this kind.
    Binding,
    /// The organisation follows it by its own decision.
    Adopted,
    /// It is a yardstick, and no more.
    Reference,
    /// The kind of organisation is not stated, so nobody can say whether it binds.
    Unknown,
}

impl Basis {
    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Binding => "binding",
            Self::Adopted => "adopted",
            Self::Reference => "reference",
            Self::Unknown => "unknown",
        }
    }

    /// What a date is called: `deadline` only where the directive binds.
    pub fn date_word(self) -> &'static str {
        match self {
            Self::Binding => "deadline",
            Self::Adopted | Self::Reference | Self::Unknown => "target",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Directive {
    /// On which ground its dates stand for an organisation.
    pub fn basis(&self, organisation: &Organisation) -> Basis {
        if self.superseded.is_some() {
            // What is no longer in force is a yardstick for everybody, adopted or not.
            Basis::Reference
        } else if self.binds.contains(&organisation.kind) {
            Basis::Binding
        } else if organisation.kind == Kind::Unknown && !self.binds.is_empty() {
            Basis::Unknown
        } else if organisation.adopts.contains(&self.id) && !self.never.contains(&organisation.kind) {
            Basis::Adopted
        } else {
            Basis::Reference
        }
    }

    /// The same as a sentence for people.
    pub fn basis_words(&self, organisation: &Organisation) -> String {
        let short = &self.short;
        if let Some(superseded) = &self.superseded {
            return format!(
                "{short} was superseded by {} on {} and binds nobody any more; dates are targets",
                superseded.by,
                superseded.on.strftime("%-d %B %Y")
            );
        }
        let bound: Vec<&str> = self.binds.iter().map(|kind| kind.words()).collect();
        let bound = if bound.is_empty() { "nobody".to_owned() } else { bound.join(" or ") };
        match self.basis(organisation) {
            Basis::Binding => match self.binds_from() {
                Some(date) => format!(
                    "{short} binds {bound}, and its times bind from {}; dates are deadlines",
                    date.strftime("%-d %B %Y")
                ),
                None => format!("{short} binds {bound}; dates are deadlines"),
            },
            Basis::Adopted => {
                format!("{short} binds {bound}; here it is followed by choice, so dates are targets")
            }
            Basis::Reference => {
                format!("{short} binds {bound} and not {}; dates are targets", organisation.kind.words())
            }
            Basis::Unknown => format!(
                "{short} binds {bound}; whether that is you is not stated, so dates are called targets here \
                 (state it with --organisation)"
            ),
        }
    }
}
