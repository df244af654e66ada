//! Packages against OSV records: releases, sources, aliases, and whatever
//! cannot be told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_advisory::feed::{cve, kev, ssvc};
use assay_base::Answer;
use assay_inventory::component::{Component, Format, Inventory, SourcePackage, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Exposure, Impact, Touch};
use assay_match::index::{Feed, Index};
use assay_match::scan::{Keep, Scan};
use serde_json::{Value, json};

fn index(records: &[Value]) -> Index {
    let mut index = Index::new();
    let source = index.source("test", Feed::Osv);
    for record in records {
        index.osv(source, "a record", record.to_string().as_bytes());
    }
    assert!(index.sources()[0].skips.is_empty(), "{:?}", index.sources()[0].skips);
    index
}

fn scan(index: &Index, component: Component) -> Scan {
    let inventory = Inventory {
        name: "test".to_owned(),
        format: Format::DpkgStatus,
        components: vec![component],
        skipped: Vec::new(),
    };
    index.scan(&inventory, Keep::All)
}

fn package(ecosystem: &Ecosystem, name: &str, version: Option<&str>) -> Component {
    Component::package(ecosystem.clone(), name, version, "line 1".to_owned())
}

fn affected(ecosystem: &str, name: &str, events: Value) -> Value {
    json!({ "package": { "ecosystem": ecosystem, "name": name }, "ranges": [{ "type": "ECOSYSTEM", "events": events }] })
}

fn fixed(id: &str, ecosystem: &str, name: &str, fix: &str) -> Value {
    json!({ "id": id, "affected": [affected(ecosystem, name, json!([{ "introduced": "0" }, { "fixed": fix }]))] })
}

fn one(index: &Index, component: Component) -> Exposure {
    let mut scan = scan(index, component);
    assert_eq!(scan.exposures.len(), 1, "{:?}", scan.exposures);
    scan.exposures.remove(0)
}

fn debian(release: Option<&str>) -> Ecosystem {
    Ecosystem::Debian(release.map(str::to_owned))
}

#[test]
fn a_release_is_part_of_the_key() {
    let record = json!({ "id": "DSA-1", "affected": [
        affected("Debian:11", "openssl", json!([{ "introduced": "0" }, { "fixed": "1.1.1w-0+deb11u2" }])),
        affected("Debian:12", "openssl", json!([{ "introduced": "0" }, { "fixed": "3.0.15-1~deb12u1" }])),
    ] });
    let index = index(&[record]);
    let of = |release, version| scan(&index, package(&debian(release), "openssl", Some(version)));
    assert_eq!(of(Some("12"), "3.0.11-1~deb12u2").exposures[0].touch, Touch::Affected);
    assert_eq!(of(Some("12"), "3.0.11-1~deb12u2").exposures[0].fixed, ["3.0.15-1~deb12u1"]);
    assert_eq!(of(Some("12"), "3.0.15-1~deb12u1").exposures[0].touch, Touch::NotAffected);
    // Newer than the fix of 11 by its number, and of another release.
    assert_eq!(of(Some("11"), "1.1.1n-0+deb11u5").exposures[0].touch, Touch::Affected);
    // The record does not speak of 13.
    assert_eq!(of(Some("13"), "3.5.1-1").unnamed, [0]);
    let unknown = of(None, "3.0.15-1~deb12u1");
    assert_eq!(unknown.exposures.len(), 1);
    assert_eq!(unknown.exposures[0].touch, Touch::CannotTell);
    assert!(unknown.exposures[0].why.contains("does not say which release"), "{}", unknown.exposures[0].why);
}

#[test]
fn a_distribution_names_source_packages_and_their_versions() {
    let index = index(&[fixed("DSA-2", "Debian:12", "openssl", "3.0.15-1~deb12u1")]);
    let libssl = |source: Option<(&str, Option<&str>)>| {
        let mut component = package(&debian(Some("12")), "libssl3", Some("3.0.11-1~deb12u2+b1"));
        if let What::Package { source: slot, .. } = &mut component.what {
            *slot = source
                .map(|(name, version)| SourcePackage { name: name.to_owned(), version: version.map(str::to_owned) });
        }
        scan(&index, component)
    };
    assert_eq!(libssl(Some(("openssl", Some("3.0.11-1~deb12u2")))).exposures[0].touch, Touch::Affected);
    assert_eq!(libssl(Some(("openssl", Some("3.0.15-1~deb12u1")))).exposures[0].touch, Touch::NotAffected);
    assert_eq!(libssl(Some(("openssl", None))).exposures[0].touch, Touch::Affected);
    assert_eq!(libssl(None).unnamed, [0]);
}

