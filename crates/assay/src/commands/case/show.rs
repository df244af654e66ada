//! `assay case show`, `assay case list`: the vector, and the word that it gives.

use std::collections::BTreeMap;

use assay_app::cases::ShownCase;
use assay_app::local::Local;
use assay_base::{MemberId, PersonId};
use assay_case::case::{Case, Proposal};
use assay_case::ids::CaseId;
use clap::Args;
use serde_json::{Value, json};

use super::{severity, words};
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
    let local = desk::open()?;
    let who = call.by.who()?;
    let shown = local.case(&who, call.case)?;
    // A bundle that cannot be opened any more hides nothing else of the case.
    let severities = local.severities(&who, call.case).map_err(|refusal| refusal.to_string());
    let mut json = vector(&shown.case);
    json["allowed"] = serde_json::to_value(&shown.allowed).unwrap_or_default();
    json["severities"] = severity::json(&severities);
    tell(common, &text(&shown, &Names::of(&local)?, &severity::text(&severities)), &json);
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
    text.push_str(&format!("{}\n", case.sentence()));
    if let Some(approvals) = words::approvals(case).filter(|_| case.published.is_none()) {
        text.push_str(&format!("The advisory: {approvals}\n"));
    }
    if let Some(end) = case.end_in_force() {
        let clock = case.embargo.as_ref().and_then(|embargo| embargo.governing.as_ref());
        let by = clock.map_or_else(String::new, |clock| format!(", by {}", plain::line(&clock.source, 200)));
        text.push_str(&format!("The embargo ends at {end}{by}\n"));
    }
    text.push_str(&format!("Next: assay case show {}\n", case.id));
    tell(common, &text, &vector(case));
}

/// After somebody left it, or it ended: it is not shown to him any more.
pub fn left(case: &Case, what: &str, next: &str, common: &Common) {
    tell(common, &format!("{what} {}\nNext: {next}\n", case.id), &vector(case));
}

/// The names of those who are here.
struct Names {
    persons: BTreeMap<PersonId, String>,
    members: BTreeMap<MemberId, String>,
}

impl Names {
    fn of(local: &Local) -> Result<Self, Failure> {
        let (members, persons) = local.members()?;
        Ok(Self {
            persons: persons.into_iter().map(|row| (row.id, plain::line(&row.name, 100))).collect(),
            members: members.into_iter().map(|row| (row.id, plain::line(&row.name, 100))).collect(),
        })
    }

    fn person(&self, id: PersonId) -> String {
        self.persons.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn persons<'a>(&self, ids: impl Iterator<Item = &'a PersonId>) -> String {
        ids.map(|id| self.person(*id)).collect::<Vec<_>>().join(", ")
    }

    fn member(&self, id: MemberId) -> String {
        self.members.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }
}

fn text(shown: &ShownCase, names: &Names, severities: &str) -> String {
    let case = &shown.case;
    let mut text = format!(
        "{}\n\n  case        {}\n  state       {}: {}\n  embargo     EM {}: {}\n  world       PXA {}: {}\n",
        bold(&plain::line(case.title.open().as_str(), 300)),
        case.id,
        case.word(),
        case.sentence(),
        case.em,
        words::em(case.em),
        case.pxa,
        words::pxa(case.pxa)
    );
    if let Some(end) = case.end_in_force() {
        text.push_str(&format!("  ends        {end}\n"));
    }
    if let Some(open) = &case.proposal {
        text.push_str(&proposal(case, open, names));
    }
    for finding in case.all_findings() {
        text.push_str(&format!("  finding     {finding}\n"));
    }
    text.push_str(severities);
    for (person, who) in case.everybody() {
        text.push_str(&format!(
            "  participant {}, {}\n              PEC {}: {}; RM {}: {}\n",
            names.person(person),
            who.role,
            who.pec,
            words::pec(who.pec),
            who.rm,
            words::rm(who.rm)
        ));
    }
    for (member, vendor) in case.every_vendor() {
        let (name, vfd) = (names.member(member), vendor.vfd);
        text.push_str(&format!("  vendor      {name}\n              VFD {vfd}: {}\n", words::vfd(vfd)));
    }
    for fix in case.fixes.values() {
        text.push_str(&format!("  fix         {}: {}\n", fix.id, fix.verified()));
    }
    match (&case.published, words::approvals(case)) {
        (Some(out), _) => text.push_str(&format!("  advisory    {} went out at {}\n", out.advisory, out.at)),
        (None, Some(approvals)) => text.push_str(&format!("  advisory    staged; {approvals}\n")),
        (None, None) => {}
    }
    let commands = words::commands(&shown.allowed);
    if !commands.is_empty() {
        text.push_str(&format!("\nYou may: assay {}\n", commands.join(", assay ")));
    }
    text
}

/// The open proposal: who agreed, whose word it still takes, and how to give it.
fn proposal(case: &Case, open: &Proposal, names: &Names) -> String {
    let signatories = case.signatories();
    let waits: Vec<_> = signatories.difference(&open.agreed).collect();
    let mut text = format!(
        "  proposal    {}: end at {}, by {}\n              agreed: {}\n",
        open.id,
        open.end,
        names.person(open.by),
        names.persons(open.agreed.iter())
    );
    if !waits.is_empty() {
        text.push_str(&format!("              still to agree: {}\n", names.persons(waits.into_iter())));
    }
    text.push_str(&format!("              to agree: assay case agree {} {}\n", case.id, open.id));
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
