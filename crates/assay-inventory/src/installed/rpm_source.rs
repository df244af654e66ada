//! The source package of an rpm: which distributions' records name it, and the
//! epoch that its file's name leaves out.

use std::collections::HashMap;

use crate::component::{Component, SourcePackage, What};
use crate::ecosystem::Ecosystem;

/// The source package by its file's name, `glibc-2.34-60.el9.src.rpm`; none where it is the package itself, and where
/// the distribution's records name the packages that are installed.
pub(crate) fn source_package(
    ecosystem: &Ecosystem,
    file: &str,
    name: &str,
    version: Option<&str>,
) -> Option<SourcePackage> {
    if !matches!(ecosystem, Ecosystem::Rpm(rpm, _) if rpm.names_sources()) {
        return None;
    }
    let rest = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (of, its) = split(rest)?;
    let its = (Some(its.as_str()) != version.map(bare)).then_some(its);
    (of != name || its.is_some()).then(|| SourcePackage { name: of.to_owned(), version: its })
}

/// `name-version-release`, from the right: a name has hyphens of its own.
pub(super) fn split(whole: &str) -> Option<(&str, String)> {
    let (rest, release) = whole.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    (!name.is_empty() && !version.is_empty() && !release.is_empty()).then(|| (name, format!("{version}-{release}")))
}

/// Gives sources their epochs where the inventory tells them. A source's file name has none; a package of the source's own
/// version has the source's epoch, and perl's parts, which have versions of their own, have it from there. Without it
/// they would be older than every version with an epoch.
pub fn epochs(components: &mut [Component]) {
    let mut known: HashMap<(String, String, String), String> = HashMap::new();
    for component in components.iter() {
        let What::Package { ecosystem: of @ Ecosystem::Rpm(..), name, source } = &component.what else { continue };
        let Some((epoch, version)) = component.version.as_deref().and_then(|version| version.split_once(':')) else {
            continue;
        };
        if source.as_ref().is_none_or(|source| source.version.is_none()) {
            let name = source.as_ref().map_or(name, |source| &source.name);
            known.insert((of.to_string(), name.clone(), version.to_owned()), epoch.to_owned());
        }
    }
    if known.is_empty() {
        return;
    }
    for component in components {
        let What::Package { ecosystem: of @ Ecosystem::Rpm(..), source: Some(source), .. } = &mut component.what else {
            continue;
        };
        let Some(version) = &mut source.version else { continue };
        if let Some(epoch) = known.get(&(of.to_string(), source.name.clone(), version.clone())) {
            *version = format!("{epoch}:{version}");
        }
    }
}

/// A version without its epoch.
fn bare(version: &str) -> &str {
    version.split_once(':').map_or(version, |(_, bare)| bare)
}
