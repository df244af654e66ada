//! A regex that some line of an output matches.

use regex::{Regex, RegexBuilder};

use super::Unsupported;

/// A compiled regex may take this much memory.
const MAX_REGEX: usize = 1 << 20;

/// A regex tried on each line by itself, so that `^` and `$` mean the line's
/// ends and no pattern can reach over a line feed.
#[derive(Debug, Clone)]
pub(super) struct LineRegex(Regex);

impl LineRegex {
    pub fn new(regex: &str) -> Result<Self, Unsupported> {
        compile(regex).map(Self)
    }

    /// The first line that matches. Bytes that are no UTF-8 read as U+FFFD.
    pub fn find(&self, output: &[u8]) -> Option<String> {
        output.split(|byte| *byte == b'\n').find_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = String::from_utf8_lossy(line);
            self.0.is_match(&text).then(|| shown(&text))
        })
    }
}

/// A regex of a manifest, with a bound on its memory.
pub(super) fn compile(regex: &str) -> Result<Regex, Unsupported> {
    RegexBuilder::new(regex)
        .size_limit(MAX_REGEX)
        .dfa_size_limit(MAX_REGEX)
        .build()
        .map_err(|error| Unsupported(format!("the regex `{regex}` cannot be used: {error}")))
}

/// A stranger's line, short and without control characters.
pub(super) fn shown(text: &str) -> String {
    const MAX: usize = 120;
    let mut out: String = text.chars().take(MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MAX).is_some() {
        out.push_str("...");
    }
    out
}
