//! Writes an index, or a delta, from records in memory.
//!
//! The same records give the same bytes, whatever order they were read in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use assay_advisory::feed::{CveNumber, Decision, epss, kev};
use assay_match::index::Index;
use assay_match::packed::{PackedProducts, PackedRecord, Prose};

use crate::container::{Head, Purpose, compose};
use crate::meta::{Gone, Meta, NAMED};
use crate::sections::*;
use crate::words::{hash, longs, package_hash, pieces, words};
use crate::{decision, rules};

/// Cores that are used at most.
const CORES: usize = 8;
/// Things that a core takes at a time.
const BATCH: usize = 32;

/// More than the layout has room for, or no room to pack it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the records do not fit into one file: a section has room for four gigabytes")]
pub struct TooLarge;

/// KEV, SSVC and EPSS as they go into a file.
#[derive(Debug, Default)]
pub struct Tables<'a> {
    /// KEV's entries.
    pub kev: Vec<&'a kev::Entry>,
    /// Decisions by CVE.
    pub decisions: Vec<(&'a str, &'a Decision)>,
    /// Scores by CVE, ascending.
    pub scores: Vec<(CveNumber, u32)>,
    /// Percentiles by probability, ascending.
    pub percentiles: Vec<(u32, u32)>,
}

impl<'a> Tables<'a> {
    /// All that an index has in memory.
    pub fn of(index: &'a Index) -> Self {
        let epss::Table { rows, percentiles, .. } = index.scores();
        Self {
            kev: index.kev_entries().collect(),
            decisions: index.decisions().collect(),
            scores: rows.clone(),
            percentiles: percentiles.clone(),
        }
    }
}

/// When and as what a file is written.
#[derive(Debug, Clone, Copy)]
pub struct As {
    /// Which generation it is.
    pub generation: u64,
    /// When, in microseconds since 1970.
    pub built: i64,
}

/// A whole index. `digests` are those of its sources.
///
/// # Errors
///
/// It is more than the layout has room for.
pub fn index(index: &Index, tables: &Tables<'_>, digests: Vec<String>, at: As) -> Result<Vec<u8>, TooLarge> {
    let meta = Meta { digests, ..Meta::default() };
    file(index, tables, meta, Some(&products(index)?), None, at, Purpose::Index)
}

/// The products of an index, as a file keeps them.
pub(crate) fn products(index: &Index) -> Result<PackedProducts, TooLarge> {
    // Texts, numbers and lists: only memory could fail.
    index.packed_products().map_err(|_| TooLarge)
}

/// A delta: the records that changed, and what is gone.
pub(crate) fn delta(
    changed: &Index,
    tables: &Tables<'_>,
    meta: Meta,
    products: Option<&PackedProducts>,
    gone: &Gone,
    at: As,
) -> Result<Vec<u8>, TooLarge> {
    file(changed, tables, meta, products, Some(gone), at, Purpose::Delta)
}

