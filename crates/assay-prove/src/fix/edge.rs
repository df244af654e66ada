//! Variants that are made with a plan: those at the very edge of the flaw, and
//! those that carry the trigger's parts to where other inputs have theirs.
//!
//! A bound that is off by one lets exactly one length through, and a fix of one
//! call site of two leaves the flaw where the trigger never goes. Chance rarely
//! draws either.

use std::time::Duration;

use assay_bundle::verdict::Outcome;

use super::dictionary::{Dictionary, longest, tokens};
use super::feed::{Feed, MAX_GIANT};
use super::mutate::{Way, runs};
use super::trial::{Bench, together};
use super::wrapped::wrapped;

/// Parts of the triggers whose edge is looked for.
const PARTS: usize = 14;
/// Bytes of planned variants that are held at a time.
const MAX_BYTES: usize = 32 << 20;
/// Steps of one search.
const STEPS: u32 = 18;
/// How far around the edge.
const AROUND: [i64; 8] = [0, 1, 2, 3, 4, -1, -2, 8];

/// A part of an input that can be made shorter and longer.
#[derive(Debug, Clone)]
struct Part {
    trigger: Feed,
    /// Which argument; 0 for bytes.
    index: usize,
    from: usize,
    to: usize,
    /// Its number is varied, not its length.
    number: bool,
}

impl Part {
    /// Its measure as it is: a length or a number.
    fn measure(&self) -> Option<u64> {
        let content = self.trigger.parts().into_iter().nth(self.index)?;
        let part = content.get(self.from..self.to)?;
        if self.number { std::str::from_utf8(part).ok()?.parse().ok() } else { Some(part.len() as u64) }
    }

    /// The trigger with this part of another measure.
    fn at(&self, measure: u64) -> Option<Feed> {
        let content = self.trigger.parts().into_iter().nth(self.index)?;
        let part = content.get(self.from..self.to)?;
        let new = if self.number {
            measure.to_string().into_bytes()
        } else {
            let wanted = usize::try_from(measure).ok().filter(|wanted| *wanted <= MAX_GIANT)?;
            let mut new = part.get(..wanted.min(part.len()))?.to_vec();
            new.resize(wanted, *part.last()?);
            new
        };
        self.trigger.with_part(self.index, [content.get(..self.from)?, &new, content.get(self.to..)?].concat())
    }
}

fn parts(trigger: &Feed) -> Vec<Part> {
    let mut found = Vec::new();
    for (index, content) in trigger.parts().iter().enumerate() {
        let all = [tokens(content), runs(content), lines(content), vec![(0, content.len())]].concat();
        for (from, to) in all {
            let part = |number| Part { trigger: trigger.clone(), index, from, to, number };
            if to - from >= 2 {
                found.push(part(false));
            }
            if content[from..to].iter().all(u8::is_ascii_digit) && to - from <= 19 {
                found.push(part(true));
            }
        }
    }
    // The longest first: what overflows is rarely the shortest; numbers are few.
    found.sort_by_key(|part| std::cmp::Reverse((part.number, part.to - part.from)));
    found.truncate(PARTS);
    found
}

/// Lengths that no patch reaches which only adds room.
const GIANTS: [u64; 2] = [70_000, 1_100_000];
/// Parts whose length is tried where it comes out small, or below zero, in one byte, two or four.
const WRAPPED: usize = 4;

/// What the search cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Runs without the patch.
    pub executions: usize,
    /// Their CPU time.
    pub cpu: Duration,
}

