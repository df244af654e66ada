//! Asking a JSON value of a stranger's for texts and lists, bounded.

use assay_base::Instant;
use serde_json::Value;

use super::{BadVex, LARGEST, NAME, TEXT};

/// Parses a document, its byte order mark left out. serde_json bounds the depth at 128.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, BadVex> {
    if bytes.len() > LARGEST {
        return Err(BadVex::TooLarge(bytes.len()));
    }
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|error| BadVex::NotJson(error.to_string()))
}

/// The text under a key, unless it is empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A name under a key; none if it is longer than any real one, or has characters that act.
pub(super) fn name(value: &Value, key: &str) -> Option<String> {
    text(value, key).filter(|text| is_name(text)).map(str::to_owned)
}

pub(super) fn is_name(text: &str) -> bool {
    text.len() <= NAME && !text.chars().any(char::is_control)
}

/// The list under a key; empty if there is none.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The names in a list of texts.
pub(super) fn names<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    list(value, key).iter().filter_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty() && is_name(text))
}

/// Words for people, on one line and cut.
pub(super) fn words(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(line).filter(|text| !text.is_empty())
}

pub(super) fn line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if out.len() > TEXT {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.chars().count() > TEXT {
        out = out.chars().take(TEXT).collect::<String>() + "...";
    }
    out
}

/// The instant under a key; none if it is no RFC 3339 instant with a zone.
pub(super) fn instant(value: &Value, key: &str) -> Option<Instant> {
    text(value, key)?.parse().ok()
}
