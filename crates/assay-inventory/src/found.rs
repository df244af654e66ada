//! What a reader has found so far, within its bounds.

use crate::component::{Component, Skipped};
use crate::limits;
use crate::read::ReadError;

/// Components and skipped entries.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) components: Vec<Component>,
    pub(crate) skipped: Vec<Skipped>,
    /// Skipped entries beyond the bound.
    more: usize,
}

/// Why a reader gave up; it does not know the file's name.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Damaged at a place.
    At(String, String),
    /// Too much of something.
    TooMuch(&'static str, usize),
    /// Another format than it seemed.
    Other(&'static str, &'static str),
}

impl Broken {
    pub(crate) fn at(at: impl Into<String>, why: impl Into<String>) -> Self {
        Self::At(at.into(), why.into())
    }

    pub(crate) fn of(self, name: &str) -> ReadError {
        let name = name.to_owned();
        match self {
            Self::At(at, why) => ReadError::Broken { name, at: place(at), why: shown(why, true) },
            Self::TooMuch(what, limit) => ReadError::TooMuch { name, what: what.to_owned(), limit },
            Self::Other(what, instead) => ReadError::NotRead { name, what, instead },
        }
    }
}

impl Found {
    /// Keeps a component, unless it has no name, or a text longer than any real one: that is skipped and said.
    pub(crate) fn push(&mut self, mut component: Component) -> Result<(), Broken> {
        if self.components.len() >= limits::COMPONENTS {
            return Err(Broken::TooMuch("it lists too many components", limits::COMPONENTS));
        }
        component.at = place(component.at);
        if component.version.as_deref().is_some_and(|version| version.trim().is_empty()) {
            component.version = None;
        }
        match component.too_long() {
            _ if component.is_nameless() => self.skip(component.at, "its name is empty"),
            Some(what) => self.skip(component.at, format!("its {what} is too long to be one")),
            None => self.components.push(component),
        }
        Ok(())
    }

    /// Notes an entry that was not read, and why.
    pub(crate) fn skip(&mut self, at: impl Into<String>, why: impl Into<String>) {
        if self.skipped.len() < limits::SKIPPED {
            self.skipped.push(Skipped { at: place(at.into()), why: shown(why.into(), false) });
        } else {
            self.more += 1;
        }
    }

    /// Notes before all others what is to be known of the whole document.
    pub(crate) fn skip_first(&mut self, at: &str, why: String) {
        self.skipped.insert(0, Skipped { at: at.to_owned(), why: shown(why, false) });
    }

    /// Closes the list: what was beyond the bound is said in one entry.
    pub(crate) fn done(mut self) -> Self {
        if self.more > 0 {
            let why = format!("{} more entries could not be read", self.more);
            self.skipped.push(Skipped { at: "the rest".to_owned(), why });
        }
        self
    }
}

/// A place as one short line: keys of a hostile document may be empty, endless, or move a terminal's cursor.
fn place(at: String) -> String {
    if at.is_empty() {
        return "an entry with an empty key".to_owned();
    }
    shown(at, false)
}

/// A text that can be shown: bounded, and without control characters (line ends may stay).
fn shown(text: String, lines: bool) -> String {
    // Nearly all text is this, and a lockfile has thousands of places.
    if text.len() <= limits::NAME && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text;
    }
    let moves = |c: char| c.is_control() && !(lines && c == '\n');
    if text.len() <= limits::NAME && !text.chars().any(moves) {
        return text;
    }
    text.chars().map(|c| if moves(c) { ' ' } else { c }).take(limits::NAME / 4).collect()
}
