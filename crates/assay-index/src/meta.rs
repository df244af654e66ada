//! What is small: where records are from, and what a delta takes back.

use assay_advisory::feed::epss::Edition;
use assay_advisory::feed::{Decision, kev};
use assay_match::index::Source;
use serde::{Deserialize, Serialize};

/// Entries that could not be read are named up to this many a source: a file that goes to thousands of places carries no
/// log.
pub(crate) const NAMED: usize = 20;

/// Sources and counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Meta {
    /// Where the records are from, and how fresh.
    pub sources: Vec<Source>,
    /// SHA-256 of each source's bytes as they were read, in the same order; empty where it was not one file.
    pub digests: Vec<String>,
    /// Which model made the EPSS scores, and when.
    pub epss: Edition,
    /// Records that name packages.
    pub records: usize,
    /// Packages that they name.
    pub packages: usize,
    /// CVEs in KEV.
    pub kev: usize,
    /// CVEs with a decision.
    pub decisions: usize,
    /// CVEs with a score.
    pub scores: usize,
    /// CVE and CSAF records of products.
    pub products: usize,
    /// Of a delta: the root of the index that it follows, and that one's generation.
    pub follows: Option<Follows>,
    /// Entries whose CVE id is written as no real one is.
    pub odd_kev: Vec<kev::Entry>,
    /// Decisions likewise.
    pub odd_decisions: Vec<(String, Decision)>,
}

/// What a delta follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Follows {
    /// The root of the file before: an index, or another delta.
    pub root: String,
    /// Its generation.
    pub generation: u64,
}

/// What a delta takes back. Whatever it has anew is taken back too, so that the old says nothing beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Gone {
    /// Records, by source and id.
    pub records: Vec<(String, String)>,
    /// CVEs that are in KEV no more.
    pub kev: Vec<String>,
    /// CVEs without a decision any more.
    pub decisions: Vec<String>,
    /// CVEs without a score any more.
    pub scores: Vec<String>,
}
