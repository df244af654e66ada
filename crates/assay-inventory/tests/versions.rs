//! Orderings against other people's tables, other people's code, and the laws
//! of an order.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::cmp::Ordering;
use std::process::Command;
use std::str::FromStr;

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::{Key, Scheme, compare, compare_bytes};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

#[derive(Default, Debug)]
struct Tally {
    right: usize,
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn judge(&mut self, ecosystem: &Ecosystem, a: &str, b: &str, expected: Ordering) {
        match compare(ecosystem, a, b) {
            Ok(order) if order == expected => self.right += 1,
            Ok(order) => self.wrong.push(format!("{a} {order:?} {b}, expected {expected:?}")),
            Err(_) => self.refused += 1,
        }
    }
}

#[test]
fn tables_of_node_semver() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let rows = |name: &str| -> Vec<Vec<serde_json::Value>> {
        serde_json::from_slice(&files[&format!("version-compare/node-semver/{name}.json")]).unwrap()
    };
    let mut tally = Tally::default();
    for (name, expected) in [("comparisons", Ordering::Greater), ("equality", Ordering::Equal)] {
        for row in rows(name) {
            let (a, b) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
            tally.judge(&Ecosystem::Npm, a, b, expected);
            tally.judge(&Ecosystem::Npm, b, a, expected.reverse());
        }
    }
    // Ranges of one comparator: the bound against the version.
    for (name, inside) in [("range-include", true), ("range-exclude", false)] {
        for row in rows(name) {
            // Rows that are there for what is no text at all.
            let (Some(range), Some(version)) = (row[0].as_str(), row[1].as_str()) else { continue };
            let (operator, bound) = range.split_at(range.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
            let full = |v: &str| v.split('.').count() == 3 && v.bytes().all(|c| c.is_ascii_digit() || c == b'.');
            if !matches!(operator.trim(), "<" | "<=" | ">" | ">=") || !full(bound) || !full(version) {
                continue;
            }
            let order = compare(&Ecosystem::Npm, version, bound).unwrap();
            let is = match operator.trim() {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            };
            assert_eq!(is, inside, "{range} {version}");
            tally.right += 1;
        }
    }
    eprintln!("node-semver: {} right, {} refused, {} wrong", tally.right, tally.refused, tally.wrong.len());
    assert_eq!(tally.wrong, Vec::<String>::new());
    // What only the loose mode reads: `= 1.2.3`, `v 1.2.3`.
    assert!(tally.refused <= 60 && tally.right > 60, "{tally:?}");
    for row in rows("valid-versions") {
        assert!(Key::parse(&Ecosystem::Npm, row[0].as_str().unwrap()).is_ok());
    }
}

#[test]
fn ranges_of_vers_spec() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let mut judged = 0;
    for (name, ecosystem) in [("pypi", Ecosystem::PyPi), ("npm", Ecosystem::Npm)] {
        let file = &files[&format!("version-range/vers-spec/{name}_range_containment_test.json")];
        let document: serde_json::Value = serde_json::from_slice(file).unwrap();
        for test in document["tests"].as_array().unwrap() {
            let version = test["input"]["version"].as_str().unwrap();
            let range = test["input"]["vers"].as_str().unwrap().rsplit('/').next().unwrap();
            let inside = range == "*" || contains(&ecosystem, range, version);
            assert_eq!(Some(inside), test["expected_output"].as_bool(), "{range} {version}");
            judged += 1;
        }
    }
    eprintln!("vers-spec containment: {judged} right");
    assert!(judged >= 11);
}

