//! The table of comparisons: hostile text, bounded, read line by line.

use std::cmp::Ordering;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;
use crate::report::plain;

/// Bytes of a table: a million lines and more.
const TABLE: u64 = 64 * 1024 * 1024;

/// Bytes of one line: two versions at their longest, and room.
const LINE: usize = 1024;

const SHAPE: &str = "write each line as `1.9 < 1.10`, with <, = or > between two versions";

/// One comparison.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Counted from one.
    pub number: usize,
    pub a: &'a str,
    pub order: Ordering,
    pub b: &'a str,
}

/// The whole table, from a file or from standard input.
pub fn text(file: Option<&Path>) -> Result<String, Failure> {
    let place = file.map_or_else(|| "standard input".to_owned(), |file| format!("`{}`", file.display()));
    let failed = |error: std::io::Error| {
        Failure::call("cannot-read", format!("{place} cannot be read: {error}"))
            .help("name a file of comparisons, or leave the name out and write them to standard input")
    };
    let mut bytes = Vec::new();
    match file {
        Some(file) => File::open(file).map_err(failed)?.take(TABLE + 1).read_to_end(&mut bytes),
        None => std::io::stdin().lock().take(TABLE + 1).read_to_end(&mut bytes),
    }
    .map_err(failed)?;
    if bytes.len() as u64 > TABLE {
        return Err(Failure::call("too-large", format!("{place} is larger than {} MiB", TABLE >> 20))
            .help("split the table into several files"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::call("not-text", format!("{place}, line {line}: not UTF-8")).help("save the table as UTF-8 text")
    })
}

/// The comparisons of a table; empty lines and comments are passed over.
pub fn lines<'a>(text: &'a str, place: &'a str) -> impl Iterator<Item = Result<Line<'a>, Failure>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().enumerate().filter_map(move |(n, line)| {
        let line = line.trim();
        let passed_over = line.is_empty() || line.starts_with('#');
        (!passed_over).then(|| comparison(line, n + 1, place))
    })
}

fn comparison<'a>(line: &'a str, number: usize, place: &str) -> Result<Line<'a>, Failure> {
    let bad = |what: &str| {
        Failure::call("not-a-comparison", format!("{place}, line {number}: {what}: {}", plain::line(line, 80)))
            .help(SHAPE)
    };
    if line.len() > LINE {
        return Err(bad("longer than two versions can be"));
    }
    let mut found = None;
    for (sign, order) in [(" < ", Ordering::Less), (" = ", Ordering::Equal), (" > ", Ordering::Greater)] {
        let Some(at) = line.find(sign) else { continue };
        if found.is_some() || line.matches(sign).count() > 1 {
            return Err(bad("more than one comparison"));
        }
        found = Some((line.split_at(at), order));
    }
    let Some(((a, b), order)) = found else { return Err(bad("no comparison")) };
    let b = b.get(3..).unwrap_or_default();
    Ok(Line { number, a: a.trim(), order, b: b.trim() })
}
