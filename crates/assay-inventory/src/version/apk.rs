//! apk-tools, for Alpine and its kin: numbers, one letter, suffixes, a commit,
//! a revision, in this order and no other.

use super::Tag;
use super::encode::{Bytes, END, begin, digits, number};

/// What may stand at one place, from the oldest to the newest: a suffix that means *before the release*, nothing more,
/// a revision, a commit, a suffix's number, a suffix that means *after*, a letter, another number.
const OVER: u8 = 8;
const REVISION: u8 = 9;
const COMMIT: u8 = 10;
const SUFFIX_NUMBER: u8 = 11;
const LETTER: u8 = 20;
const NUMBER: u8 = 21;

const SUFFIXES: [(&[u8], u8); 9] = [
    (b"alpha", 1),
    (b"beta", 2),
    (b"pre", 3),
    (b"rc", 4),
    (b"cvs", 12),
    (b"svn", 13),
    (b"git", 14),
    (b"hg", 15),
    (b"p", 16),
];

/// Encodes a version that `apk version --check` accepts. What it does not is no version, though apk compares it.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let mut out = begin(Tag::Apk);
    let (first, mut rest) = digits(written.as_bytes());
    if first.is_empty() {
        return None;
    }
    number(&mut out, first);
    while let Some((b'.', after)) = rest.split_first() {
        let (value, after) = digits(after);
        out.push(NUMBER);
        // After the first place a leading zero makes a decimal fraction: 1.05 is older than 1.5, and 1.1 newer than 1.09.
        match value {
            [] => return None,
            [b'0', ..] => {
                out.push(1);
                out.extend_from_slice(value);
                out.push(END);
            }
            _ => {
                out.push(2);
                number(&mut out, value);
            }
        }
        rest = after;
    }
    if let Some((letter @ b'a'..=b'z', after)) = rest.split_first() {
        out.extend_from_slice(&[LETTER, *letter]);
        // `7.6.1p1`: apk-tools 2 reads a number behind the letter, and Alpine has such packages.
        let (value, after) = digits(after);
        if !value.is_empty() {
            out.push(NUMBER);
            number(&mut out, value);
        }
        rest = after;
    }
    while let Some((b'_', after)) = rest.split_first() {
        let run = after.iter().take_while(|c| c.is_ascii_lowercase()).count();
        let (word, after) = after.split_at(run);
        let (_, rank) = SUFFIXES.iter().find(|(suffix, _)| *suffix == word)?;
        out.push(*rank);
        let (value, after) = digits(after);
        if !value.is_empty() {
            out.push(SUFFIX_NUMBER);
            number(&mut out, value);
        }
        rest = after;
    }
    if let Some((b'~', after)) = rest.split_first() {
        let (commit, after) = after.split_at(after.iter().take_while(|c| c.is_ascii_hexdigit()).count());
        if commit.is_empty() {
            return None;
        }
        out.push(COMMIT);
        out.extend_from_slice(commit);
        out.push(END);
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(b"-r") {
        let (value, after) = digits(after);
        if value.is_empty() {
            return None;
        }
        out.push(REVISION);
        number(&mut out, value);
        rest = after;
    }
    out.push(OVER);
    rest.is_empty().then_some(out)
}
