//! Whether a statement is about this component and this version. In doubt it is
//! not: a statement about another product silences nothing.

use assay_advisory::vex::{Name, Product, Versions, percent_decoded};
use assay_inventory::component::{Component, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Key;
use assay_inventory::{cpe, purl};

use super::vers;

/// What of a component a statement means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meant {
    /// Every version that it ever had or will have.
    Any,
    /// A range of versions that this one lies in.
    Range,
    /// This very version.
    Version,
}

/// What of this component a statement's product means; none if it is another. `described` is what the inventory is a
/// list of the parts of, `own` whether the statement stands in that inventory and points to its components.
pub(super) fn meant(
    product: &Product,
    component: &Component,
    described: Option<&Component>,
    own: bool,
) -> Option<Meant> {
    // A part of one version of a whole is that version's.
    let inside = match product.inside.as_slice() {
        [] => Meant::Any,
        whole => named(whole, described?, own)?,
    };
    let name = named(&product.names, component, own)?;
    let versions = match &product.versions {
        None => Meant::Any,
        Some(versions) => holds(versions, component)?,
    };
    Some(inside.max(name).max(versions))
}

/// What several names of one product mean: all names of one kind have to mean this component, the weakest counts.
fn named(names: &[Name], component: &Component, own: bool) -> Option<Meant> {
    let kind = |is_kind: fn(&Name) -> bool| names.iter().filter(|name| is_kind(name)).collect::<Vec<_>>();
    let purls = kind(|name| matches!(name, Name::Purl(_)));
    let cpes = kind(|name| matches!(name, Name::Cpe(_)));
    let words = kind(|name| matches!(name, Name::Words { .. }));
    let of_package = matches!(component.what, What::Package { .. }) || component.purl.is_some();
    let chosen = if of_package && !purls.is_empty() {
        purls
    } else if !cpes.is_empty() {
        cpes
    } else {
        words
    };
    let meant: Option<Vec<Meant>> = chosen.into_iter().map(|name| one(name, component, own)).collect();
    meant?.into_iter().min()
}

fn one(name: &Name, component: &Component, own: bool) -> Option<Meant> {
    match name {
        Name::Purl(written) => by_purl(written, component, own),
        Name::Cpe(written) => by_cpe(written, component),
        Name::Words { maker, name, version } => by_words(maker, name, version.as_deref(), component),
        // The document that it points into is not at hand.
        Name::BomRef { .. } => None,
    }
}

fn by_purl(written: &str, component: &Component, own: bool) -> Option<Meant> {
    let same_text = component.purl.as_deref() == Some(written);
    let What::Package { ecosystem, name, source } = &component.what else {
        // `pkg:generic/...` and the like name no ecosystem; the same text names the same thing.
        let said = purl::read(written).ok()?;
        return same_text.then_some(if said.version.is_some() { Meant::Version } else { Meant::Any });
    };
    let said = purl::read(written).ok()?;
    if !same_ecosystem(&said.ecosystem, ecosystem) || subpath(written) != component.purl.as_deref().and_then(subpath) {
        return None;
    }
    // A source package's statement is about every package that is built from it.
    let is_source = qualifier(written, "arch") == Some("source");
    let (name, version) = match source {
        Some(source) if is_source => {
            (ecosystem.normalise(&source.name), source.version.as_deref().or(component.version.as_deref()))
        }
        _ => (ecosystem.normalise(name), component.version.as_deref()),
    };
    if ecosystem.normalise(&said.name) != name || !qualifiers(written, component) {
        return None;
    }
    // A statement inside of an inventory points to this very component, whatever it is called.
    let mut meant = if own && same_text { Meant::Version } else { Meant::Any };
    if let Some(range) = qualifier(written, "vers") {
        let range = percent_decoded(range)?;
        meant = meant.max(in_range(vers::contains(ecosystem, &range, version), &range)?);
    }
    match said.version.as_deref() {
        Some(said) => is_version(ecosystem, said, version).then_some(Meant::Version),
        None => Some(meant),
    }
}

/// What a range means that has this version in it.
fn in_range(inside: bool, range: &str) -> Option<Meant> {
    inside.then_some(if vers::is_all(range) { Meant::Any } else { Meant::Range })
}

