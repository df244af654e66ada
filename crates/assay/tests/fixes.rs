//! Right and wrong patches for targets of our own, through the real binary: no
//! wrong one is ever verified at L3, and right ones get there.
//!
//! Each patch says in its first lines what it does and the highest level that it
//! can have. Variants are decided by a number that is the same in every run, so that a failure can be looked at;
//! `ASSAY_SEED` names another one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/real.rs"]
mod real;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Variants of one patch: few, so that the test is quick, and enough for a level.
const VARIANTS: &str = "300";
/// Wrong patches of one target that are tried, about.
const TRIED: usize = 3;
/// Wrong patches of real packages, at least.
const PATCHES_OF_REAL_CASES: usize = 7;

fn seed() -> String {
    std::env::var("ASSAY_SEED").unwrap_or_else(|_| "20261121".into())
}

fn targets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixes")
}

/// The bundle of a target: one of our own, or a real case.
fn bundle(target: &str) -> PathBuf {
    match target.strip_prefix("real/") {
        Some(case) => real::repository().join("cases").join(case),
        None => targets().join(target).join("bundle"),
    }
}

fn patches(target: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(targets().join(target).join("patches")).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The level that the patch says it can have at most.
fn said(patch: &Path) -> String {
    let text = std::fs::read_to_string(patch).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Highest level: "));
    line.unwrap_or_else(|| panic!("{} names no level", patch.display())).to_owned()
}

/// The level that a right patch must get; L3 unless the patch says why it may get less.
fn least(patch: &Path) -> String {
    let text = std::fs::read_to_string(patch).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Lowest level: "));
    line.and_then(|line| line.split(',').next()).unwrap_or("L3").to_owned()
}

fn fix(target: &str, patch: &Path) -> (Value, i32) {
    let bundle = bundle(target);
    let seed = seed();
    let call = ["fix", "--format", "json", "--no-progress", "--variants", VARIANTS, "--want", "L3", "--seed", &seed];
    let paths = [bundle.to_str().unwrap(), "--patch", patch.to_str().unwrap()];
    let output = real::assay(&[&call[..], &paths[..]].concat());
    let json =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", real::said(&output)));
    (json, output.status.code().unwrap())
}

/// What is wrong with the level of a patch, if anything is.
fn wrong(target: &str, patch: &Path) -> Option<String> {
    let (json, exit) = fix(target, patch);
    let name = format!("{target}/{}", patch.file_stem().unwrap().to_string_lossy());
    let level = json["level"].as_str().unwrap_or("below L0");
    let most = said(patch);
    let steps: Vec<String> = json["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {}: {}", step["level"], step["state"], step["says"]))
        .collect();
    let why = format!("{}\n{}\nseed {}", steps.join("\n"), json["touches"], json["around"]["seed"]);
    eprintln!("{name}: {level}, at most {most}, exit {exit}");
    let right = most.as_str() >= "L3" && most != "below L0";
    let high = |level: &str| ["below L0", "L0", "L1", "L2", "L3", "L4", "L5"].iter().position(|word| *word == level);
    if high(level) > high(&most) {
        return Some(format!("{name} is verified at {level} and can have {most} at most\n{why}"));
    }
    if right && high(level) < high(&least(patch)) {
        return Some(format!("{name} is right and verified at {level} only\n{why}"));
    }
    let reached = json["unbroken"].as_str().is_some_and(|unbroken| unbroken >= "L3");
    // 13: with the patch the runs decide nothing, as where it takes the sanitizer out.
    let exits: &[i32] = if reached { &[0] } else { &[10, 13] };
    (!exits.contains(&exit)).then(|| format!("{name}: {level} with exit code {exit}"))
}

#[track_caller]
fn all(target: &str, least: usize) {
    let mut patches = patches(target);
    assert!(patches.len() >= least, "the patches of {target} are there");
    // Each patch that gets as far as its variants takes half a minute: a few of them, unless all are wanted. The
    // number that decides the variants decides which.
    if std::env::var_os("ASSAY_ALL_PATCHES").is_none() {
        let stride = patches.len().div_ceil(TRIED).max(3);
        let first = usize::try_from(seed().parse::<u64>().unwrap()).unwrap() % stride;
        let mut place = 0;
        patches.retain(|patch| {
            place += 1;
            place % stride == first || patch.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("right"))
        });
    }
    let wrong: Vec<String> = patches.iter().filter_map(|patch| wrong(target, patch)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn patches_of_a_heap_overflow_at_two_places() {
    all("records", 59);
}

#[test]
fn patches_of_a_use_after_free() {
    all("slots", 16);
}

#[test]
fn patches_of_an_endless_recursion() {
    all("nested", 7);
}

#[test]
fn patches_of_a_name_that_climbs() {
    all("unbox", 14);
}

/// Wrong patches of real packages, each of which looks like a mend: one of them, decided by the number of the
/// variants, unless all are wanted.
#[test]
fn patches_of_real_cases() {
    let cases = std::fs::read_dir(targets().join("real")).unwrap();
    let mut cases: Vec<String> = cases.map(|case| format!("real/{}", case.unwrap().file_name().display())).collect();
    cases.sort();
    let mut all: Vec<(String, PathBuf)> = Vec::new();
    for case in cases {
        all.extend(patches(&case).into_iter().map(|patch| (case.clone(), patch)));
    }
    assert!(all.len() >= PATCHES_OF_REAL_CASES, "the patches are there");
    if std::env::var_os("ASSAY_ALL_PATCHES").is_none() {
        let place = usize::try_from(seed().parse::<u64>().unwrap()).unwrap() % all.len();
        all = vec![all.swap_remove(place)];
    }
    let mut wrong_ones = Vec::new();
    for (case, patch) in all {
        let fetched = real::assay(&["bundle", "fetch", bundle(&case).to_str().unwrap()]);
        if fetched.status.success() {
            wrong_ones.extend(wrong(&case, &patch));
        } else {
            real::skip(&case, &real::said(&fetched));
        }
    }
    assert!(wrong_ones.is_empty(), "{}", wrong_ones.join("\n\n"));
}
