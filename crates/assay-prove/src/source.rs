//! Prepares each arm's files: unpacked, patched, given one modification time.
//! Archives and patches are hostile, so all of it runs inside the sandbox; what
//! comes out is kept as plain files in the proof's own folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Manifest, Source};
use assay_sandbox::{Collect, End, Into as Destination, Mount, RunLimits, Sandbox, SandboxError, Spec, Task};
use serde::{Deserialize, Serialize};

use crate::fetch::Cache;
use crate::layout::{ARCHIVES, PATCH};
use crate::load::LoadedBundle;
use crate::patch::{self, Direction};
use crate::unpack::{self, Limits};
use crate::work::Work;

/// The builtin that unpacks and patches.
pub const BUILTIN: &str = "assay-prove/prepare";

/// Where an arm's files are put together inside the sandbox.
const DEST: &str = "/prepared";

/// Bytes of one unpacked source.
const MAX_SOURCE: u64 = 1 << 30;
/// Files, folders and links of one unpacked source.
const MAX_ENTRIES: u64 = 200_000;

/// One arm's files, ready to be built.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The folder on the host, made by the runner.
    pub folder: PathBuf,
    /// Files that a patch of this arm changed, with the lines as they are now.
    pub changed: Vec<ChangedLines>,
    /// Whether its files, but for the patch, were brought by the registry's own
    /// client; what came from a folder may be anyone's, whatever package it is said to be.
    pub from_registry: bool,
}

/// Lines that a patch changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedLines {
    /// Relative to the source's root.
    pub path: String,
    /// First line and number of lines, in the arm that the patch made.
    pub new: Vec<(u32, u32)>,
    /// The same in the arm it was made from.
    pub old: Vec<(u32, u32)>,
}

/// Why an arm could not be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// Nothing is wrong with it, but it cannot be had here: `not-run`.
    #[error("{0}")]
    Unavailable(String),
    /// It is wrong: an archive that cannot be unpacked, a patch that does not apply.
    #[error("{0}")]
    Failed(String),
}

impl From<SandboxError> for PrepareError {
    fn from(error: SandboxError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn disk(error: std::io::Error) -> PrepareError {
    PrepareError::Unavailable(format!("the proof's folder cannot be written: {error}"))
}

/// What the builtin is asked to do, in order.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    unpack: Option<Unpack>,
    patch: Option<PatchRequest>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Unpack {
    /// One archive.
    Archive { name: String, strip: bool },
    /// A Debian source package by its `.dsc`.
    Debian { dsc: String },
}

#[derive(Debug, Serialize, Deserialize)]
struct PatchRequest {
    /// A path in the tree, or none for the bundle's patch at [`PATCH`].
    in_tree: Option<String>,
    reverse: bool,
}

#[derive(Debug, Serialize, Deserialize, Default)]
struct Answer {
    changed: Vec<ChangedLines>,
}

/// Everything that preparing needs.
pub struct Preparer<'a> {
    /// Runs the hostile part.
    pub sandbox: &'a dyn Sandbox,
    /// Where fetched files lie.
    pub cache: &'a Cache,
    /// The bundle, in memory.
    pub bundle: &'a LoadedBundle,
    /// The proof's folder.
    pub work: &'a Work,
}

impl Preparer<'_> {
    /// Prepares all declared arms. An arm whose base failed fails for the same reason.
    #[must_use]
    pub fn arms(&self, manifest: &Manifest) -> BTreeMap<ArmName, Result<Prepared, PrepareError>> {
        let mut done: BTreeMap<ArmName, Result<Prepared, PrepareError>> = BTreeMap::new();
        // A base is always the other arm, and never both ways: two passes are enough.
        for derived in [false, true] {
            for name in [ArmName::Vulnerable, ArmName::Fixed] {
                let Some(arm) = manifest.arms.get(name) else { continue };
                let is_derived = matches!(arm.source, Source::Patched { .. } | Source::Reversed { .. });
                if is_derived == derived {
                    let result = self.arm(name, &arm.source, &done);
                    done.insert(name, result);
                }
            }
        }
        done
    }

