//! Which files a log gains when entries are added. Pure.

use std::collections::BTreeMap;

use crate::bundle;
use crate::entry::Commitment;
use crate::hash::Hash;
use crate::tile::{Kind, Tile, WIDTH};
use crate::tree::{Frontier, hashes_at};

/// A tree before and after entries are added, and every tile and bundle that this changes.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    /// The tree after.
    pub frontier: Frontier,
    /// The tiles that grew, by level and number, each from its first hash.
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
    /// The bundles that grew, each from its first entry.
    bundles: BTreeMap<u64, Vec<Commitment>>,
}

impl Growth {
    /// Adds entries to a tree whose last bundle, if it is not full, begins with `partial`.
    pub(crate) fn new(before: &Frontier, partial: &[Commitment], added: &[Commitment]) -> Self {
        let mut frontier = before.clone();
        let mut tiles = BTreeMap::new();
        for commitment in added {
            frontier.push(commitment.leaf(), |level, number, hashes| {
                tiles.insert((level, number), hashes.to_vec());
            });
        }
        for (hashes, level) in frontier.levels().iter().zip(0..) {
            let count = hashes_at(frontier.size(), level);
            if !hashes.is_empty() && count > hashes_at(before.size(), level) {
                tiles.insert((level, count / WIDTH as u64), hashes.clone());
            }
        }
        let mut bundles = BTreeMap::new();
        if !added.is_empty() {
            let all = [partial, added].concat();
            bundles = (before.size() / WIDTH as u64..).zip(all.chunks(WIDTH).map(<[_]>::to_vec)).collect();
        }
        Self { frontier, tiles, bundles }
    }

    /// The entries of the last bundle, if it is not full.
    pub(crate) fn partial(&self) -> &[Commitment] {
        let last = self.bundles.last_key_value().map(|(_, entries)| entries.as_slice());
        last.filter(|entries| entries.len() < WIDTH).unwrap_or_default()
    }

    /// The files to write, bundles first: a tile is never there before the entries it stands for.
    pub(crate) fn files(&self) -> impl Iterator<Item = (Tile, Vec<u8>)> {
        let bundles = self.bundles.iter().map(|(number, entries)| (Kind::Entries, *number, entries.len()));
        let tiles = self.tiles.iter().map(|((level, number), hashes)| (Kind::Hashes(*level), *number, hashes.len()));
        bundles.chain(tiles).filter_map(|(kind, number, width)| {
            let tile = Tile::new(kind, number, width)?;
            Some((tile, self.bytes(tile)?))
        })
    }

    /// The bytes of a tile or bundle that grew, as wide as asked for. `None` if it did not grow, or
    /// not to this width.
    pub(crate) fn bytes(&self, tile: Tile) -> Option<Vec<u8>> {
        match tile.kind() {
            Kind::Entries => print(self.bundles.get(&tile.number())?.get(..tile.width())?),
            Kind::Hashes(level) => {
                let hashes = self.tiles.get(&(level, tile.number()))?.get(..tile.width())?;
                Some(hashes.iter().flat_map(|hash| hash.0).collect())
            }
        }
    }
}

/// The bytes of a bundle.
fn print(entries: &[Commitment]) -> Option<Vec<u8>> {
    let entries: Vec<_> = entries.iter().map(|entry| entry.to_entry()).collect();
    bundle::print(entries.iter().map(<[u8; _]>::as_slice)).ok()
}
