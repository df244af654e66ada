//! Whether a statement is about this component and this version. In doubt it is
//! not: a statement about another product silences nothing.

use assay_advisory::vex::{Name, Product, Versions, percent_decoded};
use assay_inventory::component::{Component, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Key;
use assay_inventory::{cpe, purl};

use super::vers;

/// Whether the product is this component. `described` is what the inventory is a list of the parts of.
pub(super) fn is_meant(product: &Product, component: &Component, described: Option<&Component>) -> bool {
    let inside = product.inside.is_empty()
        || described.is_some_and(|whole| product.inside.iter().any(|name| names(name, whole)));
    inside
        && product.names.iter().any(|name| names(name, component))
        && product.versions.as_ref().is_none_or(|versions| holds(versions, component))
}

/// Whether this name is the component's, with its version if it has one.
fn names(name: &Name, component: &Component) -> bool {
    match name {
        Name::Purl(written) => by_purl(written, component),
        Name::Cpe(written) => by_cpe(written, component),
        Name::Words { maker, name, version } => by_words(maker, name, version.as_deref(), component),
        // The document that it points into is not at hand.
        Name::BomRef { .. } => false,
    }
}

fn by_purl(written: &str, component: &Component) -> bool {
    let What::Package { ecosystem, name, source } = &component.what else {
        // `pkg:generic/...` and the like name no ecosystem; the same text names the same thing.
        return component.purl.as_deref().is_some_and(|own| own == written);
    };
    let Ok(said) = purl::read(written) else { return false };
    if !same_ecosystem(&said.ecosystem, ecosystem) {
        return false;
    }
    // A source package's statement is about every package that is built from it.
    let is_source = qualifier(written, "arch") == Some("source");
    let (name, version) = match source {
        Some(source) if is_source => {
            (ecosystem.normalise(&source.name), source.version.as_deref().or(component.version.as_deref()))
        }
        _ if is_source => (ecosystem.normalise(name), component.version.as_deref()),
        _ => (ecosystem.normalise(name), component.version.as_deref()),
    };
    if ecosystem.normalise(&said.name) != name || !qualifiers(written, component) {
        return false;
    }
    let exact = said.version.as_deref().is_none_or(|said| is_version(ecosystem, said, version));
    let range = match qualifier(written, "vers") {
        Some(range) => percent_decoded(range).is_some_and(|range| vers::contains(ecosystem, &range, version)),
        None => true,
    };
    exact && range
}

/// The same ecosystem; a release, if the statement names one, has to be the component's.
fn same_ecosystem(said: &Ecosystem, own: &Ecosystem) -> bool {
    if said == own {
        return true;
    }
    let (said, own) = (said.to_string(), own.to_string());
    let family = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    !said.contains(':') && said == family(&own)
}

/// Every qualifier of the statement that narrows has to stand in the component's own package URL.
fn qualifiers(said: &str, component: &Component) -> bool {
    let Some((_, list)) = said.split('#').next().unwrap_or_default().split_once('?') else { return true };
    list.split('&').filter(|pair| !pair.is_empty()).all(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key.to_ascii_lowercase().as_str() {
            // Held against the ecosystem, the version and the source package above.
            "distro" | "vers" | "upstream" => true,
            "arch" if value == "source" => true,
            // Where it was fetched from, and its bytes: only the very same is the same.
            key => component.purl.as_deref().and_then(|own| qualifier(own, key)) == Some(value),
        }
    })
}

fn qualifier<'a>(written: &'a str, key: &str) -> Option<&'a str> {
    let (_, list) = written.split('#').next()?.split_once('?')?;
    list.split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(own, _)| own.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

fn by_cpe(written: &str, component: &Component) -> bool {
    let Some(said) = cpe::read(written) else { return false };
    let What::Product { vendor, product } = &component.what else { return false };
    // An update (`sp1`) that the inventory has no field for narrows in a way that cannot be checked.
    said.update.is_none()
        && plain(&said.vendor) == plain(vendor)
        && plain(&said.product) == plain(product)
        && said.version.as_deref().is_none_or(|version| same_text(version, component.version.as_deref()))
}

fn by_words(maker: &str, name: &str, version: Option<&str>, component: &Component) -> bool {
    let What::Product { vendor, product } = &component.what else { return false };
    let own = component.version.as_deref();
    if maker.is_empty() && version.is_none() {
        // CSAF's full names are one text with the version in it.
        let full = |parts: &[&str]| plain(&parts.join(" "));
        return own.is_some_and(|own| {
            let said = plain(name);
            said == full(&[vendor, product, own]) || said == full(&[product, own])
        });
    }
    plain(maker) == plain(vendor)
        && plain(name) == plain(product)
        && version.is_none_or(|version| same_text(version, own))
}

/// Letters and digits alone, in small letters, with single spaces.
fn plain(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { ' ' }).collect();
    words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn same_text(said: &str, own: Option<&str>) -> bool {
    own.is_some_and(|own| said.trim().eq_ignore_ascii_case(own.trim()))
}

/// Whether the versions are one; a component without a version is none.
fn is_version(ecosystem: &Ecosystem, said: &str, own: Option<&str>) -> bool {
    let Some(own) = own else { return false };
    said == own
        || matches!((Key::parse(ecosystem, said), Key::parse(ecosystem, own)), (Ok(said), Ok(own)) if said == own)
}

fn holds(versions: &Versions, component: &Component) -> bool {
    let own = component.version.as_deref();
    match (&component.what, versions) {
        (What::Package { ecosystem, .. }, Versions::Exactly(said)) => is_version(ecosystem, said, own),
        (What::Package { ecosystem, .. }, Versions::Range(range)) => vers::contains(ecosystem, range, own),
        (What::Product { .. }, Versions::Exactly(said)) => same_text(said, own),
        // Whether a vendor's version lies in a range, the vendor alone knows; lists of single versions can be held.
        (What::Product { .. }, Versions::Range(range)) => vers::lists(range, own),
    }
}
