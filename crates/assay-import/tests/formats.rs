//! Each format with a sample of its own: what becomes a key, what a file, what a
//! comment, and what stays missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_bundle::manifest::{self, Reading};
use assay_bundle::pack::Entry;
use assay_import::{Bundle, Format, ImportError, Imported, Source, Wish, import};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const PATCH: &str = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n";

fn file(name: &str, value: &Value) -> Source {
    Source::file(name, serde_json::to_vec(value).unwrap())
}

fn entry(path: &str, content: &[u8]) -> Entry {
    Entry { path: path.parse().unwrap(), content: content.to_vec(), executable: false }
}

fn tree(files: &[(&str, &[u8])]) -> Source {
    Source::tree("folder", None, files.iter().map(|(path, content)| entry(path, content)).collect())
}

#[track_caller]
fn auto(source: &Source) -> Imported {
    import(source, &Wish::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn read(bundle: &Bundle) -> Reading {
    let reading = manifest::read(&bundle.manifest);
    assert!(reading.problems.is_empty(), "{:?}\n{}", reading.problems, bundle.manifest);
    reading
}

fn content<'a>(bundle: &'a Bundle, path: &str) -> &'a [u8] {
    let file = bundle.files.iter().find(|file| file.path.as_str() == path);
    &file.unwrap_or_else(|| panic!("no `{path}`")).content
}

fn value(bundle: &Bundle, path: &[&str]) -> Option<toml::Value> {
    let mut value = toml::Value::Table(toml::from_str(&bundle.manifest).unwrap());
    for key in path {
        value = value.get(*key)?.clone();
    }
    Some(value)
}

#[track_caller]
fn says(bundle: &Bundle, words: &str) {
    // Comments are folded, so only words are compared.
    let flat = bundle.manifest.replace("\n# ", " ");
    assert!(flat.contains(words), "`{words}` is not in\n{}", bundle.manifest);
}

fn missing(bundle: &Bundle) -> Vec<String> {
    read(bundle).missing.iter().filter(|item| item.required).map(|item| item.key.clone()).collect()
}

fn pov() -> Value {
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
fn oss_crs_folders_give_a_bundle_for_each_pov_and_candidate() {
    let sarif = serde_json::to_vec(&sarif()).unwrap();
    let imported = auto(&tree(&[
        ("run/povs/abc123", b"one"),
        ("run/povs/def456", b"two"),
        ("run/povs/.lock", b"x"),
        ("run/povs/empty", b""),
        ("run/patches/p.diff", PATCH.as_bytes()),
        ("run/patches/broken", b"nothing"),
        ("run/seeds/s1", b"seed"),
        ("run/bug-candidates/c.sarif", &sarif),
        ("run/bug-candidates/note.md", b"# Stack smash in parse\n\nSeen at /home/ada/src/x.c\n"),
        ("run/reports/r.txt", b"text"),
    ]));
    assert_eq!(imported.format, Format::OssCrs);
    let names: Vec<_> = imported.bundles.iter().map(|bundle| bundle.name.as_str()).collect();
    assert_eq!(names, ["001-abc123", "002-def456", "003-cpp_overflow", "004-note.md"]);
    let first = &imported.bundles[0];
    assert_eq!(content(first, "poc/abc123"), b"one");
    assert_eq!(content(first, "patches/p.diff"), PATCH.as_bytes());
    assert_eq!(value(first, &["arms"]), None, "no patch is said to belong to it");
    says(first, "does not say which of them is for this input: `patches/p.diff`");
    let note = &imported.bundles[3];
    assert!(note.manifest.contains("/home/user/src/x.c") && !note.manifest.contains("ada"));
    assert_eq!(value(note, &["title"]).unwrap().as_str(), Some("Stack smash in parse"));
    let left = imported.left_out.join("\n");
    for words in ["povs/empty", "patches/broken", "`seeds/`: 1 files", "`reports/`: 1 files"] {
        assert!(left.contains(words), "{words} in {left}");
    }
}

fn sarif() -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "Finder", "semanticVersion": "1.2.3", "rules": [
                { "id": "cpp/overflow", "shortDescription": { "text": "Overflow of a buffer" },
                  "messageStrings": { "default": { "text": "{0} may be written past its end" } },
                  "properties": { "tags": ["security", "external/cwe/cwe-787"], "security-severity": "8.1" } } ] } },
            "versionControlProvenance": [{ "repositoryUri": "https://example.org/x", "revisionId": "abc" }],
            "results": [
                { "ruleId": "cpp/overflow", "ruleIndex": 0, "level": "error",
                  "message": { "id": "default", "arguments": ["name"] },
                  "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "src/tlv.c" }, "region": { "startLine": 41 } },
                                  "logicalLocations": [{ "name": "tlv_printable", "kind": "function" }] }],
                  "codeFlows": [{ "threadFlows": [{ "locations": [
                      { "location": { "physicalLocation": { "artifactLocation": { "uri": "src/main.c" }, "region": { "startLine": 7 } },
                                      "message": { "text": "read here" } } } ] }] }] },
                { "ruleId": "cpp/overflow", "kind": "pass", "message": { "text": "fine" } },
                { "ruleId": "cpp/overflow", "message": { "text": "x" }, "suppressions": [{ "kind": "inSource" }] }
            ]
        }]
    })
}

