//! The answer as one self-contained page: no script, nothing fetched, light and
//! dark, printable, and an order that can be read aloud.

use assay_match::exposure::{Certainty, Exposure, Touch};
use assay_plan::Remedy;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::answer::Answer;
use crate::group::{self, Group};
use crate::{fact, plain, product};

const STYLE: &str = include_str!("page.css");
/// The page may style itself and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Groups that are written out. A page of more is read by nobody; the JSON has all.
const WHOLE: usize = 300;
/// Records of one group that are written out.
const RECORDS: usize = 50;
/// Records of one group that are shown before anybody asks for more; on paper these are all.
const OPEN: usize = 3;
/// Places of one group that are named.
const PLACES: usize = 12;

/// The page.
pub fn html(answer: &Answer<'_>) -> String {
    let groups = group::groups(answer.exposures);
    let of = |touch: Touch| groups.iter().filter(move |group| group.touch == touch).collect::<Vec<_>>();
    let made = answer.made.to_jiff().strftime("%-d %B %Y, %H:%M UTC").to_string();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { "What is affected" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#answer" { "Skip to the answer" }
                header {
                    p.made { "Made " time datetime=(answer.made) { (made) } " by Assay " (answer.version) }
                    h1 { "What is affected" }
                    p.lead { (answer.sentence) }
                    (stale(answer))
                }
                main #answer tabindex="-1" {
                    (section("affected", "Affected, the most urgent first", &of(Touch::Affected), answer))
                    (section("cannot-tell", "Cannot be told", &of(Touch::CannotTell), answer))
                    (suppressed(answer))
                    (notices(answer))
                    (section("not-affected", "Not affected", &of(Touch::NotAffected), answer))
                    (sources(answer))
                }
                footer {
                    p { "By when, in which order and with which steps: " code { "assay plan" } " with the same lists makes pages to print." }
                    p { "Every answer rests on the version in the inventory and on the records named above, and nothing was sent anywhere. That no record names a thing is not the same as not affected." }
                }
            }
        }
    }
    .into_string()
}

fn stale(answer: &Answer<'_>) -> Markup {
    let old: Vec<String> = answer
        .sources
        .iter()
        .filter(|source| source.age.stale)
        .map(|source| format!("{} ({})", source.feed, source.age.words))
        .collect();
    html! {
        @if !old.is_empty() {
            p.note { strong { "Old records: " } (old.join(", ")) ". What was found since then is not in this answer." }
        }
    }
}

fn section(id: &str, title: &str, groups: &[&Group<'_>], answer: &Answer<'_>) -> Markup {
    html! {
        @if !groups.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) " (" (groups.len()) ")" }
                @for group in groups.iter().take(WHOLE) { (one(group, answer)) }
                @if groups.len() > WHOLE {
                    p { "And " (groups.len() - WHOLE) " more, which are less urgent: " code { "assay scan --format json" } " has all." }
                }
            }
        }
    }
}

fn one(group: &Group<'_>, answer: &Answer<'_>) -> Markup {
    let certainty = group.answering().any(|one| one.certainty == Certainty::Likely);
    let exploited = group.answering().any(|one| one.advisory.kev.is_some());
    let (shown, more) = group.records.split_at(group.answering().count().min(OPEN));
    html! {
        article {
            h3 {
                (group.title())
                @if exploited { " " span.now { "known to be exploited" } }
            }
            p.where { (places(group, answer)) }
            @if !group.packages.is_empty() { p.where { (group.packages_words(40)) } }
            @if let Some(remedy) = Remedy::of(&group.exposures) {
                p.do { (plain::line(&remedy.words, 600)) }
                @if let Some(command) = &remedy.command { pre tabindex="0" { code { (plain::line(command, 1_000)) } } }
            }
            @if certainty { p.doubt { (fact::certainty(Certainty::Likely)) } }
            ul.records { @for exposure in shown { (record(exposure, group.touch, answer)) } }
            @if !more.is_empty() {
                details {
                    summary { (further(more)) }
                    ul.records { @for exposure in more.iter().take(RECORDS) { (record(exposure, group.touch, answer)) } }
                    @if more.len() > RECORDS { p { "And " (more.len() - RECORDS) " more records: " code { "assay scan --format json" } " has all." } }
                }
            }
        }
    }
}

