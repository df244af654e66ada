//! A plan as one self-contained page: no script, nothing fetched, light and
//! dark, a card on a sheet when printed, and an order that can be read aloud.
//!
//! Everything from outside is escaped by construction (maud), and was cleared
//! of characters that act before; the page also forbids scripts and fetches
//! to itself, should both ever fail.

mod card;
mod overview;
mod rollup;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words;
use crate::plan::Plan;

pub use rollup::rollup;

const STYLE: &str = include_str!("style.css");
/// The page may style itself and nothing else: no script, no fetch, no form, no base.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Most cards that are written out; the others stand in the overview.
const WHOLE: usize = 100;

/// The page.
pub fn html(plan: &Plan) -> String {
    page(plan).into_string()
}

fn page(plan: &Plan) -> Markup {
    let title = if plan.organisation.is_empty() {
        "Update plan".to_owned()
    } else {
        format!("Update plan for {}", plan.organisation)
    };
    let cut = plan.cards.len().saturating_sub(WHOLE) + plan.find_out.len().saturating_sub(WHOLE);
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
                a.skip href="#cards" { "Skip to the cards" }
                header.top {
                    p.made { "Made " time datetime=(plan.made) { (words::made(plan)) } }
                    h1 { (title) }
                    p.lead { (words::summary(plan)) }
                    @if let Some(uptake) = &plan.uptake { p.uptake { (uptake.words()) } }
                    (overview::tonight(plan))
                }
                main {
                    (overview::notes(plan))
                    (overview::moved(plan))
                    (overview::agenda(plan))
                    (overview::questions(plan))
                    (overview::ended(plan))
                    div #cards tabindex="-1" {
                        @if !plan.cards.is_empty() {
                            section.cards aria-labelledby="h-cards" {
                                h2 #h-cards { "Cards" }
                                @for card in plan.cards.iter().take(WHOLE) { (card::card(card, &plan.directive.short)) }
                            }
                        }
                        @if !plan.find_out.is_empty() {
                            section.cards aria-labelledby="h-find-out" {
                                h2 #h-find-out { "To find out" }
                                @for card in plan.find_out.iter().take(WHOLE) { (card::card(card, &plan.directive.short)) }
                            }
                        }
                        @if cut > 0 {
                            p.cut { (cut) " more stand in the overview above; all of them are in the JSON of this plan." }
                        }
                    }
                    (overview::deferred(plan))
                    (overview::later(plan))
                    (overview::left_off(plan))
                }
                footer {
                    (overview::for_the_runner(plan))
                    p { "Terms from " (plan.directive.short) ", version " (plan.directive.version) " of its data, " (plan.directive.source) ". " (words::basis(plan)) "." }
                    p { "Made on this computer by Assay from the lists and records that it was given; nothing left it. It states what the records say, and no legal conclusion." }
                }
            }
        }
    }
}
