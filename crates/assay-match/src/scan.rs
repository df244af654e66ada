//! One inventory against the index.

use std::collections::HashMap;

use assay_base::Answer;
use assay_inventory::component::{Component, Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Key;

use crate::cluster;
use crate::exposure::{Certainty, Exposure, Touch};
use crate::index::Index;
use crate::product::UnderName;
use crate::range::{Installed, Prepared, Ruling};
use crate::record::{Advisory, Entry};

/// Whether what is not affected is listed or only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// What is affected and what cannot be told.
    Touched,
    /// Also what is not affected.
    All,
}

/// What came of one inventory.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// What is affected, what cannot be told, and on request what is not affected; in the inventory's order.
    pub exposures: Vec<Exposure>,
    /// Records that report no vulnerability (RustSec's *unmaintained*, *unsound*, *notice*) and name an installed version.
    pub notices: Vec<Exposure>,
    /// Pairs of a thing and a record that names it, where the version lies outside.
    pub not_affected: usize,
    /// The places of things that no record names. That is another answer than *not affected*: nobody looked.
    pub unnamed: Vec<usize>,
}

/// A record that names a component, and what it says of it.
struct Hit<'a> {
    advisory: &'a Advisory,
    entry: &'a Entry,
    ruling: Ruling,
}

/// One inventory after the other against one index. What the index knows under a product's name is found out once:
/// many sites have the same things.
#[derive(Debug)]
pub struct Scanner<'a> {
    index: &'a Index,
    names: HashMap<(Box<str>, Box<str>), UnderName>,
}

/// Most names that a scanner keeps the answers of; then it begins anew.
const NAMES: usize = 20_000;

impl Scanner<'_> {
    /// What the records say of each thing of an inventory.
    pub fn scan(&mut self, inventory: &Inventory, keep: Keep) -> Scan {
        let index = self.index;
        let mut scan = Scan::default();
        let mut family = Family::default();
        for (place, component) in inventory.components.iter().enumerate() {
            let before = scan.exposures.len() + scan.notices.len() + scan.not_affected;
            match &component.what {
                What::Package { ecosystem, .. } => {
                    family.be(index, ecosystem);
                    index.package(inventory, component, &family, keep, &mut scan);
                    if before == scan.exposures.len() + scan.notices.len() + scan.not_affected {
                        scan.unnamed.push(place);
                    }
                }
                What::Product { vendor, product } => {
                    let under = self.under_name(vendor, product);
                    for exposure in index.product(inventory, component, under) {
                        push(&mut scan, exposure, keep);
                    }
                    if before == scan.exposures.len() + scan.notices.len() + scan.not_affected {
                        scan.unnamed.push(place);
                    }
                    // The end of a product's support says nothing of its flaws, so it comes after that question.
                    scan.notices.extend(index.lives(inventory, component, under));
                }
            }
        }
        scan
    }

    fn under_name(&mut self, vendor: &str, product: &str) -> &UnderName {
        if self.names.len() >= NAMES {
            self.names.clear();
        }
        let key = (Box::from(vendor), Box::from(product));
        self.names.entry(key).or_insert_with(|| self.index.products.under_name(vendor, product))
    }
}

/// What records say of the packages of an ecosystem: that of the thing that is asked for, which is nearly always that
/// of the one before it.
#[derive(Default)]
struct Family<'a> {
    ecosystem: Option<&'a Ecosystem>,
    names: Option<&'a HashMap<Box<str>, Vec<u32>>>,
}

impl<'a> Family<'a> {
    fn be(&mut self, index: &'a Index, ecosystem: &'a Ecosystem) {
        if self.ecosystem != Some(ecosystem) {
            *self = Self { ecosystem: Some(ecosystem), names: index.packages.get(&ecosystem.family()) };
        }
    }
}

