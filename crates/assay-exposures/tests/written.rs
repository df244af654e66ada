//! What is written, held against the formats' own rules, and against hostile texts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use assay_advisory::vex::Document;
use assay_base::Answer as Known;
use assay_exposures::place::Lines;
use assay_exposures::{Age, Answer, Source, cyclonedx, group, openvex, page, plain, sarif};
use assay_inventory::component::{Component, Format, Inventory, Site, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{AdvisoryFacts, Certainty, Epss, Exposure, Impact, KevFact, Touch};
use assay_match::scan::Scan;
use assay_match::vex::{Given, Suppressed, Told, Vex};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What an answer borrows from.
struct Found {
    inventories: Vec<Inventory>,
    lines: Vec<Lines>,
    exposures: Vec<Exposure>,
    suppressed: Vec<Suppressed>,
    told: Vec<Told>,
    sources: Vec<Source>,
}

impl Found {
    fn answer(&self) -> Answer<'_> {
        Answer {
            made: "2026-11-22T00:00:00Z".parse().unwrap(),
            version: "0.1.0",
            author: "Northfield Hospital",
            inventories: &self.inventories,
            lines: &self.lines,
            exposures: &self.exposures,
            notices: &[],
            suppressed: &self.suppressed,
            told: &self.told,
            sources: &self.sources,
            sentence: "1 of 3 things is affected.",
        }
    }
}

fn component(name: &str, version: Option<&str>, at: &str) -> Component {
    Component::package(Ecosystem::Npm, name, version, at.to_owned())
}

fn exposure(component: Component, id: &str, touch: Touch, score: Option<f64>) -> Exposure {
    Exposure {
        inventory: "app/package-lock.json".to_owned(),
        component,
        advisory: AdvisoryFacts {
            source: "osv".to_owned(),
            id: id.to_owned(),
            aliases: vec!["CVE-2026-0001".to_owned()],
            summary: "A parser reads past its buffer".to_owned(),
            kev: None,
            automatable: Known::Yes,
            impact: Impact::Total,
            ssvc_from: "CISA SSVC of 2026-01-02".to_owned(),
            cvss: score.map(|_| "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned()),
            score,
            epss: Some(Epss {
                score: 0.42,
                percentile: 0.97,
                model: "v2025.03.14".to_owned(),
                day: "2026-01-30".to_owned(),
            }),
            published: Some("2026-01-01T00:00:00Z".to_owned()),
            references: vec!["https://example.org/a".to_owned(), "javascript:alert(1)".to_owned()],
        },
        touch,
        certainty: Certainty::Package,
        why: format!("{id} affects versions before 2.0.0."),
        fixed: if touch == Touch::Affected { vec!["2.0.0".to_owned()] } else { Vec::new() },
        remedies: Vec::new(),
    }
}

fn found() -> Found {
    let affected = exposure(component("a", Some("1.0.0"), "packages[1]"), "GHSA-a", Touch::Affected, Some(9.8));
    let mut listed = exposure(component("a", Some("1.0.0"), "packages[1]"), "GHSA-b", Touch::Affected, Some(5.0));
    listed.advisory.kev =
        Some(KevFact { added: "2026-02-03".to_owned(), ransomware: Known::Yes, action: String::new() });
    listed.advisory.aliases = vec!["CVE-2026-0002".to_owned()];
    listed.fixed = vec!["2.1.0".to_owned()];
    let mut open = exposure(component("b", None, "packages[2]"), "GHSA-c", Touch::CannotTell, None);
    open.advisory.aliases.clear();
    let silent = exposure(component("c", Some("3.0.0"), "packages[3]"), "GHSA-d", Touch::Affected, None);
    let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Maker", "timestamp": "2026-03-01T00:00:00Z",
        "statements": [
            { "vulnerability": { "name": "GHSA-d" }, "status": "not_affected", "justification": "vulnerable_code_not_present",
              "products": [{ "@id": "pkg:npm/c@3.0.0" }] },
            { "vulnerability": { "name": "GHSA-c" }, "status": "under_investigation", "products": [{ "@id": "pkg:npm/b" }] },
        ] });
    let inventory = Inventory {
        name: "app/package-lock.json".to_owned(),
        format: Format::PackageLock,
        components: vec![affected.component.clone(), open.component.clone(), silent.component.clone()],
        skipped: Vec::new(),
    };
    let document = Document::read(vex.to_string().as_bytes()).unwrap();
    let vex = Vex::new(vec![Given { from: "maker.json".to_owned(), only_for: None, document }]);
    let mut scan = Scan { exposures: vec![affected, listed, open, silent], ..Scan::default() };
    let (suppressed, told) = vex.apply(&inventory, &mut scan);
    assert_eq!((suppressed.len(), told.len()), (1, 1));
    let text = b"{\n \"packages\": {\n  \"node_modules/a\": {\n   \"version\": \"1.0.0\"\n  },\n  \"node_modules/c\": {\n   \"version\": \"3.0.0\"\n} } }";
    let lines = vec![Lines::of_text(text, inventory.components.iter())];
    let source = Source {
        feed: "OSV".to_owned(),
        name: "osv".to_owned(),
        records: 4,
        newest: Some("2026-01-01T00:00:00Z".to_owned()),
        age: Age { words: "325 days old".to_owned(), stale: true },
    };
    Found { inventories: vec![inventory], lines, exposures: scan.exposures, suppressed, told, sources: vec![source] }
}

