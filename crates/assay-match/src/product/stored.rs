//! Products in pieces, for a file from which a scan takes what it asks for.
//!
//! The names are one piece, since any of them may be meant; what is said of a
//! CVE is one, with all the words that it rests on. A list of forty products
//! names a few hundred of the thousands.

use std::collections::BTreeMap;

use assay_advisory::feed::endoflife;
use assay_inventory::product::Tokens;
use serde::{Deserialize, Serialize};

use super::{Bulletin, Group, Products, Record, Stated};

/// Things by their places. Of a file only some are there, each at its own place.
#[derive(Debug)]
pub(super) struct Places<T>(BTreeMap<u32, T>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Places<T> {
    /// What stands at a place.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.0.get(&u32::try_from(at).ok()?)
    }

    /// One more than the last place.
    pub fn len(&self) -> usize {
        self.0.last_key_value().map_or(0, |(last, _)| *last as usize + 1)
    }

    /// Puts a thing behind the last one.
    pub fn push(&mut self, thing: T) {
        let place = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.0.insert(place, thing);
    }

    fn of<'a>(&'a self, places: impl Iterator<Item = u32> + 'a) -> Vec<(u32, &'a T)> {
        places.filter_map(|place| Some((place, self.0.get(&place)?))).collect()
    }
}

/// Products as a file keeps them.
#[derive(Debug, PartialEq, Eq)]
pub struct PackedProducts {
    /// All names, and the words by which they are found.
    pub names: Vec<u8>,
    /// What is said of each CVE, by its id, ascending.
    pub records: Vec<(String, Vec<u8>)>,
    /// End-of-life dates, by place.
    pub lives: Vec<Vec<u8>>,
}

#[derive(Serialize)]
struct NamesRef<'a> {
    groups: &'a [Group],
    tokens: &'a Tokens,
}

#[derive(Deserialize)]
struct Names {
    groups: Vec<Group>,
    tokens: Tokens,
}

#[derive(Serialize)]
struct PieceRef<'a> {
    cve: &'a str,
    record: &'a Record,
    stated: Vec<(u32, &'a Stated)>,
    bulletins: Vec<(u32, &'a Bulletin)>,
}

#[derive(Deserialize)]
struct Piece {
    cve: Box<str>,
    record: Record,
    stated: Vec<(u32, Stated)>,
    bulletins: Vec<(u32, Bulletin)>,
}

impl Products {
    /// All of it in pieces.
    pub fn pack(&self) -> Result<PackedProducts, serde_json::Error> {
        let piece = |cve: &str, record: &Record| {
            let stated = record.containers.iter().flat_map(|container| container.stated.iter().copied());
            let bulletins = record.containers.iter().filter_map(|container| container.bulletin);
            let (stated, bulletins) = (self.stated.of(stated), self.bulletins.of(bulletins));
            Ok((cve.to_string(), serde_json::to_vec(&PieceRef { cve, record, stated, bulletins })?))
        };
        let records = self.records.iter().map(|(cve, record)| piece(cve, record));
        let mut records = records.collect::<Result<Vec<_>, serde_json::Error>>()?;
        records.sort();
        Ok(PackedProducts {
            names: serde_json::to_vec(&NamesRef { groups: &self.groups, tokens: &self.tokens })?,
            records,
            lives: self.lives.0.values().map(serde_json::to_vec).collect::<Result<_, _>>()?,
        })
    }

    /// Takes the names, in place of any that are there.
    pub fn load_names(&mut self, bytes: &[u8]) -> Result<(), serde_json::Error> {
        let names: Names = serde_json::from_slice(bytes)?;
        (self.groups, self.tokens) = (names.groups, names.tokens);
        self.group_of.clear();
        Ok(())
    }

    /// The CVEs that name what is asked for, and the places of its end-of-life dates.
    pub fn needed(&self) -> (Vec<Box<str>>, Vec<u32>) {
        let asked = self.wanted.iter().flat_map(|asking| &asking.products);
        let related = asked.flat_map(|product| self.related(product));
        let mut places: Vec<u32> = related.map(|(place, _)| place).collect();
        places.sort_unstable();
        places.dedup();
        let groups: Vec<&Group> = places.iter().filter_map(|place| self.groups.get(*place as usize)).collect();
        let mut cves: Vec<Box<str>> =
            groups.iter().flat_map(|group| group.kev.iter().chain(&group.cve)).cloned().collect();
        let mut lives: Vec<u32> = groups.iter().flat_map(|group| group.lives.iter().copied()).collect();
        cves.sort_unstable();
        cves.dedup();
        lives.sort_unstable();
        lives.dedup();
        (cves, lives)
    }

    /// Takes what is said of a CVE, and gives its id.
    pub fn load_record(&mut self, bytes: &[u8]) -> Result<Box<str>, serde_json::Error> {
        let piece: Piece = serde_json::from_slice(bytes)?;
        self.stated.0.extend(piece.stated);
        self.bulletins.0.extend(piece.bulletins);
        self.records.insert(piece.cve.clone(), piece.record);
        Ok(piece.cve)
    }

    /// Takes end-of-life dates at their place.
    pub fn load_life(&mut self, place: u32, bytes: &[u8]) -> Result<(), serde_json::Error> {
        let life: endoflife::Product = serde_json::from_slice(bytes)?;
        self.lives.0.insert(place, life);
        Ok(())
    }
}
