//! `assay plan`: what to do about it, in which order, by when.

use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_clock::{Directive, Kind, Organisation, Zone};
use assay_match::index::{Feed, Source};
use assay_match::scan::Keep;
use assay_plan::previous::{self, Previous};
use assay_plan::uptake::{self, Reports};
use assay_plan::{Plan, Request, render};
use clap::Args;
use jiff::civil::Date;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::scan_fresh::{self, Freshness};
use crate::scan_input::{self, Scanned, Sources, open};
use crate::whole_file::WholeFile;

/// Nothing is to be done.
const NOTHING: u8 = 0;
/// Something is to be done.
const WORK: u8 = 10;
/// Something is to be found out, and nothing else.
const FIND_OUT: u8 = 11;
/// A plan says where an organisation is open: nobody but its owner reads the file.
const MODE: u32 = 0o600;

/// Say what to do about it, in which order and by when, as cards for people
///
/// Scans as `assay scan` does, and makes one card for each update: what to do, how urgent and why now, the steps, how
/// long it takes, what if it cannot be done, how to undo and to check it. Terms come from CISA's BOD 26-04. What nobody
/// knows gives a range and a question, never the mildest date; where the directive does not bind, dates are targets.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay plan products.csv --kev known_exploited_vulnerabilities.json --cve cves/ --html plan.html
  assay plan package-lock.json --advisories osv/ --organisation hospital.toml
  assay plan products.csv --cve cves/ --format json > plan.json
  assay plan products.csv --cve cves/ --previous plan.json

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
    /// Where the clocks of its readers stand, such as America/Chicago; else the organisation's, else this machine's
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// What time it is, such as 2026-11-21T15:00:00Z, so that a plan can be made again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
    /// The JSON of an earlier plan: says what is done since, and keeps the days on which things were found
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// What people report about cards (assay.reports/1): scheduled, done, deferred with reason and review
    #[arg(long, value_name = "FILE")]
    pub reports: Option<PathBuf>,
    /// Write the plan as one page that needs nothing else; it prints a card a sheet
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the register of deferrals as CSV, for auditors
    #[arg(long, value_name = "FILE")]
    pub deferrals: Option<PathBuf>,
}

/// Plans.
pub fn run(call: &PlanArgs, common: &Common) -> Result<u8, Failure> {
    // What cannot be read or written shows before the work, not after it.
    let organisation = organisation(&call.organisation)?;
    let zone = zone(call, &organisation)?;
    let now = call.now.unwrap_or_else(Instant::now);
    let previous = call.previous.as_deref().map(|path| earlier(path, now)).transpose()?;
    let reports = call.reports.as_deref().map(reports).transpose()?;
    let page = call.html.as_deref().map(WholeFile::begin).transpose()?;
    let register = call.deferrals.as_deref().map(WholeFile::begin).transpose()?;

    // Only an earlier plan asks what is not affected any more.
    let keep = if previous.is_some() { Keep::All } else { Keep::Touched };
    let scanned = scan_input::scan(&call.sources, keep)?;
    let plan = plan(&scanned, &organisation, zone, now, previous.as_ref(), reports.as_ref())?;

    if let Some(page) = page {
        page.finish(render::html(&plan).as_bytes(), MODE)?;
    }
    if let Some(register) = register {
        register.finish(render::deferrals(&plan).as_bytes(), MODE)?;
    }
    match common.format {
        Format::Text => output::answer(&render::text(&plan)),
        Format::Json => output::json(&plan),
    }
    for path in [&call.html, &call.deferrals].into_iter().flatten() {
        output::say(&format!("written: {}", crate::report::plain::path(path)));
    }
    Ok(match plan.cards.is_empty() {
        false => WORK,
        true if !plan.find_out.is_empty() || plan.inventories.iter().any(|looked| looked.skipped > 0) => FIND_OUT,
        true => NOTHING,
    })
}

