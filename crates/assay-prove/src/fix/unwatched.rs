//! The patched program as nobody watches it: built without the sanitizer, on
//! two heaps that the kernel and a mark behind each block keep an eye on.
//!
//! A patch can tell a sanitizer's build from another one by a sign that no list
//! of words holds: where the heap lies, what fresh memory is filled with, how
//! soon a freed block is used again. It then behaves under the sanitizer and
//! nowhere else. So the triggers and a sample of the variants that fired are run
//! again without it: a program that is stopped there is not mended; one that
//! prints other things there may know who is looking; and where the unpatched
//! build is not stopped either, the sanitizer is the only witness, and that is
//! too little for L3.
//!
//! The same runs count the blocks that are held at the end. Memory that is never
//! freed is never used after it was freed, and no leak to a sanitizer as long as
//! something points to it.

use std::collections::BTreeSet;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Instrument, Manifest, Oracle as Declared, Recipe};
use assay_bundle::path::BundlePath;

use super::feed::Feed;
use super::neighbourhood::Neighbourhood;
use super::sides::{Sides, Two};
use super::trial::Bench;
use crate::evidence::ArmState;
use crate::execute::Executor;
use crate::load::LoadedBundle;
use crate::pipeline::{ProveError, Prover};
use crate::second::guard::{Guarded, Heap, Reported, compile};
use crate::session::{NotRun, Session};

/// Inputs at which the unpatched build must be stopped without the sanitizer, for L3.
pub const MIN_STOPPED: usize = 5;
/// Variants that fired which are run.
const SAMPLE: usize = 28;
/// Variants that show no flaw which are run.
const CLEAN: usize = 20;
/// Memory beyond the bundle's limit: each block has pages of its own.
const MORE_MEMORY: u64 = 256 << 20;
/// Signals by which such a run can end; what ends it is judged by the heap's own log.
const SIGNALS: [&str; 5] = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"];

/// What is known of the patched program without the sanitizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwatched {
    /// No sanitizer is in the build, so there is none that a patch could tell.
    NotNeeded,
    /// It could not be asked, for this reason.
    Unasked(String),
    /// It was run.
    Asked(Seen),
}

/// What was seen without the sanitizer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Runs of all builds.
    pub runs: usize,
    /// Whether variants were run too, and not the bundle's own inputs alone.
    pub sampled: bool,
    /// Inputs that fire under the sanitizer without the patch.
    pub inputs: usize,
    /// Of these, ended by the kernel or a mark in the unpatched build without the sanitizer.
    pub stopped: usize,
    /// The same in the patched build.
    pub stopped_with: usize,
    /// Digests of what was built so, by version.
    pub builds: Vec<(ArmName, Sha256)>,
    /// Whether a flaw of this kind can show without the sanitizer at all; else only what is printed is compared.
    pub can_stop: bool,
    /// The patched program was stopped on a trigger of the bundle: how.
    pub trigger: Option<String>,
    /// The patched program was stopped on some input: how.
    pub against: Option<String>,
    /// It shows other things than under the sanitizer: what, and on how many inputs.
    pub differs: Option<String>,
    /// It holds more memory at the end than the unpatched program.
    pub holds: Option<String>,
}

/// Everything that is needed to ask.
pub struct Question<'a, 'b> {
    /// Makes the builds.
    pub prover: &'a Prover<'b>,
    /// The bundle with the patch among its files.
    pub bundle: &'a LoadedBundle,
    /// The manifest as it came: in the session's own the fixed version is the patched one, and a vulnerable version that
    /// is made out of the fixed one would be made out of itself.
    pub manifest: &'a Manifest,
    /// Where the patch lies.
    pub patch: &'a BundlePath,
    /// The session whose builds have the sanitizer.
    pub session: &'a Session<'a>,
    /// What was reported without the patch.
    pub reported: BTreeSet<Reported>,
    /// The variants, where there were any and their level is still open.
    pub around: Option<&'a Neighbourhood>,
}

impl Question<'_, '_> {
    /// Builds both versions without the sanitizer and runs them.
    ///
    /// # Errors
    ///
    /// The proof's folder cannot be written.
    pub fn ask(&self) -> Result<Unwatched, ProveError> {
        let Some(manifest) = without_sanitizer(self.manifest) else { return Ok(Unwatched::NotNeeded) };
        let no = |reason: String| Ok(Unwatched::Unasked(reason));
        let session = match Session::open_with(self.prover, self.bundle, &manifest, Some(self.patch), &|_| {})? {
            Ok(session) => session,
            Err(NotRun { reason, .. }) => return no(reason),
        };
        for arm in [ArmName::Vulnerable, ArmName::Fixed] {
            if let Some(ArmState::BuildFailed(why) | ArmState::Unavailable(why) | ArmState::OracleBroken(why)) =
                session.state(arm)
            {
                return no(format!("the {arm} version cannot be built so: {}", why.lines().next_back().unwrap_or("")));
            }
        }
        match self.run(&session) {
            Ok(seen) => Ok(Unwatched::Asked(seen)),
            Err(why) => no(why),
        }
    }