#[test]
fn sarif_has_places_levels_names_and_suppressions() {
    let found = found();
    let log = sarif::log(&found.answer());
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    let of = |id: &str| results.iter().find(|result| result["ruleId"] == id).unwrap();
    assert_eq!((of("GHSA-a")["kind"].as_str(), of("GHSA-a")["level"].as_str()), (Some("fail"), Some("error")));
    // Known exploitation outweighs a middling score.
    assert_eq!(of("GHSA-b")["level"], "error");
    assert_eq!((of("GHSA-c")["kind"].as_str(), of("GHSA-c")["level"].as_str()), (Some("review"), Some("none")));
    assert_eq!(
        of("GHSA-d")["suppressions"][0]["justification"],
        "According to Maker, this version is not affected (vulnerable code not present), since 2026-03-01."
    );
    assert_eq!(of("GHSA-a")["suppressions"], json!([]));
    let place = &of("GHSA-a")["locations"][0]["physicalLocation"];
    assert_eq!(place, &json!({ "artifactLocation": { "uri": "app/package-lock.json" }, "region": { "startLine": 3 } }));
    assert_eq!(of("GHSA-d")["locations"][0]["physicalLocation"]["region"]["startLine"], 6);
    let text = of("GHSA-b")["message"]["text"].as_str().unwrap();
    assert!(text.contains("a 1.0.0 is affected by GHSA-b: fixed in 2.1.0."), "{text}");
    assert!(text.contains("known to be exploited, also by ransomware (KEV 2026-02-03)"), "{text}");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let place = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[place]["id"], result["ruleId"]);
    }
    let a = rules.iter().find(|rule| rule["id"] == "GHSA-a").unwrap();
    assert_eq!(a["properties"]["security-severity"], "9.8");
    assert_eq!(a["helpUri"], "https://example.org/a");
    assert_eq!(a["properties"]["epss"]["model"], "v2025.03.14");
    assert_eq!(run["properties"]["sources"][0]["stale"], true);

    // A name of a finding stays when only the version changes, and no two findings share one.
    let prints: BTreeSet<&str> =
        results.iter().map(|result| result["partialFingerprints"]["assayExposure/v1"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 4);
    let mut later = self::found();
    later.exposures.iter_mut().for_each(|one| one.component.version = Some("1.0.1".to_owned()));
    let again = sarif::log(&later.answer());
    let again = again["runs"][0]["results"].as_array().unwrap();
    assert!(
        again.iter().all(|result| prints.contains(result["partialFingerprints"]["assayExposure/v1"].as_str().unwrap()))
    );
}

