//! The fix that a bundle itself brings, as a patch against its vulnerable version.

use std::fs;
use std::path::Path;

use assay_bundle::manifest::{ArmName, Manifest, Source};

use crate::cross;
use crate::load::LoadedBundle;
use crate::patch::MAX_PATCH;
use crate::pipeline::{ProveError, Prover, disk};
use crate::source::Preparer;
use crate::work::Work;

/// The bundle's own fix: its patch, or the one that its vulnerable version was made by taking back.
/// None where it is neither, or cannot be had here: the reason.
///
/// # Errors
///
/// The proof's folder cannot be written.
pub fn own_patch(
    prover: &Prover<'_>,
    bundle: &LoadedBundle,
    manifest: &Manifest,
) -> Result<Result<Vec<u8>, String>, ProveError> {
    if let Some(patch) = cross::patch_of(bundle, manifest) {
        return Ok(Ok(patch.to_vec()));
    }
    let Source::Reversed { base: ArmName::Fixed, reverse } = &manifest.arms.vulnerable.source else {
        return Ok(Err("the bundle's own fix is no patch against the vulnerable version".into()));
    };
    let sandbox = match prover.sandbox {
        Ok(sandbox) => sandbox,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let work = Work::new(prover.cache.root()).map_err(disk("the proof's folder"))?;
    let prepared = Preparer { sandbox, cache: prover.cache, bundle, work: &work }.arms(manifest);
    let folder = match prepared.get(&ArmName::Fixed) {
        Some(Ok(prepared)) => &prepared.folder,
        Some(Err(error)) => return Ok(Err(error.to_string())),
        None => return Ok(Err("the bundle has no fixed version".into())),
    };
    Ok(read(folder, reverse.as_str()).ok_or_else(|| format!("the fixed version has no plain file `{reverse}`")))
}

/// A plain file below a folder, with no link on the way: what lies there is a stranger's.
fn read(folder: &Path, relative: &str) -> Option<Vec<u8>> {
    let mut path = folder.to_owned();
    for part in relative.split('/') {
        path.push(part);
        if fs::symlink_metadata(&path).ok()?.is_symlink() {
            return None;
        }
    }
    let meta = fs::metadata(&path).ok()?;
    (meta.is_file() && meta.len() <= MAX_PATCH as u64).then(|| fs::read(&path).ok()).flatten()
}
