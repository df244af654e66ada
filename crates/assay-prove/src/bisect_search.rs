//! The search for the first version without the flaw, over a line of versions of
//! which some cannot be asked. It knows no git and runs nothing itself.

use std::collections::BTreeSet;

use crate::latest::Still;

/// Versions that are asked at most: even of a million, twenty would do.
pub const MAX_TESTS: usize = 120;

/// Where the flaw went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    /// The last place known to have it.
    pub still: usize,
    /// The first place known not to.
    pub gone: usize,
    /// Places that were asked.
    pub tests: usize,
}

impl Bracket {
    /// Places between the two, of which nothing is known.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.gone.saturating_sub(self.still).saturating_sub(1)
    }
}

/// Narrows a line whose place `still` is known to have the flaw and whose later
/// place `gone` is known not to.
///
/// What is answered holds however the flaw came and went in between: the two
/// places are a version with it and a later one without. Where every version can
/// be asked they are neighbours.
///
/// # Errors
///
/// What `ask` fails with.
pub fn search<E>(still: usize, gone: usize, mut ask: impl FnMut(usize) -> Result<Still, E>) -> Result<Bracket, E> {
    let mut bracket = Bracket { still, gone, tests: 0 };
    let mut mute: BTreeSet<usize> = BTreeSet::new();
    let mut missed = 0_u32;
    while bracket.tests < MAX_TESTS {
        let Some(next) = choose(&bracket, &mute, missed) else { break };
        bracket.tests += 1;
        match ask(next)? {
            Still::StillThere => (bracket.still, missed) = (next, 0),
            Still::Gone => (bracket.gone, missed) = (next, 0),
            // Not always the neighbour: what keeps one commit from building mostly keeps the next, too.
            Still::CannotTell => {
                mute.insert(next);
                missed += 1;
            }
        }
    }
    Ok(bracket)
}

/// The place in the middle, and after so many that were mute the quarters, the eighths and so on.
fn choose(bracket: &Bracket, mute: &BTreeSet<usize>, missed: u32) -> Option<usize> {
    let first = bracket.still.saturating_add(1);
    let inside = bracket.gone.saturating_sub(first);
    // 1/2, 1/4, 3/4, 1/8, 5/8, ...: the bits of the count, mirrored.
    let part = u64::from((missed.wrapping_add(1)).reverse_bits());
    let wanted = first + usize::try_from((inside as u64).saturating_mul(part) >> 32).unwrap_or(0);
    let free = |place: &usize| !mute.contains(place);
    let below = (first..=wanted.min(bracket.gone.saturating_sub(1))).rev().find(free);
    let above = (wanted..bracket.gone).find(free);
    match (below, above) {
        (Some(below), Some(above)) => Some(if wanted - below <= above - wanted { below } else { above }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn run(line: &[Still]) -> Bracket {
        let mut asked = BTreeSet::new();
        search(0, line.len() - 1, |place| {
            assert!(asked.insert(place), "{place} was asked twice");
            assert!(place > 0 && place < line.len() - 1, "the ends are known");
            Ok::<_, ()>(line[place])
        })
        .unwrap()
    }

    #[test]
    fn of_many_versions_few_are_asked() {
        let line: Vec<Still> = (0..100_000).map(|n| if n < 71_234 { Still::StillThere } else { Still::Gone }).collect();
        let found = run(&line);
        assert_eq!((found.still, found.gone), (71_233, 71_234));
        assert!(found.tests <= 17, "{}", found.tests);
    }

    #[test]
    fn a_long_stretch_that_does_not_build_is_jumped_over() {
        let word = |n: usize| match n {
            3_000..=6_900 => Still::CannotTell,
            n if n < 8_000 => Still::StillThere,
            _ => Still::Gone,
        };
        let line: Vec<Still> = (0..10_000).map(word).collect();
        let found = run(&line);
        assert_eq!((found.still, found.gone), (7_999, 8_000));
        assert!(found.tests <= 24, "{}", found.tests);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn what_is_answered_was_asked_and_nothing_askable_is_left(
            inner in proptest::collection::vec(prop_oneof![Just(Still::StillThere), Just(Still::Gone), Just(Still::CannotTell)], 0..90)
        ) {
            let mut line = vec![Still::StillThere];
            line.extend(inner);
            line.push(Still::Gone);
            let found = run(&line);
            prop_assert_eq!(line[found.still], Still::StillThere);
            prop_assert_eq!(line[found.gone], Still::Gone);
            prop_assert!(found.still < found.gone);
            prop_assert!(line[found.still + 1..found.gone].iter().all(|still| *still == Still::CannotTell));
        }

        #[test]
        fn where_the_flaw_goes_once_that_place_is_found(length in 2_usize..400, fix: u16, mute in proptest::collection::btree_set(1_usize..400, 0..40)) {
            let fix = 1 + usize::from(fix) % (length - 1);
            let line: Vec<Still> = (0..length).map(|n| match n {
                n if mute.contains(&n) && n != length - 1 => Still::CannotTell,
                n if n < fix => Still::StillThere,
                _ => Still::Gone,
            }).collect();
            let found = run(&line);
            prop_assert!(found.still < fix && fix <= found.gone);
        }
    }
}
