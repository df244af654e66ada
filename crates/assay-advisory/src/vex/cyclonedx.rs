//! CycloneDX as VEX: `vulnerabilities[].analysis`, in a document of its own or
//! inside of an inventory. <https://cyclonedx.org/docs/1.6/json/>
//!
//! Its six states are not the four of the others; [`status`] says which is
//! which. A vulnerability without an analysis is a report and no statement, and
//! is stepped over.

use std::collections::BTreeMap;

use serde_json::Value;

use super::tree::{instant, is_name, line, list, name, text, words};
use super::{BadVex, Collect, Document, Form, Name, Product, References, Statement, Status, Versions};

/// Deepest nesting of components that is followed; serde_json refuses documents that could go deeper.
const DEPTH: usize = 64;

/// Most names of one vulnerability.
const IDS: usize = 1_000;

pub(super) fn read(value: &Value) -> Result<Document, BadVex> {
    let references = references(value);
    let mut collect = Collect::default();
    for (n, one) in list(value, "vulnerabilities").iter().enumerate() {
        let at = format!("vulnerabilities[{n}]");
        if let Some(analysis) = one.get("analysis").filter(|analysis| analysis.get("state").is_some())
            && let Err(why) = vulnerability(value, one, analysis, &at, &references, &mut collect)?
        {
            collect.skips.push(&at, why);
        }
    }
    Ok(collect.done(Form::CycloneDx, references.serial, author(value)))
}

/// Who says so: the authors, else who supplies or made the document, else who supplies what it describes.
fn author(value: &Value) -> String {
    let Some(metadata) = value.get("metadata") else { return String::new() };
    let authors: Vec<String> = list(metadata, "authors")
        .iter()
        .filter_map(|one| text(one, "name").or_else(|| text(one, "email")))
        .map(line)
        .collect();
    if !authors.is_empty() {
        return line(&authors.join(", "));
    }
    let organisation = |of: Option<&Value>, key: &str| of?.get(key).and_then(|it| text(it, "name")).map(line);
    ["supplier", "manufacturer", "manufacture"]
        .iter()
        .find_map(|key| organisation(Some(metadata), key))
        .or_else(|| organisation(metadata.get("component"), "supplier"))
        .unwrap_or_default()
}

