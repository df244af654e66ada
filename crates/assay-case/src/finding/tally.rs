//! The count that shows that nothing was dropped (invariant 6).

use std::collections::BTreeMap;

use super::state::{State, Word};

/// How many findings are in which state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    received: u64,
    states: BTreeMap<Word, u64>,
}

impl Tally {
    /// Counts these. A stream without a submission is no finding.
    pub fn of<'a>(states: impl IntoIterator<Item = &'a State>) -> Self {
        let mut tally = Self::default();
        for finding in states.into_iter().filter_map(State::get) {
            tally.received += 1;
            *tally.states.entry(finding.word()).or_default() += 1;
        }
        tally
    }

    /// All that were ever received.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How many are in this state.
    pub fn count(&self, word: Word) -> u64 {
        self.states.get(&word).copied().unwrap_or(0)
    }

    /// How many have come to an end.
    pub fn ended(&self) -> u64 {
        Word::ALL.into_iter().filter(|word| word.is_terminal()).map(|word| self.count(word)).sum()
    }

    /// Whether the states add up to what was received, here and against the
    /// number of submissions that the store counts by itself.
    pub fn adds_up(&self, submissions: u64) -> bool {
        self.received == submissions && self.states.values().sum::<u64>() == submissions
    }
}
