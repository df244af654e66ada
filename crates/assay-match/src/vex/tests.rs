//! Statements about this and that product, and what they silence.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_base::Answer;
use assay_inventory::component::{Format, Site};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::exposure::{AdvisoryFacts, Certainty, Impact};

pub(super) fn package(purl: &str) -> Component {
    let read = assay_inventory::purl::read(purl).unwrap();
    Component {
        what: assay_inventory::component::What::Package {
            ecosystem: read.ecosystem,
            name: read.name,
            source: read.source,
        },
        version: read.version,
        purl: Some(purl.to_owned()),
        at: "components[0]".to_owned(),
        site: Site::unknown(),
    }
}

pub(super) fn product(vendor: &str, product: &str, version: Option<&str>) -> Component {
    Component {
        what: assay_inventory::component::What::Product { vendor: vendor.to_owned(), product: product.to_owned() },
        version: version.map(str::to_owned),
        purl: None,
        at: "line 2".to_owned(),
        site: Site::unknown(),
    }
}

pub(super) fn exposure(component: Component, touch: Touch) -> Exposure {
    Exposure {
        inventory: "bom.json".to_owned(),
        component,
        advisory: AdvisoryFacts {
            source: "osv".to_owned(),
            id: "GHSA-aaaa-bbbb-cccc".to_owned(),
            aliases: vec!["CVE-2026-0001".to_owned()],
            summary: String::new(),
            kev: None,
            automatable: Answer::Unknown,
            impact: Impact::Unknown,
            ssvc_from: String::new(),
            cvss: None,
            score: None,
            epss: None,
            published: None,
            references: Vec::new(),
        },
        touch,
        certainty: Certainty::Package,
        why: "why".to_owned(),
        fixed: Vec::new(),
        remedies: Vec::new(),
    }
}

pub(super) fn inventory(components: Vec<Component>) -> Inventory {
    Inventory { name: "bom.json".to_owned(), format: Format::CycloneDx, components, skipped: Vec::new() }
}

pub(super) fn vex(documents: &[Value]) -> Vex {
    let given = documents.iter().enumerate().map(|(n, value)| Given {
        from: format!("vex-{n}.json"),
        only_for: None,
        document: Document::read(value.to_string().as_bytes()).unwrap(),
    });
    Vex::new(given.collect())
}

/// One OpenVEX statement of one author.
pub(super) fn says(author: &str, day: &str, status: &str, products: Value) -> Value {
    json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": author, "timestamp": format!("{day}T00:00:00Z"),
        "statements": [{ "vulnerability": { "name": "CVE-2026-0001" }, "status": status, "products": products,
            "justification": "vulnerable_code_not_present" }] })
}

pub(super) fn outcome(documents: &[Value], component: &Component) -> Option<Outcome> {
    vex(documents)
        .hear(&inventory(Vec::new()), &exposure(component.clone(), Touch::Affected))
        .map(|heard| heard.outcome)
}

