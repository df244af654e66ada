//! Records as bytes, for a file that is read in place.
//!
//! What a scan needs of every record that names one of its things is packed
//! tightly; the prose is handed out apart. All entries of a package share one
//! list of versions. Loading trusts nothing: bytes that are no record are none.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use assay_advisory::feed::osv::RangeKind;
use assay_advisory::feed::{Decision, Texts, epss, kev};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Key;

use crate::codec::{Cursor, put_maybe, put_number, put_text, put_texts};
use crate::index::{Index, Source, SourceId};
pub use crate::product::stored::PackedProducts;
use crate::record::{Advisory, Event, Listed, Lying, Range};
pub use crate::record::{Entry, Prose};
use crate::shelf::Shelf;

/// A record without its prose and without what it says of packages.
#[derive(Debug)]
pub struct PackedRecord<'a> {
    /// The place of its source.
    pub source: u32,
    /// Its id.
    pub id: &'a str,
    /// All its names: id, aliases, and what it repeats.
    pub names: Vec<&'a str>,
    /// The rest, packed.
    pub facts: Vec<u8>,
    /// What only people read; none if it lies on a shelf.
    pub prose: Option<&'a Prose>,
}

/// A package that records name.
#[derive(Debug, Clone, Copy)]
pub struct NamedPackage<'a> {
    family: &'a Ecosystem,
    name: &'a str,
    places: &'a [u32],
}

/// What all records say of one package.
#[derive(Debug)]
pub struct PackedPackage<'a> {
    /// Its ecosystem, without a release.
    pub family: &'a Ecosystem,
    /// Its name, normalised.
    pub name: &'a str,
    /// The versions that its entries list, packed.
    pub versions: Vec<u8>,
    /// The place of the record, and the packed entry.
    pub entries: Vec<(u32, Vec<u8>)>,
}

/// The versions that the entries of one package list, as loaded.
#[derive(Debug, Clone)]
pub struct Versions(Arc<Texts>);

impl Versions {
    /// Unpacks them; none if the bytes are no such list.
    pub fn load(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let texts = (0..cursor.count()?).map(|_| cursor.text()).collect::<Option<_>>()?;
        cursor.is_done().then(|| Self(Arc::new(texts)))
    }
}

impl Entry {
    /// Unpacks an entry of a package; none if the bytes are none.
    pub fn load(family: &Ecosystem, versions: &Versions, record: u32, bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let of = match cursor.maybe()? {
            None => family.clone(),
            Some(release) => Ecosystem::from_osv(&format!("{}:{release}", family.base())),
        };
        let informational = cursor.maybe()?.map(Box::from);
        let severity = cursor.texts()?;
        let ranges = (0..cursor.count()?).map(|_| range(&mut cursor)).collect::<Option<_>>()?;
        let mut runs = Vec::new();
        let mut last = 0_u32;
        for _ in 0..cursor.count()? {
            let from = last.checked_add(u32::try_from(cursor.number()?).ok()?)?;
            last = from.checked_add(u32::try_from(cursor.number()?).ok()?)?;
            runs.push((from, last));
        }
        if last as usize > versions.0.len() || !cursor.is_done() {
            return None;
        }
        let versions = Listed { shared: Arc::clone(&versions.0), runs: runs.into() };
        Some(Self { advisory: record, of, informational, severity, ranges, versions })
    }

    fn pack(&self, runs: &[(u32, u32)]) -> Vec<u8> {
        let mut out = self.pack_but_versions();
        put_number(&mut out, runs.len() as u64);
        let mut last = 0;
        for (from, to) in runs {
            put_number(&mut out, u64::from(from - last));
            put_number(&mut out, u64::from(to - from));
            last = *to;
        }
        out
    }

