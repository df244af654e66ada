//! What can be asked of a finding.

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::happened::{CloseReason, Submission};
use super::merge::Original;
use super::verification::Verification;
use crate::case::Publication;
use crate::embargoed::Embargoed;
use crate::ids::CaseId;
use crate::text::Line;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begins a finding.
    Submit(Box<Submission>),
    /// Brings a bundle that is more complete, or corrected.
    Supply {
        /// Identity of the bundle.
        bundle_id: Sha256,
        /// Identity of the claim in it.
        claim_id: Sha256,
        /// What is still missing.
        missing: Vec<Line>,
    },
    /// Asks the submitter for something.
    AskInfo {
        /// What is missing.
        missing: Vec<Line>,
    },
    /// Records what a run by somebody else showed.
    RecordVerification(Box<Verification>),
    /// Declares it a duplicate.
    Merge {
        /// The finding that stays, as [`State::as_original`](super::State::as_original) gave it.
        into: Original,
        /// What shows it.
        evidence: Evidence,
    },
    /// Undoes that.
    Split {
        /// Why.
        sentence: Embargoed<Line>,
    },
    /// Makes it part of a case; in the same transaction the case takes it in.
    EnterCase {
        /// Which.
        case: CaseId,
    },
    /// Takes it out of its case.
    LeaveCase {
        /// Which.
        case: CaseId,
    },
    /// Ends it as published.
    Publish {
        /// What only a published case can give.
        publication: Publication,
    },
    /// Ends it as wrong.
    Refute {
        /// The verdict that this rests on.
        verdict: Verdict,
        /// Why, for the submitter.
        sentence: Embargoed<Line>,
    },
    /// Ends it as fixed before it was reported.
    CloseAlreadyFixed {
        /// The commit or version.
        place: Embargoed<Line>,
        /// The statement of a run that shows it. A worker or verifier needs one.
        statement: Option<Sha256>,
    },
    /// Takes it back.
    Withdraw,
    /// Ends it for another reason.
    Close {
        /// Why.
        reason: CloseReason,
        /// In a sentence for the submitter.
        sentence: Embargoed<Line>,
    },
}

/// A kind of command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// [`Command::Submit`]
    Submit,
    /// [`Command::Supply`]
    Supply,
    /// [`Command::AskInfo`]
    AskInfo,
    /// [`Command::RecordVerification`]
    RecordVerification,
    /// [`Command::Merge`]
    Merge,
    /// [`Command::Split`]
    Split,
    /// [`Command::EnterCase`]
    EnterCase,
    /// [`Command::LeaveCase`]
    LeaveCase,
    /// [`Command::Publish`]
    Publish,
    /// [`Command::Refute`]
    Refute,
    /// [`Command::CloseAlreadyFixed`]
    CloseAlreadyFixed,
    /// [`Command::Withdraw`]
    Withdraw,
    /// [`Command::Close`]
    Close,
}

impl Command {
    /// Its kind.
    pub fn action(&self) -> Action {
        match self {
            Self::Submit(_) => Action::Submit,
            Self::Supply { .. } => Action::Supply,
            Self::AskInfo { .. } => Action::AskInfo,
            Self::RecordVerification(_) => Action::RecordVerification,
            Self::Merge { .. } => Action::Merge,
            Self::Split { .. } => Action::Split,
            Self::EnterCase { .. } => Action::EnterCase,
            Self::LeaveCase { .. } => Action::LeaveCase,
            Self::Publish { .. } => Action::Publish,
            Self::Refute { .. } => Action::Refute,
            Self::CloseAlreadyFixed { .. } => Action::CloseAlreadyFixed,
            Self::Withdraw => Action::Withdraw,
            Self::Close { .. } => Action::Close,
        }
    }
}
