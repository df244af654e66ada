//! A proof by itself, before it meets other patches: what it shows, the patch
//! that it brings, and the form in which any other patch can stand on it.

use std::path::Path;

use assay_bundle::manifest::{ArmName, HarnessKind, Input, InputContent, Manifest, Source};
use assay_bundle::verdict::{Controls, Verdict};
use assay_sandbox::{End, Stdin};

use crate::cross::{self, Crossed};
use crate::derived;
use crate::evidence::{ArmState, Evidence, Reach};
use crate::execute::{Built, Executor};
use crate::fix;
use crate::frozen;
use crate::layout::BUNDLE;
use crate::load::LoadedBundle;
use crate::matrix::{Entrant, Entry, Row};
use crate::patch::MAX_PATCH;
use crate::pipeline::{ProveError, Prover, disk};
use crate::session::Session;
use crate::variable;
use crate::verdict::{self, Growth, Ruling};

/// A proof that was run by itself.
pub(crate) struct Base {
    /// What it shows.
    pub ruling: Ruling,
    /// The bundle whose vulnerable version stands on nothing of its fixed one; none if it could not be made.
    pub ground: Result<(LoadedBundle, Manifest), String>,
    /// The patch that it brings.
    pub patch: Option<Vec<u8>>,
    /// The cell of that patch, which is the proof itself.
    pub own_cell: Option<Entry>,
}

impl Base {
    pub fn row(&self, entrant: &Entrant, own: Option<usize>) -> Row {
        Row {
            name: entrant.name.clone(),
            title: entrant.manifest.title.clone(),
            purl: entrant.manifest.target.purl.clone(),
            verdict: self.ruling.verdict,
            sentence: self.ruling.sentence.clone(),
            fires: fires(&self.ruling),
            own,
        }
    }
}

/// The verdicts under which the trigger fired as declared, every time.
fn fires(ruling: &Ruling) -> bool {
    match ruling.verdict {
        Verdict::Reproduced => matches!(ruling.controls, Some(Controls::Benign | Controls::BenignFixed)),
        Verdict::ControlFailed | Verdict::ControlDead => true,
        _ => false,
    }
}

/// Runs a proof by itself.
pub(crate) fn base(prover: &Prover<'_>, entrant: &Entrant, beside: &Path) -> Result<Base, ProveError> {
    let (bundle, manifest) = (&entrant.bundle, &entrant.manifest);
    let mut session = match Session::open(prover, bundle, manifest, &|_| {})? {
        Ok(session) => session,
        Err(not_run) => {
            let ruling = verdict::decide(manifest, &without_runs(manifest, &not_run.reason));
            let ground = Err(not_run.reason);
            return Ok(Base { ruling, ground, patch: None, own_cell: None });
        }
    };
    let (evidence, _) = session.evidence(&|_| {});
    let ruling = verdict::decide(session.manifest(), &evidence);
    let patch = match manifest.arms.fixed.as_ref().map(|arm| &arm.source) {
        Some(Source::Patched { base: ArmName::Vulnerable, .. }) => {
            cross::patch_of(bundle, manifest).map(<[u8]>::to_vec)
        }
        _ => reversed(&session, manifest),
    };
    let own_cell = patch.is_some().then(|| entry(&session, bundle, &evidence));
    let ground = match &manifest.arms.vulnerable.source {
        Source::Path { .. } | Source::Package { .. } => Ok((bundle.clone(), manifest.clone())),
        Source::Patched { .. } | Source::Reversed { .. } => match session.source(ArmName::Vulnerable) {
            Some(prepared) => {
                let digest = frozen::pack(&prepared.folder, beside).map_err(disk("the cache"))?;
                derived::on(bundle, manifest, &derived::archive(&manifest.target.purl, frozen::NAME, &digest))
                    .map_err(|error| error.to_string())
            }
            None => Err("its vulnerable version could not be prepared".to_owned()),
        },
    };
    Ok(Base { ruling, ground, patch, own_cell })
}

