//! `assay demo` through the real program, from anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::Bench;

#[test]
fn the_demo_proves_and_explains_every_example() {
    let bench = Bench::new();
    // From an empty folder, with nothing but a path and a home.
    let said = bench.run(&["demo"]).exits(0);
    said.says("10 of 10 bundles as their `expected` files say");
    for words in ["Claim ", "Verdict ", "Meaning ", "Next ", "A partial report.", "assurance claimant"] {
        said.says(words);
    }
    assert_eq!(said.stdout.matches("  Claim ").count(), 10);
}
