//! Memory that the patched build loses and the other does not: what is never
//! freed is never freed twice, nor used after.

use assay_bundle::manifest::{ArmName, Instrument, Oracle as Declared};
use assay_bundle::verdict::Outcome;

use super::feed::Feed;
use super::guard::{Kind, Touch};
use super::neighbourhood::Neighbourhood;
use super::trial::{Bench, together};
use crate::execute::Executor;
use crate::load::LoadedBundle;
use crate::oracle;
use crate::session::Session;

/// Variants that fired whose leaks are looked for.
const SAMPLE: usize = 60;
/// Inputs of each kind below which a free that is gone stays told.
const ENOUGH: usize = 20;

/// What a search for leaks came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaks {
    /// The patched build loses memory where the other does not.
    New,
    /// Nothing is lost that was not before.
    None,
    /// It cannot be told here.
    Unknown,
}

/// Looks for new leaks where that can be done, and settles what the text of the patch left open. For a flaw in the
/// `lifetime` of memory nothing is settled: to free no more is then the very way not to mend it.
pub fn settle(
    session: &Session<'_>,
    bundle: &LoadedBundle,
    around: Option<&Neighbourhood>,
    lifetime: bool,
    touches: &mut Vec<Touch>,
) {
    // A free that is gone is looked after with all that was found; else the bundle's inputs do.
    let asked = touches.iter().any(|touch| touch.kind == Kind::Leak);
    let found = search(session, bundle, around.filter(|_| asked));
    let searched = around.is_some_and(|around| around.clean.len() >= ENOUGH && around.firing.len() >= ENOUGH);
    match found {
        Leaks::New => {
            touches.retain(|touch| touch.kind != Kind::Leak);
            touches.push(Touch::new(Kind::Leak, "the patched build loses memory that the other does not"));
        }
        // A free that is gone, and nothing is lost: it was one too many.
        Leaks::None if searched && !lifetime => {
            touches.iter_mut().filter(|touch| touch.kind == Kind::Leak).for_each(|touch| touch.cap = None)
        }
        Leaks::None | Leaks::Unknown => {}
    }
}

fn search(session: &Session<'_>, bundle: &LoadedBundle, around: Option<&Neighbourhood>) -> Leaks {
    let manifest = session.manifest();
    let instrument = manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
    if !matches!(instrument, Instrument::Asan | Instrument::Lsan) || matches!(manifest.oracle, Declared::Leak { .. }) {
        return Leaks::Unknown;
    }
    let mut asked = manifest.clone();
    asked.oracle = Declared::Leak { frame: None };
    let Ok(leak) = oracle::from_manifest(&asked) else { return Leaks::Unknown };
    let executor = Executor { manifest: &asked, oracle: &*leak, ..session.executor() };
    let Ok(folder) = session.work().folder("leaks") else { return Leaks::Unknown };
    let (without, with) =
        (Bench::new(&executor, ArmName::Vulnerable, &folder), Bench::new(&executor, ArmName::Fixed, &folder));
    let feeds = |list: &[assay_bundle::manifest::Input]| -> Vec<Feed> {
        list.iter().filter_map(|input| Feed::of(input, bundle)).collect()
    };
    let leaks = |bench: &Bench<'_>, feed: &Feed| match bench.run(feed).map(|trial| trial.outcome) {
        // Any leak counts, wherever its memory was asked for.
        Ok(Outcome::Fired | Outcome::OtherCrash) => Some(true),
        Ok(Outcome::Silent) => Some(false),
        _ => None,
    };
    let mut clean = feeds(&manifest.inputs.benign);
    let mut firing = feeds(&manifest.inputs.trigger);
    if let Some(around) = around {
        clean.extend(around.clean.iter().cloned());
        firing.extend(around.firing.iter().take(SAMPLE).cloned());
    }
    let before = together(&clean, |feed| leaks(&without, feed));
    // A harness that loses memory on ordinary inputs says nothing about the patch.
    if before.first() != Some(&Some(false)) {
        return Leaks::Unknown;
    }
    let kept = clean.into_iter().zip(before).filter(|(_, lost)| *lost == Some(false)).map(|(feed, _)| feed);
    let all: Vec<Feed> = kept.chain(firing).collect();
    let after = together(&all, |feed| leaks(&with, feed));
    if after.contains(&Some(true)) {
        Leaks::New
    } else if after.contains(&None) {
        Leaks::Unknown
    } else {
        Leaks::None
    }
}
