//! How far a patch is verified: levels L0 to L5 (R45).
//!
//! The patch stands in the place of the bundle's fix; the proof is run with it
//! (L0, L1), then the target's own tests (L2), then variants of the inputs in
//! both builds (L3, L4). What the patch touches holds the level down
//! ([`guard`]); [`decide`] is the pure function from all of it to the level.

mod decide;
mod dictionary;
mod dressed;
mod edge;
mod feed;
pub mod guard;
mod laid;
mod leaks;
mod level;
pub mod made;
mod moved;
mod mutate;
mod named;
mod neighbourhood;
mod own_patch;
pub mod own_tests;
mod reached;
mod report;
mod said;
mod sides;
pub mod statement;
mod taken;
mod trial;
mod unwatched;
mod wrapped;

use std::time::{Duration, Instant};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, HarnessKind, Input, InputContent, Manifest, Oracle as Declared};
use assay_bundle::pack::Entry;
use assay_bundle::path::BundlePath;
use assay_bundle::verdict::{Controls, Verdict};
use jiff::Timestamp;

pub use decide::{
    Facts, MIN_CLEAN, MIN_COMPARED, MIN_FIRED, MIN_LENGTHS, MIN_OUTPUTS, MIN_VARIANTS, Standing, State, Step, decide,
};
pub use feed::Feed;
pub use level::{Level, NoLevel};
pub use moved::Moved;
pub use mutate::Way;
pub use neighbourhood::{Finds, Found, Handled, Neighbourhood, Stem};
pub use own_patch::own_patch;
pub use own_tests::Tested;
pub use reached::Reached;
pub use report::{Merged, Report};
pub use said::{MovedSaid, PlainSaid};
pub(crate) use taken::taken;
pub use unwatched::{MIN_STOPPED, Seen, Unwatched};

use crate::evidence::{ArmState, Evidence};
use crate::load::LoadedBundle;
use crate::patch;
use crate::pipeline::{self, ProveError, Prover, Run};
use crate::second;
use crate::session::Session;
use crate::verdict;
use dictionary::Dictionary;
use guard::{Kind, Touch};
use mutate::Mutator;
use named::Named;
use neighbourhood::{Bounds, Walk};
use trial::Bench;
use unwatched::Question;

/// Where the patch lies in the bundle that is run.
const PATCH: &str = "candidate.patch";

/// What is asked of a patch.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Variants, each run in both builds.
    pub variants: usize,
    /// CPU time of their runs together.
    pub cpu: Duration,
    /// Decides all variants.
    pub seed: u64,
    /// Inputs to compare besides the bundle's benign ones.
    pub corpus: Vec<Vec<u8>>,
    /// Who merged it, as the caller says.
    pub merged: Option<Merged>,
}

/// What happens, for people who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The proof with the patch.
    Proof(pipeline::Progress),
    /// The target's own tests, in this arm.
    Tests(ArmName),
    /// Variants.
    Variants {
        /// Done.
        done: usize,
        /// Of.
        total: usize,
    },
}

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// The patch cannot be read.
    #[error(transparent)]
    Patch(#[from] patch::PatchError),
    /// The bundle has a file in the patch's place, or its path cannot be one.
    #[error("the bundle has a file `{PATCH}` of its own; rename it")]
    Place,
    /// The disk.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

/// A seed that nobody could know before.
///
/// # Errors
///
/// The system gives no random numbers.
pub fn draw_seed() -> Result<u64, String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system gives no random numbers: {error}"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// Verifies a patch against the flaw that a bundle shows.
///
/// # Errors
///
/// The patch is malformed, or nothing can be written. All else is a level.
pub fn check(
    prover: &Prover<'_>,
    bundle: &LoadedBundle,
    manifest: &Manifest,
    patch: &[u8],
    wanted: &Wanted,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Report, FixError> {
    let (started, begun) = (Timestamp::now(), Instant::now());
    let files = patch::view(patch)?;
    let (tried, path) = with_candidate(bundle, patch)?;
    let heard = |event| progress(Progress::Proof(event));
    let mut run = Run::default();
    let mut asked = Asked::default();
    let mut judged = manifest.clone();
    let evidence = match Session::open_with(prover, &tried, manifest, Some(&path), &heard)? {
        Ok(mut session) => {
            let (evidence, running) = session.evidence(&heard);
            judged = session.manifest().clone();
            run = Run {
                facts: session.facts(),
                arms: session.records().to_vec(),
                tools: session.toolchain().tools.clone(),
                running,
                second: None,
            };
            asked = ask(&session, &evidence, &tried, &files, wanted, progress);
            let question = Question {
                prover,
                bundle: &tried,
                manifest,
                patch: &path,
                session: &session,
                reported: second::reported(&evidence),
                around: asked.around.as_ref().ok().filter(|_| asked.open()),
            };
            if asked.tested.is_some() {
                asked.unwatched = question.ask()?;
                asked.moved = Some(moved::ask(&session, &tried, question.around));
            }
            if let Some(around) = question.around {
                let benign = feeds(&session.manifest().inputs.benign, &tried);
                let given: Vec<Feed> = corpus(wanted, &benign).chain(benign.iter().cloned()).collect();
                asked.reached = Some(reached::ask(&session, &given, &around.clean));
            }
            if let Unwatched::Asked(Seen { holds: Some(how), .. }) = &asked.unwatched {
                asked.touches.push(Touch::new(Kind::Leak, format!("built without the sanitizer, {how}")));
            }
            evidence
        }
        Err(not_run) => {
            run.tools = not_run.tools;
            pipeline::nothing_run(manifest, not_run.reason)
        }
    };
    // The bundle's own identity: the patch is another subject.
    let proof = prover.proof(bundle, &judged, evidence, run, started)?;
    let unavailable = ArmState::Unavailable("nothing could be run".into());
    let standing = decide(&Facts {
        patched: proof.evidence.fixed.as_ref().unwrap_or(&unavailable),
        ruling: &proof.ruling,
        tested: asked.tested.as_ref(),
        around: asked.around.as_ref().map_err(String::as_str),
        unwatched: &asked.unwatched,
        moved: asked.moved.as_ref(),
        reached: asked.reached.as_ref(),
        touches: &asked.touches,
        merged: wanted.merged.as_ref().map(|merged| merged.commit.as_str()),
    });
    Ok(Report {
        patch: Sha256::of(patch),
        files: files.iter().flat_map(patch::FileView::names).map(|name| name.to_string_lossy().into_owned()).collect(),
        standing,
        proof,
        tested: asked.tested,
        around: asked.around,
        unwatched: asked.unwatched,
        moved: asked.moved,
        reached: asked.reached,
        touches: asked.touches,
        merged: wanted.merged.clone(),
        took: begun.elapsed(),
    })
}

/// What was asked of the two builds beyond the proof.
struct Asked {
    touches: Vec<Touch>,
    tested: Option<Tested>,
    around: Result<Neighbourhood, String>,
    unwatched: Unwatched,
    moved: Option<Moved>,
    reached: Option<Reached>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            touches: Vec::new(),
            tested: None,
            around: Err("not run: there is no L1".into()),
            unwatched: Unwatched::NotNeeded,
            moved: None,
            reached: None,
        }
    }
}

