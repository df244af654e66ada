//! A growing tree, kept as its right edge only.

use crate::hash::{Hash, empty_root, node_hash, root_of};
use crate::tile::WIDTH;

/// The right edge of a tree: at each tile level, the hashes of the tile that is not yet full.
///
/// Level 0 holds leaf hashes, level 1 the roots of full tiles of level 0, and so on
/// (C2SP tlog-tiles). It is all that is needed to add a leaf and to know the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Frontier {
    /// The edge of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of `size` leaves from the hashes of its partial tiles, level 0 first.
    /// `None` if their number is not what a tree of this size has.
    #[must_use]
    pub fn from_levels(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let right = levels.len() == level_count(size)
            && levels.iter().zip(0..).all(|(hashes, level)| hashes.len() == partial_width(size, level));
        right.then_some(Self { size, levels })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the tile that is not yet full, for each level from 0.
    #[must_use]
    pub fn levels(&self) -> &[Vec<Hash>] {
        &self.levels
    }

    /// Adds a leaf. `full` is told of each tile that this fills: its level, its number, its hashes.
    pub fn push(&mut self, leaf: Hash, mut full: impl FnMut(u8, u64, &[Hash])) {
        let mut hash = leaf;
        let mut count = self.size;
        for level in 0.. {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::with_capacity(WIDTH));
            }
            let Some(tile) = self.levels.get_mut(usize::from(level)) else { break };
            tile.push(hash);
            if tile.len() < WIDTH {
                break;
            }
            full(level, count / WIDTH as u64, tile);
            hash = root_of(tile);
            tile.clear();
            count /= WIDTH as u64;
        }
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        // From the right: the smallest perfect part joins the next larger one to its left.
        let mut root = None;
        for tile in &self.levels {
            let mut rest = tile.as_slice();
            while !rest.is_empty() {
                let part = 1 << rest.len().trailing_zeros();
                let (left, right) = rest.split_at(rest.len() - part);
                let hash = root_of(right);
                root = Some(root.map_or(hash, |root| node_hash(hash, root)));
                rest = left;
            }
        }
        root.unwrap_or_else(empty_root)
    }
}

/// How many tile levels a tree of this size has.
#[must_use]
pub fn level_count(size: u64) -> usize {
    (u64::BITS - size.leading_zeros()).div_ceil(8) as usize
}

/// How many hashes stand at a tile level in a tree of this size.
#[must_use]
pub fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

/// How many hashes the partial tile of a level has, 0 if there is none.
#[must_use]
pub fn partial_width(size: u64, level: u8) -> usize {
    (hashes_at(size, level) % WIDTH as u64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// RFC 6962, section 2.1, as it is written there.
    fn by_the_book(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(by_the_book(left), by_the_book(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let all = leaves(1100);
        let mut frontier = Frontier::new();
        for (size, leaf) in all.iter().enumerate() {
            assert_eq!(frontier.root(), by_the_book(&all[..size]), "{size} leaves");
            frontier.push(*leaf, |_, _, _| {});
        }
    }

    #[test]
    fn a_tree_of_65793_leaves_fills_two_levels() {
        let all = leaves(65_793);
        let mut frontier = Frontier::new();
        let mut full = Vec::new();
        for leaf in &all {
            frontier.push(*leaf, |level, n, hashes| full.push((level, n, hashes.len())));
        }
        assert_eq!(frontier.levels().iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(full.iter().filter(|tile| tile.0 == 0).count(), 257);
        assert_eq!(full.iter().filter(|tile| tile.0 == 1).collect::<Vec<_>>(), [&(1, 0, 256)]);
        assert_eq!(frontier.root(), by_the_book(&all));
        let again = Frontier::from_levels(65_793, frontier.levels().to_vec()).map(|edge| edge.root());
        assert_eq!(again, Some(frontier.root()));
    }

    #[test]
    fn the_example_of_the_specification() {
        // C2SP tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, ..."
        assert_eq!(level_count(70_000), 3);
        assert_eq!(hashes_at(70_000, 0) / 256, 273);
        assert_eq!([0, 1, 2].map(|level| partial_width(70_000, level)), [112, 17, 1]);
        assert_eq!([0, 1].map(|level| partial_width(256, level)), [0, 1]);
        assert_eq!(level_count(0), 0);
        assert_eq!(level_count(u64::MAX), 8);
    }

    proptest! {
        #[test]
        fn an_edge_of_the_wrong_shape_is_none(size in 0u64..100_000, other in 0u64..100_000) {
            let levels: Vec<Vec<Hash>> =
                (0..level_count(size)).map(|level| vec![empty_root(); partial_width(size, level as u8)]).collect();
            prop_assert_eq!(Frontier::from_levels(other, levels).is_some(), size == other);
        }
    }
}