/// The part of a package that a package URL names.
fn subpath(written: &str) -> Option<&str> {
    written.split_once('#').map(|(_, path)| path).filter(|path| !path.is_empty())
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

/// Every qualifier of the statement that narrows has to stand in the component's own package URL. One without a value, or
/// twice, can be read in two ways.
fn qualifiers(said: &str, component: &Component) -> bool {
    let Some((_, list)) = said.split('#').next().unwrap_or_default().split_once('?') else { return true };
    let distribution = ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpine/"];
    let has_releases =
        distribution.iter().any(|kind| said.get(..kind.len()).is_some_and(|s| s.eq_ignore_ascii_case(kind)));
    let mut keys: Vec<String> = Vec::new();
    for pair in list.split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else { return false };
        let key = key.to_ascii_lowercase();
        if value.is_empty() || keys.contains(&key) {
            return false;
        }
        let own = component.purl.as_deref().and_then(|own| qualifier(own, &key));
        let holds = match key.as_str() {
            // Held against the version, the ecosystem and the source package.
            "vers" => true,
            "distro" if has_releases => true,
            "arch" if value == "source" => true,
            // Where it was fetched from, and its bytes: only the very same is the same.
            _ => own.is_some_and(|own| own == value || percent_decoded(own) == percent_decoded(value)),
        };
        if !holds {
            return false;
        }
        keys.push(key);
    }
    true
}

fn qualifier<'a>(written: &'a str, key: &str) -> Option<&'a str> {
    let (_, list) = written.split('#').next()?.split_once('?')?;
    list.split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(own, _)| own.eq_ignore_ascii_case(key))
        .map(|(_, value)| value)
}

fn by_cpe(written: &str, component: &Component) -> Option<Meant> {
    let said = cpe::read(written)?;
    let What::Product { vendor, product } = &component.what else { return None };
    // What narrows (an update, an edition, the machine that it runs on) has no field in the inventory to be held against.
    if said.update.is_some()
        || narrows(written)
        || !same_words(&said.vendor, vendor)
        || !same_words(&said.product, product)
    {
        return None;
    }
    match said.version.as_deref() {
        Some(version) => same_text(version, component.version.as_deref()).then_some(Meant::Version),
        None => Some(Meant::Any),
    }
}

/// Whether a CPE name says more than vendor, product and version; or that there is no version (`-`).
fn narrows(written: &str) -> bool {
    let fields: Vec<&str> = match written.strip_prefix("cpe:2.3:") {
        // Quoted colons stand in names, and those are held above.
        Some(rest) => rest.split(':').collect(),
        None => written.trim_start_matches("cpe:/").split(':').collect(),
    };
    let quoted = written.contains("\\:");
    let more = fields.iter().skip(4).any(|field| !matches!(*field, "" | "*" | "-"));
    quoted || more || fields.get(3) == Some(&"-")
}

fn by_words(maker: &str, name: &str, version: Option<&str>, component: &Component) -> Option<Meant> {
    let What::Product { vendor, product } = &component.what else { return None };
    let own = component.version.as_deref();
    if maker.is_empty() && version.is_none() {
        // CSAF's full names are one text with the vendor and the version in it.
        let full = [vendor, product, own?].join(" ");
        return (!plain(vendor).is_empty() && same_words(name, &full)).then_some(Meant::Version);
    }
    if !same_words(maker, vendor) || !same_words(name, product) {
        return None;
    }
    match version {
        Some(version) => same_text(version, own).then_some(Meant::Version),
        None => Some(Meant::Any),
    }
}

/// Whether two names are one, and are names: nobody's product is not everybody's.
fn same_words(said: &str, own: &str) -> bool {
    let said = plain(said);
    !said.is_empty() && said == plain(own)
}

/// In small letters, with single spaces for what only separates. Other signs stay: `SC+` is not `SC`.
fn plain(text: &str) -> String {
    let gap = |c: char| c.is_whitespace() || "_-/,;:()[]\"'".contains(c);
    lower(text).split(gap).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Small letters, where no letter of one alphabet becomes one of another: the sign for kelvin is no `k`.
pub(super) fn lower(text: &str) -> String {
    let one = |c: char| -> Vec<char> {
        let small: Vec<char> = c.to_lowercase().collect();
        if !c.is_ascii() && small.iter().any(char::is_ascii) { vec![c] } else { small }
    };
    text.chars().flat_map(one).collect()
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

fn holds(versions: &Versions, component: &Component) -> Option<Meant> {
    let own = component.version.as_deref();
    match (&component.what, versions) {
        (What::Package { ecosystem, .. }, Versions::Exactly(said)) => {
            is_version(ecosystem, said, own).then_some(Meant::Version)
        }
        (What::Package { ecosystem, .. }, Versions::Range(range)) => {
            in_range(vers::contains(ecosystem, range, own), range)
        }
        (What::Product { .. }, Versions::Exactly(said)) => same_text(said, own).then_some(Meant::Version),
        // Whether a vendor's version lies in a range, the vendor alone knows; lists of single versions can be held.
        (What::Product { .. }, Versions::Range(range)) => in_range(vers::lists(range, own), range),
    }
}
