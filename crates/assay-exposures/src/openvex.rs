//! OpenVEX 0.2.0: <https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md>
//!
//! *Affected* carries what to do, *cannot tell* is `under_investigation`, and
//! what another's statement took off the list is written again with whose word
//! it was. *Not affected* by version has an impact statement that names the
//! record and the comparison; none of the five justifications says that.

use assay_advisory::vex::Status;
use assay_match::exposure::{Exposure, Touch};
use assay_match::vex::Heard;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::{digest, fact, plain, product};

const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";
/// The justifications of OpenVEX; another format's word is no justification here.
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// What is left to do where nobody says anything better.
const NO_FIX: &str =
    "No record names a version with the fix. Ask who makes it, and take it out of reach until there is one.";

/// The document; none if there is nothing to say, because a document needs a statement.
pub fn document(answer: &Answer<'_>) -> Option<Value> {
    let made = stamp(answer);
    let mut statements: Vec<Value> = answer
        .exposures
        .iter()
        .map(|exposure| by_record(exposure, answer.told(exposure).map(|told| &told.by)))
        .collect();
    statements.extend(answer.suppressed.iter().map(|one| by_word(&one.exposure, &one.by)));
    if statements.is_empty() {
        return None;
    }
    let content = serde_json::to_string(&statements).unwrap_or_default();
    let id = digest::uuid(digest::of(["assay openvex 1", &made, answer.author, &content]));
    Some(json!({
        "@context": CONTEXT,
        "@id": format!("urn:uuid:{id}"),
        // OpenVEX asks for an author; who made it, Assay does not know unless it is told.
        "author": if answer.author.is_empty() { "Unknown Author".to_owned() } else { plain::line(answer.author, 200) },
        "timestamp": made,
        "version": 1,
        "tooling": format!("Assay {}", answer.version),
        "statements": statements,
    }))
}

fn by_record(exposure: &Exposure, told: Option<&Heard>) -> Value {
    let mut statement = base(exposure);
    let why = plain::line(&exposure.why, 600);
    match exposure.touch {
        Touch::Affected => {
            put(&mut statement, "status", "affected");
            // Clause «status labels»: `affected` has to say what to do.
            put(&mut statement, "action_statement", &action(exposure));
        }
        Touch::CannotTell => put(&mut statement, "status", "under_investigation"),
        Touch::NotAffected => {
            put(&mut statement, "status", "not_affected");
            put(&mut statement, "impact_statement", &why);
        }
    }
    let said = told.map(|heard| format!(" {}", plain::line(&heard.why, 600))).unwrap_or_default();
    put(&mut statement, "status_notes", &format!("{why} {}{said}", fact::certainty(exposure.certainty)));
    Value::Object(statement)
}

fn by_word(exposure: &Exposure, by: &Heard) -> Value {
    let mut statement = base(exposure);
    let first = by.words.iter().find(|word| word.status == Status::NotAffected);
    match first {
        Some(word) => {
            put(&mut statement, "status", "not_affected");
            if let Some(word) = word.justification.as_deref().filter(|word| JUSTIFICATIONS.contains(word)) {
                put(&mut statement, "justification", word);
            }
            put(&mut statement, "impact_statement", &plain::line(&by.why, 1_000));
        }
        None => put(&mut statement, "status", "fixed"),
    }
    put(&mut statement, "status_notes", &plain::line(&by.why, 1_000));
    Value::Object(statement)
}

fn base(exposure: &Exposure) -> Map<String, Value> {
    let advisory = &exposure.advisory;
    // A CVE id is what others look for.
    let names: Vec<&String> = std::iter::once(&advisory.id).chain(&advisory.aliases).collect();
    let name = names.iter().find(|name| name.starts_with("CVE-")).copied().unwrap_or(&advisory.id);
    let aliases: Vec<String> =
        names.iter().filter(|other| **other != name).map(|other| plain::line(other, 200)).collect();
    let purl = product::purl(&exposure.component);
    let mut vulnerability = Map::new();
    put(&mut vulnerability, "name", &plain::line(name, 200));
    if !advisory.summary.is_empty() {
        put(&mut vulnerability, "description", &plain::line(&advisory.summary, 300));
    }
    if !aliases.is_empty() {
        vulnerability.insert("aliases".to_owned(), json!(aliases));
    }
    let mut statement = Map::new();
    statement.insert("vulnerability".to_owned(), Value::Object(vulnerability));
    statement.insert("products".to_owned(), json!([{ "@id": purl, "identifiers": { "purl": purl } }]));
    statement
}

/// What to do, in one sentence.
pub(crate) fn action(exposure: &Exposure) -> String {
    match exposure.fixed.as_slice() {
        [] => match exposure.remedies.first() {
            Some(remedy) => plain::line(&remedy.text, 600),
            None => NO_FIX.to_owned(),
        },
        _ => {
            let fix = fact::fix(exposure).replacen("fixed in ", "", 1);
            format!("Update {} to {fix} or later.", product::name(&exposure.component))
        }
    }
}

fn stamp(answer: &Answer<'_>) -> String {
    answer.made.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn put(map: &mut Map<String, Value>, key: &str, text: &str) {
    map.insert(key.to_owned(), json!(text));
}
