//! A plan as text: wrapped at a hundred columns, readable without a colour.

use super::words;
use crate::card::{Card, CardKind, Step};
use crate::names;
use crate::plan::Plan;
use crate::text::{COLUMNS, and, count, wrap};
use crate::{left_off, moved};

/// Cards that are written out in the short form; the others are listed, a line each.
pub const WHOLE: usize = 3;
/// Most cards beyond the month that are listed.
const BEYOND_ROWS: usize = 40;
/// Most advisories that a card lists.
const CLOSES: usize = 8;

/// The plan with its first cards written out: what one evening holds.
pub fn text(plan: &Plan) -> String {
    with(plan, WHOLE)
}

/// The plan with every card written out.
pub fn text_whole(plan: &Plan) -> String {
    with(plan, usize::MAX)
}

fn with(plan: &Plan, whole_cards: usize) -> String {
    let mut out = String::new();
    let whose = if plan.organisation.is_empty() { String::new() } else { format!(" for {}", plan.organisation) };
    line(&mut out, &format!("Plan{whose}, {}", words::made(plan)), "");
    line(&mut out, &words::summary(plan), "");
    for note in &plan.notes {
        out.push_str(&wrap(note, "! ", "  ", COLUMNS));
    }
    if let Some(uptake) = &plan.uptake {
        line(&mut out, &uptake.words(), "");
    }
    moved(&mut out, plan);
    agenda(&mut out, plan);
    let mut left = whole_cards;
    for card in plan.cards.iter().take(left) {
        whole(&mut out, card);
    }
    left = left.saturating_sub(plan.cards.len());
    for card in plan.find_out.iter().take(left) {
        whole(&mut out, card);
    }
    let cut = (plan.cards.len() + plan.find_out.len()).saturating_sub(whole_cards);
    if cut > 0 {
        let rest = format!(
            "{} in the list above and not written out here. As pages to print, a card a sheet: --html FILE; here: --all.",
            if cut == 1 { "1 card more stands".to_owned() } else { format!("{cut} cards more stand") }
        );
        out.push('\n');
        line(&mut out, &rest, "");
    }
    listed(&mut out, "Waiting by decision", &plan.deferred);
    listed(&mut out, "At the next upgrade", &plan.later);
    ended(&mut out, plan);
    left_off(&mut out, plan);
    let notes = words::for_the_runner(plan);
    if !notes.is_empty() {
        out.push('\n');
        line(&mut out, "For whoever runs the tool", "");
        for note in notes {
            out.push_str(&wrap(&note, "  - ", "    ", COLUMNS));
        }
    }
    out
}

/// A paragraph. Its further lines stand in by two, so that no name can begin a line of its own.
fn line(out: &mut String, text: &str, indent: &str) {
    out.push_str(&wrap(text, indent, &format!("{indent}  "), COLUMNS));
}

fn agenda(out: &mut String, plan: &Plan) {
    let (tiers, beyond) = plan.agenda();
    for (tier, cards) in tiers {
        out.push('\n');
        line(out, &format!("{} ({})", words::tier(tier), count(cards.len(), "card", "cards")), "");
        for card in cards {
            row(out, card);
        }
    }
    if !beyond.is_empty() {
        out.push('\n');
        line(out, &format!("{} ({})", words::BEYOND, count(beyond.len(), "card", "cards")), "");
        for card in beyond.iter().take(BEYOND_ROWS) {
            row(out, card);
        }
        if beyond.len() > BEYOND_ROWS {
            line(out, &format!("and {} more, with --csv or --format json", beyond.len() - BEYOND_ROWS), "      ");
        }
    }
    if !plan.find_out.is_empty() {
        out.push('\n');
        line(out, &format!("To find out ({})", count(plan.find_out.len(), "card", "cards")), "");
        for card in &plan.find_out {
            row(out, card);
        }
    }
    if !plan.questions.is_empty() {
        out.push('\n');
        line(out, "Answers that would settle most", "");
        for question in plan.questions.iter().take(8) {
            let text = format!("{} ({}; {})", question.asks, question.worth(), question.answer_goes);
            out.push_str(&wrap(&text, "  ? ", "    ", COLUMNS));
        }
    }
}

fn row(out: &mut String, card: &Card) {
    let place = if card.place.is_empty() { String::new() } else { format!(" [{}]", card.place) };
    out.push_str(&wrap(&format!("{}{place}", card.title), "  [ ] ", "      ", COLUMNS));
    let condition = if card.kind == CardKind::FindOut { "if affected: " } else { "" };
    let month = words::month(card).map(|month| format!(" · {month}")).unwrap_or_default();
    out.push_str(&wrap(&format!("{condition}{}{month} · {}", card.due.short, card.id), "      ", "      ", COLUMNS));
}

fn listed(out: &mut String, heading: &str, cards: &[Card]) {
    if cards.is_empty() {
        return;
    }
    out.push('\n');
    line(out, &format!("{heading} ({})", count(cards.len(), "card", "cards")), "");
    for card in cards.iter().take(40) {
        let place = if card.place.is_empty() { String::new() } else { format!(" [{}]", card.place) };
        let note = card.reported_note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        out.push_str(&wrap(&format!("{}{place}{note}", card.title), "  - ", "    ", COLUMNS));
    }
    if cards.len() > 40 {
        line(out, &format!("and {} more, with --format json", cards.len() - 40), "    ");
    }
}