impl Asked {
    /// Whether L3 still can come out of it, so that more runs are worth their time.
    fn open(&self) -> bool {
        let held_down = self.touches.iter().any(|touch| touch.cap.is_some_and(|cap| cap < Level::L3));
        let against = self.around.as_ref().is_ok_and(|around| around.against.count + around.elsewhere.count > 0);
        !held_down && !against
    }
}

fn ask(
    session: &Session<'_>,
    evidence: &Evidence,
    bundle: &LoadedBundle,
    files: &[patch::FileView],
    wanted: &Wanted,
    progress: &(dyn Fn(Progress) + Sync),
) -> Asked {
    let manifest = session.manifest();
    let command = manifest.tests.as_ref().map(|tests| tests.run.clone()).unwrap_or_default();
    let harness: Vec<String> = manifest.harness.files.iter().map(|file| file.as_str().to_owned()).collect();
    let mut asked = Asked { touches: guard::read(files, &harness, &command), ..Asked::default() };
    // A flaw in what becomes of paths is mended by looking at them.
    if matches!(manifest.oracle, Declared::CanaryWrite { .. } | Declared::CanaryRead) {
        asked.touches.iter_mut().filter(|touch| touch.kind == Kind::Files).for_each(|touch| touch.cap = None);
    }
    if let (Some(without), Some(with)) = (made::of(session, ArmName::Vulnerable), made::of(session, ArmName::Fixed)) {
        asked.touches.extend(made::touches(&without, &with));
    }
    let ruling = verdict::decide(manifest, evidence);
    if (ruling.verdict, ruling.controls) != (Verdict::Reproduced, Some(Controls::BenignFixed)) {
        return asked;
    }
    // Its silence is not the patch's to show, and so is that of any variant.
    if let Some(touch) = asked.touches.iter().find(|touch| touch.cap == Some(Level::L0)) {
        asked.around = Err(format!("not run: there is no L1, since {}", touch.kind.why()));
        return asked;
    }
    asked.tested = Some(own_tests(session, files, &command, progress));
    asked.around = around(session, bundle, wanted, files, progress);
    let kinds = evidence.runs.iter().filter_map(|run| run.signature.as_ref());
    let lifetime = kinds.into_iter().any(|signature| signature.kind.contains("free"));
    leaks::settle(session, bundle, asked.around.as_ref().ok(), lifetime, &mut asked.touches);
    let bytes = |list: &[Input]| -> Vec<Vec<u8>> { feeds(list, bundle).iter().map(Feed::bytes).collect() };
    for word in guard::literals(files, &bytes(&manifest.inputs.trigger), &bytes(&manifest.inputs.benign)) {
        // A variant of another kind that fired, and does not with the patch, shows that the patch
        // does more than to look for these words.
        let other = asked.around.as_ref().is_ok_and(|around| around.firing.iter().any(|feed| !word.fits(feed)));
        let touch = if other { Touch::told } else { Touch::new };
        asked.touches.push(touch(Kind::InputFilter, word.place));
    }
    asked
}

