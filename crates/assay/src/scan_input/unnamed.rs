//! Things that no record names.

use assay_inventory::component::{Component, Inventory, What};
use serde::Serialize;

use super::Scanned;
use crate::report::scan_things::thing;

/// A thing that no record names. It is not *not affected*: nobody has said anything about it.
#[derive(Debug, Clone, Copy)]
pub struct Unnamed<'a> {
    inventory: &'a Inventory,
    component: &'a Component,
}

/// The same in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnnamedJson<'a> {
    /// The inventory's name.
    inventory: &'a str,
    /// Where in it.
    at: &'a str,
    /// What it is, in words.
    thing: String,
    /// Whether it is a vendor's product and not a package.
    is_product: bool,
}

impl Scanned {
    /// Things that no record names, in the inventories' order.
    pub fn unnamed(&self) -> impl Iterator<Item = Unnamed<'_>> {
        self.inventories.iter().zip(&self.unnamed).flat_map(|(inventory, places)| {
            let components = places.iter().filter_map(|place| inventory.components.get(*place));
            components.map(move |component| Unnamed { inventory, component })
        })
    }
}

impl<'a> Unnamed<'a> {
    /// The inventory's name.
    pub fn inventory(self) -> &'a str {
        &self.inventory.name
    }

    /// Where in it.
    pub fn at(self) -> &'a str {
        &self.component.at
    }

    /// What it is, in words.
    pub fn thing(self) -> String {
        thing(self.component)
    }

    /// Whether it is a vendor's product and not a package.
    pub fn is_product(self) -> bool {
        matches!(self.component.what, What::Product { .. })
    }

    /// As it is printed.
    pub fn json(self) -> UnnamedJson<'a> {
        UnnamedJson { inventory: self.inventory(), at: self.at(), thing: self.thing(), is_product: self.is_product() }
    }
}
