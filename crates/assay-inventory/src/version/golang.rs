//! Go: modules by SemVer 2.0 (pseudo-versions are pre-releases, and
//! `+incompatible` is build metadata), and Go itself by its tags (`go1.21rc1`).

use super::encode::{Bytes, digits};
use super::semver;

/// Encodes a module's version, or a toolchain's tag as the SemVer version that the Go vulnerability database gives it.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    match written.strip_prefix("go") {
        Some(tag) => semver::encode(&toolchain(tag)?),
        None => semver::encode(written),
    }
}

/// `1.21rc1` is 1.21.0-rc.1. A tag may have a suffix of who built it (`go1.21.3-custom`, `go1.21.3 X:boringcrypto`).
fn toolchain(tag: &str) -> Option<String> {
    let tag = tag.split([' ', '-', '+']).next()?;
    let (major, rest) = number(tag)?;
    let (minor, rest) = match rest.strip_prefix('.') {
        Some(rest) => number(rest)?,
        None => ("0", rest),
    };
    let (patch, rest) = match rest.strip_prefix('.') {
        Some(rest) => number(rest)?,
        None => ("", rest),
    };
    let kind = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let count = rest.strip_prefix(kind)?;
    match (patch, kind, count) {
        // From 1.21 on, a release has all three numbers; two name the language, which is older than its candidates.
        ("", "", "") if minor.len() > 2 || (minor.len() == 2 && minor >= "21") => Some(format!("{major}.{minor}.0-0")),
        ("", "", "") => Some(format!("{major}.{minor}.0")),
        (patch, "", "") => Some(format!("{major}.{minor}.{patch}")),
        ("", "alpha" | "beta" | "rc", count) if !count.is_empty() => Some(format!("{major}.{minor}.0-{kind}.{count}")),
        _ => None,
    }
}

fn number(text: &str) -> Option<(&str, &str)> {
    let run = digits(text.as_bytes()).0.len();
    (run > 0).then(|| text.split_at(run))
}
