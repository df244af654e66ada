//! Each shortfall is foreseen, and is what the proof's own rule says; a bundle that is proved has none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use assay_bundle::manifest;

use super::*;

const BUNDLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assay/tests/bundles/");

/// The shortfalls of one of the program's own bundles after its manifest was changed.
fn of(name: &str, change: impl FnOnce(&mut Manifest)) -> Vec<(String, Verdict, String)> {
    let bundle = LoadedBundle::read(&Path::new(BUNDLES).join(name)).unwrap();
    let mut manifest = manifest::parse(&bundle.manifest).unwrap();
    change(&mut manifest);
    shortfalls(&bundle, &manifest).into_iter().map(|short| (short.key, short.verdict, short.says)).collect()
}

/// There is exactly one, of this key and verdict, and its sentence has these words.
fn one(found: &[(String, Verdict, String)], key: &str, verdict: Verdict, words: &str) {
    let [(at, would_be, says)] = found else { panic!("{found:?}") };
    assert_eq!((at.as_str(), *would_be), (key, verdict));
    assert!(says.contains(words), "{says}");
}

#[test]
fn what_is_proved_falls_short_of_nothing() {
    for entry in std::fs::read_dir(BUNDLES).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bundle) = LoadedBundle::read(&path) else { continue };
        let expected = bundle.expected.clone().unwrap_or_default();
        if expected.contains("reproduced") && !expected.contains("not-reproduced") {
            let found = shortfalls(&bundle, &manifest::parse(&bundle.manifest).unwrap());
            assert_eq!(found, [], "{}", path.display());
        }
    }
}

#[test]
fn limits_below_their_floor() {
    let cpu = |manifest: &mut Manifest| manifest.harness.limits.cpu = Some(Duration::from_millis(900));
    one(&of("server-cpu", cpu), "harness.limits.cpu", Verdict::Inconclusive, "of 1 s at least with a fixed version");
    let memory = |manifest: &mut Manifest| manifest.harness.limits.memory = Some(32 << 20);
    one(&of("memory", memory), "harness.limits.memory", Verdict::Inconclusive, "64 MiB");
    let growth = |manifest: &mut Manifest| {
        manifest.oracle = Oracle::Growth { exponent: 1.7, control: 1.3, ratio: 100.0 };
        manifest.harness.limits.cpu = Some(Duration::from_millis(479));
    };
    one(&of("server-cpu", growth), "harness.limits.cpu", Verdict::Inconclusive, "480 ms at least, and it is 479 ms");
}

#[test]
fn no_control_beside_a_limit() {
    let alone = |manifest: &mut Manifest| {
        manifest.arms.fixed = None;
        manifest.harness.limits.memory = Some(256 << 20);
        // The largest benign input is taken away.
        manifest.inputs.benign.clear();
    };
    one(&of("memory", alone), "inputs.benign", Verdict::Inconclusive, "as large as the trigger");
}

#[test]
fn a_limit_that_no_run_is_given() {
    let much = |manifest: &mut Manifest| manifest.harness.limits.output = Some(1 << 40);
    one(&of("plain", much), "harness.limits", Verdict::NotRun, "at most 64MiB");
}

#[test]
fn a_normalisation_that_takes_out_everything() {
    let all = |manifest: &mut Manifest| {
        let Oracle::Differential(declared) = &mut manifest.oracle else { panic!() };
        declared.remove = vec![".*".to_owned()];
        declared.normalise = vec![manifest::Normalise::Trim];
    };
    one(&of("differential", all), "oracle.remove", Verdict::Inconclusive, "nothing in common");
}

#[test]
fn an_exception_without_an_interpreter() {
    let none = |manifest: &mut Manifest| manifest.toolchain.clear();
    one(&of("python", none), "toolchain.needs", Verdict::Inconclusive, "python3, node or java");
}

#[test]
fn a_fix_that_speaks_to_the_sanitizer() {
    let mut bundle = LoadedBundle::read(&Path::new(BUNDLES).join("plain")).unwrap();
    let manifest = manifest::parse(&bundle.manifest).unwrap();
    let instrumented = manifest.build.as_ref().is_some_and(|build| build.instrument != Instrument::None);
    assert!(instrumented, "else nothing is tested");
    let patch = bundle.files.iter_mut().find(|file| file.path.as_str() == "fix.patch").unwrap();
    patch.content.extend(b"+__attribute__((no_sanitize(\"address\")))\n");
    let found: Vec<_> = shortfalls(&bundle, &manifest).into_iter().map(|s| (s.key, s.verdict, s.says)).collect();
    one(&found, "arms.fixed.source.patch", Verdict::Inconclusive, "speaks to the sanitizer");
}
