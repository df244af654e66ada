//! `assay case open`, `assay case add`.

use assay_app::cases::Opening;
use assay_base::Instant;
use assay_case::embargo::{Agreed, ListCap, Policies, ProjectPolicy, Term};
use assay_case::ids::{CaseId, FindingId};
use assay_case::text::Line;
use clap::Args;

use super::show;
use crate::cli::Common;
use crate::desk::{self, As};
use crate::failure::Failure;

/// Open a case from verified findings
///
/// The governing clock is the first that applies: the project's published policy, the cap of a list that was told, an
/// agreed date, this instance's default of 30 days. Of those that bind, the shortest wins.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Its findings, each verified
    #[arg(value_name = "FINDING", required = true)]
    pub findings: Vec<FindingId>,
    /// What it is called among those who are read in
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// The project's published policy: so many days, and where it says so
    #[arg(long, value_name = "DAYS", requires = "policy_source")]
    pub policy_days: Option<u32>,
    /// Where the project says so
    #[arg(long, value_name = "WHERE", requires = "policy_days")]
    pub policy_source: Option<String>,
    /// A list that was told, as NAME=DAYS; may be given again
    #[arg(long = "list", value_name = "NAME=DAYS")]
    pub lists: Vec<String>,
    /// The instant on which the parties agreed
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<Instant>,
    /// This instance's default, in days, where nothing else applies
    #[arg(long, value_name = "DAYS", default_value_t = Policies::default().default_days)]
    pub days: u32,
    /// Without an embargo
    #[arg(long)]
    pub no_embargo: bool,
    #[command(flatten)]
    pub by: As,
}

/// Add a verified finding to a case
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The case
    pub case: CaseId,
    /// The finding
    pub finding: FindingId,
    #[command(flatten)]
    pub by: As,
}

fn line(text: &str) -> Result<Line, Failure> {
    Line::new(text).map_err(|error| Failure::call("text", error.to_string()))
}

/// Opens.
pub fn open(call: &OpenArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let mut policies = Policies { default_days: call.days, ..Policies::default() };
    if let (Some(days), Some(source)) = (call.policy_days, &call.policy_source) {
        policies.project = Some(ProjectPolicy { term: Term::Days { days }, source: line(source)? });
    }
    for list in &call.lists {
        let cap = list.split_once('=').and_then(|(name, days)| Some((name, days.parse::<u32>().ok()?)));
        let (name, days) =
            cap.ok_or_else(|| Failure::call("list", format!("`{list}` is no list with its cap; write NAME=DAYS")))?;
        policies.lists.push(ListCap { list: line(name)?, days, told: Instant::now() });
    }
    if let Some(end) = call.until {
        policies.agreed = Some(Agreed { end, source: line("agreed when the case was opened")? });
    }
    let opening =
        Opening { findings: call.findings.clone(), title: call.title.clone(), policies, embargo: !call.no_embargo };
    let case = desk::open()?.open_case(&who, &opening)?;
    show::after(&case, "Opened", common);
    Ok(0)
}

/// Adds.
pub fn add(call: &AddArgs, common: &Common) -> Result<u8, Failure> {
    let case = desk::open()?.add_finding(&call.by.who()?, call.case, call.finding)?;
    show::after(&case, "Added to", common);
    Ok(0)
}
