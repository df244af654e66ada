//! CycloneDX as JSON: components are handed on as they come, so that a document
//! of any size costs the memory of what is listed.

use std::cell::RefCell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::found::{Broken, Found};
use crate::json::{self, Maybe, Stop, Text};
use crate::limits;
use crate::sbom::{Collect, Raw};

#[derive(Deserialize)]
struct Organisation<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

/// What is collected, and why the reading stopped.
#[derive(Default)]
struct Shared {
    collect: RefCell<Collect>,
    stop: Stop,
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let shared = Shared::default();
    let head = json::visit(bytes, Bom(&shared), &shared.stop)?;
    if head.format.as_deref() != Some("CycloneDX") {
        return Err(Broken::at("bomFormat", "it does not say `CycloneDX`, so this is another kind of document"));
    }
    let mut collect = shared.collect.into_inner();
    super::version(&mut collect, head.version.as_deref().unwrap_or_default())?;
    Ok(collect.done())
}

/// What the document says of itself.
#[derive(Default)]
struct Head {
    format: Option<String>,
    version: Option<String>,
}

struct Bom<'s>(&'s Shared);

impl<'de> Visitor<'de> for Bom<'_> {
    type Value = Head;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CycloneDX document")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        let mut head = Head::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("bomFormat") => head.format = map.next_value::<Text<'de>>()?.get().map(str::to_owned),
                Some("specVersion") => head.version = map.next_value::<Text<'de>>()?.get().map(str::to_owned),
                Some("metadata") => map.next_value_seed(Metadata(self.0))?,
                Some("components") => map.next_value_seed(List { shared: self.0, at: "", depth: 0 })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(head)
    }
}

struct Metadata<'s>(&'s Shared);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key.0.as_deref() == Some("component") {
                map.next_value_seed(Item { shared: self.0, at: "metadata.component".to_owned(), depth: 0 })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// `components`, of the document or of a component.
struct List<'s, 'p> {
    shared: &'s Shared,
    /// The place of the component that it is in; empty for the document's own.
    at: &'p str,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of components")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut n = 0_usize;
        loop {
            let dot = if self.at.is_empty() { "" } else { "." };
            let at = format!("{}{dot}components[{n}]", self.at);
            if seq.next_element_seed(Item { shared: self.shared, at, depth: self.depth })?.is_none() {
                return Ok(());
            }
            n += 1;
        }
    }
}

/// One component, with those in it.
struct Item<'s> {
    shared: &'s Shared,
    at: String,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a component")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth > limits::DEPTH {
            let why = Broken::TooMuch("its components are nested too deep", limits::DEPTH);
            return Err(self.shared.stop.with(why));
        }
        let mut texts: [Text<'de>; 7] = Default::default();
        let mut makers: [Option<String>; 2] = [None, None];
        while let Some(key) = map.next_key::<Text<'de>>()? {
            let place = match key.0.as_deref() {
                Some("type") => 0,
                Some("name") => 1,
                Some("version") => 2,
                Some("purl") => 3,
                Some("cpe") => 4,
                Some("publisher") => 5,
                Some("group") => 6,
                Some(maker @ ("supplier" | "manufacturer")) => {
                    let named = map.next_value::<Maybe<Organisation<'de>>>()?.0;
                    let of = usize::from(maker == "manufacturer");
                    makers[of] = named.and_then(|organisation| organisation.name.get().map(str::to_owned));
                    continue;
                }
                Some("components") => {
                    let inner = List { shared: self.shared, at: &self.at, depth: self.depth + 1 };
                    map.next_value_seed(inner)?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            texts[place] = map.next_value()?;
        }
        let [kind, name, version, purl, cpe, publisher, group] = &texts;
        let maker = makers[0].as_deref().or(makers[1].as_deref());
        let raw = Raw {
            kind: kind.get(),
            name: name.get(),
            version: version.get(),
            purl: purl.get(),
            cpe: cpe.get(),
            maker: maker.or(publisher.get()).or(group.get()),
        };
        let listed = self.shared.collect.borrow_mut().add(&raw, self.at);
        listed.map_err(|why| self.shared.stop.with(why))
    }
}
