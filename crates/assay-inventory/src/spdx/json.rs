//! SPDX 2 as JSON: packages are handed on as they come.

use std::cell::RefCell;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::Package;
use crate::found::{Broken, Found};
use crate::json::{self, Each, List, Stop, Text};
use crate::sbom::Collect;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version_info: Text<'a>,
    #[serde(borrow, default)]
    supplier: Text<'a>,
    #[serde(borrow, default)]
    originator: Text<'a>,
    #[serde(borrow, default)]
    primary_package_purpose: Text<'a>,
    #[serde(borrow, default)]
    external_refs: Option<List<Reference<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    #[serde(borrow, default)]
    reference_type: Text<'a>,
    #[serde(borrow, default)]
    reference_locator: Text<'a>,
}

struct Document<'s> {
    collect: RefCell<Collect>,
    stop: &'s Stop,
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let stop = Stop::default();
    let document = Document { collect: RefCell::default(), stop: &stop };
    let (mut collect, version) = json::visit(bytes, document, &stop)?;
    super::version(&mut collect, version.as_deref())?;
    Ok(collect.done())
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = (Collect, Option<String>);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an SPDX document")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut version = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("spdxVersion") => version = map.next_value::<Text<'de>>()?.get().map(str::to_owned),
                Some("packages") => map.next_value_seed(Each::new(self.stop, |n, written: Option<Written<'de>>| {
                    let mut collect = self.collect.borrow_mut();
                    match written {
                        Some(written) => written.package().list(&mut collect, &format!("packages[{n}]")),
                        None => {
                            collect.found.skip(format!("packages[{n}]"), "this is no package");
                            Ok(())
                        }
                    }
                }))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((self.collect.into_inner(), version))
    }
}

impl Written<'_> {
    fn package(self) -> Package {
        let own = |text: &Text<'_>| text.get().map(str::to_owned);
        let mut package = Package {
            name: own(&self.name),
            version: own(&self.version_info),
            supplier: own(&self.supplier),
            originator: own(&self.originator),
            purpose: own(&self.primary_package_purpose),
            ..Package::default()
        };
        for reference in self.external_refs.into_iter().flat_map(|list| list.0).flatten() {
            package.reference(
                reference.reference_type.get().unwrap_or_default(),
                reference.reference_locator.get().unwrap_or_default(),
            );
        }
        package
    }
}
