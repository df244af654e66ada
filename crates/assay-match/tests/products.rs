//! Products against KEV entries and CVE records: what people write, what
//! records write, and what may be concluded from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_advisory::feed::{cve, kev};
use assay_inventory::component::{Component, Format, Inventory, Site, What};
use assay_match::exposure::{Certainty, Exposure, Touch};
use assay_match::index::{Feed, Index};
use assay_match::scan::{Keep, Scan};
use proptest::prelude::*;
use serde_json::{Value, json};

const ID: &str = "CVE-2026-0001";

/// A record with these containers: author, then what it lists.
fn record(containers: &[(&str, Value)]) -> Value {
    let container = |(author, affected): &(&str, Value)| json!({ "providerMetadata": { "shortName": author }, "affected": affected });
    json!({
        "dataType": "CVE_RECORD",
        "cveMetadata": { "cveId": ID, "state": "PUBLISHED" },
        "containers": {
            "cna": containers.first().map(container),
            "adp": containers.iter().skip(1).map(container).collect::<Vec<_>>(),
        },
    })
}

/// Exampletron's Gateway with these versions.
fn gateway(versions: Value) -> Value {
    json!([{ "vendor": "Exampletron", "product": "Gateway 9", "versions": versions }])
}

fn listed(product: &str) -> Value {
    json!({
        "catalogVersion": "1", "dateReleased": "2026-01-29T00:00:00Z", "count": 1,
        "vulnerabilities": [{
            "cveID": ID, "vendorProject": "Exampletron", "product": product, "dateAdded": "2026-01-29",
            "vulnerabilityName": "A flaw", "requiredAction": "Update.", "knownRansomwareCampaignUse": "Unknown",
        }],
    })
}

fn scan(records: &[Value], kev: Option<Value>, vendor: &str, product: &str, version: Option<&str>) -> Scan {
    let mut index = Index::new();
    if let Some(kev) = kev {
        let source = index.source("kev", Feed::Kev);
        index.kev(source, kev::read(kev.to_string().as_bytes()).unwrap());
    }
    let source = index.source("cve", Feed::Cve);
    for record in records {
        index.cve(source, cve::read(record.to_string().as_bytes()).unwrap());
    }
    let component = Component {
        what: What::Product { vendor: vendor.to_owned(), product: product.to_owned() },
        version: version.map(str::to_owned),
        purl: None,
        at: "line 2".to_owned(),
        site: Site::unknown(),
    };
    let inventory = Inventory {
        name: "list.csv".to_owned(),
        format: Format::ProductList,
        components: vec![component],
        skipped: Vec::new(),
    };
    index.scan(&inventory, Keep::All)
}

/// The one exposure of the Gateway.
fn one(records: &[Value], version: Option<&str>) -> Exposure {
    let mut scan = scan(records, Some(listed("Gateway 9")), "Exampletron", "Gateway 9", version);
    assert_eq!(scan.exposures.len(), 1);
    scan.exposures.remove(0)
}

#[track_caller]
fn says(records: &[Value], version: &str, touch: Touch, why: &str) {
    let exposure = one(records, Some(version));
    assert_eq!(exposure.touch, touch, "{version}: {}", exposure.why);
    assert!(exposure.why.contains(why), "{version}: {}", exposure.why);
}

use Touch::{Affected, CannotTell, NotAffected};

#[test]
fn kev_alone_never_gives_more_than_cannot_tell() {
    let exposure = one(&[], Some("9.4"));
    assert_eq!((exposure.touch, exposure.certainty), (CannotTell, Certainty::Product));
    assert_eq!(exposure.why, "KEV lists CVE-2026-0001 for Exampletron Gateway 9 and names no versions.");
    assert_eq!(exposure.advisory.kev.unwrap().added, "2026-01-29");

    let several = scan(&[], Some(listed("Multiple Products")), "Exampletron", "Gateway 9", Some("9.4"));
    assert_eq!((several.exposures[0].touch, several.exposures[0].certainty), (CannotTell, Certainty::Likely));
}

#[test]
fn what_no_record_names_is_told_apart_from_not_affected() {
    let scan = scan(&[], Some(listed("Gateway 9")), "Baxter", "Infusion pump", Some("1.0"));
    assert_eq!((scan.exposures.len(), scan.not_affected, scan.unnamed.as_slice()), (0, 0, &[0][..]));
}

