//! Documents of each format, and hostile ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(value: &Value) -> Document {
    Document::read(value.to_string().as_bytes()).unwrap()
}

#[test]
fn openvex_with_its_reason_and_its_author() {
    let document = read(&json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1", "author": "Example Maintainers",
        "timestamp": "2026-03-01T00:00:00Z", "version": 1,
        "statements": [
            { "vulnerability": { "name": "CVE-2026-0001", "aliases": ["GHSA-x"] }, "status": "not_affected",
              "justification": "vulnerable_code_not_in_execute_path", "impact_statement": "The parser is\n never built in.",
              "products": [{ "@id": "pkg:npm/a@1.0.0" }], "timestamp": "2026-04-01T00:00:00Z" },
            { "vulnerability": "CVE-2026-0002", "status": "fixed", "products": ["pkg:npm/b@2.0.0"] },
            { "vulnerability": { "name": "CVE-2026-0003" }, "status": "affected", "products": [
                { "@id": "https://example.org/app", "identifiers": { "purl": "pkg:oci/app" },
                  "subcomponents": [{ "@id": "pkg:npm/c" }, { "@id": "urn:nothing" }] }] },
            { "vulnerability": { "name": "CVE-2026-0004" }, "status": "harmless", "products": [{ "@id": "pkg:npm/d" }] },
            { "vulnerability": { "name": "CVE-2026-0005" }, "status": "fixed", "products": [{ "@id": "https://example.org" }] },
        ]
    }));
    assert_eq!((document.form, document.author.as_str()), (Form::OpenVex, "Example Maintainers"));
    let [first, second, third] = document.statements.as_slice() else { panic!("{document:#?}") };
    assert_eq!(first.ids, ["CVE-2026-0001", "GHSA-x"]);
    let reason = first.reason().unwrap();
    assert_eq!(reason, "vulnerable code not in execute path: The parser is never built in.");
    assert_eq!(first.when, Some("2026-04-01T00:00:00Z".parse().unwrap()));
    assert_eq!((second.status, second.when), (Status::Fixed, Some("2026-03-01T00:00:00Z".parse().unwrap())));
    assert_eq!(third.product.names, [Name::Purl("pkg:npm/c".into())]);
    assert_eq!(third.product.inside, [Name::Purl("pkg:oci/app".into())]);
    let skipped: Vec<&str> = document.skips.named.iter().map(|one| one.at.as_str()).collect();
    assert_eq!(skipped, ["statements[2].products[0].subcomponents[1]", "statements[3]", "statements[4].products[0]"]);
}

#[test]
fn cyclonedx_points_into_itself_and_into_others() {
    let document = read(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:1", "version": 1,
        "metadata": { "timestamp": "2026-03-01T00:00:00Z", "supplier": { "name": "Example" } },
        "components": [{ "bom-ref": "a", "name": "a", "purl": "pkg:npm/a@1.0.0",
                         "components": [{ "bom-ref": "inner", "name": "box", "version": "3", "group": "Maker" }] }],
        "vulnerabilities": [
            { "id": "CVE-2026-0001", "analysis": { "state": "not_affected", "justification": "code_not_reachable" },
              "affects": [{ "ref": "a" }, { "ref": "inner" }, { "ref": "urn:cdx:2/1#b%20b" }, { "ref": "nowhere" }] },
            { "id": "CVE-2026-0002", "analysis": { "state": "exploitable" }, "affects": [{ "ref": "a", "versions": [
                { "version": "1.0.0", "status": "unaffected" }, { "range": "vers:npm/<1.0.0", "status": "affected" }] }] },
            { "id": "CVE-2026-0003", "affects": [{ "ref": "a" }] },
            { "id": "CVE-2026-0004", "analysis": { "state": "fine" }, "affects": [{ "ref": "a" }] },
        ]
    }));
    assert_eq!((document.author.as_str(), document.id.as_str()), ("Example", "urn:uuid:1"));
    let names: Vec<&Name> = document.statements.iter().flat_map(|one| &one.product.names).collect();
    assert_eq!(names[0], &Name::Purl("pkg:npm/a@1.0.0".into()));
    assert_eq!(names[1], &Name::Words { maker: "Maker".into(), name: "box".into(), version: Some("3".into()) });
    assert_eq!(names[2], &Name::BomRef { serial: "urn:uuid:2".into(), reference: "b b".into() });
    assert_eq!(document.statements[3].status, Status::NotAffected);
    assert_eq!(document.statements[3].product.versions, Some(Versions::Exactly("1.0.0".into())));
    assert_eq!(document.statements[4].status, Status::Affected);
    assert_eq!((document.statements.len(), document.skips.total), (5, 2), "{document:#?}");

    let mut pointing = document.clone();
    assert!(pointing.points_elsewhere());
    let other = json!({ "bomFormat": "CycloneDX", "serialNumber": "urn:uuid:2",
        "components": [{ "bom-ref": "b b", "name": "b", "purl": "pkg:npm/b@2.0.0" }] });
    pointing.resolve(&References::read(other.to_string().as_bytes()).unwrap());
    assert!(!pointing.points_elsewhere());
    assert_eq!(pointing.statements[2].product.names, [Name::Purl("pkg:npm/b@2.0.0".into())]);
    // A document with another serial number resolves nothing.
    let mut same = document.clone();
    same.resolve(&References { serial: "urn:uuid:3".into(), names: BTreeMap::new() });
    assert_eq!(same, document);
}

