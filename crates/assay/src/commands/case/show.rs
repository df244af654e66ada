//! `assay case show`, `assay case list`: the vector, and the word that it gives.

use assay_app::cases::ShownCase;
use assay_case::case::Case;
use assay_case::ids::CaseId;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::grid::Grid;
use crate::report::{bold, plain};

/// Show a case to somebody who is read in
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The case
    pub case: CaseId,
    #[command(flatten)]
    pub by: As,
}

/// List the cases in which one is read in
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub by: As,
}

/// Shows one.
pub fn show(call: &ShowArgs, common: &Common) -> Result<u8, Failure> {
    let shown = desk::open()?.case(&call.by.who()?, call.case)?;
    let mut json = vector(&shown.case);
    json["allowed"] = serde_json::to_value(&shown.allowed).unwrap_or_default();
    tell(common, &text(&shown), &json);
    Ok(0)
}

/// Shows all.
pub fn list(call: &ListArgs, common: &Common) -> Result<u8, Failure> {
    let cases = desk::open()?.cases(&call.by.who()?)?;
    let mut grid = Grid::default();
    for (row, case) in &cases {
        let ends = row.embargo_ends.map_or_else(String::new, |end| format!("until {end}"));
        grid.row([row.id.to_string(), row.word.clone(), ends, plain::line(case.title.open().as_str(), 60)]);
    }
    let text =
        if cases.is_empty() { "There are no cases in which you are read in.\n".to_owned() } else { grid.render("") };
    tell(common, &text, &json!({ "cases": cases.iter().map(|(_, case)| vector(case)).collect::<Vec<_>>() }));
    Ok(0)
}

/// After something was done: what, and where the case is now.
pub fn after(case: &Case, what: &str, common: &Common) {
    let mut text = format!("{what} {}: {}\n", case.id, case.word());
    text.push_str(&format!("{}\n", case.word().sentence()));
    if let Some(end) = case.end_in_force() {
        let clock = case.embargo.as_ref().and_then(|embargo| embargo.governing.as_ref());
        let by = clock.map_or_else(String::new, |clock| format!(", by {}", plain::line(&clock.source, 200)));
        text.push_str(&format!("The embargo ends at {end}{by}\n"));
    }
    text.push_str(&format!("Next: assay case show {}\n", case.id));
    tell(common, &text, &vector(case));
}

fn text(shown: &ShownCase) -> String {
    let case = &shown.case;
    let mut text = format!(
        "{}\n\n  case        {}\n  state       {}: {}\n  vector      EM {}, PXA {}\n",
        bold(&plain::line(case.title.open().as_str(), 300)),
        case.id,
        case.word(),
        case.word().sentence(),
        case.em,
        case.pxa
    );
    if let Some(end) = case.end_in_force() {
        text.push_str(&format!("  embargo     ends at {end}\n"));
    }
    for finding in case.all_findings() {
        text.push_str(&format!("  finding     {finding}\n"));
    }
    for (person, who) in case.everybody() {
        text.push_str(&format!("  participant {person}: {}, RM {}, PEC {}, {}\n", who.role, who.rm, who.pec, who.tier));
    }
    for (member, vendor) in case.every_vendor() {
        text.push_str(&format!("  vendor      {member}: VFD {}\n", vendor.vfd));
    }
    for fix in case.fixes.values() {
        text.push_str(&format!("  fix         {}: {}\n", fix.id, fix.verified()));
    }
    if let Some(draft) = &case.draft {
        let of = assay_case::case::APPROVALS;
        text.push_str(&format!("  advisory    staged, {} of {of} approvals\n", draft.approvals.len().min(of)));
    }
    if let Some(out) = &case.published {
        text.push_str(&format!("  advisory    {} went out at {}\n", out.advisory, out.at));
    }
    if !shown.allowed.is_empty() {
        let word = |action| serde_json::to_value(action).ok()?.as_str().map(str::to_owned);
        let words: Vec<String> = shown.allowed.iter().filter_map(word).collect();
        text.push_str(&format!("\nYou may: {}\n", words.join(", ")));
    }
    text
}

/// The vector, for programs.
pub fn vector(case: &Case) -> Value {
    json!({
        "case": case.id,
        "word": case.word().to_string(),
        "em": case.em.to_string(),
        "pxa": case.pxa.to_string(),
        "ends": case.end_in_force(),
        "basis": case.embargo.as_ref().and_then(|embargo| embargo.governing.as_ref()),
        "findings": case.all_findings().collect::<Vec<_>>(),
        "participants": case.everybody().map(|(person, who)| json!({ "person": person, "role": who.role,
            "rm": who.rm.to_string(), "pec": who.pec.to_string(), "tier": who.tier.to_string() })).collect::<Vec<_>>(),
        "vendors": case.every_vendor().map(|(member, vendor)| json!({ "member": member, "vfd": vendor.vfd.to_string() }))
            .collect::<Vec<_>>(),
        "fixes": case.fixes.values().map(|fix| json!({ "fix": fix.id, "finding": fix.finding, "level": fix.level.to_string(),
            "runner": fix.runner.key, "builds": fix.builds, "runs": fix.counts.total(), "patch": fix.patch })).collect::<Vec<_>>(),
        "proposal": case.proposal.as_ref().map(|open| json!({ "proposal": open.id, "end": open.end, "agreed": open.agreed })),
        "draft": case.draft.as_ref().map(|draft| json!({ "record": draft.record, "approvals": draft.approvals.len() })),
        "advisory": case.published.as_ref().map(|out| out.advisory.to_string()),
    })
}
