//! Python versions from before PEP 440, by the order that setuptools gave them.
//!
//! They are ordered among themselves only.

use super::Tag;
use super::encode::{Bytes, END, begin};

/// Encodes a version: words and numbers, each ended by zero.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    if written.is_empty() || !written.bytes().all(|c| c.is_ascii_graphic()) {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    let mut parts: Vec<String> = Vec::new();
    for piece in pieces(&lower) {
        if piece.starts_with(|c: char| c.is_ascii_digit()) {
            // Numbers are compared as text of eight digits: so setuptools did.
            parts.push(format!("{piece:0>8}"));
            continue;
        }
        push_word(&mut parts, &format!("*{}", word(piece)));
    }
    push_word(&mut parts, FINAL);
    let mut out = begin(Tag::Legacy);
    for part in &parts {
        out.extend_from_slice(part.as_bytes());
        out.push(END);
    }
    Some(out)
}

const FINAL: &str = "*final";

/// A word takes away the zeros before it, and one that means *before the release* the dashes too.
fn push_word(parts: &mut Vec<String>, word: &str) {
    if word < FINAL {
        while parts.last().is_some_and(|last| last == "*final-") {
            parts.pop();
        }
    }
    while parts.last().is_some_and(|last| last == "00000000") {
        parts.pop();
    }
    parts.push(word.to_owned());
}

fn word(piece: &str) -> &str {
    match piece {
        "pre" | "preview" | "rc" => "c",
        "-" => "final-",
        "dev" => "@",
        other => other,
    }
}

/// Runs of digits, of letters, dashes, and whatever lies between; dots separate.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let kind = |c: u8| match c {
        b'0'..=b'9' => 0_u8,
        b'a'..=b'z' => 1,
        b'.' => 2,
        b'-' => 3,
        _ => 4,
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = kind(*rest.as_bytes().first()?);
            // A dash is a piece of its own, also next to another dash.
            let run = if first == 3 { 1 } else { rest.bytes().take_while(|c| kind(*c) == first).count() };
            let (piece, after) = rest.split_at(run);
            rest = after;
            if first != 2 {
                return Some(piece);
            }
        }
    })
}
