//! All of a patch, or none of it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{PatchError, shown};
use super::hunk::{NoPlace, WORK};
use super::name::{Side, malformed};
use super::parse::{Section, sections};
use super::tree::Tree;
use super::{MAX_FILE, MAX_PATCH};

/// Lines of one file.
const MAX_FILE_LINES: usize = 4_000_000;

/// Which way a patch is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// As written.
    Forward,
    /// Taken back.
    Reverse,
}

/// What a patch did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// One entry for each file section, in the order of application; a file
    /// that the patch names twice has two.
    pub files: Vec<ChangedFile>,
}

/// What a patch did to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Relative to the tree's root; after the change, or before it when the file was deleted.
    pub path: PathBuf,
    /// What happened to the file as a whole.
    pub change: Change,
    /// The places where its hunks were applied, in order.
    pub hunks: Vec<HunkRange>,
}

/// What happened to a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Lines changed.
    Modified,
    /// It is new.
    Created,
    /// It is gone.
    Deleted,
    /// It had this name before.
    Renamed(PathBuf),
}

/// The lines a hunk replaced, and by which: 1-based starts, as in a hunk's
/// header, at the place where it was applied. `old` counts in the file before
/// this section, `new` in the file after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkRange {
    /// First line before; the line in front when `old_len` is 0.
    pub old_start: u32,
    /// Lines before.
    pub old_len: u32,
    /// First line after; the line in front when `new_len` is 0.
    pub new_start: u32,
    /// Lines after.
    pub new_len: u32,
}

/// Applies `patch` to the tree at `root` with `-p1` and no fuzz.
///
/// `root` is a folder of our own; what lies in it may be hostile. Links in it
/// are never followed or written through.
///
/// # Errors
/// When the patch is malformed or unsafe, or does not fit the tree exactly.
/// Nothing has been written then.
pub fn apply(root: &Path, patch: &[u8], direction: Direction) -> Result<Applied, PatchError> {
    if patch.len() > MAX_PATCH {
        return Err(PatchError::TooLarge { what: "too many bytes", limit: MAX_PATCH as u64 });
    }
    let mut ended;
    let patch = if patch.is_empty() || patch.ends_with(b"\n") {
        patch
    } else {
        ended = patch.to_vec();
        ended.push(b'\n');
        &ended
    };
    let mut sections = sections(patch)?;
    if direction == Direction::Reverse {
        sections = sections.into_iter().rev().map(Section::reversed).collect();
    }
    let mut tree = Tree::new(root);
    let mut applied = Applied::default();
    for section in &sections {
        applied.files.push(one(&mut tree, section)?);
    }
    tree.write()?;
    Ok(applied)
}

/// Applies one section to the tree in memory.
fn one(tree: &mut Tree<'_>, section: &Section<'_>) -> Result<ChangedFile, PatchError> {
    let line = section.line;
    let refuse = |path: &Path, reason| Err(PatchError::Tree { path: path.to_owned(), line, reason });
    let (from, to) = ends(tree, section)?;
    let before = match &from {
        Some(path) => match tree.read(path, line)? {
            Some(content) => content,
            // `dpkg-source` never keeps an empty file, so one that is to go may be gone already.
            None if to.is_none() && section.hunks.is_empty() => Vec::new(),
            None => return refuse(path, "it does not exist"),
        },
        None => Vec::new(),
    };
    let path = to.as_ref().or(from.as_ref()).ok_or_else(|| malformed(line, "no file is named"))?.clone();
    if let Some(to) = &to
        && from.as_ref() != Some(to)
        && tree.read(to, line)?.is_some_and(|content| from.is_some() || !content.is_empty())
    {
        return refuse(to, "the patch creates it, but it exists already");
    }
    let (after, hunks) = rewrite(&path, &before, section)?;
    if after.len() as u64 > MAX_FILE {
        return Err(PatchError::TooLarge { what: "a file that becomes too long", limit: MAX_FILE });
    }
    let vanishes = to.is_none() || (after.is_empty() && !before.is_empty() && leaves_nothing(section));
    let change = match (&from, &to) {
        (None, _) => Change::Created,
        (Some(_), _) if vanishes => Change::Deleted,
        (Some(old), Some(new)) if old != new => Change::Renamed(old.clone()),
        _ => Change::Modified,
    };
    if vanishes {
        if !after.is_empty() {
            return refuse(&path, "the patch deletes it, but lines would be left over");
        }
        tree.put(&path, None, false)?;
    } else {
        let executable = match &from {
            Some(old) => tree.is_executable(old),
            None => section.executable.1,
        };
        if let Some(old) = from.filter(|old| *old != path) {
            tree.put(&old, None, false)?;
        }
        tree.put(&path, Some(after), executable)?;
    }
    Ok(ChangedFile { path, change, hunks })
}

