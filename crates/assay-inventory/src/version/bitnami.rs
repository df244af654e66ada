//! Bitnami: SemVer, and a number alone behind a hyphen is the revision of the
//! package, which is newer than what it packs.

use super::encode::{Bytes, digits, number};
use super::{Tag, built};

/// Encodes a version: SemVer's bytes without the build, and the revision. Dates as versions may have leading zeros.
pub(super) fn encode(written: &str) -> Option<Bytes> {
    let (written, build) = match written.split_once('+') {
        Some((written, build)) => (written, Some(build)),
        None => (written, None),
    };
    let (version, revision) = match written.rsplit_once('-') {
        Some((version, revision)) if is_number(revision) && !version.contains('-') => (version, revision),
        _ => (written, "0"),
    };
    let plain = |build: &str| build.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.'));
    let mut out = built::encode(version).filter(|_| build.is_none_or(plain))?;
    if let Some(tag) = out.first_mut() {
        *tag = Tag::Bitnami as u8;
    }
    number(&mut out, revision.as_bytes());
    Some(out)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && digits(text.as_bytes()).1.is_empty()
}
