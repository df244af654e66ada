//! SemVer 2.0, for Cargo, npm, Go and whoever follows them.

use super::Tag;
use super::encode::{Bytes, END, TOP, begin, digits, number};

/// Begins an identifier with a letter or a hyphen: above every number.
const WORD: u8 = 0xf0;

/// Encodes a version: core numbers, then the pre-release's identifiers or [`TOP`].
///
/// Build metadata is checked and left out: it has no part in precedence (clause 10).
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let mut out = begin(Tag::SemVer);
    let mut rest = written.strip_prefix('v').unwrap_or(written).as_bytes();
    for place in 0..3 {
        if place > 0 {
            match rest.split_first() {
                Some((b'.', after)) => rest = after,
                // Fewer than three numbers: OSV's service fills up with zeros, before a pre-release too.
                None | Some((b'-' | b'+', _)) => {
                    number(&mut out, b"0");
                    continue;
                }
                Some(_) => return None,
            }
        }
        let (value, after) = digits(rest);
        if value.is_empty() || (value.len() > 1 && value.starts_with(b"0")) {
            return None;
        }
        number(&mut out, value);
        rest = after;
    }
    let (pre, build) = match rest.iter().position(|c| *c == b'+') {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
        None => (rest, None),
    };
    match pre.split_first() {
        None => out.push(TOP),
        Some((b'-', identifiers)) => {
            for identifier in identifiers.split(|c| *c == b'.') {
                pre_release(&mut out, identifier)?;
            }
            out.push(END);
        }
        Some(_) => return None,
    }
    let built = build.is_none_or(|build| build.split(|c| *c == b'.').all(is_identifier));
    built.then_some(out)
}

fn pre_release(out: &mut Bytes, identifier: &[u8]) -> Option<()> {
    if !is_identifier(identifier) {
        return None;
    }
    if identifier.iter().all(u8::is_ascii_digit) {
        if identifier.len() > 1 && identifier.starts_with(b"0") {
            return None;
        }
        number(out, identifier);
    } else {
        out.push(WORD);
        out.extend_from_slice(identifier);
        out.push(END);
    }
    Some(())
}

fn is_identifier(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'-')
}
