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

use assay_bundle::manifest::{ArmName, Instrument, Manifest, Oracle as Declared, Recipe};
use assay_bundle::path::BundlePath;
use assay_bundle::verdict::Outcome;
use assay_sandbox::Node;

use super::feed::Feed;
use super::neighbourhood::Neighbourhood;
use super::trial::{Bench, Trial, together};
use crate::evidence::ArmState;
use crate::execute::Executor;
use crate::load::LoadedBundle;
use crate::pipeline::{ProveError, Prover};
use crate::second::guard::{Guarded, Heap, Reported, compile};
use crate::second::log::{self, Held};
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
        let watched = self.session.manifest();
        let Some(manifest) = without_sanitizer(watched) else { return Ok(Unwatched::NotNeeded) };
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
        let watched = self.session.executor();
        let sides = Sides {
            pages: Two::of(&pages, &page_inputs),
            marks: Two::of(&marks, &mark_inputs),
            watched: Two::of(&watched, &watched_inputs),
        };
        let manifest = self.session.manifest();
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
        let mut seen = Seen {
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
    manifest.oracle = Declared::Signal { signals: SIGNALS.map(str::to_owned).into() };
    let limits = &mut manifest.harness.limits;
    limits.memory = Some(limits.memory.unwrap_or(512 << 20).saturating_add(MORE_MEMORY));
    Some(manifest)
}

/// Whether what this sanitizer sees stops a program without it. What UBSan reports mostly does not, and what it is
/// built with leaves no trace where a program could look.
fn can_stop(manifest: &Manifest) -> bool {
    let instrument = manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
    matches!(instrument, Instrument::Asan | Instrument::Msan) && !matches!(manifest.oracle, Declared::Leak { .. })
}

/// So many of these, spread evenly: which they are, the seed of the variants has decided.
fn spread(feeds: &[Feed], most: usize) -> Vec<Feed> {
    let step = feeds.len().div_ceil(most).max(1);
    feeds.iter().step_by(step).cloned().collect()
}

/// One heap, both builds.
struct Two<'a> {
    without: Bench<'a>,
    with: Bench<'a>,
}

impl<'a> Two<'a> {
    fn of(executor: &'a Executor<'a>, folder: &'a std::path::Path) -> Self {
        Self {
            without: Bench::new(executor, ArmName::Vulnerable, folder),
            with: Bench::new(executor, ArmName::Fixed, folder),
        }
    }
}

struct Sides<'a> {
    pages: Two<'a>,
    marks: Two<'a>,
    watched: Two<'a>,
}

/// The end of a run that the kernel or a mark made.
fn stopped(trial: &Trial) -> bool {
    matches!(trial.outcome, Outcome::Fired | Outcome::OtherCrash)
}

fn held(trial: &Trial) -> Option<Held> {
    let mut files = trial.log.entries.iter().filter(|entry| log::is_log(&String::from_utf8_lossy(&entry.path)));
    match (files.next(), files.next()) {
        (Some(entry), None) => match &entry.node {
            Node::File { content, .. } => log::read(content)?.held,
            _ => None,
        },
        // Which of several processes counts is not known.
        _ => None,
    }
}

