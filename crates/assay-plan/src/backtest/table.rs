//! Reads the table of CISA's SSVC decisions with the columns that a back-test
//! needs beside the decision itself: the CVSS vector and the first CPE name.

use assay_base::Answer;
use assay_match::exposure::Impact;

use super::Decided;

/// Longest line, in bytes.
const LINE: usize = 16 * 1024;
/// Most rows.
const ROWS: usize = 2_000_000;

/// What was read, and how many lines could not be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Decided>,
    /// Lines that could not be read.
    pub skipped: usize,
}

/// Reads the table: `cve`, `automatable`, `technical_impact` and `ssvc_timestamp` are needed; `exploitation`,
/// `adp_cvss31` and `adp_first_cpe` add to it. `score` computes a CVSS base score.
///
/// # Errors
/// The first line does not name the columns, or there are more rows than any table has.
pub fn read(text: &str, score: impl Fn(&str) -> Option<f64>) -> Result<Table, String> {
    let mut lines = text.lines();
    let headers = cells(lines.next().unwrap_or_default().trim_start_matches('\u{feff}'));
    let column = |name: &str| headers.iter().position(|header| header.trim() == name);
    let needed = |name: &str| column(name).ok_or_else(|| format!("its first line names no column `{name}`"));
    let (cve, automatable) = (needed("cve")?, needed("automatable")?);
    let (impact, decided) = (needed("technical_impact")?, needed("ssvc_timestamp")?);
    let [exploitation, vector, cpe] = ["exploitation", "adp_cvss31", "adp_first_cpe"].map(column);
    let mut table = Table::default();
    for line in lines {
        if table.rows.len() >= ROWS {
            return Err(format!("it has more than {ROWS} rows"));
        }
        let row = (line.len() <= LINE).then(|| cells(line)).and_then(|cells| {
            let cell = |at: usize| cells.get(at).map(|cell| cell.trim());
            let day = cell(decided)?.get(..10)?.parse().ok()?;
            let maybe = |at: Option<usize>| at.and_then(cell).unwrap_or_default();
            Some(Decided {
                cve: cell(cve).filter(|id| id.starts_with("CVE-") && id.len() <= 30)?.to_owned(),
                day,
                automatable: match cell(automatable)? {
                    "yes" => Answer::Yes,
                    "no" => Answer::No,
                    _ => Answer::Unknown,
                },
                impact: match cell(impact)? {
                    "total" => Impact::Total,
                    "partial" => Impact::Partial,
                    _ => Impact::Unknown,
                },
                published_exploit: maybe(exploitation) == "poc",
                score: score(maybe(vector)),
                // `cpe:2.3:a:vendor:product:...`
                vendor: maybe(cpe).split(':').nth(3).unwrap_or_default().to_owned(),
                product: maybe(cpe).split(':').nth(4).unwrap_or_default().to_owned(),
            })
        });
        match row {
            Some(row) => table.rows.push(row),
            None => table.skipped += 1,
        }
    }
    Ok(table)
}

/// The cells of a line; a quoted one may hold commas, and a doubled quote stands for itself.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                if let Some(last) = cells.last_mut() {
                    last.push('"');
                }
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => {
                if let Some(last) = cells.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const TABLE: &str = "cve,exploitation,automatable,technical_impact,ssvc_timestamp,adp_cvss31,adp_first_cpe\n\
        CVE-2024-1,poc,yes,total,2024-08-01T18:51:01Z,vector,\"cpe:2.3:a:some_vendor:a,b:1\"\n\
        CVE-2024-2,none,no,partial,soon,,\n";

    #[test]
    fn a_row_is_read_and_a_bad_one_is_counted() {
        let table = read(TABLE, |_| Some(9.8)).unwrap();
        assert_eq!((table.rows.len(), table.skipped), (1, 1));
        let row = &table.rows[0];
        assert_eq!((row.vendor.as_str(), row.published_exploit, row.score), ("some_vendor", true, Some(9.8)));
        assert!(read("cve,automatable\n", |_| None).unwrap_err().contains("technical_impact"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}|(cve,automatable,technical_impact,ssvc_timestamp\n[\",a-z0-9-]{0,60}\n?){0,4}") {
            let _ = read(&text, |_| None);
        }
    }
}
