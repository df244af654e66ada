//! Attempts to take a real hit off the list: each is one that must not, with
//! what follows instead. An attempt that succeeds is a silenced exposure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::tests::{exposure, inventory, outcome, package, product, says, vex};
use super::*;

/// *Not affected*, with a justification, of what these products are.
fn harmless(products: Value) -> Value {
    says("Maker", "2026-01-01", "not_affected", products)
}

fn purl(purl: &str) -> Value {
    json!([{ "@id": purl }])
}

/// One statement about `products`, of a thing that is installed: what follows for it.
fn said(products: Value, own: &Component) -> Option<Outcome> {
    outcome(&[harmless(products)], own)
}

#[test]
fn a_broader_or_another_product_silences_nothing() {
    use Outcome::NotExact;
    let npm = package("pkg:npm/a@1.0.0");
    for (said_of, follows) in [
        ("pkg:npm/a", Some(NotExact)),
        ("pkg:npm/a?vers=vers%3Anpm%2F%2A", Some(NotExact)),
        ("pkg:npm/a?vers=vers:npm/*", Some(NotExact)),
        ("pkg:npm/a@*", None),
        ("pkg:npm/*@1.0.0", None),
        ("pkg:npm/a@", Some(NotExact)),
        ("pkg:npm/a?vers", None),
        ("pkg:npm/a@1.0.0?vers=", None),
        ("pkg:npm/a?vers=vers:pypi/<2", None),
        ("pkg:npm/a?vers=vers:npm/<2&vers=vers:npm/>3", None),
        ("pkg:npm/a@1.0.0?repository_url=https://example.org", None),
        ("pkg:npm/a@1.0.0?distro=debian-12", None),
        ("pkg:npm/a@1.0.0?upstream=b", None),
        ("pkg:npm/a@1.0.0#lib/left.js", None),
        ("pkg:npm/%61@1.0.0", Some(Outcome::NotAffected)),
        // Decoded twice, each of these would be `a` at 1.0.0.
        ("pkg:npm/%2561@1.0.0", None),
        ("pkg:npm/a@%2531.0.0", None),
        ("pkg:npm/\u{430}@1.0.0", None),
        ("pkg:npm/a@1.0.0\u{200b}", None),
        ("pkg:npm/a@1.0.0-rc.1", None),
        ("PKG:NPM/a@1.0.0 ", Some(Outcome::NotAffected)),
    ] {
        let came = said(purl(said_of), &npm);
        // An unreadable package URL is no product at all.
        assert!(came == follows || (came.is_none() && follows == Some(Outcome::NotAffected)), "{said_of}: {came:?}");
    }
    let twelve = package("pkg:deb/debian/openssl@3.0.1-1?distro=debian-12");
    for said_of in ["pkg:deb/debian/openssl@3.0.1-1?distro=debian-11", "pkg:deb/ubuntu/openssl@3.0.1-1"] {
        assert_eq!(said(purl(said_of), &twelve), None, "{said_of}");
    }
    // Of two names for one product, one is another's.
    let two = json!([{ "@id": "pkg:npm/a@1.0.0", "identifiers": { "purl": "pkg:npm/a@2.0.0" } }]);
    assert_eq!(said(two, &npm), None);
    let weaker = json!([{ "@id": "pkg:npm/a@1.0.0", "identifiers": { "purl": "pkg:npm/a" } }]);
    assert_eq!(said(weaker, &npm), Some(NotExact));
}