#[test]
fn openvex_says_what_to_do_and_whose_word_it_is() {
    let found = found();
    let document = openvex::document(&found.answer()).unwrap();
    assert_eq!(document["author"], "Northfield Hospital");
    let statements = document["statements"].as_array().unwrap();
    let statuses: Vec<&str> = statements.iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["affected", "affected", "under_investigation", "not_affected"]);
    for one in statements {
        // What the specification asks for beside each status.
        match one["status"].as_str().unwrap() {
            "affected" => assert!(one["action_statement"].as_str().unwrap().starts_with("Update a to 2.")),
            "not_affected" => assert!(one["justification"].is_string() && one["impact_statement"].is_string()),
            _ => {}
        }
        assert!(one["products"][0]["identifiers"]["purl"].as_str().unwrap().starts_with("pkg:npm/"));
    }
    assert_eq!(statements[0]["vulnerability"]["name"], "CVE-2026-0001");
    assert_eq!(statements[0]["vulnerability"]["aliases"], json!(["GHSA-a"]));
    assert!(statements[3]["impact_statement"].as_str().unwrap().starts_with("According to Maker"));
    // Our own reader understands it, and each statement is about what it was made of.
    let read = Document::read(document.to_string().as_bytes()).unwrap();
    assert_eq!((read.statements.len(), read.skips.total), (4, 0));
    let vex = Vex::new(vec![Given { from: "own.json".to_owned(), only_for: None, document: read }]);
    for one in &found.exposures {
        assert!(vex.hear(&found.inventories[0], one).is_some(), "{}", one.advisory.id);
    }
    // Without anything to say there is no document: one without statements is none.
    let none = Found { exposures: Vec::new(), suppressed: Vec::new(), ..self::found() };
    assert_eq!(openvex::document(&none.answer()), None);
}

#[test]
fn cyclonedx_says_affected_and_that_it_rests_on_a_version() {
    let found = found();
    let document = cyclonedx::document(&found.answer());
    let entries = document["vulnerabilities"].as_array().unwrap();
    let of = |id: &str| entries.iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(of("GHSA-a")["analysis"]["state"], "exploitable");
    assert!(
        of("GHSA-a")["analysis"]["detail"].as_str().unwrap().ends_with("This rests on the version, not on a trial.")
    );
    assert_eq!(of("GHSA-a")["affects"][0]["versions"][0], json!({ "version": "1.0.0", "status": "affected" }));
    assert_eq!(of("GHSA-a")["ratings"][0]["severity"], "critical");
    assert_eq!(of("GHSA-a")["advisories"], json!([{ "url": "https://example.org/a" }]));
    assert_eq!(of("GHSA-c")["analysis"]["state"], "in_triage");
    assert_eq!(of("GHSA-d")["analysis"]["state"], "not_affected");
    let read = Document::read(document.to_string().as_bytes()).unwrap();
    assert_eq!((read.statements.len(), read.skips.total, read.author.as_str()), (4, 0, "Northfield Hospital"));
}

/// CycloneDX's own schema, if the data is there.
fn schema() -> Option<jsonschema::Validator> {
    let data = std::env::var_os("ASSAY_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), std::path::PathBuf::from);
    let Ok(file) = std::fs::File::open(data.join("conformance/conformance.tar.gz")) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the data for this test is not there");
        eprintln!("skipped: there is no {}", data.display());
        return None;
    };
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut schemas: Vec<(String, Value)> = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let name = path.rsplit('/').next().unwrap().to_owned();
        if ["bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json"].contains(&name.as_str()) {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            schemas.push((name, serde_json::from_str(&text).unwrap()));
        }
    }
    let main = schemas.iter().find(|(name, _)| name == "bom-1.6.schema.json").unwrap().1.clone();
    let mut registry = jsonschema::Registry::new();
    for (name, schema) in schemas.iter().filter(|(name, _)| name != "bom-1.6.schema.json") {
        let resource = jsonschema::Resource::from_contents(schema.clone());
        registry = registry.add(format!("http://cyclonedx.org/schema/{name}"), resource).unwrap();
    }
    let registry = registry.prepare().unwrap();
    Some(jsonschema::options().with_registry(&registry).should_validate_formats(true).build(&main).unwrap())
}

