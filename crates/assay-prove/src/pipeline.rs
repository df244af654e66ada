//! From a bundle to a proof: prepare, build, test the oracle, run, rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use assay_bundle::digest::Sha256;
use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::identity;
use assay_bundle::manifest::{ArmName, Build, DepPackage, InputContent, Manifest};
use assay_bundle::path::BundlePath;
use assay_bundle::verdict::Tier;
use assay_sandbox::{Builtin, Sandbox, SandboxError};
use jiff::Timestamp;

use crate::assurance::{self, Facts};
use crate::build::{BuildError, Builder, Job};
use crate::evidence::{ArmState, Evidence, Reach};
use crate::execute::{Built, Executor};
use crate::fetch::Cache;
use crate::layout::SRC_NAME;
use crate::load::LoadedBundle;
use crate::oracle::alive::SignsOfLife;
use crate::oracle::{self};
use crate::proof::{ArmRecord, InputRecord, Proof};
use crate::recipe::{Dependency, PackageName};
use crate::source::{PrepareError, Prepared, Preparer};
use crate::stage::Stage;
use crate::toolchain::Toolchain;
use crate::work::{Work, write_readable};
use crate::{hook, observe, reach, recipe, selftest, source, verdict};

/// All builtins of this crate, to be given to `assay_sandbox::take_over_if_asked`.
pub const BUILTINS: &[(&str, Builtin)] = &[
    (source::BUILTIN, source::builtin),
    (recipe::BUILTIN, recipe::builtin),
    (observe::BUILTIN, observe::builtin),
    (reach::BUILTIN, reach::builtin),
    (selftest::BUILTIN, selftest::builtin),
    (selftest::FIXTURE, selftest::fixture_builtin),
];

/// What happens during a proof, for people who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Sources are being unpacked and patched.
    Preparing,
    /// This arm is being built.
    Building(ArmName),
    /// So many runs are done of so many.
    Running {
        /// Done.
        done: usize,
        /// Of.
        total: usize,
    },
}

/// What a proof needs besides the bundle.
pub struct Prover<'a> {
    /// The engine, or why there is none: then the verdict is `not-run`.
    pub sandbox: Result<&'a dyn Sandbox, &'a SandboxError>,
    /// Where fetched sources lie, and where proofs have their folders.
    pub cache: &'a Cache,
}

/// A proof could not even be begun: the disk, not the bundle, is at fault.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {error}")]
pub struct ProveError {
    what: &'static str,
    error: std::io::Error,
}

fn disk(what: &'static str) -> impl Fn(std::io::Error) -> ProveError {
    move |error| ProveError { what, error }
}

