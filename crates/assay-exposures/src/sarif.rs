//! SARIF 2.1.0 for code-scanning views:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! One rule an advisory, one result an exposure. *Affected* is a failure with a
//! level; *cannot tell* is a `review`, which the standard keeps for what a
//! person has to decide (3.27.9); a notice is `informational`. What a VEX
//! statement took off the list stays in the log, suppressed, with whose word it
//! was (3.35): nothing goes missing without a trace.

use std::collections::BTreeMap;

use assay_match::exposure::{AdvisoryFacts, Exposure, Touch};
use assay_match::vex::Heard;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::fact::{self, Level};
use crate::{digest, plain, product};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Results of one log. GitHub reads 25,000 of a run; beyond that a log helps nobody, and the rest is said to be left out.
pub const RESULTS: usize = 25_000;

/// The log.
pub fn log(answer: &Answer<'_>) -> Value {
    let mut rules: Vec<Value> = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut results = Vec::new();
    let all = answer.exposures.iter().filter(|one| one.touch != Touch::NotAffected);
    let suppressed = answer.suppressed.iter();
    let mut every: Vec<(&Exposure, Option<&Heard>, bool)> = all.map(|one| (one, None, false)).collect();
    every.extend(suppressed.map(|one| (&one.exposure, Some(&one.by), false)));
    every.extend(answer.notices.iter().map(|one| (one, None, true)));
    let left_out = every.len().saturating_sub(RESULTS);
    // What is left out is the least urgent.
    every.sort_by(|a, b| {
        let rank = |it: &(&Exposure, Option<&Heard>, bool)| (it.2, it.1.is_some(), it.0.touch);
        rank(a).cmp(&rank(b)).then(fact::urgency(&b.0.advisory).total_cmp(&fact::urgency(&a.0.advisory)))
    });
    for (exposure, by, notice) in every.into_iter().take(RESULTS) {
        let advisory = &exposure.advisory;
        let key = (advisory.source.clone(), advisory.id.clone());
        let place = *places.entry(key).or_insert_with(|| {
            rules.push(rule(advisory, notice));
            rules.len() - 1
        });
        results.push(result(answer, exposure, by, notice, place, &rules));
    }
    let mut run = json!({
        "tool": { "driver": {
            "name": "Assay",
            "semanticVersion": answer.version,
            "rules": rules,
        } },
        "automationDetails": { "id": "assay/scan/" },
        "invocations": [{ "executionSuccessful": true, "endTimeUtc": answer.made.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "answer": answer.sentence,
            "sources": answer.sources.iter().map(|source| json!({
                "feed": source.feed, "name": plain::line(&source.name, 500), "records": source.records,
                "newest": source.newest, "age": source.age.words, "stale": source.age.stale,
            })).collect::<Vec<_>>(),
        },
    });
    if left_out > 0
        && let Some(invocation) = run.pointer_mut("/invocations/0").and_then(Value::as_object_mut)
    {
        let text = format!(
            "{left_out} of the least urgent results are left out of this log; `assay scan --format json` has all."
        );
        invocation.insert(
            "toolExecutionNotifications".to_owned(),
            json!([{ "level": "warning", "message": { "text": text } }]),
        );
    }
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn rule(advisory: &AdvisoryFacts, notice: bool) -> Value {
    let summary = match plain::line(&advisory.summary, 300) {
        text if text.is_empty() => plain::line(&advisory.id, 100),
        text => text,
    };
    let mut facts = fact::clauses(advisory).join("; ");
    if facts.is_empty() {
        facts = "No severity, exploitation or SSVC decision is known from the records at hand.".to_owned();
    }
    let pages: Vec<&str> = advisory.references.iter().filter_map(|page| plain::address(page)).take(5).collect();
    let mut markdown = format!("**{}**\n\n{}\n", markdown(&summary), markdown(&facts));
    for page in &pages {
        markdown.push_str(&format!("\n- <{page}>"));
    }
    let mut tags = vec!["security".to_owned()];
    if notice {
        tags.push("notice".to_owned());
    } else {
        tags.push("vulnerability".to_owned());
    }
    if advisory.kev.is_some() {
        tags.push("known-exploited".to_owned());
    }
    tags.extend(advisory.aliases.iter().filter(|id| id.starts_with("CVE-")).take(20).map(|id| plain::line(id, 40)));
    let mut properties = Map::new();
    properties.insert("tags".to_owned(), json!(tags));
    properties.insert("precision".to_owned(), json!("high"));
    properties.insert("source".to_owned(), json!(plain::line(&advisory.source, 500)));
    properties.insert("problem.severity".to_owned(), json!(if notice { "recommendation" } else { "error" }));
    // GitHub sorts by this number, which it wants as a text.
    if let Some(score) = advisory.score.filter(|_| !notice) {
        properties.insert("security-severity".to_owned(), json!(format!("{score:.1}")));
    }
    let facts_of = [
        ("cvss", json!(advisory.cvss)),
        ("kev", json!(advisory.kev)),
        ("epss", json!(advisory.epss)),
        ("automatable", json!(advisory.automatable)),
        ("impact", json!(advisory.impact)),
        ("ssvc-from", json!(advisory.ssvc_from)),
    ];
    for (key, value) in facts_of.into_iter().filter(|(_, value)| !value.is_null()) {
        properties.insert(key.to_owned(), value);
    }
    let mut rule = json!({
        "id": plain::line(&advisory.id, 200),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": format!("{summary}. {facts}") },
        "help": { "text": format!("{summary}. {facts}"), "markdown": markdown },
        "defaultConfiguration": { "level": if notice { "note" } else { level(advisory) } },
        "properties": properties,
    });
    if let (Some(page), Some(rule)) = (pages.first(), rule.as_object_mut()) {
        rule.insert("helpUri".to_owned(), json!(page));
    }
    rule
}

fn level(advisory: &AdvisoryFacts) -> &'static str {
    match Level::of(advisory) {
        Level::Exploited | Level::High => "error",
        Level::Medium => "warning",
        Level::Low => "note",
    }
}

fn result(
    answer: &Answer<'_>,
    exposure: &Exposure,
    by: Option<&Heard>,
    notice: bool,
    place: usize,
    rules: &[Value],
) -> Value {
    let advisory = &exposure.advisory;
    let thing = product::thing(&exposure.component);
    let id = plain::line(&advisory.id, 100);
    let (kind, level, verb) = match exposure.touch {
        _ if notice => ("informational", "none", "has a notice"),
        Touch::Affected => ("fail", level(advisory), "is affected by"),
        // 3.27.10: of every kind but `fail`, the level is `none`.
        Touch::CannotTell | Touch::NotAffected => ("review", "none", "may be affected by"),
    };
    let mut text = format!("{thing} {verb} {id}");
    if exposure.touch == Touch::Affected && !notice {
        text.push_str(&format!(": {}", fact::fix(exposure)));
    }
    text.push_str(&format!(". {}", plain::line(&exposure.why, 600)));
    let facts = fact::clauses(advisory);
    if !facts.is_empty() && !notice {
        text.push_str(&format!(" It is {}.", facts.join("; ").replacen("CVSS", "rated CVSS", 1)));
    }
    let told = by.or_else(|| answer.told(exposure).map(|told| &told.by));
    if let Some(heard) = told {
        text.push_str(&format!(" {}", plain::line(&heard.why, 600)));
    }
    let mut location = json!({ "artifactLocation": { "uri": uri(&exposure.inventory) } });
    if let (Some(line), Some(location)) = (answer.line(exposure), location.as_object_mut()) {
        location.insert("region".to_owned(), json!({ "startLine": line }));
    }
    let name = product::name(&exposure.component);
    // The version is left out, so that an update that does not help keeps the finding's name.
    let print = digest::of(["assay exposure 1", &exposure.inventory, &name, &advisory.source, &advisory.id]);
    json!({
        "ruleId": rules.get(place).and_then(|rule| rule.get("id")).cloned().unwrap_or_default(),
        "ruleIndex": place,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{
            "physicalLocation": location,
            "logicalLocations": [{
                "name": name,
                "fullyQualifiedName": product::purl(&exposure.component),
                "kind": "module",
            }],
        }],
        "partialFingerprints": { "assayExposure/v1": digest::hex(&print) },
        "suppressions": by.map(suppression).into_iter().collect::<Vec<_>>(),
        "properties": {
            "touch": exposure.touch,
            "certainty": exposure.certainty,
            "version": exposure.component.version,
            "fixed": exposure.fixed,
            "at": plain::line(&exposure.component.at, 300),
            "vex": told.map(|heard| heard.outcome),
        },
    })
}

fn suppression(heard: &Heard) -> Value {
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": plain::line(&heard.why, 1_000),
        "properties": { "vex": heard.words },
    })
}

/// A file's name as a relative reference (RFC 3986), percent-encoded.
pub(crate) fn uri(name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    let mut out = String::new();
    for (at, byte) in name.bytes().enumerate() {
        // A colon in the first part would make what is before it a scheme (clause 4.2).
        let keep = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
        if keep && !(byte == b'/' && at > 0 && name.as_bytes().get(at - 1) == Some(&b'/') && at == 1) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    if out.is_empty() { "inventory".to_owned() } else { out }
}

/// Characters that Markdown would act on, quoted.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
