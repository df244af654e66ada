//! One card: a sheet of paper that one person can work from.

use maud::{Markup, html};

use super::{overview, words};
use crate::card::{Card, CardKind, Step, Ticket};
use crate::due::capital;
use crate::names;
use crate::text::{and, count};

/// Most advisories that a card lists in full.
const CLOSES: usize = 4;
/// Most further ones that it names.
const NAMES: usize = 6;

pub(super) fn card(card: &Card, directive: &str) -> Markup {
    let heading = format!("t-{}", card.id);
    let find_out = card.kind == CardKind::FindOut;
    html! {
        article #(card.id) class={ "card " (card.kind.as_str()) } aria-labelledby=(heading) {
            header {
                p.kind {
                    @if find_out { span.mark.ask aria-hidden="true" { "?" } } @else { span class=(overview::mark_of(card)) aria-hidden="true" {} }
                    (card.kind.words())
                    span.apart { ", " }
                    span.id { (card.id) }
                }
                h3 #(heading) { (card.title) }
                p.when {
                    strong { @if find_out { "If affected: " (overview::days(&card.due.short)) } @else { (overview::days(&capital(&card.due.short))) } }
                    span.apart { ". " }
                    span.muted { (card.due.term) ", by " (directive) }
                }
                dl.facts {
                    @if !card.place.is_empty() { div { dt { "Where" } dd { (card.place) } } }
                    @if !card.installed.is_empty() { div { dt { "Installed" } dd { (and(&card.installed)) } } }
                    @if let Some(who) = &card.patched_by { div { dt { "Patched by" } dd { (who) } } }
                    div { dt { "From list" } dd { (names::list(&card.inventory)) } }
                }
            }
            @if let Some(note) = &card.reported_note { p.said { (note) } }
            div.why {
                h4 { "Why now" }
                p { (card.why) }
                p.muted { @if find_out { "If it is affected. " } (card.due.words) }
                p.muted.order { (words::order(card)) }
                @if let Some(slot) = words::slot(card) { p.muted.order { (slot) } }
            }
            @if !card.first.is_empty() {
                div.first {
                    h4 { "First" }
                    (list(&card.first))
                    @if let Some(before) = &card.after { p { a href={ "#" (before) } { "The look before this update" } } }
                }
            }
            div.do { h4 { "Steps" } (list(&card.steps)) }
            dl.plain {
                div { dt { "How long" } dd { (card.effort) } }
                div { dt { "Restart" } dd { (card.reboot) } }
                div { dt { "How sure" } dd { (card.certainty) } }
            }
            @if let Some(ticket) = &card.ticket { (letter(ticket)) }
            div.pair {
                @if !card.instead.is_empty() {
                    div { h4 { @if card.kind == CardKind::Ticket { "If it cannot be updated now" } @else { "If you cannot update" } } (list(&card.instead)) }
                }
                div {
                    @if !card.undo.is_empty() { h4 { "How to undo it" } (list(&card.undo)) }
                    h4 { "How to check it" } (list(&card.check))
                }
            }
            // The look's records are those of its update, which is the next card.
            @if card.kind != CardKind::Triage { (closes(card)) }
            ul.ticks aria-label="To tick by hand" {
                li { span.box aria-hidden="true" {} "read" }
                li { span.box aria-hidden="true" {} "set for" span.blank {} }
                li { span.box aria-hidden="true" {} "done on" span.blank {} }
                li { span.box aria-hidden="true" {} "seen by a scan" }
                li { span.box aria-hidden="true" {} "put off. Why:" span.blank.wide {} }
                li { "What guards it until then:" span.blank.wide {} }
                li { "Look again on:" span.blank {} }
                li { "By:" span.blank {} }
            }
        }
    }
}

fn list(steps: &[Step]) -> Markup {
    let item = |step: &Step| {
        html! { (step.text) @if let Some(command) = &step.command { pre { code { (command) } } } }
    };
    html! {
        @match steps {
            [one] => p { (item(one)) },
            steps => ol { @for step in steps { li { (item(step)) } } },
        }
    }
}

fn letter(ticket: &Ticket) -> Markup {
    html! {
        div.letter {
            h4 { "Text for " (ticket.to) }
            blockquote {
                p { strong { (ticket.subject) } }
                @for paragraph in &ticket.body { p { (paragraph) } }
            }
        }
    }
}

fn closes(card: &Card) -> Markup {
    let heading = if card.kind == CardKind::FindOut { "Could be" } else { "Closes" };
    let rest = card.closes.get(CLOSES..).unwrap_or_default();
    let names: Vec<&str> = rest.iter().take(NAMES).map(|closed| closed.name.as_str()).collect();
    html! {
        div.pair.closes {
            div {
                h4 { (heading) " " (count(card.closes.len(), "record", "records")) }
                ul { @for closed in card.closes.iter().take(CLOSES) { li { (words::closed(closed)) } } }
                @if !names.is_empty() {
                    p.muted { "and " (names.join(", ")) @if rest.len() > NAMES { ", and " (rest.len() - NAMES) " more" } }
                }
                @if !card.perhaps.is_empty() { p.muted { (words::perhaps(card)) "." } }
            }
            @if !card.references.is_empty() {
                div {
                    h4 { "Read" }
                    ul.links { @for address in &card.references { li { a href=(address) rel="noreferrer noopener" { (address) } } } }
                }
            }
        }
    }
}