/// The patch of the fixed version's own series that the vulnerable one takes back.
fn reversed(session: &Session<'_>, manifest: &Manifest) -> Option<Vec<u8>> {
    let Source::Reversed { base: ArmName::Fixed, reverse } = &manifest.arms.vulnerable.source else { return None };
    let folder = std::fs::canonicalize(&session.source(ArmName::Fixed)?.folder).ok()?;
    let path = std::fs::canonicalize(folder.join(reverse.as_str())).ok()?;
    let meta = std::fs::metadata(&path).ok()?;
    let plain = path.starts_with(&folder) && meta.is_file() && meta.len() <= MAX_PATCH as u64;
    if plain { std::fs::read(path).ok() } else { None }
}

/// The proof with this patch as its fixed version.
pub(crate) fn against(prover: &Prover<'_>, base: &Base, patch: &[u8]) -> Result<Entry, ProveError> {
    let (bundle, manifest) = match &base.ground {
        Ok(ground) => ground,
        Err(why) => return Ok(Entry::nothing(why.clone())),
    };
    let (crossed, manifest) = match cross::with_patch(bundle, manifest, patch) {
        Ok(crossed) => crossed,
        Err(why) => return Ok(Entry::nothing(why.to_string())),
    };
    let mut session = match Session::open(prover, &crossed, &manifest, &|_| {})? {
        Ok(session) => session,
        Err(not_run) => return Ok(Entry::nothing(not_run.reason)),
    };
    let (evidence, _) = session.evidence(&|_| {});
    Ok(entry(&session, &crossed, &evidence))
}

/// What a proof with a patch shows. Where it silences, benign inputs are asked once more: a patch
/// that deletes the feature leaves the target alive, and mostly with other words; one that refuses both findings at
/// the door refuses their neighbours too.
fn entry(session: &Session<'_>, bundle: &LoadedBundle, evidence: &Evidence) -> Entry {
    let mut entry = Entry::of(session.manifest(), evidence);
    if entry.crossed == Crossed::Silenced && entry.harm.is_none() {
        entry.harm = other_words(session).or_else(|| fix::taken(session, bundle));
    }
    entry
}

/// A benign input that says the same twice without the patch, and twice something else with it.
fn other_words(session: &Session<'_>) -> Option<String> {
    let (before, after) = (session.built(ArmName::Vulnerable)?, session.built(ArmName::Fixed)?);
    let executor = session.executor();
    for (number, input) in session.manifest().inputs.benign.iter().enumerate() {
        let says = |arm: &Built| words(&executor, arm, input);
        let without = says(before);
        if without.is_none() || without != says(before) {
            continue;
        }
        let with = says(after);
        if with != without && with.is_some() && with == says(after) {
            return Some(format!("benign input {} says something else", number + 1));
        }
    }
    None
}

/// How one run ended and what it printed; none where there is no such thing to compare.
fn words(executor: &Executor<'_>, arm: &Built, input: &Input) -> Option<(End, Vec<u8>)> {
    let harness = &executor.manifest.harness;
    let argv = match &input.content {
        InputContent::Path(path) => variable::command(&harness.run, Some(&format!("{BUNDLE}/{path}")), None),
        InputContent::Args(arguments) => variable::command(&harness.run, None, Some(arguments)),
        InputContent::Program(_) => variable::command(&harness.run, None, None),
    };
    let stdin = match (harness.kind, &input.content) {
        (HarnessKind::Server | HarnessKind::Driver, _) => return None,
        (HarnessKind::Stdin, InputContent::Path(path)) => Stdin::File(executor.bundle.join(path.as_str())),
        _ => Stdin::Empty,
    };
    let single = executor.single(arm, arm.out(input)?, argv, stdin).ok()?;
    Some((single.finished.end, single.finished.stdout))
}

/// What is known where nothing could be run.
fn without_runs(manifest: &Manifest, reason: &str) -> Evidence {
    let unavailable = || ArmState::Unavailable(reason.to_owned());
    Evidence {
        vulnerable: unavailable(),
        fixed: manifest.arms.fixed.as_ref().map(|_| unavailable()),
        reach: Reach::Unknown,
        wanted: manifest.repeat.runs,
        growth: Growth::None,
        runs: Vec::new(),
    }
}
