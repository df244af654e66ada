//! Whether the harness is the project's own, as the manifest may claim: looked
//! up by digest in the source as it was fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, InputContent, Manifest, Source};

use crate::assurance::Facts;
use crate::digest;
use crate::layout::SRC_NAME;
use crate::load::LoadedBundle;
use crate::source::{PrepareError, Prepared};

/// Each file of the harness has the digest of a file in a source as it was
/// fetched, before any patch, in every arm; and the bundle brings nothing that a
/// build or an interpreter could take for code of the project's. A file of the
/// bundle that equals one of the project's is no better: what it includes by a
/// path beside it would be found in the bundle, and be the claimant's.
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
    let brought_along = sources.all(|path| path.first_segment() == SRC_NAME) && brings_only_data(manifest, bundle);
    let harness = manifest.harness.files.iter().all(|file| in_every_arm(file.as_str()));
    Facts { harness_in_source: brought_along && harness, ..Facts::default() }
}

/// Whether the bundle holds inputs, patches of its arms and texts for people, and nothing else. Where an interpreter
/// runs, a file in its working folder may be read as configuration or code, so an input is none of those either.
fn brings_only_data(manifest: &Manifest, bundle: &LoadedBundle) -> bool {
    let inputs = manifest.inputs.trigger.iter().chain(&manifest.inputs.benign);
    let inputs: BTreeSet<&str> = inputs
        .filter_map(|input| match &input.content {
            InputContent::Path(path) => Some(path.as_str()),
            InputContent::Args(_) | InputContent::Program(_) => None,
        })
        .collect();
    let arms = [Some(&manifest.arms.vulnerable), manifest.arms.fixed.as_ref()];
    let patches: BTreeSet<&str> = arms
        .into_iter()
        .flatten()
        .filter_map(|arm| match &arm.source {
            Source::Patched { patch, .. } => Some(patch.as_str()),
            _ => None,
        })
        .collect();
    bundle.files.iter().map(|file| file.path.as_str()).all(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        let code = [".js", ".cjs", ".mjs", ".py", ".pth", ".toml", ".cfg", ".ini", ".h", ".c"]
            .iter()
            .any(|ending| name.ends_with(ending));
        let text = [".md", ".txt", ".dsse.json"].iter().any(|ending| name.ends_with(ending));
        let configures = !path.contains('/') && name.ends_with(".json") && !name.ends_with(".dsse.json");
        !hidden && !configures && ((inputs.contains(path) && !code) || patches.contains(path) || text)
    })
}