impl Prover<'_> {
    /// Runs a bundle's arms and rules on them.
    ///
    /// # Errors
    ///
    /// The proof's folder cannot be written. Everything else is a verdict.
    pub fn prove(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Proof, ProveError> {
        let started = Timestamp::now();
        let mut record = Record::default();
        let evidence = match self.evidence(bundle, manifest, &mut record, progress)? {
            Ok(evidence) => evidence,
            Err(reason) => Evidence {
                vulnerable: ArmState::Unavailable(reason),
                fixed: manifest.arms.fixed.as_ref().map(|_| ArmState::Unavailable("not begun".into())),
                reach: Reach::Unknown,
                wanted: manifest.repeat.runs,
                runs: Vec::new(),
            },
        };
        let files = file_map(bundle);
        let claimants_parts = assurance::claimants_parts(manifest, record.facts);
        let layers = self.sandbox.ok().map(|sandbox| sandbox.layers().clone());
        Ok(Proof {
            manifest: manifest.clone(),
            bundle_id: identity::bundle_id(&bundle.manifest, &files).map_err(|error| ProveError {
                what: "the bundle's identity",
                error: std::io::Error::other(sentences(&error)),
            })?,
            claim_id: identity::claim_id(&bundle.manifest, &files).map_err(|error| ProveError {
                what: "the claim's identity",
                error: std::io::Error::other(sentences(&error)),
            })?,
            ruling: verdict::decide(manifest, &evidence),
            assurance: assurance::compute(manifest, record.facts),
            claimants_parts,
            // Limits of memory and processes are not cgroups' in this version.
            tier: layers.is_some().then_some(Tier::P),
            layers,
            evidence,
            arms: record.arms,
            tools: record.tools,
            inputs: inputs(bundle, manifest),
            started,
            finished: Timestamp::now(),
        })
    }

    /// The evidence, or one sentence why nothing could be run.
    fn evidence(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        record: &mut Record,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Result<Evidence, String>, ProveError> {
        let sandbox = match self.sandbox {
            Ok(sandbox) => sandbox,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let oracle = match oracle::from_manifest(manifest) {
            Ok(oracle) => oracle,
            Err(unsupported) => return Ok(Err(unsupported.to_string())),
        };
        let alive = match SignsOfLife::new(&manifest.harness.alive) {
            Ok(alive) => alive,
            Err(unsupported) => return Ok(Err(unsupported.to_string())),
        };
        if let Some(reason) = unsupported_harness(manifest) {
            return Ok(Err(reason));
        }
        let toolchain = match Toolchain::find(&manifest.toolchain) {
            Ok(toolchain) => toolchain,
            Err(errors) => return Ok(Err(sentences(&errors))),
        };
        record.tools.clone_from(&toolchain.tools);
        let work = Work::new(self.cache.root()).map_err(disk("the proof's folder"))?;
        let stage = Stage::write(&work, bundle, manifest).map_err(disk("the staged bundle"))?;
        let hooks = work.folder("hooks").map_err(disk("the hooks"))?;
        for (name, content) in hook::FILES {
            write_readable(&hooks, name, content.as_bytes(), false).map_err(disk("the hooks"))?;
        }

        progress(Progress::Preparing);
        let preparer = Preparer { sandbox, cache: self.cache, bundle, work: &work };
        let prepared = preparer.arms(manifest);
        record.facts = facts(manifest, bundle, &prepared);
        let builder = Builder { sandbox, manifest, toolchain: &toolchain, bundle: &stage.build };
        let mut states = BTreeMap::new();
        let mut arms = BTreeMap::new();
        for (name, prepared) in &prepared {
            progress(Progress::Building(*name));
            let begun = Instant::now();
            let built = match prepared {
                Ok(prepared) => self.build(&preparer, &builder, bundle, *name, prepared),
                Err(error) => Err(state_of(error)),
            };
            let folder_digest = |folder: &Path| digest_of(folder).ok();
            record.arms.push(ArmRecord {
                name: *name,
                source: prepared.as_ref().ok().and_then(|prepared| folder_digest(&prepared.folder)),
                artifacts: built.as_ref().ok().and_then(|built: &Built| folder_digest(built.outs.values().next()?)),
                build: begun.elapsed(),
            });
            match built {
                Ok(built) => {
                    arms.insert(*name, built);
                    states.insert(*name, ArmState::Built);
                }
                Err(state) => {
                    states.insert(*name, state);
                }
            }
        }

        let executor = Executor {
            sandbox,
            manifest,
            oracle: &*oracle,
            alive: &alive,
            toolchain: &toolchain,
            bundle: &stage.run,
            arms: &arms,
            hooks: &hooks,
            work: work.path(),
        };
        for (name, built) in &arms {
            if let Err(reason) = selftest::self_test(&executor, built) {
                states.insert(*name, ArmState::OracleBroken(reason));
            }
        }
        // An arm that cannot be used makes every run of the other one idle: the verdict is settled.
        let vulnerable_works = states.get(&ArmName::Vulnerable) == Some(&ArmState::Built);
        let runs = if vulnerable_works { executor.all(&|done, total| progress(Progress::Running { done, total })) } else { Vec::new() };
        let reach = match (prepared.get(&ArmName::Vulnerable), prepared.get(&ArmName::Fixed), arms.get(&ArmName::Fixed)) {
            (Some(Ok(vulnerable)), Some(Ok(fixed)), Some(built)) if vulnerable_works => {
                reach::check(&executor, vulnerable, fixed, built)
            }
            _ => Reach::Unknown,
        };
        let state = |name: ArmName| states.get(&name).cloned();
        Ok(Ok(Evidence {
            vulnerable: state(ArmName::Vulnerable).unwrap_or_else(|| ArmState::Unavailable("not prepared".into())),
            fixed: state(ArmName::Fixed),
            reach,
            wanted: manifest.repeat.runs,
            runs,
        }))
    }

    fn build(
        &self,
        preparer: &Preparer<'_>,
        builder: &Builder<'_>,
        bundle: &LoadedBundle,
        name: ArmName,
        prepared: &Prepared,
    ) -> Result<Built, ArmState> {
        let unavailable = |error: std::io::Error| ArmState::Unavailable(format!("the proof's folder: {error}"));
        let manifest = builder.manifest;
        let deps_folder = preparer.work.folder(&format!("deps/{name}")).map_err(unavailable)?;
        let mut deps = Vec::new();
        for (purl, package) in dependencies(manifest, name) {
            let dependency = dependency_of(&purl, &package);
            let into = deps_folder.join(&dependency.folder);
            fs::create_dir(&into).map_err(unavailable)?;
            preparer.dependency(&purl, &package.files, &into).map_err(|error| state_of(&error))?;
            deps.push(dependency);
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
        let mut outs = BTreeMap::new();
        let mut one = |key: &str, program: Option<(&_, &Path)>| -> Result<(), ArmState> {
            let out = preparer.work.folder(&format!("out/{name}/{}", outs.len())).map_err(unavailable)?;
            if let Some(build) = &manifest.build {
                let job = Job { source: &prepared.folder, deps: &deps, deps_folder: &deps_folder, program, out: &out };
                builder.build(build, &job).map_err(|error| state_of_build(build, error))?;
            }
            outs.insert(key.to_owned(), out);
            Ok(())
        };
        if programs.is_empty() {
            one("", None)?;
        }
        for path in programs {
            let file = bundle
                .file(path)
                .ok_or_else(|| ArmState::BuildFailed(format!("the bundle has no program `{path}`")))?;
            let host = preparer.work.path().join(format!("program-{name}-{}", Sha256::of(path.as_str().as_bytes()).to_hex()));
            fs::write(&host, &file.content).map_err(unavailable)?;
            one(path.as_str(), Some((path, &host)))?;
        }
        Ok(Built { source: prepared.folder.clone(), deps: deps_folder, outs })
    }
}

#[derive(Default)]
struct Record {
    facts: Facts,
    arms: Vec<ArmRecord>,
    tools: Vec<crate::toolchain::Tool>,
}

fn unsupported_harness(manifest: &Manifest) -> Option<String> {
    use assay_bundle::manifest::HarnessKind;
    let kind = match manifest.harness.kind {
        HarnessKind::Server => "server",
        HarnessKind::Driver => "driver",
        HarnessKind::File | HarnessKind::Stdin | HarnessKind::Args | HarnessKind::Program => return None,
    };
    Some(format!("the harness kind `{kind}` is not run by this version of Assay; it runs file, stdin, args and program"))
}

fn sentences<T: ToString>(errors: &[T]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn state_of(error: &PrepareError) -> ArmState {
    match error {
        PrepareError::Unavailable(reason) => ArmState::Unavailable(reason.clone()),
        PrepareError::Failed(reason) => ArmState::BuildFailed(reason.clone()),
    }
}

fn state_of_build(build: &Build, error: BuildError) -> ArmState {
    match error {
        BuildError::Unavailable(error) => ArmState::Unavailable(error.to_string()),
        // A limit that the claimant set himself is his; the runner's own says nothing about the bundle.
        BuildError::Limit(what) if build.limits.cpu.is_none() && build.limits.memory.is_none() => {
            ArmState::Unavailable(format!("the build was ended by this runner's limit: {what}"))
        }
        BuildError::Limit(what) => ArmState::BuildFailed(format!("the build was ended by its own limit: {what}")),
        BuildError::Failed(log) => ArmState::BuildFailed(log),
    }
}

/// The dependencies of an arm: the table's, with the arm's own in place of those of the same name.
fn dependencies(manifest: &Manifest, name: ArmName) -> BTreeMap<String, DepPackage> {
    let own = manifest.arms.get(name).map(|arm| arm.deps.clone()).unwrap_or_default();
    let replaced: BTreeSet<String> = own.keys().map(|purl| PackageName::of(purl).name).collect();
    let common = manifest.deps.packages.iter();
    common
        .filter(|(purl, _)| !replaced.contains(&PackageName::of(purl).name))
        .map(|(purl, package)| (purl.clone(), package.clone()))
        .chain(own.clone())
        .collect()
}

fn dependency_of(purl: &str, package: &DepPackage) -> Dependency {
    let name = PackageName::of(purl);
    let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c), "_");
    Dependency {
        purl: purl.to_owned(),
        folder: format!("{}-{}", plain(&name.name), plain(&name.version)),
        at: package.at.clone(),
        sha256: package.files.values().next().map(Sha256::to_hex).unwrap_or_default(),
    }
}

/// Whether the harness is the project's own: each of its files has the digest of
/// a file in a source as it was fetched, before any patch.
fn facts(
    manifest: &Manifest,
    bundle: &LoadedBundle,
    prepared: &BTreeMap<ArmName, Result<Prepared, PrepareError>>,
) -> Facts {
    let arms: Vec<&Prepared> = prepared.values().filter_map(|arm| arm.as_ref().ok()).collect();
    let all_fetched = !arms.is_empty() && arms.len() == prepared.len() && arms.iter().all(|arm| arm.from_registry);
    if !all_fetched || manifest.harness.files.is_empty() {
        return Facts::default();
    }
    let fetched: Vec<&Prepared> = arms.iter().copied().filter(|arm| arm.changed.is_empty()).collect();
    let known: BTreeSet<Sha256> = fetched.iter().flat_map(|arm| digests(&arm.folder)).collect();
    // What a patch of the bundle made of a file is not the project's: every arm's copy counts.
    let project_file = |path: &str| {
        let relative = path.strip_prefix("src/").unwrap_or(path);
        arms.iter().all(|arm| {
            fs::read(arm.folder.join(relative)).is_ok_and(|bytes| known.contains(&Sha256::of(&bytes)))
        })
    };
    let bundle_source = |path: &BundlePath| bundle.file(path).is_some_and(|file| known.contains(&Sha256::of(&file.content)));
    let sources = manifest.build.iter().flat_map(|build| &build.sources);
    let own_sources = sources.filter(|path| path.first_segment() != SRC_NAME).all(bundle_source);
    let harness = manifest.harness.files.iter().all(|file| project_file(file.as_str()));
    Facts { harness_in_source: own_sources && harness, ..Facts::default() }
}

fn digests(folder: &Path) -> Vec<Sha256> {
    let mut files = Vec::new();
    let _ = walk(folder, &mut PathBuf::new(), &mut |path, kind| {
        if kind.is_file() {
            files.push(Sha256::of(&fs::read(folder.join(path))?));
        }
        Ok(())
    });
    files
}

fn inputs(bundle: &LoadedBundle, manifest: &Manifest) -> Vec<InputRecord> {
    let all = manifest.inputs.trigger.iter().chain(&manifest.inputs.benign);
    all.map(|input| match &input.content {
        InputContent::Path(path) | InputContent::Program(path) => InputRecord {
            name: path.as_str().to_owned(),
            sha256: Sha256::of(bundle.file(path).map_or(&[], |file| &file.content)),
        },
        InputContent::Args(arguments) => InputRecord {
            name: arguments.join(" "),
            sha256: Sha256::of(arguments.iter().flat_map(|a| a.bytes().chain([0])).collect::<Vec<u8>>().as_slice()),
        },
    })
    .collect()
}

/// The identity's view of a bundle's files.
#[must_use]
pub fn file_map(bundle: &LoadedBundle) -> FileMap {
    bundle
        .files
        .iter()
        .map(|file| (file.path.clone(), FileEntry::of(&file.content, file.executable)))
        .collect()
}

/// One digest over a folder's files: their sorted paths and digests.
fn digest_of(folder: &Path) -> std::io::Result<Sha256> {
    let mut lines = Vec::new();
    walk(folder, &mut PathBuf::new(), &mut |path, kind| {
        let name = path.to_string_lossy().escape_default().to_string();
        if kind.is_file() {
            lines.push(format!("{} {name}\n", Sha256::of(&fs::read(folder.join(path))?).to_hex()));
        } else if kind.is_symlink() {
            let target = fs::read_link(folder.join(path))?;
            lines.push(format!("link {} {name}\n", target.to_string_lossy().escape_default()));
        }
        Ok(())
    })?;
    lines.sort();
    Ok(Sha256::of(lines.concat().as_bytes()))
}

/// Visits what lies below a folder of the runner's own, following no link.
fn walk(
    root: &Path,
    relative: &mut PathBuf,
    visit: &mut dyn FnMut(&Path, fs::FileType) -> std::io::Result<()>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(root.join(&*relative))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        relative.push(entry.file_name());
        visit(relative, kind)?;
        if kind.is_dir() {
            walk(root, relative, visit)?;
        }
        relative.pop();
    }
    Ok(())
}