/// Which file the section reads and which it writes.
fn ends(tree: &mut Tree<'_>, section: &Section<'_>) -> Result<(Option<PathBuf>, Option<PathBuf>), PatchError> {
    let (old, new) = match (&section.old, &section.new) {
        (Side::File { path: old, .. }, Side::File { path: new, .. }) => (old, new),
        (old, new) => return Ok((old.path().cloned(), new.path().cloned())),
    };
    if section.git {
        return Ok((Some(old.clone()), Some(new.clone())));
    }
    // `diff -u x.c.orig x.c`: the names differ but mean one file, the one that
    // exists; of two, the one with the shorter name.
    let mut names = [new, old];
    names.sort_by_key(|p| (p.components().count(), p.file_name().map(std::ffi::OsStr::len), p.as_os_str().len()));
    for path in names {
        if tree.read(path, section.line)?.is_some() {
            return Ok((Some(path.clone()), Some(path.clone())));
        }
    }
    let creates = matches!(section.hunks.as_slice(), [only] if only.range.old_start == 0 && only.range.old_len == 0);
    if creates { Ok((None, Some(names[0].clone()))) } else { Ok((Some(names[0].clone()), Some(names[0].clone()))) }
}

/// Whether a file that ends up empty is deleted: by its epoch time stamp, or
/// because the plain format has no other way to say so. `dpkg-source` does the
/// same (`patch -E`); git's headers say it themselves.
fn leaves_nothing(section: &Section<'_>) -> bool {
    let emptied = section.hunks.last().is_some_and(|h| h.range.new_start == 0 && h.range.new_len == 0);
    !section.git && (emptied || matches!(section.new, Side::File { epoch: true, .. }))
}

/// The file after all hunks, and where they were applied.
fn rewrite(path: &Path, before: &[u8], section: &Section<'_>) -> Result<(Vec<u8>, Vec<HunkRange>), PatchError> {
    if before.iter().filter(|b| **b == b'\n').count() > MAX_FILE_LINES {
        return Err(PatchError::TooLarge { what: "a file of too many lines", limit: MAX_FILE_LINES as u64 });
    }
    let file: Vec<&[u8]> = before.split_inclusive(|&b| b == b'\n').collect();
    let mut after = Vec::with_capacity(before.len());
    let mut places = Vec::with_capacity(section.hunks.len());
    let (mut done, mut written, mut shift, mut work) = (0, 0, 0_i64, WORK);
    for (index, hunk) in section.hunks.iter().enumerate() {
        let at = hunk.place(&file, done, shift, &mut work).map_err(|why| match why {
            NoPlace::TooMuchWork => PatchError::TooMuchWork { path: path.to_owned(), hunk: index + 1 },
            NoPlace::Differs(at, expected) => PatchError::DoesNotFit {
                path: path.to_owned(),
                hunk: index + 1,
                line: hunk.line,
                at: at + 1,
                expected: shown(&expected),
                found: file.get(at).map_or_else(|| "the end of the file".to_owned(), |l| format!("`{}`", shown(l))),
            },
        })?;
        let (old_len, new) = (hunk.before().len(), hunk.after());
        for kept in &file[done..at] {
            after.extend_from_slice(kept);
        }
        written += at - done;
        places.push(HunkRange {
            old_start: number(at + usize::from(old_len > 0)),
            old_len: number(old_len),
            new_start: number(written + usize::from(!new.is_empty())),
            new_len: number(new.len()),
        });
        for line in &new {
            after.extend_from_slice(line);
        }
        written += new.len();
        let named = i64::from(hunk.range.old_start) - i64::from(hunk.range.old_len > 0);
        shift = i64::try_from(at).unwrap_or(i64::MAX).saturating_sub(named);
        done = at + old_len;
    }
    for kept in &file[done..] {
        after.extend_from_slice(kept);
    }
    Ok((after, places))
}

/// Line numbers are bounded far below `u32` by the size of a file.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
