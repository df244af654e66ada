//! Records that could not be read: all counted, the first of them named.

use serde::{Deserialize, Serialize};

/// How many are named. A feed of nothing but rubbish must not fill the memory with its names.
const NAMED: usize = 1000;
/// Longest reason or name that is kept, in bytes.
const LONGEST: usize = 200;

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Malformed {
    /// Where it stands: a file, a line, an entry's number, or its id.
    pub at: String,
    /// Why it was not read.
    pub why: String,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skips {
    /// How many there were.
    pub total: usize,
    /// The first thousand.
    pub named: Vec<Malformed>,
}

impl Skips {
    /// One more.
    pub fn push(&mut self, at: impl AsRef<str>, why: impl AsRef<str>) {
        self.total += 1;
        if self.named.len() < NAMED {
            self.named.push(Malformed { at: cut(at.as_ref()).to_owned(), why: cut(why.as_ref()).to_owned() });
        }
    }

    /// Those of another list, behind these.
    pub fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = NAMED.saturating_sub(self.named.len());
        self.named.extend(other.named.into_iter().take(room));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

/// The text, or as much of its beginning as is kept.
pub(crate) fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_a_thousand_named() {
        let mut skips = Skips::default();
        for number in 0..1500 {
            skips.push(format!("record {number}"), "ü".repeat(500));
        }
        let more = skips.clone();
        skips.append(more);
        assert_eq!((skips.total, skips.named.len()), (3000, 1000));
        assert!(skips.named.iter().all(|named| named.why.len() <= LONGEST && !named.why.is_empty()));
    }
}
