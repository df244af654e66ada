//! What `winget export` writes: the programs of a Windows machine that winget
//! knows, by identifier.
//!
//! An identifier is the publisher and the product with a dot between. Versions
//! are there only with `--include-versions`; without, each is *cannot tell*.

use serde::Deserialize;

use crate::component::{Component, Site, What};
use crate::found::{Broken, Found};
use crate::json::{self, List, Text};

#[derive(Deserialize)]
struct Export<'a> {
    #[serde(rename = "Sources", borrow, default)]
    sources: Option<List<Source<'a>>>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(rename = "Packages", borrow, default)]
    packages: Option<List<Package<'a>>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(rename = "PackageIdentifier", borrow, default)]
    identifier: Text<'a>,
    #[serde(rename = "Version", borrow, default)]
    version: Text<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let export: Export<'_> = json::parse(bytes)?;
    let Some(sources) = export.sources else {
        return Err(Broken::at("the document", "no `Sources` stand in it; is it what `winget export` wrote?"));
    };
    let mut found = Found::default();
    let mut without = 0_usize;
    for (n, source) in sources.0.iter().enumerate() {
        let packages = source.as_ref().and_then(|source| source.packages.as_ref());
        for (m, package) in packages.into_iter().flat_map(|list| &list.0).enumerate() {
            let at = format!("Sources[{n}].Packages[{m}]");
            let identifier = package.as_ref().and_then(|package| package.identifier.get());
            let halves = identifier.and_then(|identifier| identifier.split_once('.'));
            let has_both = |(vendor, product): &(&str, &str)| {
                !vendor.trim().is_empty() && !product.trim_matches(['.', ' ']).is_empty()
            };
            let Some((vendor, product)) = halves.filter(has_both) else {
                found.skip(at, "it has no identifier with a publisher and a product");
                continue;
            };
            let version = package.as_ref().and_then(|package| package.version.get());
            without += usize::from(version.is_none());
            found.push(Component {
                what: What::Product { vendor: vendor.to_owned(), product: product.replace('.', " ") },
                version: version.map(str::to_owned),
                purl: None,
                at,
                site: Site::unknown(),
            })?;
        }
    }
    if without > 0 {
        let why = format!(
            "{without} of its programs have no version; `winget export --include-versions` writes them, and without one \
             nothing can be told"
        );
        found.skip("the list", why);
    }
    Ok(found.done())
}
