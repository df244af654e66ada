//! The things of a scan, for people: what to do about each, how urgent it is,
//! and why it matched. The most urgent come first and in full; of the others, a
//! line each, so that nobody is handed a wall of text.

use anstyle::AnsiColor;
use assay_exposures::fact;
use assay_exposures::group::{self, Group};
use assay_inventory::component::{Component, What};
use assay_match::exposure::{Certainty, Exposure, Touch};
use assay_plan::Remedy;

use super::fold::paragraph;
use super::words::count;
use super::{bold, dim, paint, plain};
use crate::scan_input::Scanned;

/// Affected things that are shown in full without `--all`, and things that cannot be told.
const AFFECTED: usize = 10;
const OPEN: usize = 4;
/// Things behind those that have a line each without `--all`.
const LISTED: usize = 40;
/// Places of one thing that are named without `--all`.
const PLACES: usize = 3;
/// Records of one thing that are named by id behind the first.
const NAMED: usize = 4;

/// Every thing that a record names, by its answer.
pub fn things(out: &mut String, scanned: &Scanned, all: bool) {
    let groups = group::groups(&scanned.exposures);
    let said = Said { scanned, all };
    section(out, "Affected", &groups, Touch::Affected, &said);
    section(out, "Cannot be told", &groups, Touch::CannotTell, &said);
    section(out, "Not affected", &groups, Touch::NotAffected, &said);
}

/// What a thing's lines are made of beside the thing.
struct Said<'a> {
    scanned: &'a Scanned,
    all: bool,
}

/// The things whose answer this is, the most urgent first.
fn section(out: &mut String, title: &str, groups: &[Group<'_>], touch: Touch, said: &Said<'_>) {
    let groups: Vec<&Group<'_>> = groups.iter().filter(|group| group.touch == touch).collect();
    if groups.is_empty() {
        return;
    }
    let places: usize = groups.iter().map(|group| group.places.len()).sum();
    let number = match places == groups.len() {
        true => groups.len().to_string(),
        false => format!("{}, in {places} places", groups.len()),
    };
    let order = if groups.len() > 1 && touch != Touch::NotAffected { ", the most urgent first" } else { "" };
    out.push_str(&format!("\n{}{order}\n", bold(&format!("{title} ({number})"))));
    let full = match touch {
        _ if said.all => groups.len(),
        Touch::Affected => AFFECTED,
        Touch::CannotTell | Touch::NotAffected => OPEN,
    };
    for group in groups.iter().take(full) {
        one(out, group, said);
    }
    let rest = groups.get(full..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let of_each = match touch {
        Touch::CannotTell => ": of each, compare the version with the vendor's advisory",
        Touch::Affected | Touch::NotAffected => "",
    };
    out.push_str(&format!("\n  {}{of_each}\n", count(rest.len(), "less urgent thing")));
    for group in rest.iter().take(LISTED) {
        in_a_line(out, group);
    }
    if rest.len() > LISTED {
        out.push_str(&format!("    and {} more; `--all` lists them\n", rest.len() - LISTED));
    }
}

/// One thing: what to do, and the most urgent record in full.
fn one(out: &mut String, group: &Group<'_>, said: &Said<'_>) {
    out.push_str(&format!("\n  {}\n", bold(&plain::line(&group.title(), 300))));
    let shown = if said.all { group.places.len() } else { PLACES };
    for found in group.places.iter().take(shown) {
        let site = match found.words() {
            words if words.is_empty() => words,
            words => format!(", {words}"),
        };
        let place = place(said.scanned, found.inventory, found.at);
        out.push_str(&format!("    {}\n", dim(&format!("{place}{site}"))));
    }
    if group.places.len() > shown {
        out.push_str(&format!("    {}\n", dim(&format!("and {} more places", group.places.len() - shown))));
    }
    if !group.packages.is_empty() {
        out.push_str(&paragraph("    ", &group.packages_words(if said.all { usize::MAX } else { 6 })));
    }
    if let Some(remedy) = Remedy::of(&group.exposures) {
        out.push_str(&paragraph("    Do  ", &plain::line(&remedy.words, 600)));
        if let Some(command) = &remedy.command {
            // Not folded: it is to be copied.
            out.push_str(&format!("        $ {}\n", plain::line(command, 1_000)));
        }
    }
    let (these, others): (Vec<&Exposure>, Vec<&Exposure>) =
        group.records.iter().copied().partition(|exposure| exposure.touch == group.touch);
    if said.all {
        these.iter().chain(&others).for_each(|exposure| record(out, exposure, said));
        return;
    }
    let Some((first, more)) = these.split_first() else { return };
    record(out, first, said);
    if !more.is_empty() {
        let mut ids: Vec<String> = more.iter().take(NAMED).map(|one| plain::line(&one.advisory.id, 80)).collect();
        if more.len() > NAMED {
            ids.push("...".to_owned());
        }
        let text = format!("and {}{}: {}", count(more.len(), "more record"), exploited(more), ids.join(", "));
        out.push_str(&paragraph("    ", &text));
    }
    let open: Vec<_> = others.into_iter().filter(|exposure| exposure.touch == Touch::CannotTell).collect();
    if !open.is_empty() {
        let verb = if open.len() == 1 { "names it and cannot tell" } else { "name it and cannot tell" };
        let text = format!("{} {verb}{}", count(open.len(), "other record"), exploited(&open));
        out.push_str(&paragraph("    ", &text));
    }
}

/// One thing in a line: where, how urgent, what to do.
fn in_a_line(out: &mut String, group: &Group<'_>) {
    let Some(first) = group.first() else { return };
    let site = match group.places.first().map(|place| plain::line(place.site, 60)) {
        Some(site) if !site.is_empty() => format!(" [{site}]"),
        _ => String::new(),
    };
    let exploited = group.answering().any(|one| one.advisory.kev.is_some());
    let remedy = match (group.touch, &first.component.version) {
        // The line above them says it of all.
        (Touch::CannotTell, Some(_)) => String::new(),
        _ => Remedy::of(&group.exposures).map(|remedy| plain::line(&remedy.words, 110)).unwrap_or_default(),
    };
    let mut words = vec![if exploited { "Known to be exploited.".to_owned() } else { String::new() }, remedy];
    words.retain(|word| !word.is_empty());
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(" ")) };
    out.push_str(&paragraph("    - ", &format!("{}{site}{words}", plain::line(&group.title(), 300))));
}

