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

/// A quoted cell. What a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_no_formula_and_ends_where_it_ends() {
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        assert_eq!(cell("  @SUM(A1)"), "\"'  @SUM(A1)\"");
        assert_eq!(cell("pump 3, ward 2"), "\"pump 3, ward 2\"");
    }
}
