//! Submissions of the AI Cyber Challenge.

use assay_import::{Format, Source, Wish, import};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{PATCH, auto, content, entry, file, missing, says, value};

pub fn pov() -> Value {
    json!({ "architecture": "x86_64", "engine": "libfuzzer", "fuzzer_name": "parse_fuzzer",
            "sanitizer": "address", "testcase": STANDARD.encode("boom") })
}

#[test]
fn an_aixcc_pov_brings_its_input_and_names_its_harness() {
    let source = file("pov.json", &pov());
    let imported = auto(&source);
    assert_eq!((imported.format, imported.bundles.len()), (Format::Aixcc, 1));
    let bundle = &imported.bundles[0];
    assert_eq!(content(bundle, "poc/testcase"), b"boom");
    assert_eq!(value(bundle, &["build", "instrument"]).unwrap().as_str(), Some("asan"));
    assert_eq!(value(bundle, &["harness"]).unwrap().to_string(), r#"{ kind = "file" }"#);
    says(bundle, "names the libFuzzer target `parse_fuzzer`. In C or C++, the recipe `libfuzzer` builds it");
    assert_eq!(value(bundle, &["oracle", "kind"]).unwrap().as_str(), Some("sanitizer"));
    assert_eq!(
        missing(bundle),
        ["target.purl", "arms.vulnerable.source", "build.recipe", "harness.run", "inputs.benign"]
    );
    assert_eq!(value(bundle, &["provenance"]), None, "who found it is not said");
    says(bundle, "MISSING: `target.purl`");
    let record: Value = serde_json::from_slice(content(bundle, "import.json")).unwrap();
    assert_eq!(record["schema"], "assay.import/1");
    assert_eq!(record["format"], "aixcc");
    assert_eq!(record["sha256"], source.whole.unwrap().0.to_string());
    assert_eq!(record["source"], "pov.json");
}

#[test]
fn an_aixcc_bundle_finds_its_pov_and_patch_by_their_ids() {
    let patch = json!({ "patch": STANDARD.encode(PATCH) });
    let mut other = pov();
    other["pov_id"] = json!("11111111-0000-0000-0000-000000000000");
    let files = [
        (
            "bundle.json",
            json!({ "pov_id": "11111111-0000-0000-0000-000000000000", "patch_id": "p1",
                                "broadcast_sarif_id": "s1", "description": "It \"breaks\".\nBadly." }),
        ),
        ("a/first.json", other),
        ("p1.json", patch),
        ("alone.json", pov()),
    ];
    let files = files.map(|(path, value)| entry(path, &serde_json::to_vec(&value).unwrap()));
    let imported = auto(&Source::tree("submissions", None, files.to_vec()));
    assert_eq!(imported.bundles.len(), 2);
    let bundle = &imported.bundles[0];
    assert_eq!(content(bundle, "poc/testcase"), b"boom");
    assert_eq!(content(bundle, "fix.patch"), PATCH.as_bytes());
    assert_eq!(value(bundle, &["arms", "fixed", "source", "patch"]).unwrap().as_str(), Some("fix.patch"));
    assert_eq!(value(bundle, &["description"]).unwrap().as_str(), Some("It \"breaks\".\nBadly.\n"));
    says(bundle, "`broadcast_sarif_id` as `s1`");
    assert!(imported.bundles[1].name.ends_with("alone"));
}

#[test]
fn an_aixcc_bundle_alone_has_only_ids() {
    let imported = auto(&file("bundle.json", &json!({ "pov_id": "x-1", "patch_id": "y-2" })));
    let bundle = &imported.bundles[0];
    assert!(missing(bundle).contains(&"inputs.trigger".to_owned()));
    says(bundle, "names the PoV `x-1`, which is not here");
    assert_eq!(value(bundle, &["arms"]), None);
}

#[test]
fn aixcc_limits_are_kept() {
    let with = |key: &str, text: String| {
        let mut pov = pov();
        pov[key] = json!(text);
        import(&file("pov.json", &pov), &Wish::default()).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(with("testcase", STANDARD.encode(vec![7; 2 << 20])), Ok(()));
    assert_eq!(with("testcase", STANDARD.encode(vec![7; (2 << 20) + 1])), Err("too-large"));
    assert_eq!(with("testcase", "A".repeat(6 << 20)), Err("too-large"));
    assert_eq!(with("testcase", "not base64!".to_owned()), Err("not-this-format"));
    assert_eq!(with("testcase", String::new()), Err("not-this-format"));
    let patch = |bytes: &[u8]| {
        let value = json!({ "patch": STANDARD.encode(bytes) });
        import(&file("patch.json", &value), &Wish::default()).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(patch(PATCH.as_bytes()), Ok(()));
    assert_eq!(patch(b"no diff"), Err("not-this-format"));
    assert_eq!(patch(format!("{PATCH}{}", " a\n".repeat(100 << 10)).as_bytes()), Err("too-large"));
}

#[test]
fn the_name_of_a_target_never_becomes_a_command() {
    for name in ["../../bin/sh", "$(touch x)", "-rf", "a\nrun = [\"x\"]", "$SRC", ""] {
        let mut pov = pov();
        pov["fuzzer_name"] = json!(name);
        let imported = auto(&file("pov.json", &pov));
        assert_eq!(value(&imported.bundles[0], &["harness"]).unwrap().to_string(), r#"{ kind = "file" }"#, "{name}");
    }
}

#[test]
fn an_aixcc_sarif_submission_is_its_log() {
    let log = crate::sarif::sarif();
    let submitted = json!({ "sarif_id": "s-1", "metadata": { "round.id": "x" }, "sarif": log.clone() });
    let imported = auto(&file("submission.json", &submitted));
    assert_eq!(imported.format, Format::Aixcc);
    let own = auto(&file("log.sarif", &log));
    assert_eq!(imported.bundles.len(), own.bundles.len());
    assert_eq!(value(&imported.bundles[0], &["title"]), value(&own.bundles[0], &["title"]));
    assert_eq!(imported.left_out, own.left_out);
    let broken = json!({ "sarif": { "version": "2.0.0", "runs": [] } });
    let error = import(&file("submission.json", &broken), &Wish::default()).unwrap_err();
    assert!(error.to_string().contains("2.0.0"), "{error}");
}