#[test]
fn a_sarif_result_is_a_partial_report() {
    let imported = auto(&file("log.sarif", &sarif()));
    assert_eq!((imported.format, imported.tool.as_deref()), (Format::Sarif, Some("Finder 1.2.3")));
    assert_eq!(imported.bundles.len(), 1, "a pass and a suppressed result are none");
    assert_eq!(imported.left_out.len(), 2);
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("name may be written past its end"));
    assert_eq!(value(bundle, &["weakness"]).unwrap().to_string(), r#"["CWE-787"]"#);
    assert_eq!(value(bundle, &["target", "scope"]).unwrap().as_str(), Some("tlv_printable"));
    assert_eq!(value(bundle, &["provenance", "harness"]).unwrap().as_str(), Some("Finder 1.2.3"));
    assert_eq!(value(bundle, &["provenance", "found_by"]), None);
    assert_eq!(value(bundle, &["severity"]), None, "a rule's number is no vector");
    let description = value(bundle, &["description"]).unwrap().to_string();
    assert!(
        description.contains("At src/tlv.c:41") && description.contains("src/main.c:7: read here"),
        "{description}"
    );
    says(bundle, "repository `https://example.org/x` at `abc`");
    let wanted = [
        "target.purl",
        "arms.vulnerable.source",
        "harness.kind",
        "harness.run",
        "inputs.trigger",
        "inputs.benign",
        "oracle.kind",
    ];
    assert_eq!(missing(bundle), wanted);
}

#[test]
fn one_result_of_many_can_be_chosen() {
    let mut log = sarif();
    let mut second = log["runs"][0]["results"][0].clone();
    second["message"] = json!({ "text": "second" });
    log["runs"][0]["results"].as_array_mut().unwrap().push(second);
    let source = file("log.sarif", &log);
    assert_eq!(auto(&source).bundles.len(), 2);
    let only = |only| import(&source, &Wish { only: Some(only), ..Wish::default() });
    let chosen = only(2).unwrap();
    assert_eq!(chosen.bundles.len(), 1);
    assert!(chosen.bundles[0].manifest.contains("\"second\""));
    assert_eq!(only(3).unwrap_err(), ImportError::NoSuchFinding { wanted: 3, there: 2 });
    assert_eq!(only(0).unwrap_err(), ImportError::NoSuchFinding { wanted: 0, there: 2 });
}

#[test]
fn other_versions_of_sarif_are_refused() {
    let mut log = sarif();
    log["version"] = json!("2.0.0");
    let error = import(&file("log.sarif", &log), &Wish::default()).unwrap_err();
    assert_eq!(error.code(), "not-this-format");
    assert!(error.to_string().contains("2.0.0"), "{error}");
}

