//! One file of records, an index or a delta, read in place.
//!
//! Nothing in it is believed: a number that points outside of its section is
//! damage, and damage is an error, never *no record*.

use std::path::Path;

use assay_advisory::feed::{CveNumber, Decision, epss, kev};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::packed::Prose;

use crate::container::{Container, Purpose};
use crate::decision;
use crate::error::Error;
use crate::meta::{Gone, Meta};
use crate::rules;
use crate::sections::*;
use crate::words::{FamilyHash, Longs, Pieces, Words, hash};

/// An opened file of records.
#[derive(Debug)]
pub struct File {
    container: Container,
    meta: Meta,
    gone: Gone,
}

/// A package as it lies in a file.
pub(crate) struct Package<'a> {
    pub family: &'a str,
    pub name: &'a str,
    pub versions: &'a [u8],
    entries: &'a [u8],
}

/// An ecosystem without its release, as files name it.
pub(crate) struct Family {
    name: String,
    hash: FamilyHash,
}

impl Family {
    pub fn of(family: &Ecosystem) -> Self {
        let name = family.to_string();
        Self { hash: FamilyHash::of(&name), name }
    }
}

impl<'a> Package<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (family, rest) = text(bytes)?;
        let (name, rest) = text(rest)?;
        let (versions, entries) = piece(rest)?;
        Some(Self { family, name, versions, entries })
    }

    /// The record's place and the packed entry; an error where the bytes end too early.
    pub fn entries(&self) -> impl Iterator<Item = Option<(u32, &'a [u8])>> {
        let mut rest = self.entries;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let next = rest.split_first_chunk().and_then(|(record, after)| {
                let (entry, after) = piece(after)?;
                rest = after;
                Some((u32::from_le_bytes(*record), entry))
            });
            if next.is_none() {
                rest = &[];
            }
            Some(next)
        })
    }
}