/// The plan of what was scanned. The demo makes its plans here too.
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
    let directive = Directive::bod_26_04()
        .map_err(|error| Failure::own("no-directive", format!("the directive as shipped cannot be used: {error}")))?;
    let notes = notes(scanned, now);
    let mut request = Request::new(&directive, organisation, now, zone);
    request.inventories = &scanned.inventories;
    request.exposures = &scanned.exposures;
    request.kev_as_of = kev_as_of(&scanned.sources);
    request.previous = previous;
    request.reports = reports;
    request.notes = &notes;
    Ok(Plan::make(&request))
}

/// A kind by its word, or a file.
fn organisation(text: &str) -> Result<Organisation, Failure> {
    match text.parse::<Kind>() {
        Ok(kind) => Ok(Organisation::of(kind)),
        Err(bad) if !Path::new(text).exists() => {
            Err(Failure::call("bad-organisation", format!("{bad}; and no file has that name")))
        }
        Err(_) => {
            let file = read(Path::new(text), assay_clock::pack::LARGEST)?;
            Organisation::read(&file).map_err(|error| {
                Failure::call("bad-organisation", format!("`{text}`: {error}")).help("docs/plan.md shows such a file")
            })
        }
    }
}

/// The zone of the call, else of the organisation, else of this machine.
fn zone(call: &PlanArgs, organisation: &Organisation) -> Result<Zone, Failure> {
    let named = |name: &str| Zone::named(name).map_err(|error| Failure::call("bad-zone", error.to_string()));
    match call.zone.as_deref().or(organisation.zone.as_deref()) {
        Some(name) => named(name),
        // A machine whose zone has no name in the database counts in UTC, and the plan names the zone of every date.
        None => Ok(jiff::tz::TimeZone::system()
            .iana_name()
            .and_then(|name| Zone::named(name).ok())
            .unwrap_or_else(Zone::utc)),
    }
}

fn earlier(path: &Path, now: Instant) -> Result<Previous, Failure> {
    let bytes = open::whole(path, previous::LARGEST)?;
    Previous::read(&bytes, now).map_err(|error| Failure::call("bad-previous", format!("`{}`: {error}", path.display())))
}

fn reports(path: &Path) -> Result<Reports, Failure> {
    Reports::read(&read(path, uptake::LARGEST)?).map_err(|error| {
        Failure::call("bad-reports", format!("`{}`: {error}", path.display())).help("docs/plan.md shows such a file")
    })
}

fn read(path: &Path, most: usize) -> Result<String, Failure> {
    String::from_utf8(open::whole(path, most)?)
        .map_err(|_| Failure::call("not-text", format!("`{}` is no UTF-8 text", path.display())))
}

/// The day of the newest KEV list; none if none was given, or none says when it was released.
fn kev_as_of(sources: &[Source]) -> Option<Date> {
    let days = sources.iter().filter(|source| source.feed == Feed::Kev).filter_map(|source| source.newest.as_deref());
    days.filter_map(|newest| newest.get(..10)?.parse().ok()).max()
}

/// What a reader has to know of the records: their age, and what no date is given for.
fn notes(scanned: &Scanned, now: Instant) -> Vec<String> {
    let mut notes = Vec::new();
    // The plan itself says how old KEV is, and what follows from that.
    for source in scanned.sources.iter().filter(|source| source.feed != Feed::Kev) {
        let fresh = Freshness::of(source, now);
        if fresh.is_stale() {
            notes.push(format!(
                "The {} records of {} are {}: fetch newer ones. Nothing written since is in this plan.",
                scan_fresh::feed(source.feed),
                Path::new(&source.name)
                    .file_name()
                    .map_or(source.name.clone(), |name| name.to_string_lossy().into_owned()),
                fresh.words()
            ));
        }
    }
    let unnamed = scanned.tally().unnamed;
    if unnamed > 0 {
        notes.push(format!(
            "No record at hand names {unnamed} of the things. That is not the same as not affected: nobody has said anything."
        ));
    }
    if !scanned.notices.is_empty() {
        notes.push(format!(
            "Beside the cards, {} of a thing that is unmaintained or unsound: see `assay scan`. No directive dates that.",
            if scanned.notices.len() == 1 { "1 record tells".to_owned() } else { format!("{} records tell", scanned.notices.len()) }
        ));
    }
    notes
}
