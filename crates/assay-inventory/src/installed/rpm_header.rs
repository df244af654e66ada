//! A package's header in rpm's database: a count of tags, a count of bytes, an
//! index of four numbers a tag, and the tags' values.
//!
//! The database itself (SQLite, or one of rpm's older files) is opened by
//! `assay-walk`; this reads one header of it.

use super::rpm_source;
use crate::component::{Component, What};
use crate::ecosystem::Ecosystem;

/// Tags of one header; the kernel's has under a hundred, with long lists of files behind single tags.
const TAGS: usize = 4096;
/// Bytes of a header that are accepted: rpm's own bound is 256 MiB, a real one has a few megabytes.
pub const BYTES: usize = 64 * 1024 * 1024;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const SOURCE: u32 = 1044;
const INT32: u32 = 4;
const STRING: u32 = 6;
/// A text that is there once for each language.
const I18N: u32 = 9;

/// The ecosystem of an rpm package, where the distribution may not be known: no record is taken to speak of it then.
pub fn ecosystem(distribution: Option<&Ecosystem>) -> Ecosystem {
    distribution.cloned().unwrap_or_else(|| Ecosystem::Other("rpm".to_owned()))
}

/// The package that a header describes; none of a vendor's key, which is kept among the packages.
///
/// # Errors
///
/// What is wrong with the header.
pub fn read(bytes: &[u8], distribution: Option<&Ecosystem>, at: String) -> Result<Option<Component>, &'static str> {
    let number = |at: usize| -> Option<u32> {
        let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    let short = "the header is cut short";
    let tags = number(0).ok_or(short)? as usize;
    let length = number(4).ok_or(short)? as usize;
    if tags == 0 || tags > TAGS || length > BYTES {
        return Err("the header's counts are out of bounds");
    }
    let store = 8 + tags * 16;
    let values = bytes.get(store..store + length).ok_or(short)?;
    let value = |tag: u32, kinds: &[u32]| -> Option<&[u8]> {
        (0..tags).find_map(|n| {
            let entry = 8 + n * 16;
            let of_kind = number(entry)? == tag && kinds.contains(&number(entry + 4)?);
            of_kind.then(|| values.get(number(entry + 8)? as usize..)).flatten()
        })
    };
    let text = |tag: u32| {
        let value = value(tag, &[STRING, I18N])?;
        let end = value.iter().position(|c| *c == 0)?;
        Some(String::from_utf8_lossy(value.get(..end)?).into_owned())
    };
    let name = text(NAME).filter(|name| !name.is_empty()).ok_or("the header names no package")?;
    if name == "gpg-pubkey" {
        return Ok(None);
    }
    let epoch = value(EPOCH, &[INT32]).and_then(|value| value.first_chunk::<4>()).map(|four| u32::from_be_bytes(*four));
    let version = text(VERSION).zip(text(RELEASE)).map(|(version, release)| match epoch {
        Some(epoch) if epoch > 0 => format!("{epoch}:{version}-{release}"),
        _ => format!("{version}-{release}"),
    });
    let ecosystem = ecosystem(distribution);
    let mut component = Component::package(ecosystem.clone(), &name, version.as_deref(), at);
    if let (What::Package { source, .. }, Some(file), Some(version)) = (&mut component.what, text(SOURCE), &version) {
        *source = rpm_source::source_package(&ecosystem, &file, &name, Some(version));
    }
    Ok(Some(component))
}
