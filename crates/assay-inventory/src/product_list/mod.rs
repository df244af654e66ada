//! A list of products, as people export it from a spreadsheet: vendor, product,
//! version, where it stands, who patches it, whether strangers reach it.
//!
//! A cell is text whatever it begins with; nothing in it is evaluated here.

mod columns;
mod text;
mod unread;

use assay_base::Answer;
use csv::{ReaderBuilder, StringRecord};

use crate::component::{Component, PatchedBy, Site, What};
use crate::found::{Broken, Found};
use crate::product::Product;
use columns::{Columns, Role};
pub(crate) use text::decode;
use unread::Unread;

/// A list that is read, for whoever has none yet.
pub const EXAMPLE: &str = "\
vendor,product,version,place,patched by,internet facing
Fortinet,FortiGate 60F,7.4.3,server room,us,yes
Baxter,Infusion pump,,ward 3,Baxter service,no
Microsoft,Windows Server 2019,,server room,us,unknown
";

/// Lines above the header that are looked through: a title, a date, an empty line.
const PREAMBLE: usize = 10;

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        let how =
            "save it as CSV, and read that (Excel: File, Save As, CSV UTF-8; LibreOffice: File, Save As, Text CSV)";
        return Err(Broken::Other("a spreadsheet's own file", how));
    }
    let text = decode(bytes);
    let (delimiter, table) = delimiter(&text);
    let mut lines = Lines { text: &text, at: 0, line: 1, table: text.len() - table.len() };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(table.as_bytes());
    let mut rows = reader.records();
    let mut seen = Vec::new();
    let (columns, mut unread) = loop {
        let Some(row) = rows.next() else { return Err(no_header(&seen)) };
        let row = row.map_err(|e| Broken::at("the table", e.to_string()))?;
        let columns = Columns::of(&row);
        if columns.is_header() {
            let unread = Unread::of(&columns, &row);
            break (columns, unread);
        }
        seen.push(row);
        if seen.len() >= PREAMBLE {
            return Err(no_header(&seen));
        }
    };
    let mut found = Found::default();
    for row in rows {
        let row = row.map_err(|e| Broken::at("the table", e.to_string()))?;
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        unread.look(&row);
        let line = lines.of(row.position().map_or(0, csv::Position::byte));
        if let Some(component) = component(&columns, &row, line, &mut found) {
            found.push(component)?;
        }
    }
    if let Some(header) = unread.likely() {
        let why = format!(
            "no column is known to hold versions, and `{}` looks as if it did: name it Version, and read the list again",
            cut(header)
        );
        found.skip("the header line", why);
    }
    Ok(found.done())
}

/// Counts lines up to a row: the reader's own count is one short after `\r\n`, and does not know of a `sep=` line.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// Where the table begins in the text.
    table: usize,
}

impl Lines<'_> {
    /// The line of the row that begins at this byte of the table, or after the line ends there.
    fn of(&mut self, byte: u64) -> usize {
        let start = usize::try_from(byte).unwrap_or(usize::MAX).saturating_add(self.table);
        while let Some(c) = self.text.as_bytes().get(self.at) {
            if self.at >= start && !matches!(c, b'\n' | b'\r') {
                break;
            }
            let lone = *c == b'\r' && self.text.as_bytes().get(self.at + 1) != Some(&b'\n');
            self.line += usize::from(*c == b'\n' || lone);
            self.at += 1;
        }
        self.line
    }
}

