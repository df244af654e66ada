//! Merging two cases of one root cause, and splitting them again.
//!
//! The case that is taken in lies beside the other's own findings and
//! participants, never among them: letting it go gives both back as they were
//! (invariant 7). Cases with an embargo are merged only if their ends are the
//! same instant. Otherwise one side's promise would be broken: the earlier end
//! would publish the other's secret too soon, the later one would lengthen an
//! embargo without consent.

use std::collections::{BTreeMap, BTreeSet};

use assay_base::{Instant, PersonId};
use serde::{Deserialize, Serialize};

use super::participant::{Participant, Vendors};
use super::state::State;
use crate::ids::{CaseId, FindingId};
use crate::refusal::{Code, Refusal};

/// A case as another one sees it before they are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    inner: MergedPart,
    /// The end of the embargo in force.
    end: Option<Instant>,
}

impl Part {
    /// Which case.
    pub fn case(&self) -> CaseId {
        self.inner.case
    }

    pub(super) fn end(&self) -> Option<Instant> {
        self.end
    }

    pub(super) fn into_merged(self) -> MergedPart {
        self.inner
    }
}

/// What a case brings into another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MergedPart {
    /// Which case it was.
    pub case: CaseId,
    /// Its findings.
    pub findings: BTreeSet<FindingId>,
    /// Its participants, with their consents: the end is the same.
    pub participants: BTreeMap<PersonId, Participant>,
    /// Its vendors.
    pub vendors: Vendors,
}

/// A case that took another one in agrees to let it go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    from: CaseId,
    case: CaseId,
}

impl Release {
    /// The case that lets go.
    pub fn from(self) -> CaseId {
        self.from
    }

    /// The case that goes.
    pub fn case(self) -> CaseId {
        self.case
    }
}

impl State {
    /// This case as one that may be merged with another.
    ///
    /// # Errors
    /// If it is closed, published or merged, has an open proposal, or took in another case.
    pub fn as_part(&self) -> Result<Part, Refusal> {
        let case = self.get().ok_or(Code::NotThere)?;
        case.check_live()?;
        if case.proposal.is_some() {
            return Err(Code::ProposalOpen.into());
        }
        if !case.absorbed.is_empty() {
            return Err(Code::HoldsOthers.into());
        }
        Ok(Part {
            inner: MergedPart {
                case: case.id,
                findings: case.findings.clone(),
                participants: case.participants.clone(),
                vendors: case.vendors.clone(),
            },
            end: case.end_in_force(),
        })
    }

    /// What the case that was taken in needs to stand by itself again.
    ///
    /// # Errors
    /// If this case does not hold it, or is published: then both are.
    pub fn release_of(&self, part: CaseId) -> Result<Release, Refusal> {
        let case = self.get().ok_or(Code::NotThere)?;
        case.check_live()?;
        if !case.absorbed.contains_key(&part) {
            return Err(Refusal::about(Code::NotThere, part.to_string()));
        }
        Ok(Release { from: case.id, case: part })
    }
}
