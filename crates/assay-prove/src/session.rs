//! A bundle whose arms are prepared and built, so that they can be run: by the
//! proof itself, and by whoever asks more of the same builds (the levels of a
//! fix, another finder's inputs).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assay_bundle::manifest::{Arm, ArmName, Manifest, Source};
use assay_bundle::path::BundlePath;
use assay_sandbox::Sandbox;

use crate::arm;
use crate::assurance::Facts;
use crate::build::Builder;
use crate::build_cache::BuildCache;
use crate::build_key::BuildKeys;
use crate::evidence::{ArmState, Evidence, Reach};
use crate::execute::{Built, Executor};
use crate::kept_logs::KeptLogs;
use crate::load::LoadedBundle;
use crate::oracle::alive::SignsOfLife;
use crate::oracle::{self, Oracle};
use crate::pipeline::{Progress, ProveError, Prover, disk, sentences};
use crate::proof::{ArmRecord, Builds};
use crate::runs::{AllRuns, GrowthCeiling};
use crate::source::{PrepareError, Prepared, Preparer};
use crate::stage::Stage;
use crate::toolchain::{Tool, Toolchain};
use crate::verdict::Growth;
use crate::work::{Work, write_readable};
use crate::{ceiling, deps, digest, foresee, hook, joined, origin, reach, runtime_library, selftest};

/// Why nothing can be run, and the tools that were found before that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// One sentence.
    pub reason: String,
    /// Tools, with versions and digests.
    pub tools: Vec<Tool>,
}

/// Prepared and built arms. Their folder goes with the session.
pub struct Session<'a> {
    sandbox: &'a dyn Sandbox,
    bundle: &'a LoadedBundle,
    manifest: Manifest,
    oracle: Box<dyn Oracle>,
    alive: SignsOfLife,
    toolchain: Toolchain,
    stage: Stage,
    hooks: PathBuf,
    prepared: BTreeMap<ArmName, Result<Prepared, PrepareError>>,
    built: BTreeMap<ArmName, Built>,
    states: BTreeMap<ArmName, ArmState>,
    records: Vec<ArmRecord>,
    facts: Facts,
    work: Work,
    kept_logs: Option<&'a KeptLogs>,
}

impl<'a> Session<'a> {
    /// Prepares and builds every declared arm. An arm that could not be is kept with the reason.
    ///
    /// # Errors
    ///
    /// The proof's folder cannot be written.
    pub fn open(
        prover: &Prover<'a>,
        bundle: &'a LoadedBundle,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Result<Self, NotRun>, ProveError> {
        Self::open_with(prover, bundle, manifest, None, progress)
    }

