//! From the bytes of a patch to its file sections.
//!
//! Prose is skipped wherever it stands (DEP-3 headers, commit messages,
//! `Index:` lines), but nothing that looks like a change is: a hunk without a
//! file, a file without hunks, or lines beyond what a hunk announced are errors.

use super::apply::HunkRange;
use super::error::PatchError;
use super::hunk::{Hunk, Line, Tag};
use super::name::{Side, git_pair, header_side, malformed, whole};
use super::{MAX_HUNKS, MAX_PATCH};

/// Lines of all hunks together.
const MAX_LINES: usize = 2_000_000;

/// The changes to one file.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// 1-based line of the patch.
    pub line: usize,
    pub old: Side,
    pub new: Side,
    /// Whether it has a `diff --git` line: its headers then say all about creation, deletion and renames.
    pub git: bool,
    /// Whether a created file can be executed, before and after.
    pub executable: (bool, bool),
    pub hunks: Vec<Hunk<'a>>,
}

impl Section<'_> {
    /// The same change backwards.
    pub fn reversed(self) -> Self {
        Self {
            old: self.new,
            new: self.old,
            executable: (self.executable.1, self.executable.0),
            hunks: self.hunks.into_iter().map(Hunk::reversed).collect(),
            ..self
        }
    }
}

/// The lines between `diff --git` and the change.
#[derive(Default)]
struct GitHeader<'a> {
    line: usize,
    names: &'a [u8],
    created: Option<bool>,
    deleted: Option<bool>,
    rename_from: Option<(usize, &'a [u8])>,
    rename_to: Option<(usize, &'a [u8])>,
}

struct Reader<'a> {
    rest: &'a [u8],
    /// 1-based number of the line at the head of `rest`.
    line: usize,
    hunks: usize,
    lines: usize,
}

/// Splits a patch, which must end with a newline, into sections.
pub(super) fn sections(patch: &[u8]) -> Result<Vec<Section<'_>>, PatchError> {
    if patch.len() > MAX_PATCH + 1 {
        return Err(PatchError::TooLarge { what: "too many bytes", limit: MAX_PATCH as u64 });
    }
    let mut reader = Reader { rest: patch, line: 1, hunks: 0, lines: 0 };
    let mut sections = Vec::new();
    let mut git: Option<GitHeader<'_>> = None;
    let mut in_header = false;
    while let Some(raw) = reader.peek(0) {
        let text = trimmed(raw);
        if let Some(names) = text.strip_prefix(b"diff --git ") {
            finish(git.take(), &mut sections)?;
            git = Some(GitHeader { line: reader.line, names, ..GitHeader::default() });
            in_header = true;
        } else if text.starts_with(b"--- ") && reader.peek(1).is_some_and(|l| l.starts_with(b"+++ ")) {
            in_header = false;
            sections.push(reader.section(git.take())?);
            continue;
        } else if text.starts_with(b"@@ -") {
            return Err(malformed(reader.line, "a hunk without `---` and `+++` lines in front of it"));
        } else if text.starts_with(b"@@@ -") {
            return Err(PatchError::Unsupported { line: reader.line, what: "combined diffs of merges are" });
        } else if text == b"GIT binary patch" || (text.starts_with(b"Binary files ") && text.ends_with(b" differ")) {
            return Err(PatchError::Unsupported { line: reader.line, what: "binary patches are" });
        } else if in_header && let Some(header) = &mut git {
            in_header = header.take(text, reader.line)?;
        }
        reader.next();
        if sections.len() > MAX_HUNKS {
            return Err(PatchError::TooLarge { what: "too many files", limit: MAX_HUNKS as u64 });
        }
    }
    finish(git, &mut sections)?;
    if sections.is_empty() { Err(PatchError::NoChanges) } else { Ok(sections) }
}

/// A git section that ends without hunks: an empty file, a rename, a mode.
fn finish<'a>(git: Option<GitHeader<'a>>, sections: &mut Vec<Section<'a>>) -> Result<(), PatchError> {
    let Some(header) = git else { return Ok(()) };
    let file = |path| Side::File { path, epoch: false };
    let (old, new) = match (header.created, header.deleted, header.renamed()?) {
        (_, _, Some((from, to))) => (file(from), file(to)),
        (Some(_), None, None) => (Side::Nothing, file(git_pair(header.names, header.line)?)),
        (None, Some(_), None) => (file(git_pair(header.names, header.line)?), Side::Nothing),
        (Some(_), Some(_), None) => {
            return Err(malformed(header.line, "a file is both created and deleted"));
        }
        (None, None, None) => return Ok(()),
    };
    sections.push(Section {
        line: header.line,
        old,
        new,
        git: true,
        executable: header.executable(),
        hunks: Vec::new(),
    });
    Ok(())
}

