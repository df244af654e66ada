//! A second oracle of another kind, asked of the same cells.
//!
//! A sanitizer's report is a file that the watched process writes. The second
//! opinion on it comes from a build of the same source **without** any
//! instrumentation, in which the kernel itself stops a bad access to the heap
//! (`guard.c`): how that process ends is the kernel's word. Where the first
//! oracle is a signal in a plain build, the second is AddressSanitizer in another.
//!
//! It agrees when, by the same rule and with the same controls as the first
//! verdict, the same bundle is *reproduced* under it: every trigger fires in every
//! run of the vulnerable version, everything else is silent and alive. It must
//! also be the same kind of flaw in the same function: a report of an overflow is
//! borne out by a fault at the end of a block, one of a use after free by a fault
//! in a freed block, and either only where the report said that it was.
//! Anything else is no contradiction, and no agreement either: many a flaw does
//! nothing in a plain build.
//!
//! Two oracles that read the same evidence are one: CPU time and its growth are
//! both the kernel's clock, an output and an exception both the program's word.
//! For those kinds there is no second oracle.

pub(crate) mod guard;
pub(crate) mod log;

use std::collections::BTreeSet;

use assay_bundle::manifest::{ArmName, Instrument, Manifest, Oracle as Declared, Recipe, Stack};
use assay_bundle::verdict::{Controls, Verdict};
use serde::Serialize;

use crate::evidence::{ArmState, Evidence, Reach, Role};
use crate::execute::Executor;
use crate::load::LoadedBundle;
use crate::oracle::Oracle;
use crate::pipeline::{Progress, ProveError, Prover, disk};
use crate::runs::{AllRuns, GrowthCeiling};
use crate::session::{NotRun, Session};
use crate::verdict;
use guard::{Heap, Reported};

/// What a second oracle said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opinion {
    /// Which: `guard pages`, `sanitizer`.
    pub kind: &'static str,
    /// Whether it agrees in every cell.
    pub agrees: bool,
    /// In one sentence, why or why not.
    pub sentence: String,
    /// Runs that stand behind it.
    pub runs: usize,
}

/// Signals by which the kernel ends a process for what it did.
const FAULTS: [&str; 5] = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"];

/// The bundle as the second oracle is asked about it; none where there is no oracle of another kind.
fn derived(manifest: &Manifest) -> Option<(&'static str, Manifest)> {
    let mut derived = manifest.clone();
    let build = derived.build.as_mut()?;
    let compiled = match build.recipe {
        Recipe::Cc
        | Recipe::Libfuzzer
        | Recipe::Make
        | Recipe::Autotools
        | Recipe::Cmake
        | Recipe::Meson
        | Recipe::Debian
        | Recipe::Cargo => true,
        // What a command of the claimant's builds is not the runner's to choose, and the others compile nothing.
        _ => false,
    };
    let kind = match (&manifest.oracle, build.instrument, compiled) {
        (
            // Another stack than that of the access says nothing of where the fault is to be.
            Declared::Sanitizer { stack: Stack::Access, .. },
            Instrument::Asan | Instrument::Ubsan,
            true,
        ) => {
            build.instrument = Instrument::None;
            derived.oracle = Declared::Signal { signals: FAULTS.map(str::to_owned).into() };
            "guard pages"
        }
        (Declared::Signal { .. }, Instrument::None, true) => {
            build.instrument = Instrument::Asan;
            derived.oracle = Declared::Sanitizer { types: Vec::new(), access: None, stack: Stack::Access, frame: None };
            "sanitizer"
        }
        _ => return None,
    };
    Some((kind, derived))
}

/// Asks the second oracle. `first` is what the first one saw, `controls` what its verdict rests on.
///
/// # Errors
///
/// The proof's folder cannot be written.
pub fn ask(
    prover: &Prover<'_>,
    bundle: &LoadedBundle,
    manifest: &Manifest,
    first: &Evidence,
    controls: Option<Controls>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Option<Opinion>, ProveError> {
    let Some((kind, derived)) = derived(manifest) else { return Ok(None) };
    let says = |agrees: bool, runs: usize, sentence: String| Ok(Some(Opinion { kind, agrees, sentence, runs }));
    let mut session = match Session::open(prover, bundle, &derived, progress)? {
        Ok(session) => session,
        Err(NotRun { reason, .. }) => return says(false, 0, format!("it could not be asked: {reason}")),
    };
    let evidence = if kind == "guard pages" {
        let folder = session.work().folder("guard").map_err(disk("the guard"))?;
        if let Err(reason) = guard::compile(&session.executor(), &folder, &[Heap::GuardPages]) {
            return says(false, 0, format!("it could not be asked: {reason}"));
        }
        let guarded = guard::Guarded { heap: Heap::GuardPages, reported: reported(first) };
        let executor = Executor { oracle: &guarded as &dyn Oracle, hooks: &folder, ..session.executor() };
        evidence(&session, &executor, progress)
    } else {
        session.evidence(progress).0
    };
    let ruling = verdict::decide(&derived, &evidence);
    let agrees = ruling.verdict == Verdict::Reproduced && ruling.controls == controls;
    says(agrees, evidence.runs.len(), ruling.sentence)
}

/// What the first oracle reported on the vulnerable version: kinds of flaw, and where.
pub(crate) fn reported(first: &Evidence) -> BTreeSet<Reported> {
    let triggers =
        first.runs.iter().filter(|run| run.cell.arm == ArmName::Vulnerable && run.cell.role == Role::Trigger);
    let signatures = triggers.filter_map(|run| run.signature.as_ref());
    signatures
        .map(|signature| Reported { kind: signature.kind.clone(), function: signature.function.clone() })
        .collect()
}

/// All runs under the guard. Its own library was tested when it was made, and each run says that it was loaded.
fn evidence(session: &Session<'_>, executor: &Executor<'_>, progress: &(dyn Fn(Progress) + Sync)) -> Evidence {
    let state = |name| session.state(name).cloned();
    let vulnerable = state(ArmName::Vulnerable)
        .unwrap_or_else(|| ArmState::Unavailable("the vulnerable version is not there".into()));
    let fixed = state(ArmName::Fixed);
    let AllRuns { runs, growth } = if vulnerable == ArmState::Built {
        executor.all(fixed.as_ref(), GrowthCeiling::default(), &|done, total| {
            progress(Progress::Running { done, total });
        })
    } else {
        AllRuns { runs: Vec::new(), growth: verdict::growth::Growth::None }
    };
    // The first oracle's builds have answered that already.
    Evidence { vulnerable, fixed, reach: Reach::Unknown, wanted: session.manifest().repeat.runs, growth, runs }
}

#[cfg(test)]
#[path = "second/tests.rs"]
mod tests;