impl Index {
    /// For many inventories, one after the other.
    pub fn scanner(&self) -> Scanner<'_> {
        Scanner { index: self, names: HashMap::new() }
    }

    /// What the records say of each thing of an inventory.
    pub fn scan(&self, inventory: &Inventory, keep: Keep) -> Scan {
        self.scanner().scan(inventory, keep)
    }

    fn package(&self, inventory: &Inventory, component: &Component, family: &Family<'_>, keep: Keep, scan: &mut Scan) {
        let (Some(ecosystem), Some(names)) = (family.ecosystem, family.names) else { return };
        for group in self.hits(component, ecosystem, names, keep) {
            let informational = group.iter().all(|hit| hit.entry.informational.is_some());
            let mut order: Vec<&Hit<'_>> = group.iter().collect();
            order.sort_by(|a, b| better(a, b, ecosystem));
            // The facts of a record are gathered only where it is told: most records that name a package leave the
            // installed version out.
            let exposure = || self.exposure(inventory, component, &order);
            match order.first().map_or(Touch::NotAffected, |best| best.ruling.touch) {
                Touch::Affected if informational => scan.notices.extend(exposure()),
                // That an unmaintained package may be among the installed ones is no work for anyone.
                _ if informational => scan.not_affected += 1,
                Touch::NotAffected => {
                    scan.not_affected += 1;
                    if keep == Keep::All {
                        scan.exposures.extend(exposure());
                    }
                }
                Touch::Affected | Touch::CannotTell => scan.exposures.extend(exposure()),
            }
        }
    }

    /// The records that name a package, one group a vulnerability.
    fn hits(
        &self,
        component: &Component,
        ecosystem: &Ecosystem,
        names: &HashMap<Box<str>, Vec<u32>>,
        keep: Keep,
    ) -> Vec<Vec<Hit<'_>>> {
        let What::Package { name, source, .. } = &component.what else { return Vec::new() };
        // A distribution's records name source packages, and their versions.
        let source_name = source.as_ref().map(|source| ecosystem.normalise(&source.name));
        let name = source_name.as_deref().unwrap_or(name);
        let version = source.as_ref().and_then(|source| source.version.as_deref()).or(component.version.as_deref());
        let Some(entries) = names.get(name) else { return Vec::new() };
        let installed = Installed::new(ecosystem, version);
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for entry in entries.iter().filter_map(|place| self.entries.get(*place as usize)) {
            let Some(advisory) = self.advisories.get(entry.advisory as usize) else { continue };
            let Some(ruling) = ruling(entry, ecosystem, &installed, keep) else { continue };
            // What one record says of one package stands together, so the last hit is the only one to look at: a hostile
            // feed has a hundred thousand.
            let known = hits.last_mut().filter(|hit| std::ptr::eq(hit.advisory, advisory));
            match known {
                // A record that names a package twice affects it if either does.
                Some(hit) if rank(ruling.touch) > rank(hit.ruling.touch) => (hit.entry, hit.ruling) = (entry, ruling),
                Some(hit) => hit.ruling.fixed.extend(ruling.fixed),
                None => hits.push(Hit { advisory, entry, ruling }),
            }
        }
        if hits.len() == 1 {
            return vec![hits];
        }
        // Two cores read a feed in any order; the answer has one.
        hits.sort_by(|a, b| key(a.advisory).cmp(&key(b.advisory)));
        let groups = cluster::groups(hits.iter().map(|hit| identities(hit.advisory)));
        let mut taken: Vec<Option<Hit<'_>>> = hits.into_iter().map(Some).collect();
        groups
            .into_iter()
            .map(|group| group.into_iter().filter_map(|place| taken.get_mut(place).and_then(Option::take)).collect())
            .collect()
    }

    /// One exposure for all records of one vulnerability, of which the first, the best, is named.
    fn exposure(&self, inventory: &Inventory, component: &Component, order: &[&Hit<'_>]) -> Option<Exposure> {
        let best = order.first()?;
        let names = order.iter().flat_map(|hit| hit.advisory.names());
        let severity: Vec<&str> = order
            .iter()
            .flat_map(|hit| hit.entry.severity.iter().chain(&hit.advisory.severity))
            .map(|vector| &**vector)
            .collect();
        Some(Exposure {
            inventory: inventory.name.clone(),
            component: component.clone(),
            advisory: self.facts(best.advisory, names, &severity),
            touch: best.ruling.touch,
            certainty: Certainty::Package,
            why: why(best, order),
            fixed: best.ruling.fixed.clone(),
            remedies: Vec::new(),
        })
    }
}

