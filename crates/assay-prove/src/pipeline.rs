//! From a bundle to a proof: prepare, build, test the oracle, run, rule.

use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::identity;
use assay_bundle::manifest::{ArmName, InputContent, Manifest};
use assay_bundle::verdict::{Tier, Verdict};
use assay_sandbox::{Builtin, Sandbox, SandboxError};
use jiff::Timestamp;

use crate::assurance::{self, Facts};
use crate::evidence::{ArmState, Evidence, Reach};
use crate::fetch::Cache;
use crate::kept_logs::KeptLogs;
use crate::load::LoadedBundle;
use crate::proof::{ArmRecord, InputRecord, Proof};
use crate::second::Opinion;
use crate::session::{NotRun, Session};
use crate::toolchain::Tool;
use crate::verdict::Growth;
use crate::{fix, observe, reach, recipe, second, selftest, sender, source, verdict};

/// All builtins of this crate, to be given to `assay_sandbox::take_over_if_asked`.
pub const BUILTINS: &[(&str, Builtin)] = &[
    (source::BUILTIN, source::builtin),
    (recipe::BUILTIN, recipe::builtin),
    (observe::BUILTIN, observe::builtin),
    (reach::BUILTIN, reach::builtin),
    (selftest::BUILTIN, selftest::builtin),
    (sender::BUILTIN, sender::builtin),
    (selftest::FIXTURE, selftest::fixture_builtin),
    (selftest::act::BUILTIN, selftest::act::builtin),
    (fix::own_tests::BUILTIN, fix::own_tests::builtin),
    (fix::made::BUILTIN, fix::made::builtin),
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
    /// Where the logs that are digested are kept as well, if they are.
    pub kept_logs: Option<&'a KeptLogs>,
}

/// A proof could not even be begun: the disk, not the bundle, is at fault.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {error}")]
pub struct ProveError {
    what: &'static str,
    error: std::io::Error,
}

pub(crate) fn disk(what: &'static str) -> impl Fn(std::io::Error) -> ProveError {
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
        let mut run = Run::default();
        let evidence = match Session::open(self, bundle, manifest, progress)? {
            Ok(mut session) => {
                let (evidence, running) = session.evidence(progress);
                run = Run {
                    facts: session.facts(),
                    arms: session.records().to_vec(),
                    tools: session.toolchain().tools.clone(),
                    running,
                    second: None,
                };
                // Gone before the second opinion makes builds of its own.
                drop(session);
                self.ask_a_second(bundle, manifest, &evidence, &mut run, progress)?;
                evidence
            }
            Err(NotRun { reason, tools }) => {
                run.tools = tools;
                nothing_run(manifest, reason)
            }
        };
        self.proof(bundle, manifest, evidence, run, started)
    }

    /// Only where it can raise the assurance: builds of their own cost what the first ones did.
    fn ask_a_second(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        evidence: &Evidence,
        run: &mut Run,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), ProveError> {
        if !assurance::claimants_parts(manifest, &run.facts).is_empty() {
            return Ok(());
        }
        let ruling = verdict::decide(manifest, evidence);
        if ruling.verdict == Verdict::Reproduced {
            run.second = second::ask(self, bundle, manifest, evidence, ruling.controls, progress)?;
            run.facts.second_oracle_agrees = run.second.as_ref().is_some_and(|opinion| opinion.agrees);
        }
        Ok(())
    }

    /// The proof that this evidence makes.
    pub(crate) fn proof(
        &self,
        bundle: &LoadedBundle,
        manifest: &Manifest,
        evidence: Evidence,
        run: Run,
        started: Timestamp,
    ) -> Result<Proof, ProveError> {
        let files = file_map(bundle);
        let claimants_parts = assurance::claimants_parts(manifest, &run.facts);
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
            assurance: assurance::compute(manifest, &run.facts),
            claimants_parts,
            second: run.second,
            tier: layers.as_ref().map(|layers| tier_of(layers.tier)),
            layers,
            evidence,
            arms: run.arms,
            tools: run.tools,
            inputs: inputs(bundle, manifest),
            running: run.running,
            started,
            finished: Timestamp::now(),
        })
    }
}

/// The evidence of a bundle of which nothing can be run.
pub(crate) fn nothing_run(manifest: &Manifest, reason: String) -> Evidence {
    Evidence {
        fixed: manifest.arms.fixed.as_ref().map(|_| ArmState::Unavailable(reason.clone())),
        vulnerable: ArmState::Unavailable(reason),
        reach: Reach::Unknown,
        wanted: manifest.repeat.runs,
        growth: Growth::None,
        runs: Vec::new(),
    }
}

/// What a session leaves beside its evidence.
#[derive(Default)]
pub(crate) struct Run {
    pub facts: Facts,
    pub arms: Vec<ArmRecord>,
    pub tools: Vec<Tool>,
    pub running: Duration,
    pub second: Option<Opinion>,
}

/// The sandbox's word for its strength, as statements have it.
fn tier_of(tier: assay_sandbox::Tier) -> Tier {
    match tier {
        assay_sandbox::Tier::P => Tier::P,
        assay_sandbox::Tier::F => Tier::F,
        assay_sandbox::Tier::M => Tier::M,
    }
}

pub(crate) fn sentences<T: ToString>(errors: &[T]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
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