    fn pack_but_versions(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_maybe(&mut out, self.of.release());
        put_maybe(&mut out, self.informational.as_deref());
        put_texts(&mut out, &self.severity);
        put_number(&mut out, self.ranges.len() as u64);
        for range in &self.ranges {
            out.push(match range.kind {
                RangeKind::SemVer => 0,
                RangeKind::Ecosystem => 1,
                RangeKind::Git => 2,
                RangeKind::Other => 3,
            });
            // Commits are never compared: that there are some is all that counts.
            let events = if range.kind == RangeKind::Git { &[] } else { &*range.events };
            put_number(&mut out, events.len() as u64);
            for event in events {
                let (kind, at) = match event {
                    Event::Introduced(at) => (0, at),
                    Event::Fixed(at) => (1, at),
                    Event::LastAffected(at) => (2, at),
                    Event::Limit(at) => (3, at),
                    Event::Other(at) => (4, at),
                };
                out.push(kind);
                put_text(&mut out, at);
            }
        }
        out
    }
}

fn range(cursor: &mut Cursor<'_>) -> Option<Range> {
    let kind = match cursor.byte()? {
        0 => RangeKind::SemVer,
        1 => RangeKind::Ecosystem,
        2 => RangeKind::Git,
        3 => RangeKind::Other,
        _ => return None,
    };
    let event = |cursor: &mut Cursor<'_>| {
        let kind = cursor.byte()?;
        let at = Box::from(cursor.text()?);
        Some(match kind {
            0 => Event::Introduced(at),
            1 => Event::Fixed(at),
            2 => Event::LastAffected(at),
            3 => Event::Limit(at),
            4 => Event::Other(at),
            _ => return None,
        })
    };
    let events = (0..cursor.count()?).map(|_| event(cursor)).collect::<Option<_>>()?;
    Some(Range { kind, events })
}

impl Advisory {
    fn pack(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&mut out, &self.id);
        put_texts(&mut out, &self.aliases);
        put_texts(&mut out, &self.upstream);
        put_maybe(&mut out, self.published.as_deref());
        put_texts(&mut out, &self.severity);
        out.extend_from_slice(&self.print.to_le_bytes());
        out
    }

    fn load(source: u32, bytes: &[u8], prose: Lying) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let id = Box::from(cursor.text()?);
        let (aliases, upstream) = (cursor.texts()?, cursor.texts()?);
        let published = cursor.maybe()?.map(Box::from);
        let severity = cursor.texts()?;
        let print = u64::from_le_bytes(cursor.0.try_into().ok()?);
        Some(Self { source, id, aliases, upstream, published, severity, print, prose })
    }
}

/// The id of a packed record, without the rest.
pub fn id_of(facts: &[u8]) -> Option<&str> {
    Cursor(facts).text()
}

impl Prose {
    /// As bytes.
    pub fn pack(&self, out: &mut Vec<u8>) {
        put_text(out, &self.summary);
        put_texts(out, &self.references);
    }

    /// From the front of some bytes; none if they are no prose.
    pub fn load(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        Some(Self { summary: Box::from(cursor.text()?), references: cursor.texts()? })
    }
}

