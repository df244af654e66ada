//! Memory that the patched build loses and the other does not: what is never
//! freed is never freed twice, nor used after.

use assay_bundle::manifest::{ArmName, Instrument, Oracle as Declared};
use assay_bundle::verdict::Outcome;

use super::feed::Feed;
use super::guard::{Kind, Touch};
use super::trial::Bench;
use crate::execute::Executor;
use crate::load::LoadedBundle;
use crate::oracle;
use crate::session::Session;

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

/// Looks for new leaks where that can be done, and settles what the text of the patch left open.
pub fn settle(session: &Session<'_>, bundle: &LoadedBundle, touches: &mut Vec<Touch>) {
    match search(session, bundle) {
        Leaks::New => {
            touches.retain(|touch| touch.kind != Kind::Leak);
            touches.push(Touch::new(Kind::Leak, "the patched build loses memory that the other does not"));
        }
        // A free that is gone, and nothing is lost: it was one too many.
        Leaks::None => touches.iter_mut().filter(|touch| touch.kind == Kind::Leak).for_each(|touch| touch.cap = None),
        Leaks::Unknown => {}
    }
}

fn search(session: &Session<'_>, bundle: &LoadedBundle) -> Leaks {
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
    let benign = feeds(&manifest.inputs.benign);
    let before: Vec<Option<bool>> = benign.iter().map(|feed| leaks(&without, feed)).collect();
    if before.contains(&None) || benign.is_empty() {
        return Leaks::Unknown;
    }
    // A harness that loses memory on every input says nothing about the patch.
    if before.contains(&Some(true)) {
        return Leaks::Unknown;
    }
    let after =
        benign.iter().chain(&feeds(&manifest.inputs.trigger)).map(|feed| leaks(&with, feed)).collect::<Vec<_>>();
    if after.contains(&Some(true)) {
        Leaks::New
    } else if after.contains(&None) {
        Leaks::Unknown
    } else {
        Leaks::None
    }
}
