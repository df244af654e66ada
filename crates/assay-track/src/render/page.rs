//! The tracker as one self-contained page: no script, nothing fetched, light
//! and dark, printable.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::text::{due, sentence, words};
use crate::duty::{Item, Track};

const STYLE: &str = include_str!("page.css");
/// The page may style itself and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
pub fn html(track: &Track) -> String {
    let orders: Vec<&str> = track.packs.iter().map(|pack| pack.short.as_str()).collect();
    let title = format!("Duties under {}", orders.join(", "));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#duties" { "Skip to the duties" }
                header {
                    p.made { "Made " time datetime=(track.made) { (track.in_zone.words(track.made)) } }
                    h1 { (title) }
                    p.lead { (sentence(track)) }
                }
                main #duties tabindex="-1" {
                    @for pack in &track.packs {
                        section aria-labelledby=(format!("pack-{}", pack.id)) {
                            h2 id=(format!("pack-{}", pack.id)) { (pack.name) }
                            p.from {
                                "Issued " (words(pack.issued)) " by " (pack.issuer) "."
                                @if !pack.note.is_empty() { " " (pack.note) }
                            }
                            ol.items {
                                @for item in track.items.iter().filter(|item| item.pack == pack.id) {
                                    (one(track, item))
                                }
                            }
                            p.from { "Data: " (pack.source) ". Entered by " (pack.entered) "." }
                        }
                    }
                    @if !track.unused.is_empty() {
                        section {
                            h2 { "Evidence that was not used" }
                            ul { @for one in &track.unused { li { (one.evidence.duty) ", " (one.evidence.title) ": " (one.why) } } }
                        }
                    }
                }
                footer {
                    p { "A state other than unknown rests on evidence that somebody entered by name. Nothing here is a legal conclusion." }
                }
            }
        }
    }
    .into_string()
}

fn one(track: &Track, item: &Item) -> Markup {
    html! {
        li.item id=(item.id) {
            h3 { span class=(format!("state {}", item.state)) { (item.state) } " " (item.section) ": " (item.what) }
            dl {
                div { dt { "Owner" } dd { (item.owner) } }
                @if !item.with.is_empty() { div { dt { "With" } dd { (item.with.join(", ")) } } }
                div { dt { "Date" } dd {
                    @if let Some(instant) = item.due { time datetime=(instant) { (due(track, item)) } } @else { "none" }
                } }
                div { dt { "Known" } dd {
                    (item.why)
                    @if !item.unverifiable.is_empty() { " " (item.unverifiable) }
                } }
                @for one in &item.evidence {
                    div { dt { "Evidence" } dd {
                        (one.title) ", " @if one.source.starts_with("https://") { a href=(one.source) { (one.source) } } @else { (one.source) }
                        "; entered by " (one.entered_by) " on " (words(one.entered))
                        @if let Some(digest) = &one.sha256 { "; SHA-256 " code { (digest) } }
                    } }
                }
                div { dt { "Borne out" } dd { (item.certain.words()) " (" (item.sources.join(", ")) ")" } }
            }
        }
    }
}
