//! `assay backtest`: how good is the order of plans, measured against what
//! was exploited later?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assay_advisory::feed::{epss, kev};
use assay_inventory::component::What;
use assay_plan::backtest::assets::{self, Asset, Days, Rule};
use assay_plan::backtest::{self, EFFORTS, FIRST, Figure, Listed, Question, Report, Scores, table};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::scan_input::{inventories, open};

/// Most bytes of a file that is read.
const LARGEST: usize = 512 << 20;
/// Everything was measured, and the controls hold.
const MEASURED: u8 = 0;
/// A control does not hold: no figure of this run is to be believed.
const CONTROL: u8 = 10;

/// Measure the order of plans against what was listed as exploited later
///
/// At each cut there are the CVEs that CISA had decided by then and that were not in KEV. A good order has those first
/// that KEV lists later. Prints how often a later one stands before another (AUC) and how many of them stand among the
/// first, beside other orders, with intervals of 90 % and two controls: shuffled labels and a leak. Then works off a list
/// of assets month by month by each order, and counts the days for which exploited flaws stay open.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay backtest --ssvc vulnrichment.csv.gz --kev known_exploited_vulnerabilities.json.gz
  assay backtest --ssvc vulnrichment.csv.gz --kev known_exploited_vulnerabilities.json.gz --cut 2025-08-25
  assay backtest --ssvc vulnrichment.csv.gz --kev known_exploited_vulnerabilities.json.gz --list products.csv --capacity 4
  assay backtest --ssvc vulnrichment.csv.gz --kev known_exploited_vulnerabilities.json.gz --format json

Exit codes:
   0  measured, and both controls hold
  10  a control does not hold: no figure of this run is to be believed
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct BacktestArgs {
    /// CISA's SSVC decisions as CSV, with their days, CVSS vectors and CPE names
    #[arg(long, value_name = "FILE")]
    pub ssvc: PathBuf,
    /// CISA's catalogue of known exploited vulnerabilities as JSON, later than the cuts
    #[arg(long, value_name = "FILE")]
    pub kev: PathBuf,
    /// A day up to which things are known; again for more. Else the last day of the decisions and four before it
    #[arg(long, value_name = "DAY")]
    pub cut: Vec<Date>,
    /// Assets whose days are simulated: a product list or another inventory; else one of each product that is decided
    #[arg(long, value_name = "FILE", help_heading = "Days for which exploited flaws stay open")]
    pub list: Option<PathBuf>,
    /// How many updates a month holds; else one for every twenty assets with a flaw
    #[arg(long, value_name = "UPDATES", value_parser = clap::value_parser!(u16).range(1..),
        help_heading = "Days for which exploited flaws stay open")]
    pub capacity: Option<u16>,
    /// FIRST's EPSS scores as CSV: told beside the controls, with whether they are later than a cut
    #[arg(long, value_name = "FILE")]
    pub epss: Option<PathBuf>,
}

/// Measures.
pub fn run(call: &BacktestArgs, common: &Common) -> Result<u8, Failure> {
    let bad = |path: &Path, error: String| Failure::call("unreadable", format!("`{}`: {error}", path.display()));
    let text = String::from_utf8(open::whole(&call.ssvc, LARGEST)?)
        .map_err(|_| bad(&call.ssvc, "it is no UTF-8 text".to_owned()))?;
    let table =
        table::read(&text, |vector| assay_match::cvss::read(vector).score).map_err(|error| bad(&call.ssvc, error))?;
    let list = kev::read(&open::whole(&call.kev, LARGEST)?).map_err(|error| bad(&call.kev, error))?;
    let until = list
        .released
        .get(..10)
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| bad(&call.kev, "it does not say when it was released".to_owned()))?;
    let listed: Vec<Listed> = list
        .entries
        .into_iter()
        .filter_map(|entry| Some(Listed { day: entry.added.parse().ok()?, cve: entry.cve, vendor: entry.vendor }))
        .collect();
    let scores = call.epss.as_deref().map(scores).transpose()?;
    let assets = call.list.as_deref().map(assets_of).transpose()?.unwrap_or_default();
    let cuts = if call.cut.is_empty() { usual(&table) } else { call.cut.clone() };
    let question = Question { decided: &table.rows, listed: &listed, until, cuts: &cuts, scores: scores.as_ref() };
    let report = backtest::measure(&question).map_err(|error| {
        Failure::call("nothing-to-measure", error.to_string())
            .help("name cuts with --cut that lie after the first decisions and before the KEV list's day")
    })?;
    let days = cuts.iter().min().and_then(|from| {
        assets::simulate(&assets::Simulation {
            decided: &table.rows,
            listed: &listed,
            until,
            from: *from,
            assets: &assets,
            capacity: call.capacity.map(usize::from),
            scores: scores.as_ref(),
        })
    });
    if table.skipped > 0 {
        output::say(&format!(
            "{} lines of `{}` could not be read and were left out",
            table.skipped,
            call.ssvc.display()
        ));
    }
    match common.format {
        Format::Text => output::answer(&(text_of(&report) + &days_text(days.as_ref()))),
        Format::Json => output::json(&WithDays { report: &report, days: days.as_ref() }),
    }
    let holds = report.controls.iter().all(|control| control.holds) && days.is_none_or(|days| days.holds);
    Ok(if holds { MEASURED } else { CONTROL })
}

/// The report, with the simulation beside it.
#[derive(Serialize)]
struct WithDays<'a> {
    #[serde(flatten)]
    report: &'a Report,
    days: Option<&'a Days>,
}

