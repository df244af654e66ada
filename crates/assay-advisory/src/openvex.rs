//! The record as OpenVEX 0.2.0: <https://github.com/openvex/spec>.
//!
//! One statement says which ranges are affected and what to do, one which
//! versions are fixed. A range is a package URL with the qualifier `vers`.

use assay_base::Instant;
use serde::Serialize;

use crate::osv::{WriteError, pretty};
use crate::record::Record;

/// The context of this version.
const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    role: &'static str,
    timestamp: Instant,
    version: u32,
    tooling: &'static str,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Statement<'a> {
    vulnerability: Vulnerability<'a>,
    timestamp: Instant,
    products: Vec<Product>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement_timestamp: Option<Instant>,
}

#[derive(Clone, Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
}

#[derive(Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    identifiers: Identifiers,
}

#[derive(Serialize)]
struct Identifiers {
    purl: String,
}

impl Product {
    fn of(purl: String) -> Self {
        Self { id: purl.clone(), identifiers: Identifiers { purl } }
    }
}

/// The record as an OpenVEX document, with a newline at its end.
///
/// # Errors
/// Never for a record that holds together; the type says so for all forms alike.
pub fn write(record: &Record) -> Result<Vec<u8>, WriteError> {
    // A CVE id is what others look for; without one, our own id is.
    let name = record.cve().unwrap_or(record.id.as_str());
    let others = std::iter::once(record.id.as_str()).chain(record.aliases.iter().map(String::as_str));
    let vulnerability =
        Vulnerability { name, description: &record.title, aliases: others.filter(|other| *other != name).collect() };
    let mut affected = Vec::new();
    let mut fixed: Vec<String> = Vec::new();
    for one in &record.affected {
        for range in &one.ranges {
            affected.push(Product::of(one.product.purl_of_range(range)));
            if let Some(purl) = range.fixed().map(|version| one.product.purl_of(version))
                && !fixed.contains(&purl)
            {
                fixed.push(purl);
            }
        }
    }
    let action: Vec<&str> = record.remedies.iter().map(|remedy| remedy.details.as_str()).collect();
    let mut statements = vec![Statement {
        vulnerability: vulnerability.clone(),
        timestamp: record.published,
        products: affected,
        status: "affected",
        status_notes: None,
        // OpenVEX, «status labels»: `affected` must say what to do.
        action_statement: Some(action.join("\n")),
        action_statement_timestamp: Some(record.published),
    }];
    if !fixed.is_empty() {
        statements.push(Statement {
            vulnerability,
            timestamp: record.published,
            products: fixed.into_iter().map(Product::of).collect(),
            status: "fixed",
            status_notes: patch_notes(record),
            action_statement: None,
            action_statement_timestamp: None,
        });
    }
    let document = Document {
        context: CONTEXT,
        id: record.address("openvex.json"),
        author: &record.publisher.name,
        role: "Coordinator",
        timestamp: record.published,
        version: 1,
        tooling: "Assay",
        statements,
    };
    pretty("OpenVEX", &document)
}

/// What a runner found about the patch. It is not what it found about these versions, which it did not see.
fn patch_notes(record: &Record) -> Option<String> {
    let fix = record.fix.as_ref()?;
    let verification = fix.verification.as_ref()?;
    Some(format!("The patch {} is {verification}. The runner did not test these versions.", fix.patch))
}
