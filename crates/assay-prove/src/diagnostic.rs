//! What a compiler said of a program, in the JSON that Cargo passes on, and
//! whether that is the refusal which the manifest declares.
//!
//! Hostile text: build scripts and macros of the bundle run while it is written,
//! so everything is bounded, and what cannot be read is no refusal.

use assay_bundle::manifest::Refusal;
use assay_bundle::path::BundlePath;
use serde::Deserialize;

use crate::layout::BUNDLE;

/// Messages that are read at most.
const MAX_MESSAGES: usize = 10_000;
/// Errors that are kept at most.
const MAX_ERRORS: usize = 64;
/// Bytes of one line: a message carries its explanation and the source lines it speaks of.
const MAX_LINE: usize = 1 << 20;
/// Macro calls inside macro calls that are followed.
const MAX_DEPTH: usize = 32;
/// Characters of one error that are kept for people.
const MAX_RENDERED: usize = 1200;

/// One error of the compiler.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompilerError {
    /// Its code: `E0502`, or the name of a lint.
    pub code: Option<String>,
    /// The source file of the program that was being compiled, as a path of the bundle.
    pub program: Option<String>,
    /// Where it is, as paths of the bundle and lines; a macro's error lies where the macro is called.
    pub places: Vec<(String, u32)>,
    /// As the compiler words it.
    pub rendered: String,
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    #[serde(default)]
    manifest_path: String,
    #[serde(default)]
    target: Target,
    message: Option<Message>,
}

#[derive(Deserialize, Default)]
struct Target {
    #[serde(default)]
    kind: Vec<String>,
    #[serde(default)]
    src_path: String,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    #[serde(default)]
    message: String,
    rendered: Option<String>,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    #[serde(default)]
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

/// The errors among Cargo's messages. Lines that are no messages are passed over.
#[must_use]
pub fn read(messages: &[u8]) -> Vec<CompilerError> {
    let lines = messages.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{") && line.len() <= MAX_LINE);
    let parsed = lines.take(MAX_MESSAGES).filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    parsed.filter(|line| line.reason == "compiler-message").filter_map(error).take(MAX_ERRORS).collect()
}

fn error(line: Line) -> Option<CompilerError> {
    let message = line.message?;
    // `error` and `error: internal compiler error`.
    if !message.level.starts_with("error") {
        return None;
    }
    // The summary at the end: "aborting due to 1 previous error".
    if message.code.is_none() && message.spans.is_empty() && message.level == "error" {
        return None;
    }
    // The compiler's own folder is its package's: relative names start there.
    let folder = line.manifest_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_program = line.target.kind.iter().any(|kind| kind == "bin");
    let text = message.rendered.unwrap_or(message.message);
    Some(CompilerError {
        code: message.code.map(|code| code.code),
        program: is_program.then(|| in_bundle(folder, &line.target.src_path)).flatten(),
        places: message.spans.iter().filter(|span| span.is_primary).filter_map(|span| place(folder, span)).collect(),
        rendered: text.chars().take(MAX_RENDERED).collect(),
    })
}

fn place(folder: &str, span: &Span) -> Option<(String, u32)> {
    let mut outermost = span;
    for _ in 0..MAX_DEPTH {
        match &outermost.expansion {
            None => return Some((in_bundle(folder, &outermost.file_name)?, outermost.line_start)),
            Some(expansion) => outermost = &expansion.span,
        }
    }
    None
}

/// A file of the bundle by the compiler's name for it; none for one that lies elsewhere.
fn in_bundle(folder: &str, file: &str) -> Option<String> {
    let whole = if file.starts_with('/') { file.to_owned() } else { format!("{folder}/{file}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/")).strip_prefix(&format!("{BUNDLE}/")).map(str::to_owned)
}

/// Whether these errors are the declared refusal of this program; if so, in one phrase which.
///
/// Every error must be of a declared code and belong to the program itself; one
/// at least lies at the declared place, or without one anywhere in the program's
/// own file. A target that does not compile, a lint, a broken macro or an error
/// of the compiler itself is no refusal.
///
/// # Errors
///
/// What was said instead, in the compiler's words.
pub fn refusal(declared: &Refusal, program: &BundlePath, errors: &[CompilerError]) -> Result<String, String> {
    let other = errors.iter().find(|error| {
        error.program.as_deref() != Some(program.as_str())
            || error.code.as_ref().is_none_or(|code| !declared.code.contains(code))
    });
    if let Some(other) = other {
        return Err(format!("not the declared refusal: {}", other.rendered.trim()));
    }
    let (file, line) = match declared.at.as_deref().and_then(|at| at.rsplit_once(':')) {
        Some((file, line)) => (file, line.parse::<u32>().ok()),
        None => (program.as_str(), None),
    };
    let fits = |(at, number): &&(String, u32)| at == file && line.is_none_or(|line| line == *number);
    for error in errors {
        if let (Some(code), Some((at, number))) = (&error.code, error.places.iter().find(fits)) {
            return Ok(format!("{code} at {at}:{number}"));
        }
    }
    let wanted = declared.at.as_deref().unwrap_or(program.as_str());
    Err(match errors.first() {
        Some(first) => format!("the refusal is not at `{wanted}`: {}", first.rendered.trim()),
        None => "the compiler named no error".to_owned(),
    })
}

#[cfg(test)]
#[path = "diagnostic_tests.rs"]
mod tests;
