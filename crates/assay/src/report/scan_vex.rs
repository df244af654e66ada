//! What VEX statements did to a scan: which exposures they took off the list,
//! and whose word it was.

use super::fold::paragraph;
use super::grid::Grid;
use super::scan_things::thing;
use super::words::count;
use super::{bold, plain};
use crate::scan_input::Scanned;

/// Documents that are named, and unreadable statements of each.
const DOCUMENTS: usize = 20;
const UNREADABLE: usize = 3;

/// What was taken off the list: counted, and listed with `all`.
pub fn suppressed(out: &mut String, scanned: &Scanned, all: bool) {
    let suppressed = &scanned.suppressed;
    if suppressed.is_empty() {
        return;
    }
    let title = format!("Taken off the list by VEX statements ({})", suppressed.len());
    out.push_str(&format!("\n{}\n", bold(&title)));
    if !all {
        let mut authors: Vec<String> = suppressed
            .iter()
            .flat_map(|one| &one.by.words)
            .map(|word| plain::line(if word.author.is_empty() { &word.from } else { &word.author }, 80))
            .collect();
        authors.sort();
        authors.dedup();
        let more = authors.len().saturating_sub(5);
        authors.truncate(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("By the word of {}{more}; `--all` lists them with their reasons.", authors.join(", "));
        out.push_str(&paragraph("  ", &text));
        return;
    }
    for one in suppressed {
        out.push_str(&format!(
            "  {}  {}\n",
            thing(&one.exposure.component),
            plain::line(&one.exposure.advisory.id, 80)
        ));
        out.push_str(&paragraph("    ", &plain::line(&one.by.why, 600)));
    }
}

/// The documents that were listened to.
pub fn listened(out: &mut String, scanned: &Scanned) {
    if scanned.listened.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", bold("And on these VEX documents, which are their authors' word")));
    let mut grid = Grid::default();
    grid.row(["author", "statements", "unreadable", "from"].map(bold));
    for one in scanned.listened.iter().take(DOCUMENTS) {
        let author = if one.author.is_empty() { "names nobody".to_owned() } else { plain::line(&one.author, 60) };
        let from = plain::line(&one.from, 200);
        grid.row([
            author,
            one.statements.to_string(),
            one.skipped.to_string(),
            if one.embedded { format!("{from} (inside of the inventory)") } else { from },
        ]);
    }
    out.push_str(&grid.render("  "));
    if scanned.listened.len() > DOCUMENTS {
        out.push_str(&format!("  and {}\n", count(scanned.listened.len() - DOCUMENTS, "more document")));
    }
    for one in &scanned.listened {
        for skipped in one.skipped_entries.iter().take(UNREADABLE) {
            let text = plain::line(&format!("{}, {}: {}", one.from, skipped.at, skipped.why), 400);
            out.push_str(&paragraph("  unreadable  ", &text));
        }
        if one.points_elsewhere {
            let text =
                format!("{} points into a document that was not scanned; those statements say nothing.", one.from);
            out.push_str(&paragraph("  ", &plain::line(&text, 400)));
        }
    }
}