#[test]
fn a_product_of_another_name_or_of_nobody_silences_nothing() {
    let cpe = |cpe: &str| json!([{ "@id": "x", "identifiers": { "cpe23": cpe } }]);
    let own = product("Trane", "Tracer SC", Some("5.5"));
    for (name, follows) in [
        ("cpe:2.3:a:trane:tracer_sc:5.5:*:*:*:*:*:*:*", Some(Outcome::NotAffected)),
        ("cpe:2.3:a:trane:tracer_sc:*:*:*:*:*:*:*:*", Some(Outcome::NotExact)),
        ("cpe:2.3:a:trane:tracer_sc:-:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:trane:tracer_sc:5.*:*:*:*:*:*:*:*", None),
        (r"cpe:2.3:a:trane:tracer_sc\+:5.5:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:*:tracer_sc:5.5:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:trane:*:5.5:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:trane:tracer_sc:5.5:sp3:*:*:*:*:*:*", None),
        ("cpe:2.3:a:trane:tracer_sc:5.5:*:*:*:lite:*:*:*", None),
        ("cpe:2.3:a:trane:tracer_sc:5.5:*:*:*:*:android:*:*", None),
        ("cpe:/a:trane:tracer_sc:5.5::~~lite~~~", None),
        ("cpe:/a:trane:tracer_sc:5.5", Some(Outcome::NotAffected)),
    ] {
        assert_eq!(said(cpe(name), &own), follows, "{name}");
    }
    // A row without a vendor is not everybody's product.
    let nobodys = product("", "Gateway", Some("1.0"));
    assert_eq!(said(cpe("cpe:2.3:a:*:gateway:1.0:*:*:*:*:*:*:*"), &nobodys), None);
    let csaf = |branches: Value| {
        json!({ "document": { "csaf_version": "2.0", "publisher": { "name": "Other" },
            "tracking": { "id": "O-1", "current_release_date": "2026-01-01T00:00:00Z" } },
            "product_tree": branches,
            "vulnerabilities": [{ "cve": "CVE-2026-0001", "product_status": { "known_not_affected": ["P"] },
                "flags": [{ "label": "component_not_present", "product_ids": ["P"] }] }] })
    };
    let leaf = json!({ "name": "x", "product_id": "P" });
    let of_nobody = csaf(json!({ "branches": [{ "category": "product_name", "name": "Gateway", "branches": [
        { "category": "product_version", "name": "1.0", "product": leaf }] }] }));
    assert_eq!(outcome(&[of_nobody], &nobodys), None);
    let full = csaf(json!({ "full_product_names": [{ "name": "Gateway 1.0", "product_id": "P" }] }));
    assert_eq!(outcome(&[full], &product("Example", "Gateway", Some("1.0"))), None);
    // The kelvin sign is no K, though its small letter is one.
    let kelvin = csaf(json!({ "branches": [{ "category": "vendor", "name": "\u{212a}ey", "branches": [
        { "category": "product_name", "name": "Gateway", "branches": [
            { "category": "product_version", "name": "1.0", "product": leaf }] }] }] }));
    assert_eq!(outcome(&[kelvin], &product("Key", "Gateway", Some("1.0"))), None);
    // The branch is one version, and its package URL has none: it is that version's.
    let helper = json!({ "name": "x", "product_id": "P", "product_identification_helper": { "purl": "pkg:npm/a" } });
    let branch = |version: &str| {
        csaf(json!({ "branches": [{ "category": "product_name", "name": "a", "branches": [
            { "category": "product_version", "name": version, "product": helper }] }] }))
    };
    assert_eq!(outcome(&[branch("2.0.0")], &package("pkg:npm/a@1.0.0")), None);
    assert_eq!(outcome(&[branch("1.0.0")], &package("pkg:npm/a@1.0.0")), Some(Outcome::NotAffected));
    let mut draft = branch("1.0.0");
    draft["document"]["tracking"]["status"] = json!("draft");
    assert_eq!(outcome(&[draft], &package("pkg:npm/a@1.0.0")), None);
}