    fn arm(
        &self,
        name: ArmName,
        source: &Source,
        done: &BTreeMap<ArmName, Result<Prepared, PrepareError>>,
    ) -> Result<Prepared, PrepareError> {
        let folder = self.work.folder(&format!("source/{name}")).map_err(disk)?;
        let base = |base: &ArmName| match done.get(base) {
            Some(Ok(prepared)) => Ok(prepared.clone()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(PrepareError::Failed(format!("the arm `{base}` it is made from is not declared"))),
        };
        match source {
            Source::Path { path } => {
                self.copy_bundle_folder(path.as_str(), &folder)?;
                one_time(&folder)?;
                Ok(Prepared { folder, changed: Vec::new(), from_registry: false })
            }
            Source::Package { package, files } => {
                let (unpack, mounts) = self.archives(package, files)?;
                let mounts = mounts.into_iter().chain([Mount::Scratch { at: DEST.into(), size: MAX_SOURCE }]).collect();
                self.run(&Request { unpack: Some(unpack), patch: None }, mounts, &folder)?;
                let brought = |(name, digest): (&String, &Sha256)| self.cache.from_registry(package, name, digest);
                Ok(Prepared { folder, changed: Vec::new(), from_registry: files.iter().all(brought) })
            }
            Source::Patched { base: of, patch } => {
                let base = base(of)?;
                let file = self
                    .bundle
                    .file(patch)
                    .ok_or_else(|| PrepareError::Failed(format!("the patch `{patch}` is not in the bundle")))?;
                self.apply(name.as_str(), &base, &file.content, &folder)
            }
            Source::Reversed { base: of, reverse } => {
                let base = base(of)?;
                let request = Request {
                    unpack: None,
                    patch: Some(PatchRequest { in_tree: Some(reverse.as_str().to_owned()), reverse: true }),
                };
                let answer = self.run(&request, vec![copy_of(&base.folder)], &folder)?;
                Ok(Prepared { folder, changed: answer.changed, from_registry: base.from_registry })
            }
        }
    }

    /// A prepared arm with a patch that is not the bundle's.
    ///
    /// # Errors
    ///
    /// As for an arm.
    pub fn patched(&self, base: &Prepared, patch: &[u8]) -> Result<Prepared, PrepareError> {
        let folder = self.work.folder("source/patched").map_err(disk)?;
        self.apply("candidate", base, patch, &folder)
    }

    /// Applies a patch to a copy of the base, inside the sandbox.
    fn apply(&self, name: &str, base: &Prepared, patch: &[u8], folder: &Path) -> Result<Prepared, PrepareError> {
        let host = self.work.path().join(format!("patch-{name}"));
        fs::write(&host, patch).map_err(disk)?;
        open_to_all(&host)?;
        let request = Request { unpack: None, patch: Some(PatchRequest { in_tree: None, reverse: false }) };
        let mounts = vec![copy_of(&base.folder), Mount::ReadOnly { host, at: PATCH.into() }];
        let answer = self.run(&request, mounts, folder)?;
        Ok(Prepared { folder: folder.to_owned(), changed: answer.changed, from_registry: base.from_registry })
    }

    /// Unpacks dependencies, each into a folder of its own under `into`.
    ///
    /// # Errors
    ///
    /// As for an arm.
    pub fn dependency(&self, package: &str, files: &BTreeMap<String, Sha256>, into: &Path) -> Result<(), PrepareError> {
        let (unpack, mounts) = self.archives(package, files)?;
        let mounts = mounts.into_iter().chain([Mount::Scratch { at: DEST.into(), size: MAX_SOURCE }]).collect();
        self.run(&Request { unpack: Some(unpack), patch: None }, mounts, into)?;
        Ok(())
    }

    fn archives(&self, package: &str, files: &BTreeMap<String, Sha256>) -> Result<(Unpack, Vec<Mount>), PrepareError> {
        let mut mounts = Vec::new();
        for (name, digest) in files {
            // Hashed anew: the cache may have been written to since (DESIGN section 4, Fetching).
            let blob = self.cache.verified(digest).map_err(|error| PrepareError::Unavailable(error.to_string()))?;
            let blob = blob.ok_or_else(|| {
                PrepareError::Unavailable(format!(
                    "`{name}` of {package} is not in the cache; get it with `assay bundle fetch {}`",
                    self.bundle.origin.display()
                ))
            })?;
            mounts.push(Mount::ReadOnly { host: blob, at: Path::new(ARCHIVES).join(name) });
        }
        let unpack = if let Some(dsc) = files.keys().find(|name| name.ends_with(".dsc")) {
            Unpack::Debian { dsc: dsc.clone() }
        } else {
            let mut names = files.keys();
            let (Some(name), None) = (names.next(), names.next()) else {
                return Err(PrepareError::Failed(format!(
                    "{package}: a package that is no Debian source has exactly one file, here are {}",
                    files.len()
                )));
            };
            // A wheel's layout is its content; elsewhere one folder around everything is only packing.
            Unpack::Archive { name: name.clone(), strip: !name.ends_with(".whl") && !name.ends_with(".jar") }
        };
        Ok((unpack, mounts))
    }

    fn copy_bundle_folder(&self, folder: &str, to: &Path) -> Result<(), PrepareError> {
        let prefix = format!("{folder}/");
        let mut any = false;
        for file in &self.bundle.files {
            if let Some(relative) = file.path.as_str().strip_prefix(&prefix) {
                crate::work::write_readable(to, relative, &file.content, file.executable).map_err(disk)?;
                any = true;
            }
        }
        if any { Ok(()) } else { Err(PrepareError::Failed(format!("the bundle has no files under `{folder}/`"))) }
    }

    /// Runs the builtin and brings its folder out.
    fn run(&self, request: &Request, mounts: Vec<Mount>, folder: &Path) -> Result<Answer, PrepareError> {
        let request =
            serde_json::to_vec(request).map_err(|error| PrepareError::Failed(format!("the request: {error}")))?;
        let fresh = tempfile::tempdir_in(self.work.path()).map_err(disk)?;
        let mut spec = Spec::of(Task::Builtin { name: BUILTIN.into(), request });
        spec.mounts = mounts;
        spec.limits = RunLimits {
            cpu: Duration::from_secs(120),
            wall: Duration::from_secs(900),
            memory: 1 << 30,
            output: 16 << 20,
            pids: 4,
        };
        spec.collect = vec![Collect {
            from: DEST.into(),
            into: Destination::Folder(fresh.path().to_owned()),
            max_bytes: MAX_SOURCE,
            max_entries: MAX_ENTRIES,
        }];
        let finished = self.sandbox.run(&spec)?;
        match finished.end {
            End::Exited(0) => {}
            End::Exited(_) => {
                return Err(PrepareError::Failed(String::from_utf8_lossy(&finished.stderr).trim().to_owned()));
            }
            // These limits are the runner's, so they say nothing about the bundle.
            end => {
                let what = format!("unpacking was ended by this runner's limit: {}", crate::oracle::end_words(&end));
                return Err(PrepareError::Unavailable(what));
            }
        }
        if finished.trees.iter().any(|tree| tree.truncated) {
            return Err(PrepareError::Failed("the unpacked source is larger than its bounds".into()));
        }
        fs::remove_dir_all(folder).map_err(disk)?;
        fs::rename(fresh.keep(), folder).map_err(disk)?;
        open_to_all(folder)?;
        one_time(folder)?;
        serde_json::from_slice(&finished.stdout)
            .map_err(|error| PrepareError::Failed(format!("the answer of unpacking: {error}")))
    }
}

fn copy_of(folder: &Path) -> Mount {
    Mount::Copy { host: folder.to_owned(), at: DEST.into(), size: MAX_SOURCE }
}

/// One modification time for all files, so that no build tool sees an order in them.
fn one_time(folder: &Path) -> Result<(), PrepareError> {
    unpack::set_one_mtime(folder).map_err(|error| PrepareError::Unavailable(error.to_string()))
}

fn open_to_all(path: &Path) -> Result<(), PrepareError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(disk)
}

