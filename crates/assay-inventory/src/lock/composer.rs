//! composer.lock of PHP.

use serde::Deserialize;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, List, Maybe, Text};
use crate::limits;
use crate::origin::PATH;

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(rename = "content-hash")]
    content_hash: Option<serde::de::IgnoredAny>,
    #[serde(borrow, default)]
    packages: Option<List<Package<'a>>>,
    #[serde(borrow, rename = "packages-dev", default)]
    for_development: Option<List<Package<'a>>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    dist: Maybe<Dist<'a>>,
    /// Where installations are counted: it tells the repository.
    #[serde(borrow, rename = "notification-url", default)]
    counted_at: Text<'a>,
}

#[derive(Deserialize)]
struct Dist<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Text<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let lock: Lock<'_> = json::parse(bytes)?;
    if lock.packages.is_none() && lock.content_hash.is_none() {
        return Err(Broken::at(
            "the document",
            "neither `packages` nor `content-hash` stands in it; is it a composer.lock?",
        ));
    }
    let mut found = Found::default();
    let lists = [("packages", "", lock.packages), ("packages-dev", " (for development)", lock.for_development)];
    for (list, label, packages) in lists {
        for (n, package) in packages.into_iter().flat_map(|list| list.0).enumerate() {
            let at = format!("{list}[{n}]{label}");
            let Some(package) = package else {
                found.skip(at, "this is no package");
                continue;
            };
            let Some(name) = package.name.get() else {
                found.skip(at, "the package has no name");
                continue;
            };
            let is_folder = package.dist.0.as_ref().is_some_and(|dist| dist.kind.get() == Some("path"));
            let ecosystem =
                if is_folder { Ecosystem::Other(PATH.to_owned()) } else { repository(package.counted_at.get()) };
            found.push(Component::package(ecosystem, name, package.version.get(), at))?;
        }
    }
    Ok(found.done())
}

/// The ecosystem of a package by the address at which its installation is counted. Records of a
/// repository with advisories of its own (Drupal's) carry that repository's address in their ecosystem.
fn repository(counted_at: Option<&str>) -> Ecosystem {
    let own = counted_at
        .and_then(|url| url.trim_end_matches('/').strip_suffix("/downloads"))
        .filter(|url| url.len() <= limits::NAME && !url.ends_with(concat!("//", "packagist", ".org")));
    match own {
        Some(address) => Ecosystem::from_osv(&format!("Packagist:{address}")),
        None => Ecosystem::from_osv("Packagist"),
    }
}
