//! What holds in every format: the importer's own words, a pattern, contradictions, bounds.

use assay_bundle::pack::Entry;
use assay_import::{Source, Wish, import};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::aixcc::pov;
use crate::sarif::sarif;
use crate::support::{PATCH, auto, content, entry, file, read, says, tree, value};

#[test]
fn a_purl_of_the_importer_fills_the_target() {
    let wish = Wish { purl: Some("pkg:generic/tlv@0.3.1".to_owned()), ..Wish::default() };
    let imported = import(&file("pov.json", &pov()), &wish).unwrap();
    assert_eq!(value(&imported.bundles[0], &["target", "purl"]).unwrap().as_str(), Some("pkg:generic/tlv@0.3.1"));
}

const PATTERN: &str = r#"
schema = "assay.proof/1"
title = "The harness"
[target]
purl = "pkg:generic/tlv@0.3.1"
[arms.vulnerable.source]
path = "target"
[toolchain]
needs = ["cc"]
[build]
recipe = "cc"
sources = ["harness.c", "src/tlv.c"]
instrument = "asan"
[harness]
kind = "file"
run = ["$OUT/harness", "$INPUT"]
alive = { stdout = "^ok" }
[inputs]
trigger = [{ path = "poc/old" }]
benign = [{ path = "poc/benign" }]
[oracle]
kind = "sanitizer"
type = ["heap-buffer-overflow"]
"#;

#[test]
fn a_pattern_makes_findings_of_a_known_harness_complete() {
    let files =
        vec![entry("harness.c", b"c"), entry("target/tlv.c", b"t"), entry("poc/old", b"o"), entry("poc/benign", b"b")];
    let wish = |manifest: &str, files: Vec<Entry>| Wish { like: Some((manifest.to_owned(), files)), ..Wish::default() };
    let imported = import(&file("pov.json", &pov()), &wish(PATTERN, files.clone())).unwrap();
    let bundle = &imported.bundles[0];
    let reading = read(bundle);
    let manifest = reading.manifest.unwrap_or_else(|| panic!("{}", bundle.manifest));
    assert_eq!(
        manifest.harness.run,
        ["$OUT/harness", "$INPUT"],
        "the pattern's harness is the one that is known to work"
    );
    assert_eq!(content(bundle, "poc/testcase"), b"boom");
    assert!(bundle.files.iter().all(|file| file.path.as_str() != "poc/old"), "the pattern's own trigger stays behind");
    assert!(manifest.arms.fixed.is_none());

    let mut memory = pov();
    memory["sanitizer"] = json!("memory");
    let error = import(&file("pov.json", &memory), &wish(PATTERN, files)).unwrap_err();
    assert!(error.to_string().contains("builds with `asan`"), "{error}");
    let partial = "schema = \"assay.proof/1\"\ntitle = \"x\"\n";
    assert_eq!(import(&file("pov.json", &pov()), &wish(partial, Vec::new())).unwrap_err().code(), "bad-pattern");
}

#[test]
fn a_source_that_contradicts_itself_still_gives_a_manifest() {
    let case = format!("crash-{}", "c".repeat(40));
    let facts =
        serde_json::to_vec(&json!({ "fuzz_target": "f", "crash_type": "Direct-leak", "sanitizer": "memory" })).unwrap();
    let imported = auto(&tree(&[(&case, b"x"), ("facts.json", &facts)]));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "kind"]).unwrap().as_str(), Some("leak"));
    assert_eq!(value(bundle, &["build"]), None);
    says(bundle, "speaks of a leak and of a build with `msan`");
}

#[test]
fn a_small_source_does_not_grow_without_end() {
    // Each of these bundles would bring its own copy of the same two megabytes.
    let mut big = pov();
    big["testcase"] = json!(STANDARD.encode(vec![7; 2 << 20]));
    big["pov_id"] = json!("p");
    let mut files = vec![entry("pov.json", &serde_json::to_vec(&big).unwrap())];
    let bundle = serde_json::to_vec(&json!({ "pov_id": "p" })).unwrap();
    files.extend((0..300).map(|number| entry(&format!("b{number}.json"), &bundle)));
    let error = import(&Source::tree("many", None, files), &Wish::default()).unwrap_err();
    assert_eq!(error.code(), "too-large");

    let mut log = sarif();
    let result = json!({ "ruleId": "r", "message": { "text": "x" } });
    log["runs"][0]["results"] = Value::from(vec![result; 1_001]);
    let source = file("log.sarif", &log);
    assert_eq!(import(&source, &Wish::default()).unwrap_err().code(), "too-many");
    let one = import(&source, &Wish { only: Some(1_001), ..Wish::default() }).unwrap();
    assert_eq!(one.bundles.len(), 1);

    // Patches go along with each PoV only as long as that stays small.
    let patch = format!("{PATCH}{}", " a\n".repeat(30_000));
    let patches = (0..20).map(|number| entry(&format!("patches/p{number}"), patch.as_bytes()));
    let povs = (0..60).map(|number| entry(&format!("povs/v{number}"), b"x"));
    let imported = auto(&Source::tree("run", None, patches.chain(povs).collect()));
    assert_eq!(imported.bundles.len(), 60);
    assert!(imported.left_out[0].contains("too many to go along"), "{:?}", imported.left_out);
}
