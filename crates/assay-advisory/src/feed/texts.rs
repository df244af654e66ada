//! Many short texts in two pieces of memory.
//!
//! Databases list versions one by one, and hundreds for one package. A piece of memory for each, or only a place in a list
//! for each, would cost more than the versions themselves.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

/// Texts in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    all: String,
    /// Where each ends, and the next begins.
    ends: Vec<u32>,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.of(0..self.len())
    }

    /// Puts one behind the last, and says whether there was room: there is for four gigabytes.
    fn push(&mut self, text: &str) -> bool {
        let Ok(end) = u32::try_from(self.all.len() + text.len()) else { return false };
        self.all.push_str(text);
        self.ends.push(end);
        true
    }

    fn fitted(mut self) -> Self {
        self.all.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    /// The text at a place.
    pub fn get(&self, at: usize) -> Option<&str> {
        let from = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.all.get(from..*self.ends.get(at)? as usize)
    }

    /// Those at some places; what is behind the last is none.
    pub fn of(&self, places: Range<usize>) -> impl Iterator<Item = &str> {
        (places.start..places.end.min(self.len())).filter_map(|at| self.get(at))
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    /// Keeps as many as there is room for: no record and no section of a file has more.
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut kept = Self::default();
        let _ = texts.into_iter().all(|text| kept.push(text));
        kept.fitted()
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut kept = Texts::default();
                while list.next_element_seed(One(&mut kept))?.is_some() {}
                Ok(kept.fitted())
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// One text of a list, put behind those before it.
struct One<'a>(&'a mut Texts);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for One<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.0.push(text) { Ok(()) } else { Err(E::custom("a list of texts of more than four gigabytes")) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn they_come_back(list in prop::collection::vec("[a-cé]{0,3}", 0..6), from in 0_usize..8, to in 0_usize..8) {
            let texts: Texts = list.iter().map(String::as_str).collect();
            prop_assert_eq!(texts.len(), list.len());
            prop_assert_eq!(&serde_json::from_str::<Texts>(&serde_json::to_string(&list).unwrap()).unwrap(), &texts);
            prop_assert_eq!(texts.iter().collect::<Vec<_>>(), list.iter().collect::<Vec<_>>());
            let expected: Vec<&str> =
                list.iter().skip(from).take(to.saturating_sub(from)).map(String::as_str).collect();
            prop_assert_eq!(texts.of(from..to).collect::<Vec<_>>(), expected);
            prop_assert_eq!(texts.get(from), list.get(from).map(String::as_str));
        }
    }
}
