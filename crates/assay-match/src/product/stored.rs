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
use crate::codec::{Cursor, put_number, put_text, put_texts};

/// Begins names that are packed; JSON begins otherwise.
const PACKED: u8 = 1;

/// All names, and the words by which they are found: a scan of one product reads them all.
fn pack_names(groups: &[Group], tokens: &Tokens) -> Vec<u8> {
    let mut out = vec![PACKED];
    put_number(&mut out, groups.len() as u64);
    for group in groups {
        put_text(&mut out, &group.vendor);
        put_text(&mut out, &group.name);
        put_texts(&mut out, &group.kev);
        put_texts(&mut out, &group.cve);
        put_places(&mut out, &group.lives);
    }
    put_number(&mut out, tokens.words().count() as u64);
    for (word, places) in tokens.words() {
        put_text(&mut out, word);
        put_places(&mut out, places);
    }
    out
}

fn put_places(out: &mut Vec<u8>, places: &[u32]) {
    put_number(out, places.len() as u64);
    places.iter().for_each(|place| put_number(out, u64::from(*place)));
}

/// What [`pack_names`] wrote; none if it is something else.
fn names(bytes: &[u8]) -> Option<Names> {
    let mut cursor = Cursor(bytes);
    let places = |cursor: &mut Cursor<'_>| -> Option<Vec<u32>> {
        (0..cursor.count()?).map(|_| u32::try_from(cursor.number()?).ok()).collect()
    };
    let group = |cursor: &mut Cursor<'_>| {
        let (vendor, name) = (Box::from(cursor.text()?), Box::from(cursor.text()?));
        let (kev, cve) = (cursor.texts()?.into_vec(), cursor.texts()?.into_vec());
        Some(Group { vendor, name, kev, cve, lives: places(cursor)?, ..Group::default() })
    };
    let groups = (0..cursor.count()?).map(|_| group(&mut cursor)).collect::<Option<_>>()?;
    let word = |cursor: &mut Cursor<'_>| Some((Box::from(cursor.text()?), places(cursor)?));
    let tokens = (0..cursor.count()?).map(|_| word(&mut cursor)).collect::<Option<_>>()?;
    cursor.is_done().then_some(Names { groups, tokens })
}

/// Most products whose agreeing names are remembered from loading until they are asked for.
const KNOWN: usize = 20_000;

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

/// Names as files before layout 4 have them, in JSON.
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
            names: pack_names(&self.groups, &self.tokens),
            records,
            lives: self.lives.0.values().map(serde_json::to_vec).collect::<Result<_, _>>()?,
        })
    }

    /// Takes the names, in place of any that are there.
    pub fn load_names(&mut self, bytes: &[u8]) -> Result<(), serde_json::Error> {
        let names = match bytes.strip_prefix(&[PACKED]) {
            Some(packed) => {
                names(packed).ok_or_else(|| serde::de::Error::custom("the names of products end too early"))?
            }
            None => serde_json::from_slice(bytes)?,
        };
        (self.groups, self.tokens) = (names.groups, names.tokens);
        self.group_of.clear();
        self.known.clear();
        Ok(())
    }

    /// The CVEs that name what is asked for, and the places of its end-of-life dates.
    pub fn needed(&mut self) -> (Vec<Box<str>>, Vec<u32>) {
        let mut places: Vec<u32> = Vec::new();
        for product in self.wanted.iter().flat_map(|asking| &asking.products) {
            let related = self.related(product);
            places.extend(related.iter().map(|(place, _)| *place));
            if self.known.len() < KNOWN {
                self.known.insert(product.clone(), related);
            }
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_inventory::product::Product;
    use proptest::prelude::*;

    use super::*;

    fn of(names: &[(String, String, Vec<String>)]) -> Products {
        let mut products = Products::default();
        for (vendor, name, cves) in names {
            let group = products.group(vendor, name).and_then(|group| products.at(group)).unwrap();
            group.kev.extend(cves.iter().map(|cve| Box::from(cve.as_str())));
            group.cve.extend(cves.iter().rev().map(|cve| Box::from(cve.as_str())));
            group.lives.push(u32::try_from(cves.len()).unwrap());
        }
        products
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn names_come_back_packed_and_as_json_and_cut_ones_do_not(
            names in prop::collection::vec(("[a-c]{0,4}", "[a-cé ]{1,8}", prop::collection::vec("CVE-2024-[0-9]{4}", 0..3)), 0..6),
            at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let products = of(&names);
            let packed = products.pack().unwrap().names;
            let json = serde_json::json!({ "groups": products.groups, "tokens": products.tokens }).to_string();
            for bytes in [packed.as_slice(), json.as_bytes()] {
                let mut loaded = Products::default();
                loaded.load_names(bytes).unwrap();
                prop_assert_eq!(&loaded.tokens, &products.tokens);
                prop_assert_eq!(loaded.pack().unwrap().names, packed.clone());
            }
            let cut = packed.get(..at.index(packed.len())).unwrap();
            prop_assert!(Products::default().load_names(cut).is_err());
            let mut changed = packed.clone();
            changed[at.index(packed.len())] = byte;
            // Read or refused, and never the end of the program.
            let _ = Products::default().load_names(&changed);
        }

        /// What was found out while loading is what would be found out when asked, also after a name was added.
        #[test]
        fn what_is_remembered_of_a_name_is_what_is_found(
            names in prop::collection::vec(("(acme|umbra)?", "[a-c]{4,6}( [1-2])?"), 1..6), later in "[a-c]{4,6}",
        ) {
            let names: Vec<_> = names.into_iter().map(|(vendor, name)| (vendor, name, vec!["CVE-2024-0001".to_owned()])).collect();
            let asked: Vec<Product> = names.iter().map(|(vendor, name, _)| Product::new(vendor, name)).collect();
            let mut loaded = Products::only(asked);
            loaded.load_names(&of(&names).pack().unwrap().names).unwrap();
            loaded.needed();
            prop_assert!(!loaded.known.is_empty());
            loaded.group("acme", &later);
            for (vendor, name, _) in &names {
                let product = Product::new(vendor, name);
                prop_assert_eq!(loaded.under_name(vendor, name).related, loaded.related(&product));
            }
        }
    }
}
