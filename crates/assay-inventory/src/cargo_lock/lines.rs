//! The lines that Cargo itself writes: strict, borrowed, in one pass.
//!
//! Anything that Cargo would not write ends the reading; the TOML parser then
//! decides. So this reader may refuse valid TOML, but what it accepts, TOML
//! accepts with the same values.

use super::{Entry, Lock};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Top,
    /// `[[package]]`, and `[root]` of the oldest files.
    Package,
    /// `[[patch.unused]]`: not built, so not listed.
    Unused,
    Metadata,
}

/// Whether no character of the file has a meaning inside a string: an escape, or one that TOML refuses there.
fn is_plain(text: &str) -> bool {
    // Without an early end, so that the compiler takes many bytes at once.
    let special = |c: u8| c == b'\\' || c == 0x7f || (c < 0x20 && c != b'\n');
    !text.bytes().fold(false, |any, c| any | special(c))
}

/// Reads the file; none if a line is not as Cargo writes it.
pub(super) fn read(text: &str) -> Option<Lock<'_>> {
    if !is_plain(text) {
        return None;
    }
    let mut lock = Lock::default();
    let mut table = Table::Top;
    let mut metadata = false;
    let mut root = false;
    let mut last = "";
    let mut unused = Keys::default();
    let mut keys = Keys::default();
    let mut lines = Lines { rest: text, count: 0, quotes: 0 };
    while let Some((n, line)) = lines.next() {
        match line {
            "" => {}
            "[[package]]" => {
                table = Table::Package;
                keys = Keys::default();
                lock.packages.push(Entry { line: n + 1, ..Entry::default() });
            }
            "[root]" if !root && lock.packages.is_empty() => {
                root = true;
                table = Table::Package;
                keys = Keys::default();
                lock.packages.push(Entry { line: n + 1, ..Entry::default() });
            }
            "[[patch.unused]]" => {
                table = Table::Unused;
                unused = Keys::default();
            }
            "[metadata]" if !metadata => {
                metadata = true;
                table = Table::Metadata;
            }
            comment if comment.starts_with('#') => lines.quotes += quotes(comment),
            pair => match table {
                Table::Top => {
                    let digits = pair.strip_prefix("version = ")?;
                    let plain = !digits.is_empty()
                        && digits.len() < 6
                        && digits.bytes().all(|c| c.is_ascii_digit())
                        && (digits.len() == 1 || !digits.starts_with('0'));
                    if !plain || lock.version.replace(digits.parse().ok()?).is_some() {
                        return None;
                    }
                }
                Table::Package => package(pair, &mut keys, lock.packages.last_mut()?, &mut lines)?,
                Table::Unused => package(pair, &mut unused, &mut Entry::default(), &mut lines)?,
                // Cargo sorts them, so that none is there twice, which TOML would refuse.
                Table::Metadata => {
                    let key = checksum(pair, &mut lines)?;
                    if last >= key {
                        return None;
                    }
                    last = key;
                }
            },
        }
    }
    // Each string was taken to end where its line does. If any had a quote inside, there is one more than was met.
    (lines.quotes == quotes(text)).then_some(lock)
}

fn quotes(text: &str) -> usize {
    memchr::memchr_iter(b'"', text.as_bytes()).count()
}

/// The lines of a text without carriage returns, numbered from zero: sixty thousand short ones of a large file.
struct Lines<'a> {
    rest: &'a str,
    count: usize,
    /// Quotes of the lines so far, where none stands inside a string.
    quotes: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match line_end(self.rest.as_bytes()) {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, ""),
        };
        self.rest = rest;
        self.count += 1;
        Some((self.count - 1, line))
    }
}

impl Lines<'_> {
    /// A basic string without escapes, which ends where its line does.
    fn string<'b>(&mut self, value: &'b str) -> Option<&'b str> {
        self.quotes += 2;
        value.strip_prefix('"')?.strip_suffix('"')
    }
}

/// Where the first line ends: eight bytes at a time, because a search that looks at more of them at once takes longer to
/// begin than these lines take to end.
fn line_end(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let mut at = 0;
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let differing = u64::from_le_bytes(*eight) ^ (ONES * b'\n' as u64);
        // The lowest bit that is left is that of the first byte without a difference.
        let ends = differing.wrapping_sub(ONES) & !differing & HIGHS;
        if ends != 0 {
            return Some(at + ends.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    text.get(at..)?.iter().position(|byte| *byte == b'\n').map(|behind| at + behind)
}

/// Which keys of a table were seen: TOML has each once.
#[derive(Default)]
struct Keys {
    seen: [bool; 6],
}

impl Keys {
    fn first(&mut self, key: usize) -> Option<()> {
        let seen = self.seen.get_mut(key)?;
        (!std::mem::replace(seen, true)).then_some(())
    }
}

fn package<'a>(pair: &'a str, keys: &mut Keys, entry: &mut Entry<'a>, lines: &mut Lines<'a>) -> Option<()> {
    if let Some(value) = pair.strip_prefix("name = ") {
        keys.first(0)?;
        entry.name = Some(lines.string(value)?);
    } else if let Some(value) = pair.strip_prefix("version = ") {
        keys.first(1)?;
        entry.version = Some(lines.string(value)?);
    } else if let Some(value) = pair.strip_prefix("source = ") {
        keys.first(2)?;
        entry.source = Some(lines.string(value)?);
    } else if let Some(value) = pair.strip_prefix("checksum = ") {
        keys.first(3)?;
        lines.string(value)?;
    } else if let Some(value) = pair.strip_prefix("replace = ") {
        keys.first(4)?;
        lines.string(value)?;
    } else {
        let value = pair.strip_prefix("dependencies = ")?;
        keys.first(5)?;
        match value {
            "[]" => {}
            "[" => dependencies(lines)?,
            _ => return None,
        }
    }
    Some(())
}

fn dependencies(lines: &mut Lines<'_>) -> Option<()> {
    loop {
        let (_, line) = lines.next()?;
        if line == "]" {
            return Some(());
        }
        lines.string(line.strip_prefix(' ')?.strip_suffix(',')?)?;
    }
}

/// `"checksum name version (source)" = "hex"` of the oldest files.
fn checksum<'a>(pair: &'a str, lines: &mut Lines<'_>) -> Option<&'a str> {
    let (key, value) = pair.split_once("\" = ")?;
    lines.string(value)?;
    lines.quotes += 2;
    key.strip_prefix("\"checksum ")
}
