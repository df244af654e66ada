//! What is affected: products, and ranges of their versions.

use packageurl::PackageUrl;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, Faults};
use super::text;

/// A product and the versions of it that are affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affected {
    /// The product.
    pub product: Product,
    /// Its affected versions: at least one range, at most 32.
    pub ranges: Vec<Range>,
}

/// A package, under each of the names by which readers know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its package URL, without a version.
    pub purl: String,
    /// The ecosystem by OSV's name, with its release where there is one: `npm`, `Debian:12`; absent if OSV has none
    /// for it (`pkg:generic`, `pkg:github`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecosystem: Option<String>,
    /// Its name, in that ecosystem if there is one.
    pub name: String,
    /// Who makes it, as people say it.
    pub vendor: String,
}

/// A range of versions, in the order of the product's ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first affected version; absent if every version up to the end is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    /// Where it ends.
    pub until: Until,
}

/// Where a range ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Until {
    /// The first version that is not affected any more.
    Fixed(String),
    /// The last affected version; a fixed one is not known.
    LastAffected(String),
    /// Nowhere yet: every later version is affected as well.
    Open,
}

impl Range {
    /// From the first version on, fixed in this one.
    pub fn fixed_in(version: impl Into<String>) -> Self {
        Self { introduced: None, until: Until::Fixed(version.into()) }
    }

    /// Whether all versions that it names are SemVer 2.0.
    pub(crate) fn is_semver(&self) -> bool {
        let end = match &self.until {
            Until::Fixed(version) | Until::LastAffected(version) => Some(version),
            Until::Open => None,
        };
        self.introduced.iter().chain(end).all(|version| text::is_semver(version))
    }

    /// The version in which it is fixed.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        match &self.until {
            Until::Fixed(version) => Some(version),
            Until::LastAffected(_) | Until::Open => None,
        }
    }
}

/// Ecosystems of OSV schema 1.7 by purl type. A namespace tells distributions apart.
const ECOSYSTEMS: &[(&str, Option<&str>, &str)] = &[
    ("cargo", None, concat!("crates", ".", "io")),
    ("npm", None, "npm"),
    ("pypi", None, "PyPI"),
    ("golang", None, "Go"),
    ("maven", None, "Maven"),
    ("nuget", None, "NuGet"),
    ("gem", None, "RubyGems"),
    ("composer", None, "Packagist"),
    ("hex", None, "Hex"),
    ("pub", None, "Pub"),
    ("cran", None, "CRAN"),
    ("hackage", None, "Hackage"),
    ("swift", None, "SwiftURL"),
    ("conan", None, "ConanCenter"),
    ("deb", Some("debian"), "Debian"),
    ("deb", Some("ubuntu"), "Ubuntu"),
    ("apk", Some("alpine"), "Alpine"),
    ("rpm", Some("redhat"), "Red Hat"),
];

impl Product {
    /// A product from a package URL of any version: the ecosystem and its name follow from it, and the vendor is
    /// called after the namespace, or else after the project.
    ///
    /// # Errors
    /// If it is no package URL.
    pub fn from_purl(purl: &str) -> Result<Self, Fault> {
        let parsed: PackageUrl<'_> = purl
            .parse()
            .map_err(|error| Fault::new("purl", format!("`{}` is no package URL: {error}", text::cut(purl))))?;
        let base = ecosystem(&parsed);
        let release = parsed.qualifiers().get("distro").and_then(|distro| distro.rsplit('-').next());
        let release = release.filter(|release| release.starts_with(|c: char| c.is_ascii_digit()));
        let ecosystem = base.map(|base| match release {
            Some(release) if base == "Debian" || base == "Ubuntu" => format!("{base}:{release}"),
            _ => base.to_owned(),
        });
        let mut plain = parsed.clone();
        plain.without_version();
        // A file's architecture, URL or digest names one build; an advisory speaks of all of them.
        plain.clear_qualifiers();
        if let Some(distro) = parsed.qualifiers().get("distro") {
            plain.add_qualifier("distro", distro.to_string()).map_err(|error| Fault::new("purl", error.to_string()))?;
        }
        let name = match (parsed.ty(), parsed.namespace()) {
            ("npm" | "golang" | "composer" | "swift", Some(namespace)) => format!("{namespace}/{}", parsed.name()),
            ("maven", Some(namespace)) => format!("{namespace}:{}", parsed.name()),
            _ => parsed.name().to_owned(),
        };
        let vendor = match (parsed.ty(), base) {
            ("deb" | "apk" | "rpm", Some(distribution)) => distribution.to_owned(),
            _ => parsed.namespace().map_or_else(|| format!("{} project", parsed.name()), str::to_owned),
        };
        Ok(Self { purl: plain.to_string(), ecosystem, name, vendor })
    }

    /// The package URL of one version.
    #[must_use]
    pub fn purl_of(&self, version: &str) -> String {
        // Both were checked when the record was made; a purl without a version is still true.
        self.with(|purl| purl.with_version(version.to_owned()).map(|_| ()))
    }

    /// The package URL of a range, with the qualifier `vers` of the purl specification.
    #[must_use]
    pub fn purl_of_range(&self, range: &Range) -> String {
        let vers = self.vers(range);
        self.with(|purl| purl.add_qualifier("vers", vers).map(|_| ()))
    }