fn moved(out: &mut String, plan: &Plan) {
    if plan.moved.is_empty() {
        return;
    }
    out.push('\n');
    line(out, &moved::heading(plan), "");
    for one in plan.moved.iter().take(BEYOND_ROWS) {
        out.push_str(&wrap(&format!("{}. {}", one.title, one.words), "  - ", "    ", COLUMNS));
    }
    if plan.moved.len() > BEYOND_ROWS {
        line(out, &format!("and {} more, with --format json", plan.moved.len() - BEYOND_ROWS), "    ");
    }
}

fn left_off(out: &mut String, plan: &Plan) {
    if plan.left_off.is_empty() {
        return;
    }
    out.push('\n');
    line(out, &left_off::heading(plan), "");
    for one in plan.left_off.iter().take(BEYOND_ROWS) {
        let place = if one.place.is_empty() { String::new() } else { format!(" [{}]", one.place) };
        out.push_str(&wrap(&format!("{}{place}, {}: {}", one.thing, one.id, one.why), "  - ", "    ", COLUMNS));
    }
    if plan.left_off.len() > BEYOND_ROWS {
        line(out, &format!("and {} more, with --format json", plan.left_off.len() - BEYOND_ROWS), "    ");
    }
}

fn ended(out: &mut String, plan: &Plan) {
    let mut last = None;
    for one in &plan.ended {
        if last != Some(one.ending) {
            out.push('\n');
            line(out, one.ending.words(), "");
            last = Some(one.ending);
        }
        out.push_str(&wrap(&format!("{}. {}", one.title, one.why), "  - ", "    ", COLUMNS));
    }
}

fn whole(out: &mut String, card: &Card) {
    out.push('\n');
    out.push_str(&"-".repeat(COLUMNS));
    out.push('\n');
    line(out, &format!("{}: {}", card.kind.words().to_uppercase(), card.title), "");
    let mut facts = vec![card.id.clone()];
    if !card.place.is_empty() {
        facts.push(format!("at {}", card.place));
    }
    if !card.installed.is_empty() {
        facts.push(format!("installed {}", and(&card.installed)));
    }
    if let Some(who) = &card.patched_by {
        facts.push(format!("patched by {who}"));
    }
    facts.push(format!("list {}", names::list(&card.inventory)));
    line(out, &facts.join(" · "), "");
    if let Some(note) = &card.reported_note {
        out.push_str(&wrap(note, "! ", "  ", COLUMNS));
    }
    part(
        out,
        "When",
        &if card.kind == CardKind::FindOut {
            format!("If it is affected: {}", card.due.words)
        } else {
            card.due.words.clone()
        },
    );
    part(out, "Why", &card.why);
    part(out, "Order", &words::order(card));
    if let Some(slot) = words::slot(card) {
        part(out, "Month", &slot);
    }
    part(out, "Sure?", &card.certainty);
    steps(out, "First", &card.first);
    steps(out, "Steps", &card.steps);
    part(out, "How long", &card.effort);
    part(out, "Restart", &card.reboot);
    if let Some(ticket) = &card.ticket {
        out.push_str(&wrap(&format!("Text for {}. Subject: {}", ticket.to, ticket.subject), "", "  ", COLUMNS));
        for paragraph in &ticket.body {
            out.push_str(&wrap(paragraph, "  | ", "  | ", COLUMNS));
        }
    }
    let heading = if card.kind == CardKind::Ticket { "If it cannot be updated now" } else { "If you cannot update" };
    steps(out, heading, &card.instead);
    steps(out, "Undo", &card.undo);
    steps(out, "Check", &card.check);
    // The look's records are those of its update, which is the next card.
    if card.kind != CardKind::Triage {
        closes(out, card);
    }
    out.push_str("[ ] read  [ ] set for ____________  [ ] done on ____________  by ________________________________\n");
    out.push_str(
        "[ ] put off. Why: ________________________________________________________________________________\n",
    );
    out.push_str(
        "    What guards it until then: __________________________  Look again on: __________  By: ________\n",
    );
}

fn part(out: &mut String, heading: &str, text: &str) {
    let first = format!("{heading:<9} ");
    out.push_str(&wrap(text, &first, "          ", COLUMNS));
}

fn steps(out: &mut String, heading: &str, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    out.push_str(&format!("{heading}\n"));
    for (at, step) in steps.iter().enumerate() {
        let first = format!("  {}. ", at + 1);
        let rest = " ".repeat(first.len());
        out.push_str(&wrap(&step.text, &first, &rest, COLUMNS));
        if let Some(command) = &step.command {
            // Not wrapped: it is to be copied.
            out.push_str(&format!("{rest}$ {command}\n"));
        }
    }
}

fn closes(out: &mut String, card: &Card) {
    let heading = if card.kind == CardKind::FindOut { "Could be" } else { "Closes" };
    out.push_str(&format!("{heading} {}\n", count(card.closes.len(), "record", "records")));
    for closed in card.closes.iter().take(CLOSES) {
        out.push_str(&wrap(&words::closed(closed), "  - ", "    ", COLUMNS));
    }
    if card.closes.len() > CLOSES {
        line(out, &format!("and {} more, with --format json", card.closes.len() - CLOSES), "    ");
    }
    if !card.perhaps.is_empty() {
        out.push_str(&wrap(&words::perhaps(card), "  ? ", "    ", COLUMNS));
    }
    if !card.references.is_empty() {
        out.push_str("Read\n");
        for reference in &card.references {
            out.push_str(&format!("  {reference}\n"));
        }
    }
}
