//! Whatever is imported: no panic, no manifest with a problem, no file that
//! takes another's place, and nothing that acts on a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use assay_bundle::manifest;
use assay_bundle::pack::Entry;
use assay_import::{Format, Source, Wish, import};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What must hold of every import that succeeds, in every format.
fn holds(source: &Source) -> Result<(), TestCaseError> {
    for format in Format::ALL.map(Some).into_iter().chain([None]) {
        let wish = Wish { format, ..Wish::default() };
        match import(source, &wish) {
            Ok(imported) => {
                let mut names = BTreeSet::new();
                for bundle in &imported.bundles {
                    prop_assert!(names.insert(bundle.name.to_ascii_lowercase()));
                    prop_assert!(!bundle.name.contains('/') && !bundle.name.starts_with('.'));
                    let reading = manifest::read(&bundle.manifest);
                    prop_assert!(reading.problems.is_empty(), "{:?}\n{}", reading.problems, bundle.manifest);
                    let seen = |c: char| {
                        c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}'))
                    };
                    prop_assert!(bundle.manifest.chars().all(seen), "{}", bundle.manifest);
                    let mut paths = BTreeSet::new();
                    for file in &bundle.files {
                        prop_assert!(paths.insert(file.path.as_str().to_ascii_lowercase()));
                        prop_assert!(file.path.as_str() != "proof.toml" && file.path.first_segment() != "src");
                    }
                    prop_assert!(paths.contains("import.json"));
                }
            }
            Err(error) => {
                prop_assert_ne!(error.code(), "not-readable", "{}", error);
                let told = error.to_string();
                prop_assert!(!told.contains(char::is_control), "it acts: {:?}", told);
                prop_assert!(!error.help().is_empty(), "no help");
            }
        }
    }
    Ok(())
}

/// Words that formats look for, and words that break things.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "testcase",
        "fuzzer_name",
        "engine",
        "libfuzzer",
        "sanitizer",
        "address",
        "patch",
        "pov_id",
        "patch_id",
        "description",
        "runs",
        "results",
        "version",
        "2.1.0",
        "tool",
        "driver",
        "name",
        "rules",
        "id",
        "ruleId",
        "message",
        "text",
        "arguments",
        "{0}",
        "locations",
        "physicalLocation",
        "artifactLocation",
        "uri",
        "logicalLocations",
        "properties",
        "tags",
        "external/cwe/cwe-1",
        "CWE-125",
        "taxa",
        "CrashSeverity",
        "ShortDescription",
        "Stacktrace",
        "CrashLine",
        "AsanReport",
        "PythonReport",
        "#0 0x1 in f (a=1) at /home/u/x.c:1",
        "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
        "Project: x\nFuzz Target: y\nCrash Type: Timeout",
        "crash_type",
        "Heap-buffer-overflow READ 1",
        "Direct-leak",
        "memory",
        "undefined",
        "crash_state",
        "fuzz_target",
        "aGk=",
        "\"\"\"",
        "\\",
        "# [oracle]",
        "\n[oracle]\nkind = \"x\"",
        "\u{202e}",
        "\u{1b}[2J",
        "$OUT",
        "../../x",
        "\r\n",
        "'''",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,40}".prop_map(|text: String| text)]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        word().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(word(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A sound sample of each format whose parts are then replaced.
fn samples() -> Vec<Value> {
    vec![
        json!({ "architecture": "x86_64", "engine": "libfuzzer", "fuzzer_name": "f", "sanitizer": "address", "testcase": "aGk=" }),
        json!({ "pov_id": "a", "patch_id": "b", "description": "c" }),
        json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "t", "rules": [{ "id": "r", "properties": { "tags": ["CWE-1"] } }] } },
               "results": [{ "ruleId": "r", "message": { "text": "m", "arguments": ["a"] }, "locations": [{ "physicalLocation":
               { "artifactLocation": { "uri": "u" }, "region": { "startLine": 1 } }, "logicalLocations": [{ "name": "n" }] }] }] }] }),
        json!({ "CrashSeverity": { "ShortDescription": "SourceAv", "Description": "d" }, "Stacktrace": ["#0 0x1 in f (a=1) at x.c:1"],
               "CrashLine": "x.c:1", "AsanReport": ["==1==ERROR: AddressSanitizer: SEGV on unknown address 0x1", "    #0 0x1 in f /x.c:1:1"],
               "Package": "p", "PackageVersion": "1" }),
    ]
}

/// Puts another value in the place of the n-th one.
fn replace(value: &mut Value, left: &mut usize, with: &Value) -> bool {
    if *left == 0 {
        *value = with.clone();
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|one| replace(one, left, with)),
        Value::Object(map) => map.values_mut().any(|one| replace(one, left, with)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn noise(name in ".{0,30}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&Source::file(&name, bytes))?;
    }

    #[test]
    fn strange_json(name in "[a-z./-]{0,20}", value in value()) {
        holds(&Source::file(&name, serde_json::to_vec(&value).unwrap()))?;
    }

    #[test]
    fn samples_with_strange_parts(sample in 0_usize..4, place in 0_usize..40, with in value(), more in 0_usize..40, word in word()) {
        let mut sample = samples().swap_remove(sample);
        replace(&mut sample, &mut place.clone(), &with);
        replace(&mut sample, &mut more.clone(), &Value::from(word));
        holds(&Source::file("sample.json", serde_json::to_vec(&sample).unwrap()))?;
    }

    #[test]
    fn folders(files in prop::collection::btree_map(
        "(povs|seeds|patches|bug-candidates|reports|x)?/?(crash-[0-9a-f]{40}|clusterfuzz-testcase-[a-z$]{0,3}-[0-9]{1,3}|[a-zA-Z.é ]{1,6}|project.yaml|r.json)",
        prop_oneof![word().prop_map(String::into_bytes), value().prop_map(|value| serde_json::to_vec(&value).unwrap())],
        0..6,
    )) {
        let files = files.into_iter().filter_map(|(path, content)| {
            Some(Entry { path: path.trim_start_matches('/').parse().ok()?, content, executable: true })
        });
        holds(&Source::tree("folder", None, files.collect()))?;
    }
}
