//! SPDX 2 as tag-value text.

use super::Package;
use crate::found::{Broken, Found};
use crate::sbom::Collect;
use crate::syntax::utf8;

/// Whether a line of its beginning has the tag of the version.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let first = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    first.split(|c| *c == b'\n').any(|line| line.trim_ascii_start().starts_with(b"SPDXVersion:"))
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut collect = Collect::default();
    let mut version = None;
    let mut package: Option<(usize, Package)> = None;
    let mut lines = utf8(bytes)?.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            return Err(Broken::at(format!("line {}", n + 1), "neither a tag with its value nor a comment"));
        };
        let value = value.trim();
        // A text of several lines; none of the tags that are read has one that says more than its first line.
        let value = match value.strip_prefix("<text>") {
            None => value,
            Some(begun) => match begun.split_once("</text>") {
                Some((text, _)) => text,
                None => {
                    if !lines.by_ref().any(|(_, line)| line.contains("</text>")) {
                        return Err(Broken::at(format!("line {}", n + 1), "a <text> begins here that has no end"));
                    }
                    begun
                }
            },
        };
        let own = || Some(value.to_owned());
        match (tag.trim(), &mut package) {
            ("SPDXVersion", _) => version = own(),
            ("PackageName", open) => {
                if let Some((line, done)) = open.replace((n + 1, Package { name: own(), ..Package::default() })) {
                    done.list(&mut collect, &format!("line {line}"))?;
                }
            }
            // Another kind of element; what follows is its own.
            ("FileName" | "SnippetSPDXID" | "LicenseID", open) => {
                if let Some((line, done)) = open.take() {
                    done.list(&mut collect, &format!("line {line}"))?;
                }
            }
            ("PackageVersion", Some((_, package))) => package.version = own(),
            ("PackageSupplier", Some((_, package))) => package.supplier = own(),
            ("PackageOriginator", Some((_, package))) => package.originator = own(),
            ("PrimaryPackagePurpose", Some((_, package))) => package.purpose = own(),
            ("ExternalRef", Some((_, package))) => {
                let mut words = value.split_whitespace();
                if let (Some(_), Some(kind), Some(locator)) = (words.next(), words.next(), words.next()) {
                    package.reference(kind, locator);
                }
            }
            _ => {}
        }
    }
    if let Some((line, done)) = package {
        done.list(&mut collect, &format!("line {line}"))?;
    }
    super::version(&mut collect, version.as_deref())?;
    Ok(collect.done())
}