#[test]
fn cyclonedx_is_valid_by_its_own_schema() {
    let Some(schema) = schema() else { return };
    let mut found = found();
    // A product without a package URL, and a certainty that is not that of a package.
    let product = Component {
        what: What::Product { vendor: "Fortinet, Inc.".to_owned(), product: "FortiOS".to_owned() },
        version: Some("7.4.2 build 2571".to_owned()),
        purl: None,
        at: "line 7".to_owned(),
        site: Site::unknown(),
    };
    let mut product = exposure(product, "CVE-2024-21762", Touch::Affected, Some(0.0));
    product.certainty = Certainty::Likely;
    found.exposures.push(product);
    let document = cyclonedx::document(&found.answer());
    let errors: Vec<String> =
        schema.iter_errors(&document).map(|error| format!("{} {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The check can fail.
    let mut broken = document;
    broken["vulnerabilities"][0]["analysis"]["state"] = json!("affected");
    assert!(!schema.is_valid(&broken));
}

#[test]
fn the_page_shows_each_fact_with_its_source_and_follows_no_other_scheme() {
    let found = found();
    let page = page::html(&found.answer());
    for words in [
        "Skip to the answer",
        "1 of 3 things is affected.",
        "EPSS 42 % (model v2025.03.14, 2026-01-30)",
        "automatable, total impact (CISA SSVC of 2026-01-02)",
        "Update to 2.1.0 or later, which closes all 2.",
        "Taken off the list by a VEX statement (1)",
        "According to Maker, this version is being looked into",
        "325 days old",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("javascript:") && !page.contains("<script"));
}

#[test]
fn groups_put_one_update_before_many_records() {
    let found = found();
    let groups = group::groups(&found.exposures);
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0].first().unwrap().advisory.id, "GHSA-b", "what is exploited comes first");
    let remedy = assay_plan::Remedy::of(&groups[0].records).unwrap();
    assert_eq!(remedy.words, "Update to 2.1.0 or later, which closes all 2.");
    assert_eq!(groups[1].touch, Touch::CannotTell);
}

#[test]
fn addresses_that_are_none_are_not_followed() {
    for good in ["https://example.org", "http://example.org/a?b=c#d"] {
        assert_eq!(plain::address(good), Some(good));
    }
    for bad in [
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a b",
        "https://a\"b",
        "https://a%zz",
        "https://a#b#c",
        "//x",
    ] {
        assert_eq!(plain::address(bad), None, "{bad}");
    }
}

#[test]
fn a_name_of_a_megabyte_stays_a_name() {
    let long = format!("{}\u{202e}{}", "Pump ".repeat(100_000), "<b>".repeat(180_000));
    let mut found = found();
    for one in &mut found.exposures {
        if let What::Package { name, .. } = &mut one.component.what {
            name.clone_from(&long);
        }
        one.inventory.clone_from(&long);
        one.why.clone_from(&long);
        one.advisory.summary.clone_from(&long);
        one.component.site.place.clone_from(&long);
        one.component.site.patched_by = assay_inventory::component::PatchedBy::Vendor(long.clone());
    }
    let page = page::html(&found.answer());
    assert!(page.len() < 100_000 && !page.contains("<b>") && !page.contains('\u{202e}'), "{}", page.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Texts of strangers change no format's shape, and no page's.
    #[test]
    fn any_text_is_only_a_text(name in "\\PC{1,20}|.{1,20}", text in ".{0,60}|<script>.{0,9}|\u{202e}\\PC{0,9}", page_of in ".{0,30}|https://.{0,20}") {
        let mut found = found();
        for one in &mut found.exposures {
            if let What::Package { name: own, .. } = &mut one.component.what {
                own.push_str(&name);
            }
            one.inventory = name.clone();
            one.why.clone_from(&text);
            one.advisory.summary.clone_from(&text);
            one.advisory.id = text.clone() + "x";
            one.advisory.references = vec![page_of.clone()];
            one.component.version = Some(text.clone());
            one.fixed = vec![text.clone()];
        }
        let answer = found.answer();
        let log = sarif::log(&answer).to_string();
        let uri = serde_json::from_str::<Value>(&log).unwrap();
        let uri = uri["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_owned();
        prop_assert!(uri.is_ascii() && !uri.contains(':') && !uri.contains(' '), "{}", uri);
        let page = page::html(&answer);
        let acts = ["<script", "\u{202e}", "href=\"javascript"].iter().any(|text| page.contains(text));
        prop_assert!(!acts);
        prop_assert!(!plain::line(&text, 20).chars().any(char::is_control));
        cyclonedx::document(&answer);
        let read = Document::read(openvex::document(&answer).unwrap().to_string().as_bytes()).unwrap();
        prop_assert_eq!(read.statements.len(), 4);
    }
}
