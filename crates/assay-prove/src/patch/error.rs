//! Why a patch was refused: the file, the hunk, the line, what was expected
//! there and what was found.

use std::path::PathBuf;

/// Why a patch was not applied. Nothing was written, except after
/// [`PatchError::Io`] while the finished files were being put in place.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// More of something than is allowed.
    #[error("the patch has {what} (limit {limit}); split it")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// No change was found in it.
    #[error("no unified diff found: a change starts with `--- a/FILE`, `+++ b/FILE`, `@@ -1 +1 @@`")]
    NoChanges,
    /// It breaks the format.
    #[error("line {line} of the patch: {reason}")]
    Malformed {
        /// 1-based line of the patch.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// It asks for something that is refused.
    #[error("line {line} of the patch: {what} not supported; write the change as a unified text diff")]
    Unsupported {
        /// 1-based line of the patch.
        line: usize,
        /// What it asks for, with its verb.
        what: &'static str,
    },
    /// A name that could lead out of the tree.
    #[error("line {line} of the patch: the name `{name}` is refused: {reason}")]
    UnsafeName {
        /// 1-based line of the patch.
        line: usize,
        /// The name, escaped and cut.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// The tree is not as the patch needs it.
    #[error("`{}`: {reason} (line {line} of the patch)", path.display())]
    Tree {
        /// The file.
        path: PathBuf,
        /// 1-based line of the patch.
        line: usize,
        /// What is in the way.
        reason: &'static str,
    },
    /// A hunk has no place in the file.
    #[error(
        "`{}`: hunk {hunk} (line {line} of the patch) does not fit: line {at} should be `{expected}`, but is {found}",
        path.display()
    )]
    DoesNotFit {
        /// The file.
        path: PathBuf,
        /// 1-based hunk within the file.
        hunk: usize,
        /// 1-based line of the patch where the hunk starts.
        line: usize,
        /// 1-based line of the file where the first difference lies, at the place the hunk names.
        at: usize,
        /// What the hunk expects there, escaped and cut.
        expected: String,
        /// What is there, escaped and cut.
        found: String,
    },
    /// Finding the hunks' places takes too long.
    #[error("`{}`: looking for the place of hunk {hunk} takes too long; refresh the patch", path.display())]
    TooMuchWork {
        /// The file.
        path: PathBuf,
        /// 1-based hunk within the file.
        hunk: usize,
    },
    /// The file system refused.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

/// A line for people: escaped, and cut at a length that fits a message.
pub(super) fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 120;
    let cut = &bytes[..bytes.len().min(LONGEST)];
    let mut text: String = String::from_utf8_lossy(cut).trim_end_matches('\n').escape_debug().to_string();
    if bytes.len() > LONGEST {
        text.push_str("...");
    }
    if !bytes.ends_with(b"\n") && bytes.len() <= LONGEST {
        text.push_str(" (no newline at the end of the file)");
    }
    text
}
