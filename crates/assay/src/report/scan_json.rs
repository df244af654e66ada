//! A scan for programs. Its shape stands in `docs/scan.md`; keys are added,
//! never renamed, and a reader ignores those it does not know.

use assay_advisory::feed::Malformed;
use assay_base::Instant;
use assay_inventory::component::{Format, Skipped};
use assay_match::exposure::Exposure;
use assay_match::index::Feed;
use assay_match::vex::{Suppressed, Told};
use serde::Serialize;

use super::scan_fresh::Freshness;
use crate::scan_input::{Listened, Looked, Scanned, Tally, Unnamed, UnnamedJson};

/// The whole answer.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScanJson<'a> {
    answer: Tally,
    inventories: Vec<InventoryJson<'a>>,
    exposures: &'a [Exposure],
    notices: &'a [Exposure],
    unnamed: Vec<UnnamedJson<'a>>,
    suppressed: &'a [Suppressed],
    vex: VexJson<'a>,
    sources: Vec<SourceJson<'a>>,
    looked: &'a [Looked],
    notes: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct VexJson<'a> {
    documents: &'a [Listened],
    told: &'a [Told],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct InventoryJson<'a> {
    name: &'a str,
    format: Format,
    #[serde(flatten)]
    tally: &'a Tally,
    skipped_entries: &'a [Skipped],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SourceJson<'a> {
    name: &'a str,
    feed: Feed,
    records: usize,
    withdrawn: usize,
    nameless: usize,
    skipped: usize,
    skipped_entries: &'a [Malformed],
    newest: Option<&'a str>,
    age_days: Option<u64>,
    stale: bool,
}

impl<'a> ScanJson<'a> {
    /// The answer at this instant, from which ages are counted; with what lists and the file of assets disagree on.
    pub fn of(scanned: &'a Scanned, notes: &'a [String], now: Instant) -> Self {
        let inventories = scanned.inventories.iter().zip(&scanned.tallies).map(|(inventory, tally)| InventoryJson {
            name: &inventory.name,
            format: inventory.format,
            tally,
            skipped_entries: &inventory.skipped,
        });
        let sources = scanned.sources.iter().map(|source| {
            let freshness = Freshness::of(source, now);
            SourceJson {
                name: &source.name,
                feed: source.feed,
                records: source.records,
                withdrawn: source.withdrawn,
                nameless: source.nameless,
                skipped: source.skips.total,
                skipped_entries: &source.skips.named,
                newest: source.newest.as_deref(),
                age_days: match freshness {
                    Freshness::Days(days) => Some(days),
                    Freshness::Unknown | Freshness::Ahead => None,
                },
                stale: freshness.is_stale(),
            }
        });
        Self {
            answer: scanned.tally(),
            inventories: inventories.collect(),
            exposures: &scanned.exposures,
            notices: &scanned.notices,
            unnamed: scanned.unnamed().map(Unnamed::json).collect(),
            suppressed: &scanned.suppressed,
            vex: VexJson { documents: &scanned.listened, told: &scanned.told },
            sources: sources.collect(),
            looked: &scanned.looked,
            notes,
        }
    }
}