/// Variants at the edges of the triggers' parts, and what finding them cost.
///
/// # Errors
///
/// The sandbox cannot run them.
pub fn edges(without: &Bench<'_>, triggers: &[Feed], most: Duration) -> Result<(Vec<(Feed, Way)>, Cost), String> {
    let mut all: Vec<Part> = Vec::new();
    let share = PARTS.div_ceil(triggers.len().clamp(1, PARTS));
    for trigger in triggers.iter().take(PARTS) {
        all.extend(parts(trigger).into_iter().take(share));
    }
    let share = most / u32::try_from(all.len().max(1)).unwrap_or(1);
    let found = together(&all, |part| edge(without, part, share));
    let (mut feeds, mut cost) = (Vec::new(), Cost::default());
    let mut wraps = 0;
    for (part, found) in all.iter().zip(found) {
        let (edge, spent) = found?;
        cost.executions += spent.executions;
        cost.cpu += spent.cpu;
        let Some(edge) = edge else { continue };
        let around = AROUND.iter().filter_map(|step| part.at(edge.checked_add_signed(*step)?));
        feeds.extend(around.map(|feed| (feed, Way::Edge)));
        if wraps < WRAPPED {
            wraps += 1;
            let measures = wrapped(edge, part.number).into_iter();
            feeds.extend(measures.filter_map(|measure| Some((part.at(measure)?, Way::Wrapped))));
        }
        if !part.number {
            feeds.extend(GIANTS.iter().filter_map(|length| Some((part.at(*length)?, Way::Giant))));
        }
    }
    Ok((feeds, cost))
}

