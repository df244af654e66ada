//! Logs of static analysers.

use assay_import::{Format, ImportError, Wish, import};
use serde_json::{Value, json};

use crate::support::{auto, file, missing, says, value};

pub fn sarif() -> Value {
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
pub fn a_sarif_result_is_a_partial_report() {
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
pub fn one_result_of_many_can_be_chosen() {
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
pub fn other_versions_of_sarif_are_refused() {
    let mut log = sarif();
    log["version"] = json!("2.0.0");
    let error = import(&file("log.sarif", &log), &Wish::default()).unwrap_err();
    assert_eq!(error.code(), "not-this-format");
    assert!(error.to_string().contains("2.0.0"), "{error}");
}

#[test]
fn a_rule_without_words_is_told_by_its_name_and_its_page() {
    let log = json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "Bandit", "rules": [
            { "id": "B403", "name": "blacklist", "helpUri": "https://example.org/b403" },
            { "id": "B404", "name": "B404", "helpUri": "javascript:alert(1)" } ] } },
        "results": [
            { "ruleId": "B403", "ruleIndex": 0, "level": "note", "message": { "text": "Consider the pickle module." },
              "properties": { "issue_confidence": "HIGH" },
              "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "bad.py" },
                                                    "region": { "startLine": 1, "snippet": { "text": "import pickle" } } } }] },
            { "ruleId": "B404", "ruleIndex": 1, "message": { "text": "Another." } } ] }] });
    let imported = auto(&file("bandit.sarif", &log));
    let description = |at: usize| value(&imported.bundles[at], &["description"]).unwrap().as_str().unwrap().to_owned();
    assert!(description(0).contains("Rule B403: blacklist\nAt bad.py:1"), "{}", description(0));
    says(&imported.bundles[0], "The rule is explained at https://example.org/b403");
    assert!(!description(1).contains("B404: B404"), "its name says no more than its id");
    assert!(!imported.bundles[1].manifest.contains("javascript:"), "that is no page");
}
