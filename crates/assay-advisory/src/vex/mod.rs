//! VEX as others write it: OpenVEX, CSAF and CycloneDX, read into one shape.
//!
//! A VEX statement is somebody's word that a product is or is not touched by a
//! vulnerability. It can make a scanner silent, so nothing here is lenient: a
//! statement whose product, status or vulnerability cannot be read is counted
//! in [`Document::skips`] and says nothing; and *not affected* without a reason
//! keeps that lack ([`Statement::reason`]), for whoever decides whether to
//! listen. Whose word it is stands beside every statement.

mod csaf;
mod cyclonedx;
mod openvex;
mod tree;
mod xml;

pub use cyclonedx::percent_decoded;

use std::collections::BTreeMap;
use std::fmt;

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::feed::Skips;

/// Most bytes of one document. The largest public CSAF VEX file has about 12 MiB.
pub const LARGEST: usize = 32 << 20;
/// Most statements of one document, one product and one vulnerability each. A document that multiplies products by
/// vulnerabilities beyond it is refused whole: a part of it could be the part that says *affected*.
pub const STATEMENTS: usize = 200_000;
/// Longest text that is kept, in characters.
const TEXT: usize = 1_000;
/// Longest name of a product, an author or an id, in bytes; a longer one is no name, and is not cut into one.
const NAME: usize = 4_096;

/// What a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The product is not touched, for a reason that the statement should give.
    NotAffected,
    /// This version has the fix.
    Fixed,
    /// It is touched.
    Affected,
    /// Whether it is touched is being looked into.
    UnderInvestigation,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAffected => "not affected",
            Self::Fixed => "fixed",
            Self::Affected => "affected",
            Self::UnderInvestigation => "under investigation",
        })
    }
}

/// In which format a document was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// OpenVEX 0.0.1 to 0.2.0.
    OpenVex,
    /// CSAF 2.0 or 2.1, of any profile that gives a product status.
    Csaf,
    /// CycloneDX 1.4 to 1.7, JSON or XML.
    CycloneDx,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenVex => "OpenVEX",
            Self::Csaf => "CSAF",
            Self::CycloneDx => "CycloneDX",
        })
    }
}

/// By what a statement names a product. Several names of one product mean the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name {
    /// A package URL, as written.
    Purl(String),
    /// A CPE name, as written.
    Cpe(String),
    /// A maker and a name, and a version if the statement is about one alone.
    Words {
        /// Who makes it; empty if not said.
        maker: String,
        /// What it is called.
        name: String,
        /// Its version.
        version: Option<String>,
    },
    /// A component of another CycloneDX document, by that document's serial number.
    BomRef {
        /// `urn:uuid:...`, as that document writes it.
        serial: String,
        /// The component's reference in it.
        reference: String,
    },
}

/// A product that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Product {
    /// Its names.
    pub names: Vec<Name>,
    /// The product that contains it, if the statement holds inside of that one alone.
    pub inside: Vec<Name>,
    /// The versions that are meant, beside what the names say: one version, or a range as `vers:` writes it.
    pub versions: Option<Versions>,
}

/// Versions of a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Versions {
    /// One.
    Exactly(String),
    /// Those in a range: `vers:npm/>=1.0.0|<2.0.0`.
    Range(String),
}

/// What one statement says of one product and one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands in the document: `statements[3]`.
    pub at: String,
    /// The vulnerability's id and its other names.
    pub ids: Vec<String>,
    /// The product.
    pub product: Product,
    /// What is said.
    pub status: Status,
    /// The justification, in the format's own word: `vulnerable_code_not_present`.
    pub justification: Option<String>,
    /// The impact statement or detail, in the author's words; one line, cut to a thousand characters.
    pub detail: Option<String>,
    /// Since when it is said; the document's time where the statement has none.
    pub when: Option<Instant>,
}

impl Statement {
    /// Why the product is not affected: the justification, the author's words, or both; none if the author gives none.
    pub fn reason(&self) -> Option<String> {
        let word = self.justification.as_deref().map(|word| word.replace('_', " "));
        match (word, &self.detail) {
            (Some(word), Some(detail)) => Some(format!("{word}: {detail}")),
            (Some(word), None) => Some(word),
            (None, Some(detail)) => Some(detail.clone()),
            (None, None) => None,
        }
    }
}

/// A document as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its format.
    pub form: Form,
    /// Its id, by which its author names it; empty if it has none.
    pub id: String,
    /// Who says so; empty if the document names nobody.
    pub author: String,
    /// What is said.
    pub statements: Vec<Statement>,
    /// Statements that could not be read.
    pub skips: Skips,
}

/// What the references of a CycloneDX document stand for, so that another document can point into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// The document's serial number: `urn:uuid:...`; empty if it has none, and then nothing can point to it.
    pub serial: String,
    /// The names of each component, by its reference.
    pub names: BTreeMap<String, Vec<Name>>,
}

