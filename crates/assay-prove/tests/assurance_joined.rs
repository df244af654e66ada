//! What a server's verdict is worth: the runner's own driver brings data, any other brings code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use assay_bundle::manifest::{HarnessKind, HarnessOrigin, Join, Manifest};
use assay_bundle::verdict::Assurance;
use assay_prove::assurance::{Facts, claimants_parts, compute};

fn server(driver: Option<&[&str]>) -> Manifest {
    let mut manifest = evidence_support::manifest(1, 1, true);
    manifest.harness.origin = HarnessOrigin::Project;
    manifest.harness.kind = HarnessKind::Server;
    let driver = driver.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
    manifest.harness.join = Some(Join { port: 8080, driver });
    manifest
}

#[test]
fn a_claimants_driver_lowers_it_and_the_runners_does_not() {
    let found = Facts { harness_in_source: true, brought: None, second_oracle_agrees: false };
    let raw = server(None);
    assert_eq!(compute(&raw, &found), Assurance::Project, "{:?}", claimants_parts(&raw, &found));
    let driven = server(Some(&["python3", "client.py", "$INPUT"]));
    assert_eq!(compute(&driven, &found), Assurance::Claimant);
    assert!(claimants_parts(&driven, &found).iter().any(|part| part.contains("spare the fixed version")));
    let mut script = server(Some(&["python3", "$INPUT"]));
    script.harness.kind = HarnessKind::Driver;
    assert_eq!(compute(&script, &found), Assurance::Claimant);
}
