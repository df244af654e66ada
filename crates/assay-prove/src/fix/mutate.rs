//! Variants of an input: one seed decides all of them.
//!
//! A wrong patch that knows its trigger (its bytes, its length, its first word)
//! is told apart from a fix by inputs that show the same flaw in another dress.
//! So most variants stay close to the trigger: other numbers, other fill, one
//! word exchanged for another of the target's own, longer and shorter.

use assay_base::Repeatable;

use super::dictionary::{Dictionary, tokens};
use super::edge::lines;
use super::feed::Feed;

/// Longest variant, bytes: an input grows far enough to pass any patch that only adds some room.
pub const MAX_LEN: usize = 256 << 10;

/// Numbers at which programs break.
const EDGES: [u64; 22] = [
    0,
    1,
    2,
    7,
    8,
    15,
    16,
    31,
    32,
    63,
    64,
    100,
    127,
    128,
    255,
    256,
    1_000,
    4_096,
    65_535,
    0x7fff_ffff,
    0xffff_ffff,
    u64::MAX,
];

/// How a variant was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Cut off.
    Truncated,
    /// Made longer, by repeating a part of itself.
    Grown,
    /// A part taken out.
    Cut,
    /// A byte or a bit changed.
    Flipped,
    /// A number, in digits or in binary, put at an edge.
    Number,
    /// A word exchanged for one of another input or of the target's source.
    Word,
    /// Put together from two inputs.
    Spliced,
    /// One fill exchanged for another, everywhere.
    Filled,
    /// A part put at the very edge of the flaw.
    Edge,
    /// A part that is far longer than any room that a patch could add.
    Giant,
    /// A part whose length or number comes out small, or below zero, in fewer bits.
    Wrapped,
    /// A part put where another input has its own.
    Exchanged,
    /// Made of words and numbers that the patch brings, or of what its kind of flaw is known for.
    Named,
    /// Several of these.
    Several,
}

impl Way {
    /// One word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Grown => "grown",
            Self::Cut => "cut",
            Self::Flipped => "flipped",
            Self::Number => "number",
            Self::Word => "word",
            Self::Spliced => "spliced",
            Self::Filled => "filled",
            Self::Edge => "edge",
            Self::Giant => "giant",
            Self::Wrapped => "wrapped",
            Self::Exchanged => "exchanged",
            Self::Named => "named",
            Self::Several => "several",
        }
    }
}

const WAYS: [Way; 8] =
    [Way::Truncated, Way::Grown, Way::Cut, Way::Flipped, Way::Number, Way::Word, Way::Spliced, Way::Filled];

/// Makes variants.
#[derive(Debug, Clone)]
pub struct Mutator {
    numbers: Repeatable,
    dictionary: Dictionary,
}

impl Mutator {
    /// With this seed and these words.
    #[must_use]
    pub fn new(seed: u64, dictionary: Dictionary) -> Self {
        Self { numbers: Repeatable(seed), dictionary }
    }

