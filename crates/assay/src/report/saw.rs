//! What the oracle saw: one line for each distinct sentence, with how often and where.

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::verdict::Outcome;
use assay_prove::evidence::Run;

use super::plain;
use super::words;

/// More distinct sentences than this are counted, not shown.
const MAX: usize = 12;

/// The lines, most frequent first within their outcome.
pub fn lines(runs: &[Run]) -> Vec<String> {
    let mut groups: BTreeMap<(Outcome, &str), (u32, BTreeSet<String>)> = BTreeMap::new();
    for run in runs {
        let (count, places) = groups.entry((run.outcome, run.saw.as_str())).or_default();
        *count += 1;
        places.insert(format!("{} {}", run.cell.arm, words::role(run.cell.role)));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| a.0.0.cmp(&b.0.0).then(b.1.0.cmp(&a.1.0)).then(a.0.1.cmp(b.0.1)));
    let more = groups.len().saturating_sub(MAX);
    let mut lines: Vec<String> = groups
        .into_iter()
        .take(MAX)
        .map(|((outcome, saw), (count, places))| {
            let places = places.into_iter().collect::<Vec<_>>().join(", ");
            format!("{count}x {} ({places}): {}", words::outcome(outcome), plain::line(saw, plain::LINE))
        })
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more kinds; `--format json` has every run"));
    }
    lines
}
