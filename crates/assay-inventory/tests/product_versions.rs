//! Vendors' product versions: ordered where the numbers say it, refused where
//! only the vendor could.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::cmp::Ordering;

use assay_inventory::version::product::{compare, in_branch};
use proptest::prelude::*;

#[test]
fn numbers_decide() {
    for (installed, bound, order) in [
        ("7.4.2", "7.4.3", Ordering::Less),
        ("7.4.10", "7.4.9", Ordering::Greater),
        ("v7.4.3", "7.4.3", Ordering::Equal),
        ("7.4", "7.4.0", Ordering::Equal),
        ("17.3.1", "17.3", Ordering::Greater),
        ("7.4.2-h1", "7.4", Ordering::Greater),
        ("10.1.14-h6", "10.1.14-h9", Ordering::Less),
        ("9.1R11.4", "9.1R12", Ordering::Less),
        ("9.1r11", "9.1R11", Ordering::Equal),
        ("12.1-55.24", "12.1-63.22", Ordering::Less),
        ("22H2", "23H2", Ordering::Less),
        ("10.0.19045.3803", "10.0.19045.4046", Ordering::Less),
        ("2021.1", "2023", Ordering::Less),
        ("15.0 SP1", "15.0 SP2", Ordering::Less),
    ] {
        assert_eq!(compare(installed, bound), Ok(order), "{installed} {bound}");
    }
}

#[test]
fn what_only_the_vendor_knows() {
    for (installed, bound) in [
        // Which 7.4 it is was not written down.
        ("7.4", "7.4.3"),
        ("7.4.2", "7.4.2-h1"),
        ("7.4.2-h1", "7.4.2"),
        ("1.05", "1.4"),
        ("2016", "15.1"),
        ("20H2", "2004"),
        ("8.0.2a", "8.0.3"),
        ("latest", "7.4"),
        ("7.4", "all versions"),
        ("15.2(7)E3", "15.2(8)E"),
        ("7.4.x", "7.4.3"),
        ("7..4", "7.4"),
        ("7.4.", "7.4"),
        ("", "1"),
        ("<1.2", "1.2"),
    ] {
        assert!(compare(installed, bound).is_err(), "{installed} {bound}");
    }
    assert!(in_branch("17.3.1", "17.3") && in_branch("17.3-h1", "17.3"));
    assert!(!in_branch("17.3", "17.3") && !in_branch("17.3", "17.3.1") && !in_branch("17.31", "17.3"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_both_ways(a in "[0-9a-zA-Z .+_-]{0,12}", b in "[0-9a-zA-Z .+_-]{0,12}", c in ".{0,20}") {
        let _ = compare(&c, &a);
        if let (Ok(forth), Ok(back)) = (compare(&a, &b), compare(&b, &a)) {
            prop_assert_eq!(forth, back.reverse());
        }
    }

    #[test]
    fn plain_numbers(a in prop::collection::vec(0..2000_u32, 3), b in prop::collection::vec(0..2000_u32, 3)) {
        let text = |v: &[u32]| v.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        let year = |v: &[u32]| (1900..2100).contains(&v[0]);
        if year(&a) == year(&b) {
            prop_assert_eq!(compare(&text(&a), &text(&b)), Ok(a.cmp(&b)));
        } else {
            prop_assert!(compare(&text(&a), &text(&b)).is_err());
        }
    }
}