/// `, 3 of them known to be exploited`.
fn exploited(of: &[&Exposure]) -> String {
    match of.iter().filter(|exposure| exposure.advisory.kev.is_some()).count() {
        0 => String::new(),
        n if n == of.len() && n == 1 => ", known to be exploited".to_owned(),
        n if n == of.len() => ", all known to be exploited".to_owned(),
        n => format!(", {n} of them known to be exploited"),
    }
}

/// `openssl 3.0.1`, `Fortinet FortiOS, no version given`.
pub fn thing(component: &Component) -> String {
    let name = match &component.what {
        What::Package { name, .. } => name.clone(),
        What::Product { vendor, product } if vendor.is_empty() => product.clone(),
        What::Product { vendor, product } => format!("{vendor} {product}"),
    };
    match component.version.as_deref() {
        Some(version) => plain::line(&format!("{name} {version}"), 200),
        None => format!("{}, no version given", plain::line(&name, 200)),
    }
}

/// One record: its facts on one line, what it is about, and why it matched.
fn record(out: &mut String, exposure: &Exposure, said: &Said<'_>) {
    let advisory = &exposure.advisory;
    let mut marks = if said.all { fact::clauses(advisory) } else { fact::urgent(advisory) };
    if let (Some(first), true) = (marks.first_mut(), advisory.kev.is_some()) {
        *first = paint(AnsiColor::Red, first);
    }
    if exposure.touch == Touch::Affected {
        marks.push(fact::fix(exposure));
    }
    if exposure.certainty == Certainty::Likely {
        marks.push("likely this product".to_owned());
    }
    let id = plain::line(&advisory.id, 80);
    out.push_str(&paragraph(&format!("    {id}{}", if marks.is_empty() { "" } else { "  " }), &marks.join(", ")));
    if !advisory.summary.is_empty() {
        out.push_str(&paragraph("      ", &plain::line(&advisory.summary, 200)));
    }
    out.push_str(&paragraph("      Why  ", &plain::line(&exposure.why, 600)));
    if said.all {
        // What else the advisory says; the first line has what matters most.
        for remedy in &exposure.remedies {
            out.push_str(&paragraph("      It says  ", &plain::line(&remedy.text, 400)));
        }
    }
    if let Some(told) = said.scanned.told.iter().find(|told| told.is_about(exposure)) {
        out.push_str(&paragraph("      VEX  ", &plain::line(&told.by.why, 600)));
    }
}

/// Where a thing stands; the inventory's name only where there are several.
pub fn place(scanned: &Scanned, inventory: &str, at: &str) -> String {
    match scanned.inventories.as_slice() {
        [_] => plain::line(at, 300),
        _ => plain::line(&format!("{inventory}, {at}"), 300),
    }
}
