//! Exceptions of Python and JavaScript programs, as the runner's own hook
//! records them: one JSON object a line.
//!
//! The hook runs inside the target's process, so a record is a claim like any
//! other log; it is structured only so that a *printed* traceback is no claim at all.

use serde::{Deserialize, Serialize};

/// Bytes of a log that are read.
pub const MAX_LOG: usize = 1 << 20;
/// Records of one log.
pub const MAX_RECORDS: usize = 16;
/// Frames that are kept of one record: the innermost.
pub const MAX_FRAMES: usize = 1024;
/// Bytes of one text that are kept.
pub const MAX_TEXT: usize = 4096;

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// `python`, `javascript` or `java`.
    pub language: String,
    /// The class: `RecursionError`, `TypeError`, `pkg.mod.ParseError`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The classes it inherits from, nearest first.
    #[serde(default)]
    pub bases: Vec<String>,
    /// What it says.
    #[serde(default)]
    pub message: String,
    /// The stack, innermost last.
    #[serde(default)]
    pub frames: Vec<SourceLine>,
}

/// One frame of an exception's stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The file, as the interpreter calls it.
    pub file: String,
    /// The line, if known.
    #[serde(default)]
    pub line: Option<u32>,
    /// The function, if it has a name.
    #[serde(default)]
    pub function: Option<String>,
}

impl Exception {
    /// Whether it is of the class `name` or inherits from it. A name without
    /// dots also means a class of that name in any module.
    #[must_use]
    pub fn is_a(&self, name: &str) -> bool {
        // Java writes a class inside of another one as `Outer$Inner`.
        let ends: &[char] = if self.language == "java" { &['.', '$'] } else { &['.'] };
        let same = |class: &String| class == name || (!name.contains('.') && class.rsplit(ends).next() == Some(name));
        !name.is_empty() && (same(&self.kind) || self.bases.iter().any(same))
    }

    /// The frame that raised it.
    #[must_use]
    pub fn innermost(&self) -> Option<&SourceLine> {
        self.frames.last()
    }
}

/// The records of a log, in order; lines that are none are left out.
#[must_use]
pub fn exceptions(log: &[u8]) -> Vec<Exception> {
    let lines = log[..log.len().min(MAX_LOG)].split(|&b| b == b'\n');
    lines.filter_map(record).take(MAX_RECORDS).collect()
}

fn record(line: &[u8]) -> Option<Exception> {
    let mut record: Exception = serde_json::from_slice(line).ok()?;
    if !matches!(record.language.as_str(), "python" | "javascript" | "java") || record.kind.is_empty() {
        return None;
    }
    record.frames.drain(..record.frames.len().saturating_sub(MAX_FRAMES));
    record.bases.truncate(64);
    let frames = record.frames.iter_mut().flat_map(|f| [Some(&mut f.file), f.function.as_mut()]).flatten();
    for text in [&mut record.kind, &mut record.message].into_iter().chain(&mut record.bases).chain(frames) {
        shorten(text);
    }
    Some(record)
}

fn shorten(text: &mut String) {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests;
