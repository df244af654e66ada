//! Several runners on one bundle: do they say the same?
//!
//! A verdict of one runner is one runner's word. Another one runs the same
//! bundle and compares what came out, not the logs: verdict, controls, and what
//! fired where. A runner is a key, so nobody speaks twice; and whoever could not
//! run it, or came to nothing, says nothing for or against.

use std::collections::BTreeMap;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::statement::{ProofRun, Role, SignatureSeen, Statement};
use assay_bundle::verdict::{Controls, Verdict};
use assay_seal::KeyId;

/// What one runner says of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// The key that signed.
    pub runner: KeyId,
    /// The whole statement.
    pub statement: Statement,
}

impl Voice {
    /// What it rests on.
    #[must_use]
    pub fn run(&self) -> &ProofRun {
        self.statement.run()
    }

    /// Whether it speaks for or against anything.
    #[must_use]
    pub fn is_evidence(&self) -> bool {
        !matches!(self.run().verdict, Verdict::NotRun | Verdict::Inconclusive)
    }

    /// What is compared.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let run = self.run();
        let fired = run
            .arms
            .iter()
            .filter(|cell| cell.arm == ArmName::Vulnerable && cell.role == Role::Trigger && cell.fired > 0)
            .map(|cell| (cell.input, cell.signature.as_ref().map(Fired::of)))
            .collect();
        Finding { verdict: run.verdict, controls: run.controls, fired }
    }

    /// Digest of what was built, by subject: equal ones are the same bytes.
    #[must_use]
    pub fn artifacts(&self) -> BTreeMap<&str, &str> {
        let subjects = self.statement.subjects().iter();
        let named = subjects.filter(|subject| subject.name.starts_with("artifact/"));
        named.filter_map(|subject| Some((subject.name.as_str(), subject.digest.get("sha256")?.as_str()))).collect()
    }
}

/// What two runners must have in common to agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// Its controls.
    pub controls: Option<Controls>,
    /// What each trigger that fired on the vulnerable arm fired as, by its place.
    pub fired: Vec<(usize, Option<Fired>)>,
}

/// A signature as it is compared: where the frame lies is each runner's own reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fired {
    /// `heap-buffer-overflow`, `SIGSEGV`, ...
    pub kind: String,
    /// The first function inside the target.
    pub function: Option<String>,
}

impl Fired {
    fn of(seen: &SignatureSeen) -> Self {
        Self { kind: seen.kind.clone(), function: seen.function.clone() }
    }
}

/// Statements that cannot be held against each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// None was given.
    #[error("there is no statement to compare")]
    None,
    /// They speak of different bundles.
    #[error("the statements speak of different bundles: {0} and {1}")]
    OtherBundle(Sha256, Sha256),
    /// They follow different rules, so the same word may mean two things.
    #[error("the statements follow different rules: `{0}` and `{1}`")]
    OtherRule(String, String),
}

/// What several runners say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The bundle.
    pub bundle: Sha256,
    /// One voice for each runner, its latest, in the order of finishing.
    pub voices: Vec<Voice>,
    /// Statements of a runner that spoke again later.
    pub superseded: usize,
    /// What most say, where one finding has more voices than any other.
    pub most: Option<Finding>,
    /// How many say so.
    pub agree: usize,
    /// How many say anything.
    pub of: usize,
}

impl Agreement {
    /// Counts voices.
    ///
    /// # Errors
    ///
    /// See [`NotComparable`].
    pub fn of(voices: Vec<Voice>) -> Result<Self, NotComparable> {
        let first = voices.first().ok_or(NotComparable::None)?.run();
        let (bundle, rule) = (first.bundle_id, first.rule.clone());
        for voice in &voices {
            let run = voice.run();
            if run.bundle_id != bundle {
                return Err(NotComparable::OtherBundle(bundle, run.bundle_id));
            }
            if run.rule != rule {
                return Err(NotComparable::OtherRule(rule, run.rule.clone()));
            }
        }
        let given = voices.len();
        let mut latest: BTreeMap<KeyId, Voice> = BTreeMap::new();
        for voice in voices {
            // Instants of one form and zone: their order as text is their order in time, up to digits of a second.
            let instant = |voice: &Voice| voice.run().finished.parse::<jiff::Timestamp>().ok();
            match latest.get(&voice.runner) {
                Some(known) if instant(known) >= instant(&voice) => {}
                _ => drop(latest.insert(voice.runner, voice)),
            }
        }
        let superseded = given - latest.len();
        let mut voices: Vec<Voice> = latest.into_values().collect();
        voices.sort_by(|a, b| a.run().finished.cmp(&b.run().finished).then_with(|| a.runner.cmp(&b.runner)));
        let mut counts: BTreeMap<Finding, usize> = BTreeMap::new();
        for voice in voices.iter().filter(|voice| voice.is_evidence()) {
            *counts.entry(voice.finding()).or_default() += 1;
        }
        let of = counts.values().sum();
        let agree = counts.values().copied().max().unwrap_or(0);
        let mut leaders = counts.into_iter().filter(|(_, count)| *count == agree);
        let most = match (leaders.next(), leaders.next()) {
            (Some((finding, _)), None) => Some(finding),
            _ => None,
        };
        Ok(Self { bundle, voices, superseded, most, agree, of })
    }

    /// Whether at least `need` runners say the same; without a number: all of at least two.
    ///
    /// `None` if too few said anything at all.
    #[must_use]
    pub fn holds(&self, need: Option<usize>) -> Option<bool> {
        let wanted = need.unwrap_or(self.of.max(2));
        if self.of < wanted {
            return None;
        }
        Some(self.most.is_some() && self.agree >= wanted)
    }
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod tests;
