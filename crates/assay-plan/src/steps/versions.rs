//! Which version to install: for each one installed, the first that has every
//! fix the advisories name.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use assay_inventory::component::What;
use assay_inventory::version::{self, product};
use assay_match::exposure::{Exposure, Touch};

use crate::group::Group;
use crate::text::plain;

/// What one installed version is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// As installed, as written.
    pub(crate) installed: String,
    /// The first version with every fix; none if an advisory names no fix, or their order is not known.
    pub(crate) to: Option<String>,
    /// Advisories that name no fixed version at all.
    pub(crate) without_fix: Vec<String>,
    /// All fixed versions that are named, each with its advisory, where one version for all could not be found.
    pub(crate) named: Vec<(String, String)>,
}

/// For each installed version, where to go.
pub(crate) fn targets(group: &Group<'_>) -> Vec<Target> {
    let mut by_version: BTreeMap<String, Vec<&Exposure>> = BTreeMap::new();
    for exposure in group.exposures.iter().filter(|exposure| exposure.touch == Touch::Affected) {
        if let Some(installed) = &exposure.component.version {
            by_version.entry(installed.clone()).or_default().push(exposure);
        }
    }
    by_version.into_iter().map(|(installed, exposures)| target(&group.component.what, installed, &exposures)).collect()
}

fn target(what: &What, installed: String, exposures: &[&Exposure]) -> Target {
    let mut target = Target { installed, to: None, without_fix: Vec::new(), named: Vec::new() };
    let mut all: BTreeSet<&str> = BTreeSet::new();
    let mut known = true;
    for exposure in exposures {
        let id = plain(&exposure.advisory.id, 40);
        if exposure.fixed.is_empty() {
            if !target.without_fix.contains(&id) {
                target.without_fix.push(id);
            }
            continue;
        }
        all.extend(exposure.fixed.iter().map(String::as_str));
        target.named.extend(exposure.fixed.iter().take(4).map(|fixed| (id.clone(), plain(fixed, 80))));
        match first_newer(what, &target.installed, &exposure.fixed) {
            Some(fixed) => {
                let further = match &target.to {
                    Some(to) => order(what, fixed, to),
                    None => Some(Ordering::Greater),
                };
                match further {
                    Some(Ordering::Greater) => target.to = Some(fixed.to_owned()),
                    Some(_) => {}
                    None => known = false,
                }
            }
            None => known = false,
        }
    }
    if !known {
        // Where no order is known, one name alone needs none: the records affect what is installed, and it is their fix.
        target.to = match all.first() {
            Some(only) if all.len() == 1 && order(what, only, &target.installed).is_none() => Some((*only).to_owned()),
            _ => None,
        };
    }
    target
}

/// Whether no record names a version that is fixed.
pub(crate) fn no_fix(targets: &[Target]) -> bool {
    targets.iter().all(|target| target.to.is_none() && target.named.is_empty())
}

/// The version to which everything goes, if it is one and it has every fix.
pub(crate) fn one_for_all(targets: &[Target]) -> Option<&str> {
    let to = targets.first()?.to.as_deref()?;
    targets.iter().all(|target| target.without_fix.is_empty() && target.to.as_deref() == Some(to)).then_some(to)
}

/// The lowest of the fixed versions that is newer than the installed one: records name one for each branch.
fn first_newer<'a>(what: &What, installed: &str, fixed: &'a [String]) -> Option<&'a str> {
    let mut best: Option<&str> = None;
    for candidate in fixed {
        if order(what, candidate, installed)? != Ordering::Greater {
            continue;
        }
        let lower = match best {
            Some(best) => order(what, candidate, best)? == Ordering::Less,
            None => true,
        };
        if lower {
            best = Some(candidate);
        }
    }
    best
}

/// The order of two versions, if it is known.
pub(crate) fn order(what: &What, a: &str, b: &str) -> Option<Ordering> {
    match what {
        What::Package { ecosystem, .. } => version::compare(ecosystem, a, b).ok(),
        What::Product { .. } => product::compare(a, b).ok(),
    }
}
