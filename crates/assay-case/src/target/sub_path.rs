//! A part of a target: a relative path in normal form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes.
pub const SUB_PATH_MAX: usize = 1_000;

/// Why a text is no sub-path. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no sub-path: {0}; write it as src/parser")]
pub struct BadSubPath(&'static str);

/// A relative path without empty parts, `.` or `..`, so that no second
/// spelling of the same place slips past a lease.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubPath(String);

impl SubPath {
    /// Reads one; slashes at its ends, double slashes and `.` are left away.
    ///
    /// # Errors
    /// If nothing remains, or it is too long, climbs out, or has a backslash or control character.
    pub fn new(text: &str) -> Result<Self, BadSubPath> {
        if text.len() > SUB_PATH_MAX {
            return Err(BadSubPath("it is longer than 1,000 bytes"));
        }
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(BadSubPath("it has a backslash or a control character"));
        }
        let parts: Vec<&str> = text.split('/').map(str::trim).filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.contains(&"..") {
            return Err(BadSubPath("it climbs out with `..`"));
        }
        if parts.is_empty() {
            return Err(BadSubPath("it is empty"));
        }
        Ok(Self(parts.join("/")))
    }

    /// Whether `other` is the same place or lies below it.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for SubPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SubPath {
    type Error = BadSubPath;

    fn try_from(text: String) -> Result<Self, BadSubPath> {
        Self::new(&text)
    }
}

impl From<SubPath> for String {
    fn from(path: SubPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> SubPath {
        SubPath::new(text).unwrap()
    }

    #[test]
    fn a_part_holds_what_lies_below_it_and_no_neighbour() {
        assert!(path("src").holds(&path("/src//parser/./x.c")));
        assert!(path("src/a").holds(&path("src/a/")));
        assert!(!path("src/a").holds(&path("src/ab")));
        assert!(!path("src/a").holds(&path("src")));
        for bad in ["", "/", ".", "a/../b", "a\\b", "a\0"] {
            assert!(SubPath::new(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn normal_form_is_its_own_normal_form(text in "[a./ ]{0,12}") {
            if let Ok(path) = SubPath::new(&text) {
                prop_assert_eq!(SubPath::new(&path.to_string()).unwrap(), path);
            }
        }
    }
}
