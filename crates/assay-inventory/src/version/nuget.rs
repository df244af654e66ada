//! NuGet: up to four numbers, and SemVer's pre-releases without regard to case.

use super::Tag;
use super::encode::{Bytes, END, TOP, begin, digits, number};

/// Begins a label that is no number: above every number.
const WORD: u8 = 0xf0;

/// Encodes a version. Missing numbers are zero; build metadata has no part in the order.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let (rest, build) = match written.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (written, None),
    };
    let (core, labels) = match rest.split_once('-') {
        Some((core, labels)) => (core, Some(labels)),
        None => (rest, None),
    };
    let mut out = begin(Tag::NuGet);
    let mut numbers = core.split('.');
    for place in 0..4 {
        match numbers.next() {
            Some(value) if !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit()) => {
                number(&mut out, value.as_bytes());
            }
            None if place > 0 => number(&mut out, b"0"),
            _ => return None,
        }
    }
    if numbers.next().is_some() || build.is_some_and(|build| !build.split('.').all(is_label)) {
        return None;
    }
    match labels {
        None => out.push(TOP),
        Some(labels) => {
            for text in labels.split('.') {
                label(&mut out, text)?;
            }
            out.push(END);
        }
    }
    Some(out)
}

fn label(out: &mut Bytes, text: &str) -> Option<()> {
    if !is_label(text) {
        return None;
    }
    // NuGet takes a label for a number where it fits into 32 bits; longer digits are compared as text.
    let (value, after) = digits(text.as_bytes());
    if after.is_empty() && text.parse::<i32>().is_ok() {
        number(out, value);
    } else {
        out.push(WORD);
        out.extend(text.bytes().map(|c| c.to_ascii_lowercase()));
        out.push(END);
    }
    Some(())
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}
