//! What lies in a file and is taken out only when an answer needs it.
//!
//! A scan names a handful of records, and a file holds hundreds of thousands:
//! their prose, their scores and their decisions stay where they are until one
//! of them is told.

use std::fmt::Debug;

use assay_advisory::feed::{Decision, epss, kev};

use crate::record::Prose;

/// The rest of an index that was loaded from a file.
pub trait Shelf: Debug + Send + Sync {
    /// The prose of a record, by the number under which it was loaded; none if the file is damaged there.
    fn prose(&self, number: u64) -> Option<Prose>;
    /// KEV's entry of a CVE.
    fn kev(&self, cve: &str) -> Option<kev::Entry>;
    /// CISA's decision about a CVE.
    fn decision(&self, cve: &str) -> Option<Decision>;
    /// The EPSS score of a CVE.
    fn epss(&self, cve: &str) -> Option<epss::Score>;
}
