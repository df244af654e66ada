//! SemVer with an order of builds, as Dart's and Julia's registries have it:
//! `1.2.3` is older than `1.2.3+1`.

use super::Tag;
use super::encode::{Bytes, END, TOP, begin, digits, number};

/// Begins an identifier with a letter or a hyphen: above every number.
const WORD: u8 = 0xf0;

/// Encodes a version: three numbers, the pre-release's identifiers or [`TOP`], the build's.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let text = written.strip_prefix('v').unwrap_or(written);
    let (rest, build) = match text.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (text, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    let mut out = begin(Tag::Built);
    let mut numbers = core.split('.');
    for place in 0..3 {
        match numbers.next() {
            Some(value) if !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit()) => {
                number(&mut out, value.as_bytes());
            }
            None if place > 0 => number(&mut out, b"0"),
            _ => return None,
        }
    }
    if numbers.next().is_some() {
        return None;
    }
    match pre {
        None => out.push(TOP),
        Some(pre) => identifiers(&mut out, pre)?,
    }
    match build {
        None => out.push(END),
        Some(build) => identifiers(&mut out, build)?,
    }
    Some(out)
}

fn identifiers(out: &mut Bytes, text: &str) -> Option<()> {
    for identifier in text.split('.') {
        if identifier.is_empty() || !identifier.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
            return None;
        }
        let (value, after) = digits(identifier.as_bytes());
        if after.is_empty() {
            number(out, value);
        } else {
            out.push(WORD);
            out.extend_from_slice(identifier.as_bytes());
            out.push(END);
        }
    }
    out.push(END);
    Some(())
}
