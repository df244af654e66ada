//! A container image: an archive that `docker save` or a tool of OCI wrote, or
//! an OCI layout in a folder.
//!
//! Its layers are laid over each other in memory; only files that may be
//! inventories are kept, and nothing is unpacked to the disk.

mod blobs;
mod layer;
mod manifest;

use std::collections::BTreeMap;
use std::path::Path;

use assay_inventory::os_release;

use crate::find::{self, Outcome};
use crate::place::{self, Kind};
use crate::{Options, WalkError, Walked, read};
use blobs::Blobs;
use layer::Tree;

/// Whether a path is a container image: a folder with an OCI layout, or an archive that has an image's own files.
pub fn is_image(path: &Path) -> bool {
    if path.is_dir() {
        return path.join("oci-layout").is_file() && path.join("index.json").is_file();
    }
    Blobs::archive(path).is_ok_and(|blobs| blobs.has("manifest.json") || blobs.has("oci-layout"))
}

/// The inventories of an image's file system as it is after its last layer.
///
/// # Errors
///
/// If it cannot be read, is no image, or is larger than any real one.
pub fn image(path: &Path, options: &Options) -> Result<Walked, WalkError> {
    let shown = path.display().to_string();
    let blobs = if path.is_dir() { Blobs::layout(path) } else { Blobs::archive(path)? };
    let broken = |why: String| WalkError::Broken { path: shown.clone(), why };
    let images = manifest::images(&blobs).map_err(broken)?;
    let mut walked = Walked::default();
    let several = images.chosen.len() > 1;
    for image in &images.chosen {
        let mut tree = Tree::default();
        for (n, layer) in image.layers.iter().enumerate() {
            tree.lay(&blobs, layer)
                .map_err(|why| broken(format!("layer {} of {}: {why}", n + 1, image.layers.len())))?;
        }
        let name = |path: &str| match (&image.name, several) {
            (Some(image), true) => format!("{shown}: {image}: {path}"),
            _ => format!("{shown}: {path}"),
        };
        let found = inventories(&tree, options, &name);
        walked.inventories.extend(found.inventories);
        walked.refused.extend(found.refused);
        walked.passed.extend(found.passed);
        walked.seen += found.seen;
    }
    walked.passed.extend(images.passed);
    Ok(walked)
}

/// Reads what was kept of an image.
fn inventories(tree: &Tree, options: &Options, name: &dyn Fn(&str) -> String) -> Walked {
    let kept: Vec<(&String, &Vec<u8>, Kind, String)> = tree
        .kept
        .iter()
        .filter_map(|(path, bytes)| {
            let kind = place::kind(path).filter(|kind| *kind != Kind::OsRelease)?;
            Some((path, bytes, kind, name(path)))
        })
        .collect();
    let outcomes = find::each(&kept, |(path, bytes, kind, name)| {
        let distribution = options.distribution.clone().or_else(|| distribution(tree, path));
        read::file(name.clone(), path, *kind, bytes, distribution.as_ref())
    });
    let mut outcomes: Vec<Outcome> = read::joined(outcomes);
    outcomes.extend(
        tree.refused.iter().map(|(path, why)| Outcome::Refused(crate::Refused { path: name(path), why: why.clone() })),
    );
    find::walked(outcomes, tree.passed.clone(), tree.seen)
}

/// The distribution of the system that a list lies in.
fn distribution(tree: &Tree, path: &str) -> Option<assay_inventory::ecosystem::Ecosystem> {
    let system = place::root(path)?;
    place::OS_RELEASE
        .iter()
        .filter_map(|place| tree.kept.get(&format!("{system}{place}")))
        .find_map(|bytes| os_release::distribution(bytes))
}

/// Something of an image, counted: what was passed over.
type Counts = BTreeMap<String, usize>;
