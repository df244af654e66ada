//! The records that a card closes.

use std::collections::HashMap;

use assay_match::exposure::KevFact;

use crate::card::Closed;
use crate::text::{SENTENCE, plain};
use crate::urgency::Urgent;

/// Most fixed versions of one record.
const FIXED: usize = 20;

/// Each record once, in the place of its most urgent word: a distribution builds many packages from one source, and a
/// record speaks of each of them.
pub(crate) fn once(all: impl Iterator<Item = Closed>) -> Vec<Closed> {
    let mut records: Vec<Closed> = Vec::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for closed in all {
        let place = *places.entry((closed.source.clone(), closed.id.clone())).or_insert(records.len());
        match records.get_mut(place) {
            None => records.push(closed),
            // Packages of two versions may be mended by two.
            Some(known) => {
                let new: Vec<String> = closed.fixed.into_iter().filter(|fixed| !known.fixed.contains(fixed)).collect();
                known.fixed.extend(new.into_iter().take(FIXED.saturating_sub(known.fixed.len())));
            }
        }
    }
    records
}

/// What a record says of one thing, its words made harmless.
pub(crate) fn closed(urgent: &Urgent<'_>) -> Closed {
    let exposure = urgent.exposure;
    let advisory = &exposure.advisory;
    let cve = std::iter::once(&advisory.id).chain(&advisory.aliases).find(|id| id.starts_with("CVE-"));
    Closed {
        source: plain(&advisory.source, 80),
        id: plain(&advisory.id, 80),
        name: plain(cve.unwrap_or(&advisory.id), 40),
        summary: plain(&advisory.summary, 300),
        touch: exposure.touch,
        certainty: exposure.certainty,
        why: plain(&exposure.why, SENTENCE),
        kev: advisory.kev.as_ref().map(|kev| KevFact {
            added: plain(&kev.added, 20),
            ransomware: kev.ransomware,
            action: plain(&kev.action, SENTENCE),
        }),
        score: advisory.score.filter(|score| (0.0..=10.0).contains(score)),
        fixed: exposure.fixed.iter().take(FIXED).map(|fixed| plain(fixed, 80)).collect(),
        earliest: urgent.outcome.earliest,
        latest: urgent.outcome.latest,
    }
}
