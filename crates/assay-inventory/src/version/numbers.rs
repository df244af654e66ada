//! Lists of numbers: R's packages (between dots and dashes) and Haskell's
//! (between dots). The longer of two that begin alike is newer.

use super::Tag;
use super::encode::{Bytes, END, begin, number};

/// R: `0.1-2` is `0.1.2`.
pub(super) fn r(written: &str) -> Option<Bytes> {
    list(Tag::R, written, &['.', '-'])
}

/// Haskell.
pub(super) fn haskell(written: &str) -> Option<Bytes> {
    list(Tag::Haskell, written, &['.'])
}

fn list(tag: Tag, written: &str, separators: &[char]) -> Option<Bytes> {
    let mut out = begin(tag);
    for part in written.split(separators) {
        if part.is_empty() || !part.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        number(&mut out, part.as_bytes());
    }
    out.push(END);
    Some(out)
}
