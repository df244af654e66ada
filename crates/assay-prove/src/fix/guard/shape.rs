//! The shape of a change: code that is taken away, code that can never run.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::joined;
use super::{Kind, Touch, at, room, shown, words};
use crate::patch::{FileView, HunkView};

/// Lines that a patch can take away without being asked about them.
const FEW: usize = 8;

/// A condition that is decided when it is written.
static DECIDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(if|while|elif|unless)\s*\(?\s*(!?\s*(0|1|true|false|True|False|null|None|not\s+True|1\s*==\s*[01]|0\s*==\s*[01])\s*(\)|:|\{|&&|\|\||and\b|or\b))|(&&|\band\b)\s*(0|false|False)\b|(\|\||\bor\b)\s*(1|true|True)\b")
        .ok()
});
static FREES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\w*free\w*|delete(\s*\[\s*\])?|drop|\w*release\w*|\w*unref\w*|\w*destroy\w*|\w*cleanup\w*|\w*dispose\w*|close|fclose)\b\s*[\w(*]").ok()
});

pub(super) static ALLOCATES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\w*(m|c|re)alloc\w*|\w*strn?dup\w*|new|box::new|vec!|with_capacity|\w*alloc)\b\s*[\w(\[]").ok()
});
/// A buffer that lies where no sanitizer puts a zone around each use.
static FIXED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(static|_Thread_local|thread_local|__thread)\b[^=();]*\[[^\]]+\]\s*(=|;|,|\[)|\bunion\b").ok()
});

/// `X = NULL;`, `X = 0;`, `X = None`.
static EMPTIED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(\w[\w.\[\]>-]*)\s*=\s*(NULL|nullptr|0|None|\(\w+\s*\*\s*\)\s*(0|NULL))\s*;?\s*$").ok()
});
/// A pointer of the whole file, declared at its left edge: what it keeps is no leak.
static KEEPER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(static\s+|extern\s+|_Thread_local\s+|thread_local\s+|__thread\s+|const\s+|volatile\s+)*(struct\s+|union\s+|unsigned\s+)?[A-Za-z_]\w*\s*(\*\s*)+[A-Za-z_]\w*\s*(\[[^\]]*\]\s*)?(=[^;]*)?;|^\s+static\s+(struct\s+|unsigned\s+)?[A-Za-z_]\w*\s*(\*\s*)+[A-Za-z_]\w*\s*(\[[^\]]*\]\s*)?(=[^;]*)?;|^\s*(pub\s+)?static\s+(mut\s+)?\w+\s*:").ok()
});
/// Lines between a variable that is emptied and the free that then frees nothing.
const NEAR: usize = 6;

pub(super) fn touches(file: &FileView) -> Vec<Touch> {
    let mut touches = Vec::new();
    let code = |line: &&str| !line.trim().is_empty() && line.trim().len() > 1 && !line.trim_start().starts_with("//");
    let (added, removed) = (file.added().filter(code).count(), file.removed().filter(code).count());
    if file.new.is_none() || removed >= FEW && removed > 3 * added.max(1) {
        touches.push(Touch::new(Kind::Removal, format!("{}: {removed} lines go, {added} come", shown(file))));
    }
    let read = joined(file.added());
    if let Some(decided) = DECIDED.as_ref() {
        let lines = read.iter().filter(|line| line.holds(decided));
        touches.extend(lines.map(|line| Touch::new(Kind::DeadCode, at(file, &line.text))));
    }
    for hunk in &file.hunks {
        touches.extend(emptied(hunk).into_iter().map(|line| Touch::new(Kind::Leak, at(file, line))));
        touches.extend(unreachable(hunk).into_iter().map(|line| Touch::new(Kind::DeadCode, at(file, line))));
    }
    if let Some(fixed) = FIXED.as_ref() {
        let lines = read.iter().filter(|line| line.holds(fixed) && !words::constant(&line.text));
        touches.extend(lines.map(|line| Touch::new(Kind::Memory, at(file, &line.text))));
    }
    if let Some(keeper) = KEEPER.as_ref() {
        let removed: Vec<&str> = file.removed().collect();
        let lines = file.added().filter(|line| keeper.is_match(line) && !removed.contains(line));
        touches.extend(lines.map(|line| Touch::new(Kind::Leak, at(file, line))));
    }
    touches.extend(room::touches(file).into_iter().map(|line| Touch::new(Kind::Memory, at(file, line))));
    if let Some(line) = fewer(file, ALLOCATES.as_ref()) {
        touches.push(Touch::new(Kind::Memory, at(file, line)));
    }
    if let Some(line) = fewer(file, FREES.as_ref()) {
        touches.push(Touch::new(Kind::Leak, at(file, line)));
    }
    touches
}

