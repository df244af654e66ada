//! What the text and the page say alike.

use assay_base::Answer;
use assay_clock::{Basis, Zone};
use assay_match::exposure::Touch;

use crate::card::{Card, CardKind, Closed};
use crate::plan::Plan;
use crate::question;
use crate::rank::Tier;
use crate::text::{and, count, plain};

/// Most records that are only named.
const NAMES: usize = 5;
/// Longest summary of a record on a card.
const SUMMARY: usize = 120;

/// When the plan was made, where its readers are.
pub(crate) fn made(plan: &Plan) -> String {
    match Zone::named(&plan.zone) {
        Ok(zone) => zone.words(plan.made),
        Err(_) => plan.made.to_string(),
    }
}

/// What was looked at and what came of it, in a sentence or two.
pub(crate) fn summary(plan: &Plan) -> String {
    let counts = plan.counts;
    let looked = match plan.inventories.len() {
        0 => "No list was looked at".to_owned(),
        lists => format!("{} in {}", count(counts.components, "thing", "things"), count(lists, "list", "lists")),
    };
    let triage = plan.cards.iter().filter(|card| card.after.is_some()).count();
    let mut parts = Vec::new();
    let work = counts.cards.saturating_sub(triage);
    if work > 0 {
        parts.push(count(work, "update", "updates"));
    }
    if triage > 0 {
        parts.push(count(triage, "look before an update", "looks before updates"));
    }
    if counts.find_out > 0 {
        parts.push(format!("{} to find out", count(counts.find_out, "thing", "things")));
    }
    if counts.later > 0 {
        parts.push(format!("{} for the next upgrade", count(counts.later, "update", "updates")));
    }
    if counts.deferred > 0 {
        parts.push(format!("{} waiting by decision", count(counts.deferred, "card", "cards")));
    }
    let mut text = if parts.is_empty() {
        format!("{looked}. Nothing to do by the records at hand.")
    } else {
        format!("{looked}: {}.", and(&parts))
    };
    if counts.verified > 0 {
        text.push_str(&format!(
            " {} done, verified by this scan.",
            count(counts.verified, "earlier card is", "earlier cards are")
        ));
    }
    text
}

/// Why a card stands where it does, and what of that is only a hint.
pub(crate) fn order(card: &Card) -> String {
    match &card.hint {
        Some(hint) => format!("{} {hint}", card.rank.words),
        None => card.rank.words.clone(),
    }
}

/// On which ground the dates stand, without the option that states it.
pub(crate) fn basis(plan: &Plan) -> &str {
    without_option(&plan.directive.basis_words)
}

/// The same of any words of the directive.
pub(crate) fn without_option(words: &str) -> &str {
    words.split(" (state it with --").next().unwrap_or(words)
}

/// Which options give what this plan asks for. Its readers need none of them; the one who runs the tool does.
pub(crate) fn for_the_runner(plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    let asks = |goes: &str| plan.questions.iter().any(|question| question.answer_goes == goes);
    if plan.directive.basis == Basis::Unknown {
        notes.push("Whose plan it is, and so whether dates bind: --organisation.".to_owned());
    }
    if asks(question::IN_ORGANISATION) {
        notes.push("The organisation's file is given with --organisation; what strangers can reach stands in it under [[assets]].".to_owned());
    }
    if plan.kev_as_of.is_none() || asks(question::NEWER_KEV) {
        notes.push("The list of known exploited vulnerabilities is given with --kev.".to_owned());
    }
    if !plan.cards.is_empty() || !plan.deferred.is_empty() {
        let overrides = plan.cards.iter().any(|card| card.kind == CardKind::Triage && card.due.basis == Basis::Binding);
        let overrides = if overrides { ", and overrides under [[override]]" } else { "" };
        notes.push(format!("What people tick is given with --reports{overrides}."));
        notes.push("Keep the JSON of this plan (--format json), and give it to the next with --previous.".to_owned());
    }
    notes
}

/// A card in a line: what, where, by when.
pub fn headline(card: &Card) -> String {
    let place = if card.place.is_empty() { String::new() } else { format!(" [{}]", card.place) };
    let condition = if card.kind == CardKind::FindOut { "if affected: " } else { "" };
    format!("{}{place}: {condition}{}", card.title, card.due.short)
}

/// The heading of what a month does not hold.
pub(crate) const BEYOND: &str = "After the next 30 days: more than a month holds";

/// The month of a card that the next thirty days do not hold, for a row.
pub(crate) fn month(card: &Card) -> Option<String> {
    let slot = card.slot.as_ref().filter(|slot| slot.month > 0)?;
    Some(if slot.late {
        format!("its turn: {}, late by then", slot.words)
    } else {
        format!("its turn: {}", slot.words)
    })
}

/// The month of a card, its window, and the longest that it can wait, in a sentence or two.
pub(crate) fn slot(card: &Card) -> Option<String> {
    let slot = card.slot.as_ref()?;
    // Where everything fits into the next thirty days, the month says nothing.
    if slot.month == 0 && slot.window.is_none() && !slot.by_age && slot.at_the_latest == slot.words {
        return None;
    }
    let mut text = format!("{}: {}.", slot.words, card.effort_class.words());
    if let Some(words) = &card.window_words {
        text.push_str(&format!(" Its next window is {words}."));
    }
    if slot.late {
        text.push_str(" That is after its shortest term: move it up if you can.");
    }
    if slot.by_age {
        text.push_str(" It has its place because it has waited longest.");
    }
    text.push_str(&format!(
        " Whatever else comes, its turn comes in the month of {} at the latest.",
        slot.at_the_latest
    ));
    Some(text)
}

/// The heading of a tier.
pub(crate) fn tier(tier: Tier) -> String {
    match (tier.earliest.days(), tier.open) {
        (Some(_), false) => format!("Within {}", tier.earliest),
        (Some(_), true) => format!("Perhaps within {}: a fact is missing", tier.earliest),
        (None, _) => "At the next upgrade".to_owned(),
    }
}

/// The records of which nobody can tell, by name.
pub(crate) fn perhaps(card: &Card) -> String {
    let names: Vec<&str> = card.perhaps.iter().take(NAMES).map(|closed| closed.name.as_str()).collect();
    let more = card.perhaps.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("Perhaps also, nobody can tell from the records: {}{more}", names.join(", "))
}

/// One advisory of a card, in a line.
pub(crate) fn closed(closed: &Closed) -> String {
    let mut text = closed.name.clone();
    if closed.id != closed.name {
        text.push_str(&format!(" ({})", closed.id));
    }
    // A record without a title of its own has its id for one.
    if !closed.summary.is_empty() && closed.summary != closed.name && closed.summary != closed.id {
        text.push_str(&format!(": {}", plain(closed.summary.trim_end_matches('.'), SUMMARY)));
    }
    let mut facts = Vec::new();
    if let Some(kev) = &closed.kev {
        let ransomware = if kev.ransomware == Answer::Yes { ", ransomware" } else { "" };
        facts.push(format!("KEV {}{ransomware}", kev.added));
    }
    if let Some(score) = closed.score {
        facts.push(format!("CVSS {score:.1}"));
    }
    if !closed.fixed.is_empty() {
        facts.push(format!("fixed in {}", closed.fixed.iter().take(4).cloned().collect::<Vec<_>>().join(", ")));
    } else if closed.touch == Touch::Affected {
        facts.push("no fixed version named".to_owned());
    }
    if !facts.is_empty() {
        text.push_str(&format!(" [{}]", facts.join("; ")));
    }
    text
}
