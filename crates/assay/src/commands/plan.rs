//! `assay plan`: what to do about it, in which order, by when.

pub(super) mod files;
mod kept;
mod making;
mod sites;
mod written;

use std::path::PathBuf;

use assay_base::Instant;
use assay_clock::{Organisation, Zone};
use assay_match::scan::Keep;
use assay_plan::Plan;
use assay_plan::previous::Previous;
use assay_plan::render;
use assay_plan::uptake::Reports;
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::scan_input::{self, Scanned, Sources};
use kept::Kept;
use making::Making;
use written::Written;

/// Nothing is to be done.
const NOTHING: u8 = 0;
/// Something is to be done.
const WORK: u8 = 10;
/// Something is to be found out, and nothing else.
const FIND_OUT: u8 = 11;

/// Say what to do about it, in which order and by when, as cards for people
///
/// Scans as `assay scan` does, and makes one card for each update: what to do, how urgent and why now, the steps, how
/// long it takes, what if it cannot be done, how to undo and to check it. Terms come from CISA's BOD 26-04. What nobody
/// knows gives a range and a question, never the mildest date; where the directive does not bind, dates are targets.
#[derive(Debug, Args)]
#[command(mut_arg("paths", |paths| paths.required(false).required_unless_present("sites")))]
#[command(after_help = "\
Examples:
  assay plan products.csv --kev known_exploited_vulnerabilities.json --cve cves/ --html plan.html
  assay plan package-lock.json --advisories osv/ --organisation hospital.toml
  assay plan products.csv --cve cves/ --assets assets.toml --policy ours.toml --capacity 12
  assay plan products.csv --cve cves/ --history --ics dates.ics --csv cards.csv
  assay plan --sites members.toml --into members/ --kev known_exploited_vulnerabilities.json --cve cves/

Exit codes:
   0  nothing to do by the records at hand
  10  something to do
  11  nothing to do yet, and something to find out
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct PlanArgs {
    /// What is looked at, and against which records.
    #[command(flatten)]
    pub sources: Sources,
    /// Whose plan it is: a file (assay.organisation/1), or a kind: federal-civilian-agency,
    /// national-security-system, state-or-local, critical-infrastructure, private, unknown
    #[arg(long, value_name = "FILE|KIND", default_value = "unknown")]
    pub organisation: String,
    /// What you know of your things beside their lists (assay.assets/1): exposed, critical, who patches, windows
    #[arg(long, value_name = "FILE")]
    pub assets: Option<PathBuf>,
    /// Write out every card here, and not the first three alone
    #[arg(long)]
    pub all: bool,
    /// Where the clocks of its readers stand, such as America/Chicago; else the organisation's, else this machine's
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// What time it is, such as 2026-11-21T15:00:00Z, so that a plan can be made again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
    /// Which directive gives the terms: one that ships (`assay directive list`), or a pack of your own
    #[arg(long, value_name = "ID|FILE", default_value = "bod-26-04", help_heading = "Terms")]
    pub directive: String,
    /// Your own terms beside it (assay.policy/1): they can shorten, and never lengthen
    #[arg(long, value_name = "FILE", help_heading = "Terms")]
    pub policy: Option<String>,
    /// The public key of whoever you trust for a signed directive or policy
    #[arg(long, value_name = "FILE", help_heading = "Terms")]
    pub pack_key: Vec<PathBuf>,
    /// How many updates a month holds; else the organisation's word, else 20 are assumed
    #[arg(long, value_name = "UPDATES", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Terms")]
    pub capacity: Option<u16>,
    /// Ids of records that were reproduced by a runner you trust, one a line
    #[arg(long, value_name = "FILE", help_heading = "Terms")]
    pub proven: Option<PathBuf>,
    /// The JSON of an earlier plan: says what is done since, and keeps the days on which things were found
    #[arg(long, value_name = "FILE", conflicts_with = "history", help_heading = "Since the last plan")]
    pub previous: Option<PathBuf>,
    /// Keep the plan and what became of each card in this folder, and compare with the last; without a folder, in
    /// `history` of ASSAY_HOME. Nothing leaves the machine
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = "",
        help_heading = "Since the last plan")]
    pub history: Option<PathBuf>,
    /// What people report about cards (assay.reports/1): scheduled, done, deferred with reason and review
    #[arg(long, value_name = "FILE", help_heading = "Since the last plan")]
    pub reports: Option<PathBuf>,
    /// Write the plan as one page that needs nothing else; it prints a card a sheet
    #[arg(long, value_name = "FILE", help_heading = "Written beside the answer")]
    pub html: Option<PathBuf>,
    /// Write its dates and windows as a calendar (iCalendar)
    #[arg(long, value_name = "FILE", help_heading = "Written beside the answer")]
    pub ics: Option<PathBuf>,
    /// Write its cards as CSV, a line each
    #[arg(long, value_name = "FILE", help_heading = "Written beside the answer")]
    pub csv: Option<PathBuf>,
    /// Write the register of deferrals as CSV, for auditors
    #[arg(long, value_name = "FILE", help_heading = "Written beside the answer")]
    pub deferrals: Option<PathBuf>,
    /// Plan for many sites in one run (assay.sites/1): who they are, their lists, and by whose leave
    #[arg(long, value_name = "FILE", requires = "into", help_heading = "Many sites",
        conflicts_with_all = ["paths", "organisation", "assets", "zone", "previous", "history", "reports", "html", "ics",
            "csv", "deferrals", "capacity", "policy"])]
    pub sites: Option<PathBuf>,
    /// The folder for them: a folder for each site, and the summary for whoever runs it
    #[arg(long, value_name = "FOLDER", requires = "sites", help_heading = "Many sites")]
    pub into: Option<PathBuf>,
}

