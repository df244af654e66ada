//! An index and the deltas on top of it, asked as one.
//!
//! What a later file says of a record, or of a CVE, goes for what an earlier
//! one said. A record is known by its source and id.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use assay_advisory::feed::{CveNumber, Decision, epss, kev};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::index::{Index, SourceId};
use assay_match::packed::{Entry, Prose, Versions, id_of};
use assay_match::shelf::Shelf;
use assay_match::wanted::Wanted;

use crate::container::{Container, Purpose};
use crate::error::Error;
use crate::file::{Family, File, Package};
use crate::meta::Meta;

/// Most deltas on top of an index: each look-up asks all of them.
pub const DELTAS: usize = 8;

/// An index with its deltas.
#[derive(Debug)]
pub struct Layers {
    /// The index first, then the deltas, each after the one that it follows.
    files: Vec<File>,
    /// Of each file: the records that it takes back from those before it.
    gone: Vec<HashSet<(String, String)>>,
    /// The first damage that was met where nobody could be told.
    damage: OnceLock<String>,
}

impl Layers {
    /// Opens one file, or an index and its deltas in their order.
    ///
    /// # Errors
    ///
    /// One of them cannot be opened, or they do not belong together.
    pub fn open(paths: &[PathBuf]) -> Result<Arc<Self>, Error> {
        let files = paths.iter().map(|path| Container::open(path)).collect::<Result<_, _>>()?;
        Self::of(files)
    }

