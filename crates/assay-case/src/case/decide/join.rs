//! Merging cases and splitting them.

use super::Decision;
use crate::case::happened::Happened;
use crate::case::merge::{Part, Release};
use crate::case::state::Case;
use crate::ids::CaseId;
use crate::refusal::{Code, Refusal};

/// Most cases that one case takes in.
const ABSORBED_MAX: usize = 100;

impl Case {
    /// Both sides ask this, so that neither goes without the other.
    fn check_join(&self, other: &Part) -> Result<(), Refusal> {
        if other.case() == self.id || self.absorbed.contains_key(&other.case()) {
            return Err(Code::Unchanged.into());
        }
        if self.end_in_force() != other.end() {
            return Err(Code::EndsDiffer.into());
        }
        Ok(())
    }

    pub(super) fn merge_into(&self, into: &Part) -> Decision {
        self.check_join(into)?;
        Ok(vec![Happened::MergedInto { case: into.case() }])
    }

    pub(super) fn absorb(&self, part: Part) -> Decision {
        self.check_join(&part)?;
        if self.absorbed.len() >= ABSORBED_MAX {
            return Err(Refusal::about(Code::TooMany, format!("at most {ABSORBED_MAX} cases")));
        }
        Ok(vec![Happened::Absorbed(Box::new(part.into_merged()))])
    }

    pub(super) fn split(&self, release: Release) -> Decision {
        if release.case() != self.id || self.merged_into != Some(release.from()) {
            return Err(Code::NotThere.into());
        }
        Ok(vec![Happened::SplitFrom { case: release.from() }])
    }

    pub(super) fn release(&self, case: CaseId) -> Decision {
        if !self.absorbed.contains_key(&case) {
            return Err(Refusal::about(Code::NotThere, case.to_string()));
        }
        Ok(vec![Happened::Released { case }])
    }
}