impl<'a> GitHeader<'a> {
    /// Takes one header line; false when it is none.
    fn take(&mut self, text: &'a [u8], line: usize) -> Result<bool, PatchError> {
        let refuse = |what| Err(PatchError::Unsupported { line, what });
        for (word, is_mode) in [
            ("new file mode ", true),
            ("deleted file mode ", true),
            ("new mode ", true),
            ("old mode ", true),
            ("index ", false),
        ] {
            let Some(value) = text.strip_prefix(word.as_bytes()) else {
                continue;
            };
            let mode = if is_mode { value } else { value.rsplit(|&b| b == b' ').next().unwrap_or_default() };
            match mode {
                b"120000" => return refuse("changes to symbolic links are"),
                b"160000" => return refuse("changes to submodules are"),
                _ => {}
            }
            let executable = mode.ends_with(b"755");
            match word {
                "new file mode " => self.created = Some(executable),
                "deleted file mode " => self.deleted = Some(executable),
                _ => {}
            }
            return Ok(true);
        }
        if text.starts_with(b"copy from ") || text.starts_with(b"copy to ") {
            return refuse("copies are");
        }
        if let Some(name) = text.strip_prefix(b"rename from ") {
            self.rename_from = Some((line, name));
        } else if let Some(name) = text.strip_prefix(b"rename to ") {
            self.rename_to = Some((line, name));
        } else {
            return Ok(text.starts_with(b"similarity index ") || text.starts_with(b"dissimilarity index "));
        }
        Ok(true)
    }

    fn renamed(&self) -> Result<Option<(std::path::PathBuf, std::path::PathBuf)>, PatchError> {
        match (self.rename_from, self.rename_to) {
            (Some((a, from)), Some((b, to))) => Ok(Some((whole(from, a)?, whole(to, b)?))),
            (None, None) => Ok(None),
            _ => Err(malformed(self.line, "`rename from` and `rename to` belong together")),
        }
    }

    fn executable(&self) -> (bool, bool) {
        (self.deleted.unwrap_or(false), self.created.unwrap_or(false))
    }
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a [u8]> {
        self.rest.split_inclusive(|&b| b == b'\n').nth(ahead)
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.peek(0)?;
        self.rest = &self.rest[line.len()..];
        self.line += 1;
        Some(line)
    }

