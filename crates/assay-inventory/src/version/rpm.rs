//! rpm: epoch, version, release, each by `rpmvercmp` (rpm 4.15 and later, with
//! tilde and caret).

use super::Tag;
use super::encode::{Bytes, END, begin, digits, number};

/// `~` is below the end, `^` above it and below whatever else goes on.
const TILDE: u8 = 1;
const OVER: u8 = 2;
const CARET: u8 = 3;
const WORD: u8 = 4;
const NUMBER: u8 = 5;

/// Encodes `[epoch:]version[-release]`. No release is older than any, even than one that begins with `~`.
///
/// rpm itself refuses nothing: what is neither letter nor digit, nor `~` nor `^`, separates. Here white space and
/// control characters are no part of a version.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    if written.is_empty() || written.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let text = written.as_bytes();
    let (epoch, after) = digits(text);
    let (epoch, rest) = match after.split_first() {
        Some((b':', rest)) => (epoch, rest),
        // A colon after anything but digits is no epoch's.
        _ => (b"".as_slice(), text),
    };
    let (version, release) = match rest.iter().rposition(|c| *c == b'-') {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
        None => (rest, None),
    };
    let mut out = begin(Tag::Rpm);
    number(&mut out, epoch);
    part(&mut out, version);
    match release {
        Some(release) => part(&mut out, release),
        None => out.push(END),
    }
    Some(out)
}

fn part(out: &mut Bytes, mut rest: &[u8]) {
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'~' => {
                out.push(TILDE);
                after
            }
            b'^' => {
                out.push(CARET);
                after
            }
            b'0'..=b'9' => {
                let (value, after) = digits(rest);
                out.push(NUMBER);
                number(out, value);
                after
            }
            c if c.is_ascii_alphabetic() => {
                let (word, after) = rest.split_at(rest.iter().take_while(|c| c.is_ascii_alphabetic()).count());
                out.push(WORD);
                out.extend_from_slice(word);
                out.push(END);
                after
            }
            _ => after,
        };
    }
    out.push(OVER);
}
