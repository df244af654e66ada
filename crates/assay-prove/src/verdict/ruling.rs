//! What [`decide`](super::decide) answers.

use assay_bundle::verdict::{Controls, Verdict};
use serde::{Deserialize, Serialize};

use super::rate::Rate;

/// A verdict with everything a reader needs beside it.
///
/// Invariant 8: the sentence always names how many runs it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ruling {
    /// The word.
    pub verdict: Verdict,
    /// Which controls stayed silent; present exactly when the verdict is `reproduced`.
    pub controls: Option<Controls>,
    /// How often the weakest trigger fired on the vulnerable arm; absent when
    /// the runs do not say (`not-run`, `inconclusive`).
    pub rate: Option<Rate>,
    /// For `flaky` with a fixed version: whether that one's silence counts.
    pub control: Option<ControlRuns>,
    /// One sentence in plain words.
    pub sentence: String,
    /// Why this verdict, and what else is worth knowing; at most a few dozen.
    pub reasons: Vec<String>,
}

/// How often the fixed version of a flaky flaw stayed silent, and how often it had to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRuns {
    /// Silent runs before chance explains them in fewer than 1 of 100 cases, at the rate seen.
    pub needed: u32,
    /// Silent runs that there were, of the trigger that falls shortest.
    pub silent: u32,
    /// Judged runs of that trigger on the fixed version.
    pub total: u32,
}

impl ControlRuns {
    /// Whether the silence means something.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.silent == self.total && self.silent >= self.needed
    }
}

impl Ruling {
    /// The place in the order of strength: `not-run` < `inconclusive` < all
    /// others < `reproduced` (benign) < `reproduced` (benign+fixed).
    ///
    /// Taking a run away from evidence never makes this grow.
    #[must_use]
    pub fn strength(&self) -> u8 {
        match (self.verdict, self.controls) {
            (Verdict::NotRun, _) => 0,
            (Verdict::Inconclusive, _) => 1,
            (Verdict::Reproduced, Some(Controls::BenignFixed)) => 4,
            (Verdict::Reproduced, _) => 3,
            _ => 2,
        }
    }
}