fn casrep() -> Value {
    json!({
        "Date": "2026-01-01", "Uname": "Linux SECRET-host 6.1", "OS": "Debian", "OSRelease": "12",
        "ProcEnviron": ["TOKEN=SECRET-env"], "ProcMaps": ["7f00 SECRET-map"], "ProcFiles": ["SECRET-open"],
        "NetworkConnections": ["SECRET-net"], "ProcCmdline": "/srv/SECRET-cmd/tool --key x", "Stdin": "/srv/SECRET-in",
        "Registers": { "rax": 3735928559_u64 }, "ExecutablePath": "/home/SECRET-user/build/tool",
        "Package": "tool", "PackageVersion": "1.0-2", "PackageArchitecture": "amd64",
        "CrashSeverity": { "Type": "EXPLOITABLE", "ShortDescription": "heap-buffer-overflow(write)",
                           "Description": "Heap buffer overflow", "Explanation": "The target writes past a buffer." },
        "Stacktrace": ["    #0 0x55 in memcpy /home/SECRET-user/llvm/asan.cpp:1",
                       "    #1 0x56 in ns::parse(int) /home/SECRET-user/src/p.cc:9:3"],
        "CrashLine": "/home/SECRET-user/src/p.cc:9:3",
        "AsanReport": ["==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x55 bp 0x1 sp 0x2",
                       "WRITE of size 4 at 0x1 thread T0",
                       "    #0 0x55 in memcpy /home/SECRET-user/llvm/asan.cpp:1",
                       "    #1 0x56 in ns::parse(int) /home/SECRET-user/src/p.cc:9:3",
                       "SUMMARY: AddressSanitizer: heap-buffer-overflow /home/SECRET-user/src/p.cc:9:3 in ns::parse(int)"]
    })
}

#[test]
fn a_casrep_gives_its_class_and_none_of_its_machine() {
    let imported = auto(&file("crash-1.casrep", &casrep()));
    assert_eq!(imported.format, Format::Casrep);
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "type"]).unwrap().to_string(), r#"["heap-buffer-overflow"]"#);
    assert_eq!(value(bundle, &["oracle", "access"]).unwrap().as_str(), Some("write"));
    assert_eq!(value(bundle, &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("heap-buffer-overflow(write) in ns::parse"));
    says(bundle, "names the package `tool`, 1.0-2");
    assert!(missing(bundle).contains(&"inputs.trigger".to_owned()));
    for file in &bundle.files {
        let text = String::from_utf8_lossy(&file.content).into_owned();
        assert!(!text.contains("SECRET") && !text.contains("deadbeef"), "{}: {text}", file.path);
    }
    assert!(!bundle.manifest.contains("SECRET"), "{}", bundle.manifest);
    assert!(imported.left_out[0].contains("environment, memory maps, open files, network connections"));
}

#[test]
fn a_debuggers_casrep_keeps_no_arguments() {
    let report = json!({
        "CrashSeverity": { "ShortDescription": "SourceAv", "Description": "Access violation" },
        "Stacktrace": ["#0  0x00005e in ns::read (this=0x7f, password=u\"SECRET\") at /home/x/a.cpp:9",
                       "#1  (anonymous namespace)::open (key=\"SECRET\") at /home/x/b.cpp:1"],
        "CrashLine": "/home/x/a.cpp:9"
    });
    let imported = auto(&file("a.casrep", &report));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "signal"]).unwrap().to_string(), r#"["SIGSEGV", "SIGBUS"]"#);
    assert!(!bundle.manifest.contains("SECRET"), "{}", bundle.manifest);
    assert_eq!(value(bundle, &["target", "scope"]).unwrap().as_str(), Some("ns::read"));
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("SourceAv in ns::read"));
}

