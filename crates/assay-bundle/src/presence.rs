//! Whether a bundle brings the files that its manifest names.

use crate::files::FileMap;
use crate::manifest::{ArmName, InputContent, Manifest, Problem, Source};
use crate::path::BundlePath;

/// Files that the manifest names and the bundle does not bring, and files that
/// lie where the arm's source appears.
#[must_use]
pub fn check(manifest: &Manifest, files: &FileMap) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, path) in named(manifest) {
        if !files.has(path) {
            let message = format!("the bundle has no `{path}`");
            problems.push(
                Problem::new("missing-file", place, None, message)
                    .help("add the file to the bundle, or correct its name"),
            );
        }
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.first_segment() == "src") {
        let message = format!("`{path}` lies in `src`, where the arm's source appears");
        problems.push(
            Problem::new("reserved-path", "", None, message)
                .help("keep the bundle's own files elsewhere, for instance under `poc/` or `target/`"),
        );
    }
    problems
}

/// Every path of the bundle that the manifest names, with the key that names it.
fn named(manifest: &Manifest) -> Vec<(String, &BundlePath)> {
    let mut out = Vec::new();
    for arm in [ArmName::Vulnerable, ArmName::Fixed] {
        match manifest.arms.get(arm).map(|arm| &arm.source) {
            Some(Source::Path { path }) => out.push((format!("arms.{arm}.source.path"), path)),
            Some(Source::Patched { patch, .. }) => {
                out.push((format!("arms.{arm}.source.patch"), patch));
            }
            // The patch of a reversal lies in the source, which is not here yet.
            Some(Source::Package { .. } | Source::Reversed { .. }) | None => {}
        }
    }
    if let Some(lock) = &manifest.deps.lock {
        out.push(("deps.lock".to_owned(), lock));
    }
    let sources = manifest.build.iter().flat_map(|build| &build.sources);
    for (index, path) in sources.enumerate() {
        if path.first_segment() != "src" {
            out.push((format!("build.sources[{index}]"), path));
        }
    }
    for (role, inputs) in [("trigger", &manifest.inputs.trigger), ("benign", &manifest.inputs.benign)] {
        for (index, input) in inputs.iter().enumerate() {
            match &input.content {
                InputContent::Path(path) => {
                    out.push((format!("inputs.{role}[{index}].path"), path));
                }
                InputContent::Program(path) => {
                    out.push((format!("inputs.{role}[{index}].program"), path));
                }
                InputContent::Args(_) => {}
            }
        }
    }
    out
}