fn push(scan: &mut Scan, exposure: Exposure, keep: Keep) {
    if exposure.touch == Touch::NotAffected {
        scan.not_affected += 1;
    }
    if exposure.touch != Touch::NotAffected || keep == Keep::All {
        scan.exposures.push(exposure);
    }
}

/// What orders records; ids alone are used twice.
fn key(advisory: &Advisory) -> (&str, u32, u64) {
    (&advisory.id, advisory.source, advisory.print)
}

/// What an entry says; none if it speaks of another release.
fn ruling(entry: &Entry, ecosystem: &Ecosystem, installed: &Installed<'_>, keep: Keep) -> Option<Ruling> {
    match entry.of.speaks_of(ecosystem) {
        Answer::No => None,
        Answer::Yes => Some(Prepared::of(entry, ecosystem).rule(installed, keep)),
        Answer::Unknown => {
            let (base, of) = (entry.of.base(), entry.of.release().unwrap_or_default());
            let why = match ecosystem.release() {
                None => format!("speaks of {base} {of}, and the inventory does not say which release it is of"),
                Some(mine) => format!("speaks of {base} {of}, and whether that goes for {mine} is not said"),
            };
            let fixed = Prepared::of(entry, ecosystem).rule(installed, keep).fixed;
            Some(Ruling { touch: Touch::CannotTell, why, fixed })
        }
    }
}

/// The names by which a record is one vulnerability with another: its id, its
/// aliases, and the one record that it repeats. A notice that repeats several is not any one of them.
fn identities(advisory: &Advisory) -> Vec<&str> {
    let upstream = if advisory.upstream.len() == 1 { &*advisory.upstream } else { &[] };
    std::iter::once(&advisory.id).chain(&advisory.aliases).chain(upstream).map(|name| &**name).collect()
}

fn rank(touch: Touch) -> u8 {
    match touch {
        Touch::Affected => 2,
        Touch::CannotTell => 1,
        Touch::NotAffected => 0,
    }
}

/// Which record is named: one that affects before one that does not tell; a vulnerability before a notice; one with a
/// fix; the later fix, so that whoever installs it is rid of all; the ecosystem's own database; the smaller id.
fn better(a: &Hit<'_>, b: &Hit<'_>, ecosystem: &Ecosystem) -> std::cmp::Ordering {
    let touch = rank(b.ruling.touch).cmp(&rank(a.ruling.touch));
    let informational = a.entry.informational.is_some().cmp(&b.entry.informational.is_some());
    let has_fix = a.ruling.fixed.is_empty().cmp(&b.ruling.fixed.is_empty());
    let fix = |hit: &Hit<'_>| hit.ruling.fixed.first().and_then(|fix| Key::parse(ecosystem, fix).ok());
    let later_fix = || match (fix(a), fix(b)) {
        (Some(a), Some(b)) => b.compare(&a).unwrap_or(std::cmp::Ordering::Equal),
        _ => std::cmp::Ordering::Equal,
    };
    let copied = |hit: &Hit<'_>| hit.advisory.id.starts_with("GHSA-") || hit.advisory.id.starts_with("CVE-");
    touch
        .then(informational)
        .then(has_fix)
        .then_with(later_fix)
        .then_with(|| copied(a).cmp(&copied(b)))
        .then_with(|| a.advisory.id.cmp(&b.advisory.id))
}

/// One sentence, and the other records of the same vulnerability.
fn why(best: &Hit<'_>, order: &[&Hit<'_>]) -> String {
    let mut why = format!("{} {}", best.advisory.id, best.ruling.why);
    if let Some(word) = &best.entry.informational {
        why.push_str(&format!("; it is a notice ({word}), not a vulnerability"));
    }
    let say = |touch: Touch| -> Vec<&str> {
        let others = order.iter().skip(1).filter(|hit| hit.ruling.touch == touch);
        others.map(|hit| &*hit.advisory.id).take(3).collect()
    };
    for (touch, words) in [
        (Touch::Affected, "says the same"),
        (Touch::CannotTell, "cannot tell"),
        (Touch::NotAffected, "leaves this version out"),
    ] {
        let ids = say(touch);
        if !ids.is_empty() {
            why.push_str(&format!("; {} {words}", ids.join(", ")));
        }
    }
    why.push('.');
    why
}
