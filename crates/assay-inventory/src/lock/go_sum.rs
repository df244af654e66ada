//! go.sum: the modules whose content was ever fetched for a build.
//!
//! It lists more than what is built: older versions stay in it. Entries that
//! are only a `go.mod` are left out, because none of their code was fetched.

use std::collections::BTreeSet;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::syntax::{CONFLICT, is_conflict, utf8};

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut found = Found::default();
    let mut seen = BTreeSet::new();
    let mut any = false;
    for (n, line) in utf8(bytes)?.lines().enumerate() {
        let at = format!("line {}", n + 1);
        if is_conflict(line) {
            return Err(Broken::at(at, CONFLICT));
        }
        let mut words = line.split_whitespace();
        let (module, version, hash) = (words.next(), words.next(), words.next());
        let (Some(module), Some(version), Some(hash)) = (module, version, hash) else {
            if module.is_some() {
                found.skip(at, "not a module, a version and a checksum");
            }
            continue;
        };
        if !hash.starts_with('h') || !hash.contains(':') || words.next().is_some() {
            found.skip(at, "not a module, a version and a checksum");
            continue;
        }
        any = true;
        if !version.ends_with("/go.mod") && seen.insert((module, version)) {
            let at = format!("{at} (perhaps not built)");
            found.push(Component::package(Ecosystem::Go, module, Some(version), at))?;
        }
    }
    if !any && !bytes.trim_ascii().is_empty() {
        return Err(Broken::at("the file", "no module with a checksum stands in it; is it a go.sum?"));
    }
    Ok(found.done())
}
