//! RubyGems: numbers and words between dots, a word older than any number, and
//! a missing place a zero.

use super::Tag;
use super::encode::{Bytes, END, begin, digits, number};

/// At the first place that is not zero: a word is below the end, a number above it.
const WORD: u8 = 1;
const OVER: u8 = 2;
const NUMBER: u8 = 3;

/// Encodes a version: each word and each number that is not zero, with the count of zeros before it.
///
/// A version goes on with zeros for ever. Of two, the one whose first word comes earlier is older, and the one whose
/// first number comes earlier is newer; so the count goes up for words and down for numbers.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let (release, pre) = match written.split_once('-') {
        Some((release, pre)) => (release, Some(pre)),
        None => (written, None),
    };
    let plain = |text: &str, dash: bool| {
        text.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || (dash && c == b'-')))
    };
    let starts = release.split('.').next().is_some_and(|first| first.bytes().all(|c| c.is_ascii_digit()));
    if !starts || !plain(release, false) || pre.is_some_and(|pre| !plain(pre, true)) {
        return None;
    }
    // A dash says `.pre.`, and what is between two of them is too.
    let text = written.replace('-', ".pre.");
    let mut out = begin(Tag::Gem);
    // Places that are zero, as far as they are looked at; a version is at most 256 bytes long, and so is their count.
    let mut zeros = 0_u8;
    let mut words_begun = false;
    for part in segments(&text) {
        if part.iter().all(|c| *c == b'0') {
            zeros = zeros.saturating_add(1);
            continue;
        }
        if part.first().is_some_and(u8::is_ascii_digit) {
            out.extend_from_slice(&[NUMBER, u8::MAX - zeros]);
            number(&mut out, part);
        } else {
            // Zeros before the first word do not count: 1.0.a is 1.a.
            if !words_begun {
                zeros = 0;
            }
            words_begun = true;
            out.extend_from_slice(&[WORD, zeros]);
            out.extend_from_slice(part);
            out.push(END);
        }
        zeros = 0;
    }
    out.push(OVER);
    Some(out)
}

/// Runs of digits and runs of letters.
fn segments(text: &str) -> impl Iterator<Item = &[u8]> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        rest = rest.get(rest.iter().take_while(|c| !c.is_ascii_alphanumeric()).count()..)?;
        let run = match rest.first()? {
            c if c.is_ascii_digit() => digits(rest).0.len(),
            _ => rest.iter().take_while(|c| c.is_ascii_alphabetic()).count(),
        };
        let (segment, after) = rest.split_at(run);
        rest = after;
        Some(segment)
    })
}
