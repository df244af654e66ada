//! Codes are a contract: each one stands in `docs/formats.md`, and faults in
//! different sections are all told at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assay_bundle::manifest;
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The codes of all calls of `Fault::new` and `Problem::new` below a folder.
fn codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in ["Fault::new(", "Problem::new("] {
            for rest in text.split(call).skip(1) {
                let code = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                found.extend(code.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_code_is_documented_and_every_documented_code_is_used() {
    let mut used = BTreeSet::new();
    codes(&root().join("src"), &mut used);
    // These are given by a value, and not at the place of the call.
    used.insert("unknown-key".to_owned());
    let page = fs::read_to_string(root().join("../../docs/formats.md")).unwrap();
    let (_, section) = page.split_once("## Problems of a manifest\n").expect("the section is there");
    let section = section.split("\n## ").next().unwrap();
    let told: BTreeSet<String> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect();
    assert!(used.len() > 20, "{used:?}");
    assert_eq!(used, told);
}

/// What is wrong in one section, with the code and the place where it is told.
const FAULTS: [(&str, &str, &str, &str); 14] = [
    ("title = \"T\"", "title = 7", "wrong-type", "title"),
    ("weakness = []", "weakness = [\"CWE\"]", "bad-id", "weakness[0]"),
    ("severity = \"CVSS:3.1/AV:N\"", "severity = \"high\"", "bad-severity", "severity"),
    ("purl = \"pkg:generic/a@1\"", "purl = \"a\"", "bad-purl", "target.purl"),
    ("path = \"target\"", "path = \"../x\"", "bad-path", "arms.vulnerable.source.path"),
    ("patch = \"fix.patch\"", "patch = \"/fix\"", "bad-path", "arms.fixed.source.patch"),
    ("needs = [\"cc\"]", "needs = [\"/bin/sh\"]", "bad-name", "toolchain.needs[0]"),
    ("flags = [\"-O1\"]", "flags = [\"-fplugin=x\"]", "forbidden-flag", "build.flags[0]"),
    ("instrument = \"asan\"", "instrument = \"asn\"", "unknown-word", "build.instrument"),
    ("cpu = \"1s\"", "cpu = \"1 fortnight\"", "bad-duration", "harness.limits.cpu"),
    ("stdout = \"ok\"", "stdout = \"(\"", "bad-regex", "harness.alive.stdout"),
    ("benign = [{ path = \"b\" }]", "benign = [{ path = \"t\" }]", "conflict", "inputs.benign"),
    ("access = \"read\"", "acess = \"read\"", "unknown-key", "oracle.acess"),
    ("runs = 3", "runs = 0", "out-of-range", "repeat.runs"),
];

const SOUND: &str = r#"
schema = "assay.proof/1"
title = "T"
weakness = []
severity = "CVSS:3.1/AV:N"
[target]
purl = "pkg:generic/a@1"
[arms.vulnerable.source]
path = "target"
[arms.fixed.source]
base = "vulnerable"
patch = "fix.patch"
[toolchain]
needs = ["cc"]
[build]
recipe = "cc"
sources = ["a.c"]
flags = ["-O1"]
instrument = "asan"
[harness]
kind = "file"
run = ["$OUT/a", "$INPUT"]
limits = { cpu = "1s" }
alive = { stdout = "ok" }
[inputs]
trigger = [{ path = "t" }]
benign = [{ path = "b" }]
[oracle]
kind = "sanitizer"
access = "read"
[repeat]
runs = 3
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn faults_do_not_hide_each_other(chosen in prop::collection::vec(any::<bool>(), FAULTS.len())) {
        let mut text = SOUND.to_owned();
        let mut wanted = BTreeSet::new();
        for ((sound, wrong, code, place), _) in FAULTS.iter().zip(&chosen).filter(|(_, chosen)| **chosen) {
            prop_assert!(text.contains(sound), "{} is not in the manifest", sound);
            text = text.replacen(sound, wrong, 1);
            wanted.insert((*code, (*place).to_owned()));
        }
        let reading = manifest::read(&text);
        let told: BTreeSet<_> = reading.problems.iter().map(|problem| (problem.code, problem.place.clone())).collect();
        prop_assert_eq!(&told, &wanted);
        prop_assert_eq!(reading.manifest.is_some(), wanted.is_empty());
        // Each fault puts out a light, and the light names it.
        for (code, place) in wanted {
            let words = format!("`{code}` at `{place}`");
            let lights = &reading.readiness.lights;
            let named = lights.iter().any(|light| !light.on && (light.says.contains(&words) || light.says.contains("more")));
            prop_assert!(named, "{}: {:?}", words, lights);
        }
    }
}