    /// The same with a patch that is tried: the fixed arm is then the vulnerable one with this file of the
    /// bundle applied, whatever the manifest says, also where the vulnerable arm is made out of the fixed one.
    ///
    /// # Errors
    ///
    /// The proof's folder cannot be written.
    pub fn open_with(
        prover: &Prover<'a>,
        bundle: &'a LoadedBundle,
        manifest: &Manifest,
        candidate: Option<&BundlePath>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Result<Self, NotRun>, ProveError> {
        let none = |reason: String| Ok(Err(NotRun { reason, tools: Vec::new() }));
        let sandbox = match prover.sandbox {
            Ok(sandbox) => sandbox,
            Err(error) => return none(error.to_string()),
        };
        let oracle = match oracle::from_manifest(manifest) {
            Ok(oracle) => oracle,
            Err(unsupported) => return none(unsupported.to_string()),
        };
        let alive = match SignsOfLife::new(&manifest.harness.alive) {
            Ok(alive) => alive,
            Err(unsupported) => return none(unsupported.to_string()),
        };
        let missing = || selftest::missing_tier(sandbox, &manifest.oracle);
        if let Some(reason) = ceiling::exceeded(manifest).map(|over| over.says).or_else(missing) {
            return none(reason);
        }
        let mut toolchain = match Toolchain::find(&manifest.toolchain) {
            Ok(toolchain) => toolchain,
            Err(errors) => return none(sentences(&errors)),
        };
        toolchain.ask_versions(sandbox);
        if let Some(reason) = runtime_library::missing(sandbox, manifest, &toolchain) {
            return Ok(Err(NotRun { reason, tools: toolchain.tools }));
        }
        let none = |reason: String| Ok(Err(NotRun { reason, tools: toolchain.tools.clone() }));
        let mut manifest = match deps::with_lock(manifest, bundle) {
            Ok(filled) => filled,
            Err(error) => return none(error.to_string()),
        };
        let work = Work::new(prover.cache.root()).map_err(disk("the proof's folder"))?;
        if !work.runs_programs() {
            return none(format!(
                "what is built could not be run: `{}` is mounted noexec; set ASSAY_CACHE to a folder that is not",
                prover.cache.root().display()
            ));
        }
        let stage = Stage::write(&work, bundle, &manifest).map_err(disk("the staged bundle"))?;
        let hooks = work.folder("hooks").map_err(disk("the hooks"))?;
        for (name, content) in hook::FILES.into_iter().chain(joined::NAMES) {
            write_readable(&hooks, name, content.as_bytes(), false).map_err(disk("the hooks"))?;
        }

        if oracle::needs_java(&manifest) {
            let made = work.folder("hook-java").map_err(disk("the hooks"))?;
            if let Err(reason) = hook::java::compile(sandbox, &toolchain, &made, &hooks) {
                return none(reason);
            }
        }

        progress(Progress::Preparing);
        let preparer = Preparer { sandbox, cache: prover.cache, bundle, work: &work };
        let mut prepared = preparer.arms(&manifest);
        if let Some(path) = candidate {
            prepared.insert(ArmName::Fixed, patched(&preparer, &prepared, bundle, path));
            let refusal = manifest.arms.fixed.take().and_then(|arm| arm.refusal);
            let source = Source::Patched { base: ArmName::Vulnerable, patch: path.clone() };
            manifest.arms.fixed = Some(Arm { source, deps: manifest.arms.vulnerable.deps.clone(), refusal });
        }
        let facts = origin::facts(&manifest, bundle, &prepared);
        let room = Cell::new(ceiling::BUILT);
        let builder = Builder {
            sandbox,
            manifest: &manifest,
            toolchain: &toolchain,
            bundle: &stage.build,
            room,
            kept: BuildCache::open(prover.cache.root()),
            keys: BuildKeys::default(),
            made: Cell::new(0),
            reused: Cell::new(0),
        };
        let mut states = BTreeMap::new();
        let mut built = BTreeMap::new();
        let mut records = Vec::new();
        for (name, prepared) in &prepared {
            progress(Progress::Building(*name));
            let begun = Instant::now();
            let one = match prepared {
                Ok(prepared) => arm::build(&preparer, &builder, *name, prepared),
                Err(error) => Err(arm::state_of(error)),
            };
            let folder_digest = |folder: &Path| digest::of_folder(folder).ok();
            records.push(ArmRecord {
                name: *name,
                source: prepared.as_ref().ok().and_then(|prepared| folder_digest(&prepared.folder)),
                artifacts: one.as_ref().ok().and_then(|built: &Built| folder_digest(built.outs.values().next()?)),
                build: begun.elapsed(),
                builds: Builds { made: builder.made.take(), kept: builder.reused.take() },
            });
            match one {
                Ok(one) => {
                    built.insert(*name, one);
                    states.insert(*name, ArmState::Built);
                }
                Err(state) => {
                    states.insert(*name, state);
                }
            }
        }
        Ok(Ok(Self {
            sandbox,
            bundle,
            manifest,
            oracle,
            alive,
            toolchain,
            stage,
            hooks,
            prepared,
            built,
            states,
            records,
            facts,
            work,
            kept_logs: prover.kept_logs,
        }))
    }

    /// What runs commands in these arms.
    #[must_use]
    pub fn executor(&self) -> Executor<'_> {
        Executor {
            sandbox: self.sandbox,
            manifest: &self.manifest,
            oracle: &*self.oracle,
            alive: &self.alive,
            toolchain: &self.toolchain,
            bundle: &self.stage.run,
            arms: &self.built,
            hooks: &self.hooks,
            work: self.work.path(),
            kept_logs: self.kept_logs,
        }
    }

