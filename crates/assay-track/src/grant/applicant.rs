//! What an applicant says of itself, `assay.applicant/1`. A fact that is not
//! there is asked for; there are no defaults.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::read::{BadFile, Faults, parse};

/// Which of the two kinds of applicants it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicantKind {
    /// Develops advanced detection of vulnerabilities by AI: the order's own text.
    DeveloperOfDetection,
    /// Operates what would be protected: a hospital, a bank, a utility. The reading of the press.
    BeneficiaryOperator,
}

impl ApplicantKind {
    /// As part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::DeveloperOfDetection => "developers of detection by AI",
            Self::BeneficiaryOperator => "operators who would benefit",
        }
    }
}

/// A fact's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A word.
    Word(String),
    /// Several words.
    Words(Vec<String>),
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join(", ")),
        }
    }
}

/// What became of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Result {
    /// Money was granted.
    Awarded,
    /// It was refused for a reason of its own.
    Refused,
    /// It would have been granted, and there was no money.
    Unfunded,
    /// It was taken back.
    Withdrawn,
    /// There is no answer yet.
    Waiting,
}

/// An application that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Application {
    /// To which programme, by its id.
    pub programme: String,
    /// What became of it.
    pub result: Result,
    /// Since when.
    #[serde(serialize_with = "crate::read::day_text")]
    pub on: Date,
    /// Where that can be read; empty if nowhere.
    pub source: String,
}

/// An applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Applicant {
    /// Its name.
    pub name: String,
    /// Its kind; none if it does not say.
    pub kind: Option<ApplicantKind>,
    /// Who states these facts.
    pub stated_by: String,
    /// When.
    #[serde(serialize_with = "crate::read::day_text")]
    pub stated: Date,
    /// What it states.
    pub facts: BTreeMap<String, Fact>,
    /// What it has applied for so far.
    pub applications: Vec<Application>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    schema: String,
    name: String,
    kind: Option<ApplicantKind>,
    stated_by: String,
    stated: String,
    #[serde(default)]
    facts: BTreeMap<String, Fact>,
    #[serde(default)]
    applications: Vec<RawApplication>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawApplication {
    programme: String,
    result: Result,
    on: String,
    #[serde(default)]
    source: String,
}

impl Applicant {
    /// Reads an applicant's file.
    ///
    /// # Errors
    /// [`BadFile`] if it is too large, no TOML, or has keys that such a file does not have.
    pub fn read(text: &str) -> std::result::Result<Self, BadFile> {
        let raw: Raw = parse(text)?;
        let mut faults = Faults::default();
        faults.schema(&raw.schema, "assay.applicant/1");
        faults.line("name", &raw.name);
        faults.line("stated-by", &raw.stated_by);
        faults.many("facts", raw.facts.len());
        faults.many("applications", raw.applications.len());
        for (name, fact) in &raw.facts {
            faults.id("the fact", name);
            match fact {
                Fact::Word(word) => faults.line(&format!("the fact {name}"), word),
                Fact::Words(words) => {
                    faults.many(&format!("words of {name}"), words.len());
                    words.iter().for_each(|word| faults.line(&format!("the fact {name}"), word));
                }
                Fact::Flag(_) | Fact::Number(_) => {}
            }
        }
        let stated = faults.date("stated", &raw.stated);
        let mut applications = Vec::new();
        for one in raw.applications {
            faults.id("the programme of an application", &one.programme);
            faults.optional("the source of an application", &one.source);
            if let Some(on) = faults.date("the day of an application", &one.on) {
                applications.push(Application { programme: one.programme, result: one.result, on, source: one.source });
            }
        }
        // A date that is no date is a fault, so what stands in its place is never seen.
        let stated = stated.unwrap_or(Date::MIN);
        faults.done(Self {
            name: raw.name,
            kind: raw.kind,
            stated_by: raw.stated_by,
            stated,
            facts: raw.facts,
            applications,
        })
    }
}
