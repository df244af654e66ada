//! The first sheet: what there is to do, in order, and what to find out.

use std::collections::HashSet;

use maud::{Markup, html};

use super::{WHOLE, words};
use crate::card::{Card, CardKind};
use crate::names;
use crate::plan::Plan;
use crate::rank::Tier;
use crate::text::count;
use crate::{left_off, moved};

/// Most rows of a list that nobody works through today.
const ROWS: usize = 200;

/// The shape of a card: its tier's, unless its month is a later one.
pub(super) fn mark_of(card: &Card) -> &'static str {
    if card.slot.as_ref().is_some_and(|slot| slot.month > 0) { "mark ring" } else { mark(card.rank.tier) }
}

/// A shape for a tier, so that colour is never the only sign: the word stands beside it.
fn mark(tier: Tier) -> &'static str {
    match (tier.earliest.days(), tier.open) {
        (Some(0..=3), false) => "mark full now",
        (Some(0..=3), true) => "mark half now",
        (Some(_), false) => "mark full soon",
        (Some(_), true) => "mark half soon",
        (None, _) => "mark ring",
    }
}

pub(super) fn notes(plan: &Plan) -> Markup {
    html! {
        @if !plan.notes.is_empty() {
            section.notes aria-labelledby="h-notes" {
                h2 #h-notes { "Before you read" }
                ul { @for note in &plan.notes { li { (note) } } }
            }
        }
    }
}

pub(super) fn agenda(plan: &Plan) -> Markup {
    if plan.cards.is_empty() && plan.find_out.is_empty() {
        return html! {
            section aria-labelledby="h-agenda" {
                h2 #h-agenda { "What to do, in this order" }
                p { "Nothing, by the records at hand." }
            }
        };
    }
    let ids: HashSet<&str> = [&plan.cards, &plan.find_out]
        .into_iter()
        .flat_map(|cards| cards.iter().take(WHOLE))
        .map(|card| card.id.as_str())
        .collect();
    let written = |card: &Card| ids.contains(card.id.as_str());
    let (tiers, beyond) = plan.agenda();
    html! {
        section.agenda aria-labelledby="h-agenda" {
            h2 #h-agenda { "What to do, in this order" }
            @for (tier, cards) in tiers {
                h3 { span class=(mark(tier)) aria-hidden="true" {} (words::tier(tier)) span.apart { ", " } span.many { (count(cards.len(), "card", "cards")) } }
                ol { @for card in cards { (row(card, written(card))) } }
            }
            @if !beyond.is_empty() {
                h3 { span class="mark ring" aria-hidden="true" {} (words::BEYOND) span.apart { ", " } span.many { (count(beyond.len(), "card", "cards")) } }
                ol { @for card in beyond.iter().take(ROWS) { (row(card, written(card))) } }
                @if beyond.len() > ROWS { p.muted { "and " (beyond.len() - ROWS) " more, in the JSON of this plan" } }
            }
            @if !plan.find_out.is_empty() {
                h3 { span.mark.ask aria-hidden="true" { "?" } "Find out first: nobody can tell yet" span.apart { ", " } span.many { (count(plan.find_out.len(), "card", "cards")) } }
                ol { @for card in &plan.find_out { (row(card, written(card))) } }
            }
        }
    }
}

/// A date in pieces that do not break: a line ends between them or nowhere.
pub(super) fn days(short: &str) -> Markup {
    let pieces: Vec<&str> = short.split_inclusive(", ").collect();
    html! { @for piece in pieces { span.day { (piece.trim_end()) } @if piece.ends_with(' ') { " " } } }
}

/// The first three, to be found without reading on.
pub(super) fn tonight(plan: &Plan) -> Markup {
    let first: Vec<&Card> = plan.cards.iter().take(3).collect();
    let Some(urgent) = first.first() else { return html! {} };
    let now = urgent.rank.tier.earliest.days().is_some_and(|days| days <= 3);
    let these = match first.len() {
        1 => "this one",
        2 => "these two",
        _ => "these three",
    };
    html! {
        p.tonight {
            strong { @if now { "Tonight: " } @else { "First: " } (these) "." }
            @for (at, card) in first.iter().enumerate() {
                " " a href={ "#" (card.id) } { (at + 1) ". " (card.title) }
            }
        }
    }
}

