#![allow(clippy::unwrap_used)]

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::hash::{leaf_hash, root_of};

/// A tree that is all in memory.
struct Leaves(Vec<Hash>);

impl Leaves {
    fn of(count: u64) -> Self {
        Self((0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect())
    }

    fn root(&self, size: u64) -> Hash {
        root_of(&self.0[..size as usize])
    }
}

impl Nodes for Leaves {
    type Error = Infallible;

    fn node(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let (begin, end) = (index << height, (index + 1) << height);
        Ok(root_of(&self.0[begin as usize..end as usize]))
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proved() {
    let mut tree = Leaves::of(70);
    for size in 1..=70 {
        for index in 0..size {
            let path = tree.inclusion(index, size).unwrap();
            let leaf = tree.0[index as usize];
            assert_eq!(check_inclusion(leaf, index, size, tree.root(size), &path), Ok(()), "{index} of {size}");
        }
    }
}

#[test]
fn every_beginning_of_every_small_tree_is_proved() {
    let mut tree = Leaves::of(70);
    for new in 0..=70 {
        for old in 0..=new {
            let path = tree.consistency(old, new).unwrap();
            assert_eq!(check_consistency(old, tree.root(old), new, tree.root(new), &path), Ok(()), "{old} in {new}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let tree = Leaves::of(8);
    let root = tree.root(8);
    assert_eq!(check_inclusion(tree.0[0], 8, 8, root, &[]), Err(NotProved::Beyond { index: 8, size: 8 }));
    assert_eq!(check_inclusion(tree.0[0], 0, 0, root, &[]), Err(NotProved::Beyond { index: 0, size: 0 }));
    assert_eq!(check_inclusion(tree.0[0], 0, 8, root, &[]), Err(NotProved::Length { found: 0, size: 8 }));
    let long = vec![root; 65];
    assert_eq!(check_inclusion(tree.0[0], 0, 8, root, &long), Err(NotProved::Length { found: 65, size: 8 }));
    assert_eq!(check_consistency(9, root, 8, root, &[]), Err(NotProved::Shrunk { old: 9, new: 8 }));
    assert_eq!(check_consistency(8, tree.root(7), 8, root, &[]), Err(NotProved::Root { size: 8 }));
    assert_eq!(check_consistency(0, root, 8, root, &[]), Err(NotProved::Root { size: 0 }));
    assert_eq!(check_consistency(3, tree.root(3), 8, root, &[]), Err(NotProved::Length { found: 0, size: 8 }));
    let huge = vec![root; 64];
    assert!(check_inclusion(root, u64::MAX - 1, u64::MAX, root, &huge).is_err());
    assert!(check_consistency(u64::MAX - 1, root, u64::MAX, root, &huge).is_err());
}

proptest! {
    #[test]
    fn a_changed_proof_proves_nothing(size in 2u64..600, at in any::<u64>(), bit in 0usize..256, hash in any::<prop::sample::Index>()) {
        let mut tree = Leaves::of(size);
        let (index, root) = (at % size, tree.root(size));
        let leaf = tree.0[index as usize];
        let good = tree.inclusion(index, size).unwrap();
        let mut bad = good.clone();
        let place = hash.index(bad.len());
        bad[place].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(check_inclusion(leaf, index, size, root, &bad).is_err());
        prop_assert!(check_inclusion(leaf, index, size, root, &good[1..]).is_err());
        prop_assert!(check_inclusion(leaf, (index + 1) % size, size, root, &good).is_err());
        let other = tree.0[((index + 1) % size) as usize];
        prop_assert!(check_inclusion(other, index, size, root, &good).is_err());

        let old = index;
        let path = tree.consistency(old, size).unwrap();
        prop_assert_eq!(check_consistency(old, tree.root(old), size, root, &path), Ok(()));
        for place in 0..path.len() {
            let mut bad = path.clone();
            bad[place].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(check_consistency(old, tree.root(old), size, root, &bad).is_err());
        }
        let mut fork = tree.root(old);
        fork.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(check_consistency(old, fork, size, root, &path).is_err());
    }
}