/// A piece with its length before it, and what follows.
pub(crate) fn piece(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// The same, of text.
pub(crate) fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (text, rest) = piece(bytes)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

impl File {
    /// Opens an index or a delta.
    ///
    /// # Errors
    ///
    /// It cannot be read, is something else, is damaged, or names things by other rules.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::of(Container::open(path)?)
    }

    /// The same from a file that was opened.
    ///
    /// # Errors
    ///
    /// The same, but for reading.
    pub fn of(container: Container) -> Result<Self, Error> {
        let path = container.path();
        if container.head().purpose == Purpose::Fleet {
            let (found, wanted) = (Purpose::Fleet.words(), Purpose::Index.words());
            return Err(Error::OtherPurpose { path: path.to_owned(), found, wanted });
        }
        if container.head().rules != rules::fingerprint() {
            return Err(Error::OtherRules { path: path.to_owned() });
        }
        let wrong = |what: &str, error: serde_json::Error| Error::damaged(path, &format!("its {what}: {error}"));
        let meta = serde_json::from_slice(container.section(META)).map_err(|error| wrong("head matter", error))?;
        let gone = match container.section(GONE) {
            [] => Gone::default(),
            bytes => serde_json::from_slice(bytes).map_err(|error| wrong("list of what is gone", error))?,
        };
        let file = Self { container, meta, gone };
        file.shape().map_err(|why| Error::damaged(file.container.path(), why))?;
        Ok(file)
    }

    /// Whether tables that belong together are of one length, and small ones ascend: what is searched by halves would
    /// otherwise not be found.
    fn shape(&self) -> Result<(), &'static str> {
        let records = self.records();
        let same = self.words(RECORD_SOURCES).len() == records
            && self.pieces(RECORD_PACKAGE_OFFSETS, RECORD_PACKAGES).len() == records
            && self.pieces(PROSE_OFFSETS, PROSE).len() == records
            && self.pieces(PACKAGE_OFFSETS, PACKAGES).len() == self.longs(PACKAGE_HASHES).len()
            && self.words(NAME_RECORDS).len() == self.longs(NAME_HASHES).len()
            && self.pieces(PRODUCT_OFFSETS, PRODUCT_RECORDS).len() == self.longs(PRODUCT_HASHES).len()
            && self.pieces(KEV_OFFSETS, KEV).len() == self.longs(KEV_NUMBERS).len()
            && self.pieces(SSVC_OFFSETS, SSVC).len() == self.longs(SSVC_NUMBERS).len()
            && self.words(EPSS_SCORES).len() == self.longs(EPSS_NUMBERS).len()
            && self.words(EPSS_PERCENTILES).len() == self.longs(EPSS_STEPS).len();
        if !same {
            return Err("two of its tables that belong together have different lengths");
        }
        if !self.longs(KEV_NUMBERS).ascend() {
            return Err("its table of KEV is not in order");
        }
        Ok(())
    }

    fn words(&self, kind: u32) -> Words<'_> {
        Words(self.container.section(kind))
    }

    fn longs(&self, kind: u32) -> Longs<'_> {
        Longs(self.container.section(kind))
    }

    fn pieces(&self, offsets: u32, blob: u32) -> Pieces<'_> {
        Pieces { offsets: self.words(offsets), blob: self.container.section(blob) }
    }

    /// That something in it is wrong.
    pub(crate) fn damaged(&self, what: &str) -> Error {
        Error::damaged(self.container.path(), what)
    }

    /// The file itself.
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// Sources and counts.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// What a delta takes back.
    pub fn gone(&self) -> &Gone {
        &self.gone
    }

    /// How many records it has.
    pub fn records(&self) -> usize {
        self.pieces(RECORD_OFFSETS, RECORDS).len()
    }

    /// How many packages.
    pub(crate) fn packages(&self) -> usize {
        self.longs(PACKAGE_HASHES).len()
    }

    /// A record's packed facts, and the place of its source.
    pub(crate) fn record(&self, at: u32) -> Result<(&[u8], usize), Error> {
        let facts = self.pieces(RECORD_OFFSETS, RECORDS).get(at as usize);
        let source = self.words(RECORD_SOURCES).get(at as usize).map(|source| source as usize);
        let source = source.filter(|source| *source < self.meta.sources.len());
        facts.zip(source).ok_or_else(|| self.damaged(&format!("record {at} points outside of it")))
    }

    /// The name of a record's source.
    pub(crate) fn source_name(&self, source: usize) -> &str {
        self.meta.sources.get(source).map_or("", |source| source.name.as_str())
    }

    /// The package at a place.
    pub(crate) fn package(&self, at: usize) -> Result<Package<'_>, Error> {
        let bytes = self.pieces(PACKAGE_OFFSETS, PACKAGES).get(at);
        bytes.and_then(Package::of).ok_or_else(|| self.damaged(&format!("package {at} cannot be read")))
    }

    /// The package of this name; none if no record names it.
    pub(crate) fn find(&self, family: &Family, name: &str) -> Result<Option<Package<'_>>, Error> {
        let wanted = family.hash.package(name);
        let hashes = self.longs(PACKAGE_HASHES);
        for at in hashes.lower_bound(wanted)..hashes.len() {
            if hashes.get(at) != Some(wanted) {
                break;
            }
            let package = self.package(at)?;
            if package.family == family.name && package.name == name {
                return Ok(Some(package));
            }
        }
        Ok(None)
    }

    /// The places of the packages that a record names.
    pub(crate) fn packages_of(&self, record: u32) -> Result<impl Iterator<Item = usize> + use<'_>, Error> {
        let list = self.pieces(RECORD_PACKAGE_OFFSETS, RECORD_PACKAGES).get(record as usize);
        let list = Words(list.ok_or_else(|| self.damaged(&format!("record {record} points outside of it")))?);
        Ok((0..list.len()).filter_map(move |at| list.get(at)).map(|at| at as usize))
    }

    /// The places of records with this id or alias, in any case. Another record may be among them.
    pub(crate) fn named(&self, name: &str) -> Vec<u32> {
        let wanted = hash([&name.to_ascii_uppercase()]);
        let (hashes, records) = (self.longs(NAME_HASHES), self.words(NAME_RECORDS));
        let places = (hashes.lower_bound(wanted)..hashes.len()).take_while(|at| hashes.get(*at) == Some(wanted));
        places.filter_map(|at| records.get(at)).collect()
    }

    /// A record's prose.
    pub(crate) fn prose(&self, record: u32) -> Result<Prose, Error> {
        let prose = self.pieces(PROSE_OFFSETS, PROSE).get(record as usize).and_then(Prose::load);
        prose.ok_or_else(|| self.damaged(&format!("the prose of record {record} cannot be read")))
    }

    /// The names of the products; none if this file has nothing new of them.
    pub(crate) fn product_names(&self) -> Option<&[u8]> {
        Some(self.container.section(PRODUCT_NAMES)).filter(|names| !names.is_empty())
    }

    /// What may be said of the products of a CVE: of another one, if the two have one hash.
    pub(crate) fn product_records(&self, cve: &str) -> impl Iterator<Item = Result<&[u8], Error>> {
        let (wanted, hashes) = (hash([cve]), self.longs(PRODUCT_HASHES));
        let places = (hashes.lower_bound(wanted)..hashes.len()).take_while(move |at| hashes.get(*at) == Some(wanted));
        places.map(|at| self.product_record(at))
    }

    fn product_record(&self, at: usize) -> Result<&[u8], Error> {
        let found = self.pieces(PRODUCT_OFFSETS, PRODUCT_RECORDS).get(at);
        found.ok_or_else(|| self.damaged(&format!("record {at} of products points outside of it")))
    }

    /// All that is said of products, a CVE each.
    pub(crate) fn all_product_records(&self) -> impl Iterator<Item = Result<&[u8], Error>> {
        (0..self.longs(PRODUCT_HASHES).len()).map(|at| self.product_record(at))
    }

    /// The end-of-life dates at a place.
    pub(crate) fn life(&self, at: u32) -> Result<&[u8], Error> {
        let found = self.pieces(LIFE_OFFSETS, LIVES).get(at as usize);
        found.ok_or_else(|| self.damaged(&format!("the end-of-life dates {at} point outside of it")))
    }

    /// How many end-of-life dates there are.
    pub(crate) fn lives(&self) -> u32 {
        u32::try_from(self.pieces(LIFE_OFFSETS, LIVES).len()).unwrap_or(u32::MAX)
    }

    /// KEV's entry of a CVE.
    pub(crate) fn kev(&self, cve: &str) -> Result<Option<kev::Entry>, Error> {
        let Some(number) = CveNumber::of(cve) else {
            return Ok(self.meta.odd_kev.iter().find(|entry| entry.cve == cve).cloned());
        };
        let Some(at) = self.longs(KEV_NUMBERS).find(number.to_bits()) else { return Ok(None) };
        self.kev_at(at).map(Some)
    }

    fn kev_at(&self, at: usize) -> Result<kev::Entry, Error> {
        let entry = self.pieces(KEV_OFFSETS, KEV).get(at).and_then(|bytes| serde_json::from_slice(bytes).ok());
        entry.ok_or_else(|| self.damaged(&format!("entry {at} of KEV cannot be read")))
    }

    /// All entries of KEV.
    pub(crate) fn all_kev(&self) -> Result<Vec<kev::Entry>, Error> {
        let all = (0..self.longs(KEV_NUMBERS).len()).map(|at| self.kev_at(at));
        all.chain(self.meta.odd_kev.iter().cloned().map(Ok)).collect()
    }

    /// The decision about a CVE.
    pub(crate) fn decision(&self, cve: &str) -> Result<Option<Decision>, Error> {
        let Some(number) = CveNumber::of(cve) else {
            return Ok(self.meta.odd_decisions.iter().find(|(known, _)| known == cve).map(|(_, one)| one.clone()));
        };
        let Some(at) = self.longs(SSVC_NUMBERS).find(number.to_bits()) else { return Ok(None) };
        self.decision_at(at).map(Some)
    }

    fn decision_at(&self, at: usize) -> Result<Decision, Error> {
        let one = self.pieces(SSVC_OFFSETS, SSVC).get(at).and_then(decision::load);
        one.ok_or_else(|| self.damaged(&format!("decision {at} cannot be read")))
    }

    /// All decisions, by CVE.
    pub(crate) fn all_decisions(&self) -> Result<Vec<(String, Decision)>, Error> {
        let numbers = self.longs(SSVC_NUMBERS);
        let one = |at| {
            let cve = CveNumber::from_bits(numbers.get(at).unwrap_or_default()).to_string();
            Ok((cve, self.decision_at(at)?))
        };
        (0..numbers.len()).map(one).chain(self.meta.odd_decisions.iter().cloned().map(Ok)).collect()
    }

    /// The probability that a CVE is exploited; none without a score.
    pub(crate) fn probability(&self, cve: CveNumber) -> Option<u32> {
        self.longs(EPSS_NUMBERS).find(cve.to_bits()).and_then(|at| self.words(EPSS_SCORES).get(at))
    }

    /// The percentile of a probability.
    pub(crate) fn percentile(&self, probability: u32) -> Option<u32> {
        let at = self.longs(EPSS_STEPS).find(u64::from(probability))?;
        self.words(EPSS_PERCENTILES).get(at)
    }

    /// All scores, and the percentiles.
    pub(crate) fn all_scores(&self) -> epss::Table {
        let (numbers, scores) = (self.longs(EPSS_NUMBERS), self.words(EPSS_SCORES));
        let (steps, shares) = (self.longs(EPSS_STEPS), self.words(EPSS_PERCENTILES));
        let number = |at| numbers.get(at).map(CveNumber::from_bits);
        let step = |at| steps.get(at).and_then(|step| u32::try_from(step).ok());
        epss::Table {
            edition: self.meta.epss.clone(),
            rows: (0..numbers.len()).filter_map(|at| number(at).zip(scores.get(at))).collect(),
            percentiles: (0..steps.len()).filter_map(|at| step(at).zip(shares.get(at))).collect(),
            ..epss::Table::default()
        }
    }
}