fn feeds(list: &[Input], bundle: &LoadedBundle) -> Vec<Feed> {
    list.iter().filter_map(|input| Feed::of(input, bundle)).collect()
}

/// The caller's inputs, each in the place of the first benign one.
fn corpus<'a>(wanted: &'a Wanted, benign: &'a [Feed]) -> impl Iterator<Item = Feed> + 'a {
    wanted.corpus.iter().filter_map(|content| match benign.first()? {
        Feed::Bytes { at, .. } => Some(Feed::Bytes { at: at.clone(), content: content.clone() }),
        Feed::Args(_) => None,
    })
}

/// The bundle with the patch among its files.
fn with_candidate(bundle: &LoadedBundle, patch: &[u8]) -> Result<(LoadedBundle, BundlePath), FixError> {
    let path: BundlePath = PATCH.parse().map_err(|_| FixError::Place)?;
    if bundle.file(&path).is_some() {
        return Err(FixError::Place);
    }
    let mut tried = bundle.clone();
    tried.files.push(Entry { path: path.clone(), content: patch.to_vec(), executable: false });
    tried.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((tried, path))
}

fn own_tests(
    session: &Session<'_>,
    files: &[patch::FileView],
    command: &[String],
    progress: &(dyn Fn(Progress) + Sync),
) -> Tested {
    let Some(tests) = &session.manifest().tests else {
        return Tested::Untested(
            "untested: the bundle does not say how the target's own tests are run ([tests])".into(),
        );
    };
    let names = files.iter().flat_map(patch::FileView::names).map(|name| name.to_string_lossy().into_owned());
    let names: Vec<String> = names.collect();
    let restore = guard::tests_of(names.iter().map(String::as_str), command);
    let one = |arm: ArmName, restore: &[String]| {
        progress(Progress::Tests(arm));
        own_tests::run(session, tests, arm, restore)
    };
    match one(ArmName::Vulnerable, &[]) {
        Err(why) => Tested::Untested(format!("untested: the target's own tests could not be run: {why}")),
        Ok(without) => match one(ArmName::Fixed, &restore) {
            Err(why) => Tested::Worse(format!("with the patch, the target's own tests could not be run: {why}")),
            Ok(with) => own_tests::compare(&without, &with),
        },
    }
}

/// Why the inputs of this bundle cannot be varied.
fn not_varied(manifest: &Manifest) -> Option<String> {
    let inputs = [&manifest.inputs.trigger, &manifest.inputs.benign];
    let program = |input: &Input| matches!(input.content, InputContent::Program(_));
    if manifest.harness.kind == HarnessKind::Program || inputs.into_iter().flatten().any(program) {
        return Some(
            "each input is a program: a variant of one would have to be written and built, and most would not compile"
                .into(),
        );
    }
    match manifest.oracle {
        Declared::Growth { .. } => Some(
            "the oracle `growth` fits a line through inputs of several sizes: one variant has one size, and no line"
                .into(),
        ),
        Declared::Differential(_) => Some(
            "the oracle `differential` compares two programs that need not agree on inputs which nobody has looked at"
                .into(),
        ),
        Declared::BuildRefusal => Some("the oracle `build-refusal` judges a compiler, and no run".into()),
        _ => None,
    }
}

fn around(
    session: &Session<'_>,
    bundle: &LoadedBundle,
    wanted: &Wanted,
    files: &[patch::FileView],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Neighbourhood, String> {
    let manifest = session.manifest();
    if let Some(why) = not_varied(manifest) {
        return Err(why);
    }
    let (triggers, benign) = (feeds(&manifest.inputs.trigger, bundle), feeds(&manifest.inputs.benign, bundle));
    let folder = session.work().folder("variants").map_err(|error| format!("the proof's folder: {error}"))?;
    let source = session.source(ArmName::Vulnerable).ok_or("there is no source without the patch")?;
    let touched: Vec<String> =
        files.iter().flat_map(patch::FileView::names).map(|name| name.to_string_lossy().into_owned()).collect();
    let known: Vec<Vec<u8>> = triggers.iter().chain(&benign).map(Feed::bytes).collect();
    let dictionary = Dictionary::new(&known, &source.folder, &touched);
    let corpus = corpus(wanted, &benign).collect();
    let executor = session.executor();
    let without = Bench::new(&executor, ArmName::Vulnerable, &folder);
    let with = Bench::new(&executor, ArmName::Fixed, &folder);
    let walk = Walk {
        without: &without,
        with: &with,
        triggers,
        benign,
        corpus,
        named: Named::of(files, manifest),
        mutator: Mutator::new(wanted.seed, dictionary),
        bounds: Bounds { variants: wanted.variants, cpu: wanted.cpu, seed: wanted.seed },
    };
    walk.run(&|done, total| progress(Progress::Variants { done, total }))
}
