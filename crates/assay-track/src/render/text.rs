//! The tracker for people: the counts in one sentence, then each order with its
//! duties by date.

use std::fmt::Write as _;

use crate::duty::{Item, State, Track};

/// Where texts are folded, in characters.
const WIDTH: usize = 100;

/// The whole answer. With `all`, also what each duty rests on.
pub fn text(track: &Track, all: bool) -> String {
    let mut out = fold("", &sentence(track));
    for pack in &track.packs {
        let _ = write!(out, "\n{}\n", pack.name);
        out.push_str(&fold("  ", &format!("issued {} by {}", words(pack.issued), pack.issuer)));
        if !pack.note.is_empty() {
            out.push_str(&fold("  ", &pack.note));
        }
        for item in track.items.iter().filter(|item| item.pack == pack.id) {
            one(&mut out, track, item, all);
        }
        if all {
            let from = format!("These duties are from {}; entered by {}.", pack.source, pack.entered);
            let _ = write!(out, "\n{}", fold("  ", &from));
        }
    }
    if !track.unused.is_empty() {
        out.push_str("\nEvidence that was not used\n");
        for one in &track.unused {
            out.push_str(&fold("  ", &format!("{} ({}): {}", one.evidence.duty, one.evidence.title, one.why)));
        }
    }
    out
}

/// `12 duties: 10 unknown, 1 met, 1 missed.`
pub(super) fn sentence(track: &Track) -> String {
    let counts = &track.counts;
    if counts.duties == 0 {
        return "No duties are tracked.".to_owned();
    }
    let parts: Vec<String> = State::ALL
        .into_iter()
        .map(|state| (state, counts.in_state(state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let noun = if counts.duties == 1 { "duty" } else { "duties" };
    let hint = match counts.unknown {
        0 => "",
        _ => " Unknown is neither met nor missed: nobody has entered evidence that decides it.",
    };
    format!("{} {noun}: {}.{hint}", counts.duties, parts.join(", "))
}

fn one(out: &mut String, track: &Track, item: &Item, all: bool) {
    let _ = write!(out, "\n  {}  {}", item.state.as_str().to_uppercase(), item.section);
    let _ = writeln!(out, "  {}", due(track, item));
    out.push_str(&fold("    ", &format!("{}.", item.what)));
    out.push_str(&fold("    ", &format!("Owner: {}", item.owner)));
    out.push_str(&fold("    ", &item.why));
    if !item.unverifiable.is_empty() {
        out.push_str(&fold("    ", &item.unverifiable));
    }
    for one in &item.evidence {
        let line =
            format!("Evidence: {} ({}), entered by {} on {}", one.title, one.source, one.entered_by, one.entered);
        out.push_str(&fold("    ", &line));
    }
    if all {
        if !item.with.is_empty() {
            out.push_str(&fold("    ", &format!("With: {}", item.with.join(", "))));
        }
        let borne = format!("Borne out: {} ({})", item.certain.words(), item.sources.join(", "));
        out.push_str(&fold("    ", &borne));
        out.push_str(&fold("    ", &format!("Id: {}", item.id)));
    }
}

/// `due Thu 2 July 2026, end of day EDT (30 days after the issue)`.
pub(super) fn due(track: &Track, item: &Item) -> String {
    let Some(due) = item.due else { return "no date".to_owned() };
    let term = match item.days {
        Some(0) => ", the day of the issue".to_owned(),
        Some(days) => {
            let kind = if item.counting == "business" { "working days" } else { "days" };
            format!(", {days} {kind} after the issue")
        }
        None => String::new(),
    };
    format!("due {}{term}", track.in_zone.words(due))
}

pub(super) fn words(day: jiff::civil::Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// A paragraph whose lines all stand behind `indent`.
pub(super) fn fold(indent: &str, text: &str) -> String {
    let mut out = String::new();
    let mut line = indent.to_owned();
    for word in text.split_whitespace() {
        if line.len() > indent.len() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = indent.to_owned();
        }
        if line.len() > indent.len() {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
    out
}
