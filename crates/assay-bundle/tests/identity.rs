//! What changes an identity, and what does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_bundle::files::{FileEntry, FileMap};
use assay_bundle::identity::{bundle_id, claim_id};
use proptest::prelude::*;

const CLAIM: &str = r#"
schema = "assay.proof/1"
title  = "Over-read"
[target]
purl = "pkg:generic/parser@2.0"
[arms.vulnerable.source]
path = "target"
[build]
recipe     = "cc"
sources    = ["harness.c", "src/parser.c"]
instrument = "asan"
[harness]
kind  = "file"
run   = ["$OUT/harness", "--config=conf/a.ini", "$INPUT"]
alive = { exit = 0 }
[inputs]
trigger = [{ path = "poc/trigger" }]
benign  = [{ path = "poc/benign" }]
[oracle]
kind = "sanitizer"
"#;

const FIX: &str = r#"
[arms.fixed.source]
base  = "vulnerable"
patch = "fix/fix.patch"
[tests]
run = ["sh", "tests.sh"]
[provenance]
found_by = "ai"
"#;

fn files(list: &[(&str, &str)]) -> FileMap {
    list.iter()
        .map(|(path, content)| {
            let entry = FileEntry::of(content.as_bytes(), path.ends_with(".sh"));
            (path.parse().unwrap(), entry)
        })
        .collect()
}

fn claimed() -> Vec<(&'static str, &'static str)> {
    vec![
        ("proof.toml", "not looked at"),
        ("target/parser.c", "int parse;"),
        ("target/parser.h", "x"),
        ("harness.c", "int main;"),
        ("harness.h", "y"),
        ("conf/a.ini", "z"),
        ("poc/trigger", "t"),
        ("poc/benign", "b"),
    ]
}

#[test]
fn the_identity_is_a_known_digest() {
    // Computed independently: SHA-256 of the JSON below.
    let id = bundle_id("schema = \"assay.proof/1\"\n", &files(&[("a", "abc")])).unwrap();
    let json = concat!(
        r#"{"files":{"a":{"executable":false,"#,
        r#""sha256":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","#,
        r#""size":3}},"manifest":{"schema":"assay.proof/1"}}"#
    );
    assert_eq!(id, assay_bundle::digest::Sha256::of(json.as_bytes()));
    assert_eq!(id.to_hex(), "1c460d42ed53113f116639a5baf484a5d44dc211191e913a375fc1c4d46dd23d");
}

#[test]
fn adding_a_fix_keeps_the_claim() {
    let with_fix = format!("{CLAIM}{FIX}");
    let mut list = claimed();
    let before = files(&list);
    list.extend([("fix/fix.patch", "--- a"), ("tests.sh", "exit 0"), ("README", "r")]);
    let after = files(&list);
    assert_eq!(claim_id(CLAIM, &before).unwrap(), claim_id(&with_fix, &after).unwrap());
    assert_ne!(bundle_id(CLAIM, &before).unwrap(), bundle_id(&with_fix, &after).unwrap());
}

#[test]
fn every_file_of_the_claim_counts() {
    let list = claimed();
    let id = claim_id(CLAIM, &files(&list)).unwrap();
    for index in 1..list.len() {
        let mut other = list.clone();
        other[index].1 = "changed";
        assert_ne!(claim_id(CLAIM, &files(&other)).unwrap(), id, "{}", list[index].0);
        other.remove(index);
        assert_ne!(claim_id(CLAIM, &files(&other)).unwrap(), id, "{}", list[index].0);
    }
}

#[test]
fn what_is_said_about_a_bundle_is_no_part_of_it() {
    let list = claimed();
    let id = bundle_id(CLAIM, &files(&list)).unwrap();
    let mut more = list.clone();
    more[0].1 = "another text of the manifest's file";
    more.extend([("expected", "reproduced"), ("run.dsse.json", "{}")]);
    assert_eq!(bundle_id(CLAIM, &files(&more)).unwrap(), id);
    for path in ["poc/run.dsse.json", "poc/expected", "README"] {
        let mut more = list.clone();
        more.push((path, "{}"));
        assert_ne!(bundle_id(CLAIM, &files(&more)).unwrap(), id, "{path}");
    }
}

