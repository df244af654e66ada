//! SPDX 3.0 as JSON-LD: the elements of `@graph` that are packages.
//!
//! The names of the official context are known, with and without their prefix;
//! a document that maps other names onto them is not followed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::Package;
use crate::found::{Broken, Found};
use crate::json::{self, Each, List, Stop, Text};
use crate::limits;
use crate::sbom::Collect;

#[derive(Deserialize)]
struct Element<'a> {
    #[serde(rename = "type", alias = "@type", borrow, default)]
    kind: Text<'a>,
    #[serde(rename = "spdxId", alias = "@id", borrow, default)]
    id: Text<'a>,
    #[serde(alias = "core_name", borrow, default)]
    name: Text<'a>,
    #[serde(rename = "software_packageVersion", alias = "packageVersion", borrow, default)]
    version: Text<'a>,
    #[serde(rename = "software_packageUrl", alias = "packageUrl", borrow, default)]
    url: Text<'a>,
    #[serde(rename = "software_primaryPurpose", alias = "primaryPurpose", borrow, default)]
    purpose: Text<'a>,
    #[serde(rename = "suppliedBy", borrow, default)]
    supplier: Text<'a>,
    #[serde(rename = "specVersion", borrow, default)]
    spec_version: Text<'a>,
    #[serde(rename = "externalIdentifier", borrow, default)]
    identifiers: Option<List<Identifier<'a>>>,
}

#[derive(Deserialize)]
struct Identifier<'a> {
    #[serde(rename = "externalIdentifierType", borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    identifier: Text<'a>,
}

#[derive(Default)]
struct Graph {
    /// Packages with their places, until every supplier is known.
    packages: Vec<(usize, Package)>,
    /// Names of persons and organisations by their ids.
    agents: BTreeMap<String, String>,
    version: Option<String>,
}

struct Document<'s> {
    graph: RefCell<Graph>,
    stop: &'s Stop,
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let stop = Stop::default();
    let document = Document { graph: RefCell::default(), stop: &stop };
    let graph = json::visit(bytes, document, &stop)?;
    let mut collect = Collect::default();
    match graph.version.as_deref() {
        Some(version) if version.starts_with("3.0") => {}
        Some(version) => {
            let why = format!("SPDX {} is not known here (3.0 is); read like it", super::short(version));
            collect.found.skip_first("specVersion", why);
        }
        None => return Err(Broken::at("@graph", "no element says which version of SPDX this is (`specVersion`)")),
    }
    for (n, mut package) in graph.packages {
        package.supplier = package.supplier.and_then(|id| graph.agents.get(&id).cloned());
        package.list(&mut collect, &format!("@graph[{n}]"))?;
    }
    Ok(collect.done())
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Graph;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an SPDX 3 document")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Graph, A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if key.0.as_deref() == Some("@graph") {
                map.next_value_seed(Each::new(self.stop, |n, element: Option<Element<'de>>| match element {
                    Some(element) => self.graph.borrow_mut().take(n, element),
                    None => Ok(()),
                }))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(self.graph.into_inner())
    }
}

impl Graph {
    fn take(&mut self, n: usize, element: Element<'_>) -> Result<(), Broken> {
        let own = |text: &Text<'_>| text.get().map(str::to_owned);
        if self.version.is_none() {
            self.version = own(&element.spec_version);
        }
        if self.packages.len() + self.agents.len() >= limits::COMPONENTS {
            return Err(Broken::TooMuch("it lists too many elements", limits::COMPONENTS));
        }
        match element.kind.get().unwrap_or_default() {
            "software_Package" | "Package" | "software:Package" | "ai_AIPackage" | "dataset_DatasetPackage" => {}
            "Organization" | "Person" | "Agent" | "SoftwareAgent" => {
                if let (Some(id), Some(name)) = (own(&element.id), own(&element.name)) {
                    self.agents.insert(id, name);
                }
                return Ok(());
            }
            _ => return Ok(()),
        }
        let mut package = Package {
            name: own(&element.name),
            version: own(&element.version),
            supplier: own(&element.supplier),
            purpose: own(&element.purpose),
            ..Package::default()
        };
        if let Some(url) = element.url.get() {
            package.reference("purl", url);
        }
        for identifier in element.identifiers.into_iter().flat_map(|list| list.0).flatten() {
            let kind = match identifier.kind.get().unwrap_or_default() {
                "packageUrl" | "packageURL" | "purl" => "purl",
                "cpe22" => "cpe22Type",
                "cpe23" => "cpe23Type",
                _ => continue,
            };
            package.reference(kind, identifier.identifier.get().unwrap_or_default());
        }
        self.packages.push((n, package));
        Ok(())
    }
}
