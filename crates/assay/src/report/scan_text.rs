//! A scan for people: the answer in one sentence, then each thing with what
//! touches it, then what the answer rests on.

use anstyle::AnsiColor;
use assay_base::Instant;
use assay_exposures::fact;
use assay_exposures::group::{self, Group};
use assay_inventory::component::{Component, What};
use assay_match::exposure::{Certainty, Exposure, Touch};

use super::fold::paragraph;
use super::grid::Grid;
use super::scan_fresh::{Freshness, feed};
use super::words::count;
use super::{bold, dim, paint, plain, scan_none, scan_vex, scan_walk};
use crate::scan_input::{Scanned, Tally};

/// Records that affect one thing, and records that cannot tell, that are shown without `--all`.
const AFFECTED: usize = 5;
const OPEN: usize = 2;
/// Places of one thing that are named without `--all`.
const PLACES: usize = 3;
/// Skipped entries, and things that no record names, that are shown without `--all`.
const LINES: usize = 10;

/// The whole answer. With `all`, nothing is left out for its length.
pub fn render(scanned: &Scanned, all: bool, now: Instant) -> String {
    let tally = scanned.tally();
    let mut out = paragraph("", &sentence(&tally));
    if let Some(why) = scan_none::unanswered(scanned) {
        out.push_str(&paragraph("", &paint(AnsiColor::Yellow, &why)));
    }
    if tally.skipped > 0 {
        let entries = if tally.skipped == 1 { "1 entry".to_owned() } else { format!("{} entries", tally.skipped) };
        let text = format!("{entries} could not be read in full, or not matched; see below.");
        out.push_str(&paragraph("", &text));
    }
    let groups = group::groups(&scanned.exposures);
    let said = Said { scanned, all };
    section(&mut out, "Affected", &groups, Touch::Affected, &said);
    section(&mut out, "Cannot be told", &groups, Touch::CannotTell, &said);
    section(&mut out, "Not affected", &groups, Touch::NotAffected, &said);
    scan_vex::suppressed(&mut out, scanned, all);
    notices(&mut out, scanned, all);
    unnamed(&mut out, scanned, all);
    skipped(&mut out, scanned, all);
    scan_walk::walked(&mut out, &scanned.looked, all);
    sources(&mut out, scanned, now);
    out
}

/// The answer in one sentence, without colours.
pub fn plain_sentence(scanned: &Scanned) -> String {
    anstream::adapter::strip_str(&sentence(&scanned.tally())).to_string()
}

