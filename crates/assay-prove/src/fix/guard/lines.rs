//! The lines that a patch brings, as a compiler or an interpreter takes them, and not as
//! they stand: names can be cut in two, comments stand between a name and its brackets, and
//! what is a comment in one language is a command in another.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::patch::FileView;

/// What a file is written in, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// C, C++ and what is built with them.
    C,
    /// Rust.
    Rust,
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Shell, make and others in which `#` opens a comment.
    Hash,
    /// Any other, or none that can be told.
    Other,
}

/// The language of a file; a file that changes its name has its new one.
pub(super) fn language(file: &FileView) -> Language {
    let name = file.new.as_deref().or(file.old.as_deref()).unwrap_or(Path::new(""));
    let ending = name.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "c" | "h" | "cc" | "cpp" | "cxx" | "c++" | "hpp" | "hh" | "hxx" | "inc" | "inl" | "ipp" | "tcc" | "y" | "l"
        | "m" | "mm" | "def" => Language::C,
        "rs" => Language::Rust,
        "py" | "pyi" | "pyx" => Language::Python,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Language::JavaScript,
        "sh" | "bash" | "mk" | "am" | "ac" | "cmake" | "rb" | "pl" | "pm" | "toml" | "yaml" | "yml" | "cfg" => {
            Language::Hash
        }
        _ => Language::Other,
    }
}

/// A line that a patch brings: how it stands, and what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// All that is looked at: the line with those that it goes on in.
    pub text: String,
    /// The same without what is commented out inside it; none where nothing is.
    bare: Option<String>,
}

static COMMENTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"/\*.*?\*/").ok());
/// Ends of lines that a patch takes for characters, and Python or JavaScript do not.
const ENDS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

impl Line {
    fn of(text: String) -> Self {
        let bare = COMMENTED.as_ref().map(|commented| commented.replace_all(&text, " ").into_owned());
        Self { bare: bare.filter(|bare| *bare != text), text }
    }

    /// How often a pattern stands in it, read either way: what looks like a comment can stand in a string, so both count.
    pub fn count(&self, pattern: &Regex) -> usize {
        let bare = self.bare.as_ref().map_or(0, |bare| pattern.find_iter(bare).count());
        pattern.find_iter(&self.text).count().max(bare)
    }

    /// Whether a pattern stands in it.
    pub fn holds(&self, pattern: &Regex) -> bool {
        self.count(pattern) > 0
    }

    /// Whether it is a comment as a whole. Block comments count only where they close at the end of the line.
    pub fn comment(&self, language: Language) -> bool {
        let line = self.text.trim();
        if line.contains(ENDS) {
            return false;
        }
        let slashes = matches!(language, Language::C | Language::Rust | Language::JavaScript | Language::Other);
        // In C such a line is a command, in Rust it can be an attribute.
        let hash = matches!(language, Language::Python | Language::Hash);
        line.is_empty()
            || slashes && line.starts_with("//") && !line.ends_with(['\\', '/'])
            || slashes && line.starts_with("/*") && line.ends_with("*/") && line.matches("*/").count() == 1
            || hash && line.starts_with("# ") && !line.contains("coding")
            || line.starts_with("* ") && !line.contains(['(', ';', '=', '{', '#', '/'])
    }
}

/// Lines as they are read: one that ends in a backslash goes on in the next, and so does a name whose bracket opens there.
pub(super) fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Line> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        let goes_on = texts.last().is_some_and(|last| {
            let name = last.trim_end().ends_with(|c: char| c.is_alphanumeric() || c == '_');
            last.ends_with('\\') || last.ends_with("??/") || name && line.trim_start().starts_with('(')
        });
        match texts.last_mut().filter(|last| goes_on && last.len() < 4_096) {
            Some(last) => {
                let kept = last.strip_suffix('\\').or_else(|| last.strip_suffix("??/")).map(str::len);
                last.truncate(kept.unwrap_or(last.len()));
                last.push_str(line);
            }
            None => texts.push(line.to_owned()),
        }
    }
    texts.into_iter().map(Line::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_cut_is_read_whole() {
        let texts = |lines: &[&str]| -> Vec<String> {
            joined(lines.iter().copied()).into_iter().map(|line| line.text).collect()
        };
        assert_eq!(texts(&["#ifdef __SANI\\", "TIZE__", "x"]), ["#ifdef __SANITIZE__", "x"]);
        assert_eq!(texts(&["    v = getenv", "    (name);"]), ["    v = getenv    (name);"]);
        assert_eq!(texts(&["a", "b"]), ["a", "b"]);
    }

    #[test]
    fn a_comment_of_one_language_is_a_command_of_another() {
        let comment = |text: &str, language| Line::of(text.into()).comment(language);
        assert!(comment("# a note", Language::Python) && !comment("# ifdef X", Language::C));
        assert!(!comment("# [cfg(debug_assertions)]", Language::Rust));
        assert!(comment("// a note", Language::JavaScript) && !comment("// a\u{2028}exit()", Language::JavaScript));
        assert!(!comment("# a note\rexit()", Language::Python) && !comment("# coding: utf-7", Language::Python));
        assert!(!comment("/* a */ f(); /* b */", Language::C) && comment("/* a */", Language::C));
    }
}