#[test]
fn csaf_with_flags_groups_ranges_and_relationships() {
    let document = read(&json!({
        "document": { "category": "csaf_vex", "csaf_version": "2.0", "publisher": { "name": "Example ProductCERT" },
            "tracking": { "id": "EX-1", "current_release_date": "2026-05-01T00:00:00Z" } },
        "product_tree": {
            "branches": [{ "category": "vendor", "name": "Example", "branches": [
                { "category": "product_name", "name": "Box", "branches": [
                    { "category": "product_version", "name": "4.2", "product": { "name": "Example Box 4.2", "product_id": "B42" } },
                    { "category": "product_version_range", "name": "vers:generic/<4.2", "product": { "name": "x", "product_id": "BOLD" } },
                    { "category": "product_version_range", "name": "older than 3", "product": { "name": "x", "product_id": "WORDS" } },
                ] }] }],
            "full_product_names": [{ "name": "lib", "product_id": "LIB",
                "product_identification_helper": { "purl": "pkg:npm/lib@1.0.0" } }],
            "relationships": [{ "category": "default_component_of", "product_reference": "LIB",
                "relates_to_product_reference": "B42", "full_product_name": { "name": "lib in Box", "product_id": "LIB-B42" } },
                { "category": "default_component_of", "product_reference": "LIB",
                "relates_to_product_reference": "BOLD", "full_product_name": { "name": "lib in old Box", "product_id": "LIB-BOLD" } }],
            "product_groups": [{ "group_id": "G", "product_ids": ["B42", "LIB-B42"] }],
        },
        "vulnerabilities": [{ "cve": "CVE-2026-0001",
            "product_status": { "known_not_affected": ["B42", "LIB-B42", "WORDS", "GONE", "LIB-BOLD"], "known_affected": ["BOLD"] },
            "flags": [{ "label": "component_not_present", "product_ids": ["B42"] }],
            "threats": [{ "category": "impact", "details": "It is compiled out.", "group_ids": ["G"] }],
            "remediations": [{ "category": "vendor_fix", "details": "Install 4.2.", "product_ids": ["BOLD"] }],
        }]
    }));
    assert_eq!((document.form, document.author.as_str()), (Form::Csaf, "Example ProductCERT"));
    let [box_, lib, old] = document.statements.as_slice() else { panic!("{document:#?}") };
    let words = Name::Words { maker: "Example".into(), name: "Box".into(), version: Some("4.2".into()) };
    assert_eq!((&box_.product.names, &box_.product.versions), (&vec![words], &None));
    assert_eq!(box_.reason().unwrap(), "component not present: It is compiled out.");
    assert_eq!(lib.product.inside.len(), 1);
    assert_eq!(lib.reason().unwrap(), "It is compiled out.");
    assert_eq!(old.product.versions, Some(Versions::Range("vers:generic/<4.2".into())));
    assert_eq!(old.detail.as_deref(), Some("Install 4.2."));
    assert_eq!(document.skips.total, 3, "{:?}", document.skips);
}