/// Plans.
pub fn run(call: &PlanArgs, common: &Common) -> Result<u8, Failure> {
    if let (Some(sites), Some(into)) = (&call.sites, &call.into) {
        return sites::run(call, sites, into, common);
    }
    // What cannot be read or written shows before the work, not after it.
    let now = call.now.unwrap_or_else(Instant::now);
    let mut making = Making::of_call(call, now)?;
    let mut kept = match &call.history {
        Some(folder) => Some(Kept::open(folder, now)?),
        None => None,
    };
    making.previous = match (&mut kept, &call.previous) {
        (Some(kept), _) => kept.previous.take(),
        (None, Some(path)) => Some(files::earlier(path, now)?),
        (None, None) => None,
    };
    let written = Written::begin(call)?;

    // Only an earlier plan asks what is not affected any more.
    let keep = if making.previous.is_some() { Keep::All } else { Keep::Touched };
    let scanned = scan_input::scan(&call.sources, keep)?;
    let mut plan = making.plan(scanned);
    if let Some(kept) = &mut kept {
        plan = plan.with_history(&mut kept.history);
        kept.keep(&plan)?;
    }
    let names = written.finish(&plan)?;
    match common.format {
        Format::Text if call.all => output::answer(&render::text_whole(&plan)),
        Format::Text => output::answer(&render::text(&plan)),
        Format::Json => output::json(&plan),
    }
    for name in names {
        output::say(&format!("written: {name}"));
    }
    Ok(exit_code(&plan))
}

fn exit_code(plan: &Plan) -> u8 {
    match plan.cards.is_empty() {
        false => WORK,
        true if !plan.find_out.is_empty() || plan.inventories.iter().any(|looked| looked.skipped > 0) => FIND_OUT,
        true => NOTHING,
    }
}

/// The plan of what was scanned, by BOD 26-04 alone. The demo makes its plans here.
///
/// # Errors
///
/// The directive as shipped cannot be used, which a test excludes.
pub fn plan(
    scanned: &Scanned,
    organisation: &Organisation,
    zone: Zone,
    now: Instant,
    previous: Option<&Previous>,
    reports: Option<&Reports>,
) -> Result<Plan, Failure> {
    let mut making = Making::plain(organisation.clone(), zone, now)?;
    making.previous = previous.cloned();
    making.reports = reports.cloned();
    Ok(making.plan(scanned.clone()))
}
