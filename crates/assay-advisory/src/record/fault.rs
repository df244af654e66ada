//! What is wrong with a record: all of it at once, each with its place.

use std::fmt;

use assay_base::Instant;

use super::text;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Fault {
    /// Where: `affected[0].ranges[1]`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// Everything that is wrong with a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join("; "))
    }
}

impl Faults {
    /// The faults, in the order of the record.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, place: &str, what: &str) {
        self.0.push(Fault::new(place, what));
    }

    pub(super) fn count(&mut self, place: &str, count: usize, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.add(place, &format!("there are {count}; {least} to {most} can stand there"));
        }
    }

    /// One line of text.
    pub(super) fn line(&mut self, place: &str, line: &str, most: usize) {
        self.text(place, line, most, text::is_treacherous);
    }

    /// Several lines of text.
    pub(super) fn lines(&mut self, place: &str, lines: &str, most: usize) {
        self.text(place, lines, most, |c| text::is_treacherous(c) && c != '\n' && c != '\t');
    }

    fn text(&mut self, place: &str, content: &str, most: usize, bad: impl Fn(char) -> bool) {
        if content.trim().is_empty() {
            self.add(place, "it is empty");
        }
        if content.len() > most {
            self.add(place, &format!("it has {} bytes; at most {most} can stand there", content.len()));
        }
        if content.trim() != content {
            self.add(place, "it begins or ends with white space");
        }
        if content.chars().any(bad) {
            self.add(place, "it holds control characters, or marks that turn the reading direction");
        }
    }

    pub(super) fn url(&mut self, place: &str, url: &str) {
        if !text::is_url(url) {
            self.add(place, &format!("`{}` is no web address", text::cut(url)));
        }
    }

    pub(super) fn not_after(&mut self, place: &str, instant: Instant, limit: Instant) {
        if instant > limit {
            self.add(place, &format!("{instant} is after the publication at {limit}"));
        }
    }
}
