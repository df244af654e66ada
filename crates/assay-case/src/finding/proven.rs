//! A finding that a case may take in.

use super::state::State;
use crate::ids::FindingId;
use crate::refusal::{Code, Refusal};

/// A finding that is proved and free. Only [`State::as_proven`] makes one, so
/// that no case is opened from a claim that nobody reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven(FindingId);

impl Proven {
    /// Which finding it is.
    pub fn finding(self) -> FindingId {
        self.0
    }
}

impl State {
    /// This finding as one that a case may take in.
    ///
    /// # Errors
    /// If it is not proved, belongs to a case, is a duplicate or has ended.
    pub fn as_proven(&self) -> Result<Proven, Refusal> {
        let finding = self.get().ok_or(Code::NotThere)?;
        if finding.end.is_some() {
            return Err(Refusal::about(Code::Ended, finding.word().as_str()));
        }
        if let Some(duplicate) = &finding.duplicate {
            return Err(Refusal::about(Code::IsDuplicate, format!("of {}", duplicate.of)));
        }
        if let Some(case) = finding.case {
            return Err(Refusal::about(Code::InCase, case.to_string()));
        }
        if !finding.is_proven() {
            return Err(Refusal::about(Code::NotProven, finding.word().as_str()));
        }
        Ok(Proven(finding.id))
    }
}