/// `3 of 41 things are affected, 5 cannot be told, 12 are not affected, and no record names 21.`
fn sentence(tally: &Tally) -> String {
    let are = |n: usize| if n == 1 { "is" } else { "are" };
    let first = match tally.affected {
        0 if tally.things == 0 => return "The inventories list nothing.".to_owned(),
        0 => format!("None of {} is known to be affected", count(tally.things, "thing")),
        n => format!("{n} of {} {} affected", count(tally.things, "thing"), are(n)),
    };
    let color = match (tally.affected, tally.cannot_tell + tally.skipped) {
        // Good news only where a record gave some.
        (0, 0) if tally.not_affected > 0 => AnsiColor::Green,
        (0, _) => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let told = match tally.cannot_tell {
        0 => String::new(),
        n => format!(", {n} cannot be told"),
    };
    let not = tally.not_affected;
    let by_vex = match tally.by_vex {
        0 => String::new(),
        n => format!(", {n} {} taken off the list by VEX statements", are(n)),
    };
    let rest = format!("{by_vex}, {not} {} not affected, and no record names {}.", are(not), tally.unnamed);
    format!("{}{told}{rest}", paint(color, &first))
}

/// The things whose answer this is, the most urgent first.
fn section(out: &mut String, title: &str, groups: &[Group<'_>], touch: Touch, told: &Said<'_>) {
    let groups: Vec<&Group<'_>> = groups.iter().filter(|group| group.touch == touch).collect();
    if groups.is_empty() {
        return;
    }
    let places: usize = groups.iter().map(|group| group.places.len()).sum();
    let count = match places == groups.len() {
        true => groups.len().to_string(),
        false => format!("{}, in {places} places", groups.len()),
    };
    out.push_str(&format!("\n{}\n", bold(&format!("{title} ({count})"))));
    for group in groups {
        one(out, group, told);
    }
}

/// What a thing's lines are made of beside the thing.
struct Said<'a> {
    scanned: &'a Scanned,
    all: bool,
}

/// One thing: what to do, where it stands, and the records, the most urgent of them in full.
fn one(out: &mut String, group: &Group<'_>, said: &Said<'_>) {
    let Some(first) = group.first() else { return };
    let (scanned, all) = (said.scanned, said.all);
    let update = match group.touch {
        Touch::Affected => group::update_words(&group.update),
        Touch::CannotTell | Touch::NotAffected => String::new(),
    };
    let update = if update.is_empty() { update } else { format!(": {update}") };
    out.push_str(&format!("\n  {}{update}\n", bold(&thing(&first.component))));
    let shown = if all { group.places.len() } else { PLACES };
    for place in group.places.iter().take(shown) {
        let site = if place.site.is_empty() { String::new() } else { format!(", {}", plain::line(place.site, 100)) };
        out.push_str(&format!("    {}\n", dim(&format!("{}{site}", self::place(scanned, place.inventory, place.at)))));
    }
    if group.places.len() > shown {
        out.push_str(&format!("    {}\n", dim(&format!("and {} more places", group.places.len() - shown))));
    }
    let (these, others): (Vec<&Exposure>, Vec<&Exposure>) =
        group.records.iter().copied().partition(|exposure| exposure.touch == group.touch);
    let most = match group.touch {
        _ if all => these.len(),
        Touch::Affected => AFFECTED,
        Touch::CannotTell | Touch::NotAffected => OPEN,
    };
    for (nth, exposure) in these.iter().take(most).enumerate() {
        record(out, exposure, said, all || nth == 0);
    }
    if all {
        others.iter().for_each(|exposure| record(out, exposure, said, true));
        return;
    }
    let more = these.get(most..).unwrap_or_default();
    if !more.is_empty() {
        let text = format!("and {}{}", count(more.len(), "more record"), exploited(more));
        out.push_str(&paragraph("    ", &format!("{text}; `--all` lists them")));
    }
    let open: Vec<_> = others.into_iter().filter(|exposure| exposure.touch == Touch::CannotTell).collect();
    if !open.is_empty() {
        let verb = if open.len() == 1 { "names it and cannot tell" } else { "name it and cannot tell" };
        let text = format!("{} {verb}{}; `--all` lists them", count(open.len(), "other record"), exploited(&open));
        out.push_str(&paragraph("    ", &text));
    }
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

/// One record: its facts on one line, and in full also what it is about and why it matched.
fn record(out: &mut String, exposure: &Exposure, said: &Said<'_>, full: bool) {
    let advisory = &exposure.advisory;
    let mut marks = fact::clauses(advisory);
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
    if full {
        if !advisory.summary.is_empty() {
            out.push_str(&paragraph("      ", &plain::line(&advisory.summary, 200)));
        }
        out.push_str(&paragraph("      Why  ", &plain::line(&exposure.why, 600)));
        // Where a version with the fix is named, that is what to do.
        if let (Some(remedy), true) = (exposure.remedies.first(), exposure.fixed.is_empty()) {
            out.push_str(&paragraph("      Do   ", &plain::line(&remedy.text, 400)));
        }
    }
    if let Some(told) = said.scanned.told.iter().find(|told| told.is_about(exposure)) {
        out.push_str(&paragraph("      VEX  ", &plain::line(&told.by.why, 600)));
    }
}

/// Where a thing stands; the inventory's name only where there are several.
fn place(scanned: &Scanned, inventory: &str, at: &str) -> String {
    match scanned.inventories.as_slice() {
        [_] => plain::line(at, 300),
        _ => plain::line(&format!("{inventory}, {at}"), 300),
    }
}

/// One line each: they are for the next tidy-up, not for tonight.
fn notices(out: &mut String, scanned: &Scanned, all: bool) {
    let found = &scanned.notices;
    if found.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", bold(&format!("Notices, which report no vulnerability ({})", found.len()))));
    let most = if all { found.len() } else { LINES };
    let mut grid = Grid::default();
    for notice in found.iter().take(most) {
        grid.row([
            thing(&notice.component),
            plain::line(&notice.advisory.id, 80),
            plain::line(&notice.advisory.summary, 100),
        ]);
    }
    out.push_str(&grid.render("  "));
    more(out, found.len(), most);
}

fn unnamed(out: &mut String, scanned: &Scanned, all: bool) {
    // A lockfile has hundreds of packages that nobody ever reported; a product that nobody names is worth a look.
    let shown: Vec<_> = scanned.unnamed.iter().filter(|one| all || one.is_product).collect();
    if shown.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", bold("No record names these. That is not the same as not affected.")));
    let most = if all { shown.len() } else { LINES };
    for one in shown.iter().take(most) {
        let place = place(scanned, &one.inventory, &one.at);
        out.push_str(&format!("  {}  {}\n", plain::line(&one.thing, 200), dim(&place)));
    }
    more(out, shown.len(), most);
}

fn skipped(out: &mut String, scanned: &Scanned, all: bool) {
    let entries: Vec<_> =
        scanned.inventories.iter().flat_map(|of| of.skipped.iter().map(move |one| (&of.name, one))).collect();
    if entries.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", bold("Entries that could not be read in full, or not matched")));
    let most = if all { entries.len() } else { LINES };
    for (inventory, one) in entries.iter().take(most) {
        let text = plain::line(&format!("{}: {}", place(scanned, inventory, &one.at), one.why), 600);
        out.push_str(&paragraph("  ", &text));
    }
    more(out, entries.len(), most);
}

fn more(out: &mut String, all: usize, shown: usize) {
    if all > shown {
        out.push_str(&format!("  and {} more; `--all` lists them\n", all - shown));
    }
}

fn sources(out: &mut String, scanned: &Scanned, now: Instant) {
    out.push_str(&format!("\n{}\n", bold("The answer rests on these records")));
    let mut grid = Grid::default();
    grid.row(["feed", "records", "withdrawn", "unreadable", "newest", "from"].map(bold));
    for source in &scanned.sources {
        let freshness = Freshness::of(source, now);
        let day = source.newest.as_deref().and_then(|newest| newest.get(..10)).unwrap_or("-");
        let age = format!("{}, {}", plain::line(day, 10), freshness.words());
        grid.row([
            feed(source.feed).to_owned(),
            source.records.to_string(),
            source.withdrawn.to_string(),
            if source.skips.is_empty() {
                "0".to_owned()
            } else {
                paint(AnsiColor::Yellow, &source.skips.total.to_string())
            },
            if freshness.is_stale() { paint(AnsiColor::Yellow, &format!("{age}: stale")) } else { age },
            plain::line(&source.name, 200),
        ]);
    }
    out.push_str(&grid.render("  "));
    scan_vex::listened(out, scanned);
    for source in &scanned.sources {
        for one in source.skips.named.iter().take(3) {
            let text = plain::line(&format!("{}, {}: {}", source.name, one.at, one.why), 400);
            out.push_str(&paragraph("  unreadable  ", &text));
        }
    }
    if scanned.sources.iter().any(|source| Freshness::of(source, now).is_stale()) {
        let text =
            "Some of them are old: what was found since then is not in this answer. Fetch newer ones, and scan again.";
        out.push_str(&paragraph("  ", &paint(AnsiColor::Yellow, text)));
    }
}
