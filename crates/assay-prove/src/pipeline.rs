//! From a bundle to a proof: prepare, build, test the oracle, run, rule.

use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::identity;
use assay_bundle::manifest::{ArmName, InputContent, Manifest};
use assay_bundle::verdict::Tier;
use assay_sandbox::{Builtin, Sandbox, SandboxError};
use jiff::Timestamp;

use crate::assurance::{self, Facts};
use crate::evidence::{ArmState, Evidence, Reach};
use crate::fetch::Cache;
use crate::load::LoadedBundle;
use crate::proof::{ArmRecord, InputRecord, Proof};
use crate::session::{NotRun, Session};
use crate::toolchain::Tool;
use crate::verdict::Growth;
use crate::{fix, observe, reach, recipe, selftest, sender, source, verdict};

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
                };
                evidence
            }
            Err(NotRun { reason, tools }) => {
                run.tools = tools;
                nothing_run(manifest, reason)
            }
        };
        let files = file_map(bundle);
        let claimants_parts = assurance::claimants_parts(manifest, run.facts);
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
            assurance: assurance::compute(manifest, run.facts),
            claimants_parts,
            // Limits of memory and processes are not cgroups' in this version.
            tier: layers.is_some().then_some(Tier::P),
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

/// What a session leaves beside its evidence.
#[derive(Default)]
pub(crate) struct Run {
    pub facts: Facts,
    pub arms: Vec<ArmRecord>,
    pub tools: Vec<Tool>,
    pub running: Duration,
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
