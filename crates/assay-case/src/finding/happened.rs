//! What can happen to a finding.

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::verification::Verification;
use crate::aggregate::Happening;
use crate::embargoed::{self, Embargoed};
use crate::ids::{CaseId, FindingId};
use crate::target::Purl;
use crate::text::Line;

/// How something was found (R17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// By a person.
    Human,
    /// By a person with a model's help.
    AiAssisted,
    /// By a model.
    Ai,
}

/// Whether others could find it with the same tools (R40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tooling {
    /// Anybody has the tools.
    Public,
    /// Only the finder has them.
    Confidential,
}

/// Where a finding comes from. It never affects a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// Who or what found it.
    pub found_by: FoundBy,
    /// With which kind of tools.
    pub tooling: Tooling,
    /// The model, as the finder names it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "embargoed::payload::optional")]
    pub model: Option<Embargoed<Line>>,
    /// How the finder wants to be credited; none is anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "embargoed::payload::optional")]
    pub credit: Option<Embargoed<Line>>,
}

/// What is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Submission {
    /// Identity of the bundle.
    pub bundle_id: Sha256,
    /// Identity of the claim in it.
    pub claim_id: Sha256,
    /// What is said to be vulnerable.
    #[serde(with = "embargoed::payload")]
    pub target: Embargoed<Purl>,
    /// The flaw in one line.
    #[serde(with = "embargoed::payload")]
    pub title: Embargoed<Line>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Keys of the manifest without which nothing can be run. Not empty: the
    /// report is partial, and is answered with this list (R14).
    pub missing: Vec<Line>,
}

/// Why a coordinator closes a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseReason {
    /// It is outside what this clearinghouse coordinates.
    OutOfScope,
    /// The maintainer says that this is no vulnerability.
    NotAVulnerability,
    /// The maintainer will not fix it.
    WontFix,
    /// The target's life has ended.
    EndOfLife,
    /// What was missing never came.
    Abandoned,
    /// Something else; the sentence says what.
    Other,
}

/// What happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Happened {
    /// It came in, from the event's actor. This instant decides between co-finders (R23).
    Submitted(Box<Submission>),
    /// The submitter brought a bundle that is more complete, or corrected.
    Supplied {
        /// Identity of the bundle.
        bundle_id: Sha256,
        /// Identity of the claim in it.
        claim_id: Sha256,
        /// What is still missing.
        missing: Vec<Line>,
    },
    /// A person asked for something.
    InfoAsked {
        /// What is missing.
        missing: Vec<Line>,
    },
    /// Somebody else ran it, and this is what came out, whatever it is.
    RunRecorded(Box<Verification>),
    /// It was found to be of the same root cause as another one.
    Merged {
        /// The finding that stays.
        into: FindingId,
        /// What shows it.
        evidence: Evidence,
    },
    /// A merge was undone.
    Split {
        /// From which finding.
        from: FindingId,
        /// Why.
        #[serde(with = "embargoed::payload")]
        sentence: Embargoed<Line>,
    },
    /// It became part of a case.
    EnteredCase {
        /// Which.
        case: CaseId,
    },
    /// It left its case again.
    LeftCase {
        /// Which.
        case: CaseId,
    },
    /// End: its case's advisory is out.
    Published {
        /// Which case.
        case: CaseId,
        /// The advisory's number.
        advisory: Line,
        /// Digest of the advisory's record.
        record: Sha256,
        /// When it went out.
        published: Instant,
    },
    /// End: a person who did not submit it says that the claim is wrong.
    Refuted {
        /// The verdict it rests on.
        verdict: Verdict,
        /// Why, in a sentence for the submitter.
        #[serde(with = "embargoed::payload")]
        sentence: Embargoed<Line>,
    },
    /// End: the target had been fixed before.
    AlreadyFixed {
        /// The commit or version.
        #[serde(with = "embargoed::payload")]
        place: Embargoed<Line>,
        /// Digest of the signed statement of a run that shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        statement: Option<Sha256>,
    },
    /// End: the submitter took it back.
    Withdrawn,
    /// End: a coordinator closed it.
    Closed {
        /// Why.
        reason: CloseReason,
        /// In a sentence for the submitter.
        #[serde(with = "embargoed::payload")]
        sentence: Embargoed<Line>,
    },
}

impl Happening for Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Submitted(_) => "finding.submitted",
            Self::Supplied { .. } => "finding.supplied",
            Self::InfoAsked { .. } => "finding.info-asked",
            Self::RunRecorded(_) => "finding.run-recorded",
            Self::Merged { .. } => "finding.merged",
            Self::Split { .. } => "finding.split",
            Self::EnteredCase { .. } => "finding.entered-case",
            Self::LeftCase { .. } => "finding.left-case",
            Self::Published { .. } => "finding.published",
            Self::Refuted { .. } => "finding.refuted",
            Self::AlreadyFixed { .. } => "finding.already-fixed",
            Self::Withdrawn => "finding.withdrawn",
            Self::Closed { .. } => "finding.closed",
        }
    }
}