/// The inner error is the reason why this vulnerability alone is left out.
fn vulnerability(
    document: &Value,
    value: &Value,
    analysis: &Value,
    at: &str,
    references: &References,
    collect: &mut Collect,
) -> Result<Result<(), String>, BadVex> {
    let Some(status) = text(analysis, "state").and_then(status) else {
        return Ok(Err(format!("`{}` is no state of CycloneDX", line(text(analysis, "state").unwrap_or_default()))));
    };
    let others = list(value, "references").iter().filter_map(|other| name(other, "id"));
    let mut ids: Vec<String> = Vec::new();
    for id in name(value, "id").into_iter().chain(others) {
        if !ids.contains(&id) && ids.len() < IDS {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Ok(Err("it names no vulnerability".to_owned()));
    }
    let when = instant(analysis, "lastUpdated")
        .or_else(|| instant(analysis, "firstIssued"))
        .or_else(|| instant(document.get("metadata").unwrap_or(&Value::Null), "timestamp"));
    let make = |product: Product, status: Status| Statement {
        at: at.to_owned(),
        ids: ids.clone(),
        product,
        status,
        justification: words(analysis, "justification").filter(|_| status == Status::NotAffected),
        detail: words(analysis, "detail"),
        when,
    };
    let affects = list(value, "affects");
    if affects.is_empty() {
        return Ok(Err("it names no component".to_owned()));
    }
    for (n, affected) in affects.iter().enumerate() {
        let place = format!("{at}.affects[{n}]");
        let names = match text(affected, "ref").map(|reference| point(reference, references)) {
            Some(Ok(names)) => names,
            Some(Err(why)) => {
                collect.skips.push(place, why);
                continue;
            }
            None => {
                collect.skips.push(place, "it has no reference");
                continue;
            }
        };
        let versions = list(affected, "versions");
        if versions.is_empty() {
            collect.push(make(Product { names, ..Product::default() }, status))?;
            continue;
        }
        for (m, one) in versions.iter().enumerate() {
            let range =
                text(one, "range").filter(|range| is_name(range)).map(|range| Versions::Range(range.to_owned()));
            let meant = name(one, "version").map(Versions::Exactly).or(range);
            let Some(meant) = meant else {
                collect.skips.push(format!("{place}.versions[{m}]"), "it names no version and no range");
                continue;
            };
            // 1.4 to 1.7: `affected` where the word is missing.
            let status = match text(one, "status") {
                Some("unaffected") if status == Status::Fixed => Status::Fixed,
                Some("unaffected") => Status::NotAffected,
                Some("unknown") => Status::UnderInvestigation,
                Some("affected") | None => status,
                Some(other) => {
                    let why = format!("`{}` is no status of a version", line(other));
                    collect.skips.push(format!("{place}.versions[{m}]"), why);
                    continue;
                }
            };
            // A versioned name beside a version of its own would have to agree with both.
            let names = names.clone();
            collect.push(make(Product { names, inside: Vec::new(), versions: Some(meant) }, status))?;
        }
    }
    Ok(Ok(()))
}

/// Which of the four words a state is. `exploitable` is *affected*; a false positive is *not affected*.
fn status(state: &str) -> Option<Status> {
    Some(match state {
        "resolved" | "resolved_with_pedigree" => Status::Fixed,
        "exploitable" => Status::Affected,
        "in_triage" => Status::UnderInvestigation,
        "false_positive" | "not_affected" => Status::NotAffected,
        _ => return None,
    })
}

/// What a reference stands for: a component of this document, or a link into another one (`urn:cdx:SERIAL/VERSION#REF`).
fn point(reference: &str, references: &References) -> Result<Vec<Name>, String> {
    if let Some(names) = references.names.get(reference) {
        return match names.is_empty() {
            true => Err("the component that it points to has no name".to_owned()),
            false => Ok(names.clone()),
        };
    }
    let link = reference.strip_prefix("urn:cdx:").and_then(|rest| rest.split_once('#'));
    let Some((document, inner)) = link else {
        return Err(format!("`{}` is no component of this document", line(reference)));
    };
    let serial = document.split('/').next().unwrap_or(document);
    let inner = percent_decoded(inner).filter(|inner| is_name(inner)).ok_or("its reference is no text")?;
    let serial = format!("urn:uuid:{serial}");
    if serial == references.serial
        && let Some(names) = references.names.get(&inner)
    {
        return Ok(names.clone());
    }
    Ok(vec![Name::BomRef { serial, reference: inner }])
}

/// Percent-decoded, as package URLs, `vers` ranges and bom-links write what is special to them; none if that is no text.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

/// The serial number and the components' names, nested ones too.
pub(super) fn references(value: &Value) -> References {
    let mut names = BTreeMap::new();
    if let Some(described) = value.get("metadata").and_then(|metadata| metadata.get("component")) {
        component(described, 0, &mut names);
    }
    for one in list(value, "components") {
        component(one, 0, &mut names);
    }
    References { serial: name(value, "serialNumber").unwrap_or_default(), names }
}

fn component(value: &Value, depth: usize, names: &mut BTreeMap<String, Vec<Name>>) {
    if let Some(reference) = name(value, "bom-ref") {
        // The first of two with one reference keeps it: the specification forbids the second.
        names.entry(reference).or_insert_with(|| component_names(value));
    }
    if depth < DEPTH {
        for inner in list(value, "components") {
            component(inner, depth + 1, names);
        }
    }
}

fn component_names(value: &Value) -> Vec<Name> {
    if let Some(purl) = name(value, "purl") {
        return vec![Name::Purl(purl)];
    }
    let version = name(value, "version");
    if let Some(cpe) = name(value, "cpe") {
        return vec![Name::Cpe(cpe)];
    }
    let organisation = |key: &str| value.get(key).and_then(|of| name(of, "name"));
    let maker = organisation("supplier")
        .or_else(|| organisation("manufacturer"))
        .or_else(|| name(value, "publisher"))
        .or_else(|| name(value, "group"))
        .unwrap_or_default();
    name(value, "name").map(|name| Name::Words { maker, name, version }).into_iter().collect()
}
