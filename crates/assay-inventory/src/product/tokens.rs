//! Finds products by the words of their names, without asking each.
//!
//! A name is kept under every word that tells it apart, under all its words
//! written together, and, where it stands for whatever a vendor sells, under
//! the vendor. A word that nobody has is looked for among those that differ
//! from it as a misspelling would.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::distance::misspelt_behind;
use super::{Name, Product, alias};

/// Products' places, by the words of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    words: BTreeMap<Box<str>, Vec<u32>>,
}

impl Tokens {
    /// Keeps a product under a place.
    pub fn insert(&mut self, product: &Product, place: u32) {
        for key in keys(product) {
            let places = self.words.entry(key.into()).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }

    /// The places of all products that may agree with this one, in order: all that [`agree`](super::agree) joins with
    /// it by a name, and some that it does not.
    pub fn near(&self, product: &Product) -> Vec<u32> {
        let mut found = BTreeSet::new();
        for key in keys(product) {
            self.take(&key, &mut found);
            if key.len() >= 4 && !key.starts_with(ANY) {
                for (word, places) in &self.words {
                    if similar(&key, word) {
                        found.extend(places.iter().copied());
                    }
                }
            }
        }
        for vendor in vendors(product) {
            self.take(&vendor, &mut found);
        }
        found.into_iter().collect()
    }

    fn take(&self, key: &str, found: &mut BTreeSet<u32>) {
        found.extend(self.words.get(key).into_iter().flatten().copied());
    }
}

/// Begins the key of whatever a vendor sells.
const ANY: char = '*';
/// Begins the key of a whole name.
const WHOLE: char = '=';

fn keys(product: &Product) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    if product.any {
        keys.extend(vendors(product));
    }
    for name in &product.names {
        let whole = name.words.join(" ");
        let house = product.house.unwrap_or(&product.text);
        let other = std::iter::once(&whole).chain(&name.short).find_map(|name| alias::product(house, name));
        let words = |words: &mut dyn Iterator<Item = &str>, keys: &mut BTreeSet<String>| {
            let words: Vec<String> = words.map(str::to_owned).collect();
            keys.insert(format!("{WHOLE}{}", words.concat()));
            keys.extend(words.into_iter().filter(|word| !alias::is_generic(std::slice::from_ref(word))));
        };
        words(&mut name.words.iter().map(String::as_str), &mut keys);
        words(&mut name.core.iter().map(String::as_str), &mut keys);
        if let Some(other) = other {
            words(&mut other.split(' '), &mut keys);
        }
        keys.extend(name.short.iter().map(|short| format!("{WHOLE}{short}")));
        keys.insert(format!("{WHOLE}{}", whole_of(name)));
    }
    keys
}

fn whole_of(name: &Name) -> String {
    name.words.concat() + &name.edition.concat()
}

fn vendors(product: &Product) -> BTreeSet<String> {
    let names = [product.house.unwrap_or(&product.text), &product.text];
    let shorts = product.vendor.short.iter().map(String::as_str);
    let names = names.into_iter().chain(shorts).filter(|name| !name.is_empty());
    names.map(|name| format!("{ANY}{}", name.replace(' ', ""))).collect()
}

/// Whether two words differ by two letters at most, as those of one misspelt name may.
fn similar(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 2 || a == b || b.starts_with(ANY) || a.starts_with(WHOLE) != b.starts_with(WHOLE) {
        return false;
    }
    // Two edits change at most four letters of the two words' sets.
    if (letters(a) ^ letters(b)).count_ones() > 4 {
        return false;
    }
    // A name of nine letters may have two wrong, and both in a word of four.
    misspelt_behind(a, b, 5)
}

fn letters(word: &str) -> u64 {
    word.bytes().fold(0, |set, c| set | 1 << (c & 63))
}