/// The containment rule of vers: exact values first, then pairs of comparators.
fn contains(ecosystem: &Ecosystem, range: &str, version: &str) -> bool {
    let mut bounds: Vec<(&str, &str)> = Vec::new();
    for part in range.split('|') {
        let (operator, bound) = part.split_at(part.find(|c: char| c.is_ascii_digit()).unwrap());
        let order = compare(ecosystem, version, bound).unwrap();
        match operator {
            "" if order.is_eq() => return true,
            "!=" if order.is_eq() => return false,
            "<=" | ">=" if order.is_eq() => return true,
            "" | "!=" => {}
            _ => bounds.push((operator, bound)),
        }
    }
    bounds.sort_by(|a, b| compare(ecosystem, a.1, b.1).unwrap());
    let below = |bound: &str| compare(ecosystem, version, bound).unwrap().is_lt();
    bounds.first().is_some_and(|(operator, bound)| operator.starts_with('<') && below(bound))
        || bounds.last().is_some_and(|(operator, bound)| {
            operator.starts_with('>') && compare(ecosystem, version, bound).unwrap().is_gt()
        })
        || bounds.windows(2).any(|pair| {
            pair[0].0.starts_with('>') && pair[1].0.starts_with('<') && !below(pair[0].1) && below(pair[1].1)
        })
}

/// Versions that look like a distribution's, with what trips comparators.
fn debian() -> impl Strategy<Value = String> {
    "([0-9]{1,2}:)?[0-9]{1,3}(\\.[0-9a-z+~]{1,4}){0,3}([~+][a-z0-9.]{1,5})?(-[0-9a-z~+.]{1,6})?"
}

#[test]
fn dpkg_agrees() {
    if Command::new("dpkg").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "dpkg is missing");
        eprintln!("skipped: dpkg is missing");
        return;
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut pairs = vec![("1.0~rc1-1".to_owned(), "1.0-1".to_owned()), ("1:1".to_owned(), "2".to_owned())];
    for _ in 0..600 {
        let pick = |runner: &mut _| debian().new_tree(runner).unwrap().current();
        pairs.push((pick(&mut runner), pick(&mut runner)));
    }
    // Near misses: one character changed.
    for n in 0..300 {
        let (a, _) = pairs[n].clone();
        let at = n % a.len();
        let mut b = a.clone().into_bytes();
        b[at] = b"0a~+."[n % 5];
        pairs.push((a, String::from_utf8(b).unwrap()));
    }
    let mut compared = 0;
    for (a, b) in pairs {
        let Ok(order) = compare(&Ecosystem::Debian(None), &a, &b) else { continue };
        let word = match order {
            Ordering::Less => "lt",
            Ordering::Equal => "eq",
            Ordering::Greater => "gt",
        };
        let run = Command::new("dpkg").args(["--compare-versions", &a, word, &b]).output().unwrap();
        // A version that dpkg only warns about is compared all the same.
        assert!(run.status.success(), "dpkg: {a} is not {word} {b}");
        compared += 1;
    }
    eprintln!("dpkg: {compared} pairs, no disagreement");
    assert!(compared > 700);
}

