//! One condition of a programme, held against one fact: yes, no, or *cannot
//! tell* with the question that would settle it.

use assay_base::Answer;
use serde::{Deserialize, Serialize};

use super::applicant::{Applicant, Fact};
use crate::read::Faults;

/// What a fact has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Yes or no.
    Is(bool),
    /// One of these words.
    OneOf(Vec<String>),
    /// At most this number.
    AtMost(i64),
    /// At least this number.
    AtLeast(i64),
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// The fact's name.
    pub fact: String,
    /// What it has to be.
    pub test: Test,
    /// The condition in the record's words.
    pub words: String,
    /// What to ask an applicant who does not state the fact.
    pub ask: String,
}

/// What came of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Met {
    /// The condition, in the record's words.
    pub condition: String,
    /// Whether the facts meet it.
    pub met: Answer,
    /// One sentence.
    pub why: String,
    /// The question, where it cannot be told.
    pub ask: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawCondition {
    fact: String,
    is: Option<bool>,
    one_of: Option<Vec<String>>,
    at_most: Option<i64>,
    at_least: Option<i64>,
    words: String,
    #[serde(default)]
    ask: String,
}

impl Condition {
    pub(super) fn of(raw: RawCondition, programme: &str, faults: &mut Faults) -> Option<Self> {
        faults.id(&format!("{programme}: the fact of a condition"), &raw.fact);
        faults.line(&format!("{programme}: a condition's words"), &raw.words);
        faults.optional(&format!("{programme}: a condition's question"), &raw.ask);
        let test = match (raw.is, raw.one_of, raw.at_most, raw.at_least) {
            (Some(is), None, None, None) => Test::Is(is),
            (None, Some(words), None, None) if !words.is_empty() => {
                faults.many(&format!("words of {programme}"), words.len());
                Test::OneOf(words)
            }
            (None, None, Some(most), None) => Test::AtMost(most),
            (None, None, None, Some(least)) => Test::AtLeast(least),
            _ => {
                faults.push(format!(
                    "{programme}: the condition on `{}` needs exactly one of is, one-of, at-most, at-least",
                    crate::read::shorten(&raw.fact)
                ));
                return None;
            }
        };
        let ask = if raw.ask.is_empty() { format!("What is `{}`?", raw.fact) } else { raw.ask };
        Some(Self { fact: raw.fact, test, words: raw.words, ask })
    }

    /// Whether an applicant meets it.
    pub fn hold(&self, applicant: &Applicant) -> Met {
        let met = |met: Answer, why: String| Met {
            condition: self.words.clone(),
            met,
            why,
            ask: (met == Answer::Unknown).then(|| self.ask.clone()),
        };
        let Some(fact) = applicant.facts.get(&self.fact) else {
            return met(Answer::Unknown, format!("The applicant does not state `{}`.", self.fact));
        };
        let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
        let holds = match (&self.test, fact) {
            (Test::Is(wanted), Fact::Flag(flag)) => wanted == flag,
            (Test::OneOf(words), Fact::Word(word)) => words.iter().any(|one| same(one, word)),
            (Test::OneOf(words), Fact::Words(own)) => words.iter().any(|one| own.iter().any(|word| same(one, word))),
            (Test::AtMost(most), Fact::Number(number)) => number <= most,
            (Test::AtLeast(least), Fact::Number(number)) => number >= least,
            // A number in words, or a yes where a word is asked for: not guessed at.
            _ => {
                let why = format!("`{}` is {fact}, which is not the kind of answer that is asked for.", self.fact);
                return met(Answer::Unknown, why);
            }
        };
        met(holds.into(), format!("`{}` is {fact}.", self.fact))
    }
}