#[test]
fn what_is_none_of_them_says_so() {
    let wrong = |text: &str| Document::read(text.as_bytes()).unwrap_err().to_string();
    assert!(wrong("{}").contains("none of OpenVEX"));
    assert!(wrong("{").contains("line 1"));
    let deep = "[".repeat(1000) + &"]".repeat(1000);
    assert!(wrong(&deep).contains("recursion"), "{}", wrong(&deep));
    let large = vec![b' '; LARGEST + 1];
    assert_eq!(Document::read(&large), Err(BadVex::TooLarge(LARGEST + 1)));
    assert_eq!(Document::embedded(b"[[package]]"), Ok(None));
    // A lockfile that names both words in a text is no SBOM.
    assert_eq!(Document::embedded(br#"{ "a": ["CycloneDX", "vulnerabilities"] }"#), Ok(None));
}

#[test]
fn products_times_vulnerabilities_have_a_bound() {
    let ids: Vec<Value> = (0..450).map(|n| json!({ "@id": format!("pkg:npm/p{n}") })).collect();
    let statement = json!({ "vulnerability": { "name": "CVE-2026-0001" }, "status": "fixed", "products": ids });
    let many = json!({ "@context": "https://openvex.dev/ns", "statements": vec![statement; 450] });
    assert!(matches!(Document::read(many.to_string().as_bytes()), Err(BadVex::Unusable(_))));
}

/// JSON of any shape under the keys that the readers ask for.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z:/@#%.0-9-]{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("not_affected"),
            Just("fixed"),
            Just("affected"),
            Just("pkg:npm/a@1"),
            Just("cpe:/a:b:c"),
            Just("urn:cdx:1/1#a"),
            Just("CVE-2026-0001"),
            Just("vers:npm/<2"),
            Just("vendor"),
            Just("resolved"),
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let key = prop_oneof![
            Just("statements"),
            Just("products"),
            Just("vulnerability"),
            Just("status"),
            Just("@id"),
            Just("identifiers"),
            Just("purl"),
            Just("subcomponents"),
            Just("vulnerabilities"),
            Just("analysis"),
            Just("state"),
            Just("affects"),
            Just("ref"),
            Just("versions"),
            Just("components"),
            Just("bom-ref"),
            Just("product_tree"),
            Just("branches"),
            Just("category"),
            Just("name"),
            Just("product"),
            Just("product_id"),
            Just("product_status"),
            Just("fixed"),
            Just("relationships"),
            Just("metadata"),
            Just("id"),
            Just("cve"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// The same document in both forms of CycloneDX.
const XML: &str = r#"<?xml version="1.0"?>
<!-- what a maker says of itself -->
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1">
  <metadata><timestamp>2026-01-01T00:00:00Z</timestamp>
    <authors><author><name>Example &amp; Sons</name></author></authors>
    <component type="application" bom-ref="app"><name>app</name><version>1.0</version></component></metadata>
  <components>
    <component type="library" bom-ref="a"><name>a</name><version>1.0.0</version><purl>pkg:npm/a@1.0.0</purl>
      <licenses><license><id>MIT</id></license></licenses>
      <components><component type="library" bom-ref="b"><name>b</name><purl>pkg:npm/b@2.0.0</purl></component></components>
    </component>
  </components>
  <vulnerabilities><vulnerability bom-ref="v"><id>CVE-2026-0001</id><source><name>NVD</name></source>
    <references><reference><id>GHSA-aaaa-bbbb-cccc</id><source><name>GitHub</name></source></reference></references>
    <analysis><state>not_affected</state><justification>code_not_reachable</justification>
      <responses><response>update</response></responses><detail><![CDATA[Never <called>.]]></detail></analysis>
    <affects><target><ref>a</ref></target><target><ref>b</ref>
      <versions><version><version>2.0.0</version><status>affected</status></version>
        <version><range>vers:npm/&lt;2.0.0</range><status>unaffected</status></version></versions></target></affects>
  </vulnerability></vulnerabilities>
</bom>"#;

#[test]
fn both_forms_of_cyclonedx_say_the_same() {
    let of_json = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": { "timestamp": "2026-01-01T00:00:00Z", "authors": [{ "name": "Example & Sons" }],
            "component": { "type": "application", "bom-ref": "app", "name": "app", "version": "1.0" } },
        "components": [{ "bom-ref": "a", "name": "a", "version": "1.0.0", "purl": "pkg:npm/a@1.0.0",
            "components": [{ "bom-ref": "b", "name": "b", "purl": "pkg:npm/b@2.0.0" }] }],
        "vulnerabilities": [{ "id": "CVE-2026-0001", "references": [{ "id": "GHSA-aaaa-bbbb-cccc" }],
            "analysis": { "state": "not_affected", "justification": "code_not_reachable", "detail": "Never <called>." },
            "affects": [{ "ref": "a" }, { "ref": "b", "versions": [{ "version": "2.0.0", "status": "affected" },
                { "range": "vers:npm/<2.0.0", "status": "unaffected" }] }] }] });
    let document = Document::read(XML.as_bytes()).unwrap();
    assert_eq!(document, Document::read(of_json.to_string().as_bytes()).unwrap());
    assert_eq!(document.author, "Example & Sons");
    assert_eq!(document.statements.len(), 3);
    assert_eq!(Document::embedded(XML.as_bytes()).unwrap(), Some(document));
    assert_eq!(References::read(XML.as_bytes()), References::read(of_json.to_string().as_bytes()));
}

#[test]
fn hostile_xml() {
    let bom = |inside: &str| format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">{inside}</bom>");
    let deep = bom(&"<components><component>".repeat(100));
    let twice = bom(
        "<vulnerabilities><vulnerability><id>CVE-2026-0001</id><id>CVE-2026-0002</id></vulnerability></vulnerabilities>",
    );
    for (text, why) in [
        ("<bom/>".to_owned(), "none of OpenVEX"),
        (
            "<!DOCTYPE bom [<!ENTITY a \"b\">]><bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">&a;</bom>".to_owned(),
            "document type",
        ),
        (bom("<metadata><timestamp>&own;</timestamp></metadata>"), "entity of its own"),
        (bom("").replace("</bom>", ""), "too early"),
        (bom("<a></b>"), "line 1"),
        (deep, "deeper"),
        (twice, "twice"),
        (bom("") + "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>", "two roots"),
    ] {
        let error = Document::read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
    assert_eq!(Document::embedded(b"<html>vulnerabilities</html>").unwrap(), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Document::read(&bytes);
        let _ = Document::embedded(&bytes);
        let _ = References::read(&bytes);
    }

    #[test]
    fn any_xml_is_read_or_refused(at in 0..XML.len(), to in 0..XML.len(), with in "[<>&/a-z\"= ;!\\[\\]-]{0,12}") {
        let (from, to) = (at.min(to), at.max(to));
        let text = format!("{}{with}{}", &XML[..from], &XML[to..]);
        let _ = Document::read(text.as_bytes());
        let _ = Document::embedded(text.as_bytes());
        let _ = References::read(text.as_bytes());
    }

    #[test]
    fn any_shape_is_read_or_refused(mut value in value(), form in 0..3) {
        if let Value::Object(map) = &mut value {
            match form {
                0 => drop(map.insert("@context".into(), json!("https://openvex.dev/ns/v0.2.0"))),
                1 => drop(map.insert("bomFormat".into(), json!("CycloneDX"))),
                _ => drop(map.insert("document".into(), json!({ "csaf_version": "2.0" }))),
            }
        }
        if let Ok(document) = Document::read(value.to_string().as_bytes()) {
            // Every statement can be recognised by something, and is about something.
            for statement in &document.statements {
                prop_assert!(!statement.product.names.is_empty() && !statement.ids.is_empty());
            }
        }
    }
}
