//! A plan as a calendar (RFC 5545): a day for each date, a time for each
//! window, with alarms. The same thing has the same UID in every plan, so
//! that a calendar that reads the next one moves its entries instead of
//! doubling them.

use assay_base::Instant;
use assay_clock::Zone;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::card::{Card, CardKind};
use crate::due::capital;
use crate::plan::Plan;

/// Longest line, in octets, without its end (RFC 5545, 3.1).
const LINE: usize = 75;
/// Most entries: a calendar is for people.
const ENTRIES: usize = 2_000;

/// The calendar.
pub fn calendar(plan: &Plan) -> String {
    let zone = Zone::named(&plan.zone).unwrap_or_else(|_| Zone::utc());
    let mut out = Calendar { text: String::new(), made: stamp(plan.made), owner: owner(plan), left: ENTRIES };
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Assay//Update plan//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    let name = if plan.organisation.is_empty() {
        "Update plan".to_owned()
    } else {
        format!("Update plan for {}", plan.organisation)
    };
    out.text("X-WR-CALNAME", &name);
    for card in &plan.cards {
        match card.kind {
            CardKind::Triage => look(&mut out, card),
            _ => dated(&mut out, card, &zone),
        }
    }
    for card in &plan.later {
        window(&mut out, card);
    }
    for card in &plan.deferred {
        let review = card.reported.as_ref().and_then(|report| Some((report.review_day()?, report)));
        if let Some((day, report)) = review {
            let why = format!(
                "{} let it wait: {}. What stands in for the update: {}.",
                report.by, report.why, report.control
            );
            out.day(card, "review", day, &format!("Review: {}", card.title), &why);
        }
    }
    out.line("END:VCALENDAR");
    out.text
}

/// The hours of a look before an update: exact, because they are hours.
fn look(out: &mut Calendar, card: &Card) {
    for (what, at, summary) in [
        ("evidence", card.due.earliest, "Keep the evidence"),
        ("decision", card.due.latest, "Decide: compromised or not"),
    ] {
        if let Some(at) = at {
            out.time(card, what, (at, at), &format!("{summary}: {}", card.what), &card.due.words);
        }
    }
}

fn dated(out: &mut Calendar, card: &Card, zone: &Zone) {
    if let Some(aim) = card.due.aim {
        let words = format!("{} {} {}", card.due.words, card.why, card.rank.words);
        out.day(card, "due", zone.last_day(aim), &format!("{}: {}", capital(card.due.word), card.title), &words);
    }
    window(out, card);
    if let Some(ticket) = card.ticket.as_ref().filter(|_| card.kind == CardKind::Ticket) {
        let summary = format!("Answer from {} about {}", ticket.to, card.what);
        out.day(card, "answer", zone.last_day(ticket.answer_by), &summary, &ticket.subject);
    }
}

fn window(out: &mut Calendar, card: &Card) {
    let Some(slot) = &card.slot else { return };
    if let (Some(begin), Some(end)) = (slot.window, slot.window_until) {
        out.time(card, "window", (begin, end), &format!("Window: {}", card.title), &card.effort);
    }
}

/// The text, and what stands in each entry.
struct Calendar {
    text: String,
    made: String,
    owner: String,
    left: usize,
}

impl Calendar {
    /// An entry for a whole day: reminded the day before, and at nine on the day.
    fn day(&mut self, card: &Card, what: &str, day: Date, summary: &str, words: &str) {
        let next = day.tomorrow().unwrap_or(day);
        let date = |day: Date| day.strftime("%Y%m%d").to_string();
        let when = [format!("DTSTART;VALUE=DATE:{}", date(day)), format!("DTEND;VALUE=DATE:{}", date(next))];
        self.entry(card, what, &when, ("-P1D", "PT9H"), summary, words);
    }

    /// An entry for a time: reminded a day and two hours before.
    fn time(&mut self, card: &Card, what: &str, (begin, end): (Instant, Instant), summary: &str, words: &str) {
        let mut when = vec![format!("DTSTART:{}", stamp(begin))];
        // An end that is no later than its beginning is none (3.8.2.2); without one the entry is a moment.
        if end > begin {
            when.push(format!("DTEND:{}", stamp(end)));
        }
        self.entry(card, what, &when, ("-P1D", "-PT2H"), summary, words);
    }

    fn entry(&mut self, card: &Card, what: &str, when: &[String], alarms: (&str, &str), summary: &str, words: &str) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{}-{what}-{}@assay.invalid", card.id, self.owner));
        self.line(&format!("DTSTAMP:{}", self.made));
        self.line(&format!("LAST-MODIFIED:{}", self.made));
        for line in when {
            self.line(line);
        }
        self.text("SUMMARY", summary);
        if !card.place.is_empty() {
            self.text("LOCATION", &card.place);
        }
        self.text("DESCRIPTION", &format!("{words}\n{}", card.id));
        // A plan says where its owner is open: it is for their eyes, and it makes nobody look busy.
        self.line("CLASS:CONFIDENTIAL");
        self.line("TRANSP:TRANSPARENT");
        for trigger in [alarms.0, alarms.1] {
            self.line("BEGIN:VALARM");
            self.line("ACTION:DISPLAY");
            self.line(&format!("TRIGGER:{trigger}"));
            self.text("DESCRIPTION", summary);
            self.line("END:VALARM");
        }
        self.line("END:VEVENT");
    }

    /// A property whose value is text (3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::new();
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.line(&format!("{name}:{escaped}"));
    }

    /// A line, folded so that no character is cut.
    fn line(&mut self, line: &str) {
        let mut used = 0;
        for c in line.chars() {
            if used + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                used = 1;
            }
            self.text.push(c);
            used += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// `20261121T150405Z`.
fn stamp(instant: Instant) -> String {
    instant.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Whose plan it is, so that two organisations' entries do not meet under one UID; the name itself is not in it.
fn owner(plan: &Plan) -> String {
    let digest = Sha256::digest(plan.organisation.as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn empty() -> Calendar {
        Calendar { text: String::new(), made: String::new(), owner: String::new(), left: 1 }
    }

    proptest! {
        #[test]
        fn a_folded_line_unfolds_to_itself_and_none_is_longer(text in "\\PC{0,200}") {
            let mut calendar = empty();
            calendar.line(&text);
            prop_assert!(calendar.text.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert_eq!(calendar.text.replace("\r\n ", ""), format!("{text}\r\n"));
        }

        #[test]
        fn no_text_begins_a_property_of_its_own(text in ".{0,60}|[\r\n:;,a-zA-Z]{0,60}") {
            let mut calendar = empty();
            calendar.text("SUMMARY", &text);
            let whole = calendar.text.replace("\r\n ", "");
            prop_assert_eq!(whole.matches("\r\n").count(), 1);
            prop_assert!(whole.starts_with("SUMMARY:") && !whole.trim_end().contains(['\r', '\n']));
        }
    }
}
