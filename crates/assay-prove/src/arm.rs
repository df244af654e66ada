//! One arm, from its prepared source to what was built of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, InputContent};
use assay_bundle::path::BundlePath;

use crate::build::{BuildError, Builder, Job};
use crate::deps;
use crate::diagnostic;
use crate::evidence::ArmState;
use crate::execute::Built;
use crate::reach;
use crate::source::{PrepareError, Prepared, Preparer};

/// Builds one prepared arm, once for each of its programs.
///
/// # Errors
///
/// What is known of the arm instead.
pub(crate) fn build(
    preparer: &Preparer<'_>,
    builder: &Builder<'_>,
    name: ArmName,
    prepared: &Prepared,
) -> Result<Built, ArmState> {
    let unavailable = |error: std::io::Error| ArmState::Unavailable(format!("the proof's folder: {error}"));
    let manifest = builder.manifest;
    let deps_folder = preparer.work.folder(&format!("deps/{name}")).map_err(unavailable)?;
    let mut unpacked = Vec::new();
    for (purl, package) in deps::of_arm(manifest, name) {
        let dependency = deps::describe(&purl, &package);
        let into = deps_folder.join(&dependency.folder);
        fs::create_dir(&into).map_err(unavailable)?;
        preparer.dependency(&purl, &package.files, &into).map_err(|error| state_of(&error))?;
        unpacked.push(dependency);
    }
    let programs: BTreeSet<_> = manifest
        .inputs
        .trigger
        .iter()
        .chain(&manifest.inputs.benign)
        .filter_map(|input| match &input.content {
            InputContent::Program(path) => Some(path),
            _ => None,
        })
        .collect();
    let triggers: BTreeSet<&BundlePath> = manifest
        .inputs
        .trigger
        .iter()
        .filter_map(|input| match &input.content {
            InputContent::Program(path) => Some(path),
            _ => None,
        })
        .collect();
    // The reach check runs the fixed version, and only a patch says what changed.
    let recorder = name == ArmName::Fixed && reach::has_patch(manifest);
    let refusal = manifest.arms.fixed.as_ref().and_then(|arm| arm.refusal.as_ref());
    let mut outs = BTreeMap::new();
    let mut refused = BTreeMap::new();
    let mut one = |key: &str, program: Option<(&_, &Path)>| -> Result<(), ArmState> {
        let number = outs.len() + refused.len();
        let out = preparer.work.folder(&format!("out/{name}/{number}")).map_err(unavailable)?;
        if let Some(build) = &manifest.build {
            let job = Job {
                source: &prepared.folder,
                deps: &unpacked,
                deps_folder: &deps_folder,
                program,
                recorder,
                out: &out,
            };
            match (builder.build(build, &job), refusal, program) {
                (Ok(()), _, _) => {}
                // A version that refuses a benign program is no control.
                (Err(BuildError::Refused(errors)), Some(declared), Some((path, _))) if triggers.contains(path) => {
                    let what = diagnostic::refusal(declared, path, &errors).map_err(ArmState::BuildFailed)?;
                    refused.insert(key.to_owned(), what);
                    return Ok(());
                }
                (Err(error), _, _) => return Err(state_of_build(&error)),
            }
        }
        outs.insert(key.to_owned(), out);
        Ok(())
    };
    if programs.is_empty() {
        one("", None)?;
    }
    for path in programs {
        let file = preparer
            .bundle
            .file(path)
            .ok_or_else(|| ArmState::BuildFailed(format!("the bundle has no program `{path}`")))?;
        let host =
            preparer.work.path().join(format!("program-{name}-{}", Sha256::of(path.as_str().as_bytes()).to_hex()));
        fs::write(&host, &file.content).map_err(unavailable)?;
        one(path.as_str(), Some((path, &host)))?;
    }
    Ok(Built { source: prepared.folder.clone(), deps: deps_folder, outs, refused })
}

/// What a source that could not be prepared makes of its arm.
pub(crate) fn state_of(error: &PrepareError) -> ArmState {
    match error {
        PrepareError::Unavailable(reason) => ArmState::Unavailable(reason.clone()),
        PrepareError::Failed(reason) => ArmState::BuildFailed(reason.clone()),
    }
}

fn state_of_build(error: &BuildError) -> ArmState {
    match error {
        BuildError::Unavailable(_) | BuildError::RunnersLimit(_) => ArmState::Unavailable(error.to_string()),
        BuildError::OwnLimit(_) | BuildError::Refused(_) | BuildError::Failed(_) => {
            ArmState::BuildFailed(error.to_string())
        }
    }
}
