//! CSAF advisories and end-of-life dates, as their publishers write them and as
//! nobody should.
#![allow(clippy::unwrap_used, clippy::panic)]

use assay_advisory::feed::beside;
use assay_advisory::feed::csaf::{self, RemedyKind, Status};
use assay_advisory::feed::endoflife::{self, Ends};
use proptest::prelude::*;
use serde_json::{Value, json};

fn advisory(tree: Value, vulnerabilities: Value) -> Value {
    json!({
        "document": {
            "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Exampletron Gateway",
            "publisher": { "category": "coordinator", "name": "CISA", "namespace": "https://www.cisa.gov/" },
            "references": [
                { "category": "self", "summary": "JSON", "url": "https://example.org/icsa-26-001-01.json" },
                { "category": "self", "summary": "Web", "url": "https://example.org/icsa-26-001-01" },
            ],
            "tracking": { "id": "ICSA-26-001-01", "current_release_date": "2026-01-02T00:00:00Z",
                "initial_release_date": "2026-01-01T00:00:00Z", "status": "final", "version": "1",
                "revision_history": [] },
        },
        "product_tree": tree,
        "vulnerabilities": vulnerabilities,
    })
}

fn leaf(category: &str, name: &str, id: &str) -> Value {
    json!({ "category": category, "name": name, "product": { "name": name, "product_id": id } })
}

fn gateway() -> Value {
    json!({ "branches": [{ "category": "vendor", "name": "Exampletron", "branches": [
        { "category": "product_name", "name": "Gateway 9", "branches": [
            leaf("product_version_range", "< 9.4", "P1"), leaf("product_version", "9.4", "P2")] },
        { "category": "product_name", "name": "Gateway firmware", "branches": [leaf("product_version", "3.1", "P3")] },
    ] }],
    "full_product_names": [{ "name": "Rack 7", "product_id": "P4" }],
    "product_groups": [{ "group_id": "G1", "product_ids": ["P1", "P9"] }],
    "relationships": [{ "category": "installed_on", "product_reference": "P3", "relates_to_product_reference": "P4",
        "full_product_name": { "name": "Gateway firmware 3.1 on Rack 7", "product_id": "P5" } }] })
}

fn read(value: &Value) -> Result<csaf::Advisory, String> {
    csaf::read(value.to_string().as_bytes())
}

