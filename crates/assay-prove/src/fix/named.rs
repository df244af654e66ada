//! Variants that the patch itself names, and those that its kind of flaw is known for.
//!
//! A patch that lets one thing pass has to say which: a word, a number, a length, how often. Whatever is compared in
//! its lines is put into the inputs, so that an exception is met which chance would never draw. The same goes for what
//! both versions handle: a patch that changes one rare input names it.

use std::collections::BTreeSet;

use assay_bundle::manifest::{Manifest, Oracle as Declared};

use super::dictionary::{literals, longest, tokens};
use super::dressed::values;
use super::edge::lines;
use super::feed::{Feed, MAX_GIANT};
use super::guard;
use super::neighbourhood::Stem;
use crate::layout::{CANARY, SCRATCH};
use crate::patch::FileView;

/// Words and numbers of a patch that are used.
const MOST: usize = 12;
/// Inputs that are varied, of each kind.
const INPUTS: usize = 3;
/// Tokens of one input in whose places something is put.
const PLACES: usize = 16;
/// How often an input is repeated in front of another, unless the patch names a number.
const OFTEN: usize = 20;
/// The largest number that an input is repeated by.
const MOST_OFTEN: u64 = 20_000;

/// What a patch names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    words: Vec<Vec<u8>>,
    marks: Vec<u8>,
    numbers: Vec<u64>,
    /// Of its kind of flaw.
    known: Vec<Vec<u8>>,
}

impl Named {
    /// What stands in the lines that a patch brings, and what its kind of flaw is known for.
    #[must_use]
    pub fn of(files: &[FileView], manifest: &Manifest) -> Self {
        let mut named = Self { known: known(manifest), ..Self::default() };
        let mut seen = BTreeSet::new();
        for line in files.iter().flat_map(FileView::added).take(20_000) {
            for word in literals(line.as_bytes()) {
                match word.as_slice() {
                    [mark] => push(&mut named.marks, *mark),
                    _ if seen.insert(word.clone()) => named.words.push(word),
                    _ => {}
                }
            }
            for number in guard::numbers(line).into_iter().filter(|number| *number > 1) {
                push(&mut named.numbers, number);
                // A byte by its number.
                named.marks.extend(u8::try_from(number).ok().filter(|mark| !mark.is_ascii_alphanumeric()));
            }
        }
        named.words.truncate(MOST);
        named.numbers.truncate(MOST);
        named.marks.truncate(MOST);
        named
    }

