//! Records of one vulnerability, counted once.
//!
//! Only the records that hit one and the same component are brought together,
//! by the ids and aliases that they share. So no record about another package
//! can merge two vulnerabilities, and hide one behind the other.

use std::collections::HashMap;

/// Groups the places of `names`: two are together if they share a name, directly or by way of others. Groups and the
/// places in them are in the given order.
pub(crate) fn groups<'a>(names: impl Iterator<Item = Vec<&'a str>>) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = Vec::new();
    let mut owner: HashMap<&str, usize> = HashMap::new();
    for (place, names) in names.enumerate() {
        leader.push(place);
        for name in names {
            let other = *owner.entry(name).or_insert(place);
            let (a, b) = (root(&mut leader, place), root(&mut leader, other));
            // The earliest leads, so that the order is that of the records.
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for place in 0..leader.len() {
        let root = root(&mut leader, place);
        let group = *group_of.entry(root).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(place);
    }
    groups
}

fn root(leader: &mut [usize], mut place: usize) -> usize {
    while leader[place] != place {
        leader[place] = leader[leader[place]];
        place = leader[place];
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_name_brings_together_also_by_way_of_another() {
        let names = [vec!["A"], vec!["B", "C"], vec!["D"], vec!["C", "A"], vec!["E"]];
        assert_eq!(groups(names.into_iter()), [vec![0, 1, 3], vec![2], vec![4]]);
        assert!(groups(std::iter::empty()).is_empty());
    }
}