impl Sides<'_> {
    /// Benign inputs must be silent on both heaps without the patch. Whether they show the same as under the
    /// sanitizer, so that comparing means something.
    fn controls(&self, benign: &[Feed], seen: &mut Seen) -> Result<bool, String> {
        let mut same = true;
        for feed in benign {
            let (pages, marks) = (self.pages.without.run(feed)?, self.marks.without.run(feed)?);
            let watched = self.watched.without.run(feed)?;
            seen.runs += 3;
            for trial in [&pages, &marks] {
                if trial.outcome != Outcome::Silent {
                    return Err(format!("a benign input is not silent there without the patch either: {}", trial.saw));
                }
            }
            same &= watched.shown == marks.shown && watched.shown == pages.shown;
        }
        Ok(same)
    }

    /// Inputs without the flaw: what was silent without the patch must be with it, and hold no more memory. The most
    /// blocks that the unpatched program held at the end of any.
    fn clean(&self, clean: &[Feed], seen: &mut Seen) -> Result<Option<u64>, String> {
        let pairs: Vec<(Trial, Trial)> =
            together(clean, |feed| Ok((self.pages.without.run(feed)?, self.pages.with.run(feed)?)))
                .into_iter()
                .collect::<Result<_, String>>()?;
        seen.runs += 2 * pairs.len();
        let mut most = None;
        let mut more = 0;
        let mut example = None;
        for (without, with) in pairs.iter().filter(|(without, _)| without.outcome == Outcome::Silent) {
            if stopped(with) {
                seen.against.get_or_insert_with(|| with.saw.clone());
            }
            let (Some(before), Some(after)) = (held(without), held(with)) else { continue };
            most = most.max(Some(before.now));
            if after.now > before.now {
                more += 1;
                example.get_or_insert((before.now, after.now));
            }
        }
        if let Some((before, after)) = example {
            seen.holds = Some(format!(
                "on {more} of {} inputs without the flaw it holds more blocks at the end: {after} and not {before}",
                pairs.len()
            ));
        }
        Ok(most)
    }

    /// Inputs with the flaw: whether the unpatched build is stopped, and whether the patched one is.
    fn firing(&self, firing: &[Feed], triggers: usize, comparable: bool, seen: &mut Seen) -> Result<(), String> {
        let all: Vec<(usize, &Feed)> = firing.iter().enumerate().collect();
        let runs: Vec<[Trial; 5]> = together(&all, |(_, feed)| {
            Ok([
                self.pages.without.run(feed)?,
                self.marks.without.run(feed)?,
                self.pages.with.run(feed)?,
                self.marks.with.run(feed)?,
                self.watched.with.run(feed)?,
            ])
        })
        .into_iter()
        .collect::<Result<_, String>>()?;
        seen.runs += 5 * runs.len();
        let (mut nothing, mut other) = (0, 0);
        for ((index, feed), [pages_without, marks_without, pages, marks, watched]) in all.into_iter().zip(&runs) {
            seen.stopped += usize::from(stopped(pages_without) || stopped(marks_without));
            for trial in [pages, marks] {
                // Without the sanitizer it does not end, and with it did.
                let endless = trial.outcome == Outcome::Limit && watched.outcome == Outcome::Silent;
                if stopped(trial) || endless && trial.end == crate::oracle::CPU_LIMIT {
                    seen.against.get_or_insert_with(|| trial.saw.clone());
                    if index < triggers {
                        seen.trigger.get_or_insert_with(|| trial.saw.clone());
                    }
                } else if trial.outcome != Outcome::Silent {
                    nothing += 1;
                } else if watched.outcome == Outcome::Silent && watched.shown != trial.shown {
                    // What differs from itself is left out.
                    let again = self.watched.with.run(feed)?;
                    seen.runs += 1;
                    if let Some(what) = again.shown.difference(&trial.shown).filter(|_| again.shown == watched.shown) {
                        other += 1;
                        seen.differs.get_or_insert_with(|| format!("another {what}: {}", trial.end));
                    }
                }
            }
        }
        if nothing * 10 > runs.len() * 2 {
            return Err(format!("{nothing} of {} runs of the patched build gave no evidence", runs.len() * 2));
        }
        if !comparable {
            // They differ on ordinary inputs without the patch too.
            seen.differs = None;
            if !seen.can_stop {
                return Err("it shows other things than under the sanitizer without the patch too".into());
            }
        } else if let Some(differs) = &mut seen.differs {
            differs.push_str(&format!(", and so in {other} runs"));
        }
        Ok(())
    }

    /// For a flaw in the lifetime of memory: whether the patched program holds more at the end of inputs with the
    /// flaw than the unpatched one does at the end of any without it.
    fn hoards(&self, firing: &[Feed], most: Option<u64>, seen: &mut Seen) {
        let Some(most) = most.filter(|_| seen.holds.is_none()) else { return };
        let ends = together(firing, |feed| held(&self.pages.with.run(feed).ok()?));
        seen.runs += ends.len();
        let more: Vec<u64> = ends.into_iter().flatten().map(|held| held.now).filter(|now| *now > most).collect();
        if let Some(example) = more.first() {
            seen.holds = Some(format!(
                "on {} inputs with the flaw it holds more blocks at the end, as {example}, than the unpatched program on \
                 any without it, {most}: what is never freed is never used after it was freed",
                more.len()
            ));
        }
    }
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
