//! Words of people, bounded, and fit for a terminal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most characters of a [`Text`].
pub const MAX_TEXT: usize = 1_000;
/// Most characters of a [`Purpose`].
pub const MAX_PURPOSE: usize = 64;

/// A text that is not fit to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Empty or too long.
    #[error("a text has 1 to {MAX_TEXT} characters, and this has {0}")]
    Length(usize),
    /// It would move the cursor or hide its own words.
    #[error("a text has no control or invisible direction characters")]
    Control,
    /// Not a purpose.
    #[error("a purpose is 1 to {MAX_PURPOSE} lower-case letters, digits and hyphens, and begins with a letter")]
    Purpose,
}

/// One to a thousand characters, none of which controls a terminal or turns the direction of writing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// Checks a text.
    ///
    /// # Errors
    /// If it is empty, longer than [`MAX_TEXT`] characters, or has control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, BadText> {
        let text = text.into();
        let length = text.chars().count();
        if length == 0 || length > MAX_TEXT {
            return Err(BadText::Length(length));
        }
        let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if text.chars().any(|c| c.is_control() || turns(c)) {
            return Err(BadText::Control);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        Self::new(text)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a use of the model is for: a short name such as `defensive-evaluation`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purpose(String);

impl Purpose {
    /// Checks a purpose.
    ///
    /// # Errors
    /// If it is not 1 to [`MAX_PURPOSE`] of `a-z`, `0-9` and `-`, beginning with a letter.
    pub fn new(text: impl Into<String>) -> Result<Self, BadText> {
        let text = text.into();
        let fits = text.len() <= MAX_PURPOSE
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text)) } else { Err(BadText::Purpose) }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Purpose {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        Self::new(text)
    }
}

impl From<Purpose> for String {
    fn from(purpose: Purpose) -> Self {
        purpose.0
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
