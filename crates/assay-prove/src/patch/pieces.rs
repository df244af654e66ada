//! A patch cut into its changes, and put together again from some of them: how one
//! finds out which part of a fix it is that silences an input.
//!
//! A change is a run of changed lines: what is removed and added side by side, with
//! unchanged lines or the end of a hunk around it. A hunk says only how near to each
//! other changes stand, so two fixes in one hunk are two changes. A change that is
//! left out stays in its hunk as the lines that were there before.

use std::ops::Range;

use super::error::PatchError;
use super::hunk::{Hunk, Tag};
use super::name::Side;
use super::parse::sections;

/// Changes of a patch up to which lines that come side by side are cut into statements.
const MAX_FINE: usize = 12;

/// A patch whose changes can be taken alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    files: Vec<FilePieces>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FilePieces {
    path: Vec<u8>,
    hunks: Vec<HunkPieces>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct HunkPieces {
    /// Lines of the file in front of it, before and after the patch.
    in_front: (u32, u32),
    lines: Vec<(Tag, Vec<u8>)>,
    /// Its changes, by their lines.
    changes: Vec<Range<usize>>,
}

impl Pieces {
    /// Cuts a patch. `None` where a change is more than its lines: a file that
    /// comes, goes or is renamed, or two sections for one file.
    ///
    /// # Errors
    ///
    /// It is no patch.
    pub fn of(patch: &[u8]) -> Result<Option<Self>, PatchError> {
        use std::os::unix::ffi::OsStrExt as _;
        let mut text = patch.to_vec();
        if !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        let mut files: Vec<FilePieces> = Vec::new();
        for section in sections(&text)? {
            let (Side::File { path: old, epoch: false }, Side::File { path: new, epoch: false }) =
                (&section.old, &section.new)
            else {
                return Ok(None);
            };
            let path = new.as_os_str().as_bytes().to_vec();
            let plain = path.iter().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(byte));
            if old != new || !plain || section.hunks.is_empty() || files.iter().any(|file| file.path == path) {
                return Ok(None);
            }
            files.push(FilePieces { path, hunks: section.hunks.iter().map(HunkPieces::of).collect() });
        }
        let mut pieces = Self { files };
        let mut fine = pieces.clone();
        fine.files.iter_mut().flat_map(|file| &mut file.hunks).for_each(HunkPieces::cut_statements);
        // Each costs a build for each proof, and a patch with too many is not cut at all.
        if fine.count() <= MAX_FINE {
            pieces = fine;
        }
        Ok(Some(pieces))
    }

    /// How many changes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.hunks().map(|hunk| hunk.changes.len()).sum()
    }

    /// The changes of each hunk, by their places in the whole: what stands together is left out together first.
    #[must_use]
    pub fn by_hunk(&self) -> Vec<Range<usize>> {
        let mut next = 0;
        self.hunks()
            .map(|hunk| {
                let first = next;
                next += hunk.changes.len();
                first..next
            })
            .collect()
    }

    /// The patch of those changes for which `wanted` says so, by their place in the whole.
    #[must_use]
    pub fn patch(&self, wanted: &dyn Fn(usize) -> bool) -> Vec<u8> {
        let mut text = Vec::new();
        let mut first = 0;
        for file in &self.files {
            let mut hunks = Vec::new();
            for hunk in &file.hunks {
                let numbers = first..first + hunk.changes.len();
                first = numbers.end;
                let kept: Vec<bool> = numbers.map(wanted).collect();
                if kept.contains(&true) {
                    hunks.extend_from_slice(&hunk.text(&kept));
                }
            }
            if hunks.is_empty() {
                continue;
            }
            for (mark, side) in [("---", "a"), ("+++", "b")] {
                text.extend_from_slice(format!("{mark} {side}/").as_bytes());
                text.extend_from_slice(&file.path);
                text.push(b'\n');
            }
            text.extend_from_slice(&hunks);
        }
        text
    }

    fn hunks(&self) -> impl Iterator<Item = &HunkPieces> {
        self.files.iter().flat_map(|file| &file.hunks)
    }
}

impl HunkPieces {
    fn of(hunk: &Hunk<'_>) -> Self {
        let range = hunk.range;
        // A side without lines names the line in front of it, one with lines its first.
        let in_front = |start: u32, len: u32| start.saturating_sub(u32::from(len > 0));
        let lines: Vec<(Tag, Vec<u8>)> = hunk.lines.iter().map(|line| (line.tag, line.text.to_vec())).collect();
        let mut changes: Vec<Range<usize>> = Vec::new();
        for (at, _) in lines.iter().enumerate().filter(|(_, (tag, _))| *tag != Tag::Context) {
            match changes.last_mut().filter(|change| change.end == at) {
                Some(change) => change.end = at + 1,
                None => changes.push(at..at + 1),
            }
        }
        Self {
            in_front: (in_front(range.old_start, range.old_len), in_front(range.new_start, range.new_len)),
            lines,
            changes,
        }
    }

