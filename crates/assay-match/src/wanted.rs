//! What an index is asked for, if that is known before it is built.
//!
//! A scan knows its inventories first. Records of packages that stand in none
//! of them need not be kept: a tenth of the memory, and half of the time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use assay_inventory::component::{Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::product::Product;

/// The packages and products of some inventories.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Shared: an index that keeps only these holds on to them.
    packages: Arc<HashMap<Ecosystem, HashSet<Box<str>>>>,
    pub(crate) products: Vec<Product>,
}

impl Wanted {
    /// All packages of these inventories, by every name that a record can give them, and all products.
    pub fn of(inventories: &[Inventory]) -> Self {
        let mut packages = HashMap::new();
        let mut products = BTreeSet::new();
        // Packages of one ecosystem stand together: its names are put away when another begins.
        let mut last: Option<(&Ecosystem, HashSet<Box<str>>)> = None;
        for component in inventories.iter().flat_map(|inventory| &inventory.components) {
            match &component.what {
                What::Package { ecosystem, name, source } => {
                    if last.as_ref().is_none_or(|(known, _)| *known != ecosystem) {
                        keep(&mut packages, last.take());
                    }
                    let (_, names) = last.get_or_insert_with(|| {
                        let known = packages.remove(&ecosystem.family());
                        (ecosystem, known.unwrap_or_default())
                    });
                    if !names.contains(name.as_str()) {
                        names.insert(Box::from(name.as_str()));
                    }
                    names.extend(source.iter().map(|source| Box::from(&*ecosystem.normalise(&source.name))));
                }
                What::Product { vendor, product } => {
                    products.insert((vendor, product));
                }
            }
        }
        keep(&mut packages, last);
        let products = products.into_iter().map(|(vendor, product)| Product::new(vendor, product)).collect();
        Self { packages: Arc::new(packages), products }
    }

    /// All packages: ecosystem without its release, and name.
    pub fn packages(&self) -> impl Iterator<Item = (&Ecosystem, &str)> {
        self.packages.iter().flat_map(|(family, names)| names.iter().map(move |name| (family, &**name)))
    }

    /// Whether there are products, and not only packages.
    pub fn has_products(&self) -> bool {
        !self.products.is_empty()
    }

    /// Whether a package is among them. The ecosystem is that of [`Ecosystem::family`].
    pub(crate) fn has(&self, family: &Ecosystem, name: &str) -> bool {
        self.packages.get(family).is_some_and(|names| names.contains(name))
    }
}

fn keep(packages: &mut HashMap<Ecosystem, HashSet<Box<str>>>, names: Option<(&Ecosystem, HashSet<Box<str>>)>) {
    if let Some((ecosystem, names)) = names {
        packages.insert(ecosystem.family(), names);
    }
}
