//! Small readers of the notations that lock tools write: YAML by lines, TOML by
//! pairs, XML by events. Each walks a text once, keeps a bounded path and
//! nothing else, so that a hostile file costs no more memory than its own size.

pub(crate) mod toml;
pub(crate) mod xml;
pub(crate) mod yaml;

use crate::found::Broken;

/// The text of a file that is always UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Broken> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|c| **c == b'\n').count() + 1;
        Broken::at(format!("line {line}"), "it is not UTF-8, which this format always is; is it the right file?")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The first line that Git leaves where two versions of a file were not merged.
pub(crate) fn is_conflict(line: &str) -> bool {
    line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line == "======="
}

/// What is said of such a line.
pub(crate) const CONFLICT: &str =
    "a merge conflict stands here; settle it, let the tool write the file anew, and read that";
