//! The four facts that BOD 26-04 asks for, each of which may be unknown.

use assay_base::Answer;
use serde::{Deserialize, Serialize};

/// What is known of one vulnerability on one asset.
///
/// The first, third and fourth come with the vulnerability; whether the asset
/// is exposed is its operator's own fact (R29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Facts {
    /// Whether it is listed in CISA's catalogue of known exploited vulnerabilities.
    pub kev: Answer,
    /// Whether untrusted people can reach the asset over public networks.
    pub exposed: Answer,
    /// Whether attackers can reliably automate exploitation (SSVC 2.0.0).
    pub automatable: Answer,
    /// Whether the technical impact is total; no means partial (SSVC 1.0.0).
    pub total: Answer,
}

/// One of the four facts, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Listed in KEV.
    Kev,
    /// Reachable by strangers.
    Exposed,
    /// Exploitation can be automated.
    Automatable,
    /// Technical impact is total.
    Impact,
}

impl Input {
    /// All four, in the order of the decision table.
    pub const ALL: [Self; 4] = [Self::Kev, Self::Exposed, Self::Automatable, Self::Impact];

    /// The question that the fact answers, as part of a sentence.
    pub fn question(self) -> &'static str {
        match self {
            Self::Kev => "whether it is in KEV",
            Self::Exposed => "whether the asset is exposed",
            Self::Automatable => "whether an attack can be automated",
            Self::Impact => "whether the impact is total",
        }
    }
}

impl Facts {
    /// Nothing is known.
    pub const UNKNOWN: Self =
        Self { kev: Answer::Unknown, exposed: Answer::Unknown, automatable: Answer::Unknown, total: Answer::Unknown };

    /// The answer to one of them.
    pub fn get(self, input: Input) -> Answer {
        match input {
            Input::Kev => self.kev,
            Input::Exposed => self.exposed,
            Input::Automatable => self.automatable,
            Input::Impact => self.total,
        }
    }

    /// The same with one answer replaced.
    pub fn with(mut self, input: Input, answer: Answer) -> Self {
        match input {
            Input::Kev => self.kev = answer,
            Input::Exposed => self.exposed = answer,
            Input::Automatable => self.automatable = answer,
            Input::Impact => self.total = answer,
        }
        self
    }

    /// Those that nobody has answered.
    pub fn unknown(self) -> Vec<Input> {
        Input::ALL.into_iter().filter(|input| self.get(*input) == Answer::Unknown).collect()
    }

    /// Every way in which the unknown ones could turn out: 1 to 16, each a number of a row.
    ///
    /// Bit 3 is KEV, 2 exposed, 1 automatable, 0 total.
    pub fn completions(self) -> Vec<usize> {
        let mut rows = vec![0];
        for input in Input::ALL {
            let answers = self.get(input).possible();
            rows = rows.iter().flat_map(|row| answers.iter().map(move |yes| row * 2 + usize::from(*yes))).collect();
        }
        rows
    }
}
