//! Maven: `ComparableVersion`, as one flat list.
//!
//! Maven nests a list at each hyphen and each change between digits and
//! letters. Nothing ever follows a nested list, so the lists lie one behind the
//! other here, and each item says whether a list begins with it.
//!
//! Maven's own order has cycles: `2 < 2-sp < 2.0.alpha < 2`. No order of bytes
//! has, so there the end decides: what Maven calls older than the bare release
//! is older than whatever Maven calls newer than it.

use super::Tag;
use super::encode::{Bytes, END, begin, number};

/// What may stand at one place, from the oldest to the newest. `DOT` goes on in a list, `LIST` begins one.
const DOT_BEFORE: u8 = 1;
const LIST_BEFORE: u8 = 2;
/// Zeros or words for *release*, and behind them something older than nothing.
const LIST_ZEROS_LOWER: u8 = 3;
const DOT_ZEROS_LOWER: u8 = 4;
const OVER: u8 = 5;
/// A word for *release*, and behind it something newer than nothing.
const DOT_RELEASE: u8 = 6;
const LIST_RELEASE: u8 = 7;
const DOT_AFTER: u8 = 8;
const LIST_AFTER: u8 = 9;
const LIST_NUMBER: u8 = 10;
const DOT_NUMBER: u8 = 11;

/// What one item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What<'a> {
    Number(&'a str),
    /// A qualifier of a pre-release, by its rank.
    Before(u8),
    /// `ga`, `final`, `release`: as if nothing stood there.
    Release,
    /// `sp`, then every other word by its letters.
    After(&'a str),
}

#[derive(Debug, Clone, Copy)]
struct Item<'a> {
    /// Whether a list begins with it.
    list: bool,
    what: What<'a>,
}

impl Item<'_> {
    /// Whether it is as if nothing stood there.
    fn is_nothing(&self) -> bool {
        match self.what {
            What::Number(value) => value.bytes().all(|d| d == b'0'),
            What::Release => true,
            What::Before(_) | What::After(_) => false,
        }
    }
}

/// Encodes a version.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    // Maven takes any text; what has no digit, or a space or a control character in it, was not meant as a version.
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if !written.contains(|c: char| c.is_ascii_digit()) || written.contains(odd) {
        return None;
    }
    let lower = written.to_lowercase();
    let items = trimmed(items(&lower));
    let mut out = begin(Tag::Maven);
    for (at, item) in items.iter().enumerate() {
        // What decides against nothing: the first item that is something.
        let something = items.get(at..).unwrap_or_default().iter().find(|item| !item.is_nothing());
        let lower = matches!(something, Some(Item { what: What::Before(_), .. }));
        if item.is_nothing() && lower {
            // Of two, the one with more zeros is newer: a qualifier is older than a zero in its place.
            out.push(if item.list { LIST_ZEROS_LOWER } else { DOT_ZEROS_LOWER });
            continue;
        }
        let class = |dot, list| if item.list { list } else { dot };
        match item.what {
            What::Number(value) => {
                out.push(class(DOT_NUMBER, LIST_NUMBER));
                number(&mut out, value.as_bytes());
            }
            What::Before(rank) => out.extend_from_slice(&[class(DOT_BEFORE, LIST_BEFORE), rank]),
            What::Release if something.is_none() => break,
            What::Release => out.push(class(DOT_RELEASE, LIST_RELEASE)),
            What::After(word) => {
                out.push(class(DOT_AFTER, LIST_AFTER));
                // `sp` is below every other word, whose letters are all above 1.
                out.extend_from_slice(if word == "sp" { &[1] } else { word.as_bytes() });
                out.push(END);
            }
        }
    }
    out.push(OVER);
    Some(out)
}

/// Splits at dots, hyphens, and changes between digits and other characters. Between two separators stands a zero;
/// behind the last one stands nothing.
fn items(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut rest = text;
    let mut list = false;
    while let Some(first) = rest.chars().next() {
        let is_digit = |c: char| c.is_ascii_digit();
        let is_word = |c: char| !is_digit(c) && !matches!(c, '.' | '-');
        let (part, after) = if is_word(first) { split(rest, is_word) } else { split(rest, is_digit) };
        let touched = after.starts_with(is_digit);
        let what = if is_word(first) { word(part, touched) } else { What::Number(part) };
        // Since Maven 3.8.7 `.X1` is `-X1`, and so is an `.X` with which the version ends.
        let dashed = is_word(first) && (touched || after.is_empty()) && !items.is_empty();
        items.push(Item { list: list || dashed, what });
        list = !after.starts_with('.');
        rest = after.strip_prefix(['.', '-']).unwrap_or(after);
    }
    items
}

fn split(text: &str, inside: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !inside(c)).unwrap_or(text.len()))
}

/// One letter stands for a word where a digit touches it: `1.0a1`, `1.0b2`, `1.0m3`.
fn word(word: &str, touched: bool) -> What<'_> {
    match word {
        "alpha" => What::Before(1),
        "beta" => What::Before(2),
        "milestone" => What::Before(3),
        "a" if touched => What::Before(1),
        "b" if touched => What::Before(2),
        "m" if touched => What::Before(3),
        "rc" | "cr" => What::Before(4),
        "snapshot" => What::Before(5),
        "ga" | "final" | "release" => What::Release,
        word => What::After(word),
    }
}

/// Without what is nothing at the end of each list: `1.0-rc1` is `1-rc1`, `1.0.0` is `1`. Where that leaves a list
/// empty but for another one, that one begins in its place.
fn trimmed(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut kept: Vec<Item<'_>> = Vec::with_capacity(items.len());
    for item in items.into_iter().rev() {
        let ends_list = kept.last().is_none_or(|next| next.list);
        if !(item.is_nothing() && ends_list) {
            kept.push(item);
        }
    }
    kept.reverse();
    kept
}
