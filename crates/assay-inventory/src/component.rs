//! A component: one thing that is installed or used somewhere, as an
//! inventory names it.
//!
//! A lockfile gives package, version and ecosystem; a product list gives
//! vendor, product and perhaps a version. Both are the same noun, because the
//! question is the same: does an advisory touch it?

use assay_base::Answer;
use serde::{Deserialize, Serialize};

use crate::ecosystem::Ecosystem;
pub use crate::format::Format;
use crate::limits;

/// One installed or used thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Component {
    /// What it is: a package of an ecosystem, or a vendor's product.
    pub what: What,
    /// Its version as written, never re-formatted; none if the inventory has none.
    pub version: Option<String>,
    /// The package URL as written, if the inventory has one.
    pub purl: Option<String>,
    /// Where in the inventory it stands, for people: `line 12`, `packages[3]`.
    pub at: String,
    /// Where the thing itself stands, who cares for it, and whether strangers reach it.
    pub site: Site,
}

/// A package of an ecosystem, or a vendor's product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A package.
    Package {
        /// Of which ecosystem.
        ecosystem: Ecosystem,
        /// Its name, normalised as the ecosystem normalises names.
        name: String,
        /// The source package it was built from, where the ecosystem tells them apart (Debian).
        source: Option<SourcePackage>,
    },
    /// A product of a vendor: a device, an operating system, an application.
    Product {
        /// The vendor as written; empty if the list names none.
        vendor: String,
        /// The product as written.
        product: String,
    },
}

/// The source package of a binary package. Advisories of a distribution name sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Its name.
    pub name: String,
    /// Its version, where it differs from the binary's.
    pub version: Option<String>,
}

/// What an operator knows of a component and nobody else does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Site {
    /// Where it stands, in the operator's words; empty if not said.
    pub place: String,
    /// Whether it can be reached from the internet. The operator's own fact (BOD 26-04, R29).
    pub exposed: Answer,
    /// Who patches it.
    pub patched_by: PatchedBy,
}

/// Who patches a thing (R52).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", content = "name", rename_all = "kebab-case")]
pub enum PatchedBy {
    /// The operator.
    Us,
    /// A vendor or integrator, by name: the operator opens a ticket instead.
    Vendor(String),
    /// Not said.
    Unknown,
}

impl Site {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self { place: String::new(), exposed: Answer::Unknown, patched_by: PatchedBy::Unknown }
    }
}

/// An inventory as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inventory {
    /// What people call it: its file's name.
    pub name: String,
    /// In which format it was written.
    pub format: Format,
    /// What it lists.
    pub components: Vec<Component>,
    /// Entries that could not be read, each with its place and the reason. They are shown, never dropped in silence.
    pub skipped: Vec<Skipped>,
}

/// An entry that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Where it stands.
    pub at: String,
    /// Why it was not read.
    pub why: String,
}

impl Component {
    /// A package, with nothing known of where it stands.
    pub fn package(ecosystem: Ecosystem, name: &str, version: Option<&str>, at: String) -> Self {
        let name = ecosystem.normalise(name).into_owned();
        Self {
            what: What::Package { ecosystem, name, source: None },
            version: version.map(str::to_owned),
            purl: None,
            at,
            site: Site::unknown(),
        }
    }

    /// Whether it has a name, and none of its texts is longer than any real one.
    pub fn is_bounded(&self) -> bool {
        !self.is_nameless() && self.too_long().is_none()
    }

    /// Whether nothing says what it is.
    pub(crate) fn is_nameless(&self) -> bool {
        match &self.what {
            What::Package { name, .. } => name.trim().is_empty(),
            What::Product { product, .. } => product.trim().is_empty(),
        }
    }

    /// Which of its texts is longer than any real one.
    pub(crate) fn too_long(&self) -> Option<&'static str> {
        let long = |text: &str| text.len() > limits::NAME;
        match &self.what {
            What::Package { name, .. } if long(name) => return Some("name"),
            What::Package { source: Some(source), .. } if long(&source.name) => return Some("source package"),
            What::Product { vendor, .. } if long(vendor) => return Some("vendor"),
            What::Product { product, .. } if long(product) => return Some("product"),
            What::Package { .. } | What::Product { .. } => {}
        }
        if self.version.as_deref().is_some_and(|v| v.len() > limits::VERSION) {
            return Some("version");
        }
        if self.purl.as_deref().is_some_and(|p| p.len() > limits::PURL) {
            return Some("package URL");
        }
        long(&self.site.place).then_some("place")
    }
}
