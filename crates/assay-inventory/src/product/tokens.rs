//! Finds products by the words of their names, without asking each.
//!
//! A name is kept under every word that tells it apart, under all its words
//! written together, and, where it stands for whatever a vendor sells, under
//! the vendor. A word that nobody has is looked for among those that differ
//! from it as a misspelling would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::distance::misspelt_behind;
use super::{Name, Product, alias};

/// Products' places, by the words of their names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tokens {
    words: BTreeMap<Box<str>, Vec<u32>>,
    /// The words once more, as a search for misspelt ones goes through them: by their shapes. Made when it is first needed.
    #[serde(skip)]
    sieve: OnceLock<Vec<Sieved>>,
}

impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Tokens {}

/// A word with what tells at once that it is no misspelling of another.
#[derive(Debug, Clone)]
struct Sieved {
    shape: Shape,
    word: Box<str>,
}

/// From words and the places under each, as [`Tokens::words`] gives them.
impl FromIterator<(Box<str>, Vec<u32>)> for Tokens {
    fn from_iter<T: IntoIterator<Item = (Box<str>, Vec<u32>)>>(words: T) -> Self {
        Self { words: words.into_iter().collect(), sieve: OnceLock::new() }
    }
}

impl Tokens {
    /// All words in order, with the places that are kept under each.
    pub fn words(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.words.iter().map(|(word, places)| (&**word, places.as_slice()))
    }

    /// Keeps a product under a place.
    pub fn insert(&mut self, product: &Product, place: u32) {
        for key in keys(product) {
            let places = match self.words.get_mut(key.as_str()) {
                Some(places) => places,
                None => {
                    self.sieve.take();
                    self.words.entry(key.into()).or_default()
                }
            };
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
                let shape = Shape::of(&key);
                let near = self.as_long(shape).iter().filter(|one| one.shape.may_be(shape));
                // A name of nine letters may have two wrong, and both in a word of four.
                let similar = near.filter(|one| *one.word != *key && misspelt_behind(&key, &one.word, 5));
                similar.for_each(|one| self.take(&one.word, &mut found));
            }
        }
        for vendor in vendors(product) {
            self.take(&vendor, &mut found);
        }
        found.into_iter().collect()
    }

    /// The words that are as long as a misspelling may be.
    fn as_long(&self, shape: Shape) -> &[Sieved] {
        let sieve = self.sieve.get_or_init(|| {
            let words = self.words.keys().filter(|word| !word.starts_with(ANY));
            let mut sieve: Vec<Sieved> =
                words.map(|word| Sieved { shape: Shape::of(word), word: word.clone() }).collect();
            sieve.sort_by_key(|one| (one.shape.is_whole, one.shape.length));
            sieve
        });
        let begin = |length: u32| sieve.partition_point(|one| one.shape.is_before(shape.is_whole, length));
        sieve
            .get(begin(shape.length.saturating_sub(EDITS))..begin(shape.length.saturating_add(EDITS + 1)))
            .unwrap_or_default()
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

/// Most letters by which a word differs from itself misspelt.
const EDITS: u32 = 2;

/// What a word and a misspelling of it nearly have in common.
#[derive(Debug, Clone, Copy)]
struct Shape {
    is_whole: bool,
    /// In bytes.
    length: u32,
    /// The set of its bytes, of which some share a bit.
    letters: u64,
}

impl Shape {
    fn of(word: &str) -> Self {
        let letters = word.bytes().fold(0, |set, c| set | 1 << (c & 63));
        Self { is_whole: word.starts_with(WHOLE), length: u32::try_from(word.len()).unwrap_or(u32::MAX), letters }
    }

    fn is_before(self, is_whole: bool, length: u32) -> bool {
        (self.is_whole, self.length) < (is_whole, length)
    }

    /// Whether one may be the other misspelt, of two of about one length. An edit changes at most two letters of the two
    /// words' sets.
    fn may_be(self, other: Self) -> bool {
        (self.letters ^ other.letters).count_ones() <= 2 * EDITS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// By the sieve as by asking every word, also after a word was added to what had been asked already.
        #[test]
        fn near_is_what_every_word_says(
            names in prop::collection::vec("[a-cé]{1,6}[1-2]?( [a-c]{2,6})?", 1..12), asked in "[a-cé]{2,6}[1-2]?( [a-c]{3,6})?",
        ) {
            let product = Product::new("", &asked);
            let mut tokens = Tokens::default();
            for (place, name) in (0..).zip(&names) {
                tokens.insert(&Product::new("", name), place);
                let mut expected = BTreeSet::new();
                for key in keys(&product) {
                    for (word, places) in &tokens.words {
                        let length = key.len().abs_diff(word.len()) <= 2;
                        let kind = !key.starts_with(ANY) && !word.starts_with(ANY) && key.starts_with(WHOLE) == word.starts_with(WHOLE);
                        let letters = (Shape::of(&key).letters ^ Shape::of(word).letters).count_ones() <= 4;
                        let misspelt = key.len() >= 4 && length && kind && letters && misspelt_behind(&key, word, 5);
                        if **word == *key || misspelt {
                            expected.extend(places.iter().copied());
                        }
                    }
                }
                vendors(&product).iter().for_each(|vendor| tokens.take(vendor, &mut expected));
                prop_assert_eq!(tokens.near(&product), expected.into_iter().collect::<Vec<u32>>());
            }
        }
    }
}
