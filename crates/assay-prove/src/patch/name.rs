//! File names in a patch: unquoted, stripped of one folder (`-p1`), and unable
//! to leave the tree.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::PatchError;

/// One side of a file header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// `/dev/null`: the file does not exist on this side.
    Nothing,
    /// A file of the tree.
    File {
        /// Relative to the tree's root.
        path: PathBuf,
        /// The header carries the epoch as time stamp: on this side the file does not exist if it is empty.
        epoch: bool,
    },
}

impl Side {
    pub(super) fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Nothing => None,
            Self::File { path, .. } => Some(path),
        }
    }
}

/// Reads what follows `--- ` or `+++ `.
pub(super) fn header_side(text: &[u8], line: usize) -> Result<Side, PatchError> {
    let (name, stamp) = split_stamp(text, line)?;
    if name == b"/dev/null" {
        return Ok(Side::Nothing);
    }
    Ok(Side::File {
        path: stripped(&name, line)?,
        epoch: stamp.trim_ascii_start().starts_with(b"1970-01-01")
            || stamp.trim_ascii_start().starts_with(b"1969-12-31"),
    })
}

/// Reads a name that stands alone on its line, as `rename from` writes it: not stripped.
pub(super) fn whole(text: &[u8], line: usize) -> Result<PathBuf, PatchError> {
    let (name, _) = split_stamp(text, line)?;
    if name.starts_with(b"/") {
        return Err(unsafe_name(&name, line, "it is absolute"));
    }
    checked(&name, line)
}

/// Reads the name of `diff --git a/NAME b/NAME`, used when no `---` line follows.
/// Both names are equal there, which makes names with blanks unambiguous.
pub(super) fn git_pair(text: &[u8], line: usize) -> Result<PathBuf, PatchError> {
    let unclear = || malformed(line, "the two names of `diff --git` differ, or cannot be told apart");
    if text.starts_with(b"\"") {
        let (first, rest) = unquote(text, line)?;
        let rest = rest.strip_prefix(b" ").ok_or_else(unclear)?;
        let second = if rest.starts_with(b"\"") { unquote(rest, line)?.0 } else { rest.to_vec() };
        let (first, second) = (stripped(&first, line)?, stripped(&second, line)?);
        return if first == second { Ok(first) } else { Err(unclear()) };
    }
    let middle = text.len() / 2;
    if text.len().is_multiple_of(2) || text.get(middle) != Some(&b' ') {
        return Err(unclear());
    }
    let (first, second) = (stripped(&text[..middle], line)?, stripped(&text[middle + 1..], line)?);
    if first == second { Ok(first) } else { Err(unclear()) }
}

/// Parts a name from the time stamp behind it. A tab always parts them;
/// without one, only something that looks like a date does.
fn split_stamp(text: &[u8], line: usize) -> Result<(Vec<u8>, &[u8]), PatchError> {
    if text.starts_with(b"\"") {
        return unquote(text, line);
    }
    if let Some(tab) = text.iter().position(|&b| b == b'\t') {
        return Ok((text[..tab].trim_ascii_end().to_vec(), &text[tab + 1..]));
    }
    for (at, _) in text.iter().enumerate().filter(|(_, b)| **b == b' ') {
        if looks_like_date(&text[at + 1..]) {
            return Ok((text[..at].trim_ascii_end().to_vec(), &text[at + 1..]));
        }
    }
    Ok((text.trim_ascii_end().to_vec(), b""))
}

/// `2024-01-31 ...`
fn looks_like_date(text: &[u8]) -> bool {
    text.len() >= 11
        && text[..11].iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            10 => *b == b' ',
            _ => b.is_ascii_digit(),
        })
}

/// Undoes git's C-style quoting; gives what follows the closing quote too.
fn unquote(text: &[u8], line: usize) -> Result<(Vec<u8>, &[u8]), PatchError> {
    let bad = || malformed(line, "a quoted name is not closed, or has an unknown escape");
    let mut name = Vec::new();
    let mut at = 1;
    loop {
        match *text.get(at).ok_or_else(bad)? {
            b'"' => return Ok((name, &text[at + 1..])),
            b'\\' => {
                let escape = *text.get(at + 1).ok_or_else(bad)?;
                at += 2;
                name.push(match escape {
                    b'"' | b'\\' => escape,
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'0'..=b'3' => {
                        let digits = text.get(at..at + 2).ok_or_else(bad)?;
                        if !digits.iter().all(|d| (b'0'..=b'7').contains(d)) {
                            return Err(bad());
                        }
                        at += 2;
                        (escape - b'0') * 64 + (digits[0] - b'0') * 8 + (digits[1] - b'0')
                    }
                    _ => return Err(bad()),
                });
            }
            plain => {
                name.push(plain);
                at += 1;
            }
        }
    }
}

/// Takes the first folder off (`-p1`).
fn stripped(name: &[u8], line: usize) -> Result<PathBuf, PatchError> {
    if name.starts_with(b"/") {
        return Err(unsafe_name(name, line, "it is absolute"));
    }
    let Some(slash) = name.iter().position(|&b| b == b'/') else {
        return Err(unsafe_name(name, line, "it has no folder to strip; make the patch with `a/` and `b/` in front"));
    };
    if &name[..slash] == b".." {
        return Err(unsafe_name(name, line, "it contains `..`"));
    }
    checked(&name[slash + 1..], line)
}

/// Refuses whatever could lead a write out of the tree, or into a repository's
/// own folder, where files are run. Empty and `.` segments are dropped, as every patch program does.
fn checked(name: &[u8], line: usize) -> Result<PathBuf, PatchError> {
    let refuse = |reason| Err(unsafe_name(name, line, reason));
    if name.len() > 4096 {
        return refuse("it is longer than 4096 bytes");
    }
    if name.iter().any(u8::is_ascii_control) {
        return refuse("it contains a control character");
    }
    let mut path = PathBuf::new();
    let mut depth = 0;
    for segment in name.split(|&b| b == b'/') {
        match segment {
            b"" | b"." => continue,
            b".." => return refuse("it contains `..`"),
            s if s.len() > 255 => return refuse("a segment is longer than 255 bytes"),
            s if s.eq_ignore_ascii_case(b".git") => return refuse("it lies in a `.git` folder"),
            s => path.push(OsStr::from_bytes(s)),
        }
        depth += 1;
    }
    match depth {
        0 => refuse("it is empty"),
        1..=64 if !name.ends_with(b"/") => Ok(path),
        1..=64 => refuse("it names a folder"),
        _ => refuse("it has more than 64 segments"),
    }
}

fn unsafe_name(name: &[u8], line: usize, reason: &'static str) -> PatchError {
    let cut = &name[..name.len().min(200)];
    PatchError::UnsafeName { line, name: String::from_utf8_lossy(cut).escape_debug().to_string(), reason }
}

pub(super) fn malformed(line: usize, reason: impl Into<String>) -> PatchError {
    PatchError::Malformed { line, reason: reason.into() }
}
