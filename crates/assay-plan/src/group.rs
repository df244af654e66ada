//! Groups exposures into updates: one place, one thing, one person or vendor
//! who patches it.

use std::collections::BTreeMap;

use assay_inventory::component::Component;
use assay_match::exposure::{Exposure, Touch};

use crate::card::{Piece, PieceWhat};
use crate::names;

/// All exposures that one update closes.
pub(crate) struct Group<'a> {
    /// What makes it one.
    pub(crate) key: Vec<String>,
    /// At least one.
    pub(crate) exposures: Vec<&'a Exposure>,
    /// The component of the first: all of them agree in what and where.
    pub(crate) component: &'a Component,
}

impl Group<'_> {
    /// Whether any of it is affected; otherwise nobody can tell.
    pub(crate) fn is_affected(&self) -> bool {
        self.exposures.iter().any(|exposure| exposure.touch == Touch::Affected)
    }

    /// The components, each once.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = self
            .exposures
            .iter()
            .map(|exposure| Piece {
                what: PieceWhat(exposure.component.what.clone()),
                version: exposure.component.version.clone(),
                at: exposure.component.at.clone(),
            })
            .collect();
        pieces.sort();
        pieces.dedup();
        pieces
    }
}

/// Groups what is affected and what cannot be told.
pub(crate) fn group(exposures: &[Exposure]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<Vec<String>, Group<'_>> = BTreeMap::new();
    for exposure in exposures.iter().filter(|exposure| exposure.touch != Touch::NotAffected) {
        let key = names::key(&exposure.inventory, &exposure.component);
        groups
            .entry(key.clone())
            .or_insert_with(|| Group { key, exposures: Vec::new(), component: &exposure.component })
            .exposures
            .push(exposure);
    }
    groups.into_values().collect()
}
