//! What an index is asked for, if that is known before it is built.
//!
//! A scan knows its inventories first. Records of packages that stand in none
//! of them need not be kept: a tenth of the memory, and half of the time.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use assay_inventory::component::{Inventory, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::product::Product;

/// The packages and products of some inventories.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The names of each ecosystem, in order, each once. Shared: an index that keeps only these holds on to them.
    packages: Arc<HashMap<Ecosystem, Vec<Box<str>>>>,
    pub(crate) products: Vec<Product>,
}

impl Wanted {
    /// All packages of these inventories, by every name that a record can give them, and all products.
    pub fn of(inventories: &[Inventory]) -> Self {
        // A component's ecosystem is nearly always that of the one before it, so it is seldom looked up.
        let mut named: Vec<(&Ecosystem, Vec<Cow<'_, str>>)> = Vec::new();
        let mut places: HashMap<&Ecosystem, usize> = HashMap::new();
        let mut last = 0;
        let mut products = BTreeSet::new();
        for component in inventories.iter().flat_map(|inventory| &inventory.components) {
            match &component.what {
                What::Package { ecosystem, name, source } => {
                    if named.get(last).is_none_or(|(known, _)| *known != ecosystem) {
                        last = *places.entry(ecosystem).or_insert(named.len());
                        if last == named.len() {
                            named.push((ecosystem, Vec::new()));
                        }
                    }
                    let Some((_, names)) = named.get_mut(last) else { continue };
                    names.push(Cow::Borrowed(name.as_str()));
                    names.extend(source.iter().map(|source| ecosystem.normalise(&source.name)));
                }
                What::Product { vendor, product } => {
                    products.insert((vendor, product));
                }
            }
        }
        let mut families: HashMap<Ecosystem, Vec<Cow<'_, str>>> = HashMap::new();
        for (ecosystem, names) in named {
            families.entry(ecosystem.family()).or_default().extend(names);
        }
        let packages = families.into_iter().map(|(family, mut names)| {
            // Most lists are in order already, which a sort sees.
            names.sort_unstable();
            names.dedup();
            (family, names.iter().map(|name| Box::from(&**name)).collect())
        });
        let products = products.into_iter().map(|(vendor, product)| Product::new(vendor, product)).collect();
        Self { packages: Arc::new(packages.collect()), products }
    }

    /// All packages: each ecosystem without its release, and the names in it, in order.
    pub fn packages(&self) -> impl Iterator<Item = (&Ecosystem, &[Box<str>])> {
        self.packages.iter().map(|(family, names)| (family, names.as_slice()))
    }

    /// Whether there are products, and not only packages.
    pub fn has_products(&self) -> bool {
        !self.products.is_empty()
    }

    /// Whether a package is among them. The ecosystem is that of [`Ecosystem::family`].
    pub(crate) fn has(&self, family: &Ecosystem, name: &str) -> bool {
        self.packages.get(family).is_some_and(|names| names.binary_search_by(|known| (**known).cmp(name)).is_ok())
    }
}
