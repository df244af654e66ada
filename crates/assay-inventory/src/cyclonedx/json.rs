//! CycloneDX as JSON.

use serde::Deserialize;

use super::{Collect, Raw};
use crate::found::{Broken, Found};
use crate::json::{self, Text};
use crate::limits;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bom<'a> {
    #[serde(borrow, default)]
    bom_format: Text<'a>,
    #[serde(borrow, default)]
    spec_version: Text<'a>,
    #[serde(borrow, default)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow, default)]
    components: Option<Vec<Item<'a>>>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    component: Option<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    group: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    publisher: Text<'a>,
    #[serde(borrow, default)]
    supplier: Option<Organisation<'a>>,
    #[serde(borrow, default)]
    manufacturer: Option<Organisation<'a>>,
    #[serde(borrow, default)]
    purl: Text<'a>,
    #[serde(borrow, default)]
    cpe: Text<'a>,
    #[serde(borrow, default)]
    components: Option<Vec<Item<'a>>>,
}

#[derive(Deserialize)]
struct Organisation<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let bom: Bom<'_> = json::parse(bytes)?;
    if bom.bom_format.get() != Some("CycloneDX") {
        return Err(Broken::at("bomFormat", "it does not say `CycloneDX`, so this is another kind of document"));
    }
    let mut collect = Collect::default();
    collect.version(bom.spec_version.get().unwrap_or_default())?;
    if let Some(described) = bom.metadata.as_ref().and_then(|m| m.component.as_ref()) {
        item(&mut collect, described, "metadata.component".to_owned(), 0)?;
    }
    for (n, component) in bom.components.iter().flatten().enumerate() {
        item(&mut collect, component, format!("components[{n}]"), 0)?;
    }
    Ok(collect.done())
}

fn item(collect: &mut Collect, item_: &Item<'_>, at: String, depth: usize) -> Result<(), Broken> {
    if depth > limits::DEPTH {
        return Err(Broken::TooMuch("its components are nested too deep", limits::DEPTH));
    }
    for (n, inner) in item_.components.iter().flatten().enumerate() {
        item(collect, inner, format!("{at}.components[{n}]"), depth + 1)?;
    }
    let organisation = |of: &'_ Option<Organisation<'_>>| of.as_ref().and_then(|o| o.name.get().map(str::to_owned));
    let maker = organisation(&item_.supplier).or_else(|| organisation(&item_.manufacturer));
    let raw = Raw {
        kind: item_.kind.get(),
        name: item_.name.get(),
        version: item_.version.get(),
        purl: item_.purl.get(),
        cpe: item_.cpe.get(),
        maker: maker.as_deref().or(item_.publisher.get()).or(item_.group.get()),
    };
    collect.add(&raw, at)
}
