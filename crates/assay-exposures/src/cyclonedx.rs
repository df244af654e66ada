//! CycloneDX 1.6 as VEX: <https://cyclonedx.org/docs/1.6/json/>
//!
//! The things that are touched are listed as components, and each vulnerability
//! points to them. A match by version is *affected* in `affects.versions`; its
//! analysis is `exploitable`, the format's only word for *affected*, and its
//! detail says that it rests on a version and not on a trial. *Cannot tell* is
//! `in_triage` and `unknown`.

use std::collections::{BTreeMap, BTreeSet};

use assay_advisory::vex::Status;
use assay_match::exposure::{AdvisoryFacts, Exposure, Touch};
use assay_match::vex::Heard;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::{digest, fact, openvex, plain, product};

/// The justifications of CycloneDX 1.6; another format's word is no justification here.
const JUSTIFICATIONS: [&str; 9] = [
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
];

/// What makes a vulnerability entry of its own: its record and what is said of it.
type Key<'a> = (&'a str, &'a str, &'static str, String);
/// The components that an entry points to, each with a version and what is said of it.
type Affects = BTreeSet<(String, String, &'static str)>;

/// The document.
pub fn document(answer: &Answer<'_>) -> Value {
    let mut components: BTreeMap<String, Value> = BTreeMap::new();
    let mut entries: BTreeMap<Key<'_>, (Value, Affects)> = BTreeMap::new();
    let plain_ones =
        answer.exposures.iter().map(|exposure| (exposure, None, answer.told(exposure).map(|told| &told.by)));
    let silent = answer.suppressed.iter().map(|one| (&one.exposure, Some(&one.by), None));
    for (exposure, by, told) in plain_ones.chain(silent) {
        let reference = reference(exposure);
        components.entry(reference.clone()).or_insert_with(|| component(exposure, &reference));
        let (state, status) = state(exposure, by);
        let detail = detail(exposure, by, told);
        let key = (exposure.advisory.source.as_str(), exposure.advisory.id.as_str(), state, detail.clone());
        let (_, affects) =
            entries.entry(key).or_insert_with(|| (vulnerability(exposure, by, state, &detail), BTreeSet::new()));
        affects.insert((reference, exposure.component.version.clone().unwrap_or_default(), status));
    }
    let vulnerabilities: Vec<Value> = entries
        .into_values()
        .enumerate()
        .map(|(number, (mut value, affects))| {
            if let Some(map) = value.as_object_mut() {
                map.insert("bom-ref".to_owned(), json!(format!("vulnerability-{}", number + 1)));
                map.insert("affects".to_owned(), affected(affects));
            }
            value
        })
        .collect();
    let made = answer.made.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let content = serde_json::to_string(&vulnerabilities).unwrap_or_default();
    let serial = digest::uuid(digest::of(["assay cyclonedx 1", &made, answer.author, &content]));
    let mut metadata = json!({
        "timestamp": made,
        "tools": { "components": [{ "type": "application", "name": "Assay", "version": answer.version }] },
    });
    if let (false, Some(map)) = (answer.author.is_empty(), metadata.as_object_mut()) {
        map.insert("authors".to_owned(), json!([{ "name": plain::line(answer.author, 200) }]));
    }
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{serial}"),
        "version": 1,
        "metadata": metadata,
        "components": components.into_values().collect::<Vec<_>>(),
        "vulnerabilities": vulnerabilities,
    })
}

/// One component a name and version; two inventories that have it share it.
fn reference(exposure: &Exposure) -> String {
    product::purl(&exposure.component)
}

fn component(exposure: &Exposure, reference: &str) -> Value {
    let component = &exposure.component;
    let is_package = matches!(component.what, assay_inventory::component::What::Package { .. });
    let mut value = json!({
        "type": if is_package { "library" } else { "application" },
        "bom-ref": reference,
        "name": product::name(component),
        "purl": reference,
    });
    if let (Some(version), Some(map)) = (&component.version, value.as_object_mut()) {
        map.insert("version".to_owned(), json!(plain::line(version, 200)));
    }
    value
}

fn state(exposure: &Exposure, by: Option<&Heard>) -> (&'static str, &'static str) {
    match (by, exposure.touch) {
        (Some(heard), _) if heard.words.iter().any(|word| word.status == Status::NotAffected) => {
            ("not_affected", "unaffected")
        }
        (Some(_), _) => ("resolved", "unaffected"),
        (None, Touch::Affected) => ("exploitable", "affected"),
        (None, Touch::CannotTell) => ("in_triage", "unknown"),
        (None, Touch::NotAffected) => ("not_affected", "unaffected"),
    }
}

fn detail(exposure: &Exposure, by: Option<&Heard>, told: Option<&Heard>) -> String {
    if let Some(heard) = by {
        return plain::line(&heard.why, 1_000);
    }
    let rests = match exposure.touch {
        Touch::Affected => " This rests on the version, not on a trial.",
        Touch::CannotTell | Touch::NotAffected => "",
    };
    let said = told.map(|heard| format!(" {}", plain::line(&heard.why, 600))).unwrap_or_default();
    format!("{} {}{rests}{said}", plain::line(&exposure.why, 600), fact::certainty(exposure.certainty))
}