fn file(
    index: &Index,
    tables: &Tables<'_>,
    mut meta: Meta,
    products: Option<&PackedProducts>,
    gone: Option<&Gone>,
    at: As,
    purpose: Purpose,
) -> Result<Vec<u8>, TooLarge> {
    meta.sources = index.sources().to_vec();
    meta.sources.iter_mut().for_each(|source| source.skips.named.truncate(NAMED));
    if meta.epss == epss::Edition::default() {
        meta.epss = index.scores().edition.clone();
    }
    let mut sections = Vec::new();
    records(index, &mut meta, &mut sections)?;
    kev_and_ssvc(tables, &mut meta, &mut sections)?;
    meta.scores = meta.scores.max(tables.scores.len());
    sections.push((EPSS_NUMBERS, longs(tables.scores.iter().map(|(cve, _)| cve.to_bits()))));
    sections.push((EPSS_SCORES, words(tables.scores.iter().map(|(_, score)| *score))));
    sections.push((EPSS_STEPS, longs(tables.percentiles.iter().map(|(score, _)| u64::from(*score)))));
    sections.push((EPSS_PERCENTILES, words(tables.percentiles.iter().map(|(_, share)| *share))));
    if let Some(products) = products {
        let mut records: Vec<(u64, &[u8])> =
            products.records.iter().map(|(cve, bytes)| (hash([cve]), bytes.as_slice())).collect();
        records.sort();
        sections.push((PRODUCT_NAMES, products.names.clone()));
        sections.push((PRODUCT_HASHES, longs(records.iter().map(|(hash, _)| *hash))));
        let (offsets, blob) = pieces(records.iter().map(|(_, bytes)| bytes)).ok_or(TooLarge)?;
        sections.extend([(PRODUCT_OFFSETS, offsets), (PRODUCT_RECORDS, blob)]);
        let (offsets, blob) = pieces(&products.lives).ok_or(TooLarge)?;
        sections.extend([(LIFE_OFFSETS, offsets), (LIVES, blob)]);
    }
    if let Some(gone) = gone {
        sections.push((GONE, json(gone)?));
    }
    sections.insert(0, (META, json(&meta)?));
    let head = Head { purpose, generation: at.generation, built: at.built, rules: rules::fingerprint() };
    Ok(compose(&head, &sections))
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, TooLarge> {
    // Texts, numbers and lists: only memory could fail.
    serde_json::to_vec(value).map_err(|_| TooLarge)
}

/// A number of four bytes.
fn small(number: usize) -> Result<u32, TooLarge> {
    u32::try_from(number).map_err(|_| TooLarge)
}

type Sections = Vec<(u32, Vec<u8>)>;

fn records(index: &Index, meta: &mut Meta, sections: &mut Sections) -> Result<(), TooLarge> {
    let records: Vec<PackedRecord<'_>> = index.packed_records().collect();
    let mut order: Vec<usize> = (0..records.len()).collect();
    let source = |record: &PackedRecord<'_>| {
        index.sources().get(record.source as usize).map_or("", |source| source.name.as_str())
    };
    order.sort_by(|a, b| {
        let key = |at: usize| records.get(at).map(|record| (source(record), record.id, &record.facts));
        key(*a).cmp(&key(*b))
    });
    let mut place = vec![0_u32; records.len()];
    for (new, old) in order.iter().enumerate() {
        if let Some(place) = place.get_mut(*old) {
            *place = small(new)?;
        }
    }
    let sorted: Vec<&PackedRecord<'_>> = order.iter().filter_map(|old| records.get(*old)).collect();

    let pack_packages = || {
        on_all_cores(&index.packages_to_pack(), |package| {
            let package = index.pack_package(*package);
            let family = package.family.to_string();
            let mut entries: Vec<(u32, Vec<u8>)> = package
                .entries
                .into_iter()
                .map(|(record, bytes)| (place.get(record as usize).copied().unwrap_or(u32::MAX), bytes))
                .collect();
            // Stable: what one record says twice of a package stays in its own order, which decides what is told first.
            entries.sort_by_key(|(record, _)| *record);
            let mut blob = Vec::new();
            for bytes in [family.as_bytes(), package.name.as_bytes(), &package.versions] {
                blob.extend(small(bytes.len())?.to_le_bytes());
                blob.extend_from_slice(bytes);
            }
            for (record, bytes) in &entries {
                blob.extend(record.to_le_bytes());
                blob.extend(small(bytes.len())?.to_le_bytes());
                blob.extend_from_slice(bytes);
            }
            let mut named: Vec<u32> = entries.iter().map(|(record, _)| *record).collect();
            named.dedup();
            Ok((package_hash(&family, package.name), blob, named))
        })
    };
    // What has no part in the packages is put together beside them.
    let (mut packages, (facts, rest)) = thread::scope(|scope| {
        let beside = scope.spawn(|| -> Result<_, TooLarge> { Ok((facts(&sorted)?, names_and_prose(&sorted)?)) });
        let packages = pack_packages()?;
        Ok((packages, beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?))
    })?;
    packages.sort();
    meta.records = meta.records.max(records.len());
    meta.packages = meta.packages.max(packages.len());

    let mut of_record: Vec<Vec<u32>> = vec![Vec::new(); records.len()];
    for (at, (_, _, named)) in packages.iter().enumerate() {
        for record in named {
            if let Some(list) = of_record.get_mut(*record as usize) {
                list.push(small(at)?);
            }
        }
    }
    sections.push((PACKAGE_HASHES, longs(packages.iter().map(|(hash, ..)| *hash))));
    let (offsets, blob) = pieces(packages.iter().map(|(_, blob, _)| blob)).ok_or(TooLarge)?;
    sections.extend([(PACKAGE_OFFSETS, offsets), (PACKAGES, blob)]);
    sections.extend(facts);
    let (offsets, blob) = pieces(of_record.into_iter().map(words)).ok_or(TooLarge)?;
    sections.extend([(RECORD_PACKAGE_OFFSETS, offsets), (RECORD_PACKAGES, blob)]);
    sections.extend(rest);
    Ok(())
}

