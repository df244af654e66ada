//! Real, public, fixed vulnerabilities, fetched from the registries and proved
//! through the real binary.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/real.rs"]
mod real;

#[test]
fn every_real_case_is_reproduced_with_both_controls() {
    let cases = real::folders(&real::repository().join("cases"));
    assert!(cases.len() >= 33, "the cases are there");
    let wrong = real::wrong(&cases, true);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
