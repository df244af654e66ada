//! Words out of the trigger: a patch that knows its input's text or length is a
//! filter until a variant without them was seen to fire.

use super::at;
use crate::fix::dictionary::literals as quoted;
use crate::fix::feed::Feed;
use crate::patch::FileView;

/// A word of the patch that stands in the triggers and in no benign input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// File and line.
    pub place: String,
    /// What it says of an input.
    pub what: What,
}

/// What a literal says of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These bytes are in it.
    Holds(Vec<u8>),
    /// It is this long.
    Long(usize),
}

impl Literal {
    /// Whether an input is of the kind that the literal names.
    #[must_use]
    pub fn fits(&self, feed: &Feed) -> bool {
        match &self.what {
            What::Holds(word) => contains(&feed.bytes(), word),
            What::Long(length) => feed.len() == *length,
        }
    }
}

/// Bytes of a word that is too short to be chance.
const SHORTEST: usize = 2;
/// Numbers below this are lengths of anything.
const SMALLEST: u64 = 9;

pub(super) fn literals(file: &FileView, triggers: &[Vec<u8>], benign: &[Vec<u8>]) -> Vec<Literal> {
    let removed: Vec<u8> = file.removed().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
    let before = quoted(&removed);
    let gone: Vec<u64> = numbers(&String::from_utf8_lossy(&removed));
    let mut found = Vec::new();
    for line in file.added() {
        for word in quoted(line.as_bytes()) {
            let told = word.len() >= SHORTEST
                && !before.contains(&word)
                && triggers.iter().any(|trigger| contains(trigger, &word))
                && !benign.iter().any(|benign| contains(benign, &word));
            if told {
                found.push(Literal { place: at(file, line), what: What::Holds(word) });
            }
        }
        for number in numbers(line) {
            if number < SMALLEST || gone.contains(&number) {
                continue;
            }
            let length = usize::try_from(number).unwrap_or(usize::MAX);
            let near = triggers.iter().find(|trigger| trigger.len().abs_diff(length) <= 1);
            if let Some(trigger) = near {
                found.push(Literal { place: at(file, line), what: What::Long(trigger.len()) });
            }
            // Four bytes of the input in one number, in either order.
            for bytes in [number.to_be_bytes(), number.to_le_bytes()] {
                let word: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
                let word = word.strip_suffix(&[0]).unwrap_or(&word).to_vec();
                let word: Vec<u8> = word.into_iter().rev().skip_while(|byte| *byte == 0).collect();
                let word: Vec<u8> = word.into_iter().rev().collect();
                if word.len() >= 4 && triggers.iter().any(|trigger| contains(trigger, &word)) {
                    found.push(Literal { place: at(file, line), what: What::Holds(word) });
                }
            }
        }
    }
    found.dedup();
    found.truncate(100);
    found
}

/// Numbers of a line, decimal and hexadecimal.
pub(super) fn numbers(line: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for word in line.split(|c: char| !c.is_ascii_alphanumeric()) {
        let word = word.trim_end_matches(['u', 'U', 'l', 'L', 'z']);
        let number = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => word.parse(),
        };
        found.extend(number.ok());
    }
    found
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && text.windows(word.len()).any(|window| window == word)
}