#[test]
fn a_python_casrep_is_about_its_exception() {
    let report = json!({
        "CrashSeverity": { "ShortDescription": "AbortSignal", "Description": "Abort signal" },
        "PythonReport": [" === Uncaught Python exception: ===", "KeyError: 'SECRET'", "Traceback (most recent call last):"],
        "Stacktrace": ["File \"/home/x/site-packages/lib/a.py\", line 9, in resolve",
                       "File \"/home/x/fuzz.py\", line 3, in TestOneInput"],
        "CrashLine": "/home/x/site-packages/lib/a.py:9"
    });
    let imported = auto(&file("py.casrep", &report));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("KeyError in resolve"));
    assert_eq!(
        value(bundle, &["oracle"]).unwrap().to_string(),
        r#"{ frame = "resolve", kind = "exception", type = ["KeyError"] }"#
    );
    assert!(!bundle.manifest.contains("SECRET") && !bundle.manifest.contains("TestOneInput"), "{}", bundle.manifest);
    assert_eq!((imported.tool, value(bundle, &["provenance"])), (None, None), "what found it is not said");
}

const REPORT: &str = "\
Project: libtlv
Fuzzing Engine: libFuzzer
Fuzz Target: tlv_fuzzer
Job Type: libfuzzer_asan_libtlv
Crash Type: Heap-buffer-overflow WRITE 1
Crash Address: 0x602000000015
Crash State:
  tlv_printable
  tlv_read
  tlv_fuzzer.c

Sanitizer: address (ASAN)
Recommended Security Severity: High
";

#[test]
fn an_oss_fuzz_testcase_takes_what_lies_beside_it() {
    let imported = auto(&tree(&[
        ("clusterfuzz-testcase-minimized-tlv_fuzzer-5123456789", b"input"),
        ("report.txt", REPORT.as_bytes()),
        ("project.yaml", b"homepage: \"https://example.org\"\nprimary_contact: \"ada@example.org\"\nmain_repo: 'https://example.org/tlv.git'\n"),
        ("other.bin", b"\x00\x01"),
    ]));
    assert_eq!(imported.format, Format::OssFuzz);
    let bundle = &imported.bundles[0];
    assert_eq!(
        value(bundle, &["title"]).unwrap().as_str(),
        Some("Heap-buffer-overflow WRITE 1 at tlv_printable, found by the fuzz target `tlv_fuzzer` of `libtlv`")
    );
    assert_eq!(
        value(bundle, &["oracle"]).unwrap().to_string(),
        r#"{ access = "write", frame = "tlv_printable", kind = "sanitizer", type = ["heap-buffer-overflow"] }"#
    );
    says(bundle, "names the libFuzzer target `tlv_fuzzer`");
    assert_eq!(value(bundle, &["build", "instrument"]).unwrap().as_str(), Some("asan"));
    says(bundle, "OSS-Fuzz project `libtlv`");
    says(bundle, "repository `https://example.org/tlv.git`");
    says(bundle, "severity as `High`, which is no CVSS vector");
    assert!(!bundle.manifest.contains("ada@"), "people's addresses are not read");
    assert!(imported.left_out[0].contains("other.bin"));
}

#[test]
fn a_testcase_alone_says_what_its_name_says() {
    let imported = auto(&Source::file("clusterfuzz-testcase-minimized-tlv_fuzzer-7", b"x".to_vec()));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["harness"]), None, "no engine is named");
    says(bundle, "names the fuzz target `tlv_fuzzer`");
    let named = Wish { format: Some(Format::OssFuzz), ..Wish::default() };
    let any = import(&Source::file("input.bin", b"x".to_vec()), &named).unwrap();
    assert_eq!(content(&any.bundles[0], "poc/input.bin"), b"x");
    assert_eq!(
        import(&Source::file("input.bin", b"x".to_vec()), &Wish::default()).unwrap_err().code(),
        "unknown-format"
    );
}

#[test]
fn a_log_beside_a_testcase_is_read_for_it_alone() {
    let log = casrep()["AsanReport"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    let one = format!("crash-{}", "a".repeat(40));
    let two = format!("crash-{}", "b".repeat(40));
    let alone = auto(&tree(&[(&one, b"x"), ("stderr.txt", log.as_bytes())]));
    assert_eq!(value(&alone.bundles[0], &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
    let both = auto(&tree(&[(&one, b"x"), (&two, b"y"), (&format!("{two}.log"), log.as_bytes())]));
    assert_eq!(value(&both.bundles[0], &["oracle"]), None, "whose log it is, is not said");
    assert_eq!(value(&both.bundles[1], &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
}

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