#[test]
fn a_fix_of_another_branch_silences_nothing() {
    let own = package("pkg:npm/a@2.0.1");
    let fixed = |products: Value| outcome(&[says("Maker", "2026-01-01", "fixed", products)], &own);
    // 1.2.3 and everything after it, and 2.0.1 is after it: the fix of the branch 2 is 2.0.5.
    assert_eq!(fixed(purl("pkg:npm/a?vers=vers:npm/>=1.2.3")), Some(Outcome::NotExact));
    assert_eq!(fixed(purl("pkg:npm/a@1.2.3")), None);
    assert_eq!(fixed(purl("pkg:npm/a")), Some(Outcome::NotExact));
    assert_eq!(fixed(purl("pkg:npm/a@2.0.1")), Some(Outcome::Fixed));
}

#[test]
fn a_reason_that_is_none_silences_nothing() {
    let own = package("pkg:npm/a@1.0.0");
    for reason in [Value::Null, json!(""), json!("  "), json!("-"), json!("N/A"), json!("TBD"), json!("not affected")] {
        let mut document = harmless(purl("pkg:npm/a@1.0.0"));
        document["statements"][0]["justification"] = Value::Null;
        document["statements"][0]["impact_statement"] = reason.clone();
        assert_eq!(outcome(&[document], &own), Some(Outcome::NoReason), "{reason}");
    }
}

/// What follows on 1 June 2026.
fn in_june(documents: &[Value], exposed: &Exposure) -> Option<Outcome> {
    let today = "2026-06-01T00:00:00Z".parse().unwrap();
    vex(documents).as_of(today).hear(&inventory(Vec::new()), exposed).map(|heard| heard.outcome)
}

#[test]
fn a_date_that_has_not_come_overrides_nothing() {
    let exposed = exposure(package("pkg:npm/a@1.0.0"), Touch::Affected);
    let of = |author: &str, day: &str, status: &str| says(author, day, status, purl("pkg:npm/a@1.0.0"));
    assert_eq!(in_june(&[of("Maker", "2030-01-01", "not_affected")], &exposed), Some(Outcome::NotYet));
    assert_eq!(
        in_june(&[of("Maker", "2026-02-01", "affected"), of("Maker", "2030-01-01", "not_affected")], &exposed),
        Some(Outcome::Contradicted)
    );
    assert_eq!(in_june(&[of("Maker", "2026-02-01", "not_affected")], &exposed), Some(Outcome::NotAffected));
    // Older, of another supplier, in a second file, of somebody who writes the name in other letters.
    for (other, day) in [("Maker", "2026-03-01"), ("Somebody", "2025-01-01"), ("M\u{430}ker", "2026-03-01")] {
        let documents = [of("Maker", "2026-02-01", "not_affected"), of(other, day, "affected")];
        let follows = if other == "Maker" { Outcome::Affected } else { Outcome::Contradicted };
        assert_eq!(in_june(&documents, &exposed), Some(follows), "{other}");
    }
}

#[test]
fn a_word_on_another_vulnerability_silences_nothing() {
    let own = package("pkg:npm/a@1.0.0");
    let about = |name: &str, aliases: Value| {
        let mut document = harmless(purl("pkg:npm/a@1.0.0"));
        document["statements"][0]["vulnerability"] = json!({ "name": name, "aliases": aliases });
        document
    };
    let alone = exposure(own, Touch::Affected);
    // Two CVEs are not one vulnerability.
    assert_eq!(in_june(&[about("CVE-2026-9999", json!(["CVE-2026-0001"]))], &alone), Some(Outcome::NotExact));
    assert_eq!(in_june(&[about("CVE-2026-9999", json!([]))], &alone), None);
    // A record of two, of which one is spoken of.
    let mut both = alone;
    both.advisory.aliases.push("CVE-2026-0002".to_owned());
    let first = about("CVE-2026-0001", json!([]));
    let second = about("CVE-2026-0002", json!([]));
    assert_eq!(in_june(std::slice::from_ref(&first), &both), Some(Outcome::InPart));
    assert_eq!(in_june(&[first, second], &both), Some(Outcome::NotAffected));
    assert_eq!(in_june(&[about("GHSA-aaaa-bbbb-cccc", json!([]))], &both), Some(Outcome::NotAffected));
}
