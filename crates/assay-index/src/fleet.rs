//! What is installed where, found by package: a new advisory is held against
//! thousands of inventories in one step.
//!
//! Each package is there once, with each of its versions once, and the
//! inventories that have it. Both directions, inventory to advisories and
//! advisory to inventories, go through the same test; and a fleet that was kept
//! as a file answers by the same steps as one in memory.

pub mod file;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use assay_inventory::component::{Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::Touch;
use assay_match::index::Index;
use assay_match::judge::Instance;

/// Inventories, found by what they have.
#[derive(Debug, Default)]
pub struct Fleet {
    inventories: Vec<String>,
    packages: HashMap<Ecosystem, HashMap<Box<str>, Package>>,
    components: usize,
    unread: usize,
}

/// One package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Package {
    instances: Vec<Instance>,
    /// Of each instance: the places of the inventories that have it, ascending.
    places: Vec<Vec<u32>>,
}

/// A record that touches something of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The record's source.
    pub source: String,
    /// Its id.
    pub id: String,
    /// The package's name.
    pub package: String,
    /// What is installed.
    pub instance: Instance,
    /// Affected, or cannot tell.
    pub touch: Touch,
    /// The inventories that have it, by place.
    pub inventories: Vec<u32>,
}

impl Fleet {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an inventory. A distribution's packages go by their source packages, which are what its records name.
    pub fn take(&mut self, inventory: &Inventory) {
        let place = u32::try_from(self.inventories.len()).unwrap_or(u32::MAX);
        self.inventories.push(inventory.name.clone());
        self.unread += inventory.skipped.len();
        for component in &inventory.components {
            let What::Package { ecosystem, name, source } = &component.what else { continue };
            self.components += 1;
            let source_name = source.as_ref().map(|source| ecosystem.normalise(&source.name));
            let name = source_name.as_deref().unwrap_or(name);
            let of_source = source.as_ref().and_then(|source| source.version.as_deref());
            let version = of_source.or(component.version.as_deref()).map(str::to_owned);
            let names = self.packages.entry(ecosystem.family()).or_default();
            let package = match names.get_mut(name) {
                Some(known) => known,
                None => names.entry(Box::from(name)).or_default(),
            };
            package.put(Instance { ecosystem: ecosystem.clone(), version }, place);
        }
    }

    /// How many inventories.
    pub fn len(&self) -> usize {
        self.inventories.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.inventories.is_empty()
    }

    /// How many packages were taken, each time one stands in an inventory.
    pub fn components(&self) -> usize {
        self.components
    }

    /// How many packages, each counted once.
    pub fn packages(&self) -> usize {
        self.packages.values().map(HashMap::len).sum()
    }

    /// How many entries of the inventories could not be read: of those nothing is answered.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// The name of an inventory.
    pub fn name(&self, place: u32) -> &str {
        self.inventories.get(place as usize).map_or("", String::as_str)
    }

    /// Everything of the fleet that these records touch, by record.
    ///
    /// With an index of all records this is the whole fleet anew, after an update; with an index of one record it is
    /// that record's inventories.
    pub fn touched(&self, records: &Index) -> Vec<Touched> {
        let find = |family: &Ecosystem, name: &str| {
            let package = self.packages.get(family).and_then(|names| names.get(name));
            Ok::<_, Infallible>(package.map(Cow::Borrowed))
        };
        let Ok(found) = touched(records, find);
        found
    }

    /// How many (record, instance) pairs and (record, inventory) pairs these records touch: the work of a whole match
    /// without the list.
    pub fn count(&self, records: &Index) -> (usize, usize) {
        let (mut pairs, mut places) = (0, 0);
        for (family, name) in records.named_packages() {
            let Some(package) = self.packages.get(family).and_then(|names| names.get(name)) else { continue };
            let judged = records.judge(family, name, &package.instances);
            pairs += judged.len();
            places += judged
                .iter()
                .filter_map(|judged| package.places.get(judged.instance as usize))
                .map(Vec::len)
                .sum::<usize>();
        }
        (pairs, places)
    }

    /// The inventories that are touched, by place, each with the worst answer.
    pub fn inventories(touched: &[Touched]) -> BTreeMap<u32, Touch> {
        let mut worst = BTreeMap::new();
        for one in touched {
            for place in &one.inventories {
                let known = worst.entry(*place).or_insert(one.touch);
                *known = one.touch.min(*known);
            }
        }
        worst
    }
}

/// Everything that these records touch of the packages that `find` gives.
fn touched<'a, E>(
    records: &Index,
    find: impl Fn(&Ecosystem, &str) -> Result<Option<Cow<'a, Package>>, E>,
) -> Result<Vec<Touched>, E> {
    let mut found = Vec::new();
    for (family, name) in records.named_packages() {
        let Some(package) = find(family, name)? else { continue };
        for judged in records.judge(family, name, &package.instances) {
            let (Some((source, id)), Some(instance)) =
                (records.record(judged.record), package.instances.get(judged.instance as usize))
            else {
                continue;
            };
            found.push(Touched {
                source: source.to_owned(),
                id: id.to_owned(),
                package: name.to_owned(),
                instance: instance.clone(),
                touch: judged.touch,
                inventories: package.places.get(judged.instance as usize).cloned().unwrap_or_default(),
            });
        }
    }
    found.sort_by(|a, b| {
        let key = |one: &Touched| (one.id.clone(), one.source.clone(), one.package.clone(), one.instance.clone());
        key(a).cmp(&key(b))
    });
    Ok(found)
}

impl Package {
    fn put(&mut self, instance: Instance, inventory: u32) {
        let at = self.instances.binary_search(&instance);
        match at {
            Ok(at) => {
                if let Some(places) = self.places.get_mut(at)
                    && places.last() != Some(&inventory)
                {
                    places.push(inventory);
                }
            }
            Err(at) => {
                self.instances.insert(at, instance);
                self.places.insert(at, vec![inventory]);
            }
        }
    }
}