/// The builtin: inside the sandbox, with hostile archives and patches.
///
/// # Errors
///
/// What the archive or the patch is wrong about.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let request: Request = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let dest = Path::new(DEST);
    let limits = Limits { bytes: MAX_SOURCE, entries: MAX_ENTRIES, ..Limits::default() };
    match &request.unpack {
        Some(Unpack::Archive { name, strip }) => {
            unpack::unpack(&Path::new(ARCHIVES).join(name), dest, &limits).map_err(|error| error.to_string())?;
            if *strip {
                unpack::strip_single_top_folder(dest).map_err(|error| error.to_string())?;
            }
        }
        Some(Unpack::Debian { dsc }) => {
            unpack::unpack_debian_source(Path::new(ARCHIVES), dsc, dest, &limits).map_err(|error| error.to_string())?;
        }
        None => {}
    }
    let mut answer = Answer::default();
    if let Some(wanted) = &request.patch {
        let text = match &wanted.in_tree {
            Some(path) => {
                read_patch(&dest.join(path)).map_err(|error| format!("the source has no patch `{path}`: {error}"))
            }
            None => read_patch(Path::new(PATCH)).map_err(|error| format!("the patch: {error}")),
        }?;
        let direction = if wanted.reverse { Direction::Reverse } else { Direction::Forward };
        let applied = patch::apply(dest, &text, direction).map_err(|error| error.to_string())?;
        answer.changed = applied
            .files
            .iter()
            .map(|file| ChangedLines {
                path: file.path.to_string_lossy().into_owned(),
                new: file.hunks.iter().map(|hunk| (hunk.new_start, hunk.new_len)).collect(),
                old: file.hunks.iter().map(|hunk| (hunk.old_start, hunk.old_len)).collect(),
            })
            .collect();
    }
    serde_json::to_writer(out, &answer).map_err(|error| error.to_string())
}

/// A plain file of bounded size: what stands at that path in a hostile source may be anything.
fn read_patch(path: &Path) -> std::io::Result<Vec<u8>> {
    const LARGEST: u64 = 16 << 20;
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(std::io::Error::other("not a plain file of at most 16 MiB"));
    }
    fs::read(path)
}