/// Why a document was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadVex {
    /// It is larger than such documents are.
    #[error("it has {0} bytes, and a VEX document has at most {LARGEST}")]
    TooLarge(usize),
    /// It is no JSON.
    #[error("it is not readable as JSON: {0}")]
    NotJson(String),
    /// It is no XML.
    #[error("it is not readable as XML: {0}")]
    NotXml(String),
    /// It is JSON or XML, and none of the three formats.
    #[error(
        "it is none of OpenVEX (`@context`), CSAF (`document.csaf_version`) and CycloneDX (`bomFormat`), and so no VEX"
    )]
    NotVex,
    /// It says more than is read, or something that makes the whole of it unusable.
    #[error("{0}")]
    Unusable(String),
}

impl Document {
    /// Reads a document of any of the three formats.
    ///
    /// # Errors
    /// [`BadVex`] if it is too large, no JSON, none of the three, or of too many statements.
    pub fn read(bytes: &[u8]) -> Result<Self, BadVex> {
        if xml::is_one(bytes) {
            return cyclonedx::read(&xml::parse(bytes)?.ok_or(BadVex::NotVex)?);
        }
        let value = tree::parse(bytes)?;
        if value.get("bomFormat").and_then(serde_json::Value::as_str) == Some("CycloneDX") {
            cyclonedx::read(&value)
        } else if value.pointer("/document/csaf_version").is_some() {
            csaf::read(&value)
        } else if tree::text(&value, "@context").is_some_and(|context| context.contains("openvex")) {
            openvex::read(&value)
        } else {
            Err(BadVex::NotVex)
        }
    }

    /// The statements that stand inside of a CycloneDX inventory; none if it is another format or has none. What they
    /// say holds for that inventory alone.
    ///
    /// # Errors
    /// [`BadVex`] if there seem to be some, and they cannot be read.
    pub fn embedded(bytes: &[u8]) -> Result<Option<Self>, BadVex> {
        // Most inventories have none, and looking for a word is cheaper than a second reading.
        let has = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
        let value = if xml::is_one(bytes) {
            if !has(b"cyclonedx.org/schema/bom/") || !has(b"vulnerabilities") {
                return Ok(None);
            }
            xml::parse(bytes)?.unwrap_or_default()
        } else {
            if !has(b"\"CycloneDX\"") || !has(b"\"vulnerabilities\"") {
                return Ok(None);
            }
            tree::parse(bytes)?
        };
        if value.get("bomFormat").and_then(serde_json::Value::as_str) != Some("CycloneDX") {
            return Ok(None);
        }
        cyclonedx::read(&value)
            .map(|document| Some(document).filter(|it| !it.statements.is_empty() || !it.skips.is_empty()))
    }

    /// Puts names in the place of references into this document. Those into others stay.
    pub fn resolve(&mut self, references: &References) {
        if references.serial.is_empty() {
            return;
        }
        for statement in &mut self.statements {
            let names = std::mem::take(&mut statement.product.names);
            statement.product.names = names
                .into_iter()
                .flat_map(|name| match &name {
                    Name::BomRef { serial, reference } if *serial == references.serial => {
                        references.names.get(reference).cloned().unwrap_or_else(|| vec![name])
                    }
                    _ => vec![name],
                })
                .collect();
        }
    }

    /// Whether a statement points into a document that [`Self::resolve`] was not given.
    pub fn points_elsewhere(&self) -> bool {
        let names = self.statements.iter().flat_map(|statement| &statement.product.names);
        names.into_iter().any(|name| matches!(name, Name::BomRef { .. }))
    }
}

impl References {
    /// Of a CycloneDX document; none if it is none, or cannot be read.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let value = if xml::is_one(bytes) { xml::parse(bytes).ok()?? } else { tree::parse(bytes).ok()? };
        (value.get("bomFormat").and_then(serde_json::Value::as_str) == Some("CycloneDX"))
            .then(|| cyclonedx::references(&value))
    }
}

/// Collects statements within the bound.
#[derive(Debug, Default)]
struct Collect {
    statements: Vec<Statement>,
    skips: Skips,
}

impl Collect {
    fn push(&mut self, statement: Statement) -> Result<(), BadVex> {
        if self.statements.len() >= STATEMENTS {
            return Err(BadVex::Unusable(format!(
                "it makes more than {STATEMENTS} statements, one a product and vulnerability; split it"
            )));
        }
        self.statements.push(statement);
        Ok(())
    }

    fn done(self, form: Form, id: String, author: String) -> Document {
        Document { form, id, author, statements: self.statements, skips: self.skips }
    }
}

#[cfg(test)]
mod tests;
