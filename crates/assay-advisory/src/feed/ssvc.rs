//! CISA's SSVC decisions as a table: one CVE a line, columns found by name.
//!
//! `cve`, `automatable` and `technical_impact` are needed; `ssvc_timestamp`
//! dates a decision. Unpacking is the caller's.

use super::skips::{Skips, cut};
use super::{Decision, is_cve_id};

/// Most bytes of one line's field.
const LONGEST: usize = 4096;

/// A table of decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// CVE id and what was decided, in the table's order.
    pub rows: Vec<(String, Decision)>,
    /// Lines that could not be read.
    pub skips: Skips,
}

impl Table {
    /// When the newest decision was made; none without any.
    pub fn newest(&self) -> Option<&str> {
        self.rows.iter().map(|(_, decision)| decision.decided.as_str()).filter(|decided| !decided.is_empty()).max()
    }
}

/// Reads the table.
///
/// # Errors
///
/// The first line does not name the columns. A bad line is no error: it is in [`Table::skips`].
pub fn read(bytes: &[u8]) -> Result<Table, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headers = reader.headers().map_err(|error| format!("its first line cannot be read: {error}"))?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim().trim_start_matches('\u{feff}') == name);
    let needed = |name: &str| column(name).ok_or_else(|| format!("its first line names no column `{name}`"));
    let (cve, automatable, impact) = (needed("cve")?, needed("automatable")?, needed("technical_impact")?);
    let decided = column("ssvc_timestamp");

    let mut table = Table::default();
    let mut record = csv::ByteRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(table),
            Ok(true) => {}
            // Bytes in memory do not fail to be read, and records may differ in length.
            Err(error) => {
                table.skips.push(format!("line {line}"), error.to_string());
                return Ok(table);
            }
        }
        match row(&record, cve, automatable, impact, decided) {
            Ok(row) => table.rows.push(row),
            Err(why) => table.skips.push(format!("line {line}"), why),
        }
    }
}

fn row(
    record: &csv::ByteRecord,
    cve: usize,
    automatable: usize,
    impact: usize,
    decided: Option<usize>,
) -> Result<(String, Decision), String> {
    let field = |at: usize| -> Result<&str, String> {
        let bytes = record.get(at).ok_or_else(|| format!("it has {} columns only", record.len()))?;
        if bytes.len() > LONGEST {
            return Err(format!("a field has {} bytes", bytes.len()));
        }
        std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
    };
    let id = field(cve)?.trim();
    if !is_cve_id(id) {
        return Err(format!("`{}` is no CVE id", cut(id)));
    }
    let decided = decided.map_or(Ok(""), field)?;
    Ok((id.to_owned(), Decision::of(field(automatable)?, field(impact)?, decided)?))
}
