//! OpenVEX 0.2.0 and its two forerunners: <https://github.com/openvex/spec>.
//!
//! A statement about a *subcomponent* holds inside of its product alone. The
//! forerunners write a vulnerability and a product as plain texts.

use serde_json::Value;

use super::tree::{instant, is_name, line, list, name, names, text, words};
use super::{BadVex, Collect, Document, Form, Name, Product, Statement, Status};

pub(super) fn read(value: &Value) -> Result<Document, BadVex> {
    let issued = instant(value, "last_updated").or_else(|| instant(value, "timestamp"));
    let mut collect = Collect::default();
    for (n, one) in list(value, "statements").iter().enumerate() {
        let at = format!("statements[{n}]");
        if let Err(why) = statement(one, &at, issued, &mut collect)? {
            collect.skips.push(&at, why);
        }
    }
    let author = text(value, "author").map(line).unwrap_or_default();
    Ok(collect.done(Form::OpenVex, name(value, "@id").unwrap_or_default(), author))
}

/// The inner error is the reason why this statement alone is left out.
fn statement(
    value: &Value,
    at: &str,
    issued: Option<assay_base::Instant>,
    collect: &mut Collect,
) -> Result<Result<(), String>, BadVex> {
    let status = match text(value, "status") {
        Some("not_affected") => Status::NotAffected,
        Some("affected") => Status::Affected,
        Some("fixed") => Status::Fixed,
        Some("under_investigation") => Status::UnderInvestigation,
        Some(other) => return Ok(Err(format!("`{}` is no status of OpenVEX", line(other)))),
        None => return Ok(Err("it has no status".to_owned())),
    };
    let ids = vulnerability(value);
    if ids.is_empty() {
        return Ok(Err("it names no vulnerability".to_owned()));
    }
    let detail = match status {
        Status::NotAffected => words(value, "impact_statement").or_else(|| words(value, "status_notes")),
        Status::Affected => words(value, "action_statement").or_else(|| words(value, "status_notes")),
        Status::Fixed | Status::UnderInvestigation => words(value, "status_notes"),
    };
    let make = |product: Product| Statement {
        at: at.to_owned(),
        ids: ids.clone(),
        product,
        status,
        justification: words(value, "justification").filter(|_| status == Status::NotAffected),
        detail: detail.clone(),
        when: instant(value, "last_updated").or_else(|| instant(value, "timestamp")).or(issued),
    };
    let products = list(value, "products");
    if products.is_empty() {
        return Ok(Err("it names no product".to_owned()));
    }
    for (n, product) in products.iter().enumerate() {
        let own = identifiers(product);
        let inner = list(product, "subcomponents");
        if own.is_empty() {
            collect.skips.push(format!("{at}.products[{n}]"), "it has no package URL and no CPE name");
        } else if inner.is_empty() {
            collect.push(make(Product { names: own, ..Product::default() }))?;
        }
        for (m, part) in inner.iter().enumerate().filter(|_| !identifiers(product).is_empty()) {
            let names = identifiers(part);
            if names.is_empty() {
                let place = format!("{at}.products[{n}].subcomponents[{m}]");
                collect.skips.push(place, "it has no package URL and no CPE name");
            } else {
                collect.push(make(Product { names, inside: identifiers(product), versions: None }))?;
            }
        }
    }
    Ok(Ok(()))
}

fn vulnerability(value: &Value) -> Vec<String> {
    let Some(of) = value.get("vulnerability") else { return Vec::new() };
    let one = |text: &str| Some(text.trim()).filter(|text| !text.is_empty() && is_name(text)).map(str::to_owned);
    match of {
        Value::String(id) => one(id).into_iter().collect(),
        _ => {
            // `@id` is an address; only one that is itself an id names the vulnerability.
            let id = text(of, "@id").filter(|id| !id.contains('/')).and_then(one);
            name(of, "name").into_iter().chain(id).chain(names(of, "aliases").map(str::to_owned)).collect()
        }
    }
}

/// The names by which a product or a part of one can be recognised.
fn identifiers(value: &Value) -> Vec<Name> {
    let named = |text: &str| -> Option<Name> {
        let text = text.trim();
        if !is_name(text) {
            None
        } else if text.starts_with("pkg:") {
            Some(Name::Purl(text.to_owned()))
        } else if text.starts_with("cpe:") {
            Some(Name::Cpe(text.to_owned()))
        } else {
            None
        }
    };
    if let Value::String(id) = value {
        return named(id).into_iter().collect();
    }
    let inner = value.get("identifiers");
    let under = |key: &str| inner.and_then(|inner| text(inner, key)).and_then(named);
    let mut all: Vec<Name> = [under("purl"), under("cpe23"), under("cpe22"), text(value, "@id").and_then(named)]
        .into_iter()
        .flatten()
        .collect();
    all.dedup();
    all
}