    fn with(&self, change: impl FnOnce(&mut PackageUrl<'_>) -> packageurl::Result<()>) -> String {
        let Ok(mut purl) = self.purl.parse::<PackageUrl<'_>>() else {
            return self.purl.clone();
        };
        match change(&mut purl) {
            Ok(()) => purl.to_string(),
            Err(_) => self.purl.clone(),
        }
    }

    /// A range in the syntax of `vers`: `vers:npm/>=1.0.0|<1.2.3`.
    #[must_use]
    pub fn vers(&self, range: &Range) -> String {
        let scheme = self.purl.strip_prefix("pkg:").and_then(|rest| rest.split('/').next()).unwrap_or("generic");
        let from = range.introduced.as_deref().map(|version| format!(">={}", text::percent(version)));
        let to = match &range.until {
            Until::Fixed(version) => Some(format!("<{}", text::percent(version))),
            Until::LastAffected(version) => Some(format!("<={}", text::percent(version))),
            Until::Open => None,
        };
        let constraints: Vec<String> = from.into_iter().chain(to).collect();
        if constraints.is_empty() {
            format!("vers:{scheme}/*")
        } else {
            format!("vers:{scheme}/{}", constraints.join("|"))
        }
    }

    /// What people call it: its name, and its ecosystem where there is one.
    #[must_use]
    pub fn called(&self) -> String {
        match &self.ecosystem {
            Some(ecosystem) => format!("{} ({ecosystem})", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether its versions are SemVer 2.0, which OSV's range type `SEMVER` demands.
    #[must_use]
    pub fn is_semver(&self) -> bool {
        let semver = [concat!("crates", ".", "io"), "npm", "Go", "Hex", "Pub", "SwiftURL"];
        self.ecosystem.as_deref().is_some_and(|ecosystem| semver.contains(&ecosystem))
    }
}

fn ecosystem(purl: &PackageUrl<'_>) -> Option<&'static str> {
    let matches = |(ty, namespace, _): &&(&str, Option<&str>, &str)| {
        *ty == purl.ty() && namespace.is_none_or(|namespace| purl.namespace() == Some(namespace))
    };
    ECOSYSTEMS.iter().find(matches).map(|(_, _, name)| *name)
}

pub(super) fn check(affected: &[Affected], faults: &mut Faults) {
    faults.count("affected", affected.len(), 1, 16);
    for (index, one) in affected.iter().enumerate() {
        let place = format!("affected[{index}]");
        check_product(&one.product, &format!("{place}.product"), faults);
        faults.count(&format!("{place}.ranges"), one.ranges.len(), 1, 32);
        for (number, range) in one.ranges.iter().enumerate() {
            check_range(range, one.product.is_semver(), &format!("{place}.ranges[{number}]"), faults);
            if one.ranges.iter().take(number).any(|earlier| earlier == range) {
                faults.add(&format!("{place}.ranges[{number}]"), "the same range stands there twice");
            }
        }
        if affected.iter().take(index).any(|earlier| earlier.product.purl == one.product.purl) {
            faults.add(&place, "the same product stands there twice");
        }
    }
}

fn check_product(product: &Product, place: &str, faults: &mut Faults) {
    faults.line(&format!("{place}.name"), &product.name, 200);
    faults.line(&format!("{place}.vendor"), &product.vendor, 200);
    if let Some(ecosystem) = &product.ecosystem {
        faults.line(&format!("{place}.ecosystem"), ecosystem, 100);
    }
    match product.purl.parse::<PackageUrl<'_>>() {
        // One text for one product: what it is written as is what it is read as.
        Ok(purl) if purl.to_string() != product.purl || product.purl.len() > 500 => {
            faults.add(&format!("{place}.purl"), "it is not in canonical form, or longer than 500 bytes");
        }
        Ok(purl) if purl.version().is_some() => {
            faults.add(&format!("{place}.purl"), "it names one version; the ranges say which are affected");
        }
        Ok(purl) => {
            let base = product.ecosystem.as_deref().and_then(|ecosystem| ecosystem.split(':').next());
            if ecosystem(&purl) != base {
                faults.add(&format!("{place}.ecosystem"), "it is not the ecosystem of the package URL");
            }
        }
        Err(_) => faults.add(&format!("{place}.purl"), "it is no package URL"),
    }
}

fn check_range(range: &Range, semver: bool, place: &str, faults: &mut Faults) {
    let end = match &range.until {
        Until::Fixed(version) | Until::LastAffected(version) => Some(version),
        Until::Open => None,
    };
    for version in range.introduced.iter().chain(end) {
        if version.is_empty() || version.len() > 128 || !version.bytes().all(|byte| byte.is_ascii_graphic()) {
            faults.add(place, "a version is 1 to 128 visible ASCII characters");
        } else if semver && !text::is_semver(version) {
            faults.add(place, &format!("`{version}` is no SemVer 2.0 version, and this ecosystem has no others"));
        }
    }
    if range.introduced.as_deref() == Some("0") {
        faults.add(place, "`0` means from the first version on; leave `introduced` out");
    }
    if let (Some(introduced), Until::Fixed(fixed)) = (&range.introduced, &range.until)
        && introduced == fixed
    {
        faults.add(place, "it is fixed in the version in which it was introduced");
    }
}
