//! What changed between two indexes.
//!
//! A record that changed in anything is taken back and given anew. So the
//! index before and the delta together say what the new index says.

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_advisory::feed::epss;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::layers::Layers;
use crate::meta::{Follows, Gone, Meta};
use crate::write::{As, Tables, TooLarge, delta, products};

/// Why there is no delta.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// One of the two cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// It does not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// A delta, and how many records it has and takes back.
#[derive(Debug)]
pub struct Delta {
    /// The file.
    pub bytes: Vec<u8>,
    /// Records that are new or changed.
    pub changed: usize,
    /// Records that are no longer there.
    pub removed: usize,
    /// CVEs whose score changed.
    pub scores: usize,
    /// Whether anything about products changed.
    pub products: bool,
}

/// What leads from one index to the next.
///
/// # Errors
///
/// One of them is damaged, or the delta does not fit into a file.
pub fn between(old: &Arc<Layers>, new: &Arc<Layers>, at: As) -> Result<Delta, DeltaError> {
    let (before, products_before) = {
        let index = old.whole()?;
        (images(&index), products(&index)?)
    };
    let mut index = new.whole()?;
    let after = images(&index);
    let products_after = Some(products(&index)?).filter(|after| *after != products_before);
    let mut gone = Gone::default();
    let mut removed = 0;
    for (key, image) in &before {
        if after.get(key) != Some(image) {
            removed += usize::from(!after.contains_key(key));
            gone.records.push(key.clone());
        }
    }
    let is_new = |source: &str, id: &str| {
        let key = (source.to_owned(), id.to_owned());
        before.get(&key) != after.get(&key)
    };
    index.retain_records(is_new);
    let changed = after.iter().filter(|(key, image)| before.get(*key) != Some(image)).count();

    let kev_before: BTreeMap<String, _> =
        old.kev_entries()?.into_iter().map(|entry| (entry.cve.clone(), entry)).collect();
    let kev_after: BTreeMap<String, _> =
        new.kev_entries()?.into_iter().map(|entry| (entry.cve.clone(), entry)).collect();
    gone.kev = kev_before.keys().filter(|cve| !kev_after.contains_key(*cve)).cloned().collect();
    let decided_before: BTreeMap<_, _> = old.decisions()?.into_iter().collect();
    let decided_after: BTreeMap<_, _> = new.decisions()?.into_iter().collect();
    gone.decisions = decided_before.keys().filter(|cve| !decided_after.contains_key(*cve)).cloned().collect();
    let (scored_before, scored_after): (epss::Table, epss::Table) = (old.scores(), new.scores());
    let known: BTreeMap<_, _> = scored_before.rows.iter().copied().collect();
    let there: BTreeMap<_, _> = scored_after.rows.iter().copied().collect();
    gone.scores = known.keys().filter(|cve| !there.contains_key(cve)).map(ToString::to_string).collect();
    let scores: Vec<_> =
        scored_after.rows.iter().copied().filter(|(cve, score)| known.get(cve) != Some(score)).collect();
    let count = scores.len();

    let tables = Tables {
        kev: kev_after.values().filter(|entry| kev_before.get(&entry.cve) != Some(*entry)).collect(),
        decisions: decided_after
            .iter()
            .filter(|(cve, one)| decided_before.get(*cve) != Some(*one))
            .map(|(cve, one)| (cve.as_str(), one))
            .collect(),
        scores,
        percentiles: scored_after.percentiles,
    };
    let newest = old.newest().container();
    let follows = Follows { root: newest.root().to_string(), generation: newest.head().generation };
    // Counts are those of the whole, not of the part.
    let meta = Meta { follows: Some(follows), odd_kev: Vec::new(), odd_decisions: Vec::new(), ..new.meta().clone() };
    let bytes = delta(&index, &tables, meta, products_after.as_ref(), &gone, at)?;
    Ok(Delta { bytes, changed, removed, scores: count, products: products_after.is_some() })
}

type Images = BTreeMap<(String, String), [u8; 32]>;

fn images(index: &assay_match::index::Index) -> Images {
    let all = index.images().into_iter();
    all.map(|((source, id), image)| ((source.to_owned(), id.to_owned()), Sha256::digest(image).into())).collect()
}
