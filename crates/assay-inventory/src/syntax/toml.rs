//! TOML as lock tools write it: headers of tables, and pairs of a bare key and
//! a value.
//!
//! A value is passed over to its end, whatever it is; only texts and inline
//! tables are looked into. Nothing is kept, and nothing recurses.

use std::borrow::Cow;

use super::{CONFLICT, is_conflict};
use crate::found::Broken;

/// What stands next in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// `[path]`, or `[[path]]` where a new element of a list of tables begins.
    Table {
        /// As written, without its brackets.
        path: &'a str,
        /// Whether it has two brackets.
        is_element: bool,
    },
    /// `key = value`.
    Pair {
        /// The key as written, without quotes.
        key: &'a str,
        /// The value as written.
        value: &'a str,
    },
}

/// Walks a text, with the line of each event.
///
/// # Errors
///
/// With the line: a merge conflict, a line that is no header and no pair, a value that has no end; or what `each` says.
pub(crate) fn walk<'a>(
    text: &'a str,
    mut each: impl FnMut(usize, Event<'a>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut at = 0;
    let mut line = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = rest.find('\n').map_or(rest.len(), |n| n + 1);
        let written = rest.get(..end).unwrap_or_default().trim();
        let broken = |why: &str| Broken::at(format!("line {line}"), why);
        if is_conflict(written) {
            return Err(broken(CONFLICT));
        }
        if written.is_empty() || written.starts_with('#') {
        } else if let Some(header) = written.strip_prefix('[') {
            let header = header.split('#').next().unwrap_or_default().trim_end();
            let is_element = header.starts_with('[');
            let path = if is_element {
                header.strip_prefix('[').and_then(|h| h.strip_suffix("]]"))
            } else {
                header.strip_suffix(']')
            };
            let path = path.ok_or_else(|| broken("the header of a table is not closed"))?.trim();
            each(line, Event::Table { path, is_element })?;
        } else {
            let (key, _) = written.split_once('=').ok_or_else(|| {
                broken("neither a table nor a key with its value; is the file whole, as its tool wrote it?")
            })?;
            let key = key.trim().trim_matches(['"', '\'']);
            let from = rest.find('=').map_or(rest.len(), |n| n + 1);
            let value = rest.get(from..).unwrap_or_default();
            let space = value.len() - value.trim_start_matches([' ', '\t']).len();
            let value = value.get(space..).unwrap_or_default();
            let length =
                value_end(value).ok_or_else(|| broken("a value of this key has no end; is the file whole?"))?;
            let value = value.get(..length).unwrap_or_default();
            each(line, Event::Pair { key, value: value.trim_end() })?;
            // The rest of the value's last line is a comment, or nothing.
            let stop = at + from + space + length;
            let next = text.get(stop..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| stop + n + 1);
            line += text.get(at..next).unwrap_or_default().bytes().filter(|c| *c == b'\n').count();
            at = next;
            continue;
        }
        line += 1;
        at += end;
    }
    Ok(())
}

/// Where a value ends.
fn value_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0_usize;
    let mut at = 0;
    loop {
        match bytes.get(at) {
            // A scalar at the end of the file.
            None => return (open == 0).then_some(at),
            Some(b'"' | b'\'') => at += string_end(text.get(at..)?)?,
            Some(b'[' | b'{') => {
                open += 1;
                at += 1;
            }
            Some(b']' | b'}') => {
                open = open.checked_sub(1)?;
                at += 1;
                if open == 0 {
                    return Some(at);
                }
            }
            Some(b'#') if open > 0 => at += text.get(at..)?.find('\n')?,
            Some(b'#' | b'\n') if open == 0 => return Some(at),
            Some(_) => at += 1,
        }
    }
}

/// Where a string ends, its closing quotes included.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let thrice = [quote; 3];
    let (mut at, long) = if bytes.starts_with(&thrice) { (3, true) } else { (1, false) };
    loop {
        let c = *bytes.get(at)?;
        if c == b'\\' && quote == b'"' {
            at += 2;
        } else if long && bytes.get(at..)?.starts_with(&thrice) {
            // Up to two more quotes may belong to the text.
            let more = bytes.get(at + 3..)?.iter().take(2).take_while(|c| **c == quote).count();
            return Some(at + 3 + more);
        } else if !long && c == quote {
            return Some(at + 1);
        } else if !long && c == b'\n' {
            return None;
        } else {
            at += 1;
        }
    }
}

/// The text of a string value of one line; none for every other value.
pub(crate) fn string(value: &str) -> Option<Cow<'_, str>> {
    if value.starts_with("\"\"\"") || value.starts_with("'''") {
        return None;
    }
    if let Some(inner) = value.strip_prefix('\'') {
        return inner.strip_suffix('\'').map(Cow::Borrowed);
    }
    value.starts_with('"').then(|| super::yaml::unquote(value)).flatten()
}

/// The value of a key of an inline table's outer level, as written.
pub(crate) fn inline<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = table.strip_prefix('{')?.strip_suffix('}')?;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\n', '\r', '\t']);
        let (named, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let end = match value.as_bytes().first()? {
            b'"' | b'\'' => string_end(value)?,
            b'[' | b'{' => value_end(value)?,
            _ => value.find([',', '}']).unwrap_or(value.len()),
        };
        if named.trim().trim_matches(['"', '\'']) == key {
            return value.get(..end).map(str::trim_end);
        }
        rest = value.get(end..)?;
    }
}
