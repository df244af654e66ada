//! Vendors' product versions: ordered where the numbers say it, refused where
//! only the vendor could.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::cmp::Ordering;

use assay_inventory::version::product::{compare, in_branch, is_rounded};
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
        ("8.0.2a", "8.0.3", Ordering::Less),
        ("8.0 U3b", "8.0 U3d", Ordering::Less),
        ("8.0 Update 3b", "8.0u3d", Ordering::Less),
        ("8.0 U2", "8.0 U3b", Ordering::Less),
        ("7.0 U3s", "8.0 U3b", Ordering::Less),
        ("V17 Update 2", "V17Upd2", Ordering::Equal),
        ("16 SP1 Upd 4", "V16 SP1 Update 6", Ordering::Less),
        ("9.0 Service Pack 1", "9.0 SP1", Ordering::Equal),
        ("15.0 SP1", "15.0", Ordering::Greater),
        ("5.4 HF2", "5.4", Ordering::Greater),
        ("5.04.01", "R5.05.01", Ordering::Less),
        ("FW10", "FW11", Ordering::Less),
        ("firmware v3.1", "3.2", Ordering::Less),
        ("R302-V0", "R302-V3", Ordering::Less),
        ("1.24A", "1.250L", Ordering::Less),
        ("12.1a", "12.1b", Ordering::Less),
        ("2.1.76_build230204", "2.1.77 build 1", Ordering::Less),
        ("v4.1", "4.33", Ordering::Less),
        ("rev 6.3.34", "6.3.40", Ordering::Less),
        ("Revision 2", "3", Ordering::Less),
        ("02.07.07(10)", "02.07.07(9)", Ordering::Greater),
        ("02.07.07(10)", "02.07.08(1)", Ordering::Less),
        ("1.68", "1.69 release 166", Ordering::Less),
        ("1.69 release 165", "1.69 release 166", Ordering::Less),
        ("U61", "U62", Ordering::Less),
        ("BT06", "BT06", Ordering::Equal),
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
        ("latest", "7.4"),
        ("7.4", "all versions"),
        ("15.2(7)E3", "15.2(8)E"),
        ("7.4.x", "7.4.3"),
        ("7..4", "7.4"),
        ("7.4.", "7.4"),
        ("", "1"),
        ("<1.2", "1.2"),
        // Which update of 8.0 it is was not written down.
        ("8.0", "8.0 U3b"),
        ("8.0 U3", "8.0 U3b"),
        ("5.2 SP3", "5.2 HF13"),
        ("12.1", "12.1a"),
        // A model, a part number, a serial number.
        ("8015", "9.33"),
        ("750-852", "11"),
        ("1763-L16BWA", "21.2"),
        ("35700BAX2", "8.0"),
        // Two series of one vendor's.
        ("U61", "L81"),
        ("U61", "61"),
        ("SP1", "SP2"),
        ("15.2(7)", "15.2(7)E3"),
        // A spreadsheet makes 4.1 of 4.10.
        ("4.2", "4.12.1"),
        ("17.3", "17.12"),
    ] {
        assert!(compare(installed, bound).is_err(), "{installed} {bound}");
    }
    assert!(is_rounded("4.2", "4.12.1") && !is_rounded("4.2", "4.3") && !is_rounded("4.2.0", "4.12.1"));
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
