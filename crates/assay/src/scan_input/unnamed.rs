//! Things that no record names.

use assay_inventory::component::{Inventory, What};
use assay_match::scan::Scan;
use serde::Serialize;

use crate::report::scan_things::thing;

/// A thing that no record names. It is not *not affected*: nobody has said anything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unnamed {
    /// The inventory's name.
    pub inventory: String,
    /// Where in it.
    pub at: String,
    /// What it is, in words.
    pub thing: String,
    /// Whether it is a vendor's product and not a package.
    pub is_product: bool,
}

impl Unnamed {
    /// Those of one inventory.
    pub fn of<'a>(inventory: &'a Inventory, scan: &'a Scan) -> impl Iterator<Item = Self> + 'a {
        let components = scan.unnamed.iter().filter_map(|place| inventory.components.get(*place));
        components.map(|component| Self {
            inventory: inventory.name.clone(),
            at: component.at.clone(),
            thing: thing(component),
            is_product: matches!(component.what, What::Product { .. }),
        })
    }
}
