//! A path inside a bundle: relative, plain, and unable to leave it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::manifest::is_deceptive;

/// A relative path inside a bundle: `/`-separated, without `.`/`..` segments,
/// empty segments, control characters, marks that reorder or hide text,
/// backslashes or a leading `/`; at most 4,096 bytes and 64 segments. It cannot name anything outside the bundle.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BundlePath(String);

/// Why a text is not a path inside a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path inside the bundle: {reason}")]
pub struct NotABundlePath {
    path: String,
    reason: &'static str,
}

impl BundlePath {
    /// The path as text, `/`-separated.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first segment: `poc` of `poc/trigger.json`.
    #[must_use]
    pub fn first_segment(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BundlePath {
    type Err = NotABundlePath;

    fn from_str(text: &str) -> Result<Self, NotABundlePath> {
        let refuse = |reason| {
            Err(NotABundlePath { path: text.chars().take(200).collect::<String>().escape_debug().to_string(), reason })
        };
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.len() > 4096 {
            return refuse("it is longer than 4096 bytes");
        }
        if text.starts_with('/') {
            return refuse("it is absolute; write it relative to the bundle's root");
        }
        if text.contains('\\') {
            return refuse("it contains a backslash; segments are separated by `/`");
        }
        if text.chars().any(char::is_control) {
            return refuse("it contains a control character");
        }
        if text.chars().any(is_deceptive) {
            return refuse("it contains a mark that reorders or hides text");
        }
        if text.split('/').count() > 64 {
            return refuse("it has more than 64 segments");
        }
        for segment in text.split('/') {
            match segment {
                "" => return refuse("it has an empty segment"),
                "." | ".." => return refuse("`.` and `..` segments are not allowed"),
                s if s.len() > 255 => return refuse("a segment is longer than 255 bytes"),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for BundlePath {
    type Error = NotABundlePath;

    fn try_from(text: String) -> Result<Self, NotABundlePath> {
        text.parse()
    }
}

impl From<BundlePath> for String {
    fn from(path: BundlePath) -> Self {
        path.0
    }
}
