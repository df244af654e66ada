//! Bundles made for one feature each: every one gives its expected verdict and
//! exit code through the real binary.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/real.rs"]
mod real;

use std::path::Path;

#[test]
fn every_feature_bundle_gives_its_expected_verdict() {
    let bundles = real::folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundles"));
    assert!(bundles.len() >= 17, "the bundles are there");
    let wrong = real::wrong(&bundles, false);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