#[test]
fn an_rpm_is_looked_up_under_the_name_that_its_distribution_uses() {
    let index = index(&[
        fixed("SUSE-1", "SUSE:Linux Enterprise Server 15 SP2", "pcre", "8.45-20.10.1"),
        fixed("RLSA-1", "Rocky Linux:8", "perl", "4:5.26.3-421.el8"),
        fixed("OESA-1", "openEuler:22.03-LTS", "util-linux", "2.37.2-10.oe2203"),
        fixed("ALSA-1", "AlmaLinux:8", "pcre", "8.45-20.10.1"),
    ]);
    let of = |url: &str| {
        let read = assay_inventory::purl::read(url).unwrap();
        let mut component = package(&read.ecosystem, &read.name, read.version.as_deref());
        if let What::Package { source, .. } = &mut component.what {
            *source = read.source;
        }
        let scanned = scan(&index, component);
        scanned.exposures.first().map(|exposure| (exposure.advisory.id.clone(), exposure.touch))
    };
    let said = |id: &str, touch| Some((id.to_owned(), touch));
    let pcre = "pkg:rpm/sles/libpcre1@8.41-6.4.2?upstream=pcre-8.41-6.4.2.src.rpm&distro=sles-15.2";
    assert_eq!(of(pcre), said("SUSE-1", Touch::Affected));
    assert_eq!(of(&pcre.replace("8.41-6.4.2", "8.45-20.10.1")), said("SUSE-1", Touch::NotAffected));
    // Of AlmaLinux a record of `pcre` says nothing of another package that was built from it.
    assert_eq!(of(&pcre.replace("sles-15.2", "alma-8.7")), None);
    let mount = "pkg:rpm/openeuler/libmount@2.37.2-9.oe2203?upstream=util-linux-2.37.2-9.oe2203.src.rpm\
                 &distro=openeuler-22.03-LTS";
    assert_eq!(of(mount), said("OESA-1", Touch::Affected));
    let carp = "pkg:rpm/rocky/perl-libs@5.26.3-420.el8?epoch=4&upstream=perl-5.26.3-420.el8.src.rpm&distro=rocky-8.7";
    assert_eq!(of(carp), said("RLSA-1", Touch::Affected));
    assert_eq!(of(&carp.replace("-420.", "-422.")), said("RLSA-1", Touch::NotAffected));
}

#[test]
fn what_cannot_be_told_says_why() {
    let commits = json!({ "id": "G-1", "affected": [{ "package": { "ecosystem": "PyPI", "name": "a" },
        "ranges": [{ "type": "GIT", "repo": "https://example.org", "events": [{ "introduced": "0" }] }] }] });
    let listed = json!({ "id": "G-2", "affected": [{ "package": { "ecosystem": "PyPI", "name": "b" },
        "ranges": [{ "type": "GIT", "repo": "https://example.org", "events": [{ "introduced": "0" }] }], "versions": ["1.0"] }] });
    let empty = json!({ "id": "G-3", "affected": [{ "package": { "ecosystem": "PyPI", "name": "c" } }] });
    let every = json!({ "id": "G-4", "affected": [affected("PyPI", "d", json!([{ "introduced": "0" }]))] });
    let odd = json!({ "id": "G-5", "affected": [affected("PyPI", "e", json!([{ "introduced": "0" }, { "fixed": "banana" }]))] });
    let elsewhere = fixed("G-6", "Elsewhere", "f", "2.0");
    let index = index(&[
        commits,
        listed,
        empty,
        every,
        odd,
        elsewhere,
        fixed("G-7", "PyPI", "g", "2.0"),
        fixed("G-8", "npm", "h", "2.0.0"),
    ]);
    let ask = |name: &str, version| one(&index, package(&Ecosystem::PyPi, name, version));
    for (exposure, touch, why) in [
        (ask("a", Some("1.0")), Touch::CannotTell, "names commits"),
        (ask("b", Some("1.0")), Touch::Affected, "lists 1.0"),
        // One version in two spellings.
        (ask("B", Some("1.0.0")), Touch::Affected, "lists 1.0.0"),
        (ask("b", Some("1.1")), Touch::NotAffected, "does not list 1.1"),
        (ask("b", None), Touch::CannotTell, "the inventory gives none"),
        (ask("c", Some("1.0")), Touch::CannotTell, "no version of it"),
        (ask("d", None), Touch::Affected, "every version"),
        (ask("d", Some("no version at all")), Touch::Affected, "every version"),
        (ask("e", Some("1.0")), Touch::CannotTell, "banana"),
        (ask("g", None), Touch::CannotTell, "the inventory gives none"),
        (ask("g", Some("")), Touch::CannotTell, "the inventory gives none"),
        (ask("g", Some("!!")), Touch::CannotTell, "have no order between them"),
        (
            one(&index, package(&Ecosystem::Npm, "h", Some("!!"))),
            Touch::CannotTell,
            "`!!` is not a version by the rules of SemVer",
        ),
        (
            one(&index, package(&Ecosystem::Other("Elsewhere".into()), "f", Some("1.0"))),
            Touch::CannotTell,
            "not ordered here",
        ),
    ] {
        assert_eq!(exposure.touch, touch, "{}", exposure.why);
        assert!(exposure.why.contains(why), "{}", exposure.why);
        assert!(exposure.why.starts_with(&exposure.advisory.id) && exposure.why.ends_with('.'), "{}", exposure.why);
    }
}

