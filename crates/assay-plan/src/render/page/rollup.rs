//! The table over many sites as one page, for whoever plans for them.

use assay_clock::Zone;
use maud::{DOCTYPE, PreEscaped, html};

use super::{POLICY, STYLE};
use crate::rollup::RollUp;
use crate::text::count;

/// Most sites that the page lists; all of them are in the CSV.
const ROWS: usize = 1_000;
/// Most advisories that the page lists.
const ADVISORIES: usize = 25;

/// The page.
pub fn rollup(rollup: &RollUp, zone: &Zone) -> String {
    let title = format!("Update plan over {}", count(rollup.sites.len(), "site", "sites"));
    let planned = rollup.sites.iter().filter(|site| site.next.is_some() || !site.basis.is_empty()).count();
    let total = rollup.total;
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
                    p.made { "Made " time datetime=(rollup.made) { (zone.words(rollup.made)) } " by " (rollup.operator) }
                    h1 { (title) }
                    p.lead {
                        (planned) " planned: " (count(total.updates, "update", "updates")) " with a date, "
                        (total.exploited) " of them known to be exploited, " (total.overdue) " overdue, "
                        (total.deferred) " waiting by decision."
                    }
                }
                main {
                    section #cards tabindex="-1" aria-labelledby="h-sites" {
                        h2 #h-sites { "Sites" }
                        div.sheet tabindex="0" role="region" aria-label="Table of sites" {
                            table {
                                thead { tr {
                                    th scope="col" { "Site" }
                                    @for heading in ["Updates", "Exploited", "Within 3 days", "Overdue", "Waiting", "To find out"] { th.number scope="col" { (heading) } }
                                    th scope="col" { "Next" }
                                } }
                                tbody {
                                    @for site in rollup.sites.iter().take(ROWS) {
                                        tr {
                                            th scope="row" {
                                                @let name = if site.name.is_empty() { &site.id } else { &site.name };
                                                // Its own page lies in its folder; the id was checked to be a plain name.
                                                @if site.basis.is_empty() { (name) } @else { a href={ (site.id) "/plan.html" } { (name) } }
                                            }
                                            @if site.basis.is_empty() {
                                                td colspan="7" { (site.state) }
                                            } @else {
                                                @for number in [site.counts.updates, site.counts.exploited, site.counts.within_three_days, site.counts.overdue, site.counts.deferred, site.counts.find_out] {
                                                    td.number { (number) }
                                                }
                                                td { @match site.next { Some(next) => { (zone.short_day_words(next)) ": " (site.first) }, None => "no date" } }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                        @if rollup.sites.len() > ROWS { p.muted { "and " (rollup.sites.len() - ROWS) " more, in the CSV" } }
                    }
                    @if !rollup.advisories.is_empty() {
                        section.register aria-labelledby="h-advisories" {
                            h2 #h-advisories { "At most sites" }
                            ul {
                                @for row in rollup.advisories.iter().take(ADVISORIES) {
                                    li { (row.advisory) ": " (count(row.sites, "site", "sites")) @if row.kev { ", known to be exploited" } }
                                }
                            }
                        }
                    }
                    @if !rollup.deferrals.is_empty() {
                        section.register aria-labelledby="h-deferrals" {
                            h2 #h-deferrals { "Waiting by decision" }
                            ul {
                                @for row in rollup.deferrals.iter().take(ROWS) {
                                    li { strong { (row.title) } " " span.muted { (row.site) } br; "By " (row.by) ". Why: " (row.why) ". Instead: " (row.control) ". Review: " (row.review) "." }
                                }
                            }
                        }
                    }
                }
                footer { p { "Each site's own page lies in its folder and holds nothing of another's. Made on this computer by Assay; nothing left it." } }
            }
        }
    }
    .into_string()
}