#[test]
fn a_statement_about_another_product_or_version_silences_nothing() {
    let cases = [
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0", true),
        ("pkg:npm/a@1.0.1", "pkg:npm/a@1.0.0", false),
        ("pkg:npm/b@1.0.0", "pkg:npm/a@1.0.0", false),
        ("pkg:pypi/a@1.0.0", "pkg:npm/a@1.0.0", false),
        // PEP 440 calls these one version, PEP 503 calls these one name.
        ("pkg:pypi/My_Lib@1.0", "pkg:pypi/my-lib@1.0.0", true),
        // No version in the inventory is no version of the statement's.
        ("pkg:npm/a@1.0.0", "pkg:npm/a", false),
        ("pkg:npm/a?vers=vers%3Anpm%2F%3E%3D1.0.0%7C%3C2.0.0", "pkg:npm/a@1.5.0", true),
        ("pkg:npm/a?vers=vers%3Anpm%2F%3E%3D1.0.0%7C%3C2.0.0", "pkg:npm/a@2.0.0", false),
        ("pkg:npm/a?vers=vers%3Anpm%2F%3E%3D1.0.0%7C%3C2.0.0", "pkg:npm/a", false),
        ("pkg:deb/debian/openssl@3.0.1-1?distro=debian-12", "pkg:deb/debian/openssl@3.0.1-1?distro=debian-12", true),
        ("pkg:deb/debian/openssl@3.0.1-1?distro=debian-11", "pkg:deb/debian/openssl@3.0.1-1?distro=debian-12", false),
        ("pkg:deb/debian/openssl@3.0.1-1", "pkg:deb/debian/openssl@3.0.1-1?distro=debian-12", true),
        ("pkg:deb/ubuntu/openssl@3.0.1-1", "pkg:deb/debian/openssl@3.0.1-1?distro=debian-12", false),
        (
            "pkg:deb/debian/openssl@3.0.1-1?arch=source",
            "pkg:deb/debian/libssl3@3.0.1-1?upstream=openssl&arch=amd64",
            true,
        ),
        ("pkg:deb/debian/openssl@3.0.1-1?arch=amd64", "pkg:deb/debian/openssl@3.0.1-1?arch=arm64", false),
        ("pkg:npm/a@1.0.0?repository_url=https%3A%2F%2Fexample.org", "pkg:npm/a@1.0.0", false),
        ("cpe:2.3:a:a:a:1.0.0:*:*:*:*:*:*:*", "pkg:npm/a@1.0.0", false),
    ];
    for (said, own, silent) in cases {
        let document = says("A", "2026-01-01", "not_affected", json!([{ "@id": said }]));
        let expected = silent.then_some(Outcome::NotAffected);
        assert_eq!(outcome(&[document], &package(own)), expected, "{said} and {own}");
    }
    let other = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "statements": [{ "vulnerability": { "name": "CVE-2026-0002" },
        "status": "fixed", "products": [{ "@id": "pkg:npm/a@1.0.0" }] }] });
    assert_eq!(outcome(&[other], &package("pkg:npm/a@1.0.0")), None);
}

#[test]
fn products_by_cpe_and_by_their_names() {
    let fortios = product("Fortinet", "FortiOS", Some("7.4.2"));
    let cpe =
        |cpe: &str| says("A", "2026-01-01", "not_affected", json!([{ "@id": "x", "identifiers": { "cpe23": cpe } }]));
    assert_eq!(outcome(&[cpe("cpe:2.3:o:fortinet:fortios:7.4.2:*:*:*:*:*:*:*")], &fortios), Some(Outcome::NotAffected));
    assert_eq!(outcome(&[cpe("cpe:2.3:o:fortinet:fortios:7.4.3:*:*:*:*:*:*:*")], &fortios), None);
    assert_eq!(outcome(&[cpe("cpe:2.3:o:fortinet:fortios:7.4.2:sp1:*:*:*:*:*:*")], &fortios), None);
    assert_eq!(outcome(&[cpe("cpe:2.3:o:fortinet:fortiproxy:*:*:*:*:*:*:*:*")], &fortios), None);
    let csaf = |version: Value| {
        json!({ "document": { "csaf_version": "2.0", "publisher": { "name": "Fortinet" },
            "tracking": { "id": "F-1", "current_release_date": "2026-01-01T00:00:00Z" } },
        "product_tree": { "branches": [{ "category": "vendor", "name": "Fortinet", "branches": [
            { "category": "product_name", "name": "FortiOS", "branches": [version] }] }] },
        "vulnerabilities": [{ "cve": "CVE-2026-0001", "product_status": { "known_not_affected": ["P"] },
            "flags": [{ "label": "component_not_present", "product_ids": ["P"] }] }] })
    };
    let one = |name: &str| {
        csaf(json!({ "category": "product_version", "name": name, "product": { "name": "x", "product_id": "P" } }))
    };
    let range = |name: &str| {
        csaf(
            json!({ "category": "product_version_range", "name": name, "product": { "name": "x", "product_id": "P" } }),
        )
    };
    assert_eq!(outcome(&[one("7.4.2")], &fortios), Some(Outcome::NotAffected));
    assert_eq!(outcome(&[one("7.4")], &fortios), None);
    assert_eq!(outcome(&[range("vers:generic/<8")], &fortios), None);
    assert_eq!(outcome(&[range("vers:generic/7.4.1|7.4.2")], &fortios), Some(Outcome::NotAffected));
    assert_eq!(outcome(&[range("older than 8")], &fortios), None);
}

