//! What a directive says of given facts: a term, or a range of terms.
//!
//! An unknown fact is never taken as no. The answer is the range over every
//! way in which it could turn out; where all of them agree, the range is one
//! term, and the unknown fact does not matter (R28, invariant 11).

use std::collections::BTreeSet;

use assay_base::Answer;
use serde::{Deserialize, Serialize};

use crate::directive::Directive;
use crate::facts::{Facts, Input};
use crate::term::Term;

/// What a directive says of given facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// The facts that were asked about.
    pub facts: Facts,
    /// Shortest term that is possible.
    pub earliest: Term,
    /// Longest term that is possible. Equal to `earliest` if all completions agree.
    pub latest: Term,
    /// Whether a forensic triage comes first: unknown if only some completions ask for it.
    pub triage: Answer,
    /// Facts that nobody has answered.
    pub unknown: Vec<Input>,
    /// Those of them whose answer could still change term or triage.
    pub open: Vec<Input>,
    /// What the organisation's own policy changed, as a clause; none if it changed nothing.
    #[serde(default)]
    pub policy: Option<String>,
    /// One sentence without a final dot: the facts, the term, what it hangs on.
    pub because: String,
}

impl Outcome {
    /// Whether one term is certain.
    pub fn is_one_term(&self) -> bool {
        self.earliest == self.latest
    }

    /// `14 days`, `3 to 14 days`, `60 days at the earliest, the next upgrade at the latest`.
    pub fn term_words(&self) -> String {
        match (self.earliest, self.latest) {
            (earliest, latest) if earliest == latest => earliest.to_string(),
            (Term::Days(earliest), latest @ Term::Days(_)) => format!("{earliest} to {latest}"),
            // `3 days to next upgrade` would read as the time that is left until then.
            (earliest, _) => format!("{earliest} at the earliest, the next upgrade at the latest"),
        }
    }
}

impl Directive {
    /// What the directive says of these facts. Total: every combination of answers has an outcome.
    pub fn evaluate(&self, facts: Facts) -> Outcome {
        self.evaluate_on(facts, Answer::Unknown)
    }

    /// The same on an asset of which its owner says whether it is critical. Only a policy asks that.
    pub fn evaluate_on(&self, facts: Facts, critical: Answer) -> Outcome {
        let completed = facts.completions();
        let rows: Vec<(Term, bool)> = completed.iter().flat_map(|row| self.under_policy(*row, critical)).collect();
        // There is always at least one completion; the fallback is the strictest word, not the mildest.
        let earliest = rows.iter().map(|row| row.0).min().unwrap_or(Term::Days(0));
        let latest = rows.iter().map(|row| row.0).max().unwrap_or(Term::Days(0));
        let triages: BTreeSet<bool> = rows.iter().map(|row| row.1).collect();
        let triage = match (triages.contains(&true), triages.contains(&false)) {
            (true, true) => Answer::Unknown,
            (some, _) => some.into(),
        };
        let unknown = facts.unknown();
        let open = unknown.iter().copied().filter(|input| self.matters(facts, critical, *input)).collect();
        let policy = self.policy_words(&completed, critical, (earliest, latest));
        let mut outcome = Outcome { facts, earliest, latest, triage, unknown, open, policy, because: String::new() };
        outcome.because = because(&outcome);
        outcome
    }

    /// Whether the answer to an unknown fact could change the row, whatever the others turn out to be.
    fn matters(&self, facts: Facts, critical: Answer, input: Input) -> bool {
        let no = facts.with(input, Answer::No).completions();
        let yes = facts.with(input, Answer::Yes).completions();
        // Both lists run over the other facts in the same order.
        no.into_iter().zip(yes).any(|(no, yes)| self.under_policy(no, critical) != self.under_policy(yes, critical))
    }
}

fn because(outcome: &Outcome) -> String {
    let facts = outcome.facts;
    let word = |answer, yes, no, unknown| match answer {
        Answer::Yes => yes,
        Answer::No => no,
        Answer::Unknown => unknown,
    };
    let mut text = format!(
        "{}, {}, {}, {}: {}",
        word(facts.kev, "in KEV", "not in KEV", "perhaps in KEV"),
        word(facts.exposed, "exposed", "not exposed", "exposure unknown"),
        word(facts.automatable, "automatable", "not automatable", "automatable unknown"),
        word(facts.total, "total impact", "partial impact", "impact unknown"),
        outcome.term_words(),
    );
    text.push_str(match outcome.triage {
        Answer::Yes => " with forensic triage first",
        Answer::No => "",
        Answer::Unknown => ", perhaps with forensic triage first",
    });
    if let Some(policy) = &outcome.policy {
        text.push_str("; ");
        text.push_str(policy);
    }
    let questions: Vec<&str> = outcome.open.iter().map(|input| input.question()).collect();
    if let Some((last, rest)) = questions.split_last() {
        text.push_str("; it hangs on ");
        text.push_str(&rest.join(", "));
        if !rest.is_empty() {
            text.push_str(" and ");
        }
        text.push_str(last);
    } else if !outcome.unknown.is_empty() {
        text.push_str(", whatever the unknown turns out to be");
    }
    text
}