#[test]
fn ranges_decide() {
    let range = json!([{ "version": "9.0", "lessThan": "9.4.2", "status": "affected", "versionType": "custom" }]);
    let record = [record(&[("exampletron", gateway(range))])];
    says(&record, "9.4.1", Affected, "affects versions from 9.0 before 9.4.2, and 9.4.1 is one (exampletron)");
    assert_eq!(one(&record, Some("9.4.1")).fixed, ["9.4.2"]);
    says(&record, "9.4.2", NotAffected, "outside of all its affected versions");
    says(&record, "8.9", NotAffected, "outside");
    // Which 9.4 it is was not written down.
    says(&record, "9.4", CannotTell, "cannot be told from the numbers alone");
    says(&record, "nine", CannotTell, "is not a version");
    let missing = one(&record, None);
    assert_eq!(missing.touch, CannotTell);
    assert!(missing.why.contains("the inventory gives none"), "{}", missing.why);
}

#[test]
fn the_last_affected_version_may_stand_for_its_branch() {
    let range = json!([{ "version": "0", "lessThanOrEqual": "9.4", "status": "affected" }]);
    let record = [record(&[("exampletron", gateway(range))])];
    says(&record, "9.4", Affected, "through 9.4");
    says(&record, "9.4.7", CannotTell, "may or may not include 9.4.7");
    says(&record, "9.5", NotAffected, "outside");
}

#[test]
fn a_change_within_a_range_switches() {
    let range = json!([{ "version": "9.0", "lessThan": "9.9", "status": "affected",
        "changes": [{ "at": "9.6", "status": "affected" }, { "at": "9.4.2", "status": "unaffected" }] }]);
    let record = [record(&[("exampletron", gateway(range))])];
    says(&record, "9.4.1", Affected, "9.4.1 is one");
    assert_eq!(one(&record, Some("9.4.1")).fixed, ["9.4.2"]);
    says(&record, "9.5", NotAffected, "lists 9.5 as not affected");
    says(&record, "9.7", Affected, "9.7 is one");
}

#[test]
fn constraints_written_as_text() {
    let items =
        json!([{ "version": ">= 9.0, < 9.4.2", "status": "affected" }, { "version": "< 8.2", "status": "affected" }]);
    let record = [record(&[("exampletron", gateway(items))])];
    says(&record, "9.1.0", Affected, "affects versions >= 9.0, < 9.4.2");
    says(&record, "8.1", Affected, "affects versions < 8.2");
    says(&record, "9.4.2", NotAffected, "outside");
    let text = json!([{ "version": "Gateway 9.0 to 9.4 and 8.1", "status": "affected" }]);
    says(&[self::record(&[("exampletron", gateway(text))])], "9.1.0", CannotTell, "which cannot be compared");
}

#[test]
fn single_versions_say_nothing_of_others() {
    let items = json!([{ "version": "9.1.1", "status": "affected" }]);
    let record = [record(&[("exampletron", gateway(items))])];
    says(&record, "9.1.1", Affected, "lists 9.1.1");
    says(&record, "9.2.1", CannotTell, "lists single versions, says nothing of others");
    says(&record, "9.1", CannotTell, "may or may not mean 9.1");
    // With a default that says so, they do.
    let spared = json!([{ "vendor": "Exampletron", "product": "Gateway 9", "defaultStatus": "unaffected",
        "versions": [{ "version": "9.1.1", "status": "affected" }] }]);
    says(&[self::record(&[("exampletron", spared)])], "9.2.1", NotAffected, "outside");
}

#[test]
fn a_default_of_affected_means_something_only_beside_a_spared_version() {
    let with = |items: Value| {
        let listed = json!([{ "vendor": "Exampletron", "product": "Gateway 9", "defaultStatus": "affected", "versions": items }]);
        [record(&[("exampletron", listed)])]
    };
    let spares = with(json!([{ "version": "9.5", "status": "unaffected" }]));
    says(&spares, "9.3", Affected, "calls every version affected that it does not list");
    says(&spares, "9.5", NotAffected, "lists 9.5 as not affected");
    let slip = with(json!([{ "version": "9.0", "lessThan": "9.4.2", "status": "affected" }]));
    says(&slip, "9.6", NotAffected, "outside");
}