/// Sources and facts of the records, in their order.
fn facts(sorted: &[&PackedRecord<'_>]) -> Result<Sections, TooLarge> {
    let sources = words(sorted.iter().map(|record| record.source));
    let (offsets, blob) = pieces(sorted.iter().map(|record| &record.facts)).ok_or(TooLarge)?;
    Ok(vec![(RECORD_SOURCES, sources), (RECORD_OFFSETS, offsets), (RECORDS, blob)])
}

/// Ids, aliases and prose of the records, in their order.
fn names_and_prose(sorted: &[&PackedRecord<'_>]) -> Result<Sections, TooLarge> {
    let mut names: Vec<(u64, u32)> = Vec::new();
    for (at, record) in sorted.iter().enumerate() {
        let at = small(at)?;
        names.extend(record.names.iter().map(|name| (hash([&name.to_ascii_uppercase()]), at)));
    }
    names.sort_unstable();
    names.dedup();
    let mut sections = vec![
        (NAME_HASHES, longs(names.iter().map(|(hash, _)| *hash))),
        (NAME_RECORDS, words(names.iter().map(|(_, record)| *record))),
    ];
    let mut prose = Vec::with_capacity(sorted.len());
    for record in sorted {
        let mut packed = Vec::new();
        record.prose.unwrap_or(&Prose::default()).pack(&mut packed);
        prose.push(packed);
    }
    let (offsets, blob) = pieces(prose).ok_or(TooLarge)?;
    sections.extend([(PROSE_OFFSETS, offsets), (PROSE, blob)]);
    Ok(sections)
}

/// Makes something of each thing, in their order: packing the packages is most of the work.
fn on_all_cores<A: Sync, B: Send>(
    all: &[A],
    make: impl Fn(&A) -> Result<B, TooLarge> + Sync,
) -> Result<Vec<B>, TooLarge> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(CORES);
    let (make, next) = (&make, &AtomicUsize::new(0));
    // Some packages are a thousand times the work of others, and stand together: so each core takes a few at a time.
    let work = || {
        let mut made = Vec::new();
        loop {
            let batch = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = all.chunks(BATCH).nth(batch) else { return Ok(made) };
            made.push((batch, part.iter().map(make).collect::<Result<Vec<_>, _>>()?));
        }
    };
    let mut made: Vec<(usize, Vec<B>)> = Vec::new();
    thread::scope(|scope| {
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for core in running {
            made.extend(core.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(())
    })?;
    made.sort_by_key(|(batch, _)| *batch);
    Ok(made.into_iter().flat_map(|(_, part)| part).collect())
}

fn kev_and_ssvc(tables: &Tables<'_>, meta: &mut Meta, sections: &mut Sections) -> Result<(), TooLarge> {
    let mut kev = BTreeMap::new();
    for entry in &tables.kev {
        match CveNumber::of(&entry.cve) {
            Some(number) => drop(kev.insert(number.to_bits(), json(entry)?)),
            None => meta.odd_kev.push((*entry).clone()),
        }
    }
    meta.odd_kev.sort_by(|a, b| a.cve.cmp(&b.cve));
    let mut decisions = BTreeMap::new();
    for (cve, one) in &tables.decisions {
        match CveNumber::of(cve) {
            Some(number) => drop(decisions.insert(number.to_bits(), decision::pack(one))),
            None => meta.odd_decisions.push(((*cve).to_owned(), (*one).clone())),
        }
    }
    meta.odd_decisions.sort_by(|a, b| a.0.cmp(&b.0));
    meta.kev = meta.kev.max(tables.kev.len());
    meta.decisions = meta.decisions.max(tables.decisions.len());
    for (table, [numbers, offsets, blob]) in
        [(kev, [KEV_NUMBERS, KEV_OFFSETS, KEV]), (decisions, [SSVC_NUMBERS, SSVC_OFFSETS, SSVC])]
    {
        sections.push((numbers, longs(table.keys().copied())));
        let (at, all) = pieces(table.values()).ok_or(TooLarge)?;
        sections.extend([(offsets, at), (blob, all)]);
    }
    Ok(())
}
