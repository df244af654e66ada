//! The patched program where folders have other names than the runner's: a patch that
//! knows the runner by a path behaves there, and nowhere else.

use std::sync::atomic::{AtomicUsize, Ordering};

use assay_bundle::manifest::{ArmName, HarnessKind, Input};
use assay_bundle::verdict::Outcome;

use super::feed::Feed;
use super::neighbourhood::Neighbourhood;
use super::trial::{Bench, Trial, together};
use crate::load::LoadedBundle;
use crate::session::Session;

/// Variants that fired, and inputs that show no flaw, which are run.
const SAMPLE: usize = 12;

/// What was seen elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It has no meaning here, for this reason: what is run, or the unpatched program, knows its own folders.
    Unasked(String),
    /// It has one and was not answered, for this reason: runs could not be made, or showed nothing.
    Broken(String),
    /// It was run.
    Asked {
        /// Runs of both builds.
        runs: usize,
        /// The patched program shows the flaw, or does not end, on a trigger of the bundle: how.
        trigger: Option<String>,
        /// It does on another input: how.
        against: Option<String>,
        /// It shows other things than in the runner's own folders: what.
        differs: Option<String>,
    },
}

/// Runs the triggers and some variants in the patched build elsewhere, and holds them against the same runs here.
#[must_use]
pub fn ask(session: &Session<'_>, bundle: &LoadedBundle, around: Option<&Neighbourhood>) -> Moved {
    run(session, bundle, around).unwrap_or_else(Moved::Broken)
}

fn run(session: &Session<'_>, bundle: &LoadedBundle, around: Option<&Neighbourhood>) -> Result<Moved, String> {
    let manifest = session.manifest();
    match manifest.harness.kind {
        HarnessKind::File | HarnessKind::Stdin | HarnessKind::Args => {}
        HarnessKind::Program => return Ok(Moved::Unasked("each program is a build of its own".into())),
        HarnessKind::Server | HarnessKind::Driver => {
            return Ok(Moved::Unasked("server and driver know each other's folders".into()));
        }
    }
    let folder = session.work().folder("moved").map_err(|error| format!("the proof's folder: {error}"))?;
    let executor = session.executor();
    let bench = |arm| Bench::new(&executor, arm, &folder);
    let without = Places { here: bench(ArmName::Vulnerable), there: bench(ArmName::Vulnerable).elsewhere() };
    let with = Places { here: bench(ArmName::Fixed), there: bench(ArmName::Fixed).elsewhere() };
    let feeds = |list: &[Input]| -> Vec<Feed> { list.iter().filter_map(|input| Feed::of(input, bundle)).collect() };
    let made = AtomicUsize::new(0);
    // Whether the two places are alike without the patch, on inputs without the flaw.
    for feed in &feeds(&manifest.inputs.benign) {
        let [here, there] = without.both(feed, &made)?;
        if let Some(trial) = [&here, &there].into_iter().find(|trial| shows_nothing(trial.outcome)) {
            return Ok(Moved::Broken(format!("without the patch a benign input shows nothing: {}", trial.saw)));
        }
        if there.outcome != Outcome::Silent || !there.alive {
            let why = format!("without the patch a benign input is not handled there: {}", there.saw);
            return Ok(Moved::Unasked(why));
        }
        if there.shown != here.shown {
            return Ok(Moved::Unasked("without the patch it shows other things there too".into()));
        }
    }
    let mut all = feeds(&manifest.inputs.trigger);
    let triggers = all.len();
    if let Some(around) = around {
        for list in [&around.firing, &around.clean] {
            all.extend(list.iter().step_by(list.len().div_ceil(SAMPLE).max(1)).cloned());
        }
    }
    let pairs: Vec<[Trial; 2]> =
        together(&all, |feed| with.both(feed, &made)).into_iter().collect::<Result<_, String>>()?;
    let (mut trigger, mut against, mut differs, mut nothing) = (None, None, None, Vec::new());
    for (index, (feed, pair)) in all.iter().zip(&pairs).enumerate() {
        match weigh(pair, || with.here.run(feed), || without.unlike(feed, &made))? {
            Weight::Alike => {}
            Weight::Nothing(why) => nothing.push((index, why)),
            Weight::Fails(how) if index < triggers => trigger = trigger.or(Some(how)),
            Weight::Fails(how) => against = against.or(Some(how)),
            Weight::Differs(how) => differs = differs.or(Some(how)),
        }
    }
    // A trigger is asked for without exception; a few variants may end by a limit.
    let missed = nothing.iter().any(|(index, _)| *index < triggers) || nothing.len() * 10 > pairs.len();
    if let (true, None, None, None, Some((_, first))) = (missed, &trigger, &against, &differs, nothing.first()) {
        return Ok(Moved::Broken(format!("{} of {} inputs showed nothing: {first}", nothing.len(), pairs.len())));
    }
    Ok(Moved::Asked { runs: made.into_inner(), trigger, against, differs })
}

