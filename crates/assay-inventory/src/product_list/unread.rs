//! A column of versions that nobody knows as one. A list without versions gives
//! *cannot tell* for each row, and whoever wrote them down should be told why.

use csv::StringRecord;

use super::columns::{Columns, Role};

/// Headers whose cells have dots and digits, and are no versions.
const OTHERS: [&str; 12] =
    ["address", "amount", "asset", "bought", "cost", "date", "ip", "network", "phone", "price", "serial", "value"];
/// Rows that have to look so; fewer are no sign.
const ROWS: usize = 3;

/// The columns that are left alone, with how many of their cells look like versions.
#[derive(Default)]
pub(super) struct Unread {
    columns: Vec<(usize, String, usize)>,
    rows: usize,
}

impl Unread {
    /// Of a header line; nothing is looked for where the versions' column is known.
    pub(super) fn of(columns: &Columns, header: &StringRecord) -> Self {
        if columns.place(Role::Version).is_some() {
            return Self::default();
        }
        let other = |cell: &str| {
            let lower = cell.to_lowercase();
            lower.split(|c: char| !c.is_alphanumeric()).any(|word| OTHERS.contains(&word))
        };
        let left = header.iter().enumerate().filter(|(place, cell)| !columns.has(*place) && !other(cell));
        Self { columns: left.map(|(place, cell)| (place, cell.to_owned(), 0)).collect(), rows: 0 }
    }

    /// Looks at a row.
    pub(super) fn look(&mut self, row: &StringRecord) {
        self.rows += 1;
        for (place, _, count) in &mut self.columns {
            *count += usize::from(row.get(*place).is_some_and(is_like_one));
        }
    }

    /// The header of the column that looks most like it, if any does.
    pub(super) fn likely(&self) -> Option<&str> {
        let most = self.columns.iter().max_by_key(|(place, _, count)| (*count, std::cmp::Reverse(*place)))?;
        (most.2 >= ROWS && most.2 * 2 >= self.rows).then_some(most.1.as_str())
    }
}

/// Numbers with dots, and neither an address of a network nor a date.
fn is_like_one(cell: &str) -> bool {
    let text = cell.trim().trim_start_matches(['v', 'V', 'R']);
    let parts: Vec<&str> = text.split('.').collect();
    let digits = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    let is_date = matches!(parts.as_slice(), [_, _, year] if year.len() == 4 && (year.starts_with("19") || year.starts_with("20")));
    (2..=6).contains(&parts.len())
        && text.len() <= 24
        && parts.iter().all(digits)
        && !is_date
        && text.parse::<std::net::Ipv4Addr>().is_err()
}