    fn run(&self, session: &Session<'_>) -> Result<Seen, String> {
        let work = session.work();
        let folder = |name: &str| work.folder(name).map_err(|error| format!("the proof's folder: {error}"));
        let heaps = folder("heaps")?;
        compile(&session.executor(), &heaps, &[Heap::GuardPages, Heap::Marks])?;
        let guarded = |heap| Guarded { heap, reported: self.reported.clone() };
        let (pages, marks) = (guarded(Heap::GuardPages), guarded(Heap::Marks));
        let pages = Executor { oracle: &pages, hooks: &heaps, ..session.executor() };
        let marks = Executor { oracle: &marks, hooks: &heaps, ..session.executor() };
        let (page_inputs, mark_inputs, watched_inputs) = (folder("pages")?, folder("marks")?, folder("watched")?);
        let (watched, own, own_inputs) = (self.session.executor(), session.executor(), folder("own")?);
        let manifest = self.session.manifest();
        let sides = Sides {
            pages: Two::of(&pages, &page_inputs),
            marks: Two::of(&marks, &mark_inputs),
            watched: Two::of(&watched, &watched_inputs),
            own: (!by_sanitizer(manifest)).then(|| Bench::new(&own, ArmName::Fixed, &own_inputs)),
        };
        let feeds = |list: &[assay_bundle::manifest::Input]| -> Vec<Feed> {
            list.iter().filter_map(|input| Feed::of(input, self.bundle)).collect()
        };
        let benign = feeds(&manifest.inputs.benign);
        let mut firing = feeds(&manifest.inputs.trigger);
        let triggers = firing.len();
        let mut clean = benign.clone();
        if let Some(around) = self.around {
            firing.extend(spread(&around.firing, SAMPLE));
            clean.extend(spread(&around.clean, CLEAN));
        }
        let built = session.records().iter().filter_map(|arm| Some((arm.name, arm.artifacts?)));
        let mut seen = Seen {
            builds: built.collect(),
            sampled: self.around.is_some(),
            inputs: firing.len(),
            can_stop: can_stop(manifest),
            ..Seen::default()
        };
        let comparable = sides.controls(&benign, &mut seen)?;
        let held = sides.clean(&clean, &mut seen)?;
        sides.firing(&firing, triggers, comparable, &mut seen)?;
        let lifetime = self.reported.iter().any(|reported| reported.kind.contains("free"));
        sides.hoards(&firing, held.filter(|_| lifetime), &mut seen);
        Ok(seen)
    }
}

/// The manifest of the same builds without the sanitizer; none where there is none in them, or where a command of
/// the claimant's makes them.
fn without_sanitizer(manifest: &Manifest) -> Option<Manifest> {
    let mut manifest = manifest.clone();
    let build = manifest.build.as_mut()?;
    if build.instrument == Instrument::None {
        return None;
    }
    build.instrument = Instrument::None;
    // The one flaw of the stack that a plain build can see itself.
    if matches!(build.recipe, Recipe::Cc | Recipe::Libfuzzer) {
        build.flags.push("-fstack-protector-all".into());
    }
    // What needs no sanitizer judges such a build itself.
    if by_sanitizer(&manifest) {
        manifest.oracle = Declared::Signal { signals: SIGNALS.map(str::to_owned).into() };
    }
    let limits = &mut manifest.harness.limits;
    limits.memory = Some(limits.memory.unwrap_or(512 << 20).saturating_add(MORE_MEMORY));
    Some(manifest)
}

/// Whether what this sanitizer sees stops a program without it. What UBSan reports mostly does not, and what it is
/// built with leaves no trace where a program could look.
fn can_stop(manifest: &Manifest) -> bool {
    let instrument = manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
    let access = matches!(manifest.oracle, Declared::Sanitizer { .. } | Declared::Signal { .. });
    matches!(instrument, Instrument::Asan | Instrument::Msan) && access
}

/// Whether the flaw is seen by the sanitizer alone.
fn by_sanitizer(manifest: &Manifest) -> bool {
    matches!(manifest.oracle, Declared::Sanitizer { .. } | Declared::Leak { .. })
}

/// So many of these, spread evenly: which they are, the seed of the variants has decided.
fn spread(feeds: &[Feed], most: usize) -> Vec<Feed> {
    let step = feeds.len().div_ceil(most).max(1);
    feeds.iter().step_by(step).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all() {
        let feeds: Vec<Feed> = (0..100).map(|number| Feed::Args(vec![number.to_string()])).collect();
        let some = spread(&feeds, SAMPLE);
        assert!(some.len() <= SAMPLE && some.len() > SAMPLE / 2, "{}", some.len());
        assert!(some.last().is_some_and(|last| *last > feeds[50] || *last == feeds[96]));
        assert_eq!(spread(&feeds[..3], SAMPLE), feeds[..3]);
        assert_eq!(spread(&[], SAMPLE), []);
    }
}
