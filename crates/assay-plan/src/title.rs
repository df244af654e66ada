//! No two cards have one title: who reads it out says which one is meant.

use std::collections::BTreeMap;

use crate::card::Card;
use crate::names;

/// What may be added to a title, the plainest first. The id, which no other card has, is the last.
const ADDITIONS: [fn(&Card) -> String; 5] = [place, list, record, place_and_record, id];

/// Adds to titles that several cards have what tells them apart.
pub(crate) fn tell_apart(shelves: &mut [&mut Vec<Card>]) {
    let mut cards: Vec<&mut Card> = shelves.iter_mut().flat_map(|shelf| shelf.iter_mut()).collect();
    let mut same: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, card) in cards.iter().enumerate() {
        same.entry(card.title.clone()).or_default().push(at);
    }
    for places in same.into_values().filter(|places| places.len() > 1) {
        for addition in ADDITIONS {
            let words: Vec<String> = places.iter().filter_map(|at| cards.get(*at)).map(|card| addition(card)).collect();
            let mut distinct = words.clone();
            distinct.sort();
            distinct.dedup();
            if distinct.len() == words.len() && words.iter().all(|word| !word.is_empty()) {
                for (at, word) in places.iter().zip(words) {
                    if let Some(card) = cards.get_mut(*at) {
                        card.title.push_str(&format!(" ({word})"));
                    }
                }
                break;
            }
        }
    }
}

fn place(card: &Card) -> String {
    card.place.clone()
}

fn list(card: &Card) -> String {
    names::list(&card.inventory).to_owned()
}

fn record(card: &Card) -> String {
    card.closes.first().map(|closed| closed.name.clone()).unwrap_or_default()
}

fn place_and_record(card: &Card) -> String {
    format!("{}, {}", card.place, record(card))
}

fn id(card: &Card) -> String {
    card.id.clone()
}
