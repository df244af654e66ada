//! What CycloneDX and SPDX say of a component, made into one: by its package
//! URL, else by its CPE name, else by its maker and name.

use crate::component::{Component, Site, What};
use crate::cpe;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::purl;

/// A component, as a document writes it.
#[derive(Debug, Default)]
pub(crate) struct Raw<'a> {
    /// `library`, `application`, `operating-system`, `file`, ...
    pub(crate) kind: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) purl: Option<&'a str>,
    pub(crate) cpe: Option<&'a str>,
    /// Who makes it.
    pub(crate) maker: Option<&'a str>,
}

/// Collects components of one document.
#[derive(Default)]
pub(crate) struct Collect {
    pub(crate) found: Found,
    /// Files without a package URL: they are no products.
    files: usize,
    /// The operating systems that it names as components.
    systems: Vec<(String, String)>,
}

/// Operating systems that are kept; a document of one machine names one.
const SYSTEMS: usize = 8;

impl Collect {
    /// Lists a component, or says why not.
    pub(crate) fn add(&mut self, raw: &Raw<'_>, at: String) -> Result<(), Broken> {
        let version = raw.version.map(str::trim).filter(|v| !v.is_empty());
        if let (Some("operating-system"), Some(name), Some(version)) = (raw.kind, raw.name, version)
            && self.systems.len() < SYSTEMS
        {
            self.systems.push((name.to_ascii_lowercase(), version.to_owned()));
        }
        let package = raw.purl.map(|written| (written, purl::read(written)));
        let named = raw.cpe.and_then(cpe::read);
        let mut version = version.map(str::to_owned);
        let what = match package {
            // A package URL without an ecosystem (`generic`, `oci`) says less than a CPE name.
            Some((_, Ok(package))) if named.is_none() || !is_loose(&package.ecosystem) => {
                version = package.version.or(version);
                What::Package { ecosystem: package.ecosystem, name: package.name, source: package.source }
            }
            other => {
                if let Some((_, Err(bad))) = other {
                    let why = format!("its package URL cannot be read ({bad}); it is listed by its name");
                    self.found.skip(at.as_str(), why);
                }
                match (named, raw.name) {
                    (Some(named), _) => {
                        version = version.or(named.version);
                        What::Product { vendor: named.vendor, product: named.product }
                    }
                    (None, _) if raw.kind == Some("file") && raw.purl.is_none() => {
                        self.files += 1;
                        return Ok(());
                    }
                    (None, Some(name)) => {
                        What::Product { vendor: raw.maker.unwrap_or_default().to_owned(), product: name.to_owned() }
                    }
                    (None, None) => {
                        self.found.skip(at, "the component has no name");
                        return Ok(());
                    }
                }
            }
        };
        let purl = raw.purl.map(str::to_owned);
        self.found.push(Component { what, version, purl, at, site: Site::unknown() })
    }

    /// What was found. Scanners leave the release out of a package URL when the document names the system once.
    pub(crate) fn done(mut self) -> Found {
        self.systems.sort_unstable();
        self.systems.dedup();
        if let [(name, version)] = self.systems.as_slice() {
            for kind in ["deb", "apk", "rpm"] {
                let Some((bare, full)) = released(kind, name, version) else { continue };
                for component in &mut self.found.components {
                    if let What::Package { ecosystem, .. } = &mut component.what
                        && *ecosystem == bare
                    {
                        ecosystem.clone_from(&full);
                    }
                }
            }
        }
        if self.files > 0 {
            let why = format!("{} files without a package URL are no packages, and are not matched", self.files);
            self.found.skip("components", why);
        }
        self.found.done()
    }
}

/// A distribution without and with its release, as package URLs name them.
fn released(kind: &str, name: &str, version: &str) -> Option<(Ecosystem, Ecosystem)> {
    let plain = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_".contains(&c));
    if !plain(name) || !plain(version) {
        return None;
    }
    let of = |query: &str| purl::read(&format!("pkg:{kind}/{name}/x{query}")).ok().map(|package| package.ecosystem);
    let (bare, full) = (of("")?, of(&format!("?distro={name}-{version}"))?);
    (!matches!(full, Ecosystem::Other(_))).then_some((bare, full))
}

/// Whether an ecosystem is only a package URL's type, with names that nobody keeps.
fn is_loose(ecosystem: &Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Other(kind) if matches!(kind.as_str(), "generic" | "oci" | "docker" | "none" | "swid"))
}
