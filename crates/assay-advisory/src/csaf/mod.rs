//! The record as CSAF 2.0, profile «Security Advisory»
//! (<https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>, section 4.4).
//!
//! A range of versions is a branch `product_version_range` in the syntax of
//! `vers`; a fixed version is a branch `product_version`. CSAF 2.0 knows one
//! weakness and CVSS up to 3.1: further weaknesses and a CVSS 4.0 vector stand
//! in notes, never nowhere.

mod cwe;
mod tree;
mod vulnerability;

use assay_base::Instant;
use serde::Serialize;

use crate::osv::{WriteError, pretty};
use crate::record::{Record, Severity, Version};
use tree::{Products, Tree};
use vulnerability::Vulnerability;

pub use cwe::{known as known_weaknesses, name as weakness_name};

// Keys stand in the order of the alphabet (CSAF 2.0, test 6.2.13), so the fields do.
#[derive(Serialize)]
struct Csaf<'a> {
    document: Document<'a>,
    product_tree: &'a Tree,
    vulnerabilities: [Vulnerability<'a>; 1],
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate_severity: Option<Aggregate>,
    category: &'static str,
    csaf_version: &'static str,
    distribution: Distribution,
    lang: &'static str,
    notes: Vec<Note<'a>>,
    publisher: Publisher<'a>,
    references: Vec<Reference<'a>>,
    title: &'a str,
    tracking: Tracking<'a>,
}

#[derive(Serialize)]
struct Aggregate {
    text: &'static str,
}

#[derive(Serialize)]
struct Distribution {
    text: &'static str,
    tlp: Tlp,
}

#[derive(Serialize)]
struct Tlp {
    label: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Note<'a> {
    category: &'static str,
    text: std::borrow::Cow<'a, str>,
    title: &'static str,
}

impl<'a> Note<'a> {
    fn new(category: &'static str, title: &'static str, text: impl Into<std::borrow::Cow<'a, str>>) -> Self {
        Self { category, title, text: text.into() }
    }
}

#[derive(Serialize)]
struct Publisher<'a> {
    category: &'static str,
    contact_details: &'a str,
    name: &'a str,
    namespace: &'a str,
}

#[derive(Serialize)]
struct Reference<'a> {
    category: &'static str,
    summary: &'a str,
    url: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct Tracking<'a> {
    current_release_date: Instant,
    generator: Generator,
    id: &'a str,
    initial_release_date: Instant,
    revision_history: [Revision; 1],
    status: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Generator {
    date: Instant,
    engine: Engine,
}

#[derive(Serialize)]
struct Engine {
    // No version: the same record is the same bytes after an update of the program, and its approvals stay good.
    name: &'static str,
}

#[derive(Serialize)]
struct Revision {
    date: Instant,
    number: &'static str,
    summary: &'static str,
}

/// The record as a CSAF 2.0 document, with a newline at its end. Its file is called
/// [`AdvisoryId::csaf_file_name`](crate::record::AdvisoryId::csaf_file_name).
///
/// # Errors
/// Never for a record that holds together; the type says so for all forms alike.
pub fn write(record: &Record) -> Result<Vec<u8>, WriteError> {
    let products = Products::of(record);
    let csaf = Csaf {
        document: document(record),
        vulnerabilities: [Vulnerability::of(record, &products)],
        product_tree: &products.tree,
    };
    pretty("CSAF", &csaf)
}

fn document(record: &Record) -> Document<'_> {
    let published = record.published;
    let own = Reference {
        category: "self",
        summary: "This advisory",
        url: record.address(&record.id.csaf_file_name()).into(),
    };
    let others = record.references.iter().map(|reference| Reference {
        category: "external",
        summary: &reference.summary,
        url: reference.url.as_str().into(),
    });
    Document {
        category: "csaf_security_advisory",
        csaf_version: "2.0",
        aggregate_severity: record.severity.as_ref().map(|severity| Aggregate { text: severity.word() }),
        distribution: Distribution {
            text: "Published: anyone may read and pass it on.",
            // TLP 2.0's CLEAR; CSAF 2.0 knows the words of TLP 1.0 only.
            tlp: Tlp { label: "WHITE", url: "https://www.first.org/tlp/" },
        },
        lang: "en",
        notes: notes(record),
        publisher: Publisher {
            category: "coordinator",
            contact_details: &record.publisher.contact,
            name: &record.publisher.name,
            namespace: &record.publisher.namespace,
        },
        references: std::iter::once(own).chain(others).collect(),
        title: &record.title,
        tracking: Tracking {
            current_release_date: published,
            generator: Generator { date: published, engine: Engine { name: "Assay" } },
            id: record.id.as_str(),
            initial_release_date: published,
            revision_history: [Revision { date: published, number: "1", summary: "First publication" }],
            status: "final",
            version: "1",
        },
    }
}

fn notes(record: &Record) -> Vec<Note<'_>> {
    let discovery = &record.discovery;
    let mut found = format!("Found {}, with {}", discovery.found_by.words(), discovery.tooling.words());
    for (what, name) in [("model", &discovery.model), ("harness", &discovery.harness)] {
        if let Some(name) = name {
            found.push_str(&format!(", {what} {name}"));
        }
    }
    found.push_str(&format!(". {} answers for it.", discovery.operator));
    let mut notes = vec![
        Note::new("summary", "Summary", record.summary.as_str()),
        Note::new("details", "Details", record.details.as_str()),
        Note::new("general", "How it was found", found),
    ];
    if let Some(embargo) = &record.embargo {
        notes.push(Note::new(
            "general",
            "Embargo",
            format!("The embargo ended at {}: {}.", embargo.ended, embargo.reason.words()),
        ));
    }
    if let Some(fix) = &record.fix {
        // INVARIANT 8: the word «verified» comes from a verification only, with all that belongs to it.
        let words = match &fix.verification {
            Some(verification) => format!("The patch {} is {verification}.", fix.patch),
            None => format!("No runner has tried the patch {}.", fix.patch),
        };
        notes.push(Note::new("general", "Patch for maintainers and vendors", words));
    }
    if !record.timeline.is_empty() {
        let lines: Vec<String> =
            record.timeline.iter().map(|moment| format!("{} {}", moment.at, moment.what.words())).collect();
        notes.push(Note::new("general", "Timeline", lines.join("\n")));
    }
    notes
}

/// The vector, if CSAF 2.0 can carry it.
fn score_of(record: &Record) -> Option<&Severity> {
    record.severity.as_ref().filter(|severity| severity.version() != Version::V40)
}
