//! A patch cut into its hunks, and put together again from some of them: how one
//! finds out which part of a fix it is that silences an input.

use std::ops::Range;

use super::error::PatchError;
use super::hunk::{Hunk, Tag};
use super::name::Side;
use super::parse::sections;

/// A patch whose hunks can be taken alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    files: Vec<FilePieces>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FilePieces {
    path: Vec<u8>,
    hunks: Vec<Vec<u8>>,
}

impl Pieces {
    /// Cuts a patch. `None` where a change is more than its hunks: a file that
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
            files.push(FilePieces { path, hunks: section.hunks.iter().map(text_of).collect() });
        }
        Ok(Some(Self { files }))
    }

    /// Whether some hunk holds more than one run of changed lines: fixes of two flaws that stand near each other, or in
    /// a patch that was made with much context, come as one hunk.
    #[must_use]
    pub fn hold_several_changes(&self) -> bool {
        self.files.iter().flat_map(|file| &file.hunks).any(|hunk| {
            let changed =
                hunk.split(|byte| *byte == b'\n').skip(1).map(|line| matches!(line.first(), Some(b'+' | b'-')));
            let mut before = false;
            let mut runs = 0;
            for now in changed {
                runs += usize::from(now && !before);
                before = now;
            }
            runs > 1
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.files.iter().map(|file| file.hunks.len()).sum()
    }

    /// The patch of those hunks for which `wanted` says so, by their place in the whole.
    #[must_use]
    pub fn patch(&self, wanted: &dyn Fn(usize) -> bool) -> Vec<u8> {
        let mut text = Vec::new();
        let mut first = 0;
        for file in &self.files {
            let numbers: Range<usize> = first..first + file.hunks.len();
            first = numbers.end;
            let chosen: Vec<&Vec<u8>> =
                numbers.zip(&file.hunks).filter(|(number, _)| wanted(*number)).map(|(_, hunk)| hunk).collect();
            if chosen.is_empty() {
                continue;
            }
            for (mark, side) in [("---", "a"), ("+++", "b")] {
                text.extend_from_slice(format!("{mark} {side}/").as_bytes());
                text.extend_from_slice(&file.path);
                text.push(b'\n');
            }
            chosen.into_iter().for_each(|hunk| text.extend_from_slice(hunk));
        }
        text
    }
}

fn text_of(hunk: &Hunk<'_>) -> Vec<u8> {
    let range = hunk.range;
    let mut text =
        format!("@@ -{},{} +{},{} @@\n", range.old_start, range.old_len, range.new_start, range.new_len).into_bytes();
    for line in &hunk.lines {
        text.push(match line.tag {
            Tag::Context => b' ',
            Tag::Removed => b'-',
            Tag::Added => b'+',
        });
        text.extend_from_slice(line.text);
        if !line.text.ends_with(b"\n") {
            text.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::patch::{Direction, apply};
    use proptest::prelude::*;

    const TWO: &[u8] =
        b"prose\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n-a\n+A\n b\n c\n@@ -7,3 +7,4 @@\n g\n h\n-i\n+I\n+J\n";

    fn tree(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.c"), text).unwrap();
        folder
    }

    #[test]
    fn two_fixes_in_one_hunk_are_seen() {
        assert!(!Pieces::of(TWO).unwrap().unwrap().hold_several_changes(), "each hunk is one change");
        let wide = b"--- a/x.c\n+++ b/x.c\n@@ -1,5 +1,5 @@\n-a\n+A\n b\n c\n d\n-e\n+E\n";
        let wide = Pieces::of(wide).unwrap().unwrap();
        assert_eq!((wide.count(), wide.hold_several_changes()), (1, true));
    }

    #[test]
    fn each_hunk_alone_and_all_together_apply() {
        let pieces = Pieces::of(TWO).unwrap().unwrap();
        assert_eq!(pieces.count(), 2);
        for (wanted, after) in [
            (vec![0, 1], "A\nb\nc\nd\ne\nf\ng\nh\nI\nJ\n"),
            (vec![0], "A\nb\nc\nd\ne\nf\ng\nh\ni\n"),
            (vec![1], "a\nb\nc\nd\ne\nf\ng\nh\nI\nJ\n"),
        ] {
            let folder = tree("a\nb\nc\nd\ne\nf\ng\nh\ni\n");
            apply(folder.path(), &pieces.patch(&|number| wanted.contains(&number)), Direction::Forward).unwrap();
            assert_eq!(std::fs::read_to_string(folder.path().join("x.c")).unwrap(), after, "{wanted:?}");
        }
        assert_eq!(pieces.patch(&|_| false), b"");
    }

    #[test]
    fn a_file_without_a_last_line_end_stays_so() {
        let patch =
            b"--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
        let pieces = Pieces::of(patch).unwrap().unwrap();
        let folder = tree("a");
        apply(folder.path(), &pieces.patch(&|_| true), Direction::Forward).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("x.c")).unwrap(), "b");
    }

    #[test]
    fn what_is_more_than_hunks_is_not_cut() {
        for patch in [
            &b"--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n"[..],
            b"diff --git a/x.c b/y.c\nsimilarity index 100%\nrename from x.c\nrename to y.c\n",
        ] {
            assert_eq!(Pieces::of(patch).unwrap(), None);
        }
        assert!(Pieces::of(b"no patch at all").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn any_bytes_are_cut_or_refused_and_what_is_put_together_is_a_patch(
            noise in proptest::collection::vec(any::<u8>(), 0..60), at in 0_usize..90, keep: u64
        ) {
            let mut text = TWO.to_vec();
            let at = at.min(text.len());
            text.splice(at..at, noise);
            if let Ok(Some(pieces)) = Pieces::of(&text) {
                let whole = pieces.patch(&|_| true);
                prop_assert_eq!(Pieces::of(&whole).unwrap().unwrap(), pieces.clone());
                let some = pieces.patch(&|number| keep & (1 << (number % 64)) != 0);
                prop_assert!(some.is_empty() || Pieces::of(&some).unwrap().is_some());
            }
        }
    }
}
