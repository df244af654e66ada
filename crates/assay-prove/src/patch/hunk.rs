//! One hunk: its lines, and its place in a file.
//!
//! The place is found as GNU patch finds it without fuzz: nearest to the line
//! the hunk names, never before the end of the hunk in front of it; a hunk
//! with less context in front than behind was cut off by the file's start, one
//! with less behind by its end, and only fits there.

use super::apply::HunkRange;

/// What a hunk does with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Context,
    Removed,
    Added,
}

/// A line of a hunk, with its line ending unless the file ends without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub tag: Tag,
    pub text: &'a [u8],
}

/// A hunk as written.
#[derive(Debug, Clone)]
pub(super) struct Hunk<'a> {
    /// 1-based line of the patch.
    pub line: usize,
    pub range: HunkRange,
    pub lines: Vec<Line<'a>>,
}

/// Comparisons that one file's hunks may cost together; quadratic patches end here.
pub(super) const WORK: u64 = 1 << 28;

/// Why a hunk has no place.
pub(super) enum NoPlace {
    /// The first difference at the place the hunk names: index in the file, and the line expected there.
    Differs(usize, Vec<u8>),
    /// The budget is spent.
    TooMuchWork,
}

impl<'a> Hunk<'a> {
    /// The same change backwards.
    pub fn reversed(self) -> Self {
        let r = self.range;
        let range =
            HunkRange { old_start: r.new_start, old_len: r.new_len, new_start: r.old_start, new_len: r.old_len };
        let lines = self.lines.into_iter().map(|l| Line {
            tag: match l.tag {
                Tag::Context => Tag::Context,
                Tag::Removed => Tag::Added,
                Tag::Added => Tag::Removed,
            },
            text: l.text,
        });
        Self { line: self.line, range, lines: lines.collect() }
    }

    /// The lines before the change.
    pub fn before(&self) -> Vec<&'a [u8]> {
        self.lines.iter().filter(|l| l.tag != Tag::Added).map(|l| l.text).collect()
    }

    /// The lines after the change.
    pub fn after(&self) -> Vec<&'a [u8]> {
        self.lines.iter().filter(|l| l.tag != Tag::Removed).map(|l| l.text).collect()
    }

    /// Where in `file` the hunk goes, at or after index `from`, with `shift`
    /// the offset at which the hunk before it was found.
    pub fn place(&self, file: &[&[u8]], from: usize, shift: i64, work: &mut u64) -> Result<usize, NoPlace> {
        let old = self.before();
        let new_ends_open = self.after().last().is_some_and(|l| !l.ends_with(b"\n"));
        let named = i64::from(self.range.old_start) - i64::from(self.range.old_len > 0);
        let wanted = usize::try_from((named + shift).max(0)).unwrap_or(0);
        let last = file.len().checked_sub(old.len());

        let leading = self.lines.iter().take_while(|l| l.tag == Tag::Context).count();
        let trailing = self.lines.iter().rev().take_while(|l| l.tag == Tag::Context).count();
        let at_start = leading < trailing && self.range.old_start <= 1;
        let at_end = trailing < leading || new_ends_open;

        let mut fits = |at: usize| -> Result<bool, NoPlace> {
            *work = work.checked_sub(1).ok_or(NoPlace::TooMuchWork)?;
            if (at_start && at != 0) || (at_end && at + old.len() != file.len()) {
                return Ok(false);
            }
            // Without a line to hold on to, only the named place will do, and not
            // behind an unfinished last line: the two would become one.
            if old.is_empty() && (at != wanted || (at > 0 && !file[at - 1].ends_with(b"\n"))) {
                return Ok(false);
            }
            for (have, want) in file[at..at + old.len()].iter().zip(&old) {
                let cost = if have.len() == want.len() { have.len() as u64 / 16 + 1 } else { 1 };
                *work = work.checked_sub(cost).ok_or(NoPlace::TooMuchWork)?;
                if have != want {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        if let Some(last) = last.filter(|last| *last >= from) {
            let first = wanted.clamp(from, last);
            for distance in 0..=(last - from) {
                if first + distance <= last && fits(first + distance)? {
                    return Ok(first + distance);
                }
                if distance > 0 && first >= from + distance && fits(first - distance)? {
                    return Ok(first - distance);
                }
                if first + distance > last && first < from + distance {
                    break;
                }
            }
        }
        let at = wanted.max(from);
        let off = old.iter().enumerate().find(|(i, want)| file.get(at + i) != Some(want));
        match off {
            Some((i, want)) => Err(NoPlace::Differs(at + i, want.to_vec())),
            None => Err(NoPlace::Differs(file.len().min(at + old.len()), b"the end of the file\n".to_vec())),
        }
    }
}
