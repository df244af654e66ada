//! A file that a manifest names: of which package, under which name, with which digest.

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{Arm, DepPackage, Manifest, Source};

use super::Cache;

/// A file that a bundle needs from a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// The package URL, as the manifest writes it.
    pub purl: String,
    /// The file's name in the registry.
    pub name: String,
    /// Its digest: the only thing by which it is recognised.
    pub sha256: Sha256,
}

/// All files that a manifest names, of both arms and of their dependencies;
/// sorted, each once.
#[must_use]
pub fn wanted(manifest: &Manifest) -> Vec<Wanted> {
    let mut all = BTreeSet::new();
    let mut add = |purl: &str, files: &BTreeMap<String, Sha256>| {
        all.extend(files.iter().map(|(name, sha256)| Wanted {
            purl: purl.to_owned(),
            name: name.clone(),
            sha256: *sha256,
        }));
    };
    let mut add_deps = |deps: &BTreeMap<String, DepPackage>| {
        for (purl, dep) in deps {
            add(purl, &dep.files);
        }
    };
    add_deps(&manifest.deps.packages);
    let arms: Vec<&Arm> =
        [Some(&manifest.arms.vulnerable), manifest.arms.fixed.as_ref()].into_iter().flatten().collect();
    for arm in &arms {
        add_deps(&arm.deps);
    }
    for arm in &arms {
        if let Source::Package { package, files } = &arm.source {
            add(package, files);
        }
    }
    all.into_iter().collect()
}

/// Those files of a manifest that are not in the cache: with any of them, `prove`
/// can only say `not-run`.
#[must_use]
pub fn missing(manifest: &Manifest, cache: &Cache) -> Vec<Wanted> {
    let mut files = wanted(manifest);
    files.retain(|file| cache.get(&file.sha256).is_none());
    files
}