#[test]
fn defaults_are_not_filled_in() {
    let written = CLAIM.replace("alive = { exit = 0 }\n", "");
    let list = files(&claimed());
    assert_ne!(bundle_id(CLAIM, &list).unwrap(), bundle_id(&written, &list).unwrap());
}

#[test]
fn a_base_is_expanded_before_the_fixed_arm_goes() {
    let text = |fixed: &str| {
        format!(
            "[arms.fixed.source]\npath = \"{fixed}\"\n\
             [arms.vulnerable.source]\nbase = \"fixed\"\npatch = \"undo.patch\"\n"
        )
    };
    let list = files(&[("good/a.c", "1"), ("better/a.c", "1"), ("undo.patch", "p")]);
    let good = claim_id(&text("good"), &list).unwrap();
    assert_ne!(good, claim_id(&text("better"), &list).unwrap());
    let other = files(&[("good/a.c", "2"), ("better/a.c", "1"), ("undo.patch", "p")]);
    assert_ne!(good, claim_id(&text("good"), &other).unwrap());
    let expanded = "[arms.vulnerable.source]\npath = \"good\"\npatch = \"undo.patch\"\n";
    assert_eq!(good, claim_id(expanded, &list).unwrap());
}

#[test]
fn what_is_not_toml_has_no_identity() {
    assert!(bundle_id("= 1", &FileMap::new()).is_err());
    assert!(bundle_id("a = 1979-05-27", &FileMap::new()).is_err());
    assert!(claim_id("a = inf", &FileMap::new()).is_err());
}

/// The same manifest in another hand: sections in another order, comments, spaces, other quotes.
fn rewritten(order: u64, spaces: usize, comment: &str) -> String {
    let mut sections: Vec<String> = format!("{CLAIM}{FIX}").trim().split("\n[").map(str::to_owned).collect();
    let head = sections.remove(0);
    let mut state = order | 1;
    for index in (1..sections.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let other = usize::try_from(state >> 33).unwrap() % (index + 1);
        sections.swap(index, other);
    }
    let mut out = format!("# {comment}\n{head}\n");
    for section in sections {
        out.push_str(&" ".repeat(spaces));
        out.push('[');
        for line in section.lines() {
            out.push_str(&line.replace(" = ", "   =  ").replace("\"asan\"", "'asan'"));
            out.push_str(&format!("{}# {comment}\n", " ".repeat(spaces + 1)));
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn handwriting_does_not_change_identities(
        order in any::<u64>(),
        spaces in 0usize..5,
        comment in "[ -~]{0,20}",
    ) {
        let (text, list) = (format!("{CLAIM}{FIX}"), files(&claimed()));
        let other = rewritten(order, spaces, &comment);
        prop_assert_eq!(bundle_id(&text, &list).unwrap(), bundle_id(&other, &list).unwrap());
        prop_assert_eq!(claim_id(&text, &list).unwrap(), claim_id(&other, &list).unwrap());
    }

    #[test]
    fn any_byte_of_any_file_changes_the_identity(
        content in proptest::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        change in 1u8..=255,
        executable in any::<bool>(),
    ) {
        let map = |bytes: &[u8], executable| -> FileMap {
            [("poc/trigger".parse().unwrap(), FileEntry::of(bytes, executable))].into_iter().collect()
        };
        let id = bundle_id(CLAIM, &map(&content, executable)).unwrap();
        let claim = claim_id(CLAIM, &map(&content, executable)).unwrap();
        let mut changed = content.clone();
        changed[at.index(content.len())] ^= change;
        prop_assert_ne!(bundle_id(CLAIM, &map(&changed, executable)).unwrap(), id);
        prop_assert_ne!(claim_id(CLAIM, &map(&changed, executable)).unwrap(), claim);
        prop_assert_ne!(bundle_id(CLAIM, &map(&content, !executable)).unwrap(), id);
    }

    #[test]
    fn hostile_text_never_panics(text in any::<String>()) {
        let _ = bundle_id(&text, &FileMap::new());
        let _ = assay_bundle::manifest::read(&text);
    }
}