    /// The words.
    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.numbers.below(end)
    }

    /// A variant of `parent`, with `other` to splice from. None where the way drawn does not fit.
    pub fn variant(&mut self, parent: &Feed, other: &Feed) -> Option<(Feed, Way)> {
        let rounds = if self.below(4) == 0 { 2 + self.below(3) } else { 1 };
        let mut way = None;
        let mut feed = parent.clone();
        for _ in 0..rounds {
            let drawn = WAYS[self.below(WAYS.len())];
            if let Some(changed) = self.once(&feed, other, drawn) {
                feed = changed;
                way = Some(if way.is_some() { Way::Several } else { drawn });
            }
        }
        (feed != *parent).then_some(feed).zip(way)
    }

    fn once(&mut self, feed: &Feed, other: &Feed, way: Way) -> Option<Feed> {
        match feed {
            Feed::Bytes { at, content } => {
                let content = self.bytes(content, &other.bytes(), way)?;
                Some(Feed::Bytes { at: at.clone(), content })
            }
            Feed::Args(arguments) => self.arguments(arguments, other, way).map(Feed::Args),
        }
    }

    /// One argument changed; the number of arguments stays, since a harness counts on it.
    fn arguments(&mut self, arguments: &[String], other: &Feed, way: Way) -> Option<Vec<String>> {
        let index = self.below(arguments.len());
        let chosen = arguments.get(index)?;
        let theirs = match other {
            Feed::Args(other) => other.get(index).or(other.first()).cloned().unwrap_or_default(),
            Feed::Bytes { .. } => String::new(),
        };
        let content = self.bytes(chosen.as_bytes(), theirs.as_bytes(), way)?;
        match Feed::Args(arguments.to_vec()).with_part(index, content)? {
            Feed::Args(changed) => Some(changed),
            Feed::Bytes { .. } => None,
        }
    }

    fn bytes(&mut self, content: &[u8], other: &[u8], way: Way) -> Option<Vec<u8>> {
        if content.is_empty() && !matches!(way, Way::Spliced | Way::Word) {
            return None;
        }
        let changed = match way {
            Way::Truncated => content.get(..self.below(content.len()))?.to_vec(),
            Way::Grown => self.grown(content),
            Way::Cut => {
                let (from, to) = self.part(content);
                [&content[..from], &content[to..]].concat()
            }
            Way::Flipped => self.flipped(content),
            Way::Number => self.number(content)?,
            Way::Word => self.word(content, other)?,
            Way::Spliced => self.spliced(content, other),
            Way::Filled => self.filled(content, other)?,
            Way::Edge | Way::Giant | Way::Wrapped | Way::Exchanged | Way::Named | Way::Several => return None,
        };
        (changed != content && changed.len() <= MAX_LEN).then_some(changed)
    }

    /// A part: a token, a run of one byte, or any range.
    fn part(&mut self, content: &[u8]) -> (usize, usize) {
        let found = match self.below(4) {
            0 => tokens(content),
            1 => runs(content),
            2 => lines(content),
            _ => Vec::new(),
        };
        if let Some(range) = found.get(self.below(found.len())) {
            return *range;
        }
        let from = self.below(content.len());
        let longest = (content.len() - from).clamp(1, 64);
        (from, (from + 1 + self.below(longest)).min(content.len()))
    }

    fn grown(&mut self, content: &[u8]) -> Vec<u8> {
        let (from, to) = self.part(content);
        let times = [1, 1, 1, 2, 3, 7, 15, 16, 64, 255, 1_024, 4_096][self.below(12)];
        let room = MAX_LEN.saturating_sub(content.len()) / (to - from).max(1);
        let more = content[from..to].repeat(times.min(room));
        [&content[..to], &more, &content[to..]].concat()
    }

    fn flipped(&mut self, content: &[u8]) -> Vec<u8> {
        let mut changed = content.to_vec();
        let at = self.below(content.len());
        let drawn = self.below(256);
        if let Some(byte) = changed.get_mut(at) {
            *byte = match drawn % 6 {
                0 => *byte ^ (1 << (drawn / 6 % 8)),
                1 => byte.wrapping_add(1),
                2 => byte.wrapping_sub(1),
                3 => [0, 0xff, 0x7f, 0x80, b' ', b'\n', b'A', b'0'][drawn / 6 % 8],
                4 => *byte ^ 0x20,
                _ => u8::try_from(drawn).unwrap_or(0),
            };
        }
        changed
    }

    /// A number in digits, or one, two or four bytes in either order.
    fn number(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        let digits = digits(content);
        if !digits.is_empty() && self.below(4) > 0 {
            let (from, to) = digits[self.below(digits.len())];
            let old = std::str::from_utf8(&content[from..to]).ok()?.parse::<u64>().unwrap_or(u64::MAX);
            let new = self.near(old);
            let mut text = new.to_string();
            if self.below(8) == 0 {
                text.insert(0, '-');
            }
            return Some([&content[..from], text.as_bytes(), &content[to..]].concat());
        }
        let width = [1, 1, 2, 4][self.below(4)];
        let from = self.below(content.len().checked_sub(width)? + 1);
        let big = self.below(2) == 0;
        let old = content[from..from + width].iter().enumerate().fold(0_u64, |sum, (place, byte)| {
            let shift = if big { width - 1 - place } else { place };
            sum | u64::from(*byte) << (8 * shift)
        });
        let new = self.near(old).to_le_bytes();
        let mut changed = content.to_vec();
        for place in 0..width {
            let shift = if big { width - 1 - place } else { place };
            changed[from + place] = new[shift];
        }
        Some(changed)
    }

    /// A neighbour of a number, or an edge.
    fn near(&mut self, old: u64) -> u64 {
        match self.below(8) {
            0 => old.wrapping_add(1),
            1 => old.wrapping_sub(1),
            2 => old.wrapping_mul(2),
            3 => old / 2,
            4 => old.wrapping_add(self.below(64) as u64),
            _ => EDGES[self.below(EDGES.len())],
        }
    }

    /// A token exchanged for a word of the dictionary or of the other input; or a word put in.
    fn word(&mut self, content: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let theirs = tokens(other);
        let word = if !theirs.is_empty() && self.below(3) == 0 {
            let (from, to) = theirs[self.below(theirs.len())];
            other[from..to].to_vec()
        } else {
            let drawn = self.numbers.next();
            self.dictionary.word(drawn)?.to_vec()
        };
        let own = tokens(content);
        let (from, to) = match self.below(4) {
            0 => {
                let at = self.below(content.len() + 1);
                (at, at)
            }
            // A word of the same length, in the place of any bytes: formats without separators.
            1 => {
                let at = self.below(content.len() + 1);
                (at, (at + word.len()).min(content.len()))
            }
            _ => *own.get(self.below(own.len()))?,
        };
        Some([&content[..from], &word, &content[to..]].concat())
    }

    fn spliced(&mut self, content: &[u8], other: &[u8]) -> Vec<u8> {
        match self.below(5) {
            0 => [content, other].concat(),
            1 => [other, content].concat(),
            // A part of one into the other.
            2 | 3 if !other.is_empty() => {
                let (from, to) = self.part(other);
                let at = self.below(content.len() + 1);
                let (_, until) = if self.below(2) == 0 || content.is_empty() { (at, at) } else { self.part(content) };
                let until = until.max(at);
                [&content[..at], &other[from..to], &content[until..]].concat()
            }
            _ => {
                let (at, from) = (self.below(content.len() + 1), self.below(other.len() + 1));
                [&content[..at], &other[from..]].concat()
            }
        }
    }

    /// Every byte of one value becomes another: the fill of a trigger is rarely what matters.
    fn filled(&mut self, content: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let old = *content.get(self.below(content.len()))?;
        let drawn = self.numbers.next();
        let new = match self.below(6) {
            0 => old.wrapping_add(1),
            // A mark that the target knows.
            1 => *other.get(self.below(other.len()))?,
            2 => *content.get(self.below(content.len()))?,
            3 => *self.dictionary.word(drawn)?.first()?,
            4 => b'a' + u8::try_from(self.below(26)).unwrap_or(0),
            _ => u8::try_from(self.below(256)).unwrap_or(0),
        };
        // One run of it, or all.
        let range = if self.below(2) == 0 {
            let runs = runs(content);
            runs.get(self.below(runs.len())).copied()
        } else {
            None
        };
        let (from, to) = range.unwrap_or((0, content.len()));
        let mut changed = content.to_vec();
        for byte in &mut changed[from..to] {
            if *byte == old || range.is_some() {
                *byte = new;
            }
        }
        Some(changed)
    }
}

/// Runs of one byte, three long at least.
pub(super) fn runs(content: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    for at in 1..=content.len() {
        if content.get(at) != content.get(from) {
            if at - from >= 3 {
                found.push((from, at));
            }
            from = at;
        }
    }
    found
}

/// Runs of digits.
fn digits(content: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, byte) in content.iter().chain([&b' ']).enumerate() {
        match (byte.is_ascii_digit(), from) {
            (true, None) => from = Some(at),
            (false, Some(begun)) => {
                found.push((begun, at));
                from = None;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
#[path = "mutate_tests.rs"]
mod tests;