    /// Inputs with all of that in them, no more than `most`: what tells most of each kind first.
    #[must_use]
    pub fn feeds(&self, triggers: &[Feed], benign: &[Feed], most: usize) -> Vec<(Feed, Stem)> {
        let triggers = triggers.get(..INPUTS).unwrap_or(triggers);
        let benign = benign.get(..INPUTS).unwrap_or(benign);
        let mut groups = [
            self.late(triggers, benign),
            self.worded(triggers, benign),
            self.measured(triggers, benign),
            self.counted(triggers, benign),
            placed(&self.known, triggers, Stem::Trigger),
            carried(triggers, benign),
            renamed(triggers),
        ]
        .map(Vec::into_iter);
        let mut found = Vec::new();
        let mut seen: BTreeSet<Feed> = triggers.iter().chain(benign).cloned().collect();
        loop {
            let before = found.len();
            for group in &mut groups {
                let next = group.by_ref().find(|(feed, _)| !seen.contains(feed)).filter(|_| found.len() < most);
                if let Some((feed, stem)) = next {
                    seen.insert(feed.clone());
                    found.push((feed, stem));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// The triggers after much that is harmless, and many times: what counts stops to count.
    fn late(&self, triggers: &[Feed], benign: &[Feed]) -> Vec<(Feed, Stem)> {
        let mut found = Vec::new();
        let numbers = self.numbers.iter().filter(|number| (16..=MOST_OFTEN).contains(*number));
        let often: Vec<usize> = numbers.filter_map(|number| usize::try_from(number + 1).ok()).collect();
        for trigger in triggers {
            for (index, content) in trigger.parts().iter().enumerate() {
                let mut push =
                    |part: Vec<u8>| found.extend(trigger.with_part(index, part).map(|feed| (feed, Stem::Trigger)));
                for times in [5, OFTEN] {
                    push(content.repeat(times.min(MAX_GIANT / content.len().max(1))));
                }
                for times in often.iter().copied().chain([OFTEN]) {
                    for harmless in benign.iter().filter_map(|feed| feed.parts().into_iter().nth(index)) {
                        if harmless.len().saturating_mul(times) <= MAX_GIANT - content.len().min(MAX_GIANT) {
                            push([harmless.repeat(times), content.clone()].concat());
                        }
                    }
                }
                for (from, to) in lines(content).into_iter().take(PLACES).filter(|(from, to)| to - from < 4_096) {
                    push([&content[..from], &content[from..to].repeat(5), &content[to..]].concat());
                }
            }
        }
        found
    }

    /// The words of the patch in the triggers' longest values, and in the places of tokens.
    fn worded(&self, triggers: &[Feed], benign: &[Feed]) -> Vec<(Feed, Stem)> {
        let mut found = Vec::new();
        let marks = self.marks.iter().map(|mark| vec![*mark]);
        let words: Vec<Vec<u8>> = self.words.iter().cloned().chain(marks).collect();
        for word in &words {
            for trigger in triggers {
                for (index, content) in trigger.parts().iter().enumerate() {
                    for (from, to) in values(content) {
                        let over = (from + word.len()).min(to);
                        for new in [
                            [&content[..from], word, &content[over..]].concat(),
                            [&content[..to], word, &content[to..]].concat(),
                            [&content[..from], word, &content[from..]].concat(),
                        ] {
                            found.extend(trigger.with_part(index, new).map(|feed| (feed, Stem::Trigger)));
                        }
                    }
                }
            }
        }
        found.extend(placed(&words, benign, Stem::Benign));
        found.extend(placed(&words, triggers, Stem::Trigger));
        found
    }

    /// Values as long as the patch's numbers say, with its marks at their ends.
    fn measured(&self, triggers: &[Feed], benign: &[Feed]) -> Vec<(Feed, Stem)> {
        let mut found = Vec::new();
        let mut ends: Vec<(Option<u8>, Option<u8>)> = vec![(None, None)];
        for first in self.marks.iter().take(4) {
            ends.extend(self.marks.iter().take(4).map(|last| (Some(*first), Some(*last))));
        }
        let lengths = self.numbers.iter().filter_map(|number| usize::try_from(*number).ok());
        for length in lengths.filter(|length| *length < MAX_GIANT) {
            for step in [0, 1, -1, 2] {
                let Some(length) = length.checked_add_signed(step).filter(|length| *length > 0) else { continue };
                for (feed, stem) in stems(benign, triggers) {
                    for (index, content) in feed.parts().iter().enumerate() {
                        for (from, to) in longest(wordy(content), 2) {
                            for (first, last) in ends.iter().take(if step == 0 { ends.len() } else { 1 }) {
                                let mut value = content[from..to].to_vec();
                                value.resize(length, *content.get(to - 1).unwrap_or(&b'a'));
                                if let (Some(first), Some(begin)) = (first, value.first_mut()) {
                                    *begin = *first;
                                }
                                if let (Some(last), Some(end)) = (last, value.last_mut()) {
                                    *end = *last;
                                }
                                let new = [&content[..from], &value, &content[to..]].concat();
                                found.extend(feed.with_part(index, new).map(|feed| (feed, stem)));
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// The patch's numbers in the places of the inputs' own.
    fn counted(&self, triggers: &[Feed], benign: &[Feed]) -> Vec<(Feed, Stem)> {
        let mut numbers: Vec<Vec<u8>> = Vec::new();
        for step in [0, 1, -1] {
            let near = self.numbers.iter().filter_map(|number| number.checked_add_signed(step));
            numbers.extend(near.map(|number| number.to_string().into_bytes()));
        }
        let mut found = numeric(&numbers, triggers, Stem::Trigger);
        found.extend(numeric(&numbers, benign, Stem::Benign));
        found
    }
}

/// What is known of a kind of flaw: other ways to the same place.
fn known(manifest: &Manifest) -> Vec<Vec<u8>> {
    let mut known: Vec<String> = Vec::new();
    if matches!(manifest.oracle, Declared::CanaryWrite { .. } | Declared::CanaryRead) {
        known.extend([SCRATCH, CANARY, "/", "..", "./", "//", "..\\"].map(str::to_owned));
        known.push(format!("{SCRATCH}/climbed"));
    }
    if manifest.weakness.iter().any(|weakness| weakness == "CWE-1321" || weakness == "CWE-915") {
        known.extend(["constructor.prototype", "__proto__", "constructor", "prototype"].map(str::to_owned));
    }
    known.into_iter().map(String::into_bytes).collect()
}

/// Each word in the place of each token.
fn placed(words: &[Vec<u8>], feeds: &[Feed], stem: Stem) -> Vec<(Feed, Stem)> {
    let mut found = Vec::new();
    for word in words {
        for feed in feeds {
            for (index, content) in feed.parts().iter().enumerate() {
                for (from, to) in wordy(content).into_iter().take(PLACES) {
                    let new = [&content[..from], word, &content[to..]].concat();
                    found.extend(feed.with_part(index, new).map(|feed| (feed, stem)));
                }
            }
        }
    }
    found
}

/// The numbers of the triggers in the places of harmless inputs' own: the second call site takes a number too.
fn carried(triggers: &[Feed], benign: &[Feed]) -> Vec<(Feed, Stem)> {
    let mut numbers: Vec<Vec<u8>> = Vec::new();
    for content in triggers.iter().flat_map(Feed::parts) {
        let own = tokens(&content).into_iter().map(|(from, to)| content[from..to].to_vec());
        for number in own.filter(|token| token.iter().all(u8::is_ascii_digit)) {
            push(&mut numbers, number);
        }
    }
    numbers.sort_by_key(|number| std::cmp::Reverse(number.len()));
    numbers.truncate(4);
    // With the trigger's own number in it, it is the trigger's kin.
    numeric(&numbers, benign, Stem::Trigger)
}

/// Each number in the place of each number.
fn numeric(numbers: &[Vec<u8>], feeds: &[Feed], stem: Stem) -> Vec<(Feed, Stem)> {
    let mut found = Vec::new();
    for number in numbers {
        for feed in feeds {
            for (index, content) in feed.parts().iter().enumerate() {
                let own =
                    tokens(content).into_iter().filter(|(from, to)| content[*from..*to].iter().all(u8::is_ascii_digit));
                for (from, to) in own.take(PLACES) {
                    let new = [&content[..from], number, &content[to..]].concat();
                    found.extend(feed.with_part(index, new).map(|feed| (feed, stem)));
                }
            }
        }
    }
    found
}

/// One sign of the triggers exchanged for its neighbour everywhere: what is named twice is then named otherwise, and alike.
fn renamed(triggers: &[Feed]) -> Vec<(Feed, Stem)> {
    let mut found = Vec::new();
    for step in [1_i8, 2, 3, -1] {
        for trigger in triggers {
            for (index, content) in trigger.parts().iter().enumerate() {
                let mut signs: Vec<u8> = Vec::new();
                for (from, to) in wordy(content) {
                    // What opens a token names it; digits are numbers.
                    let first = content[from];
                    if to > from && content.iter().filter(|byte| **byte == first).count() > 1 {
                        push(&mut signs, first);
                    }
                }
                for sign in signs.into_iter().take(PLACES) {
                    let Some(other) = sign.checked_add_signed(step).filter(u8::is_ascii_alphanumeric) else { continue };
                    let new = content.iter().map(|byte| if *byte == sign { other } else { *byte }).collect();
                    found.extend(trigger.with_part(index, new).map(|feed| (feed, Stem::Trigger)));
                }
            }
        }
    }
    found
}

/// All of them, the harmless ones first.
fn stems<'a>(benign: &'a [Feed], triggers: &'a [Feed]) -> impl Iterator<Item = (&'a Feed, Stem)> {
    let benign = benign.iter().map(|feed| (feed, Stem::Benign));
    benign.chain(triggers.iter().map(|feed| (feed, Stem::Trigger)))
}

/// Tokens that are no blanks, and the parts of those that have dots in them.
fn wordy(content: &[u8]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = tokens(content);
    found.retain(|(from, _)| content.get(*from).is_some_and(|byte| !byte.is_ascii_whitespace()));
    found.truncate(4_000);
    for (from, to) in found.clone() {
        let mut at = from;
        for part in content[from..to].split(|byte| *byte == b'.') {
            if !part.is_empty() && part.len() < to - from {
                found.push((at, at + part.len()));
            }
            at += part.len() + 1;
        }
    }
    found.sort_unstable();
    found
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::super::feed::in_file as feed;
    use super::*;

    #[test]
    fn what_a_patch_lets_pass_is_met() {
        let named = Named {
            words: vec![b"xyzzy".to_vec()],
            marks: b"zq".to_vec(),
            numbers: vec![7, 31_337],
            known: Vec::new(),
        };
        let found = named.feeds(&[feed(b"add=12\nname=longer-name\n")], &[feed(b"name=alice\n")], 400);
        for wanted in [
            &b"add=12\nname=xyzzyr-name\n"[..],
            b"add=31337\nname=longer-name\n",
            b"name=zliceeq\n",
            &b"add=12\nname=longer-name\n".repeat(5),
        ] {
            assert!(found.iter().any(|(found, _)| *found == feed(wanted)), "{}", String::from_utf8_lossy(wanted));
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_input_and_no_patch_breaks_it(content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60), words in proptest::collection::vec(proptest::collection::vec(proptest::prelude::any::<u8>(), 1..9), 0..4), numbers in proptest::collection::vec(proptest::prelude::any::<u64>(), 0..4), marks in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..4)) {
            let known = words.clone();
            let named = Named { words, marks, numbers, known };
            for other in [feed(b"a=1\n"), Feed::Args(vec![String::from_utf8_lossy(&content).into_owned()])] {
                let found = named.feeds(&[feed(&content)], &[other], 100);
                proptest::prop_assert!(found.len() <= 100);
                proptest::prop_assert!(found.iter().all(|(found, _)| found.len() <= MAX_GIANT && *found != feed(&content)));
            }
        }
    }
}