fn row(card: &Card, written: bool) -> Markup {
    html! {
        li {
            span.box aria-hidden="true" {}
            @if written { a href={ "#" (card.id) } { (card.title) } } @else { span { (card.title) } }
            span.apart { ", " }
            span.where { @if !card.place.is_empty() { (card.place) } @else { (names::list(&card.inventory)) } }
            span.apart { ", " }
            span.when {
                @if card.kind == CardKind::FindOut { span.day { "if affected:" } " " }
                (days(&card.due.short))
                @if let Some(month) = words::month(card) { " " span.turn { (month) } }
            }
            @if let Some(note) = &card.reported_note { span.apart { ". " } span.said { (note) } }
        }
    }
}

pub(super) fn questions(plan: &Plan) -> Markup {
    html! {
        @if !plan.questions.is_empty() {
            section.questions aria-labelledby="h-questions" {
                h2 #h-questions { "Answers that would settle most" }
                ul {
                    @for question in plan.questions.iter().take(12) {
                        li { strong { (question.asks) } " " span.muted { (question.worth()) "; " (question.answer_goes) } }
                    }
                }
            }
        }
    }
}

pub(super) fn moved(plan: &Plan) -> Markup {
    html! {
        @if !plan.moved.is_empty() {
            section.ended aria-labelledby="h-moved" {
                h2 #h-moved { (moved::heading(plan)) }
                ul { @for one in plan.moved.iter().take(ROWS) { li { strong { (one.title) } " " span.muted { (one.words) } } } }
                @if plan.moved.len() > ROWS { p.muted { "and " (plan.moved.len() - ROWS) " more, in the JSON of this plan" } }
            }
        }
    }
}

/// What VEX statements took off the list: it is on no card, and nobody has to find that out by its absence.
pub(super) fn left_off(plan: &Plan) -> Markup {
    html! {
        @if !plan.left_off.is_empty() {
            section.register aria-labelledby="h-left-off" {
                h2 #h-left-off { (left_off::heading(plan)) }
                p.muted { "Somebody says that these are not affected, or have the fix. It is that author\u{2019}s word; nothing was tried." }
                ul {
                    @for one in plan.left_off.iter().take(ROWS) {
                        li { strong { (one.thing) } " " span.muted { (one.place) } " " (one.id) ": " (one.why) }
                    }
                }
                @if plan.left_off.len() > ROWS { p.muted { "and " (plan.left_off.len() - ROWS) " more, in the JSON of this plan" } }
            }
        }
    }
}

pub(super) fn ended(plan: &Plan) -> Markup {
    let mut groups: Vec<(crate::done::Ending, Vec<&crate::done::Ended>)> = Vec::new();
    for one in &plan.ended {
        match groups.last_mut() {
            Some((ending, list)) if *ending == one.ending => list.push(one),
            _ => groups.push((one.ending, vec![one])),
        }
    }
    html! {
        @if !groups.is_empty() {
            section.ended aria-labelledby="h-ended" {
                h2 #h-ended { "Since the last plan" }
                @for (ending, list) in groups {
                    h3 { (ending.words()) }
                    ul { @for one in list.iter().take(ROWS) { li { strong { (one.title) } " " span.muted { (one.why) } } } }
                    @if list.len() > ROWS { p.muted { "and " (list.len() - ROWS) " more, in the JSON of this plan" } }
                }
            }
        }
    }
}

/// What the options are called, for the one person who has to know.
pub(super) fn for_the_runner(plan: &Plan) -> Markup {
    let notes = words::for_the_runner(plan);
    html! {
        @if !notes.is_empty() {
            h2 { "For whoever runs the tool" }
            ul { @for note in notes { li { (note) } } }
        }
    }
}

pub(super) fn deferred(plan: &Plan) -> Markup {
    html! {
        @if !plan.deferred.is_empty() {
            section.register aria-labelledby="h-deferred" {
                h2 #h-deferred { "Waiting by decision" }
                ul {
                    @for card in plan.deferred.iter().take(ROWS) {
                        li {
                            strong { (card.title) } " " span.muted { (card.place) }
                            @if let Some(note) = &card.reported_note { br; (note) }
                            @if let Some(report) = &card.reported { " Why: " (report.why) ". Instead: " (report.control) "." }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn later(plan: &Plan) -> Markup {
    html! {
        @if !plan.later.is_empty() {
            section.register aria-labelledby="h-later" {
                h2 #h-later { "At the next upgrade" }
                p.muted { "Certain to have no date: every fact that could change it is known, or changes nothing." }
                ul { @for card in plan.later.iter().take(ROWS) { li { (card.title) " " span.muted { (card.place) } } } }
                @if plan.later.len() > ROWS { p.muted { "and " (plan.later.len() - ROWS) " more, in the JSON of this plan" } }
            }
        }
    }
}
