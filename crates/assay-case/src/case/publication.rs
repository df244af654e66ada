//! What only a published case can give.

use std::collections::BTreeSet;

use assay_base::Instant;
use assay_bundle::digest::Sha256;

use super::state::State;
use crate::ids::{CaseId, FindingId};
use crate::refusal::{Code, Refusal};
use crate::text::Line;

/// A publication. Findings end as published with it, and nothing else can
/// make one: so no finding is published before its case is (invariant 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    case: CaseId,
    cases: BTreeSet<CaseId>,
    findings: BTreeSet<FindingId>,
    advisory: Line,
    record: Sha256,
    at: Instant,
}

impl Publication {
    /// The case that went out.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// The advisory's number.
    pub fn advisory(&self) -> &Line {
        &self.advisory
    }

    /// Digest of the advisory's record.
    pub fn record(&self) -> Sha256 {
        self.record
    }

    /// When it went out.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The findings that it publishes.
    pub fn findings(&self) -> impl Iterator<Item = FindingId> + '_ {
        self.findings.iter().copied()
    }

    /// Whether it publishes this finding.
    pub fn covers(&self, finding: FindingId) -> bool {
        self.findings.contains(&finding)
    }

    /// Whether it is of this case, or of one that took it in.
    pub fn is_of(&self, case: Option<CaseId>) -> bool {
        case.is_some_and(|case| self.cases.contains(&case))
    }
}

impl State {
    /// What went out.
    ///
    /// # Errors
    /// If nothing did.
    pub fn publication(&self) -> Result<Publication, Refusal> {
        let case = self.get().ok_or(Code::NotThere)?;
        let out = case.published.as_ref().ok_or(Code::NotPublished)?;
        Ok(Publication {
            case: case.id,
            cases: case.absorbed.keys().copied().chain([case.id]).collect(),
            findings: case.all_findings().collect(),
            advisory: out.advisory.clone(),
            record: out.record,
            at: out.at,
        })
    }
}
