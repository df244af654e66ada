//! PEP 440, for Python: epoch, release, pre, post, dev and local parts.

use super::Tag;
use super::encode::{Bytes, END, TOP, begin, digits, number};

/// Spellings of the pre-release phases, longest first, with their rank.
const PHASES: [(&[u8], u8); 8] =
    [(b"alpha", 2), (b"a", 2), (b"beta", 3), (b"b", 3), (b"preview", 4), (b"pre", 4), (b"rc", 4), (b"c", 4)];

/// Encodes a version, normalising as PEP 440's appendix B allows.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let text = written.as_bytes();
    let text = text.strip_prefix(b"v").or_else(|| text.strip_prefix(b"V")).unwrap_or(text);
    let mut out = begin(Tag::Pep440);

    let (first, after) = digits(text);
    let rest = match after.split_first() {
        Some((b'!', after)) if !first.is_empty() => {
            number(&mut out, first);
            after
        }
        _ => {
            number(&mut out, b"0");
            text
        }
    };
    let rest = release(&mut out, rest)?;
    let (pre, rest) = phase(rest);
    let (post, rest) = post(rest);
    let (dev, rest) = word_and_number(rest, &[b"dev"]).map_or((None, rest), |(n, rest)| (Some(n), rest));

    match (pre, post, dev) {
        (Some((rank, n)), ..) => {
            out.push(rank);
            number(&mut out, n);
        }
        // `1.0.dev1` is older than `1.0a1`; every other version without a phase is newer.
        (None, None, Some(_)) => out.push(1),
        (None, ..) => out.push(TOP),
    }
    match post {
        Some(n) => number(&mut out, n),
        None => out.push(END),
    }
    match dev {
        Some(n) => number(&mut out, n),
        None => out.push(TOP),
    }
    local(&mut out, rest)?;
    Some(out)
}

/// The release's numbers; trailing zeros do not count.
fn release<'a>(out: &mut Bytes, mut rest: &'a [u8]) -> Option<&'a [u8]> {
    let mut kept = out.len();
    loop {
        let (value, after) = digits(rest);
        if value.is_empty() {
            return None;
        }
        number(out, value);
        if value.iter().any(|d| *d != b'0') {
            kept = out.len();
        }
        rest = after;
        match rest {
            [b'.', d, ..] if d.is_ascii_digit() => rest = rest.get(1..)?,
            _ => break,
        }
    }
    out.truncate(kept);
    out.push(END);
    Some(rest)
}

type Phase<'a> = (Option<(u8, &'a [u8])>, &'a [u8]);

fn phase(rest: &[u8]) -> Phase<'_> {
    for (word, rank) in PHASES {
        if let Some((n, after)) = word_and_number(rest, &[word]) {
            return (Some((rank, n)), after);
        }
    }
    (None, rest)
}

fn post(rest: &[u8]) -> (Option<&[u8]>, &[u8]) {
    if let [b'-', d, ..] = rest
        && d.is_ascii_digit()
    {
        let (n, after) = digits(rest.get(1..).unwrap_or_default());
        return (Some(n), after);
    }
    match word_and_number(rest, &[b"post", b"rev", b"r"]) {
        Some((n, after)) => (Some(n), after),
        None => (None, rest),
    }
}

/// An optional separator, one of the words, an optional separator, an optional number.
fn word_and_number<'a>(text: &'a [u8], words: &[&[u8]]) -> Option<(&'a [u8], &'a [u8])> {
    let after = separator(text);
    let word = words.iter().find(|w| after.get(..w.len()).is_some_and(|a| a.eq_ignore_ascii_case(w)))?;
    Some(digits(separator(after.get(word.len()..)?)))
}

fn separator(text: &[u8]) -> &[u8] {
    match text.split_first() {
        Some((b'-' | b'_' | b'.', after)) => after,
        _ => text,
    }
}

/// `+` and segments: words below numbers, none below any.
fn local(out: &mut Bytes, rest: &[u8]) -> Option<()> {
    let Some((plus, segments)) = rest.split_first() else {
        out.push(END);
        return Some(());
    };
    if *plus != b'+' {
        return None;
    }
    out.push(1);
    for segment in segments.split(|c| b"-_.".contains(c)) {
        if segment.is_empty() || !segment.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        if segment.iter().all(u8::is_ascii_digit) {
            out.push(2);
            number(out, segment);
        } else {
            out.push(1);
            out.extend(segment.iter().map(u8::to_ascii_lowercase));
            out.push(END);
        }
    }
    out.push(END);
    Some(())
}