fn vulnerability(exposure: &Exposure, by: Option<&Heard>, state: &str, detail: &str) -> Value {
    let advisory = &exposure.advisory;
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(plain::line(&advisory.id, 200)));
    map.insert("source".to_owned(), json!({ "name": plain::line(&advisory.source, 300) }));
    let others: Vec<Value> = advisory
        .aliases
        .iter()
        .map(|id| json!({ "id": plain::line(id, 200), "source": { "name": plain::line(&advisory.source, 300) } }))
        .collect();
    if !others.is_empty() {
        map.insert("references".to_owned(), json!(others));
    }
    let ratings = ratings(advisory);
    if !ratings.is_empty() {
        map.insert("ratings".to_owned(), json!(ratings));
    }
    if !advisory.summary.is_empty() {
        map.insert("description".to_owned(), json!(plain::line(&advisory.summary, 400)));
    }
    let pages: Vec<Value> =
        advisory.references.iter().filter_map(|page| plain::address(page)).map(|page| json!({ "url": page })).collect();
    if !pages.is_empty() {
        map.insert("advisories".to_owned(), json!(pages));
    }
    if let Some(published) = advisory.published.as_deref().and_then(|text| text.parse::<assay_base::Instant>().ok()) {
        map.insert("published".to_owned(), json!(published));
    }
    let mut analysis = Map::new();
    analysis.insert("state".to_owned(), json!(state));
    analysis.insert("detail".to_owned(), json!(detail));
    let justification = by.and_then(|heard| heard.words.iter().find_map(|word| word.justification.as_deref()));
    if let Some(word) = justification.filter(|word| state == "not_affected" && JUSTIFICATIONS.contains(word)) {
        analysis.insert("justification".to_owned(), json!(word));
    }
    if exposure.touch == Touch::Affected && by.is_none() {
        map.insert("recommendation".to_owned(), json!(openvex::action(exposure)));
        if !exposure.fixed.is_empty() {
            analysis.insert("response".to_owned(), json!(["update"]));
        }
    }
    map.insert("analysis".to_owned(), Value::Object(analysis));
    map.insert("properties".to_owned(), json!(properties(exposure, by)));
    Value::Object(map)
}

fn ratings(advisory: &AdvisoryFacts) -> Vec<Value> {
    let mut ratings = Vec::new();
    if let (Some(score), Some(vector)) = (advisory.score, advisory.cvss.as_deref()) {
        let method = match vector.get(..8) {
            Some("CVSS:3.0") => "CVSSv3",
            Some("CVSS:3.1") => "CVSSv31",
            Some("CVSS:4.0") => "CVSSv4",
            _ => "other",
        };
        let severity = match score {
            score if score >= 9.0 => "critical",
            score if score >= 7.0 => "high",
            score if score >= 4.0 => "medium",
            score if score > 0.0 => "low",
            _ => "none",
        };
        ratings.push(
            json!({ "score": score, "severity": severity, "method": method, "vector": plain::line(vector, 300) }),
        );
    }
    if let Some(epss) = &advisory.epss {
        let from = format!("EPSS {} {}", epss.model, epss.day);
        ratings.push(json!({ "score": epss.score, "method": "other", "source": { "name": plain::line(&from, 80) } }));
    }
    ratings
}

fn properties(exposure: &Exposure, by: Option<&Heard>) -> Vec<Value> {
    let advisory = &exposure.advisory;
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = vec![
        ("assay:touch", word(json!(exposure.touch))),
        ("assay:certainty", word(json!(exposure.certainty))),
        ("assay:automatable", word(json!(advisory.automatable))),
        ("assay:impact", word(json!(advisory.impact))),
        ("assay:ssvc-from", plain::line(&advisory.ssvc_from, 100)),
    ];
    if let Some(kev) = &advisory.kev {
        all.push(("assay:kev-added", plain::line(&kev.added, 10)));
        all.push(("assay:kev-ransomware", word(json!(kev.ransomware))));
    }
    for fix in exposure.fixed.iter().take(12) {
        all.push(("assay:fixed", plain::line(fix, 100)));
    }
    for heard in by.iter().flat_map(|heard| &heard.words) {
        let who = if heard.author.is_empty() { &heard.from } else { &heard.author };
        all.push(("assay:vex-author", plain::line(who, 200)));
    }
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn affected(affects: Affects) -> Value {
    let mut by_reference: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (reference, version, status) in affects {
        let versions = by_reference.entry(reference).or_default();
        if !version.is_empty() {
            versions.push(json!({ "version": plain::line(&version, 200), "status": status }));
        }
    }
    let list: Vec<Value> = by_reference
        .into_iter()
        .map(|(reference, versions)| match versions.is_empty() {
            true => json!({ "ref": reference }),
            false => json!({ "ref": reference, "versions": versions }),
        })
        .collect();
    json!(list)
}
