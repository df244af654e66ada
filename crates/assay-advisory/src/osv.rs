//! The record as OSV, schema 1.7: <https://ossf.github.io/osv-schema/>.
//!
//! A product of no ecosystem that OSV knows (`pkg:generic`) has no `package`
//! there: the schema allows no other name. Its package URL stands in
//! `database_specific` of the entry.
//!
//! What OSV has no field for (weaknesses, the fix's verified level, how it was
//! found, the embargo) stands in `database_specific`, as the schema provides.

use assay_base::Instant;
use serde::Serialize;

use crate::record::{Affected, Discovery, Embargo, Fix, Moment, Range, Record, Remedy, Severity, Until, Version};

/// The version of the schema.
const SCHEMA_VERSION: &str = "1.7.4";

/// Why a form cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the advisory cannot be written as {form}: {why}")]
pub struct WriteError {
    pub(crate) form: &'static str,
    pub(crate) why: String,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    id: String,
    modified: Instant,
    published: Instant,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aliases: &'a [String],
    summary: &'a str,
    details: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    severity: Vec<Rating<'a>>,
    affected: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Link<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    credits: Vec<Thanks<'a>>,
    database_specific: Ours<'a>,
}

#[derive(Serialize)]
struct Rating<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    score: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Package<'a>>,
    ranges: Vec<Events<'a>>,
    database_specific: Names<'a>,
}

/// What a product is called where OSV has no ecosystem for it.
#[derive(Serialize)]
struct Names<'a> {
    purl: &'a str,
    name: &'a str,
    vendor: &'a str,
}

#[derive(Serialize)]
struct Package<'a> {
    ecosystem: &'a str,
    name: &'a str,
    purl: &'a str,
}

#[derive(Serialize)]
struct Events<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    events: Vec<Event<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Event<'a> {
    Introduced(&'a str),
    Fixed(&'a str),
    LastAffected(&'a str),
}

#[derive(Serialize)]
struct Link<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Thanks<'a> {
    name: String,
    #[serde(rename = "type")]
    kind: &'a str,
}

#[derive(Serialize)]
struct Ours<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cwe_ids: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a Fix>,
    remedies: &'a [Remedy],
    discovery: &'a Discovery,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargo: Option<&'a Embargo>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    timeline: &'a [Moment],
    publisher: &'a str,
}

/// The record as an OSV document, with a newline at its end.
///
/// # Errors
/// Never for a record that holds together; the type says so for all forms alike.
pub fn write(record: &Record) -> Result<Vec<u8>, WriteError> {
    let severity = record.severity.as_ref();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        id: record.id.in_osv(),
        modified: record.published,
        published: record.published,
        aliases: &record.aliases,
        summary: &record.title,
        details: format!("{}\n\n{}", record.summary, record.details),
        severity: severity.map(rating).into_iter().collect(),
        affected: record.affected.iter().map(entry).collect(),
        references: record
            .references
            .iter()
            .map(|reference| Link { kind: reference.kind.in_osv(), url: &reference.url })
            .collect(),
        credits: record
            .credits
            .iter()
            .map(|credit| Thanks {
                name: match &credit.organization {
                    Some(organization) => format!("{} ({organization})", credit.name),
                    None => credit.name.clone(),
                },
                kind: credit.role.in_osv(),
            })
            .collect(),
        database_specific: Ours {
            id: record.id.as_str(),
            title: &record.title,
            cwe_ids: &record.weaknesses,
            score: severity.map(Severity::score),
            severity: severity.map(Severity::word),
            fix: record.fix.as_ref(),
            remedies: &record.remedies,
            discovery: &record.discovery,
            embargo: record.embargo.as_ref(),
            timeline: &record.timeline,
            publisher: &record.publisher.name,
        },
    };
    pretty("OSV", &document)
}

/// Readable JSON in the order of the fields: a feed's changes can be read as a diff (R49).
pub(crate) fn pretty(form: &'static str, document: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    let mut bytes = serde_json::to_vec_pretty(document).map_err(|error| WriteError { form, why: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn rating(severity: &Severity) -> Rating<'_> {
    let kind = match severity.version() {
        Version::V30 | Version::V31 => "CVSS_V3",
        Version::V40 => "CVSS_V4",
    };
    Rating { kind, score: severity.vector() }
}

fn entry(affected: &Affected) -> Entry<'_> {
    let product = &affected.product;
    let package =
        product.ecosystem.as_deref().map(|ecosystem| Package { ecosystem, name: &product.name, purl: &product.purl });
    // Without an ecosystem nobody could order other versions; those of SemVer order themselves.
    let semver = |range: &Range| product.is_semver() || (product.ecosystem.is_none() && range.is_semver());
    let kind = |range| if semver(range) { "SEMVER" } else { "ECOSYSTEM" };
    Entry {
        package,
        // One object a range: the schema forbids `fixed` and `last_affected` in one.
        ranges: affected.ranges.iter().map(|range| Events { kind: kind(range), events: events(range) }).collect(),
        database_specific: Names { purl: &product.purl, name: &product.name, vendor: &product.vendor },
    }
}

fn events(range: &Range) -> Vec<Event<'_>> {
    // OSV: "0" sorts before every version.
    let from = Event::Introduced(range.introduced.as_deref().unwrap_or("0"));
    let to = match &range.until {
        Until::Fixed(version) => Some(Event::Fixed(version)),
        Until::LastAffected(version) => Some(Event::LastAffected(version)),
        Until::Open => None,
    };
    std::iter::once(from).chain(to).collect()
}
