//! The register of deferrals as CSV, for auditors: who let what wait, why,
//! what stands in for it, until when (R31).

use std::fmt::Write as _;

use crate::plan::Plan;

/// One line for each deferral, with a heading.
pub fn deferrals(plan: &Plan) -> String {
    let mut out =
        String::from("card,title,place,inventory,closes,due,decided_by,decided_at,why,control,review,first_seen\r\n");
    for card in &plan.deferred {
        let Some(report) = &card.reported else { continue };
        let closes: Vec<&str> = card.closes.iter().map(|closed| closed.name.as_str()).collect();
        let cells = [
            card.id.clone(),
            card.title.clone(),
            card.place.clone(),
            card.inventory.clone(),
            closes.join(" "),
            card.due.short.clone(),
            report.by.clone(),
            report.at.to_string(),
            report.why.clone(),
            report.control.clone(),
            report.review.clone().unwrap_or_default(),
            card.first_seen.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        let _ = write!(out, "{}\r\n", cells.join(","));
    }
    out
}

/// All cards, a line each, for a spreadsheet.
pub fn cards(plan: &Plan) -> String {
    let mut out = String::from(
        "card,shelf,kind,title,place,inventory,installed,patched_by,word,term,due,due_at,aim_at,in_order,of,month,window,late,effort,closes,why,first_seen,reported\r\n",
    );
    for (shelf, cards) in
        [("dated", &plan.cards), ("deferred", &plan.deferred), ("later", &plan.later), ("find-out", &plan.find_out)]
    {
        for card in cards {
            let closes: Vec<&str> = card.closes.iter().map(|closed| closed.name.as_str()).collect();
            let at = |instant: Option<assay_base::Instant>| instant.map(|at| at.to_string()).unwrap_or_default();
            let slot = card.slot.as_ref();
            let cells = [
                card.id.clone(),
                shelf.to_owned(),
                card.kind.as_str().to_owned(),
                card.title.clone(),
                card.place.clone(),
                card.inventory.clone(),
                card.installed.join(" "),
                card.patched_by.clone().unwrap_or_default(),
                card.due.word.to_owned(),
                card.due.term.clone(),
                card.due.short.clone(),
                at(card.due.earliest),
                at(card.due.aim),
                card.rank.place.to_string(),
                card.rank.of.to_string(),
                slot.map(|slot| slot.words.clone()).unwrap_or_default(),
                at(slot.and_then(|slot| slot.window)),
                slot.map(|slot| if slot.late { "yes" } else { "no" }).unwrap_or_default().to_owned(),
                card.effort_class.words().to_owned(),
                closes.join(" "),
                card.why.clone(),
                card.first_seen.to_string(),
                card.reported_note.clone().unwrap_or_default(),
            ];
            let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
            let _ = write!(out, "{}\r\n", cells.join(","));
        }
    }
    out
}

/// A quoted cell. What a spreadsheet would take for a formula begins with an apostrophe; some take the wide forms of the
/// same characters as well.
pub(crate) fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_ends() {
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        assert_eq!(cell("  @SUM(A1)"), "\"'  @SUM(A1)\"");
        assert_eq!(cell("\u{ff1d}SUM(A1)"), "\"'\u{ff1d}SUM(A1)\"");
        assert_eq!(cell("pump 3, ward 2"), "\"pump 3, ward 2\"");
    }
}