fn component(columns: &Columns, row: &StringRecord, line: usize, found: &mut Found) -> Option<Component> {
    let at = format!("line {line}");
    if row.len() < columns.needed() {
        found.skip(at, format!("the row has {} of {} columns", row.len(), columns.count));
        return None;
    }
    if row.iter().skip(columns.count).any(|cell| !cell.trim().is_empty()) {
        let why = format!(
            "the row has {} columns, the header has {}: a cell with a delimiter in it needs quotes",
            row.len(),
            columns.count
        );
        found.skip(at, why);
        return None;
    }
    let cell = |role: Role| columns.place(role).and_then(|place| row.get(place)).map_or("", str::trim);
    let vendor = cell(Role::Vendor);
    let product = cell(Role::Product);
    if product.is_empty() {
        found.skip(at, "the row names no product");
        return None;
    }
    if Product::new(vendor, product).is_any() {
        found.skip(at, format!("`{}` names no product: give each its own row", cut(product)));
        return None;
    }
    let exposed = cell(Role::Exposed);
    let exposed = exposure(exposed).unwrap_or_else(|| {
        let why = format!("`{}` says neither yes nor no to *exposed*; taken as unknown", cut(exposed));
        found.skip(at.as_str(), why);
        Answer::Unknown
    });
    let version = Some(cell(Role::Version)).filter(|v| !is_unknown(v)).map(str::to_owned);
    Some(Component {
        what: What::Product { vendor: vendor.to_owned(), product: product.to_owned() },
        version,
        purl: None,
        at,
        site: Site {
            place: cell(Role::Place).to_owned(),
            exposed,
            patched_by: patched_by(cell(Role::PatchedBy), vendor),
        },
    })
}

/// Words of people who mean that they do not know.
fn is_unknown(written: &str) -> bool {
    let plain = written.to_lowercase();
    matches!(
        plain.as_str(),
        "" | "?" | "-" | "--" | "unknown" | "n/a" | "na" | "none" | "not known" | "tbd" | "unclear"
    )
}

/// None if the words are not understood.
fn exposure(written: &str) -> Option<Answer> {
    // `None` is what a program writes for an empty cell.
    if is_unknown(written) {
        return Some(Answer::Unknown);
    }
    match written.to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "internet" | "public" | "external" | "exposed" | "internet facing"
        | "internet-facing" | "dmz" => Some(Answer::Yes),
        "no" | "n" | "false" | "f" | "0" | "internal" | "internal only" | "private" | "isolated" | "offline"
        | "not exposed" | "lan" => Some(Answer::No),
        _ => None,
    }
}

fn patched_by(written: &str, vendor: &str) -> PatchedBy {
    if is_unknown(written) {
        return PatchedBy::Unknown;
    }
    match written.to_lowercase().as_str() {
        "us" | "we" | "we do" | "ourselves" | "self" | "own" | "in house" | "in-house" | "inhouse" | "internal"
        | "it" | "our it" | "it department" | "it dept" | "it team" | "internal it" | "local it" => PatchedBy::Us,
        "vendor" | "the vendor" | "manufacturer" | "supplier" | "oem" if !vendor.is_empty() => {
            PatchedBy::Vendor(vendor.to_owned())
        }
        _ => PatchedBy::Vendor(written.to_owned()),
    }
}

/// The delimiter, and the text after a line that names it (`sep=;`).
fn delimiter(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP="))
        && let [named @ (b',' | b';' | b'\t'), ..] = rest.as_bytes()
        && let Some((line, after)) = rest.split_once('\n')
        && line.trim_end_matches('\r').len() == 1
    {
        return (*named, after);
    }
    // The line that splits into the most columns is the header or a row; a title has none.
    let mut best = (0, b',');
    for candidate in [b',', b';', b'\t'] {
        let most = text.lines().take(PREAMBLE).map(|line| columns_of(line, candidate)).max().unwrap_or(0);
        if most > best.0 {
            best = (most, candidate);
        }
    }
    (best.1, text)
}

fn columns_of(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let outside = line.bytes().filter(|c| {
        quoted ^= *c == b'"';
        !quoted && *c == delimiter
    });
    outside.count()
}

fn no_header(seen: &[StringRecord]) -> Broken {
    let longest = seen.iter().min_by_key(|row| std::cmp::Reverse(row.len()));
    let named: Vec<String> =
        longest.iter().flat_map(|row| row.iter()).filter(|c| !c.trim().is_empty()).take(20).map(cut).collect();
    let named = if named.is_empty() { "none".to_owned() } else { format!("`{}`", named.join("`, `")) };
    Broken::at(
        "the header line",
        format!(
            "no line names a column for the product and one for its vendor or version. Columns found: {named}. \
             A list looks like this:\n{EXAMPLE}"
        ),
    )
}

fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Whether a header line stands near the beginning.
pub(crate) fn looks_like_one(first: &[u8]) -> bool {
    let text = decode(first);
    let (delimiter, text) = delimiter(&text);
    let reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    reader.into_records().take(PREAMBLE).flatten().any(|row| Columns::of(&row).is_header())
}