impl Index {
    /// All records, in the order of their places.
    pub fn packed_records(&self) -> impl Iterator<Item = PackedRecord<'_>> {
        self.advisories.iter().map(|advisory| PackedRecord {
            source: advisory.source,
            id: &advisory.id,
            names: advisory.names().collect(),
            facts: advisory.pack(),
            prose: match &advisory.prose {
                Lying::Here(prose) => Some(prose),
                Lying::Shelf(_) => None,
            },
        })
    }

    /// All packages, in the order of ecosystem and name.
    pub fn packages_to_pack(&self) -> Vec<NamedPackage<'_>> {
        let mut all: Vec<NamedPackage<'_>> = self
            .packages
            .iter()
            .flat_map(|(family, names)| names.iter().map(move |(name, places)| NamedPackage { family, name, places }))
            .collect();
        all.sort_unstable_by_key(|one| (one.family, one.name));
        all
    }

    /// Packs what all records say of a package.
    pub fn pack_package<'a>(&'a self, package: NamedPackage<'a>) -> PackedPackage<'a> {
        let NamedPackage { family, name, places } = package;
        let entries: Vec<&Entry> = places.iter().filter_map(|place| self.entries.get(*place as usize)).collect();
        // Each version once, by a number in the order of its first mention; hundreds of entries list the same hundreds.
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut listed: Vec<&str> = Vec::new();
        let mut lists: Vec<Vec<u32>> = Vec::with_capacity(entries.len());
        for entry in &entries {
            let number = |version| {
                *numbers.entry(version).or_insert_with(|| {
                    listed.push(version);
                    u32::try_from(listed.len() - 1).unwrap_or(u32::MAX)
                })
            };
            lists.push(entry.versions.iter().map(number).collect());
        }
        // In the order of versions an entry's own are a few runs.
        let mut order: Vec<u32> = (0..).take(listed.len()).collect();
        let version = |number: u32| listed.get(number as usize).copied().unwrap_or_default();
        order.sort_by_cached_key(|number| {
            let key = Key::parse(family, version(*number)).ok().map(|key| key.as_bytes().to_vec());
            (key, version(*number))
        });
        let mut place_of = vec![0_u32; listed.len()];
        for (place, number) in (0..).zip(&order) {
            if let Some(of) = place_of.get_mut(*number as usize) {
                *of = place;
            }
        }
        let ordered: Vec<&str> = order.iter().map(|number| version(*number)).collect();
        let mut versions = Vec::new();
        put_texts(&mut versions, &ordered);
        let pack = |(entry, list): (&&Entry, Vec<u32>)| {
            let mut places: Vec<u32> =
                list.iter().filter_map(|number| place_of.get(*number as usize).copied()).collect();
            places.sort_unstable();
            places.dedup();
            let mut runs: Vec<(u32, u32)> = Vec::new();
            for place in places {
                match runs.last_mut() {
                    Some((_, to)) if *to == place => *to += 1,
                    _ => runs.push((place, place + 1)),
                }
            }
            (entry.advisory, entry.pack(&runs))
        };
        PackedPackage { family, name, versions, entries: entries.iter().zip(lists).map(pack).collect() }
    }

    /// Each record with all that it says, as bytes that differ if anything of it does: what a delta compares. Several
    /// records of one source and id are one.
    pub fn images(&self) -> BTreeMap<(&str, &str), Vec<u8>> {
        let mut said: Vec<Vec<Vec<u8>>> = Vec::new();
        said.resize_with(self.advisories.len(), Vec::new);
        for (family, names) in &self.packages {
            for (name, places) in names {
                for entry in places.iter().filter_map(|place| self.entries.get(*place as usize)) {
                    let mut image = Vec::new();
                    put_text(&mut image, &family.to_string());
                    put_text(&mut image, name);
                    image.extend(entry.pack_but_versions());
                    let mut versions: Vec<&str> = entry.versions.iter().collect();
                    versions.sort_unstable();
                    versions.dedup();
                    put_texts(&mut image, &versions);
                    if let Some(said) = said.get_mut(entry.advisory as usize) {
                        said.push(image);
                    }
                }
            }
        }
        let mut images: BTreeMap<(&str, &str), Vec<Vec<u8>>> = BTreeMap::new();
        for (advisory, mut said) in self.advisories.iter().zip(said) {
            let mut image = advisory.pack();
            if let Lying::Here(prose) = &advisory.prose {
                prose.pack(&mut image);
            }
            said.sort_unstable();
            image.extend(said.into_iter().flatten());
            let source = self.sources.get(advisory.source as usize).map_or("", |source| source.name.as_str());
            images.entry((source, &advisory.id)).or_default().push(image);
        }
        let joined = images.into_iter().map(|(key, mut images)| {
            images.sort_unstable();
            (key, images.concat())
        });
        joined.collect()
    }

    /// KEV's entries that are in memory.
    pub fn kev_entries(&self) -> impl Iterator<Item = &kev::Entry> {
        self.kev.values()
    }

    /// The decisions that are in memory, by CVE.
    pub fn decisions(&self) -> impl Iterator<Item = (&str, &Decision)> {
        self.decisions.iter().map(|(cve, decision)| (&**cve, decision))
    }

    /// The scores that are in memory.
    pub fn scores(&self) -> &epss::Table {
        &self.scores
    }

    /// Leaves only the records that pass, each asked by its source and id.
    pub fn retain_records(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        let mut moved: Vec<Option<u32>> = Vec::with_capacity(self.advisories.len());
        let mut kept = 0_u32;
        let sources = &self.sources;
        for advisory in &self.advisories {
            let source = sources.get(advisory.source as usize).map_or("", |source| source.name.as_str());
            let passes = keep(source, &advisory.id);
            moved.push(passes.then_some(kept));
            kept += u32::from(passes);
        }
        let new_place = |old: u32| moved.get(old as usize).copied().flatten();
        let mut old = 0;
        self.advisories.retain(|_| {
            old += 1;
            new_place(old - 1).is_some()
        });
        let mut places = Vec::with_capacity(self.entries.len());
        let mut entries = Vec::new();
        for mut entry in std::mem::take(&mut self.entries) {
            places.push(new_place(entry.advisory).map(|advisory| {
                entry.advisory = advisory;
                entries.push(entry);
                u32::try_from(entries.len() - 1).unwrap_or(u32::MAX)
            }));
        }
        self.entries = entries;
        for names in self.packages.values_mut() {
            for list in names.values_mut() {
                *list = list.iter().filter_map(|old| places.get(*old as usize).copied().flatten()).collect();
            }
            names.retain(|_, list| !list.is_empty());
        }
    }

    /// Announces a source as a file names it.
    pub fn load_source(&mut self, source: Source) -> SourceId {
        self.sources.push(source);
        SourceId(u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX))
    }

    /// Takes a packed record and gives its place; none if the bytes are no record. With a number, its prose stays on
    /// the shelf.
    pub fn load_record(&mut self, source: SourceId, facts: &[u8], prose: Result<Prose, u64>) -> Option<u32> {
        let prose = prose.map_or_else(Lying::Shelf, Lying::Here);
        self.advisories.push(Advisory::load(source.0, facts, prose)?);
        u32::try_from(self.advisories.len() - 1).ok()
    }

    /// Takes what lies in the file for later, and which model made its scores.
    pub fn load_shelf(&mut self, shelf: Arc<dyn Shelf>, edition: epss::Edition) {
        self.shelf = Some(shelf);
        self.scores.edition = edition;
    }

    /// Vendors' products and what names them, for a file.
    ///
    /// # Errors
    ///
    /// There is no room for them.
    pub fn packed_products(&self) -> Result<PackedProducts, serde_json::Error> {
        self.products.pack()
    }

    /// Takes the names of a file's products, in place of any that are there. Gives the CVEs that say something of those
    /// that are wanted, and the places of their end-of-life dates; nothing if it was not said what is wanted.
    ///
    /// # Errors
    ///
    /// They are none.
    pub fn load_product_names(&mut self, bytes: &[u8]) -> Result<(Vec<Box<str>>, Vec<u32>), serde_json::Error> {
        self.products.load_names(bytes)?;
        Ok(self.products.needed())
    }

    /// Takes what a file says of the products of one CVE, and gives the id.
    ///
    /// # Errors
    ///
    /// It is no such record.
    pub fn load_product_record(&mut self, bytes: &[u8]) -> Result<Box<str>, serde_json::Error> {
        self.products.load_record(bytes)
    }

    /// Takes end-of-life dates at their place.
    ///
    /// # Errors
    ///
    /// They are none.
    pub fn load_life(&mut self, place: u32, bytes: &[u8]) -> Result<(), serde_json::Error> {
        self.products.load_life(place, bytes)
    }

    /// Takes an entry of KEV without counting it. The products of a file know it already.
    pub fn load_kev(&mut self, entry: kev::Entry) {
        self.kev.insert(Box::from(entry.cve.as_str()), entry);
    }

    /// Takes a decision without counting it.
    pub fn load_decision(&mut self, cve: &str, decision: Decision) {
        self.decisions.insert(Box::from(cve), decision);
    }

    /// Takes scores without counting them.
    pub fn load_scores(&mut self, table: epss::Table) {
        self.scores = table;
    }

    /// Takes an entry of a package.
    pub fn load_entry(&mut self, family: &Ecosystem, name: &str, entry: Entry) {
        self.entries.push(entry);
        let place = u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX);
        let names = match self.packages.get_mut(family) {
            Some(names) => names,
            None => self.packages.entry(family.clone()).or_default(),
        };
        match names.get_mut(name) {
            Some(places) => places.push(place),
            None => {
                names.insert(Box::from(name), vec![place]);
            }
        }
    }
}
