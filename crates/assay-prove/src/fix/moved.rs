//! The patched program where folders have other names than the runner's: a patch that
//! knows the runner by a path behaves there, and nowhere else.

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
    /// It could not be asked, for this reason.
    Unasked(String),
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
    run(session, bundle, around).unwrap_or_else(Moved::Unasked)
}

fn run(session: &Session<'_>, bundle: &LoadedBundle, around: Option<&Neighbourhood>) -> Result<Moved, String> {
    let manifest = session.manifest();
    match manifest.harness.kind {
        HarnessKind::File | HarnessKind::Stdin | HarnessKind::Args => {}
        HarnessKind::Program => return Err("each program is a build of its own".into()),
        HarnessKind::Server | HarnessKind::Driver => return Err("server and driver know each other's folders".into()),
    }
    let folder = session.work().folder("moved").map_err(|error| format!("the proof's folder: {error}"))?;
    let executor = session.executor();
    let bench = |arm| Bench::new(&executor, arm, &folder);
    let (without, moved_without) = (bench(ArmName::Vulnerable), bench(ArmName::Vulnerable).elsewhere());
    let (here, there) = (bench(ArmName::Fixed), bench(ArmName::Fixed).elsewhere());
    let feeds = |list: &[Input]| -> Vec<Feed> { list.iter().filter_map(|input| Feed::of(input, bundle)).collect() };
    let benign = feeds(&manifest.inputs.benign);
    let mut runs = 0;
    // Whether the two places are alike without the patch, on inputs without the flaw.
    for feed in &benign {
        let (one, other) = (without.run(feed)?, moved_without.run(feed)?);
        runs += 2;
        if other.outcome != Outcome::Silent || !other.alive {
            return Err(format!("without the patch a benign input is not handled there: {}", other.saw));
        }
        if other.shown != one.shown {
            return Err("without the patch it shows other things there too".into());
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
        together(&all, |feed| Ok([here.run(feed)?, there.run(feed)?])).into_iter().collect::<Result<_, String>>()?;
    runs += 2 * pairs.len();
    let (mut trigger, mut against, mut differs) = (None, None, None);
    for (index, (feed, [here, moved])) in all.iter().zip(&pairs).enumerate() {
        if here.outcome != Outcome::Silent || moved.shown == here.shown && moved.outcome == here.outcome {
            continue;
        }
        // What differs from itself, or happens there without the patch too on inputs without the flaw, tells nothing.
        let (again, once_more) = (there.run(feed)?, repeats(&without, &moved_without, feed, &mut runs)?);
        runs += 1;
        if again.shown != moved.shown || again.outcome != moved.outcome || once_more {
            continue;
        }
        if moved.outcome == Outcome::Silent {
            let what = moved.shown.difference(&here.shown).unwrap_or("end");
            differs.get_or_insert_with(|| format!("another {what}: {}", moved.end));
        } else {
            let place = if index < triggers { &mut trigger } else { &mut against };
            place.get_or_insert_with(|| moved.saw.clone());
        }
    }
    Ok(Moved::Asked { runs, trigger, against, differs })
}

/// Whether the unpatched program, silent on an input, shows other things there as well.
fn repeats(here: &Bench<'_>, there: &Bench<'_>, feed: &Feed, runs: &mut usize) -> Result<bool, String> {
    let (one, other) = (here.run(feed)?, there.run(feed)?);
    *runs += 2;
    Ok(one.outcome == Outcome::Silent && (other.outcome != one.outcome || other.shown != one.shown))
}