#[test]
fn a_range_without_an_end_does_not_override_one_with_an_end() {
    let ended = || gateway(json!([{ "version": "9.0", "lessThan": "9.4.2", "status": "affected" }]));
    let endless = || gateway(json!([{ "version": "9.0", "lessThan": "*", "status": "affected" }]));
    for containers in
        [[("exampletron", endless()), ("CISA-ADP", ended())], [("exampletron", ended()), ("CISA-ADP", endless())]]
    {
        let record = [record(&containers)];
        says(&record, "9.4.2", NotAffected, "outside");
        says(&record, "9.4.1", Affected, "before 9.4.2");
        // The one with an end cannot be compared, and the other does not get its turn.
        says(&record, "9.4", CannotTell, "cannot be told");
    }
    // Alone, only the vendor's own word holds for every version to come.
    says(&[record(&[("exampletron", endless())])], "9.9", Affected, "without an end");
    let nothing =
        json!([{ "vendor": "n/a", "product": "n/a", "versions": [{ "version": "n/a", "status": "affected" }] }]);
    says(
        &[record(&[("mitre", nothing), ("CISA-ADP", endless())])],
        "9.9",
        CannotTell,
        "which only its vendor could say",
    );
}

#[test]
fn two_authors_with_ends_that_differ_leave_it_open() {
    let to = |end: &str| gateway(json!([{ "version": "9.0", "lessThan": end, "status": "affected" }]));
    let record = [record(&[("exampletron", to("9.4.2")), ("CISA-ADP", to("9.5.0"))])];
    says(&record, "9.4.1", Affected, "before 9.4.2");
    says(&record, "9.4.9", CannotTell, "is told differently by exampletron and CISA-ADP");
    says(&record, "9.5.0", NotAffected, "outside");
}

#[test]
fn quirks_of_real_authors() {
    // Chrome's: the fixed version at both ends.
    let chrome = json!([{ "version": "9.4.2", "lessThan": "9.4.2", "status": "affected", "versionType": "custom" }]);
    let chrome = [record(&[("exampletron", gateway(chrome))])];
    says(&chrome, "9.4.1", Affected, "before 9.4.2");
    says(&chrome, "9.4.2", NotAffected, "outside");
    // Citrix's: patches counted within a version.
    let citrix = json!([{ "version": "9.1", "lessThan": "51.15", "status": "affected", "versionType": "patch" }]);
    says(&[record(&[("exampletron", gateway(citrix))])], "9.1-49.13", CannotTell, "orders its versions by `patch`");
    let dashed = json!([{ "version": "9.1", "lessThan": "9.1-51.15", "status": "affected" }]);
    says(&[record(&[("exampletron", gateway(dashed))])], "9.1-49.13", Affected, "before 9.1-51.15");
    // Mozilla's: an end for each of several branches, and no beginnings.
    let mozilla = json!([
        { "version": "unspecified", "lessThan": "12.3.1", "status": "affected" },
        { "version": "unspecified", "lessThan": "9.16.1", "status": "affected" }]);
    let mozilla = [record(&[("exampletron", gateway(mozilla))])];
    says(&mozilla, "9.16.0", Affected, "is one");
    says(&mozilla, "9.17.0", CannotTell, "in this version's own branch");
    says(&mozilla, "12.3.0", Affected, "before 12.3.1");
    says(&mozilla, "12.3.1", NotAffected, "outside");
    // A range that ends before it begins, and a version that is both.
    let backwards = json!([{ "version": "9.4", "lessThan": "9.1", "status": "affected" }]);
    says(&[record(&[("exampletron", gateway(backwards))])], "9.2", CannotTell, "which is none");
    let both = json!([{ "version": ">= 9.0", "status": "affected" }, { "version": ">= 9.3", "status": "unaffected" }]);
    says(&[record(&[("exampletron", gateway(both))])], "9.5", CannotTell, "affected and not affected");
    let commits = json!([{ "version": "0", "lessThan": "abcdef", "status": "affected", "versionType": "git" }]);
    says(&[record(&[("exampletron", gateway(commits))])], "9.5", CannotTell, "names commits");
}