    /// Reads `---`, `+++` and the hunks behind them.
    fn section(&mut self, git: Option<GitHeader<'a>>) -> Result<Section<'a>, PatchError> {
        let line = self.line;
        let old = header_side(&trimmed(self.next().unwrap_or_default())[4..], line)?;
        let new = header_side(&trimmed(self.next().unwrap_or_default())[4..], line + 1)?;
        let mut section = Section { line, old, new, git: git.is_some(), executable: (false, false), hunks: Vec::new() };
        if let Some(header) = git {
            section.executable = header.executable();
            let named = (section.old.path().cloned(), section.new.path().cloned());
            match (header.renamed()?, &named) {
                (Some((from, to)), (Some(old), Some(new))) if from == *old && to == *new => {}
                (None, (Some(old), Some(new))) if old == new => {}
                (None, (None, Some(_)) | (Some(_), None)) => {}
                _ => {
                    return Err(malformed(line, "these names do not agree with the `diff --git` header in front"));
                }
            }
        }
        if section.old == Side::Nothing && section.new == Side::Nothing {
            return Err(malformed(line, "both names are /dev/null"));
        }
        while self.peek(0).is_some_and(|l| l.starts_with(b"@@ -")) {
            section.hunks.push(self.hunk()?);
            self.hunks += 1;
            if self.hunks > MAX_HUNKS {
                return Err(PatchError::TooLarge { what: "too many hunks", limit: MAX_HUNKS as u64 });
            }
        }
        if section.hunks.is_empty() {
            return Err(malformed(self.line, "a hunk (`@@ -1 +1 @@`) should follow the file's names"));
        }
        Ok(section)
    }

    fn hunk(&mut self) -> Result<Hunk<'a>, PatchError> {
        let line = self.line;
        let range = range(self.next().unwrap_or_default())
            .ok_or_else(|| malformed(line, "a hunk starts with `@@ -START,LENGTH +START,LENGTH @@`"))?;
        let (mut old_left, mut new_left) = (range.old_len, range.new_len);
        let mut lines: Vec<Line<'a>> = Vec::new();
        while old_left > 0 || new_left > 0 {
            let at = self.line;
            let raw = self.next().ok_or_else(|| malformed(at, format!("the hunk of line {line} ends too early")))?;
            let (tag, text) = match raw[0] {
                b' ' => (Tag::Context, &raw[1..]),
                b'-' => (Tag::Removed, &raw[1..]),
                b'+' => (Tag::Added, &raw[1..]),
                // Mail programs and editors strip the blank off an empty context line.
                b'\n' => (Tag::Context, raw),
                b'\r' if raw == b"\r\n" => (Tag::Context, raw),
                b'\\' => {
                    unfinished(&mut lines, at)?;
                    continue;
                }
                _ => {
                    return Err(malformed(at, format!("the hunk of line {line} ends too early")));
                }
            };
            let counts = [(tag != Tag::Added, &mut old_left), (tag != Tag::Removed, &mut new_left)];
            for (_, left) in counts.into_iter().filter(|(counts, _)| *counts) {
                *left = left.checked_sub(1).ok_or_else(|| {
                    malformed(at, format!("the hunk of line {line} has more lines than it announces"))
                })?;
            }
            lines.push(Line { tag, text });
            self.lines += 1;
            if self.lines > MAX_LINES {
                return Err(PatchError::TooLarge { what: "too many lines", limit: MAX_LINES as u64 });
            }
        }
        if self.peek(0).is_some_and(|l| l.starts_with(b"\\")) {
            unfinished(&mut lines, self.line)?;
            self.next();
        }
        self.nothing_left_behind(line)?;
        for open in [Tag::Added, Tag::Removed] {
            let mut side = lines.iter().filter(|l| l.tag != open).rev().skip(1);
            if side.any(|l| !l.text.ends_with(b"\n")) {
                return Err(malformed(line, "only the last line of a file can be without a newline"));
            }
        }
        Ok(Hunk { line, range, lines })
    }

    /// Right behind a hunk, a line of changes is one that its header forgot.
    fn nothing_left_behind(&self, hunk: usize) -> Result<(), PatchError> {
        let Some(next) = self.peek(0).map(trimmed) else {
            return Ok(());
        };
        let signature = next == b"--" || next.starts_with(b"-- ");
        let header = next.starts_with(b"--- ");
        if (next.starts_with(b"+") || next.starts_with(b"-")) && !signature && !header {
            return Err(malformed(self.line, format!("the hunk of line {hunk} has more lines than it announces")));
        }
        Ok(())
    }
}

/// `\ No newline at end of file`: takes the line ending off the line in front.
fn unfinished(lines: &mut [Line<'_>], at: usize) -> Result<(), PatchError> {
    let last = lines.last_mut().ok_or_else(|| malformed(at, "no line stands in front of this one"))?;
    last.text = last.text.strip_suffix(b"\n").unwrap_or(last.text);
    Ok(())
}

/// Without line ending, also where a mail program made it CR LF.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `@@ -12,3 +14,4 @@ anything`
fn range(line: &[u8]) -> Option<HunkRange> {
    let text = std::str::from_utf8(line.get(..line.len().min(80))?.split(|b| !b.is_ascii()).next()?).ok()?;
    let (old, rest) = text.strip_prefix("@@ -")?.split_once(" +")?;
    let new = rest.split_once(" @@")?.0;
    let pair = |side: &str| -> Option<(u32, u32)> {
        let (start, len) = side.split_once(',').unwrap_or((side, "1"));
        let number = |n: &str| n.bytes().all(|b| b.is_ascii_digit()).then(|| n.parse::<u32>().ok()).flatten();
        let (start, len) = (number(start)?, number(len)?);
        // Only an empty range can lie in front of the first line.
        (start > 0 || len == 0).then_some((start, len)).filter(|(s, l)| s.checked_add(*l).is_some())
    };
    let ((old_start, old_len), (new_start, new_len)) = (pair(old)?, pair(new)?);
    Some(HunkRange { old_start, old_len, new_start, new_len })
}
