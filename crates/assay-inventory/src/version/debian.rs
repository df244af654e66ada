//! Debian: epoch, upstream version, revision (Debian Policy 5.6.12).

use super::Tag;
use super::encode::{Bytes, begin, digits, number};

/// Ends a run of non-digits, and the whole part: below every character but the tilde.
const PART: u8 = 2;

/// Encodes a version.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let text = written.as_bytes();
    let (epoch, rest) = match text.iter().position(|c| *c == b':') {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (b"0".as_slice(), text),
    };
    if epoch.is_empty() || !epoch.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (upstream, revision) = match rest.iter().rposition(|c| *c == b'-') {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?),
        None => (rest, b"0".as_slice()),
    };
    if upstream.is_empty()
        || revision.is_empty()
        || !upstream.iter().all(|c| c.is_ascii_alphanumeric() || b".+-~:".contains(c))
        || !revision.iter().all(|c| c.is_ascii_alphanumeric() || b".+~".contains(c))
    {
        return None;
    }
    let mut out = begin(Tag::Debian);
    number(&mut out, epoch);
    part(&mut out, upstream);
    part(&mut out, revision);
    Some(out)
}

/// Runs of non-digits and numbers in turn. An absent number is zero, an absent
/// run is empty, so `1` and `1~` differ at the run after the number.
fn part(out: &mut Bytes, mut rest: &[u8]) {
    loop {
        let run = rest.iter().take_while(|c| !c.is_ascii_digit()).count();
        let (word, after) = rest.split_at(run);
        out.extend(word.iter().map(|c| match c {
            b'~' => 1,
            // Letters sort before all other characters.
            c if c.is_ascii_alphabetic() => *c,
            c => 0x80 | *c,
        }));
        out.push(PART);
        let (value, after) = digits(after);
        number(out, value);
        rest = after;
        if rest.is_empty() {
            out.push(PART);
            return;
        }
    }
}