/// Both orders, where both sides read both versions.
fn same<T: Ord>(ecosystem: &Ecosystem, a: &str, b: &str, theirs: impl Fn(&str) -> Option<T>) {
    if let (Some(x), Some(y)) = (theirs(a), theirs(b)) {
        assert_eq!(compare(ecosystem, a, b), Ok(x.cmp(&y)), "{a} against {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn semver_crate_agrees(
        a in "[0-9]{1,3}\\.[0-9]{1,2}\\.[0-9]{1,2}(-[0-9a-zA-Z-]{1,3}(\\.[0-9a-zA-Z-]{1,3}){0,2})?(\\+[0-9a-z.]{1,4})?",
        b in "[0-9]{1,3}\\.[0-9]{1,2}\\.[0-9]{1,2}(-[0-9a-zA-Z-]{1,3}(\\.[0-9a-zA-Z-]{1,3}){0,2})?(\\+[0-9a-z.]{1,4})?",
    ) {
        let theirs = |v: &str| semver::Version::parse(v).ok();
        for (x, y) in [(&a, &b), (&b, &a), (&a, &a)] {
            if let (Some(p), Some(q)) = (theirs(x), theirs(y)) {
                prop_assert_eq!(compare(&Ecosystem::Cargo, x, y), Ok(p.cmp_precedence(&q)));
            } else {
                // What SemVer refuses, three numbers given, is refused here.
                prop_assert!(compare(&Ecosystem::Cargo, x, y).is_err());
            }
        }
    }

    #[test]
    fn pep440_crate_agrees(
        a in "([0-2]!)?[0-3](\\.[0-9]{1,3}){0,3}([-_.]?(a|b|rc|alpha|beta|c|pre|preview)[-_.]?[0-9]{0,2})?(-[0-9]|[-_.]?(post|rev|r)[0-9]?)?([-_.]?dev[0-9]?)?(\\+[a-z0-9]{1,3}([-_.][a-z0-9]{1,3})?)?",
        b in "([0-2]!)?[0-3](\\.[0-9]{1,3}){0,3}([-_.]?(a|b|rc|alpha|beta|c|pre|preview)[-_.]?[0-9]{0,2})?(-[0-9]|[-_.]?(post|rev|r)[0-9]?)?([-_.]?dev[0-9]?)?(\\+[a-z0-9]{1,3}([-_.][a-z0-9]{1,3})?)?",
    ) {
        same(&Ecosystem::PyPi, &a, &b, |v| pep440_rs::Version::from_str(v).ok());
        same(&Ecosystem::PyPi, &a, &a.to_uppercase(), |v| pep440_rs::Version::from_str(v).ok());
    }

    #[test]
    fn debversion_crate_agrees(a in debian(), b in debian()) {
        same(&Ecosystem::Debian(None), &a, &b, |v| debversion::Version::from_str(v).ok());
    }

    #[test]
    fn any_text_is_ordered_or_refused(a in ".{0,40}", b in "[0-9a-z.+~:!-]{0,24}", c in "[0-9a-z.+~:!-]{0,24}") {
        for scheme in Scheme::ALL {
            let keys: Vec<Key> = [&a, &b, &c].into_iter().filter_map(|v| scheme.parse(v).ok()).collect();
            for x in &keys {
                prop_assert_eq!(x.compare(x), Ok(Ordering::Equal));
                for y in &keys {
                    let order = compare_bytes(x.as_bytes(), y.as_bytes());
                    prop_assert_eq!(compare_bytes(y.as_bytes(), x.as_bytes()), order.map(Ordering::reverse));
                    prop_assert_eq!(order == Some(Ordering::Equal), x == y);
                }
            }
        }
    }

    #[test]
    fn numbers_of_any_size(a in "[1-9][0-9]{0,40}", b in "[1-9][0-9]{0,40}") {
        let order = a.len().cmp(&b.len()).then_with(|| a.cmp(&b));
        let with = |n: &str| (format!("1.{n}.0"), format!("1.0.0-{n}"), format!("{n}:1"), format!("1.0.post{n}"));
        let (x, y) = (with(&a), with(&b));
        prop_assert_eq!(compare(&Ecosystem::Npm, &x.0, &y.0), Ok(order));
        prop_assert_eq!(compare(&Ecosystem::Npm, &x.1, &y.1), Ok(order));
        prop_assert_eq!(compare(&Ecosystem::Debian(None), &x.2, &y.2), Ok(order));
        prop_assert_eq!(compare(&Ecosystem::PyPi, &x.3, &y.3), Ok(order));
    }
}

#[test]
fn what_has_no_order_is_said() {
    let refused = |ecosystem: &Ecosystem, a: &str, b: &str| compare(ecosystem, a, b).unwrap_err().to_string();
    assert_eq!(refused(&Ecosystem::Other("opam".to_owned()), "1", "2"), "versions of opam are not ordered here");
    assert_eq!(refused(&Ecosystem::Cargo, "latest", "1.0.0"), "`latest` is not a version by the rules of SemVer");
    // Older than everything, an installer once said: then 1.1-foo would be *not affected* by 1.0 to 1.2.
    assert!(refused(&Ecosystem::PyPi, "1.1-foo", "1.0").contains("different schemes"));
    assert_eq!(compare(&Ecosystem::PyPi, "0.1-bulbasaur", "0.1-charmander"), Ok(Ordering::Less));
    assert!(Key::parse(&Ecosystem::Npm, &"1".repeat(300)).is_err());
}