/// One build in the runner's folders and in others.
struct Places<'a> {
    here: Bench<'a>,
    there: Bench<'a>,
}

impl Places<'_> {
    /// Both, each a second time where the first showed nothing.
    fn both(&self, feed: &Feed, made: &AtomicUsize) -> Result<[Trial; 2], String> {
        let one = |bench: &Bench<'_>| {
            made.fetch_add(1, Ordering::Relaxed);
            let trial = bench.run(feed)?;
            if !shows_nothing(trial.outcome) {
                return Ok(trial);
            }
            made.fetch_add(1, Ordering::Relaxed);
            bench.run(feed)
        };
        Ok([one(&self.here)?, one(&self.there)?])
    }

    /// Whether the program, silent on an input here, does other things with it there.
    fn unlike(&self, feed: &Feed, made: &AtomicUsize) -> Result<bool, String> {
        let [here, there] = self.both(feed, made)?;
        Ok(here.outcome == Outcome::Silent && (there.outcome != here.outcome || there.shown != here.shown))
    }
}

/// Whether such a run is no evidence of anything.
fn shows_nothing(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Fired | Outcome::Silent | Outcome::OtherCrash)
}

/// What one input says of the patched program.
#[derive(Debug, PartialEq, Eq)]
enum Weight {
    /// Nothing against it.
    Alike,
    /// It was not answered: why.
    Nothing(String),
    /// It shows the flaw, crashes or does not end there, and is silent here: how.
    Fails(String),
    /// It shows other things there: what.
    Differs(String),
}

/// Weighs the patched program here and there. `again` runs it here once more, and `habit` asks whether the unpatched
/// one, silent on this input here, is unlike itself there.
fn weigh(
    [here, there]: &[Trial; 2],
    again: impl FnOnce() -> Result<Trial, String>,
    habit: impl FnOnce() -> Result<bool, String>,
) -> Result<Weight, String> {
    if shows_nothing(here.outcome) {
        return Ok(Weight::Nothing(here.saw.clone()));
    }
    // What fires here has been told already.
    if here.outcome != Outcome::Silent || there.outcome == here.outcome && there.shown == here.shown {
        return Ok(Weight::Alike);
    }
    let weight = match there.outcome {
        // Once is enough: a program that is silent here and fires there now and then is not mended.
        Outcome::Fired | Outcome::OtherCrash | Outcome::Limit => Weight::Fails(there.saw.clone()),
        Outcome::Silent => {
            let what = there.shown.difference(&here.shown).unwrap_or("end");
            Weight::Differs(format!("another {what}: {}", there.end))
        }
        _ => return Ok(Weight::Nothing(there.saw.clone())),
    };
    // What is unlike itself here tells nothing. What is unlike itself there alone does: it knows where it is.
    if matches!(weight, Weight::Differs(_)) && again()?.shown != here.shown || habit()? {
        return Ok(Weight::Alike);
    }
    Ok(weight)
}

#[cfg(test)]
#[path = "moved_tests.rs"]
mod tests;
