//! The text for a vendor who patches a device, with a clock instead of steps
//! (R52).
//!
//! It asks for facts and dates and claims no right: what was agreed stands in
//! a contract that nobody here has read (invariant 16).

use assay_clock::calendar::{self, Counting, Jurisdiction};
use assay_clock::{Outcome, Term};
use assay_inventory::component::PatchedBy;

use super::{Instructions, product};
use crate::card::{Closed, Step, Ticket};
use crate::due::CardDue;
use crate::effort::Effort;
use crate::group::Group;
use crate::request::Request;
use crate::text::{NAME, and, count, plain};

/// Within how many working days an answer is asked for.
fn answer_days(earliest: Term) -> u16 {
    match earliest.days() {
        Some(0..=3) => 1,
        Some(4..=14) => 3,
        _ => 10,
    }
}

/// The text, for a thing that a vendor patches or might patch.
pub(crate) fn ticket(
    group: &Group<'_>,
    what: &str,
    closes: &[Closed],
    due: &CardDue,
    outcome: &Outcome,
    request: &Request<'_>,
) -> Ticket {
    let zone = &request.zone;
    let us = Jurisdiction::us_federal();
    let day = calendar::add(zone.day_of(request.now), answer_days(outcome.earliest), Counting::Business(&us));
    let answer_by = zone.end_of(day);
    let answer_by_words = zone.day_words(answer_by);
    let to = match &group.component.site.patched_by {
        PatchedBy::Vendor(name) => plain(name, NAME),
        PatchedBy::Us | PatchedBy::Unknown => "the vendor".to_owned(),
    };
    let mut versions: Vec<String> = group
        .exposures
        .iter()
        .filter_map(|exposure| exposure.component.version.as_deref())
        .map(|v| plain(v, 80))
        .collect();
    versions.sort();
    versions.dedup();
    let version = if versions.is_empty() {
        "a version that our list does not name".to_owned()
    } else {
        format!("version {}", and(&versions))
    };
    let place = plain(&group.component.site.place, NAME);
    let stands = if place.is_empty() { String::new() } else { format!(", which stands at: {place}") };
    let names: Vec<String> = closes.iter().take(6).map(|closed| closed.name.clone()).collect();
    let more = closes.len().saturating_sub(names.len());
    let mut listed = names.join(", ");
    if more > 0 {
        listed.push_str(&format!(" and {}", count(more, "other", "others")));
    }
    let exploited: Vec<String> = closes
        .iter()
        .filter_map(|closed| {
            closed.kev.as_ref().map(|kev| format!("{} (since {})", closed.name, plain(&kev.added, 20)))
        })
        .take(6)
        .collect();
    let mut body = vec![
        match &group.component.site.patched_by {
            PatchedBy::Vendor(_) => format!("We run {what}, {version}{stands}. You maintain it for us."),
            PatchedBy::Us | PatchedBy::Unknown => format!("We run {what}, {version}{stands}."),
        },
        format!("Published records that may concern it: {listed}."),
    ];
    if !exploited.is_empty() {
        body.push(format!("CISA lists as exploited: {}.", exploited.join(", ")));
    }
    let wish = match due.aim {
        Some(aim) => format!("Our {} for the fix is {}.", due.word, zone.day_words(aim)),
        None => format!("Our {} for the fix is the next scheduled upgrade.", due.word),
    };
    body.push(format!("{wish} Please tell us in writing by {answer_by_words}:"));
    body.push("1. Is the version that we run affected by each of them? 2. Which version has the fix, and when will you install it here? 3. What shall we do until then, and does that change how the device may be used? 4. Does the installation need a restart, and how long is the device away?".to_owned());
    body.push("If you find signs that the device was used by strangers, please call us at once and change nothing on it before we have spoken.".to_owned());
    let subject = format!("Security update for {what}: answer asked for by {answer_by_words}");
    Ticket { to, subject, body, answer_by, answer_by_words }
}

/// What the operator himself does while a vendor patches.
pub(crate) fn instructions(ticket: &Ticket, group: &Group<'_>) -> Instructions {
    let mut steps = vec![
        Step::say(format!(
            "Send the text below to {} today, by the way your contract names, and note the ticket number here: ______________",
            ticket.to
        )),
        Step::say(format!(
            "No answer by {}: call, ask for a name, and tell whoever signed the contract.",
            ticket.answer_by_words
        )),
        Step::say(
            "Do not patch it yourself unless the vendor agrees: on medical and control devices that can end support or a certification.",
        ),
        Step::say("Until it is fixed, limit who reaches it: see \u{201c}If it cannot be updated now\u{201d}."),
    ];
    if let Some(action) = product::action(group) {
        steps.push(Step::say(format!("What its KEV entry asks for: \u{201c}{action}\u{201d}")));
    }
    Instructions {
        steps,
        effort: "A quarter of an hour for the ticket, as a rule of thumb; the vendor says how long their part takes."
            .to_owned(),
        class: Effort::Ask,
        reboot: "Not known: the ticket asks the vendor.".to_owned(),
        undo: vec![Step::say("The vendor's part: ask before the installation how they go back.")],
        check: vec![
            Step::say("Ask the vendor for the new version in writing, and read it on the device's about page."),
            Step::say(
                "Write it into your list and scan again: the next plan lists this card as done, verified by the scan.",
            ),
        ],
    }
}