/// The smallest measure at which the flaw shows, if it shows at the trigger's and not at none.
fn edge(without: &Bench<'_>, part: &Part, most: Duration) -> Result<(Option<u64>, Cost), String> {
    let mut cost = Cost::default();
    let mut fires = |measure: u64| -> Result<bool, String> {
        let Some(feed) = part.at(measure) else { return Ok(false) };
        let trial = without.run(&feed)?;
        cost.executions += 1;
        cost.cpu += trial.cpu;
        Ok(trial.outcome == Outcome::Fired)
    };
    let Some(mut high) = part.measure() else { return Ok((None, cost)) };
    let mut low = 0;
    if high < 2 || fires(low)? {
        return Ok((None, cost));
    }
    for _ in 0..STEPS {
        if high - low <= 1 {
            break;
        }
        let middle = low + (high - low) / 2;
        if fires(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    // A search that costs this much is not paid again for its neighbours.
    Ok(((cost.cpu <= most).then_some(high), cost))
}

/// Lines with their ends.
pub(super) fn lines(content: &[u8]) -> Vec<(usize, usize)> {
    let mut from = 0;
    let mut found = Vec::new();
    for line in content.split_inclusive(|byte| *byte == b'\n').take(1_000) {
        found.push((from, from + line.len()));
        from += line.len();
    }
    found
}

/// The longest runs of the triggers, filled with every mark that an input or the target's source has.
#[must_use]
pub fn filled(triggers: &[Feed], others: &[Feed], dictionary: &Dictionary) -> Vec<Feed> {
    // Those of the inputs first: what a format opens with, it often closes or opens otherwise too.
    let mut marks: Vec<u8> = Vec::new();
    let known = others.iter().take(8).flat_map(|other| other.bytes().into_iter().take(4_096));
    let words = dictionary.near().filter(|word| word.len() == 1).map(|word| word[0]);
    for mark in known.filter(|byte| !byte.is_ascii_alphanumeric()).chain(words).chain(*b"aA0") {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    let mut found = Vec::new();
    for trigger in triggers.iter().take(3) {
        for (index, content) in trigger.parts().iter().enumerate() {
            for (from, to) in longest(runs(content), 3) {
                for mark in marks.iter().take(32) {
                    let fill = vec![*mark; to - from];
                    found.extend(trigger.with_part(index, [&content[..from], &fill, &content[to..]].concat()));
                }
            }
        }
    }
    found
}

/// The longest parts of the triggers in every place of the other inputs, one by one.
#[must_use]
pub fn carried(triggers: &[Feed], others: &[Feed], most: usize) -> Vec<Feed> {
    let mut found = Vec::new();
    for trigger in triggers.iter().take(4) {
        for (index, content) in trigger.parts().iter().enumerate() {
            for (from, to) in longest(tokens(content), 2) {
                for other in others.iter().take(4) {
                    let Some(theirs) = other.parts().into_iter().nth(index) else { continue };
                    for (begin, end) in tokens(&theirs) {
                        if found.len() >= most {
                            return found;
                        }
                        if end - begin > 1 {
                            let new = [&theirs[..begin], &content[from..to], &theirs[end..]].concat();
                            found.extend(other.with_part(index, new));
                        }
                    }
                }
            }
        }
    }
    found
}

/// The parts of the triggers in the places of other inputs' parts, and words in the place of theirs.
#[must_use]
pub fn exchanged(triggers: &[Feed], others: &[Feed], dictionary: &Dictionary, most: usize) -> Vec<Feed> {
    let mut found = Vec::new();
    let largest = |content: &[u8], most: usize| -> Vec<Vec<u8>> {
        let mut parts: Vec<Vec<u8>> = [tokens(content), lines(content)]
            .concat()
            .into_iter()
            .map(|(from, to)| content[from..to].to_vec())
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        parts.dedup();
        parts.truncate(most);
        parts
    };
    for trigger in triggers.iter().take(4) {
        for (index, content) in trigger.parts().iter().enumerate() {
            let own = largest(content, 6);
            // A large input is exchanged less often, not at the cost of all memory.
            let room = MAX_BYTES / content.len().max(64);
            for other in others.iter().take(6) {
                let Some(theirs) = other.parts().into_iter().nth(index) else { continue };
                if found.len() > room {
                    break;
                }
                for (from, to) in [tokens(&theirs), lines(&theirs)].concat().into_iter().take(80) {
                    for part in &own {
                        found.extend(other.with_part(index, [&theirs[..from], part, &theirs[to..]].concat()));
                    }
                }
                for word in largest(&theirs, 12) {
                    for (from, to) in tokens(content).into_iter().take(60) {
                        found.extend(trigger.with_part(index, [&content[..from], &word, &content[to..]].concat()));
                    }
                }
            }
            for word in dictionary.near().take(60.min(room)) {
                for (from, to) in tokens(content).into_iter().take(24) {
                    found.extend(trigger.with_part(index, [&content[..from], word, &content[to..]].concat()));
                }
                // Formats without separators: over the first bytes, one by one.
                for from in 0..content.len().min(12) {
                    let to = (from + word.len()).min(content.len());
                    found.extend(trigger.with_part(index, [&content[..from], word, &content[to..]].concat()));
                }
            }
            // Every value of the first bytes that is a mark or a letter, where a format keeps its kind.
            for from in 0..content.len().min(4) {
                for byte in (0_u8..16).chain(b'A'..=b'Z').chain(b'a'..=b'z') {
                    found.extend(trigger.with_part(index, [&content[..from], &[byte], &content[from + 1..]].concat()));
                }
            }
            if found.len() > room.min(40 * most) {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::feed::in_file as bytes;
    use super::*;

    #[test]
    fn a_part_takes_any_measure() {
        let part = parts(&bytes(b"name=AAAAAAAAAA\nlen=300\n"));
        let word = part.iter().find(|part| !part.number && part.from == 5 && part.to == 15).unwrap();
        assert_eq!(word.measure(), Some(10));
        assert_eq!(word.at(3).unwrap().bytes(), b"name=AAA\nlen=300\n");
        assert_eq!(word.at(12).unwrap().bytes(), b"name=AAAAAAAAAAAA\nlen=300\n");
        let number = part.iter().find(|part| part.number).unwrap();
        assert_eq!(number.measure(), Some(300));
        assert_eq!(number.at(17).unwrap().bytes(), b"name=AAAAAAAAAA\nlen=17\n");
    }

    #[test]
    fn a_long_value_gets_to_the_other_field() {
        let made =
            exchanged(&[bytes(b"name=AAAAAAAAAA\n")], &[bytes(b"name=x\nnote=y\n")], &Dictionary::default(), 100);
        assert!(made.iter().any(|feed| feed.bytes() == b"name=x\nnote=AAAAAAAAAA\n"));
        assert!(made.iter().any(|feed| feed.bytes() == b"note=AAAAAAAAAA\n"));
    }

    proptest::proptest! {
        #[test]
        fn no_input_breaks_it(content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60), measure in 0_u64..500) {
            let feed = bytes(&content);
            for part in parts(&feed) {
                let _ = part.at(measure);
            }
            let _ = carried(std::slice::from_ref(&feed), std::slice::from_ref(&feed), 10);
            let _ = filled(std::slice::from_ref(&feed), std::slice::from_ref(&feed), &Dictionary::default());
            let _ = exchanged(std::slice::from_ref(&feed), std::slice::from_ref(&feed), &Dictionary::default(), 10);
        }
    }
}
