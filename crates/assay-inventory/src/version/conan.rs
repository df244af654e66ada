//! Conan: places between dots, each a number with letters behind it or letters
//! alone; a pre-release behind a hyphen, a build behind a plus.

use super::Tag;
use super::encode::{Bytes, END, TOP, begin, digits, number};

/// Begins a place without a number: above every number.
const WORD: u8 = 0xf0;

/// Encodes a version. Zeros at the end do not count.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let (rest, build) = match written.rsplit_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (written, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    let mut out = begin(Tag::Conan);
    places(&mut out, core)?;
    match pre {
        None => out.push(TOP),
        Some(pre) => places(&mut out, pre)?,
    }
    match build {
        None => out.push(END),
        Some(build) => {
            out.push(1);
            places(&mut out, build)?;
        }
    }
    Some(out)
}

fn places(out: &mut Bytes, text: &str) -> Option<()> {
    let mut kept = out.len();
    for place in text.split('.') {
        let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        if place.is_empty() || !place.bytes().all(plain) {
            return None;
        }
        let (value, letters) = digits(place.as_bytes());
        match value {
            [] => out.push(WORD),
            value => number(out, value),
        }
        out.extend(letters.iter().map(u8::to_ascii_lowercase));
        out.push(END);
        if !letters.is_empty() || value.iter().any(|d| *d != b'0') {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out.push(END);
    Some(())
}
