//! Words for variants: those of the inputs, and those that the target compares
//! its input with, out of the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Longest word.
const MAX_WORD: usize = 32;
/// Most words.
const MAX_WORDS: usize = 2_000;
/// Bytes of one source file that are looked at.
const MAX_FILE: u64 = 2 << 20;

/// A set of words, in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dictionary {
    /// Of the inputs, and of the files that the patch touches: drawn as often as all others together.
    near: Vec<Vec<u8>>,
    far: Vec<Vec<u8>>,
}

impl Dictionary {
    /// From inputs, and from the source with the files that the patch touches.
    #[must_use]
    pub fn new(inputs: &[Vec<u8>], source: &Path, touched: &[String]) -> Self {
        let mut near = BTreeSet::new();
        for input in inputs {
            near.extend(tokens(input).into_iter().map(|(from, to)| input[from..to].to_vec()));
        }
        for path in touched {
            near.extend(literals(&text(&source.join(path))));
        }
        let mut far = BTreeSet::new();
        // Beside the touched files: what they are used by.
        for path in touched {
            let folder = source.join(path);
            let Some(folder) = folder.parent() else { continue };
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
            files.sort();
            for file in files.into_iter().take(64) {
                far.extend(literals(&text(&file)));
            }
        }
        let bounded = |set: BTreeSet<Vec<u8>>| {
            let fits = |word: &Vec<u8>| !word.is_empty() && word.len() <= MAX_WORD;
            set.into_iter().filter(fits).take(MAX_WORDS).collect::<Vec<_>>()
        };
        let near = bounded(near);
        let far = bounded(far).into_iter().filter(|word| !near.contains(word)).collect();
        Self { near, far }
    }

    /// The words of the inputs and of the files that the patch touches.
    pub fn near(&self) -> impl Iterator<Item = &[u8]> {
        self.near.iter().map(Vec::as_slice)
    }

    /// The word that a drawn number stands for.
    #[must_use]
    pub fn word(&self, drawn: u64) -> Option<&[u8]> {
        let list = if drawn & 1 == 0 || self.far.is_empty() { &self.near } else { &self.far };
        let list = if list.is_empty() { &self.far } else { list };
        let index = usize::try_from((drawn >> 1) % (list.len().max(1) as u64)).unwrap_or(0);
        list.get(index).map(Vec::as_slice)
    }
}

/// A plain file's content, within bounds; links are not followed.
pub(super) fn text(path: &Path) -> Vec<u8> {
    let fits = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_FILE);
    if fits { fs::read(path).unwrap_or_default() } else { Vec::new() }
}

/// The longest of these parts, the longest first.
pub(super) fn longest(mut parts: Vec<(usize, usize)>, most: usize) -> Vec<(usize, usize)> {
    parts.sort_by_key(|(from, to)| std::cmp::Reverse(to - from));
    parts.truncate(most);
    parts
}

/// Words and single marks of an input: runs of letters, digits and `_-.`, and every other printable byte.
pub(super) fn tokens(content: &[u8]) -> Vec<(usize, usize)> {
    let wordy = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80;
    let mut found = Vec::new();
    let mut at = 0;
    while at < content.len() && found.len() < MAX_WORDS {
        let from = at;
        while at < content.len() && wordy(content[at]) {
            at += 1;
        }
        if at == from {
            at += 1;
        }
        found.push((from, at));
    }
    found
}

/// What stands between quotes in source text, one-byte literals among it.
pub(super) fn literals(source: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for line in source.split(|byte| *byte == b'\n').take(100_000) {
        for quote in [b'"', b'\''] {
            let mut rest = line;
            while let Some(open) = rest.iter().position(|byte| *byte == quote) {
                rest = &rest[open + 1..];
                let mut word = Vec::new();
                let mut at = 0;
                let closed = loop {
                    match rest.get(at) {
                        None => break None,
                        Some(byte) if *byte == quote => break Some(at),
                        Some(b'\\') => {
                            let (byte, used) = escaped(&rest[at + 1..]);
                            word.extend(byte);
                            at += 1 + used;
                        }
                        Some(byte) => {
                            word.push(*byte);
                            at += 1;
                        }
                    }
                };
                let Some(closed) = closed else { break };
                if !word.is_empty() && word.len() <= MAX_WORD && found.len() < 4 * MAX_WORDS {
                    found.push(word);
                }
                rest = &rest[closed + 1..];
            }
        }
    }
    found
}

/// The byte behind a backslash, and how many bytes said it.
fn escaped(rest: &[u8]) -> (Option<u8>, usize) {
    match rest.first() {
        None => (None, 0),
        Some(b'x') => {
            let digits = rest[1..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let text = std::str::from_utf8(&rest[1..1 + digits]).unwrap_or_default();
            (u8::from_str_radix(text, 16).ok(), 1 + digits)
        }
        Some(byte @ b'0'..=b'7') => {
            let digits = rest.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let text = std::str::from_utf8(&rest[..digits]).unwrap_or_default();
            (u8::from_str_radix(text, 8).ok().or(Some(byte - b'0')), digits)
        }
        Some(byte) => {
            let value = match byte {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'a' => 7,
                b'b' => 8,
                b'e' => 27,
                b'f' => 12,
                b'v' => 11,
                other => *other,
            };
            (Some(value), 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_target_compares_with_becomes_words() {
        let source = br#"if (strcmp(tag, "XREF") == 0 || c == '\n' || c == '\x1b' || c == '\0') puts("a\"b");"#;
        let words = literals(source);
        for word in [&b"XREF"[..], b"\n", b"\x1b", b"\0", b"a\"b"] {
            assert!(words.iter().any(|found| found == word), "{word:?} in {words:?}");
        }
    }

    #[test]
    fn tokens_cover_an_input_without_gaps() {
        let input = b"name=dev-1;len=300\n";
        let found: Vec<&[u8]> = tokens(input).into_iter().map(|(from, to)| &input[from..to]).collect();
        assert_eq!(found, [&b"name"[..], b"=", b"dev-1", b";", b"len", b"=", b"300", b"\n"]);
    }

    proptest::proptest! {
        #[test]
        fn no_source_and_no_input_breaks_it(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let words = literals(&bytes);
            proptest::prop_assert!(words.iter().all(|word| word.len() <= MAX_WORD));
            let covered: usize = tokens(&bytes).iter().map(|(from, to)| to - from).sum();
            proptest::prop_assert_eq!(covered, bytes.len());
        }
    }
}
