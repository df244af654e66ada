//! What an arm's build depends on: the manifest's table, filled from a lock file
//! where there is one, with the arm's own packages in place of those they replace.

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, DepPackage, Manifest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::load::LoadedBundle;
use crate::recipe::{Dependency, PackageName};

/// Packages of a lock file that are taken in at most.
const MAX_PACKAGES: usize = 4096;

/// Why a lock file cannot fill the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`deps.lock`: {0}")]
pub struct LockError(String);

/// The manifest with `deps.packages` filled from `deps.lock`: entries that the
/// table has already stay as they are, and the target itself is left out.
///
/// # Errors
///
/// The lock file is not in the bundle, is of a kind that gives no SHA-256, or is malformed.
pub fn with_lock(manifest: &Manifest, bundle: &LoadedBundle) -> Result<Manifest, LockError> {
    let Some(path) = &manifest.deps.lock else { return Ok(manifest.clone()) };
    let wrong = |reason: String| LockError(reason);
    let file = bundle.file(path).ok_or_else(|| wrong(format!("the bundle has no `{path}`")))?;
    if !path.as_str().ends_with("Cargo.lock") {
        return Err(wrong(format!(
            "`{path}` is no Cargo.lock, the one lock file that gives SHA-256 digests; \
             write the packages into `[deps.packages]`"
        )));
    }
    let text = std::str::from_utf8(&file.content).map_err(|_| wrong(format!("`{path}` is not UTF-8 text")))?;
    let mut filled = manifest.clone();
    let target = PackageName::of(&manifest.target.purl).name;
    for (purl, package) in cargo_lock(text).map_err(|reason| wrong(format!("`{path}`: {reason}")))? {
        if PackageName::of(&purl).name != target {
            filled.deps.packages.entry(purl).or_insert(package);
        }
    }
    Ok(filled)
}

#[derive(Deserialize)]
struct CargoLock {
    #[serde(default)]
    package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Packages with a checksum; those without are folders of the build itself.
fn cargo_lock(text: &str) -> Result<Vec<(String, DepPackage)>, String> {
    let lock: CargoLock = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    if lock.package.len() > MAX_PACKAGES {
        return Err(format!("it has more than {MAX_PACKAGES} packages"));
    }
    let mut packages = Vec::new();
    for package in lock.package {
        let Some(checksum) = &package.checksum else { continue };
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c));
        if package.name.is_empty() || !plain(&package.name) || !plain(&package.version) {
            return Err("a package's name or version has characters that none has".into());
        }
        let digest: Sha256 = format!("sha256:{checksum}")
            .parse()
            .map_err(|_| format!("the checksum of {} is no SHA-256", package.name))?;
        let version = utf8_percent_encode(&package.version, VERSION).to_string();
        let files = BTreeMap::from([(format!("{}-{}.crate", package.name, package.version), digest)]);
        packages.push((format!("pkg:cargo/{}@{version}", package.name), DepPackage { files, at: None }));
    }
    Ok(packages)
}

/// What a package URL's version escapes.
const VERSION: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// The dependencies of an arm.
#[must_use]
pub fn of_arm(manifest: &Manifest, name: ArmName) -> BTreeMap<String, DepPackage> {
    let own = manifest.arms.get(name).map(|arm| arm.deps.clone()).unwrap_or_default();
    let replaced: BTreeSet<String> = own.keys().map(|purl| PackageName::of(purl).name).collect();
    manifest
        .deps
        .packages
        .iter()
        .filter(|(purl, _)| !replaced.contains(&PackageName::of(purl).name))
        .map(|(purl, package)| (purl.clone(), package.clone()))
        .chain(own)
        .collect()
}

/// A dependency as recipes see it.
#[must_use]
pub fn describe(purl: &str, package: &DepPackage) -> Dependency {
    let name = PackageName::of(purl);
    let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c), "_");
    // A hash of the whole URL, so that no two share a folder however they are spelt.
    let unique: String = Sha256::of(purl.as_bytes()).to_hex().chars().take(8).collect();
    Dependency {
        purl: purl.to_owned(),
        folder: format!("{}-{}-{unique}", plain(&name.name), plain(&name.version)),
        at: package.at.clone(),
        sha256: package.files.values().next().map(Sha256::to_hex).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cargo_lock_gives_packages_with_their_archives() {
        let digest = "a".repeat(64);
        let text = format!(
            "version = 4\n[[package]]\nname = \"harness\"\nversion = \"0.0.0\"\n\
             [[package]]\nname = \"zstd-sys\"\nversion = \"2.0.9+zstd.1.5.5\"\nchecksum = \"{digest}\"\n"
        );
        let packages = cargo_lock(&text).unwrap();
        let (purl, package) = packages.first().unwrap();
        assert_eq!(packages.len(), 1, "a folder of the build has no checksum");
        assert_eq!(purl, "pkg:cargo/zstd-sys@2.0.9%2Bzstd.1.5.5");
        assert_eq!(package.files.keys().next().unwrap(), "zstd-sys-2.0.9+zstd.1.5.5.crate");
    }

    #[test]
    fn hostile_names_in_a_lock_are_refused() {
        let digest = "a".repeat(64);
        for name in ["../x", "a/b", "", "a\\u0000"] {
            let text = format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nchecksum = \"{digest}\"\n");
            assert!(cargo_lock(&text).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,400}") {
            let _ = cargo_lock(&text);
        }
    }
}
