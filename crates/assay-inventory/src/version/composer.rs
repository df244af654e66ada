//! Composer: what its parser makes of a version, by PHP's `version_compare`.
//!
//! Composer fills a version up to four numbers before it compares (`1.0` is
//! `1.0.0.0`), so that is done here too. Branches (`dev-main`) have no order.

use super::Tag;
use super::encode::{Bytes, begin, digits, number};

/// What may stand at one place, from the oldest to the newest.
const DEV: u8 = 1;
const ALPHA: u8 = 2;
const BETA: u8 = 3;
const CANDIDATE: u8 = 4;
const OVER: u8 = 5;
const NUMBER: u8 = 6;
const PATCH: u8 = 7;

/// Spellings of the stabilities, longest first; `stable` says nothing.
const STABILITIES: [(&str, u8); 9] = [
    ("stable", 0),
    ("patch", PATCH),
    ("alpha", ALPHA),
    ("beta", BETA),
    ("rc", CANDIDATE),
    ("pl", PATCH),
    ("a", ALPHA),
    ("b", BETA),
    ("p", PATCH),
];

/// Composer's stand-in for `x` in a numbered branch.
const ANY: &[u8] = b"9999999";

/// Encodes a version.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let lower = written.to_ascii_lowercase();
    let text = match lower.rsplit_once('@') {
        Some((text, "stable" | "rc" | "beta" | "alpha" | "dev")) => text,
        _ => &lower,
    };
    let text = match text.split_once('+') {
        Some((text, build)) if !build.is_empty() && !build.contains(|c: char| c.is_whitespace()) => text,
        _ => text,
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    classical(text).or_else(|| dated(text)).or_else(|| branch(text))
}

/// Numbers between dots, and what follows them. Composer takes four at most, and five digits in the first; a version
/// that has more is compared by the same rules.
fn classical(text: &str) -> Option<Bytes> {
    let mut out = begin(Tag::Composer);
    let mut rest = text.as_bytes();
    let mut places = 0;
    loop {
        let (value, after) = digits(rest);
        if value.is_empty() {
            return None;
        }
        out.push(NUMBER);
        number(&mut out, value);
        places += 1;
        rest = after;
        match rest {
            [b'.', d, ..] if d.is_ascii_digit() => rest = rest.get(1..)?,
            _ => break,
        }
    }
    for _ in places..4 {
        out.push(NUMBER);
        number(&mut out, b"0");
    }
    modifiers(&mut out, rest)?;
    Some(out)
}

/// A date with a separator that is no dot: `2024-01-31`, `2024:01:31`.
fn dated(text: &str) -> Option<Bytes> {
    let mut out = begin(Tag::Composer);
    let (year, mut rest) = digits(text.as_bytes());
    if year.len() != 4 {
        return None;
    }
    out.push(NUMBER);
    number(&mut out, year);
    let mut places = 0;
    while places < 8
        && let [b'.' | b':' | b'-', after @ ..] = rest
    {
        let (value, after) = digits(after);
        // Six groups of two digits, then two of up to three.
        if value.is_empty() || value.len() > 3 || (value.len() != 2 && places == 0) {
            break;
        }
        out.push(NUMBER);
        number(&mut out, value);
        rest = after;
        places += 1;
    }
    if places == 0 {
        return None;
    }
    modifiers(&mut out, rest)?;
    Some(out)
}

/// `[._-]` and a stability with its numbers, `[.-]` and `dev`; both may be missing, and nothing else may stand there.
fn modifiers(out: &mut Bytes, rest: &[u8]) -> Option<()> {
    let mut rest = std::str::from_utf8(rest).ok()?;
    let bare = rest.strip_prefix(['.', '_', '-']).unwrap_or(rest);
    if let Some((word, rank)) = STABILITIES.iter().find(|(word, _)| bare.starts_with(word)) {
        rest = bare.strip_prefix(word)?;
        if *rank > 0 {
            out.push(*rank);
        }
        while let (value, after) = digits(rest.strip_prefix(['.', '-']).unwrap_or(rest).as_bytes())
            && !value.is_empty()
        {
            // Numbers after `stable` are dropped with it.
            if *rank > 0 {
                out.push(NUMBER);
                number(out, value);
            }
            rest = std::str::from_utf8(after).ok()?;
        }
        if *rank == 0 {
            out.push(OVER);
            return matches!(rest, "" | "dev" | ".dev" | "-dev").then_some(());
        }
    } else if matches!(rest, "-" | "." | "_") {
        rest = "";
    } else if bare == "dev" {
        rest = "dev";
    }
    match rest {
        "" => {}
        "dev" | ".dev" | "-dev" => out.push(DEV),
        _ => return None,
    }
    out.push(OVER);
    Some(())
}

/// A numbered branch: `1.x-dev` is above every release of 1.
fn branch(text: &str) -> Option<Bytes> {
    let name = text.strip_suffix("dev")?;
    let name = name.strip_suffix(['.', '-']).unwrap_or(name);
    let mut out = begin(Tag::Composer);
    let mut parts = name.strip_prefix('v').unwrap_or(name).split('.');
    for place in 0..4 {
        out.push(NUMBER);
        match parts.next() {
            Some("x" | "*") | None if place > 0 => number(&mut out, ANY),
            Some(value) if !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit()) => {
                number(&mut out, value.as_bytes());
            }
            _ => return None,
        }
    }
    out.extend_from_slice(&[DEV, OVER]);
    parts.next().is_none().then_some(out)
}