#[test]
fn one_vulnerability_counts_once_and_the_best_record_is_named() {
    let with = |mut record: Value, aliases: &[&str]| {
        record["aliases"] = json!(aliases);
        record
    };
    let index = index(&[
        with(fixed("GHSA-1", "PyPI", "a", "1.5"), &["CVE-2026-0001"]),
        with(fixed("PYSEC-1", "PyPI", "a", "1.6"), &["CVE-2026-0001", "GHSA-1"]),
        fixed("PYSEC-2", "PyPI", "a", "1.5"),
        // About another package: it must not tie the two together.
        with(fixed("PYSEC-3", "PyPI", "b", "1.5"), &["PYSEC-1", "PYSEC-2"]),
    ]);
    let exposures = scan(&index, package(&Ecosystem::PyPi, "a", Some("1.0"))).exposures;
    assert_eq!(
        exposures.iter().map(|exposure| exposure.advisory.id.as_str()).collect::<Vec<_>>(),
        ["PYSEC-1", "PYSEC-2"]
    );
    // The later fix rids of both, and all names are kept.
    assert_eq!(exposures[0].fixed, ["1.6"]);
    assert_eq!(exposures[0].advisory.aliases, ["CVE-2026-0001", "GHSA-1"]);
    // The two records differ at 1.5: one of them is enough, and the other is told.
    let between = scan(&index, package(&Ecosystem::PyPi, "a", Some("1.5"))).exposures;
    assert_eq!((between[0].touch, between[1].touch), (Touch::Affected, Touch::NotAffected));
    assert!(between[0].why.contains("GHSA-1 leaves this version out"), "{}", between[0].why);
}

#[test]
fn a_record_that_names_a_package_twice_affects_it_if_either_does() {
    let twice = json!({ "id": "T", "affected": [
        affected("npm", "a", json!([{ "introduced": "1.0.0" }, { "fixed": "1.2.0" }])),
        affected("npm", "a", json!([{ "introduced": "2.0.0" }, { "fixed": "2.3.0" }])),
    ] });
    let index = index(&[twice]);
    let of = |version| one(&index, package(&Ecosystem::Npm, "a", Some(version)));
    assert_eq!((of("1.1.0").touch, of("1.5.0").touch), (Touch::Affected, Touch::NotAffected));
    assert_eq!((of("2.1.0").touch, of("2.3.0").touch), (Touch::Affected, Touch::NotAffected));
    assert_eq!(of("2.1.0").fixed, ["2.3.0"]);
}

