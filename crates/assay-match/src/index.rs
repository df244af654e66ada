//! The index: records in memory, found by what they name.
//!
//! Built once from everything at hand and asked for each thing of an
//! inventory. A compiled file that is read in place comes later; this is the
//! same test in both.

use std::collections::{HashMap, hash_map};
use std::sync::Arc;

use assay_advisory::feed::{Decision, Skips, csaf, cve, endoflife, epss, kev, osv, ssvc};
use assay_inventory::ecosystem::Ecosystem;
use serde::{Deserialize, Serialize};

use crate::product::Products;
use crate::record::{Advisory, Entry};
use crate::shelf::Shelf;
use crate::wanted::Wanted;

/// Which kind of feed a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// OSV records.
    Osv,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// CISA's SSVC decisions.
    Ssvc,
    /// FIRST's EPSS scores.
    Epss,
    /// CVE records.
    Cve,
    /// CSAF advisories.
    Csaf,
    /// End-of-life dates.
    EndOfLife,
}

/// Where records are from, how many there were, and how fresh they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Source {
    /// What people call it: a file or a folder.
    pub name: String,
    /// Of which kind.
    pub feed: Feed,
    /// Records that were read, those that say nothing included.
    pub records: usize,
    /// Records that were withdrawn or rejected: they say nothing any more.
    pub withdrawn: usize,
    /// Records that name no package or product, only commits or nothing: no inventory can be held against them.
    pub nameless: usize,
    /// When the newest of it was written, RFC 3339 as written; none if nothing says so.
    pub newest: Option<String>,
    /// What could not be read.
    pub skips: Skips,
}

/// The place of a source in the index that it was announced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceId(pub(crate) u32);

/// Records, found by what they name.
#[derive(Debug, Default)]
pub struct Index {
    pub(crate) wanted: Option<Wanted>,
    pub(crate) sources: Vec<Source>,
    pub(crate) advisories: Vec<Advisory>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) packages: HashMap<Ecosystem, HashMap<Box<str>, Vec<u32>>>,
    pub(crate) kev: HashMap<Box<str>, kev::Entry>,
    pub(crate) decisions: HashMap<Box<str>, Decision>,
    pub(crate) products: Products,
    pub(crate) scores: epss::Table,
    /// What was left in the file that the index was loaded from.
    pub(crate) shelf: Option<Arc<dyn Shelf>>,
    /// The day on which it is asked, `2026-11-21`: what had ended by then.
    pub(crate) day: Option<String>,
}

impl Index {
    /// An empty one that keeps everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one that keeps only what can touch these packages and products. All else is counted.
    pub fn only(mut wanted: Wanted) -> Self {
        let products = Products::only(std::mem::take(&mut wanted.products));
        Self { wanted: Some(wanted), products, ..Self::default() }
    }