    /// The same from files that were opened.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn of(containers: Vec<Container>) -> Result<Arc<Self>, Error> {
        let files = containers.into_iter().map(File::of).collect::<Result<Vec<_>, _>>()?;
        let not_next =
            |file: &File, why: &str| Error::NotNext { path: file.container().path().to_owned(), why: why.to_owned() };
        let none = || Error::not_ours(Path::new(""), "no file is named");
        let (first, rest) = files.split_first().ok_or_else(none)?;
        if first.container().head().purpose != Purpose::Index {
            return Err(not_next(first, "it is a delta, and the index that it follows is not here"));
        }
        if rest.len() > DELTAS {
            return Err(not_next(first, &format!("it has more than {DELTAS} deltas")));
        }
        let mut before = first;
        for file in rest {
            let root = before.container().root().to_string();
            let follows = file.meta().follows.as_ref().is_some_and(|follows| follows.root == root);
            if file.container().head().purpose != Purpose::Delta || !follows {
                return Err(not_next(file, "it is not the delta that follows it"));
            }
            before = file;
        }
        let gone = files.iter().map(|file| file.gone().records.iter().cloned().collect()).collect();
        Ok(Arc::new(Self { files, gone, damage: OnceLock::new() }))
    }

    /// The files, the index first.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Sources and counts, as the newest file gives them.
    pub fn meta(&self) -> &Meta {
        self.newest().meta()
    }

    /// The newest file.
    pub fn newest(&self) -> &File {
        self.files.last().unwrap_or(&self.files[0])
    }

    /// Whether a later file takes this record back.
    fn is_gone(&self, layer: usize, source: &str, id: &str) -> bool {
        let mut later = self.gone.iter().skip(layer + 1).filter(|gone| !gone.is_empty()).peekable();
        if later.peek().is_none() {
            return false;
        }
        let key = (source.to_owned(), id.to_owned());
        later.any(|gone| gone.contains(&key))
    }

    /// An index in memory of what can touch these packages and products.
    ///
    /// # Errors
    ///
    /// A file is damaged where it was read.
    pub fn index(self: &Arc<Self>, wanted: &Wanted) -> Result<Index, Error> {
        let mut loading = Loading::new(self, Index::only(wanted.clone()));
        for (family, names) in wanted.packages() {
            let lying = Family::of(family);
            for name in names {
                for (layer, file) in self.files.iter().enumerate() {
                    if let Some(package) = file.find(&lying, name)? {
                        loading.package(layer, family, &package, |_| true)?;
                    }
                }
            }
        }
        if wanted.has_products() {
            self.load_products(&mut loading.index)?;
        }
        Ok(loading.done())
    }

    /// All of it in memory, prose and tables included.
    ///
    /// # Errors
    ///
    /// A file is damaged.
    pub fn whole(self: &Arc<Self>) -> Result<Index, Error> {
        let mut loading = Loading::new(self, Index::new());
        loading.with_prose = true;
        for (layer, file) in self.files.iter().enumerate() {
            for at in 0..file.packages() {
                let package = file.package(at)?;
                loading.package(layer, &Ecosystem::from_osv(package.family), &package, |_| true)?;
            }
        }
        self.load_all_products(&mut loading.index)?;
        for entry in self.kev_entries()? {
            loading.index.load_kev(entry);
        }
        for (cve, decision) in self.decisions()? {
            loading.index.load_decision(&cve, decision);
        }
        loading.index.load_scores(self.scores());
        Ok(loading.done())
    }

    /// An index in memory of the records with this id or alias alone, and of what they say of every package.
    ///
    /// # Errors
    ///
    /// A file is damaged where it was read.
    pub fn records_named(self: &Arc<Self>, name: &str) -> Result<Index, Error> {
        let mut loading = Loading::new(self, Index::new());
        for (layer, file) in self.files.iter().enumerate() {
            for record in file.named(name) {
                for at in file.packages_of(record)? {
                    let package = file.package(at)?;
                    loading.package(layer, &Ecosystem::from_osv(package.family), &package, |one| one == record)?;
                }
            }
        }
        Ok(loading.done())
    }

    /// The newest file that has products: it has all of them.
    fn with_products(&self) -> Option<(&File, &[u8])> {
        self.files.iter().rev().find_map(|file| file.product_names().map(|names| (file, names)))
    }

    /// What names the products that are wanted.
    fn load_products(&self, index: &mut Index) -> Result<(), Error> {
        let Some((file, names)) = self.with_products() else { return Ok(()) };
        let damaged = |error: serde_json::Error| file.damaged(&format!("its products: {error}"));
        let (cves, lives) = index.load_product_names(names).map_err(damaged)?;
        for cve in &cves {
            for record in file.product_records(cve) {
                if *index.load_product_record(record?).map_err(damaged)? == **cve {
                    break;
                }
            }
        }
        for place in lives {
            index.load_life(place, file.life(place)?).map_err(damaged)?;
        }
        Ok(())
    }

    fn load_all_products(&self, index: &mut Index) -> Result<(), Error> {
        let Some((file, names)) = self.with_products() else { return Ok(()) };
        let damaged = |error: serde_json::Error| file.damaged(&format!("its products: {error}"));
        index.load_product_names(names).map_err(damaged)?;
        for record in file.all_product_records() {
            index.load_product_record(record?).map_err(damaged)?;
        }
        for place in 0..file.lives() {
            index.load_life(place, file.life(place)?).map_err(damaged)?;
        }
        Ok(())
    }

    /// KEV as the newest file has it.
    ///
    /// # Errors
    ///
    /// A file is damaged.
    pub fn kev_entries(&self) -> Result<Vec<kev::Entry>, Error> {
        let mut all = std::collections::BTreeMap::new();
        for file in &self.files {
            for cve in &file.gone().kev {
                all.remove(cve);
            }
            all.extend(file.all_kev()?.into_iter().map(|entry| (entry.cve.clone(), entry)));
        }
        Ok(all.into_values().collect())
    }

    /// All decisions.
    ///
    /// # Errors
    ///
    /// A file is damaged.
    pub fn decisions(&self) -> Result<Vec<(String, Decision)>, Error> {
        let mut all = std::collections::BTreeMap::new();
        for file in &self.files {
            for cve in &file.gone().decisions {
                all.remove(cve);
            }
            all.extend(file.all_decisions()?);
        }
        Ok(all.into_iter().collect())
    }

    /// All scores.
    pub fn scores(&self) -> epss::Table {
        let mut all = std::collections::BTreeMap::new();
        for file in &self.files {
            for cve in file.gone().scores.iter().filter_map(|cve| CveNumber::of(cve)) {
                all.remove(&cve);
            }
            all.extend(file.all_scores().rows);
        }
        epss::Table { rows: all.into_iter().collect(), ..self.newest().all_scores() }
    }

    /// The first damage that was met while an answer was told, if any: that answer is not to be believed.
    ///
    /// # Errors
    ///
    /// There was some.
    pub fn is_whole(&self) -> Result<(), Error> {
        match self.damage.get() {
            Some(why) => Err(Error::damaged(self.newest().container().path(), why)),
            None => Ok(()),
        }
    }

    /// The newest file's answer about a CVE, if any file has one that is not gone.
    fn newest_first<T>(
        &self,
        cve: &str,
        gone: impl Fn(&File) -> &[String],
        ask: impl Fn(&File) -> Result<Option<T>, Error>,
    ) -> Option<T> {
        for file in self.files.iter().rev() {
            match ask(file) {
                Ok(Some(found)) => return Some(found),
                Ok(None) if gone(file).iter().any(|known| known == cve) => return None,
                Ok(None) => {}
                Err(error) => {
                    let _ = self.damage.set(error.to_string());
                    return None;
                }
            }
        }
        None
    }
}

