//! The product tree: vendor, product, and the versions that are affected or fixed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Record;

#[derive(Serialize)]
pub(super) struct Tree {
    branches: Vec<Branch>,
}

#[derive(Serialize)]
struct Branch {
    #[serde(skip_serializing_if = "Option::is_none")]
    branches: Option<Vec<Branch>>,
    category: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<Product>,
}

#[derive(Serialize)]
struct Product {
    name: String,
    product_id: String,
    product_identification_helper: Helper,
}

#[derive(Serialize)]
struct Helper {
    purl: String,
}

/// The tree, and the ids of its leaves.
pub(super) struct Products {
    pub(super) tree: Tree,
    pub(super) affected: Vec<String>,
    pub(super) fixed: Vec<String>,
}

impl Products {
    pub(super) fn of(record: &Record) -> Self {
        let mut vendors: BTreeMap<&str, BTreeMap<String, Vec<Branch>>> = BTreeMap::new();
        let (mut affected, mut fixed) = (Vec::new(), Vec::new());
        for one in &record.affected {
            let product = &one.product;
            let called = product.called();
            let leaves = vendors.entry(&product.vendor).or_default().entry(called.clone()).or_default();
            for range in &one.ranges {
                let id = format!("AFFECTED-{:04}", affected.len() + 1);
                let vers = product.vers(range);
                let name = format!("{called} {vers}");
                // A range has no version of its own, so its package URL has none.
                leaves.push(Branch::leaf("product_version_range", vers, name, &id, product.purl.clone()));
                affected.push(id);
            }
            let mut versions: Vec<&str> = one.ranges.iter().filter_map(|range| range.fixed()).collect();
            versions.sort_unstable();
            versions.dedup();
            for version in versions {
                let id = format!("FIXED-{:04}", fixed.len() + 1);
                let name = format!("{called} {version}");
                leaves.push(Branch::leaf("product_version", version.to_owned(), name, &id, product.purl_of(version)));
                fixed.push(id);
            }
        }
        let branches = vendors
            .into_iter()
            .map(|(vendor, products)| {
                let products =
                    products.into_iter().map(|(name, leaves)| Branch::node("product_name", name, leaves)).collect();
                Branch::node("vendor", vendor.to_owned(), products)
            })
            .collect();
        Self { tree: Tree { branches }, affected, fixed }
    }
}

impl Branch {
    fn node(category: &'static str, name: String, branches: Vec<Self>) -> Self {
        Self { category, name, branches: Some(branches), product: None }
    }

    fn leaf(category: &'static str, version: String, name: String, id: &str, purl: String) -> Self {
        let product = Product { name, product_id: id.to_owned(), product_identification_helper: Helper { purl } };
        Self { category, name: version, branches: None, product: Some(product) }
    }
}
