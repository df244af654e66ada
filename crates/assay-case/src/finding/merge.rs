//! Merging two findings of one root cause, and taking it back.
//!
//! Nothing is lost by a merge (invariant 7): the duplicate keeps its bundle,
//! its instant of receipt, its submitter and its runs, and undoing the merge
//! gives them back as they were.

use assay_base::PersonId;
use assay_bundle::digest::Sha256;

use super::evidence::Evidence;
use super::state::{End, Finding, State};
use crate::caller::{Caller, Role};
use crate::ids::FindingId;
use crate::refusal::{Code, Refusal};

/// A finding that may be the one that stays. Only a proved finding gives one,
/// and none that is a duplicate itself, so that duplicates never point in a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Original {
    finding: FindingId,
    bundle_id: Sha256,
    claim_id: Sha256,
    submitter: PersonId,
}

impl Original {
    /// Which finding it is.
    pub fn finding(&self) -> FindingId {
        self.finding
    }
}

impl State {
    /// This finding as one that others may be duplicates of.
    ///
    /// # Errors
    /// If it was not submitted, is a duplicate itself, is not proved, or ended otherwise than published.
    pub fn as_original(&self) -> Result<Original, Refusal> {
        let finding = self.get().ok_or(Code::NotThere)?;
        if finding.duplicate.is_some() {
            return Err(Code::IsDuplicate.into());
        }
        if !matches!(finding.end, None | Some(End::Published { .. })) || !finding.is_proven() {
            return Err(Refusal::about(Code::OriginalNotValid, format!("{} is {}", finding.id, finding.word())));
        }
        Ok(Original {
            finding: finding.id,
            bundle_id: finding.bundle_id,
            claim_id: finding.claim_id,
            submitter: finding.submitter,
        })
    }
}

/// Passes if this evidence, from this caller, makes `finding` a duplicate.
pub(super) fn check(finding: &Finding, caller: &Caller, into: &Original, evidence: &Evidence) -> Result<(), Refusal> {
    if into.finding == finding.id {
        return Err(Code::SameFinding.into());
    }
    let submitters = [finding.submitter, into.submitter];
    if caller.actor.person().is_some_and(|person| submitters.contains(&person)) {
        return Err(Code::OwnFinding.into());
    }
    for run in evidence.runs() {
        if run.runner.person.is_some_and(|person| submitters.contains(&person)) {
            return Err(Code::OwnFinding.into());
        }
        if !run.silences() {
            return Err(Refusal::about(Code::EvidenceSaysOther, run.verdict.as_str()));
        }
    }
    let same = match evidence {
        Evidence::SameBundle => finding.bundle_id == into.bundle_id,
        Evidence::SameClaim => finding.claim_id == into.claim_id,
        // One statement cannot be both directions.
        Evidence::CrossExecution { a_input_on_b_fix, b_input_on_a_fix } => {
            a_input_on_b_fix.statement != b_input_on_a_fix.statement
        }
        Evidence::OneWay { .. } | Evidence::SameSignature { .. } | Evidence::Judgement { .. } => true,
    };
    if !same {
        return Err(Code::EvidenceSaysOther.into());
    }
    // Weak evidence never merges by itself: a coordinator looks at both (R22).
    if !evidence.is_strong() && (caller.natural().is_err() || !caller.has(Role::Coordinator)) {
        return Err(Code::WeakEvidence.into());
    }
    Ok(())
}
