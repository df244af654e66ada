//! Merkle proofs: that a leaf is in a tree, and that one tree is the beginning of another.

use crate::hash::{Hash, empty_root, node_hash};

/// Hashes in the longest proof of a tree that is counted in 64 bits.
pub const MAX_PATH: usize = 64;

/// A proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The leaf would stand behind the end of the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Beyond {
        /// The leaf's place.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The smaller tree is the larger one.
    #[error("a log of {new} entries cannot continue one of {old}: it was cut or rolled back")]
    Shrunk {
        /// The size before.
        old: u64,
        /// The size now.
        new: u64,
    },
    /// The number of hashes is not that of a proof in a tree of this size.
    #[error("the proof has {found} hashes, not the number that a tree of {size} leaves takes here")]
    Length {
        /// How many there are.
        found: usize,
        /// The size of the tree.
        size: u64,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root of the tree of {size} leaves")]
    Root {
        /// The size of the tree whose root differs.
        size: u64,
    },
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this root
/// (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// If the hashes do not show it.
pub fn check_inclusion(leaf: Hash, index: u64, size: u64, root: Hash, path: &[Hash]) -> Result<(), NotProved> {
    if index >= size {
        return Err(NotProved::Beyond { index, size });
    }
    let length = NotProved::Length { found: path.len(), size };
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            // A right edge goes up past the levels at which it has no sibling.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == root) {
        (0, true) => Ok(()),
        (0, false) => Err(NotProved::Root { size }),
        _ => Err(length),
    }
}

/// Checks that the tree of `old` leaves is the beginning of the tree of `new` leaves
/// (RFC 9162, section 2.1.4.2).
///
/// # Errors
/// If the hashes do not show it.
pub fn check_consistency(old: u64, old_root: Hash, new: u64, new_root: Hash, path: &[Hash]) -> Result<(), NotProved> {
    if old > new {
        return Err(NotProved::Shrunk { old, new });
    }
    let length = NotProved::Length { found: path.len(), size: new };
    if old == 0 || old == new {
        let expected = if old == 0 { empty_root() } else { new_root };
        return match (path.is_empty(), old_root == expected) {
            (false, _) => Err(length),
            (true, false) => Err(NotProved::Root { size: old }),
            (true, true) => Ok(()),
        };
    }
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // A perfect old tree is a node of the new one, and the proof leaves it out.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        path.split_first().map(|(first, rest)| (*first, rest)).ok_or(length)?
    };
    let (mut from_old, mut from_new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            from_old = node_hash(*sibling, from_old);
            from_new = node_hash(*sibling, from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(from_new, *sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, from_old == old_root, from_new == new_root) {
        (0, true, true) => Ok(()),
        (0, false, _) => Err(NotProved::Root { size: old }),
        (0, true, false) => Err(NotProved::Root { size: new }),
        _ => Err(length),
    }
}

/// Where the nodes of a tree come from.
pub trait Nodes {
    /// Why a node is not to be had.
    type Error;

    /// The root of the perfect subtree over the leaves `index * 2^height` up to
    /// `(index + 1) * 2^height`, all of which are in the tree.
    ///
    /// # Errors
    /// As the source of the nodes has it.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error>;

    /// The root over the leaves from `begin` up to `end`, an aligned part of the tree as RFC 6962 cuts it.
    ///
    /// # Errors
    /// As the source of the nodes has it.
    fn range(&mut self, begin: u64, end: u64) -> Result<Hash, Self::Error> {
        let mut parts = Vec::new();
        let mut at = begin;
        while at < end {
            let height = at.trailing_zeros().min((end - at).ilog2());
            parts.push(self.node(height, at >> height)?);
            at += 1 << height;
        }
        let joined = parts.into_iter().rev().reduce(|right, left| node_hash(left, right));
        Ok(joined.unwrap_or_else(empty_root))
    }

    /// The proof that leaf `index` is in the tree of `size` leaves (RFC 6962, section 2.1.1).
    /// `index` is below `size`.
    ///
    /// # Errors
    /// As the source of the nodes has it.
    fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, Self::Error> {
        let mut path = Vec::new();
        let (mut begin, mut end) = (0, size);
        while end - begin > 1 {
            let middle = begin + largest_power_below(end - begin);
            if index < middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(begin, middle)?);
                begin = middle;
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The proof that the tree of `old` leaves is the beginning of that of `new` leaves
    /// (RFC 6962, section 2.1.2). Empty where `old` is 0 or not below `new`.
    ///
    /// # Errors
    /// As the source of the nodes has it.
    fn consistency(&mut self, old: u64, new: u64) -> Result<Vec<Hash>, Self::Error> {
        if old == 0 || old >= new {
            return Ok(Vec::new());
        }
        let mut path = Vec::new();
        let (mut begin, mut end) = (0, new);
        while end != old {
            let middle = begin + largest_power_below(end - begin);
            if old <= middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(begin, middle)?);
                begin = middle;
            }
        }
        // At the left edge the old tree itself is the node, and the verifier has its root.
        if begin != 0 {
            path.push(self.range(begin, end)?);
        }
        path.reverse();
        Ok(path)
    }
}

/// The largest power of two below `n`, which is 2 or more.
fn largest_power_below(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

#[cfg(test)]
mod tests;
