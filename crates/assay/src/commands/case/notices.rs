//! `assay case notices`: what the maker of the product in a case is asked to
//! tell by when (EU CRA, Article 14). It counts; it notifies nobody.

use std::collections::BTreeMap;

use assay_base::{Answer, Instant};
use assay_case::case::Case;
use assay_case::ids::CaseId;
use assay_clock::duty::Moment;
use assay_clock::timetable::{Standing, Timetable};
use assay_clock::{Duty, Kind, Organisation};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::Common;
use crate::commands::plan::files;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::bold;

/// Show what EU CRA Article 14 asks the maker of the product to tell by when; notifies nobody
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay case notices cas_… --aware 2026-11-20T17:30:00Z --organisation us.toml
  assay case notices cas_… --aware 2026-11-20T17:30:00Z --fix-available 2026-11-25T08:00:00Z --zone Europe/Berlin

Exit codes: 0 shown, 2 the call is wrong or you are not read in, 1 Assay itself failed.")]
pub struct NoticesArgs {
    /// The case
    pub case: CaseId,
    /// Since when the maker knows of it, such as 2026-11-20T17:30:00Z: the first hours count from here
    #[arg(long, value_name = "INSTANT")]
    pub aware: Instant,
    /// Since when a fix or a mitigation is available
    #[arg(long, value_name = "INSTANT")]
    pub fix_available: Option<Instant>,
    /// When the notification was sent
    #[arg(long, value_name = "INSTANT")]
    pub notified: Option<Instant>,
    /// What sets it off: the dates are counted for that
    #[arg(long, value_name = "EVENT", value_enum, default_value = "exploited-vulnerability")]
    pub event: Event,
    /// Who the maker is: a kind of organisation, or a file that says so (docs/plan.md)
    #[arg(long, value_name = "FILE|KIND")]
    pub organisation: Option<String>,
    /// Where their clocks stand, such as Europe/Berlin; else the organisation's zone, else this machine's
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// What time it is, so that an answer can be had again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
    #[command(flatten)]
    pub by: As,
}

/// What sets the duty off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Event {
    /// A vulnerability of the product is actively exploited
    ExploitedVulnerability,
    /// A severe incident touches the security of the product
    SevereIncident,
}

impl Event {
    fn id(self) -> &'static str {
        match self {
            Self::ExploitedVulnerability => "exploited-vulnerability",
            Self::SevereIncident => "severe-incident",
        }
    }
}

/// Shows it.
pub fn run(call: &NoticesArgs, common: &Common) -> Result<u8, Failure> {
    // What is asked of a case is told to those who are read in, and to nobody else.
    let case = desk::open()?.case(&call.by.who()?, call.case)?.case;
    let bad_pack = |what: String| Failure::own("bad-pack", format!("`cra-article-14`: {what}"));
    let duty = Duty::cra_article_14().map_err(|error| bad_pack(error.to_string()))?;
    let event = duty.event(call.event.id()).ok_or_else(|| bad_pack(format!("it has no `{}`", call.event.id())))?;
    let organisation = match &call.organisation {
        Some(named) => files::organisation(named)?,
        None => Organisation::of(Kind::Unknown),
    };
    let zone = files::zone(call.zone.as_deref(), &organisation)?;
    let now = call.now.unwrap_or_else(Instant::now);
    let mut come = BTreeMap::from([(Moment::Aware, call.aware)]);
    come.extend(call.fix_available.map(|at| (Moment::FixAvailable, at)));
    come.extend(call.notified.map(|at| (Moment::Notified, at)));
    let table = Timetable::make(&duty, event, &come, &organisation, now, &zone)
        .map_err(|error| Failure::call("bad-moment", error.to_string()).help("give the instant at which it came"))?;
    let hints = hints(call, &case, &organisation);
    let mut text = format!(
        "{}\nCounted for {} ({}), known since {}.\nBasis: {}. {}.\n\n",
        bold(&format!("{} for {}", duty.short, case.id)),
        event.what,
        event.clause,
        zone.words(call.aware),
        table.basis,
        table.basis_words
    );
    for entry in &table.steps {
        let date = match entry.standing {
            Standing::Ahead => format!("{} {}", table.date_word, entry.step.words),
            Standing::Past => format!(
                "{} {}: that is over; if it was not sent, send it now. Whether it was, Assay does not know",
                table.date_word, entry.step.words
            ),
            Standing::NoDate => format!("no date yet: {}", entry.step.words),
        };
        text.push_str(&format!("  {} ({})\n    {date}\n", entry.step.what, entry.step.clause));
        for ask in &entry.asks {
            text.push_str(&format!("    - {ask}\n"));
        }
    }
    text.push_str(&format!(
        "\nTo: {}.\nAssay sends nothing, and does not say that a duty exists: it counts from what you stated.\n",
        duty.recipient
    ));
    for hint in &hints {
        text.push_str(&format!("{hint}\n"));
    }
    text.push_str(&format!("Next: {}\n", next(call)));
    let mut json = json!(table);
    json["case"] = json!(case.id);
    json["attacks-recorded"] = json!(case.pxa.attacks());
    json["hints"] = json!(hints);
    tell(common, &text, &json);
    Ok(0)
}

/// What the case and the call leave open.
fn hints(call: &NoticesArgs, case: &Case, organisation: &Organisation) -> Vec<String> {
    let mut hints = Vec::new();
    let exploited = call.event == Event::ExploitedVulnerability;
    if exploited && !case.pxa.attacks() {
        hints.push(format!(
            "The case does not say that attacks were seen; if they were: assay case saw {} attack --source WHERE",
            case.id
        ));
    }
    if organisation.manufacturer == Answer::Unknown {
        hints.push(
            "Whether you make the product is not stated: write manufacturer = \"yes\" or \"no\" into the file of \
             --organisation."
                .to_owned(),
        );
    }
    if let (true, None, Some(out)) = (exploited, call.fix_available, &case.published)
        && !case.fixes.is_empty()
    {
        hints.push(format!(
            "The advisory went out at {} with a patch; if the fix was available from then on: --fix-available {}",
            out.at, out.at
        ));
    }
    hints
}

/// How the first notice that may still be owed is written.
fn next(call: &NoticesArgs) -> String {
    let mut words = format!("assay directive notice cra-article-14 --aware {} --reference {}", call.aware, call.case);
    if call.event == Event::SevereIncident {
        words.push_str(" --event severe-incident");
    }
    words.push_str(" --into notices/");
    words
}
