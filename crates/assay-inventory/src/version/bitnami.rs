//! Bitnami: SemVer, and a number alone behind a hyphen is the revision of the
//! package, which is newer than what it packs.

use super::encode::{Bytes, digits, number};
use super::{Tag, semver};

/// Encodes a version: SemVer's bytes, and the revision.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let (version, revision) = match written.rsplit_once('-') {
        Some((version, revision)) if is_number(revision) && !version.contains(['-', '+']) => (version, revision),
        _ => (written, "0"),
    };
    let mut out = semver::encode(version)?;
    if let Some(tag) = out.first_mut() {
        *tag = Tag::Bitnami as u8;
    }
    number(&mut out, revision.as_bytes());
    Some(out)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && digits(text.as_bytes()).1.is_empty()
}