#[test]
fn withdrawn_and_nameless_records_are_counted() {
    let mut withdrawn = fixed("W", "npm", "a", "2.0.0");
    withdrawn["withdrawn"] = json!("2026-01-01T00:00:00Z");
    let nameless =
        json!({ "id": "N", "affected": [{ "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }] });
    let index = index(&[withdrawn, nameless]);
    let source = &index.sources()[0];
    assert_eq!((source.records, source.withdrawn, source.nameless), (2, 1, 1));
    assert_eq!(scan(&index, package(&Ecosystem::Npm, "a", Some("1.0.0"))).unnamed, [0]);
}

#[test]
fn a_malformed_record_spoils_only_itself() {
    let mut index = Index::new();
    let source = index.source("test", Feed::Osv);
    index.osv(source, "bad.json", b"{ \"id\": ");
    index.osv(source, "good.json", fixed("G", "npm", "a", "2.0.0").to_string().as_bytes());
    let counted = &index.sources()[0];
    assert_eq!((counted.records, counted.skips.total, counted.skips.named[0].at.as_str()), (1, 1, "bad.json"));
    assert_eq!(scan(&index, package(&Ecosystem::Npm, "a", Some("1.0.0"))).exposures.len(), 1);
}

#[test]
fn a_notice_is_no_vulnerability() {
    let mut record = json!({ "id": "R", "affected": [affected("npm", "a", json!([{ "introduced": "0" }]))] });
    record["affected"][0]["database_specific"] = json!({ "informational": "unmaintained" });
    let scan = scan(&index(&[record]), package(&Ecosystem::Npm, "a", Some("1.0.0")));
    assert_eq!((scan.exposures.len(), scan.notices.len(), scan.unnamed.len()), (0, 1, 0));
    assert!(scan.notices[0].why.contains("a notice (unmaintained)"), "{}", scan.notices[0].why);
}

#[test]
fn kev_and_ssvc_come_by_the_cve_id() {
    let mut record = fixed("GHSA-1", "npm", "a", "2.0.0");
    record["aliases"] = json!(["CVE-2026-0001", "CVE-2026-0002"]);
    record["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H" }]);
    let mut index = index(&[record]);
    let listed = json!({ "vulnerabilities": [{ "cveID": "CVE-2026-0002", "vendorProject": "V", "product": "P",
        "dateAdded": "2026-01-02", "knownRansomwareCampaignUse": "Known" }] });
    let source = index.source("kev", Feed::Kev);
    index.kev(source, kev::read(listed.to_string().as_bytes()).unwrap());
    let ask = |index: &Index| one(index, package(&Ecosystem::Npm, "a", Some("1.0.0"))).advisory;
    let facts = ask(&index);
    assert_eq!(facts.kev.unwrap().ransomware, Answer::Yes);
    // A vector is about one vulnerability, and here are two.
    assert_eq!((facts.automatable, facts.impact, facts.ssvc_from.as_str()), (Answer::Unknown, Impact::Unknown, ""));

    // One of the two is decided: yes is enough, no would not be.
    let table = "cve,automatable,technical_impact,ssvc_timestamp\nCVE-2026-0001,no,total,2026-02-01T00:00:00Z\n";
    let source = index.source("ssvc", Feed::Ssvc);
    index.ssvc(source, ssvc::read(table.as_bytes()).unwrap());
    let facts = ask(&index);
    assert_eq!((facts.automatable, facts.impact), (Answer::Unknown, Impact::Total));
    assert_eq!(facts.ssvc_from, "CISA SSVC of 2026-02-01");

    // The newest decision counts, whichever file it is from.
    let newer = json!({ "dataType": "CVE_RECORD", "cveMetadata": { "cveId": "CVE-2026-0001" }, "containers": { "adp": [{
        "providerMetadata": { "shortName": "CISA-ADP" }, "metrics": [{ "other": { "type": "ssvc", "content": {
        "timestamp": "2026-03-01T00:00:00Z", "options": [{ "Automatable": "yes" }, { "Technical Impact": "partial" }] } } }] }] } });
    let source = index.source("cve", Feed::Cve);
    index.cve(source, cve::read(newer.to_string().as_bytes()).unwrap());
    let facts = ask(&index);
    assert_eq!((facts.automatable, facts.impact), (Answer::Yes, Impact::Unknown));
    assert_eq!(facts.ssvc_from, "CISA SSVC of 2026-03-01");
}

/// Whoever writes a feed can write much. An answer whose time grew with the square of this would take minutes.
#[test]
fn much_of_everything_is_read_in_time() {
    let many: Vec<Value> = (0..40_000).map(|n| json!({ "fixed": format!("1.0.{n}") })).collect();
    let wide = json!({ "id": "W", "affected": [affected("npm", "a", Value::Array(many))] });
    let entries: Vec<Value> = (0..20_000)
        .map(|n| affected("npm", "a", json!([{ "introduced": "0" }, { "fixed": format!("0.0.{n}") }])))
        .collect();
    let long = json!({ "id": "L", "affected": entries });
    let mut index = index(&[wide, long]);
    let source = index.source("many", Feed::Osv);
    for n in 0..20_000 {
        index.osv(source, "a record", fixed(&format!("M-{n}"), "npm", "a", "2.0.0").to_string().as_bytes());
    }
    let scan = scan(&index, package(&Ecosystem::Npm, "a", Some("1.0.0")));
    assert_eq!(scan.exposures.len(), 20_002);
}
