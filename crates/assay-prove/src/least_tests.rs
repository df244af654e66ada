#![allow(clippy::unwrap_used)]
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

/// A patch of `count` changes, of which some do not build without others.
#[derive(Debug)]
struct World {
    count: usize,
    /// The first does not build without the second.
    needs: Vec<(usize, usize)>,
}

impl World {
    /// What a proof shows whose flaw these changes mend together.
    fn shows(&self, fix: &[usize], part: &[bool]) -> Shown {
        let here = |change: &usize| part.get(*change).copied().unwrap_or(false);
        match self.needs.iter().find(|(user, used)| here(user) && !here(used)) {
            Some(_) => Shown::Nothing("it did not build".into()),
            None if fix.iter().all(here) => Shown::Silent,
            None => Shown::Fires,
        }
    }

    fn same(&self, a: &[usize], b: &[usize]) -> Same {
        let hunks = std::iter::once(0..self.count).collect::<Vec<_>>();
        let least = find::<Infallible>(self.count, &hunks, &mut |part| Ok(self.shows(a, part))).unwrap();
        least.also::<Infallible>(&mut |part| Ok(self.shows(b, part))).unwrap()
    }

    /// Both ways, as a pair of proofs is judged.
    fn duplicate(&self, a: &[usize], b: &[usize]) -> bool {
        self.same(a, b) == Same::Yes && self.same(b, a) == Same::Yes
    }
}

fn world(count: usize, needs: &[(usize, usize)]) -> World {
    World { count, needs: needs.to_vec() }
}

#[test]
fn two_fixes_in_one_patch_are_told_apart() {
    let plain = world(3, &[]);
    assert!(plain.duplicate(&[1], &[1]));
    assert_eq!((plain.same(&[0], &[2]), plain.same(&[2], &[0])), (Same::No, Same::No));
    // One flaw needs more of the patch than the other: they are not mended by the same part.
    assert_eq!((plain.same(&[0], &[0, 1]), plain.same(&[0, 1], &[0])), (Same::No, Same::Yes));
}

#[test]
fn changes_that_do_not_build_alone_prove_nothing() {
    // Each uses what the other declares, so neither can be taken out to see what it mends.
    let stuck = world(2, &[(0, 1), (1, 0)]);
    for (a, b) in [([0], [1]), ([0], [0])] {
        assert!(matches!(stuck.same(&a, &b), Same::NotKnown(_)), "{:?}", stuck.same(&a, &b));
    }
}

#[test]
fn a_declaration_does_not_hide_what_uses_it() {
    // Change 0 declares what 1 and 2 use.
    let helper = world(3, &[(1, 0), (2, 0)]);
    assert!(helper.duplicate(&[1], &[1]));
    assert!(!helper.duplicate(&[1], &[2]));
    // The declaring change is itself the other one's fix.
    assert!(!helper.duplicate(&[1], &[0]));
    assert!(!helper.duplicate(&[0], &[1]));
}

fn worlds() -> impl Strategy<Value = (World, Vec<usize>, Vec<usize>)> {
    (1_usize..7).prop_flat_map(|count| {
        let pairs = proptest::collection::vec((0..count, 0..count), 0..5);
        let fix = || proptest::collection::btree_set(0..count, 1..=count.min(3));
        (pairs, fix(), fix())
            .prop_map(move |(needs, a, b)| (World { count, needs }, a.into_iter().collect(), b.into_iter().collect()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn flaws_that_no_change_mends_together_are_never_one((world, a, b) in worlds()) {
        if world.duplicate(&a, &b) {
            prop_assert!(a.iter().any(|change| b.contains(change)), "{a:?} and {b:?} with {:?}", world.needs);
        }
    }

    #[test]
    fn where_all_parts_build_the_same_changes_are_the_same((world, a, b) in worlds()) {
        let free = World { needs: Vec::new(), ..world };
        prop_assert!(free.duplicate(&a, &a));
        prop_assert_eq!(free.duplicate(&a, &b), a == b);
    }
}
