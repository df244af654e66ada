//! Lists and maps of a stranger's document: bounded, in their written order,
//! and handed on element by element where there may be many.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Text;
use crate::found::Broken;
use crate::limits;

/// A map, or nothing where something else stands.
#[derive(Debug)]
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// A map in its written order; a key that is repeated is listed twice, and a value that is no map is left out.
#[derive(Debug)]
pub(crate) struct Entries<'a, T>(pub(crate) Vec<(Cow<'a, str>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A bounded list of maps; an element that is none stays in its place as nothing.
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<Option<T>>);

/// A bounded list of texts; an element that is none stays in its place as nothing.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a>(pub(crate) Vec<Text<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Texts<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(text) = seq.next_element::<Text<'de>>()? {
                    if out.len() >= limits::COMPONENTS {
                        return Err(A::Error::custom(format!("a list has more than {} elements", limits::COMPONENTS)));
                    }
                    out.push(text);
                }
                Ok(Texts(out))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Texts::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stop = Stop::default();
        let mut out = Vec::new();
        let each = |_, element| {
            if out.len() >= limits::COMPONENTS {
                return Err(Broken::TooMuch("a list is too long", limits::COMPONENTS));
            }
            out.push(element);
            Ok(())
        };
        Each::new(&stop, each).deserialize(deserializer).map_err(|e| match stop.take() {
            Some(_) => D::Error::custom(format!("a list has more than {} elements", limits::COMPONENTS)),
            None => e,
        })?;
        Ok(Self(out))
    }
}

/// Why a listener ended the reading; the notation's own errors carry text only.
#[derive(Debug, Default)]
pub(crate) struct Stop(RefCell<Option<Broken>>);

impl Stop {
    /// Keeps the reason, and gives an error of the notation in its place.
    pub(crate) fn with<E: Error>(&self, why: Broken) -> E {
        *self.0.borrow_mut() = Some(why);
        E::custom("stopped")
    }

    /// The reason, if there is one.
    pub(crate) fn take(&self) -> Option<Broken> {
        self.0.borrow_mut().take()
    }
}

/// Hands on each map of a list, with its place; other elements are handed on as none.
pub(crate) struct Each<'s, T, F> {
    /// What is done with one.
    pub(crate) each: F,
    /// Where its error is kept.
    pub(crate) stop: &'s Stop,
    /// What is read.
    pub(crate) of: PhantomData<T>,
}

impl<'s, T, F: FnMut(usize, Option<T>) -> Result<(), Broken>> Each<'s, T, F> {
    /// Listens with `each`.
    pub(crate) fn new(stop: &'s Stop, each: F) -> Self {
        Self { each, stop, of: PhantomData }
    }
}

impl<'de, T, F> DeserializeSeed<'de> for Each<'_, T, F>
where
    T: Deserialize<'de>,
    F: FnMut(usize, Option<T>) -> Result<(), Broken>,
{
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for Each<'_, T, F>
where
    T: Deserialize<'de>,
    F: FnMut(usize, Option<T>) -> Result<(), Broken>,
{
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let mut n = 0;
        while let Some(element) = seq.next_element::<Maybe<T>>()? {
            (self.each)(n, element.0).map_err(|why| self.stop.with::<A::Error>(why))?;
            n += 1;
        }
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Maybe<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| Maybe(Some(value)))
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Maybe(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Maybe(None))
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<'a, T>(PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Any<'a, T> {
            type Value = Entries<'a, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if out.len() >= limits::COMPONENTS {
                        let why = format!("a map has more than {} entries", limits::COMPONENTS);
                        return Err(A::Error::custom(why));
                    }
                    if let (Some(value), Some(key)) = (map.next_value::<Maybe<T>>()?.0, key.0) {
                        out.push((key, value));
                    }
                }
                Ok(Entries(out))
            }
            // PHP writes an empty map as a list.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entries::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}
