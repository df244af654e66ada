//! Bounded text: one line, or a note of several.
//!
//! Report text is data that people and models will read later. Control
//! characters and marks that reorder a line are refused here, so that no
//! terminal, log or page downstream is steered by them (R101).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most characters of a [`Line`].
pub const LINE_MAX: usize = 300;
/// Most characters of a [`Note`].
pub const NOTE_MAX: usize = 20_000;

/// Why a text is not taken. It never repeats the text, which may be embargoed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing in it.
    #[error("the text is empty; write at least one visible character")]
    Empty,
    /// Too much.
    #[error("the text has {has} characters, and at most {most} fit; shorten it")]
    TooLong {
        /// How many it has.
        has: usize,
        /// How many it may have.
        most: usize,
    },
    /// Something that steers a terminal or turns a line around.
    #[error("character {place} of the text is a control or direction mark (U+{code:04X}); remove it")]
    Control {
        /// Which, from 1.
        place: usize,
        /// Its code point.
        code: u32,
    },
}

/// Characters that change how *other* characters are shown.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn check(text: &str, most: usize, extra: &[char]) -> Result<String, BadText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadText::Empty);
    }
    let mut has = 0;
    for c in text.chars() {
        has += 1;
        if steers(c) && !extra.contains(&c) {
            return Err(BadText::Control { place: has, code: u32::from(c) });
        }
    }
    if has > most {
        return Err(BadText::TooLong { has, most });
    }
    Ok(text.to_owned())
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $most:expr, $extra:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes it, without blanks at its ends.
            ///
            /// # Errors
            /// If it is empty, too long, or holds a control character.
            pub fn new(text: &str) -> Result<Self, BadText> {
                check(text, $most, $extra).map(Self)
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadText;

            fn try_from(text: String) -> Result<Self, BadText> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    };
}

text_type!(
    /// One line of at most 300 characters.
    Line, LINE_MAX, &[]
);
text_type!(
    /// Several lines, at most 20,000 characters; tabs and line ends are kept.
    Note, NOTE_MAX, &['\n', '\t', '\r']
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_a_terminal_or_a_line_is_refused() {
        for bad in ["a\u{1b}[31mb", "a\nb", "a\u{202e}b", "a\u{200b}b", "a\u{e0041}b", "a\0b"] {
            assert!(matches!(Line::new(bad), Err(BadText::Control { place: 2, .. })), "{bad:?}");
        }
        assert_eq!(Note::new("two\n\tlines").unwrap().as_str(), "two\n\tlines");
        assert_eq!(Line::new(" \t "), Err(BadText::Empty));
        assert_eq!(Line::new(&"ä".repeat(301)), Err(BadText::TooLong { has: 301, most: 300 }));
        assert_eq!(Line::new(&"ä".repeat(300)).unwrap().as_str().chars().count(), 300);
    }

    #[test]
    fn json_is_checked_as_words_are() {
        assert!(serde_json::from_str::<Line>("\"a\\u0000b\"").is_err());
        assert!(serde_json::from_str::<Note>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn what_was_taken_is_taken_again(text in ".{0,320}") {
            if let Ok(line) = Line::new(&text) {
                let json = serde_json::to_string(&line).unwrap();
                prop_assert_eq!(serde_json::from_str::<Line>(&json).unwrap(), line);
            }
        }
    }
}