#[test]
fn products_by_branch_by_list_and_by_relationship() {
    let flaw = json!([{ "cve": "CVE-2026-0001",
        "product_status": { "known_affected": ["P1", "P5", "P404"], "fixed": ["P2"], "under_investigation": ["P4"] },
        "remediations": [
            { "category": "vendor_fix", "details": " Update to 9.4 ", "group_ids": ["G1"] },
            { "category": "workaround", "details": "Unplug it.", "product_ids": ["P5"] },
            { "category": "something_new", "details": "?", "product_ids": ["P5"] },
        ],
        "scores": [{ "cvss_v3": { "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8 } }] }]);
    let read = read(&advisory(gateway(), flaw)).unwrap();
    assert_eq!((read.id.as_str(), read.publisher.as_str()), ("ICSA-26-001-01", "CISA"));
    assert_eq!(read.page.as_deref(), Some("https://example.org/icsa-26-001-01"));
    let product = |place: usize| {
        let one: &csaf::Product = &read.products[place];
        (one.vendor.as_str(), one.name.as_str(), one.versions.as_str(), one.is_range, one.on.as_str())
    };
    assert_eq!(product(0), ("Exampletron", "Gateway 9", "< 9.4", true, ""));
    assert_eq!(product(1), ("Exampletron", "Gateway 9", "9.4", false, ""));
    assert_eq!(product(3), ("", "Rack 7", "", false, ""));
    assert_eq!(product(4), ("Exampletron", "Gateway firmware", "3.1", false, "Rack 7"));
    let flaw = &read.vulnerabilities[0];
    assert_eq!(
        flaw.products,
        [(0, Status::Affected), (4, Status::Affected), (1, Status::Fixed), (3, Status::Investigated)]
    );
    let remedies: Vec<_> =
        flaw.remedies.iter().map(|one| (one.kind, one.details.as_str(), one.products.as_slice())).collect();
    assert_eq!(remedies, [(RemedyKind::Fix, "Update to 9.4", &[0][..]), (RemedyKind::Mitigation, "Unplug it.", &[4])]);
    assert_eq!(flaw.cvss[0].score, Some(9.8));
}

#[test]
fn what_is_no_advisory() {
    let good = advisory(gateway(), json!([]));
    assert!(read(&good).is_ok());
    for (pointer, value, says) in [
        ("/document/csaf_version", json!("1.2"), "csaf_version is `1.2`"),
        ("/document/tracking/id", json!(" "), "no id"),
        ("/document/publisher", json!(null), "invalid type"),
        ("/product_tree/branches", json!({}), "invalid type"),
        ("/vulnerabilities", json!([{ "product_status": { "known_affected": "P1" } }]), "invalid type"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        let why = read(&bad).unwrap_err();
        assert!(why.contains(says), "{pointer}: {why}");
    }
    let mut branch = leaf("product_name", "deep", "P1");
    for _ in 0..40 {
        branch = json!({ "category": "product_family", "name": "deeper", "branches": [branch] });
    }
    let why = read(&advisory(json!({ "branches": [branch] }), json!([]))).unwrap_err();
    assert!(why.contains("deeper than 30"), "{why}");
    // Nested beyond what the parser of JSON follows.
    let bomb = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(csaf::read(bomb.as_bytes()).is_err());
    assert!(csaf::read(&vec![b' '; 9 << 20]).unwrap_err().contains("bytes"));
    let many: Vec<Value> = (0..100_001).map(|n| json!({ "name": "x", "product_id": n.to_string() })).collect();
    let why = read(&advisory(json!({ "full_product_names": many }), json!([]))).unwrap_err();
    assert!(why.contains("more than 100000 products"), "{why}");
}

#[test]
fn ends_of_life_in_all_notations() {
    let text = json!({ "id": "gateway-os", "title": "Gateway OS",
        "identifiers": [{ "cpe": "cpe:2.3:o:exampletron:gateway_os" }, { "cpe": "cpe:/o:exampletron:gateway_os" },
            { "purl": "pkg:github/x/y" }, { "cpe": "cpe:2.3" }],
        "releases": [
            { "releaseCycle": "9", "eol": "2026-05-31", "eoes": "2027-05-31", "latest": "9.4", "latestReleaseDate": "2025-01-01" },
            { "releaseCycle": "8", "eol": true, "releaseLabel": "8 '__CODENAME__'", "codename": "Otter" },
            { "releaseCycle": "7", "eol": false },
            { "releaseCycle": "6", "eol": "some day" },
        ] });
    let product = endoflife::read(text.to_string().as_bytes()).unwrap();
    assert_eq!(product.cpe, [("exampletron".to_owned(), "gateway os".to_owned())]);
    let ends: Vec<&Ends> = product.cycles.iter().map(|cycle| &cycle.ends).collect();
    assert_eq!(ends, [&Ends::On("2026-05-31".to_owned()), &Ends::Ended, &Ends::Open, &Ends::Unsaid]);
    assert_eq!(product.cycles[0].extended, Ends::On("2027-05-31".to_owned()));
    assert_eq!(product.cycles[0].released.as_deref(), Some("2025-01-01"));
    assert_eq!(product.cycles[1].label, "8 Otter");
    for bad in ["{}", "[]", r#"{"id":" ","releases":[]}"#, r#"{"id":"x"}"#, ""] {
        assert!(endoflife::read(bad.as_bytes()).is_err(), "{bad}");
    }
}

/// Any JSON that has an advisory's keys somewhere.
fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "P1",
        "vendor",
        "product_name",
        "product_version",
        "",
        "2.0",
        "< 9",
        "CVE-2026-0001",
    ]);
    let leaf = prop_oneof![words.prop_map(|word| json!(word)), Just(json!(null)), Just(json!(true)), Just(json!(7))];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let keys = prop::sample::select(vec![
            "document",
            "product_tree",
            "branches",
            "category",
            "name",
            "product",
            "product_id",
            "vulnerabilities",
            "product_status",
            "known_affected",
            "remediations",
            "details",
            "tracking",
            "id",
            "publisher",
            "releases",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..5)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

#[test]
fn what_lies_beside_advisories_is_known_by_what_it_says() {
    for (value, what) in [
        (json!({ "feed": { "id": "x", "entry": [] } }), Some("a ROLIE feed")),
        (json!({ "service": { "workspace": [] } }), Some("a ROLIE service document")),
        (json!({ "categories": { "category": [] } }), Some("a ROLIE category document")),
        (
            json!({ "canonical_url": "https://example.org/", "metadata_version": "2.0" }),
            Some("what a publisher says of itself"),
        ),
        (json!({ "canonical_url": "https://example.org/", "aggregator_version": "2.0" }), Some("a list of publishers")),
        // An advisory that cannot be read is one all the same.
        (json!({ "document": {}, "feed": {} }), None),
        (json!({ "metadata_version": 2 }), None),
        (json!(["feed"]), None),
    ] {
        assert_eq!(beside::of(value.to_string().as_bytes()), what, "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_read_or_refused(tree in any_json(), flaws in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(&advisory(tree.clone(), flaws));
        let _ = endoflife::read(tree.to_string().as_bytes());
        let _ = (csaf::read(&bytes), beside::of(&bytes), endoflife::read(&bytes));
    }
}