/// `13 more records, 11 of them known to be exploited`.
fn further(more: &[&Exposure]) -> String {
    let records = if more.len() == 1 { "1 more record".to_owned() } else { format!("{} more records", more.len()) };
    match more.iter().filter(|one| one.advisory.kev.is_some()).count() {
        0 => records,
        n if n == more.len() => format!("{records}, known to be exploited"),
        n => format!("{records}, {n} of them known to be exploited"),
    }
}

fn record(exposure: &Exposure, touch: Touch, answer: &Answer<'_>) -> Markup {
    let advisory = &exposure.advisory;
    let facts = fact::clauses(advisory).join(", ");
    html! {
        li {
            p {
                strong { @match advisory.references.iter().find_map(|page| plain::address(page)) {
                    Some(page) => { a href=(page) { (plain::line(&advisory.id, 80)) } },
                    None => { (plain::line(&advisory.id, 80)) },
                } }
                @if exposure.touch != touch { " (" (fact::touch(exposure.touch)) ")" }
                @if !advisory.summary.is_empty() { ": " (plain::line(&advisory.summary, 300)) }
            }
            @if !facts.is_empty() { p.facts { (upper(&facts)) "." } }
            p.why {
                (plain::line(&exposure.why, 600))
                @if exposure.touch == Touch::Affected { " " (upper(&fact::fix(exposure))) "." }
            }
            @if let Some(told) = answer.told(exposure) { p.said { "VEX: " (plain::line(&told.by.why, 600)) } }
        }
    }
}

/// Where it stands; the inventory's name only where there are several.
fn places(group: &Group<'_>, answer: &Answer<'_>) -> String {
    let one_list = answer.inventories.len() < 2;
    let named: Vec<String> = group
        .places
        .iter()
        .take(PLACES)
        .map(|place| {
            let site = match place.words() {
                site if site.is_empty() => site,
                site => format!(" ({site})"),
            };
            let at = plain::line(place.at, 100);
            if one_list { format!("{at}{site}") } else { format!("{}, {at}{site}", plain::line(place.inventory, 200)) }
        })
        .collect();
    let more = group.places.len().saturating_sub(PLACES);
    let more = if more > 0 { format!("; and {more} more places") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

fn suppressed(answer: &Answer<'_>) -> Markup {
    html! {
        @if !answer.suppressed.is_empty() {
            section aria-labelledby="by-vex" {
                h2 #by-vex { "Taken off the list by a VEX statement (" (answer.suppressed.len()) ")" }
                p { "Somebody says that these are not affected, or have the fix. It is that author's word; nothing was tried." }
                ul.records {
                    @for one in answer.suppressed.iter().take(WHOLE) {
                        li {
                            p { strong { (product::thing(&one.exposure.component)) } ", " (plain::line(&one.exposure.advisory.id, 80)) }
                            p.said { (plain::line(&one.by.why, 600)) }
                        }
                    }
                }
                @if answer.suppressed.len() > WHOLE { p { "And " (answer.suppressed.len() - WHOLE) " more." } }
            }
        }
    }
}

fn notices(answer: &Answer<'_>) -> Markup {
    html! {
        @if !answer.notices.is_empty() {
            section aria-labelledby="notices" {
                h2 #notices { "Notices, which report no vulnerability (" (answer.notices.len()) ")" }
                ul.records {
                    @for one in answer.notices.iter().take(WHOLE) {
                        li { p { strong { (product::thing(&one.component)) } ", " (plain::line(&one.advisory.id, 80)) ": " (plain::line(&one.advisory.summary, 200)) } }
                    }
                }
            }
        }
    }
}

fn sources(answer: &Answer<'_>) -> Markup {
    html! {
        section aria-labelledby="rests-on" {
            h2 #rests-on { "What this rests on" }
            ul {
                @for inventory in answer.inventories.iter().take(WHOLE) {
                    li { (plain::line(&inventory.name, 300)) ": " (inventory.components.len()) " things" @if !inventory.skipped.is_empty() { ", and " (inventory.skipped.len()) " entries that could not be read" } }
                }
                @for source in answer.sources {
                    li {
                        (source.feed) ": " (source.records) " records from " (plain::line(&source.name, 300)) ", "
                        @match &source.newest { Some(day) => { "newest of " (plain::line(day, 10)) ", " }, None => {} }
                        (source.age.words) @if source.age.stale { ", which is old" }
                    }
                }
            }
        }
    }
}

/// With a capital letter.
fn upper(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().collect::<String>() + chars.as_str(),
        None => String::new(),
    }
}
