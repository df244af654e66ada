//! What has become more urgent since the last plan (R35): a record that is now
//! known to be exploited, or a date that has come nearer.
//!
//! A plan is made anew from the records at hand, so a listing that an earlier
//! plan could not know moves its date by itself. That alone would move it in
//! silence; this says it.

use assay_base::Instant;
use serde::Serialize;

use crate::card::{Card, CardKind};
use crate::plan::Plan;
use crate::previous::{Previous, PreviousCard};
use crate::text::{and, count, plain};

/// Records that are named one by one.
const NAMED: usize = 4;

/// A card that is more urgent than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// The card's id.
    pub card: String,
    /// Its title.
    pub title: String,
    /// When the last plan had it due at the earliest; none if it had no date.
    pub was: Option<Instant>,
    /// When it is due at the earliest now.
    pub now: Option<Instant>,
    /// Records that KEV has listed since, or whose listing the last plan did not know.
    pub listed: Vec<String>,
    /// All of it in a sentence.
    pub words: String,
}

/// The cards that are more urgent than in the earlier plan, in the order of the plan.
pub(crate) fn moved<'a>(previous: &Previous, cards: impl Iterator<Item = &'a Card>) -> Vec<Moved> {
    cards.filter(|card| card.kind != CardKind::Triage).filter_map(|card| one(previous, card)).collect()
}

fn one(previous: &Previous, card: &Card) -> Option<Moved> {
    let old = previous.cards.get(&card.id)?;
    let listed = newly_listed(old, card);
    let was = old.due.as_ref().and_then(|due| due.earliest);
    // An earlier plan of an older program may have no dates: then only a listing is told.
    let nearer = old.due.is_some()
        && match (was, card.due.earliest) {
            (Some(was), Some(now)) => now < was,
            (None, Some(_)) => true,
            (_, None) => false,
        };
    if listed.is_empty() && !nearer {
        return None;
    }
    let why = if listed.is_empty() {
        "A fact that dates it has changed".to_owned()
    } else {
        let more = listed.len().saturating_sub(NAMED);
        let mut named: Vec<String> = listed.iter().take(NAMED).cloned().collect();
        if more > 0 {
            named.push(count(more, "other", "others"));
        }
        format!("CISA\u{2019}s KEV lists {}, which the last plan did not know", and(&named))
    };
    let date = match nearer {
        true => format!("its date has come nearer: {}", card.due.short),
        false => format!("its date stays: {}", card.due.short),
    };
    let words = format!("{why}; {date}.");
    Some(Moved { card: card.id.clone(), title: card.title.clone(), was, now: card.due.earliest, listed, words })
}

/// Records that are known to be exploited now, and were on the card before without being known to be.
fn newly_listed(old: &PreviousCard, card: &Card) -> Vec<String> {
    let quiet = |id: &str| old.closes.iter().any(|closed| closed.id == id && closed.kev.is_none());
    let listed = card.closes.iter().filter(|closed| closed.kev.is_some() && quiet(&closed.id));
    listed.map(|closed| plain(&closed.name, 40)).collect()
}

/// The heading over them.
pub(crate) fn heading(plan: &Plan) -> String {
    format!("More urgent than in the last plan ({})", count(plan.moved.len(), "card", "cards"))
}
