//! What all files of this crate have in common: bounded, strict, and every
//! fault told at once.

use assay_clock::Zone;
use jiff::civil::Date;
use serde::Serializer;
use serde::de::DeserializeOwned;

/// Largest file that is read, in bytes.
pub const LARGEST: usize = 1 << 20;
/// Most entries of any list in one.
pub const ENTRIES: usize = 5_000;
/// Longest line of text, in characters.
const LINE: usize = 1_000;

/// A file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFile {
    /// It is larger than any such file is.
    #[error("it has {0} bytes, and no such file has more than {LARGEST}")]
    TooLarge(usize),
    /// It is no TOML, or has keys or values that such a file does not have.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It can be read and says something that cannot be.
    #[error("it is wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
}

/// Parses a file of a bounded size.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, BadFile> {
    if text.len() > LARGEST {
        return Err(BadFile::TooLarge(text.len()));
    }
    toml::from_str(text).map_err(|error| BadFile::Unreadable(shorten(error.to_string().trim())))
}

/// Collects what is wrong; the first faults are enough to act on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    pub(crate) fn push(&mut self, fault: impl Into<String>) {
        if self.0.len() < 20 {
            self.0.push(fault.into());
        }
    }

    pub(crate) fn done<T>(self, value: T) -> Result<T, BadFile> {
        if self.0.is_empty() { Ok(value) } else { Err(BadFile::Wrong(self.0)) }
    }

    pub(crate) fn schema(&mut self, given: &str, wanted: &str) {
        if given != wanted {
            self.push(format!("the schema is `{}` and not `{wanted}`", shorten(given)));
        }
    }

    pub(crate) fn many(&mut self, what: &str, count: usize) {
        if count > ENTRIES {
            self.push(format!("it has {count} {what}, and at most {ENTRIES} are read"));
        }
    }

    /// A line that has to be there.
    pub(crate) fn line(&mut self, what: &str, text: &str) {
        if text.trim().is_empty() {
            self.push(format!("{what} is empty"));
        } else {
            self.optional(what, text);
        }
    }

    /// A line that may be empty.
    pub(crate) fn optional(&mut self, what: &str, text: &str) {
        if text.chars().count() > LINE || text.chars().any(acts) {
            self.push(format!("{what} is more than one line of {LINE} characters"));
        }
    }

    /// Small letters, digits and hyphens.
    pub(crate) fn id(&mut self, what: &str, text: &str) {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 100 || !text.bytes().all(known) {
            self.push(format!("{what} `{}` is no id: small letters, digits and `-`", shorten(text)));
        }
    }

    pub(crate) fn date(&mut self, what: &str, text: &str) -> Option<Date> {
        let read = day(text);
        if read.is_none() {
            self.push(format!("{what}: `{}` is no date such as 2026-07-02", shorten(text)));
        }
        read
    }

    pub(crate) fn zone(&mut self, what: &str, text: &str) -> Option<Zone> {
        match Zone::named(text) {
            Ok(zone) => Some(zone),
            Err(error) => {
                self.push(format!("{what}: {error}"));
                None
            }
        }
    }

    /// An address of a page, or the name of a document: what a reader can go to.
    pub(crate) fn source(&mut self, what: &str, text: &str) {
        self.line(what, text);
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        if matches!(scheme.as_deref(), Some("javascript" | "data" | "vbscript" | "file")) {
            self.push(format!("{what} is an address that no reader should follow"));
        }
    }
}

/// A day as `2026-07-02`, in this form alone: jiff reads more.
pub(crate) fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == 10)
}

/// Writes a day as `2026-07-02`.
pub(crate) fn day_text<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// The same, or null.
pub(crate) fn maybe_day<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => serializer.collect_str(day),
        None => serializer.serialize_none(),
    }
}

/// Characters that act on a terminal, or turn the direction of reading.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}')
}

pub(crate) fn shorten(text: &str) -> String {
    text.chars().map(|c| if acts(c) && c != '\n' { ' ' } else { c }).take(300).collect()
}
