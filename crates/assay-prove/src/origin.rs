//! Whether the harness is the project's own, as the manifest may claim: looked
//! up by digest in the source as it was fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Manifest};

use crate::assurance::Facts;
use crate::brought;
use crate::digest;
use crate::layout::SRC_NAME;
use crate::load::LoadedBundle;
use crate::source::{PrepareError, Prepared};

/// Each file of the harness has the digest of a file in a source as it was
/// fetched, before any patch, in every arm. A file of the bundle that equals one
/// of the project's is no better: what it includes by a path beside it would be
/// found in the bundle, and be the claimant's. For the same reason it is looked
/// at what else the bundle brings (`brought`).
#[must_use]
pub fn facts(
    manifest: &Manifest,
    bundle: &LoadedBundle,
    prepared: &BTreeMap<ArmName, Result<Prepared, PrepareError>>,
) -> Facts {
    let arms: Vec<&Prepared> = prepared.values().filter_map(|arm| arm.as_ref().ok()).collect();
    let all_fetched = arms.len() == prepared.len() && arms.iter().all(|arm| arm.from_registry);
    if !all_fetched || manifest.harness.files.is_empty() {
        return Facts::default();
    }
    let fetched = arms.iter().filter(|arm| arm.changed.is_empty());
    let known: BTreeSet<Sha256> = fetched.flat_map(|arm| digest::of_files(&arm.folder)).collect();
    // What a patch made of a file is not the project's: every arm's copy counts.
    let in_every_arm = |path: &str| {
        let relative = path.strip_prefix("src/").unwrap_or(path);
        arms.iter()
            .all(|arm| fs::read(arm.folder.join(relative)).is_ok_and(|bytes| known.contains(&Sha256::of(&bytes))))
    };
    let mut sources = manifest.build.iter().flat_map(|build| &build.sources);
    let in_source = sources.all(|path| path.first_segment() == SRC_NAME)
        && manifest.harness.files.iter().all(|file| in_every_arm(file.as_str()));
    Facts { harness_in_source: in_source, brought: brought::more_than_data(manifest, bundle), ..Facts::default() }
}
