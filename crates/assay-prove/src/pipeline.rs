//! From a bundle to a proof: prepare, build, test the oracle, run, rule.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_bundle::digest::Sha256;
use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::identity;
use assay_bundle::manifest::{ArmName, InputContent, Instrument, Manifest, Source};
use assay_bundle::verdict::Tier;
use assay_sandbox::{Builtin, Sandbox, SandboxError};
use jiff::Timestamp;

use crate::assurance::{self, Facts};
use crate::build::{BuildError, Builder, Job};
use crate::evidence::{ArmState, Evidence, Reach};
use crate::execute::{Built, Executor};
use crate::fetch::Cache;
use crate::load::LoadedBundle;
use crate::oracle::alive::SignsOfLife;
use crate::oracle::{self};
use crate::proof::{ArmRecord, InputRecord, Proof};
use crate::source::{PrepareError, Prepared, Preparer};
use crate::stage::Stage;
use crate::toolchain::Toolchain;
use crate::work::{Work, write_readable};
use crate::{ceiling, deps, digest, hook, instrumentation, observe, origin, reach, recipe, selftest, source, verdict};

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
                fixed: manifest.arms.fixed.as_ref().map(|_| ArmState::Unavailable(reason.clone())),
                vulnerable: ArmState::Unavailable(reason),
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
            running: record.running,
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
        if let Some(reason) = unsupported_harness(manifest).or_else(|| ceiling::exceeded(manifest)) {
            return Ok(Err(reason));
        }
        let mut toolchain = match Toolchain::find(&manifest.toolchain) {
            Ok(toolchain) => toolchain,
            Err(errors) => return Ok(Err(sentences(&errors))),
        };
        toolchain.ask_versions(sandbox);
        record.tools.clone_from(&toolchain.tools);
        let manifest = &match deps::with_lock(manifest, bundle) {
            Ok(filled) => filled,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let work = Work::new(self.cache.root()).map_err(disk("the proof's folder"))?;
        if !work.runs_programs() {
            return Ok(Err(format!(
                "what is built could not be run: `{}` is mounted noexec; set ASSAY_CACHE to a folder that is not",
                self.cache.root().display()
            )));
        }
        let stage = Stage::write(&work, bundle, manifest).map_err(disk("the staged bundle"))?;
        let hooks = work.folder("hooks").map_err(disk("the hooks"))?;
        for (name, content) in hook::FILES {
            write_readable(&hooks, name, content.as_bytes(), false).map_err(disk("the hooks"))?;
        }

        progress(Progress::Preparing);
        let preparer = Preparer { sandbox, cache: self.cache, bundle, work: &work };
        let prepared = preparer.arms(manifest);
        record.facts = origin::facts(manifest, bundle, &prepared);
        let builder =
            Builder { sandbox, manifest, toolchain: &toolchain, bundle: &stage.build, room: Cell::new(ceiling::BUILT) };
        let mut states = BTreeMap::new();
        let mut arms = BTreeMap::new();
        for (name, prepared) in &prepared {
            progress(Progress::Building(*name));
            let begun = Instant::now();
            let built = match prepared {
                Ok(prepared) => self.build(&preparer, &builder, bundle, *name, prepared),
                Err(error) => Err(state_of(error)),
            };
            let folder_digest = |folder: &Path| digest::of_folder(folder).ok();
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
        if let Some(line) = patch_on_instrumentation(bundle, manifest) {
            let reason = format!("the patch speaks to the sanitizer, so its silence says nothing: `{line}`");
            states.insert(ArmName::Fixed, ArmState::OracleBroken(reason));
        }
        // An arm that cannot be used makes every run of the other one idle: the verdict is settled.
        let vulnerable_works = states.get(&ArmName::Vulnerable) == Some(&ArmState::Built);
        let begun = Instant::now();
        let runs = if vulnerable_works {
            executor.all(&|done, total| progress(Progress::Running { done, total }))
        } else {
            Vec::new()
        };
        record.running = begun.elapsed();
        let reach = match (prepared.get(&ArmName::Vulnerable), prepared.get(&ArmName::Fixed), arms.get(&ArmName::Fixed))
        {
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
        // The reach check runs the fixed version, and only a patch says what changed.
        let recorder = name == ArmName::Fixed && reach::has_patch(manifest);
        let mut outs = BTreeMap::new();
        let mut one = |key: &str, program: Option<(&_, &Path)>| -> Result<(), ArmState> {
            let out = preparer.work.folder(&format!("out/{name}/{}", outs.len())).map_err(unavailable)?;
            if let Some(build) = &manifest.build {
                let job = Job {
                    source: &prepared.folder,
                    deps: &unpacked,
                    deps_folder: &deps_folder,
                    program,
                    recorder,
                    out: &out,
                };
                builder.build(build, &job).map_err(|error| state_of_build(&error))?;
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
            let host =
                preparer.work.path().join(format!("program-{name}-{}", Sha256::of(path.as_str().as_bytes()).to_hex()));
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
    running: Duration,
}

/// A line of the claimant's fix that speaks to the sanitizer of an instrumented build.
fn patch_on_instrumentation(bundle: &LoadedBundle, manifest: &Manifest) -> Option<String> {
    manifest.build.as_ref().filter(|build| build.instrument != Instrument::None)?;
    let Source::Patched { patch, .. } = &manifest.arms.fixed.as_ref()?.source else { return None };
    instrumentation::touched(&bundle.file(patch)?.content)
}

fn unsupported_harness(manifest: &Manifest) -> Option<String> {
    use assay_bundle::manifest::HarnessKind;
    let kind = match manifest.harness.kind {
        HarnessKind::Server => "server",
        HarnessKind::Driver => "driver",
        HarnessKind::File | HarnessKind::Stdin | HarnessKind::Args | HarnessKind::Program => return None,
    };
    Some(format!(
        "the harness kind `{kind}` is not run by this version of Assay; it runs file, stdin, args and program"
    ))
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

fn state_of_build(error: &BuildError) -> ArmState {
    match error {
        BuildError::Unavailable(_) | BuildError::RunnersLimit(_) => ArmState::Unavailable(error.to_string()),
        BuildError::OwnLimit(_) | BuildError::Failed(_) => ArmState::BuildFailed(error.to_string()),
    }
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
    bundle.files.iter().map(|file| (file.path.clone(), FileEntry::of(&file.content, file.executable))).collect()
}
