//! Room instead of a bound: a buffer that is only made larger overflows behind a larger input, which
//! a harness that reads no more than so much never shows.

use std::sync::LazyLock;

use regex::Regex;

use super::shape::ALLOCATES;
use crate::patch::FileView;

/// Bytes from which a number beside an allocation or in the brackets of an array is room.
const LARGE: u64 = 1 << 16;
/// A number that grows by so much, in a line that is otherwise the same, is room too.
const TIMES: u64 = 8;
/// Below this nothing is.
const SMALL: u64 = 1 << 10;

static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(0[xX][0-9a-fA-F]+|[0-9][0-9_']*)[uUlLzZ]*\b(\s*(<<|\*)\s*(0[xX][0-9a-fA-F]+|[0-9]+)[uUlLzZ]*\b)*")
        .ok()
});
static ARRAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b[A-Za-z_]\w*\s*\[[^\]]*\d[^\]]*\]\s*(\[|=|;|,)").ok());

/// Lines that bring room where a bound is missing.
pub(super) fn touches(file: &FileView) -> Vec<&str> {
    let removed: Vec<(String, Vec<u64>)> = file.removed().take(20_000).map(measured).collect();
    file.added().take(20_000).filter(|line| large(line) || grown(line, &removed)).take(20).collect()
}

fn large(line: &str) -> bool {
    let takes = [ALLOCATES.as_ref(), ARRAY.as_ref()].into_iter().flatten().any(|pattern| pattern.is_match(line));
    takes && measured(line).1.into_iter().any(|number| number >= LARGE)
}

/// Whether a line that goes is the same but for smaller numbers.
fn grown(line: &str, removed: &[(String, Vec<u64>)]) -> bool {
    let (text, numbers) = measured(line);
    removed
        .iter()
        .filter(|(old, _)| *old == text)
        .any(|(_, old)| old.iter().zip(&numbers).any(|(old, new)| *new >= SMALL && *new >= old.saturating_mul(TIMES)))
}

/// A line without its numbers, and these; a shift or a product of numbers is one.
fn measured(line: &str) -> (String, Vec<u64>) {
    let Some(pattern) = NUMBERS.as_ref() else { return (line.to_owned(), Vec::new()) };
    let numbers = pattern.find_iter(line).map(|found| value(found.as_str())).collect();
    (pattern.replace_all(line, "0").split_whitespace().collect::<Vec<_>>().join(" "), numbers)
}

/// The value of `1 << 21` or `64 * 1024`, from left to right.
fn value(text: &str) -> u64 {
    let mut total: Option<u64> = None;
    let mut shift = false;
    for word in text.replace("<<", " < ").replace('*', " * ").split_whitespace() {
        match word {
            "<" => shift = true,
            "*" => shift = false,
            word => {
                let digits: String =
                    word.chars().filter(|c| !matches!(c, '_' | '\'' | 'u' | 'U' | 'l' | 'L' | 'z' | 'Z')).collect();
                let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => digits.parse(),
                };
                // What is no number of this size is larger than any.
                let number = number.unwrap_or(u64::MAX);
                total = Some(match total {
                    None => number,
                    Some(total) if shift => {
                        let places = u32::try_from(number).unwrap_or(64);
                        total.saturating_mul(1_u64.checked_shl(places).unwrap_or(u64::MAX))
                    }
                    Some(total) => total.saturating_mul(number),
                });
            }
        }
    }
    total.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::patch::view;

    fn told(removed: &str, added: &str) -> usize {
        let patch = format!("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-{removed}\n+{added}\n");
        touches(&view(patch.as_bytes()).unwrap()[0]).len()
    }

    #[test]
    fn numbers_are_worth_what_they_say() {
        for (text, worth) in
            [("1 << 21", 1 << 21), ("64 * 1024", 65_536), ("0x10000u", 65_536), ("1_000", 1_000), ("1 << 99", u64::MAX)]
        {
            assert_eq!(value(text), worth, "{text}");
        }
    }

    #[test]
    fn room_is_told_and_a_bound_is_not() {
        assert_eq!(told("#define ROOM 32", "#define ROOM 2097152"), 1);
        assert_eq!(told("#define ROOM 32", "#define ROOM (1 << 21)"), 0, "other words: seen where it is used");
        assert_eq!(told("    p = malloc(n);", "    p = malloc(n + (1 << 21));"), 1);
        assert_eq!(told("    char text[32];", "    char text[1 << 20];"), 1);
        for (removed, added) in [
            ("    p = malloc(n);", "    p = malloc(n + 1);"),
            ("    char text[32];", "    char text[33];"),
            ("    g(n);", "    if (n > 1 << 20) return -1;"),
            ("    size += n ? 3 : 1;", "    size += n ? 4 : 1;"),
        ] {
            assert_eq!(told(removed, added), 0, "{added}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_breaks_it(line in "\\PC{0,60}", numbers in "[0-9a-fxX<* _uL]{0,40}") {
            let _ = (measured(&line), value(&numbers), large(&numbers));
        }
    }
}
