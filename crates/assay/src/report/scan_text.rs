//! A scan for people: the answer in one sentence, then each thing with what
//! to do about it and why, then what the answer rests on.

use anstyle::AnsiColor;
use assay_base::Instant;

use super::fold::paragraph;
use super::grid::Grid;
use super::scan_fresh::{Freshness, feed};
use super::scan_things::{place, thing, things};
use super::words::count;
use super::{bold, dim, paint, plain, scan_none, scan_vex, scan_walk};
use crate::scan_input::{Scanned, Tally};

/// Skipped entries, and things that no record names, that are shown without `--all`.
const LINES: usize = 10;

/// The whole answer, with what lists and the file of assets disagree on. With `all`, nothing is left out for its length.
pub fn render(scanned: &Scanned, notes: &[String], all: bool, now: Instant) -> String {
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
    for note in notes {
        out.push_str(&paragraph("! ", &plain::line(note, 600)));
    }
    things(&mut out, scanned, all);
    scan_vex::suppressed(&mut out, scanned, all);
    notices(&mut out, scanned, all);
    unnamed(&mut out, scanned, all);
    skipped(&mut out, scanned, all);
    scan_walk::walked(&mut out, &scanned.looked, all);
    sources(&mut out, scanned, now);
    next(&mut out, scanned, all);
    out
}

/// What a person does now.
fn next(out: &mut String, scanned: &Scanned, all: bool) {
    let tally = scanned.tally();
    if tally.affected + tally.cannot_tell == 0 {
        return;
    }
    let rest = if all { "" } else { " `--all` shows here what was left out." };
    let text = format!(
        "`assay plan` with the same arguments says by when, and writes a card for each with its steps; with `--html FILE`, as pages to print.{rest}"
    );
    out.push_str(&format!("\n{}", paragraph("Next  ", &text)));
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
    let shown: Vec<_> = scanned.unnamed().filter(|one| all || one.is_product()).collect();
    if shown.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", bold("No record names these. That is not the same as not affected.")));
    let most = if all { shown.len() } else { LINES };
    for one in shown.iter().take(most) {
        let place = place(scanned, one.inventory(), one.at());
        out.push_str(&format!("  {}  {}\n", plain::line(&one.thing(), 200), dim(&place)));
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
