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

/// Reads the file; none if a line is not as Cargo writes it.
pub(super) fn read(text: &str) -> Option<Lock<'_>> {
    let mut lock = Lock::default();
    let mut table = Table::Top;
    let mut metadata = false;
    let mut root = false;
    let mut last = "";
    let mut unused = Keys::default();
    let mut keys = Keys::default();
    let mut lines = text.lines().enumerate();
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
            comment if comment.starts_with('#') => {
                if comment.chars().any(|c| c.is_control() && c != '\t') {
                    return None;
                }
            }
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
                    let key = checksum(pair)?;
                    if last >= key {
                        return None;
                    }
                    last = key;
                }
            },
        }
    }
    Some(lock)
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

fn package<'a>(
    pair: &'a str,
    keys: &mut Keys,
    entry: &mut Entry<'a>,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Option<()> {
    let (key, value) = pair.split_once(" = ")?;
    match key {
        "name" => {
            keys.first(0)?;
            entry.name = Some(string(value)?);
        }
        "version" => {
            keys.first(1)?;
            entry.version = Some(string(value)?);
        }
        "source" => {
            keys.first(2)?;
            entry.source = Some(string(value)?);
        }
        "checksum" => {
            keys.first(3)?;
            string(value)?;
        }
        "replace" => {
            keys.first(4)?;
            string(value)?;
        }
        "dependencies" => {
            keys.first(5)?;
            if value == "[]" {
                return Some(());
            }
            if value != "[" {
                return None;
            }
            loop {
                let (_, line) = lines.next()?;
                if line == "]" {
                    return Some(());
                }
                string(line.strip_prefix(' ')?.strip_suffix(',')?)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// `"checksum name version (source)" = "hex"` of the oldest files.
fn checksum(pair: &str) -> Option<&str> {
    let (key, value) = pair.split_once("\" = ")?;
    string(value)?;
    let key = key.strip_prefix("\"checksum ")?;
    plain(key).then_some(key)
}

/// A basic string without escapes.
fn string(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    plain(inner).then_some(inner)
}

fn plain(inner: &str) -> bool {
    // No quote, no escape, no control character (DEL included).
    !inner.bytes().any(|c| c == b'"' || c == b'\\' || c < 0x20 || c == 0x7f)
}
