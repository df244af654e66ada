//! `assay bundle known`: is what a report claims public already?

use std::path::Path;

use assay_inventory::component::{Component, Format, Inventory, Site, What};
use assay_inventory::purl;
use assay_match::known::{self, Answer, Claim, Like};
use assay_match::scan::Keep;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format as Output};
use crate::failure::Failure;
use crate::intake::Intake;
use crate::output;
use crate::report::fold::paragraph;
use crate::report::words::count;
use crate::report::{bold, plain};
use crate::scan_input::{self, Sources};

/// No record at hand says the same.
const NOT_FOUND: u8 = 0;
/// A record says the same.
const PUBLIC: u8 = 10;
/// A record may say the same.
const PERHAPS: u8 = 11;
/// Records of one report that are shown.
const SHOWN: usize = 5;

/// Say whether what a report claims is public already, before a person looks at it
///
/// Holds a report's ids, target, version and scope against public records: the same id, or a record that affects this
/// version and names the same place, is public; a record that affects this version is perhaps the same. The fixed
/// version and the commit of the fix are shown where a record has them. Finding none does not make a report new.
#[derive(Debug, Args)]
#[command(mut_arg("paths", |arg| arg.value_name("BUNDLE").help("Folders or `.tar.zst` files with a proof.toml")))]
#[command(mut_arg("machine", |arg| arg.hide(true)))]
#[command(mut_arg("os_release", |arg| arg.hide(true)))]
#[command(mut_arg("vex", |arg| arg.hide(true)))]
#[command(after_help = "\
Examples:
  assay bundle known report/ --advisories osv/
  assay bundle known reports/* --db assay.db --format json | jq '.reports[].answer'

Exit codes:
   0  no record at hand says the same
  10  it is public
  11  it is perhaps public: compare
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct KnownArgs {
    /// The reports, and the records.
    #[command(flatten)]
    pub sources: Sources,
}

#[derive(Serialize)]
struct KnownJson {
    reports: Vec<Report>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    bundle: String,
    target: String,
    answer: Answer,
    /// How many records name the target at all.
    named: usize,
    records: Vec<Like>,
}

/// Looks it up.
pub fn run(call: &KnownArgs, common: &Common) -> Result<u8, Failure> {
    if call.sources.machine.is_some() || call.sources.os_release.is_some() || !call.sources.vex.is_empty() {
        return Err(Failure::call("wrong-option", "`--machine`, `--os-release` and `--vex` say nothing of a report"));
    }
    let mut claims = Vec::new();
    let mut inventories = Vec::new();
    for path in &call.sources.paths {
        let (claim, inventory) = claim(path)?;
        claims.push(claim);
        inventories.push(inventory);
    }
    let scanned = scan_input::against(&call.sources, inventories, Vec::new(), Keep::All)?;
    let reports: Vec<Report> = scanned
        .inventories
        .iter()
        .zip(&claims)
        .map(|(inventory, claim)| {
            let about: Vec<_> =
                scanned.exposures.iter().filter(|one| one.inventory == inventory.name).cloned().collect();
            let records = known::like(claim, &about);
            Report {
                bundle: inventory.name.clone(),
                target: inventory.components.first().and_then(|one| one.purl.clone()).unwrap_or_default(),
                answer: known::answer(&records),
                named: about.len(),
                records,
            }
        })
        .collect();
    let any = |answer: Answer| reports.iter().any(|report| report.answer == answer);
    let code = match (any(Answer::Public), any(Answer::Perhaps)) {
        (true, _) => PUBLIC,
        (false, true) => PERHAPS,
        (false, false) => NOT_FOUND,
    };
    match common.format {
        Output::Text => output::answer(&text(&reports)),
        Output::Json => output::json(&KnownJson { reports }),
    }
    Ok(code)
}

/// A report's claim, and its target as an inventory of one thing.
fn claim(path: &Path) -> Result<(Claim, Inventory), Failure> {
    let intake = Intake::open(path).map_err(|error| super::unreadable(&error))?;
    let name = path.display().to_string();
    let manifest = super::manifest_table(&intake.bundle)?;
    let texts = |key: &str| -> Vec<String> {
        let list = manifest.get(key).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect()
    };
    let under = |table: &str, key: &str| manifest.get(table)?.get(key)?.as_str().map(str::to_owned);
    let target = under("target", "purl").ok_or_else(|| {
        Failure::call("no-target", format!("`{name}` names no target"))
            .help("`assay bundle check` says what is missing")
    })?;
    let package = purl::read(&target).map_err(|bad| Failure::call("bad-target", format!("`{name}`: {bad}")))?;
    let component = Component {
        what: What::Package { ecosystem: package.ecosystem, name: package.name, source: package.source },
        version: package.version,
        purl: Some(target),
        at: "target".to_owned(),
        site: Site::unknown(),
    };
    let places = under("target", "scope").into_iter().chain(under("oracle", "frame")).collect();
    let inventory = Inventory { name, format: Format::CycloneDx, components: vec![component], skipped: Vec::new() };
    Ok((Claim { ids: texts("ids"), places }, inventory))
}

fn text(reports: &[Report]) -> String {
    let mut out = String::new();
    for (nth, report) in reports.iter().enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        let sentence = match report.answer {
            Answer::Public => "is public already",
            Answer::Perhaps => "is perhaps public already: compare it with these records",
            Answer::NotFound => "is in none of the records at hand; that does not make it new",
        };
        out.push_str(&paragraph("", &format!("{} {sentence}.", bold(&plain::line(&report.bundle, 300)))));
        let named = match report.named {
            0 => "No record names its target".to_owned(),
            n => {
                format!("{} its target", if n == 1 { "1 record names".to_owned() } else { format!("{n} records name") })
            }
        };
        out.push_str(&paragraph("  ", &format!("{named}, {}.", plain::line(&report.target, 300))));
        for like in report.records.iter().take(SHOWN) {
            let advisory = &like.exposure.advisory;
            out.push_str(&paragraph(
                "  ",
                &format!("{}: {}", plain::line(&advisory.id, 80), plain::line(&advisory.summary, 200)),
            ));
            out.push_str(&paragraph("    ", &plain::line(&like.why, 600)));
            for commit in &like.commits {
                out.push_str(&format!("    commit  {}\n", plain::line(commit, 300)));
            }
        }
        if report.records.len() > SHOWN {
            out.push_str(&format!("  and {}\n", count(report.records.len() - SHOWN, "more record")));
        }
    }
    out
}
