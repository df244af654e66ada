//! One thing that is wrong with a manifest, in words a person can act on.
//!
//! Codes are stable: scripts and translations hang on them. The user's own
//! text appears in messages escaped and shortened, because a manifest comes
//! from a stranger and its problems are printed on a terminal.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable kebab-case code: `unknown-key`, `wrong-type`, `bad-path`, ...
    pub code: &'static str,
    /// Dotted path of the key: `arms.fixed.source.files`.
    pub place: String,
    /// Line in the manifest, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without help.
    pub(crate) fn new(
        code: &'static str,
        place: impl Into<String>,
        line: Option<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self { code, place: place.into(), line, message: message.into(), help: None }
    }

    /// The same problem with a sentence of help.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    /// `proof.toml:12: unknown-key at harness.limit: ...`, the help on a second line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("proof.toml")?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.code)?;
        if !self.place.is_empty() {
            write!(f, " at {}", self.place)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// A stranger's text made safe to show: escaped, and at most 80 characters.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == 80 {
            out.push_str("...");
            break;
        }
        if c.is_control() || is_deceptive(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that reorder or hide text on a screen: a title could look like another.
pub(crate) fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
