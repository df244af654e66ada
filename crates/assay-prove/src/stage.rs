//! The bundle as the sandbox sees it: one view for builds, without inputs, and
//! one for runs. Copies of what was read, so that nothing changes underneath.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use assay_bundle::manifest::{InputContent, Manifest, Source};
use assay_bundle::path::BundlePath;

use crate::layout::SRC_NAME;
use crate::load::LoadedBundle;
use crate::work::{Work, write_readable};

/// Both views on the host.
#[derive(Debug, Clone)]
pub struct Stage {
    /// For builds: no input can be read, so none can be built in.
    pub build: PathBuf,
    /// For runs: everything but trigger programs.
    pub run: PathBuf,
}

impl Stage {
    /// Writes both views.
    ///
    /// # Errors
    ///
    /// The disk is full, or two paths of the bundle cannot lie beside each other.
    pub fn write(work: &Work, bundle: &LoadedBundle, manifest: &Manifest) -> io::Result<Self> {
        let mut inputs = BTreeSet::new();
        let mut programs = BTreeSet::new();
        for input in manifest.inputs.trigger.iter().chain(&manifest.inputs.benign) {
            match &input.content {
                InputContent::Path(path) => inputs.insert(path),
                InputContent::Program(path) => programs.insert(path),
                InputContent::Args(_) => false,
            };
        }
        let patches = own_patches(bundle, manifest);
        let view = |name: &str, hidden: &dyn Fn(&BundlePath) -> bool| -> io::Result<PathBuf> {
            let folder = work.folder(name)?;
            for file in bundle.files.iter().filter(|file| !hidden(&file.path) && !patches.contains(&file.path)) {
                write_readable(&folder, file.path.as_str(), &file.content, file.executable)?;
            }
            // Empty, so that a build's own program can be mounted over its place.
            for path in &programs {
                write_readable(&folder, path.as_str(), b"", false)?;
            }
            // The arm's source is mounted here.
            let source = folder.join(SRC_NAME);
            fs::create_dir(&source)?;
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&source, fs::Permissions::from_mode(0o755))?;
            Ok(folder)
        };
        Ok(Self {
            build: view("bundle-build", &|path| inputs.contains(path) || programs.contains(path))?,
            run: view("bundle-run", &|path| programs.contains(path))?,
        })
    }
}

/// Patches that make one arm's source and that nothing else of the manifest names.
///
/// They are no part of what is built or run: a version that could see its own fix, or
/// another finder's, would not be the same in every arm (DESIGN section 4, "Where things lie").
#[must_use]
pub fn own_patches(bundle: &LoadedBundle, manifest: &Manifest) -> BTreeSet<BundlePath> {
    let arms = [Some(&manifest.arms.vulnerable), manifest.arms.fixed.as_ref()];
    let patch = |source: &Source| match source {
        Source::Patched { patch, .. } => Some(patch.clone()),
        _ => None,
    };
    let named_once = |patch: &BundlePath| bundle.manifest.matches(patch.as_str()).count() == 1;
    arms.into_iter().flatten().filter_map(|arm| patch(&arm.source)).filter(named_once).collect()
}
