//! FIRST's EPSS scores, as the daily CSV: how likely it is that somebody will
//! try to exploit a CVE within thirty days.
//!
//! The first line is a comment with the model and the day; scores of two
//! models cannot be compared. Unpacking is the caller's.
//! <https://www.first.org/epss/data_stats>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cve_number::CveNumber;
use super::skips::{Skips, cut};

/// Steps of one: the file has five digits.
const STEPS: f64 = 100_000.0;
/// Longest name of a model, and longest day.
const LONGEST: usize = 64;

/// One CVE's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score {
    /// The probability, in hundred-thousandths.
    pub probability: u32,
    /// The share of all scored CVEs that have no higher score, in hundred-thousandths.
    pub percentile: u32,
}

/// Which model scored, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Edition {
    /// The model: `v2025.03.14`; empty if the file names none.
    pub model: String,
    /// When the scores were made, as written; empty if not said.
    pub scored: String,
}

/// All scores of one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Model and day.
    pub edition: Edition,
    /// CVEs in order, each once, with the probability in hundred-thousandths.
    pub rows: Vec<(CveNumber, u32)>,
    /// Each probability that occurs, in order, with its percentile.
    pub percentiles: Vec<(u32, u32)>,
    /// Lines that could not be read.
    pub skips: Skips,
}

impl Score {
    /// The probability, 0 to 1.
    pub fn probability(self) -> f64 {
        f64::from(self.probability) / STEPS
    }

    /// The percentile, 0 to 1.
    pub fn percentile(self) -> f64 {
        f64::from(self.percentile) / STEPS
    }
}

impl Table {
    /// A CVE's score.
    pub fn get(&self, cve: CveNumber) -> Option<Score> {
        let at = self.rows.binary_search_by_key(&cve, |(known, _)| *known).ok()?;
        let (_, probability) = *self.rows.get(at)?;
        let at = self.percentiles.binary_search_by_key(&probability, |(known, _)| *known).ok()?;
        let (_, percentile) = *self.percentiles.get(at)?;
        Some(Score { probability, percentile })
    }
}

/// Reads the scores.
///
/// # Errors
///
/// No line names the columns `cve` and `epss`. A bad line is no error: it is in [`Table::skips`].
pub fn read(bytes: &[u8]) -> Result<Table, String> {
    let mut table = Table::default();
    let mut rest = bytes;
    while let Some(after) = rest.strip_prefix(b"#") {
        let end = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
        let (line, behind) = after.split_at(end);
        note(&String::from_utf8_lossy(line), &mut table.edition);
        rest = behind.strip_prefix(b"\n").unwrap_or(behind);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(rest);
    let headers = reader.headers().map_err(|error| format!("its columns cannot be read: {error}"))?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim() == name);
    let needed = |name: &str| column(name).ok_or_else(|| format!("no column is named `{name}`"));
    let (cve, epss, percentile) = (needed("cve")?, needed("epss")?, column("percentile"));

    let mut rows: BTreeMap<CveNumber, u32> = BTreeMap::new();
    let mut percentiles: BTreeMap<u32, u32> = BTreeMap::new();
    let mut record = csv::ByteRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                table.skips.push(format!("row {line}"), error.to_string());
                break;
            }
        }
        match row(&record, cve, epss, percentile) {
            Ok((cve, probability, percentile)) => {
                rows.insert(cve, probability);
                let known = percentiles.entry(probability).or_insert(percentile);
                *known = percentile.max(*known);
            }
            Err(why) => table.skips.push(format!("row {line}"), why),
        }
    }
    if percentile.is_none() {
        percentiles = counted(&rows);
    }
    table.rows = rows.into_iter().collect();
    table.percentiles = percentiles.into_iter().collect();
    Ok(table)
}

/// Percentiles by their definition, where the file has none.
fn counted(rows: &BTreeMap<CveNumber, u32>) -> BTreeMap<u32, u32> {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    rows.values().for_each(|probability| *counts.entry(*probability).or_default() += 1);
    let all = rows.len().max(1) as u64;
    let mut below = 0;
    let share = |(probability, count): (u32, u64)| {
        below += count;
        (probability, u32::try_from(below * 100_000 / all).unwrap_or(100_000))
    };
    counts.into_iter().map(share).collect()
}

/// `model_version:v2025.03.14,score_date:2026-01-30T12:55:00Z`.
fn note(line: &str, edition: &mut Edition) {
    for (key, value) in line.split(',').filter_map(|part| part.split_once(':')) {
        let value: String = value.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        match key.trim() {
            // A file that was put together from others may say that it does not know.
            "model_version" if value.eq_ignore_ascii_case("unknown") => {}
            "model_version" => edition.model = value,
            // FIRST writes UTC as `+0000`, which RFC 3339 does not know.
            "score_date" => {
                edition.scored = value.strip_suffix("+0000").map_or(value.clone(), |bare| format!("{bare}Z"))
            }
            _ => {}
        }
    }
}

fn row(
    record: &csv::ByteRecord,
    cve: usize,
    epss: usize,
    percentile: Option<usize>,
) -> Result<(CveNumber, u32, u32), String> {
    let field = |at: usize| -> Result<&str, String> {
        let bytes = record.get(at).ok_or_else(|| format!("it has {} columns only", record.len()))?;
        std::str::from_utf8(bytes).map(str::trim).map_err(|_| "it is not UTF-8".to_owned())
    };
    let id = field(cve)?;
    let number = CveNumber::of(id).ok_or_else(|| format!("`{}` is no CVE id", cut(id)))?;
    let share = |at: usize, what: &str| -> Result<u32, String> {
        let written = field(at)?;
        let value: f64 = written.parse().map_err(|_| format!("{what} is `{}`, not a number", cut(written)))?;
        if !(0.0..=1.0).contains(&value) {
            return Err(format!("{what} is `{}`, not between 0 and 1", cut(written)));
        }
        Ok((value * STEPS).round() as u32)
    };
    Ok((number, share(epss, "the score")?, percentile.map_or(Ok(0), |at| share(at, "the percentile"))?))
}
