//! A patch as somebody reads it who judges it: which files, which lines.

use std::path::{Path, PathBuf};

use super::error::PatchError;
use super::hunk::Tag;
use super::parse::sections;

/// What a patch does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its name before; none if it is new.
    pub old: Option<PathBuf>,
    /// Its name after; none if it goes.
    pub new: Option<PathBuf>,
    /// Its hunks.
    pub hunks: Vec<HunkView>,
}

/// One hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkView {
    /// Its lines in the patch's order.
    pub lines: Vec<LineView>,
}

/// One line, made valid UTF-8 and without its line ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineView {
    /// Stays.
    Kept(String),
    /// Goes.
    Removed(String),
    /// Comes.
    Added(String),
}

impl FileView {
    /// The names it goes by, each once.
    pub fn names(&self) -> impl Iterator<Item = &Path> {
        let new = self.new.as_deref().filter(|new| self.old.as_deref() != Some(new));
        self.old.as_deref().into_iter().chain(new)
    }

    /// Lines that come.
    pub fn added(&self) -> impl Iterator<Item = &str> {
        self.lines().filter_map(|line| match line {
            LineView::Added(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Lines that go.
    pub fn removed(&self) -> impl Iterator<Item = &str> {
        self.lines().filter_map(|line| match line {
            LineView::Removed(text) => Some(text.as_str()),
            _ => None,
        })
    }

    fn lines(&self) -> impl Iterator<Item = &LineView> {
        self.hunks.iter().flat_map(|hunk| &hunk.lines)
    }
}

impl HunkView {
    /// The lines as they are with the patch; whether each comes.
    #[must_use]
    pub fn after(&self) -> Vec<(&str, bool)> {
        let lines = self.lines.iter().filter_map(|line| match line {
            LineView::Kept(text) => Some((text.as_str(), false)),
            LineView::Added(text) => Some((text.as_str(), true)),
            LineView::Removed(_) => None,
        });
        lines.collect()
    }
}

/// Reads a patch, without applying it.
///
/// # Errors
///
/// As for applying: it is malformed or too large.
pub fn view(patch: &[u8]) -> Result<Vec<FileView>, PatchError> {
    let mut ended;
    let patch = if patch.is_empty() || patch.ends_with(b"\n") {
        patch
    } else {
        ended = patch.to_vec();
        ended.push(b'\n');
        &ended
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned();
    let files = sections(patch)?.into_iter().map(|section| FileView {
        old: section.old.path().cloned(),
        new: section.new.path().cloned(),
        hunks: section
            .hunks
            .iter()
            .map(|hunk| HunkView {
                lines: hunk
                    .lines
                    .iter()
                    .map(|line| match line.tag {
                        Tag::Context => LineView::Kept(text(line.text)),
                        Tag::Removed => LineView::Removed(text(line.text)),
                        Tag::Added => LineView::Added(text(line.text)),
                    })
                    .collect(),
            })
            .collect(),
    });
    Ok(files.collect())
}
