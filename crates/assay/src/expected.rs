//! The file `expected`: what the author of a bundle says Assay will find.
//!
//! It is for tests and collections. It never has a part in a verdict, nor in
//! the identity of a bundle.

use assay_bundle::verdict::{Assurance, Controls, Verdict};
use assay_prove::proof::Proof;
use serde::Deserialize;

/// A larger file is something else.
const MAX_BYTES: usize = 64 << 10;

/// What is expected of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    verdict: Option<Verdict>,
    verdict_in: Option<Vec<Verdict>>,
    controls: Option<Controls>,
    assurance: Option<Assurance>,
    assurance_max: Option<Assurance>,
    check: Option<Check>,
    missing: Option<Vec<String>>,
    error: Option<Codes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Check {
    Partial,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Codes {
    One(String),
    Any(Vec<String>),
}

/// A verdict, as far as an expectation can speak of it.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// The word.
    pub verdict: Verdict,
    /// The silent controls.
    pub controls: Option<Controls>,
    /// How far it can be trusted.
    pub assurance: Assurance,
}

impl From<&Proof> for Judged {
    fn from(proof: &Proof) -> Self {
        Self { verdict: proof.ruling.verdict, controls: proof.ruling.controls, assurance: proof.assurance }
    }
}

/// What came of a bundle, as far as an expectation can speak of it.
pub enum Came<'a> {
    /// A verdict.
    Judged(Judged),
    /// A partial report that lacks these keys.
    Partial(Vec<&'a str>),
    /// It was refused with problems of these codes.
    Refused(Vec<&'a str>),
}

impl Expected {
    /// Reads an `expected` file; without one, a bundle is expected to be `reproduced`.
    pub fn read(text: Option<&str>) -> Result<Self, String> {
        let Some(text) = text else {
            return Ok(Self { verdict: Some(Verdict::Reproduced), ..Self::default() });
        };
        if text.len() > MAX_BYTES {
            return Err(format!("`expected` is larger than {MAX_BYTES} bytes"));
        }
        toml::from_str(text).map_err(|error| format!("`expected` cannot be read: {}", error.message()))
    }

    /// Whether what came is what was expected; if not, why, as a clause.
    pub fn holds(&self, came: &Came<'_>) -> Result<(), String> {
        match came {
            Came::Judged(judged) => self.judged(*judged),
            Came::Partial(keys) => self.partial(keys),
            Came::Refused(codes) => self.refused(codes),
        }
    }

    fn judged(&self, judged: Judged) -> Result<(), String> {
        let came = judged.verdict;
        let allowed: Vec<Verdict> = self.verdict.iter().chain(self.verdict_in.iter().flatten()).copied().collect();
        if !allowed.contains(&came) {
            return Err(format!("expected {}", self.words()));
        }
        if self.controls.is_some() && self.controls != judged.controls {
            return Err(format!("expected {}", self.words()));
        }
        if self.assurance.is_some_and(|wanted| wanted != judged.assurance) {
            return Err(format!("expected {}", self.words()));
        }
        // Only what is believed can be believed too much.
        let too_much = self.assurance_max.is_some_and(|most| judged.assurance > most);
        if too_much { Err(format!("expected {}", self.words())) } else { Ok(()) }
    }

    fn partial(&self, keys: &[&str]) -> Result<(), String> {
        if self.check != Some(Check::Partial) {
            return Err(format!("expected {}", self.words()));
        }
        let Some(wanted) = &self.missing else { return Ok(()) };
        let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let mut keys = keys.to_vec();
        wanted.sort_unstable();
        keys.sort_unstable();
        if wanted == keys { Ok(()) } else { Err(format!("expected to lack {}", wanted.join(", "))) }
    }

    fn refused(&self, codes: &[&str]) -> Result<(), String> {
        let holds = match &self.error {
            Some(Codes::One(wanted)) => codes.contains(&wanted.as_str()),
            Some(Codes::Any(wanted)) => wanted.iter().any(|wanted| codes.contains(&wanted.as_str())),
            None => false,
        };
        if holds { Ok(()) } else { Err(format!("expected {}", self.words())) }
    }

    /// The expectation in words.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        let verdicts: Vec<&str> =
            self.verdict.iter().chain(self.verdict_in.iter().flatten()).map(|verdict| verdict.as_str()).collect();
        if !verdicts.is_empty() {
            words.push(verdicts.join(" or "));
        }
        if let Some(controls) = self.controls {
            words.push(format!("controls {}", crate::report::words::controls(controls)));
        }
        if let Some(assurance) = self.assurance {
            words.push(format!("assurance {}", crate::report::words::assurance(assurance)));
        }
        if let Some(assurance) = self.assurance_max {
            words.push(format!("assurance at most {}", crate::report::words::assurance(assurance)));
        }
        if self.check.is_some() {
            words.push("a partial report".to_owned());
        }
        match &self.error {
            Some(Codes::One(code)) => words.push(format!("the problem {code}")),
            Some(Codes::Any(codes)) => words.push(format!("one of the problems {}", codes.join(", "))),
            None => {}
        }
        if words.is_empty() { "nothing in particular".to_owned() } else { words.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::sample;

    fn expected(text: &str) -> Expected {
        Expected::read(Some(text)).unwrap()
    }

    #[test]
    fn without_a_file_reproduced_is_expected() {
        let expected = Expected::read(None).unwrap();
        assert_eq!(expected.holds(&Came::Judged((&sample::reproduced()).into())), Ok(()));
        assert_eq!(expected.holds(&Came::Judged((&sample::flaky()).into())), Err("expected reproduced".to_owned()));
        assert!(expected.holds(&Came::Partial(vec![])).is_err());
        assert!(expected.holds(&Came::Refused(vec!["bad-path"])).is_err());
    }

    #[test]
    fn every_key_counts() {
        let proof = sample::reproduced();
        let holds = |text: &str| expected(text).holds(&Came::Judged((&proof).into()));
        assert_eq!(holds("verdict = 'reproduced'\ncontrols = 'benign+fixed'\nassurance = 'claimant'"), Ok(()));
        assert!(holds("verdict = 'reproduced'\ncontrols = 'benign'").is_err());
        assert!(holds("verdict = 'reproduced'\nassurance = 'project'").is_err());
        assert_eq!(holds("verdict_in = ['not-run', 'reproduced']\nassurance_max = 'claimant'"), Ok(()));
        assert!(holds("check = 'partial'").is_err());
        assert!(holds("error = 'bad-path'").is_err());
    }

    #[test]
    fn a_partial_report_lacks_exactly_what_it_says() {
        let partial = expected("check = 'partial'\nmissing = ['b', 'a']");
        assert_eq!(partial.holds(&Came::Partial(vec!["a", "b"])), Ok(()));
        assert!(partial.holds(&Came::Partial(vec!["a"])).is_err());
    }

    #[test]
    fn a_refusal_is_known_by_its_codes() {
        let came = Came::Refused(vec!["bad-path", "unknown-key"]);
        assert_eq!(expected("error = 'unknown-key'").holds(&came), Ok(()));
        assert_eq!(expected("error = ['not-utf8', 'bad-path']").holds(&came), Ok(()));
        assert_eq!(expected("error = 'too-large'").holds(&came), Err("expected the problem too-large".to_owned()));
    }

    #[test]
    fn what_is_not_an_expectation_is_said_to_be_none() {
        for text in ["verdict = 'wrong'", "unknown = 1", "\u{0}", "verdict = "] {
            assert!(Expected::read(Some(text)).is_err(), "{text}");
        }
        assert!(Expected::read(Some(&" ".repeat(MAX_BYTES + 1))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_expectation_or_a_sentence(text in ".*|(verdict|error|check|missing|controls) = [\"'\\[a-z,+-]*") {
            if let Err(why) = Expected::read(Some(&text)) {
                proptest::prop_assert!(!why.is_empty());
            }
        }
    }
}
