//! What a patch takes away besides the flaw: inputs near those of a bundle that are handled without it
//! and refused with it.
//!
//! A patch that refuses two findings' inputs at the door silences both and mends neither. Its
//! benign inputs say nothing of that, if they are chosen to pass; their neighbours, and those
//! of the triggers that show no flaw, do.

use assay_bundle::manifest::{ArmName, HarnessKind, Input};
use assay_bundle::verdict::Outcome;

use super::dictionary::Dictionary;
use super::feed::Feed;
use super::mutate::Mutator;
use super::neighbourhood::Stem;
use super::trial::{Bench, together};
use super::{draw_seed, not_varied};
use crate::load::LoadedBundle;
use crate::session::Session;

/// Variants that are tried, each without the patch, and with it where it was handled.
const VARIANTS: usize = 120;
/// Neighbours of the triggers that must have been refused, for their share to count.
const REFUSED: usize = 2;

/// What the patch of this session refuses besides the flaw, in words; none where nothing is, or nothing can be told.
pub(crate) fn taken(session: &Session<'_>, bundle: &LoadedBundle) -> Option<String> {
    let manifest = session.manifest();
    let joined = matches!(manifest.harness.kind, HarnessKind::Server | HarnessKind::Driver);
    if joined || not_varied(manifest).is_some() {
        return None;
    }
    let feeds = |list: &[Input]| -> Vec<Feed> { list.iter().filter_map(|input| Feed::of(input, bundle)).collect() };
    let (triggers, benign) = (feeds(&manifest.inputs.trigger), feeds(&manifest.inputs.benign));
    let known: Vec<Vec<u8>> = triggers.iter().chain(&benign).map(Feed::bytes).collect();
    let source = session.source(ArmName::Vulnerable)?;
    let mut mutator = Mutator::new(draw_seed().ok()?, Dictionary::new(&known, &source.folder, &[]));
    let mut variants: Vec<(Feed, Stem)> = Vec::new();
    for round in 0..VARIANTS * 4 {
        if variants.len() >= VARIANTS {
            break;
        }
        let (own, others, stem) =
            if round % 2 == 0 { (&triggers, &benign, Stem::Trigger) } else { (&benign, &triggers, Stem::Benign) };
        let (parent, other) = (own.get(mutator.below(own.len()))?, others.get(mutator.below(others.len()))?);
        if let Some((feed, _)) = mutator.variant(parent, other).filter(|(feed, _)| feed.len() < 64 << 10) {
            variants.push((feed, stem));
        }
    }
    let folder = session.work().folder("taken").ok()?;
    let executor = session.executor();
    let without = Bench::new(&executor, ArmName::Vulnerable, &folder);
    let with = Bench::new(&executor, ArmName::Fixed, &folder);
    // Whether it is handled without the patch, and with it.
    let handled = together(&variants, |(feed, stem)| {
        let clean = |bench: &Bench<'_>| {
            bench.run(feed).ok().is_some_and(|trial| trial.outcome == Outcome::Silent && trial.alive)
        };
        // Once more, so that what is refused now and then is not the patch's doing.
        let refused = || !clean(&with) && clean(&without) && !clean(&with);
        clean(&without).then(|| (*stem, refused()))
    });
    let count = |stem: Stem| {
        let of: Vec<bool> =
            handled.iter().flatten().filter(|(own, _)| *own == stem).map(|(_, refused)| *refused).collect();
        (of.iter().filter(|refused| **refused).count(), of.len())
    };
    let ((near, of_near), (far, of_far)) = (count(Stem::Trigger), count(Stem::Benign));
    // As for L3: none of a benign input's kin, no more than one in ten of a trigger's.
    let wide = far > 0 || near >= REFUSED && near * 10 > of_near;
    wide.then(|| {
        format!(
            "{} of {} inputs near those of the bundle that are handled without it are refused",
            near + far,
            of_near + of_far
        )
    })
}
