//! Where the suite works: a folder of its own with the program under test, a home, a cache and a place for
//! temporary files, so that whatever appears beside them is seen.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The places of one run of the suite.
#[derive(Debug, Clone)]
pub struct Bench {
    /// All of it.
    pub root: PathBuf,
    /// The program under test. A copy under a name of its own, so that its processes can be told from others.
    pub assay: PathBuf,
    /// The stored bundles.
    pub bundles: PathBuf,
    /// What no program may see.
    pub secret: String,
}

/// Names the program to a second run, which cannot read the place where it was built.
pub const ASSAY: &str = "ASSAY_HOSTILE_ASSAY";
/// Names the stored bundles to a second run.
pub const BUNDLES: &str = "ASSAY_HOSTILE_BUNDLES";
/// The secret in the runner's environment.
pub const SECRET: &str = "ASSAY_HOST_CANARY";

impl Bench {
    /// For a list of names only.
    pub fn nowhere() -> Self {
        let bundles = std::env::var_os(BUNDLES).map_or_else(stored, PathBuf::from);
        Self { root: PathBuf::new(), assay: PathBuf::new(), bundles, secret: String::new() }
    }

    /// Makes the places.
    pub fn set_up() -> Self {
        let root = tempfile::Builder::new().prefix("assay-hostile-").tempdir().unwrap().keep();
        // The sandbox's user, who owns nothing, must come through.
        open(&root);
        for folder in ["home", "tmp", "cache", "work"] {
            fs::create_dir(root.join(folder)).unwrap();
            open(&root.join(folder));
        }
        let program = std::env::var_os(ASSAY).map_or_else(|| env!("CARGO_BIN_EXE_assay").into(), PathBuf::from);
        let assay = root.join("assay");
        fs::copy(program, &assay).unwrap();
        let secret = format!("secret-{:x}-{:x}", std::process::id(), jiff::Timestamp::now().as_nanosecond());
        Self { assay, secret, root, ..Self::nowhere() }
    }

    /// The runner's cache.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// A fresh folder for what a test makes.
    pub fn fresh(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir_in(self.root.join("work")).unwrap();
        open(folder.path());
        folder
    }

    /// Removes all of it.
    pub fn tear_down(&self) {
        fs::remove_dir_all(&self.root).unwrap();
    }
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

/// Lets everybody read it.
pub fn open(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Copies a folder, leaving out the files of these names at its root.
pub fn copy_folder(from: &Path, to: &Path, without: &[&str]) {
    fs::create_dir_all(to).unwrap();
    open(to);
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if without.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target, &[]);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
