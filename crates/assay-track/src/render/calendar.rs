//! The due days as a calendar (RFC 5545): one entry a duty, on its last day.
//!
//! UIDs follow from the duty's id alone, so that a calendar that is brought in
//! again moves entries and makes no second ones.

use std::fmt::Write as _;

use crate::duty::{Item, Track};

/// The calendar; entries stand on days, because the days end at midnight where the order counts.
pub fn ics(track: &Track) -> String {
    let stamp = stamp(track);
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Assay//Duties//EN", "CALSCALE:GREGORIAN"] {
        line(&mut out, text);
    }
    for item in &track.items {
        let Some(day) = item.due_day else { continue };
        let Ok(next) = day.tomorrow() else { continue };
        let short = track.packs.iter().find(|pack| pack.id == item.pack).map_or("", |pack| pack.short.as_str());
        line(&mut out, "BEGIN:VEVENT");
        // Domain names under `.invalid` belong to nobody (RFC 2606), so this is nobody else's UID.
        line(&mut out, &format!("UID:{}@duties.assay.invalid", item.id));
        line(&mut out, &format!("DTSTAMP:{stamp}"));
        line(&mut out, &format!("DTSTART;VALUE=DATE:{}", day.strftime("%Y%m%d")));
        line(&mut out, &format!("DTEND;VALUE=DATE:{}", next.strftime("%Y%m%d")));
        line(&mut out, &format!("SUMMARY:{}", escape(&format!("{short} {}: due from {}", item.section, item.owner))));
        line(&mut out, &format!("DESCRIPTION:{}", escape(&description(track, item))));
        line(&mut out, "TRANSP:TRANSPARENT");
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn description(track: &Track, item: &Item) -> String {
    let mut text = format!("{}.\n{}.\nState: {}. {}", item.what, super::text::due(track, item), item.state, item.why);
    if !item.unverifiable.is_empty() {
        let _ = write!(text, "\n{}", item.unverifiable);
    }
    text
}

/// `20261121T233000Z`.
fn stamp(track: &Track) -> String {
    track.made.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Clause 3.3.11: backslash, semicolon, comma and line ends.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Clause 3.1: at most 75 bytes a line, folded between characters, each ended by CR LF.
fn line(out: &mut String, text: &str) {
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}