/// Added lines that empty a variable which is freed a few lines on: what it pointed to is not freed any more.
fn emptied(hunk: &HunkView) -> Vec<&str> {
    let (Some(emptied), Some(frees)) = (EMPTIED.as_ref(), FREES.as_ref()) else { return Vec::new() };
    let lines = hunk.after();
    let mut found = Vec::new();
    for (index, (line, added)) in lines.iter().enumerate() {
        let Some(name) = emptied.captures(line).filter(|_| *added).and_then(|found| found.get(1)) else { continue };
        let name = name.as_str();
        let names = |text: &str| {
            let sign = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            text.match_indices(name)
                .any(|(at, _)| !sign(text[..at].chars().last()) && !sign(text[at + name.len()..].chars().next()))
        };
        for (after, _) in lines.iter().skip(index + 1).take(NEAR) {
            let set = after.split_once('=').is_some_and(|(left, right)| names(left) && !right.starts_with('='));
            if frees.is_match(after) && names(after) {
                found.push(*line);
            }
            if set || after.starts_with('}') {
                break;
            }
        }
    }
    found
}

/// A line that goes and holds what the patch takes away more often than it brings.
fn fewer<'a>(file: &'a FileView, pattern: Option<&Regex>) -> Option<&'a str> {
    let pattern = pattern?;
    let count =
        |lines: &mut dyn Iterator<Item = &str>| lines.map(|line| pattern.find_iter(line).count()).sum::<usize>();
    if count(&mut file.removed()) <= count(&mut file.added()) {
        return None;
    }
    file.removed().find(|line| pattern.is_match(line))
}

/// Lines that leave a block at once: the rest of it never runs.
fn unreachable(hunk: &HunkView) -> Vec<&str> {
    let lines: Vec<(&str, bool)> = hunk.after().into_iter().filter(|(line, _)| !line.trim().is_empty()).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (index, (line, added)) in lines.iter().enumerate() {
        let text = line.trim();
        let leaves = ["return", "goto ", "break", "continue", "raise", "throw", "pass"].iter().any(|word| {
            text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        if !added || !leaves {
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| lines.get(before)).map(|(line, _)| *line);
        let after = lines.get(index + 1).map(|(line, _)| *line);
        // A function that the patch brings may be one line long; one that was there had more to do.
        let new = index.checked_sub(1).and_then(|before| lines.get(before)).is_some_and(|(_, added)| *added);
        let header = !new && before.is_some_and(|before| begins_function(before.trim()));
        let controlled = before.is_some_and(|before| {
            let before = before.trim();
            let word = ["if", "else", "for", "while", "elif", "case", "default", "switch", "#", "except", "catch"];
            word.iter().any(|word| before.trim_start_matches(['}', ' ']).starts_with(word))
                || (!before.ends_with([';', '{', '}', ':']) && indent(before) <= indent(line))
        });
        let labelled = |after: &str| {
            let after = after.trim();
            after.starts_with(['}', ')', '#', '@', ']'])
                || after.starts_with("case")
                || after.starts_with("default")
                || after.ends_with(':')
                || ["def ", "class ", "function", "fn ", "async "].iter().any(|word| after.starts_with(word))
        };
        let dead = after.is_some_and(|after| indent(after) >= indent(line) && !labelled(after));
        if text != "pass" && (header || dead && !controlled) {
            found.push(*line);
        }
    }
    found
}

/// `def f(x):`, `function f(x) {`, `int f(int x) {`.
fn begins_function(line: &str) -> bool {
    let control = ["if", "for", "while", "switch", "else", "do", "catch", "try", "with", "elif", "match", "loop", "}"];
    if control.iter().any(|word| line.starts_with(word)) {
        return false;
    }
    line.starts_with("def ")
        || line.starts_with("async def ")
        || line == "{"
        || (line.ends_with('{') && line.contains('(') && line.contains(')'))
        || (line.ends_with('{') && line.contains("fn "))
}
