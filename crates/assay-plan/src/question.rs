//! The questions whose answers would settle most: one fact about one place
//! can turn many ranges into dates (R28).

use std::collections::BTreeMap;

use assay_clock::Input;
use serde::Serialize;

use crate::card::{Card, CardKind};
use crate::names;
use crate::text::count;

/// Where an answer goes that no column of a list has.
pub(crate) const IN_ORGANISATION: &str = "in the organisation's file";
/// What answers whether a record is in KEV.
pub(crate) const NEWER_KEV: &str = "a newer list tells";

/// One thing to find out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Question {
    /// The question, as a person would ask it.
    pub asks: String,
    /// Where its answer is written.
    pub answer_goes: String,
    /// How many cards it would settle or narrow.
    pub cards: usize,
}

/// The questions behind open cards, those that settle most first.
pub(crate) fn questions(cards: &[&Card]) -> Vec<Question> {
    let mut found: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for card in cards {
        let place = if card.place.is_empty() { names::list(&card.inventory) } else { card.place.as_str() };
        if card.outcome.open.contains(&Input::Exposed) && card.kind != CardKind::Triage {
            let (asks, goes) = if card.place.is_empty() {
                let asks = format!("Can strangers reach, from the internet, what \u{201c}{place}\u{201d} lists?");
                (asks, IN_ORGANISATION)
            } else {
                let asks = format!("Can strangers reach what stands at \u{201c}{place}\u{201d} from the internet?");
                (asks, "in your list, column exposed: yes or no")
            };
            *found.entry((asks, goes)).or_default() += 1;
        }
        if card.outcome.open.contains(&Input::Kev) && card.kind != CardKind::Triage {
            let asks = "Is it in KEV? The list at hand may be older than the record.".to_owned();
            *found.entry((asks, NEWER_KEV)).or_default() += 1;
        }
        if card.patched_by.is_none()
            && matches!(card.kind, CardKind::Update | CardKind::FindOut)
            && card.ticket.is_some()
        {
            let asks = format!("Who patches what stands at \u{201c}{place}\u{201d}: you, or which vendor?");
            *found.entry((asks, "in your list, column patched_by")).or_default() += 1;
        }
        if card.kind == CardKind::FindOut && card.installed.is_empty() {
            let asks = format!("Which versions run at \u{201c}{place}\u{201d}?");
            *found.entry((asks, "in your list, column version")).or_default() += 1;
        }
    }
    let mut questions: Vec<Question> = found
        .into_iter()
        .map(|((asks, answer_goes), cards)| Question { asks, answer_goes: answer_goes.to_owned(), cards })
        .collect();
    questions.sort_by(|a, b| b.cards.cmp(&a.cards).then_with(|| a.asks.cmp(&b.asks)));
    questions
}

impl Question {
    /// `settles or narrows 4 cards`.
    pub fn worth(&self) -> String {
        format!("settles or narrows {}", count(self.cards, "card", "cards"))
    }
}