    /// Tests the oracle in each build, makes all runs, checks the reach; with the time that the runs took.
    pub fn evidence(&mut self, progress: &(dyn Fn(Progress) + Sync)) -> (Evidence, Duration) {
        let mut states = self.states.clone();
        let executor = self.executor();
        for (name, built) in &self.built {
            if let Err(reason) = selftest::self_test(&executor, built) {
                states.insert(*name, ArmState::OracleBroken(reason));
            }
        }
        if let Some(lack) = oracle::control::missing(&self.manifest, &|input| foresee::size(self.bundle, input)) {
            states.insert(ArmName::Vulnerable, ArmState::OracleBroken(lack.says));
        }
        if let Some(reason) = foresee::patch_on_instrumentation(self.bundle, &self.manifest) {
            states.insert(ArmName::Fixed, ArmState::OracleBroken(reason));
        }
        // An arm that cannot be used makes every run of the other one idle: the verdict is settled.
        let vulnerable_works = states.get(&ArmName::Vulnerable) == Some(&ArmState::Built);
        let begun = Instant::now();
        let AllRuns { runs, growth } = if vulnerable_works {
            executor.all(states.get(&ArmName::Fixed), GrowthCeiling::default(), &|done, total| {
                progress(Progress::Running { done, total });
            })
        } else {
            AllRuns { runs: Vec::new(), growth: Growth::None }
        };
        let running = begun.elapsed();
        let prepared = |name| self.prepared.get(&name).and_then(|prepared| prepared.as_ref().ok());
        let reach = match (prepared(ArmName::Vulnerable), prepared(ArmName::Fixed), self.built.get(&ArmName::Fixed)) {
            (Some(vulnerable), Some(fixed), Some(built)) if vulnerable_works => {
                reach::check(&executor, vulnerable, fixed, built)
            }
            _ => Reach::Unknown,
        };
        let state = |name: ArmName| states.get(&name).cloned();
        let evidence = Evidence {
            vulnerable: state(ArmName::Vulnerable).unwrap_or_else(|| ArmState::Unavailable("not prepared".into())),
            fixed: state(ArmName::Fixed),
            reach,
            wanted: self.manifest.repeat.runs,
            growth,
            runs,
        };
        self.states = states;
        (evidence, running)
    }

    /// The manifest, with the packages of its lock file.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is known of an arm before any run, or after its self-test.
    #[must_use]
    pub fn state(&self, arm: ArmName) -> Option<&ArmState> {
        self.states.get(&arm)
    }

    /// An arm's source, where it could be prepared.
    #[must_use]
    pub fn source(&self, arm: ArmName) -> Option<&Prepared> {
        self.prepared.get(&arm)?.as_ref().ok()
    }

    /// An arm's build, where it could be built.
    #[must_use]
    pub fn built(&self, arm: ArmName) -> Option<&Built> {
        self.built.get(&arm)
    }

    /// The bundle as a build sees it: without its inputs.
    #[must_use]
    pub fn build_view(&self) -> &Path {
        &self.stage.build
    }

    /// What everything runs in.
    #[must_use]
    pub fn sandbox(&self) -> &dyn Sandbox {
        self.sandbox
    }

    /// Tools, with versions and digests.
    #[must_use]
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// What was built in each arm.
    #[must_use]
    pub fn records(&self) -> &[ArmRecord] {
        &self.records
    }

    /// What the runner found out about who wrote what.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.facts.clone()
    }

    /// The session's own folder, gone with it.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.work
    }
}

/// The vulnerable arm with a patch that is tried.
fn patched(
    preparer: &Preparer<'_>,
    prepared: &BTreeMap<ArmName, Result<Prepared, PrepareError>>,
    bundle: &LoadedBundle,
    path: &BundlePath,
) -> Result<Prepared, PrepareError> {
    let patch = bundle.file(path).ok_or_else(|| PrepareError::Failed(format!("`{path}` is not in the bundle")))?;
    match prepared.get(&ArmName::Vulnerable) {
        Some(Ok(base)) => preparer.patched(base, &patch.content),
        Some(Err(error)) => Err(error.clone()),
        None => Err(PrepareError::Failed("there is no vulnerable version".into())),
    }
}