    /// Cuts changes that only bring lines between whole statements: two fixes can stand side by side.
    fn cut_statements(&mut self) {
        let mut cut: Vec<Range<usize>> = Vec::new();
        for change in &self.changes {
            let mut from = change.start;
            let lines = self.lines.get(change.clone()).unwrap_or_default();
            if lines.iter().all(|(tag, _)| *tag == Tag::Added) {
                let texts: Vec<String> =
                    lines.iter().map(|(_, line)| String::from_utf8_lossy(line).into_owned()).collect();
                for at in statements(&texts) {
                    cut.push(from..change.start + at);
                    from = change.start + at;
                }
            }
            cut.push(from..change.end);
        }
        self.changes = cut;
    }

    /// The hunk with these of its changes.
    fn text(&self, kept: &[bool]) -> Vec<u8> {
        let mut lines: Vec<(Tag, &[u8])> = Vec::new();
        for (at, (tag, line)) in self.lines.iter().enumerate() {
            let change = self.changes.iter().position(|change| change.contains(&at));
            let here = change.is_none_or(|change| kept.get(change).copied().unwrap_or(false));
            match (tag, here) {
                (Tag::Added, false) => {}
                (Tag::Removed, false) => lines.push((Tag::Context, line)),
                (tag, _) => lines.push((*tag, line)),
            }
        }
        let around = |lines: &[(Tag, &[u8])]| {
            let context = |(tag, _): &&(Tag, &[u8])| *tag == Tag::Context;
            (lines.iter().take_while(context).count(), lines.iter().rev().take_while(context).count())
        };
        let whole: Vec<(Tag, &[u8])> = self.lines.iter().map(|(tag, line)| (*tag, line.as_slice())).collect();
        let (before, after) = around(&whole);
        let (leading, trailing) = around(&lines);
        // Less context on one side than on the other ties a hunk to an end of its file. What a change that is left out
        // adds to a side must not make the other side the shorter one, where it was not.
        let most = |side: usize| if before + after == 0 { 0 } else { side.max(1) };
        let (first_out, last_out) = (leading > before, trailing > after);
        let front = match (first_out, last_out) {
            (true, true) => leading.saturating_sub(most(before.max(after))),
            (true, false) => leading.saturating_sub(most(after)),
            (false, _) => 0,
        };
        let back = match (last_out, first_out) {
            (true, true) => trailing.saturating_sub(most(before.max(after))),
            (true, false) => trailing.saturating_sub(most(before)),
            (false, _) => 0,
        };
        let lines = lines.get(front..lines.len().saturating_sub(back)).unwrap_or_default();

        let count = |without: Tag| lines.iter().filter(|(tag, _)| *tag != without).count();
        let (old, new) = (count(Tag::Added), count(Tag::Removed));
        let start = |in_front: u32, len: usize| {
            let start = u64::from(in_front) + front as u64 + u64::from(len > 0);
            start.min(u64::from(u32::MAX).saturating_sub(len as u64))
        };
        let mut text = format!("@@ -{},{old} +{},{new} @@\n", start(self.in_front.0, old), start(self.in_front.1, new))
            .into_bytes();
        for (tag, line) in lines {
            text.push(match tag {
                Tag::Context => b' ',
                Tag::Removed => b'-',
                Tag::Added => b'+',
            });
            text.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                text.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
        text
    }
}

/// Where a statement begins that is as far left as the first, with all brackets closed before it: by line, without the
/// first. A simple reader: what it takes for a statement and is none does not build alone, and then nothing is said.
fn statements(lines: &[String]) -> Vec<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = lines.iter().find(|line| !line.trim().is_empty()).map(|line| indent(line)) else {
        return Vec::new();
    };
    let goes_on = |line: &str| {
        let words =
            ["else", "elif", "except", "finally", "catch", "while (", "}", ")", "]", "{", "|", "&", ".", "?", ":"];
        words.iter().any(|word| line.trim_start().starts_with(word))
    };
    let mut depth = 0_i64;
    let mut found = Vec::new();
    for (at, pair) in lines.windows(2).enumerate() {
        let [line, next] = pair else { continue };
        for sign in line.chars() {
            depth += i64::from("([{".contains(sign)) - i64::from(")]}".contains(sign));
        }
        let ended = line.trim_end().ends_with([';', '}']) || indent(line) > first;
        let begins = !next.trim().is_empty() && indent(next) == first && !goes_on(next);
        if depth == 0 && ended && begins {
            found.push(at + 1);
        }
    }
    found
}

#[cfg(test)]
#[path = "pieces_tests.rs"]
mod tests;