impl Shelf for Layers {
    fn prose(&self, number: u64) -> Option<Prose> {
        let file = self.files.get((number >> 32) as usize)?;
        match file.prose(number as u32) {
            Ok(prose) => Some(prose),
            Err(error) => {
                let _ = self.damage.set(error.to_string());
                None
            }
        }
    }

    fn kev(&self, cve: &str) -> Option<kev::Entry> {
        self.newest_first(cve, |file| &file.gone().kev, |file| file.kev(cve))
    }

    fn decision(&self, cve: &str) -> Option<Decision> {
        self.newest_first(cve, |file| &file.gone().decisions, |file| file.decision(cve))
    }

    fn epss(&self, cve: &str) -> Option<epss::Score> {
        let number = CveNumber::of(cve)?;
        let probability = self.newest_first(cve, |file| &file.gone().scores, |file| Ok(file.probability(number)))?;
        Some(epss::Score { probability, percentile: self.newest().percentile(probability)? })
    }
}

/// An index that is being loaded.
struct Loading<'a> {
    layers: &'a Arc<Layers>,
    index: Index,
    with_prose: bool,
    /// Of each file: where its sources went.
    sources: Vec<Vec<SourceId>>,
    /// Where records went, by file and place; none if a later file takes them back.
    records: std::collections::HashMap<(usize, u32), Option<u32>>,
}

impl<'a> Loading<'a> {
    fn new(layers: &'a Arc<Layers>, mut index: Index) -> Self {
        // The newest file names all sources; one that only an older file names still has to be told.
        let mut known: Vec<(String, SourceId)> = Vec::new();
        for source in &layers.meta().sources {
            known.push((source.name.clone(), index.load_source(source.clone())));
        }
        let mut place = |source: &assay_match::index::Source| match known.iter().find(|(name, _)| *name == source.name)
        {
            Some((_, id)) => *id,
            None => {
                let id = index.load_source(source.clone());
                known.push((source.name.clone(), id));
                id
            }
        };
        let sources = layers.files.iter().map(|file| file.meta().sources.iter().map(&mut place).collect()).collect();
        Self { layers, index, with_prose: false, sources, records: std::collections::HashMap::new() }
    }

    fn package(
        &mut self,
        layer: usize,
        family: &Ecosystem,
        package: &Package<'_>,
        take: impl Fn(u32) -> bool,
    ) -> Result<(), Error> {
        let Some(file) = self.layers.files.get(layer) else { return Ok(()) };
        let damaged = || file.damaged(&format!("what it says of `{}` cannot be read", package.name));
        let versions = Versions::load(package.versions).ok_or_else(damaged)?;
        for entry in package.entries() {
            let (record, bytes) = entry.ok_or_else(damaged)?;
            if !take(record) {
                continue;
            }
            let Some(place) = self.record(layer, record)? else { continue };
            let entry = Entry::load(family, &versions, place, bytes).ok_or_else(damaged)?;
            self.index.load_entry(family, package.name, entry);
        }
        Ok(())
    }

    fn record(&mut self, layer: usize, at: u32) -> Result<Option<u32>, Error> {
        if let Some(known) = self.records.get(&(layer, at)) {
            return Ok(*known);
        }
        let Some(file) = self.layers.files.get(layer) else { return Ok(None) };
        let (facts, source) = file.record(at)?;
        let damaged = || file.damaged(&format!("record {at} cannot be read"));
        let id = id_of(facts).ok_or_else(damaged)?;
        let place = if self.layers.is_gone(layer, file.source_name(source), id) {
            None
        } else {
            let prose = if self.with_prose { Ok(file.prose(at)?) } else { Err((layer as u64) << 32 | u64::from(at)) };
            let source = self.sources.get(layer).and_then(|sources| sources.get(source)).ok_or_else(damaged)?;
            Some(self.index.load_record(*source, facts, prose).ok_or_else(damaged)?)
        };
        self.records.insert((layer, at), place);
        Ok(place)
    }

    fn done(mut self) -> Index {
        let edition = self.layers.meta().epss.clone();
        self.index.load_shelf(Arc::clone(self.layers) as Arc<dyn Shelf>, edition);
        self.index
    }
}