#[test]
fn another_edition_clears_nothing() {
    let range = json!([{ "version": "9.0", "lessThan": "9.4.2", "status": "affected" }]);
    let record = record(&[("exampletron", gateway(range))]);
    let of =
        |product: &str, version: &str| scan(std::slice::from_ref(&record), None, "Exampletron", product, Some(version));
    let edition = of("Gateway", "9.6");
    assert_eq!((edition.exposures[0].touch, edition.exposures[0].certainty), (CannotTell, Certainty::Likely));
    // Nor does it convict: builds of several editions often lie in one range (Windows Server 2019 in that of 2022).
    assert_eq!(of("Gateway", "9.3.0").exposures[0].touch, CannotTell);
    assert_eq!(of("Gateway 9", "9.3.0").exposures[0].touch, Affected);
    // Gateway 10 is no edition of Gateway 9.
    assert_eq!(of("Gateway 10", "9.3.0").unnamed, [0]);
}

#[test]
fn a_rejected_record_says_nothing_and_the_first_of_two_counts() {
    let range = |end: &str| gateway(json!([{ "version": "9.0", "lessThan": end, "status": "affected" }]));
    let mut rejected = record(&[("exampletron", range("9.9"))]);
    rejected["cveMetadata"]["state"] = json!("REJECTED");
    assert_eq!(scan(&[rejected.clone()], None, "Exampletron", "Gateway 9", Some("9.1.0")).unnamed, [0]);
    let two = [rejected, record(&[("exampletron", range("9.4.2"))]), record(&[("exampletron", range("9.9"))])];
    says(&two, "9.5.0", NotAffected, "outside");
}

fn item() -> impl Strategy<Value = Value> {
    let bound = prop::sample::select(vec![
        "0",
        "*",
        "",
        "n/a",
        "unspecified",
        "all",
        "8.0",
        "9.0",
        "9.1",
        "9.1.5",
        "9.4.2",
        "10",
        "< 9.3",
        ">= 9.1, < 9.2",
        "9.1-h2",
        "2019",
        "07.1",
        "text of a person",
    ]);
    let status = prop::sample::select(vec!["affected", "unaffected", "unknown"]);
    (bound.clone(), prop::option::of(bound.clone()), prop::option::of(bound.clone()), status, prop::option::of(bound))
        .prop_map(|(version, below, through, status, change)| {
            let mut item = json!({ "version": version, "status": status });
            if let Some(below) = below {
                item["lessThan"] = json!(below);
            } else if let Some(through) = through {
                item["lessThanOrEqual"] = json!(through);
            }
            if let Some(change) = change {
                item["changes"] = json!([{ "at": change, "status": "unaffected" }]);
            }
            item
        })
}

proptest! {
    #[test]
    fn any_items_give_an_answer_with_a_reason(
        items in prop::collection::vec(prop::collection::vec(item(), 0..5), 1..3),
        version in prop::option::of("[0-9]{1,2}(\\.[0-9]{1,2}){0,3}|\\PC{0,12}"),
    ) {
        let containers: Vec<(&str, Value)> = items.into_iter().map(|items| ("someone", gateway(json!(items)))).collect();
        let exposure = one(&[record(&containers)], version.as_deref());
        prop_assert!(exposure.why.starts_with("CVE-2026-0001 ") && exposure.why.ends_with('.'), "{}", exposure.why);
        // Invariant 11: without a version nothing is cleared, unless the record clears every version by a word.
        if version.as_deref().is_none_or(|version| version.trim().is_empty()) && exposure.touch == NotAffected {
            prop_assert!(exposure.why.contains("all versions"), "{}", exposure.why);
        }
    }

    #[test]
    fn a_plain_range_is_a_comparison_of_numbers(
        from in 0_u16..50, length in 1_u16..20, version in 0_u16..80,
    ) {
        let dotted = |n: u16| format!("{}.{}.{}", n / 10 + 1, n % 10, 0);
        let range = json!([{ "version": dotted(from), "lessThan": dotted(from + length), "status": "affected" }]);
        let exposure = one(&[record(&[("exampletron", gateway(range))])], Some(&dotted(version)));
        let inside = (from..from + length).contains(&version);
        prop_assert_eq!(exposure.touch, if inside { Affected } else { NotAffected });
    }
}
