//! CycloneDX: JSON 1.2 to 1.7, XML 1.0 to 1.7.
//!
//! Listed are the thing that the document describes, its components, and the
//! components in those. Services, the tools that made the document, and the
//! ancestors of a forked component are not installed, and are left out.

mod json;
mod xml;

use crate::component::{Component, Site, What};
use crate::cpe;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::purl;

/// The newest version of the specification that is known.
const NEWEST: u32 = 7;

/// A component, as either form writes it.
#[derive(Debug, Default)]
struct Raw<'a> {
    /// `library`, `application`, `operating-system`, ...
    kind: Option<&'a str>,
    name: Option<&'a str>,
    version: Option<&'a str>,
    purl: Option<&'a str>,
    cpe: Option<&'a str>,
    /// Who makes it: supplier, manufacturer, publisher or group, in this order.
    maker: Option<&'a str>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = start.iter().find(|c| !c.is_ascii_whitespace());
    if first == Some(&b'<') { xml::read(start) } else { json::read(bytes) }
}

/// Collects components of one document.
#[derive(Default)]
struct Collect {
    found: Found,
    /// Files without a package URL: they are no products.
    files: usize,
    /// Debian's release, where the document names it as a component or in a package URL.
    releases: Vec<String>,
}

impl Collect {
    /// Checks `specVersion` or the namespace's version: `1.6`.
    fn version(&mut self, written: &str) -> Result<(), Broken> {
        let minor = written.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
        match minor {
            Some(minor) if minor <= NEWEST => Ok(()),
            Some(_) => {
                let why =
                    format!("CycloneDX {} is newer than what is known here (1.{NEWEST}); read like it", short(written));
                self.found.skip("specVersion", why);
                Ok(())
            }
            None => Err(Broken::at("specVersion", format!("`{}` is no version of CycloneDX 1", short(written)))),
        }
    }

    fn add(&mut self, raw: &Raw<'_>, at: String) -> Result<(), Broken> {
        let version = raw.version.map(str::trim).filter(|v| !v.is_empty());
        if let (Some("operating-system"), Some(name), Some(version)) = (raw.kind, raw.name, version)
            && name.eq_ignore_ascii_case("debian")
            && let Some(release) = purl::debian_release(version)
        {
            self.releases.push(release.to_owned());
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

    fn done(mut self) -> Found {
        // Scanners leave the release out of a package URL when the document names the system once.
        self.releases.sort_unstable();
        self.releases.dedup();
        if let [release] = self.releases.as_slice() {
            for component in &mut self.found.components {
                if let What::Package { ecosystem: Ecosystem::Debian(of @ None), .. } = &mut component.what {
                    *of = Some(release.clone());
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

/// Whether an ecosystem is only a package URL's type, with names that nobody keeps.
fn is_loose(ecosystem: &Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Other(kind) if matches!(kind.as_str(), "generic" | "oci" | "docker" | "none" | "swid"))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