/// The products of a list, one for each line of it.
fn assets_of(path: &Path) -> Result<Vec<Asset>, Failure> {
    let (inventories, _) = inventories::read(std::slice::from_ref(&path.to_path_buf()), None, None)?;
    let components = inventories.iter().flat_map(|inventory| &inventory.components);
    let assets: Vec<Asset> = components
        .filter_map(|component| match &component.what {
            What::Product { vendor, product } => Some(Asset { vendor: vendor.clone(), product: product.clone() }),
            What::Package { .. } => None,
        })
        .collect();
    if assets.is_empty() {
        return Err(Failure::call("no-products", format!("`{}` lists no products of vendors", path.display()))
            .help("the decisions name products, not packages: give a product list (docs/products.md)"));
    }
    Ok(assets)
}

fn days_text(days: Option<&Days>) -> String {
    let Some(days) = days else {
        return "\nDays for which exploited flaws stay open: nothing to simulate, for none of the flaws was listed in a whole month after the first cut.\n".to_owned();
    };
    let mut out = format!(
        "\nAsset-days for which exploited flaws stay open, {} to {}\n  {} assets with {} flaws, {} of them listed in the time; {} updates a month for {} months\n",
        days.from, days.until, days.assets, days.flaws, days.exploited, days.capacity, days.months
    );
    if days.unnamed > 0 {
        out.push_str(&format!("  {} more assets of the list have no flaw among the decisions\n", days.unnamed));
    }
    out.push_str(&format!("\n{:<26}{:>10}  {:<22}{}\n", "order", "days", "90 %", "of those at random"));
    for row in &days.rows {
        let late = if row.order == Rule::Epss && days.epss_is_late {
            "  (scores later than the first day: no rival)"
        } else {
            ""
        };
        let interval = format!("{:.0} to {:.0}", row.days.low, row.days.high);
        out.push_str(&format!("{:<26}{:>10.0}  {interval:<22}{:.2}{late}\n", row.words, row.days.value, row.of_random));
    }
    out.push_str(&format!("{:<26}{:>10.0}\n", "if nobody does anything", days.untouched));
    let holds = if days.holds { "holds" } else { "DOES NOT HOLD" };
    out.push_str(&format!(
        "\n  {:.3} {holds} (0.9 to 1.1): Assay's order over none, with the facts dealt out anew among the flaws\n",
        days.shuffled
    ));
    out
}

/// The last day of the decisions, and four before it, a month apart.
fn usual(table: &table::Table) -> Vec<Date> {
    let Some(last) = table.rows.iter().map(|row| row.day).max() else { return Vec::new() };
    let mut cuts: Vec<Date> =
        (0..5).filter_map(|month| last.checked_sub(jiff::Span::new().days(month * 30)).ok()).collect();
    cuts.reverse();
    cuts
}

fn scores(path: &Path) -> Result<Scores, Failure> {
    let bad = |error: String| Failure::call("unreadable", format!("`{}`: {error}", path.display()));
    let table = epss::read(&open::whole(path, LARGEST)?).map_err(bad)?;
    let day = table.edition.scored.get(..10).and_then(|day| day.parse().ok());
    let day = day.ok_or_else(|| bad("it does not say of which day its scores are".to_owned()))?;
    let by_cve: BTreeMap<String, f64> =
        table.rows.into_iter().map(|(cve, score)| (cve.to_string(), f64::from(score) / 100_000.0)).collect();
    Ok(Scores { day, by_cve })
}

fn text_of(report: &Report) -> String {
    let mut out = format!(
        "Listed later: {} over {} (different ones: {}), up to {}\n",
        report.positives,
        if report.cuts.len() == 1 { "1 cut".to_owned() } else { format!("{} cuts", report.cuts.len()) },
        report.distinct,
        report.until
    );
    for cut in &report.cuts {
        out.push_str(&format!(
            "  {}: {} CVEs, {} listed later; {} more were listed and not yet known\n",
            cut.day, cut.cves, cut.positives, cut.out_of_reach
        ));
    }
    out.push_str(&format!(
        "\n{:<26}{:<20}{}\n",
        "order", "AUC (90 %)", "share of the later ones found among the first"
    ));
    let efforts = EFFORTS.map(|effort| format!("{}.{} %", effort / 10, effort % 10));
    let firsts = FIRST.map(|first| first.to_string());
    out.push_str(&format!("{:<46}", ""));
    for heading in firsts.iter().chain(&efforts) {
        out.push_str(&format!("{heading:<8}"));
    }
    out.push('\n');
    for row in &report.orders {
        let auc = row.measured.auc;
        out.push_str(&format!("{:<26}{:<20}", row.words, interval(auc)));
        for figure in row.measured.at_first.iter().chain(&row.measured.at_effort) {
            out.push_str(&format!("{:<8.2}", figure.value));
        }
        out.push('\n');
    }
    if let Some(ours) = report.orders.last() {
        let figures: Vec<String> = ours
            .measured
            .at_effort
            .iter()
            .zip(&efforts)
            .map(|(figure, effort)| format!("{effort} {:.2} to {:.2}", figure.low, figure.high))
            .collect();
        out.push_str(&format!("\nIntervals of the last row: {}\n", figures.join(", ")));
    }
    out.push_str("\nControls\n");
    for control in &report.controls {
        let holds = if control.holds { "holds" } else { "DOES NOT HOLD" };
        out.push_str(&format!("  {:.3} {holds} ({}): {}\n", control.auc, control.wanted, control.what));
    }
    out.push_str("\nTo read the figures\n");
    for remark in &report.remarks {
        out.push_str(&format!("  - {remark}\n"));
    }
    out
}

fn interval(figure: Figure) -> String {
    format!("{:.2} ({:.2} to {:.2})", figure.value, figure.low, figure.high)
}