#[test]
fn of_one_author_the_newest_word_counts_and_of_two_none_wins() {
    let a = package("pkg:npm/a@1.0.0");
    let of = |author: &str, day: &str, status: &str| says(author, day, status, json!([{ "@id": "pkg:npm/a@1.0.0" }]));
    let old = of("Maker", "2026-01-01", "not_affected");
    assert_eq!(outcome(&[old.clone(), of("Maker", "2026-02-01", "affected")], &a), Some(Outcome::Affected));
    assert_eq!(
        outcome(&[of("Maker", "2026-02-01", "fixed"), of("maker ", "2026-01-01", "affected")], &a),
        Some(Outcome::Fixed)
    );
    assert_eq!(outcome(&[old.clone(), of("Other", "2026-02-01", "affected")], &a), Some(Outcome::Contradicted));
    assert_eq!(
        outcome(&[old.clone(), of("Other", "2026-02-01", "under_investigation")], &a),
        Some(Outcome::Contradicted)
    );
    assert_eq!(outcome(&[old.clone(), of("Other", "2026-02-01", "fixed")], &a), Some(Outcome::NotAffected));
    // The same time, two words: he contradicts himself. A missing time is no old one.
    assert_eq!(outcome(&[old.clone(), of("Maker", "2026-01-01", "affected")], &a), Some(Outcome::Contradicted));
    let mut undated = of("Maker", "x", "affected");
    undated["timestamp"] = Value::Null;
    assert_eq!(outcome(&[old.clone(), undated], &a), Some(Outcome::Contradicted));
    // Two documents without an author are two strangers.
    let nobody = |status: &str| of("", "2026-01-01", status);
    assert_eq!(outcome(&[nobody("not_affected"), nobody("affected")], &a), Some(Outcome::Contradicted));

    let mut silent = old.clone();
    silent["statements"][0]["justification"] = Value::Null;
    assert_eq!(outcome(std::slice::from_ref(&silent), &a), Some(Outcome::NoReason));
    let heard = vex(&[silent]).hear(&inventory(Vec::new()), &exposure(a.clone(), Touch::Affected)).unwrap();
    assert_eq!(
        heard.why,
        "According to Maker, this version is not affected, since 2026-01-01; no reason is given, and without one it is not listened to."
    );
    let heard = vex(&[old]).hear(&inventory(Vec::new()), &exposure(a, Touch::Affected)).unwrap();
    assert_eq!(
        heard.why,
        "According to Maker, this version is not affected (vulnerable code not present), since 2026-01-01."
    );
}

#[test]
fn a_part_is_meant_inside_of_its_product_alone() {
    let inside = says(
        "A",
        "2026-01-01",
        "not_affected",
        json!([{ "@id": "pkg:oci/app@1", "subcomponents": [{ "@id": "pkg:npm/a@1.0.0" }] }]),
    );
    let exposed = exposure(package("pkg:npm/a@1.0.0"), Touch::Affected);
    let whole = |purl: &str| Component { at: DESCRIBED.to_owned(), ..product("", "app", Some("1")) }.with(purl);
    let hear = |components: Vec<Component>| vex(std::slice::from_ref(&inside)).hear(&inventory(components), &exposed);
    assert_eq!(hear(vec![whole("pkg:oci/app@1")]).unwrap().outcome, Outcome::NotAffected);
    assert_eq!(hear(vec![whole("pkg:oci/app@2")]), None);
    assert_eq!(hear(Vec::new()), None);
}

trait With {
    fn with(self, purl: &str) -> Self;
}

impl With for Component {
    fn with(mut self, purl: &str) -> Self {
        self.purl = Some(purl.to_owned());
        self
    }
}

#[test]
fn what_stands_inside_of_an_inventory_holds_for_that_one() {
    let document =
        Document::read(says("A", "2026-01-01", "fixed", json!([{ "@id": "pkg:npm/a@1.0.0" }])).to_string().as_bytes());
    let given = |only: &str| {
        Vex::new(vec![Given {
            from: only.to_owned(),
            only_for: Some(only.to_owned()),
            document: document.clone().unwrap(),
        }])
    };
    let exposed = exposure(package("pkg:npm/a@1.0.0"), Touch::Affected);
    assert!(given("bom.json").hear(&inventory(Vec::new()), &exposed).is_some());
    assert!(given("other.json").hear(&inventory(Vec::new()), &exposed).is_none());
}