    /// Announces a source.
    pub fn source(&mut self, name: impl Into<String>, feed: Feed) -> SourceId {
        let skips = Skips::default();
        self.sources.push(Source {
            name: name.into(),
            feed,
            records: 0,
            withdrawn: 0,
            nameless: 0,
            newest: None,
            skips,
        });
        SourceId(u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX))
    }

    /// All sources with their counts.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many (record, package) pairs are kept.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// How many packages records name.
    pub fn packages(&self) -> usize {
        self.packages.values().map(HashMap::len).sum()
    }

    fn at(&mut self, source: SourceId) -> Option<&mut Source> {
        self.sources.get_mut(source.0 as usize)
    }

    /// Takes something of a source that could not be read.
    pub fn skip(&mut self, source: SourceId, at: impl AsRef<str>, why: impl AsRef<str>) {
        if let Some(source) = self.at(source) {
            source.skips.push(at, why);
        }
    }

    /// Reads and takes one OSV record. `at` names it where it cannot be read.
    pub fn osv(&mut self, source: SourceId, at: &str, bytes: &[u8]) {
        match osv::read(bytes) {
            Ok(record) => self.osv_record(source, &record),
            Err(why) => self.skip(source, at, why),
        }
    }

    /// Takes one OSV record.
    pub fn osv_record(&mut self, source: SourceId, record: &osv::Record<'_>) {
        if let Some(of) = self.at(source) {
            of.records += 1;
            newer(&mut of.newest, record.modified.as_deref());
            newer(&mut of.newest, record.published.as_deref());
            if record.withdrawn.is_some() {
                of.withdrawn += 1;
                return;
            }
            if record.affected.iter().all(|affected| affected.package.is_none() && affected.specific.purl.is_none()) {
                of.nameless += 1;
                return;
            }
        }
        let mut advisory = None;
        for affected in &record.affected {
            let Some((ecosystem, name)) = named(affected) else { continue };
            let family = ecosystem.family();
            if self.wanted.as_ref().is_some_and(|wanted| !wanted.has(&family, &name)) {
                continue;
            }
            let advisory = *advisory.get_or_insert_with(|| {
                self.advisories.push(Advisory::of(source.0, record));
                place(self.advisories.len())
            });
            self.entries.push(Entry::of(advisory, &ecosystem, affected));
            let entry = place(self.entries.len());
            let names = self.packages.entry(family).or_default();
            match names.get_mut(&*name) {
                Some(entries) => entries.push(entry),
                None => {
                    names.insert(Box::from(&*name), vec![entry]);
                }
            }
        }
    }

    /// Takes the catalogue.
    pub fn kev(&mut self, source: SourceId, catalogue: kev::Catalogue) {
        if let Some(of) = self.at(source) {
            of.records += catalogue.entries.len();
            newer(&mut of.newest, Some(catalogue.released.as_str()).filter(|text| !text.is_empty()));
            of.skips.append(catalogue.skips);
        }
        for entry in catalogue.entries {
            self.products.kev(&entry);
            self.kev.insert(Box::from(entry.cve.as_str()), entry);
        }
    }

    /// Takes a table of decisions. For one CVE the newest counts.
    pub fn ssvc(&mut self, source: SourceId, table: ssvc::Table) {
        if let Some(of) = self.at(source) {
            of.records += table.rows.len();
            newer(&mut of.newest, table.newest());
            of.skips.append(table.skips.clone());
        }
        for (cve, decision) in table.rows {
            self.decide(&cve, decision);
        }
    }

    /// Takes the scores of one day. The last ones that are taken count.
    pub fn epss(&mut self, source: SourceId, mut table: epss::Table) {
        if let Some(of) = self.at(source) {
            of.records += table.rows.len();
            newer(&mut of.newest, Some(table.edition.scored.as_str()).filter(|text| !text.is_empty()));
            of.skips.append(std::mem::take(&mut table.skips));
        }
        self.scores = table;
    }

    /// Takes one CVE record.
    pub fn cve(&mut self, source: SourceId, record: cve::Record) {
        if let Some(of) = self.at(source) {
            of.records += 1;
            newer(&mut of.newest, record.updated.as_deref());
            if record.rejected {
                of.withdrawn += 1;
                return;
            }
        }
        if let Some(decision) = &record.decision {
            self.decide(&record.id, decision.clone());
        }
        if !self.products.cve(record)
            && let Some(of) = self.at(source)
        {
            of.nameless += 1;
        }
    }

    /// Takes one CSAF advisory.
    pub fn csaf(&mut self, source: SourceId, advisory: &csaf::Advisory) {
        if let Some(of) = self.at(source) {
            of.records += 1;
            newer(&mut of.newest, advisory.released.as_deref());
        }
        if !self.products.csaf(advisory)
            && let Some(of) = self.at(source)
        {
            of.nameless += 1;
        }
    }

    /// Takes a product's end-of-life dates. They are told only if the index also knows which day it is ([`Index::as_of`]).
    pub fn end_of_life(&mut self, source: SourceId, product: endoflife::Product) {
        if let Some(of) = self.at(source) {
            of.records += 1;
            let released = product.cycles.iter().filter_map(|cycle| cycle.released.as_deref()).max();
            newer(&mut of.newest, released.map(|day| format!("{day}T00:00:00Z")).as_deref());
        }
        self.products.end_of_life(product);
    }

    /// Says which day it is, as `2026-11-21`: what has ended by then is told as ended.
    pub fn as_of(&mut self, day: impl Into<String>) {
        self.day = Some(day.into());
    }

    fn decide(&mut self, cve: &str, decision: Decision) {
        match self.decisions.get_mut(cve) {
            Some(old) if old.decided >= decision.decided => {}
            Some(old) => *old = decision,
            None => {
                self.decisions.insert(Box::from(cve), decision);
            }
        }
    }

    /// Takes over all OSV records of another index: two cores read two halves of a feed.
    pub fn append(&mut self, mut other: Self) {
        let (sources, advisories, entries) =
            (self.sources.len() as u32, self.advisories.len() as u32, self.entries.len() as u32);
        other.advisories.iter_mut().for_each(|advisory| advisory.source += sources);
        other.entries.iter_mut().for_each(|entry| entry.advisory += advisories);
        other.packages.values_mut().flat_map(HashMap::values_mut).flatten().for_each(|place| *place += entries);
        self.sources.append(&mut other.sources);
        self.advisories.append(&mut other.advisories);
        self.entries.append(&mut other.entries);
        for (family, names) in other.packages {
            match self.packages.entry(family) {
                hash_map::Entry::Vacant(free) => drop(free.insert(names)),
                hash_map::Entry::Occupied(ours) => {
                    let ours = ours.into_mut();
                    for (name, mut theirs) in names {
                        ours.entry(name).or_default().append(&mut theirs);
                    }
                }
            }
        }
    }

    /// Brings sources of one name and kind together, as the parts of one feed that was read in parts.
    pub fn join_sources(&mut self) {
        let mut joined: Vec<Source> = Vec::new();
        let mut moved = Vec::new();
        for source in std::mem::take(&mut self.sources) {
            let known = joined.iter().position(|known| known.name == source.name && known.feed == source.feed);
            moved.push(place(known.map_or(joined.len() + 1, |known| known + 1)));
            match known.and_then(|known| joined.get_mut(known)) {
                Some(into) => {
                    into.records += source.records;
                    into.withdrawn += source.withdrawn;
                    into.nameless += source.nameless;
                    newer(&mut into.newest, source.newest.as_deref());
                    into.skips.append(source.skips);
                }
                None => joined.push(source),
            }
        }
        for source in &mut joined {
            source.skips.named.sort_by(|a, b| (&a.at, &a.why).cmp(&(&b.at, &b.why)));
        }
        self.sources = joined;
        for advisory in &mut self.advisories {
            if let Some(source) = moved.get(advisory.source as usize) {
                advisory.source = *source;
            }
        }
    }
}

/// The place of the last of so many. Four thousand million records do not fit into memory.
fn place(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// The package that an entry names: by OSV's names, or by a package URL where OSV has no name for its ecosystem.
fn named(affected: &osv::Affected<'_>) -> Option<(Ecosystem, String)> {
    if let Some(package) = &affected.package {
        let ecosystem = Ecosystem::from_osv(&package.ecosystem);
        let name = ecosystem.normalise(&package.name).into_owned();
        return Some((ecosystem, name));
    }
    let package = assay_inventory::purl::read(affected.specific.purl.as_deref()?).ok()?;
    Some((package.ecosystem, package.name))
}

/// Keeps the later of two instants, which sort as text does: both are RFC 3339 in UTC, and finer digits change nothing
/// that a freshness in days could show. A date from before there were CVEs is a tool's zero (`0001-01-01`), no date.
fn newer(known: &mut Option<String>, other: Option<&str>) {
    if let Some(other) = other.filter(|other| *other >= "1999")
        && known.as_deref().is_none_or(|known| known < other)
    {
        *known = Some(other.to_owned());
    }
}