fn statement() -> impl Strategy<Value = Value> {
    let status = prop_oneof![Just("not_affected"), Just("fixed"), Just("affected"), Just("under_investigation")];
    let purl = prop_oneof![
        Just("pkg:npm/a@1.0.0"),
        Just("pkg:npm/a"),
        Just("pkg:npm/b@1.0.0"),
        Just("pkg:npm/a@2.0.0"),
        Just("pkg:npm/a?vers=vers:npm/<2.0.0"),
        Just("pkg:npm/%"),
        Just("pkg:npm/a?vers=vers:npm/*"),
    ];
    let author = prop_oneof![Just(""), Just("A"), Just("B")];
    (status, purl, author, 1..4_u8, any::<bool>()).prop_map(|(status, purl, author, day, reason)| {
        let mut value = says(author, &format!("2026-01-0{day}"), status, json!([{ "@id": purl }]));
        if !reason {
            value["statements"][0]["justification"] = Value::Null;
        }
        value
    })
}

proptest! {
    /// Nothing leaves the list without somebody's name and reason on it, and nothing is lost.
    #[test]
    fn silence_has_a_name(documents in prop::collection::vec(statement(), 0..6), version in prop::option::of("[12]\\.0\\.0|x")) {
        let mut component = package("pkg:npm/a@1.0.0");
        component.version = version.clone();
        component.purl = None;
        let mut scan = Scan { exposures: vec![
            exposure(component.clone(), Touch::CannotTell),
            exposure(component.clone(), Touch::Affected),
            exposure(component, Touch::NotAffected),
        ], ..Scan::default() };
        let (suppressed, told) = vex(&documents).apply(&inventory(Vec::new()), &mut scan);
        prop_assert_eq!(suppressed.len() + scan.exposures.len(), 3);
        prop_assert!(scan.exposures.iter().any(|one| one.touch == Touch::NotAffected));
        for one in &suppressed {
            prop_assert!(!one.by.words.is_empty() && one.by.outcome.is_silent());
            // Nobody speaks against it, and somebody gives a reason or says that it is fixed.
            let speaks_for = |word: &Word| matches!(word.status, Status::NotAffected | Status::Fixed);
            prop_assert!(one.by.words.iter().all(speaks_for));
            let counts = |word: &Word| word.status == Status::Fixed || word.reason.is_some();
            prop_assert!(one.by.words.iter().any(|word| counts(word) && word.exact));
            prop_assert!(one.by.words.iter().all(|word| one.by.why.contains(&word.author)));
        }
        for one in &told {
            prop_assert!(!one.by.outcome.is_silent() && scan.exposures.iter().any(|exposure| one.is_about(exposure)));
        }
    }

    #[test]
    fn any_range_is_read_or_contains_nothing(range in "vers:[a-z]{0,4}/[<>=!|*0-9.%a]{0,30}|.{0,40}", version in "[0-9.]{0,8}") {
        let npm = assay_inventory::ecosystem::Ecosystem::Npm;
        let _ = vers::contains(&npm, &range, Some(&version));
        let _ = vers::lists(&range, Some(&version));
    }
}

#[test]
fn ranges_by_the_specification() {
    let npm = assay_inventory::ecosystem::Ecosystem::Npm;
    for (range, version, inside) in [
        ("vers:npm/1.0.0|2.0.0", "2.0.0", true),
        ("vers:npm/1.0.0|2.0.0", "1.5.0", false),
        ("vers:npm/<1.0.0", "0.9.0", true),
        ("vers:npm/>=1.0.0", "1.0.0", true),
        ("vers:npm/>1.0.0|<=2.0.0|>=3.0.0", "2.5.0", false),
        ("vers:npm/>1.0.0|<=2.0.0|>=3.0.0", "3.5.0", true),
        ("vers:npm/>1.0.0|!=1.5.0|<2.0.0", "1.5.0", false),
        ("vers:npm/>1.0.0|!=1.5.0|<2.0.0", "1.6.0", true),
        ("vers:npm/*", "anything", true),
        ("vers:npm/", "1.0.0", false),
        ("vers:npm/<one", "0.1.0", false),
        ("npm/<2", "1.0.0", false),
    ] {
        assert_eq!(vers::contains(&npm, range, Some(version)), inside, "{range} {version}");
    }
}
