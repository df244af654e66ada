//! What can happen to a case.

use std::collections::BTreeSet;

use assay_base::{Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use super::answer::VendorAnswer;
use super::breach::{BreakAction, Cause, Extent};
use super::channel::Channel;
use super::fix::Fix;
use super::merge::MergedPart;
use super::pxa::PxaTrigger;
use super::rm::RmTrigger;
use super::table::words;
use crate::aggregate::Happening;
use crate::caller::Role;
use crate::embargo::{Governing, Policies};
use crate::embargoed::{self, Embargoed};
use crate::ids::{AdvisoryDraftId, CaseId, FindingId, FixId, ProposalId};
use crate::text::Line;

words! {
    /// What somebody who is read in is to do (R41).
    Duty {
        /// Understand the flaw.
        Analyse = "analyse",
        /// Try the fix.
        Test = "test",
        /// Prepare the going-live.
        Stage = "stage",
    }
}

words! {
    /// How much somebody who is read in sees (R42); the lowest that suffices.
    ReadInTier {
        /// Everything.
        T1 = "T1",
        /// The fix and the time.
        T2 = "T2",
        /// The artefact and the going-live.
        T3 = "T3",
    }
}

words! {
    /// Why an embargo ended.
    ExitReason {
        /// Its instant came.
        EndReached = "end-reached",
        /// The public knows.
        PublicAware = "public-aware",
        /// An exploit is public.
        ExploitPublic = "exploit-public",
        /// It was broken.
        Broken = "broken",
    }
}

words! {
    /// Why a case is closed.
    CaseCloseReason {
        /// Its advisory is out.
        Published = "published",
        /// It turned out to be no vulnerability.
        NotAVulnerability = "not-a-vulnerability",
        /// Somebody else coordinates it.
        HandedOver = "handed-over",
        /// Nothing is left in it.
        Empty = "empty",
    }
}

/// Who is read in, by whom, for what, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Invitation {
    /// The person.
    pub person: PersonId,
    /// Of which member.
    pub member: MemberId,
    /// In which role in this case.
    pub role: Role,
    /// The signatory who answers for the person.
    pub sponsor: PersonId,
    /// What the person is to do.
    pub duty: Duty,
    /// How much the person sees.
    pub tier: ReadInTier,
    /// Until when; none is until the case is published or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
}

/// How a case begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Opening {
    /// What it is called among those who are read in.
    #[serde(with = "embargoed::payload")]
    pub title: Embargoed<Line>,
    /// Its findings.
    pub findings: BTreeSet<FindingId>,
    /// All clocks that may apply.
    pub policies: Policies,
    /// The clock that governs; none where there is no embargo from the start.
    pub embargo: Option<Governing>,
}

/// What happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Happened {
    /// A coordinator opened it; he is its first signatory.
    Opened(Box<Opening>),
    /// A finding was added.
    FindingAdded {
        /// Which.
        finding: FindingId,
    },
    /// A finding was taken out.
    FindingRemoved {
        /// Which.
        finding: FindingId,
    },
    /// A person was asked to take part. No content goes out yet.
    Invited(Box<Invitation>),
    /// The event's actor accepted the embargo as it stands.
    EmbargoAccepted {
        /// By which way.
        channel: Channel,
        /// The end that was accepted; none where there is no embargo.
        end: Option<Instant>,
    },
    /// The event's actor declined, or took his consent back.
    EmbargoDeclined {
        /// By which way.
        channel: Channel,
    },
    /// A person's read-in came to its end.
    ReadInLapsed {
        /// Whose.
        person: PersonId,
    },
    /// The event's actor moved his own report management state.
    RmMoved {
        /// How.
        trigger: RmTrigger,
    },
    /// The event's actor proposed an end, and agrees to it.
    EndProposed {
        /// The proposal.
        proposal: ProposalId,
        /// The end.
        end: Instant,
        /// By which way.
        channel: Channel,
    },
    /// The event's actor agreed to a proposal.
    EndAgreed {
        /// Which.
        proposal: ProposalId,
        /// By which way.
        channel: Channel,
    },
    /// The event's actor turned a proposal down; what was agreed before stays.
    EndRejected {
        /// Which.
        proposal: ProposalId,
        /// By which way.
        channel: Channel,
    },
    /// Every signatory agreed: this is the end from now on.
    EndSet {
        /// Which proposal.
        proposal: ProposalId,
        /// The end before.
        before: Option<Instant>,
        /// The end now.
        end: Instant,
        /// Every signatory, each of whom agreed.
        signatories: BTreeSet<PersonId>,
    },
    /// A binding party's policy was recorded. It can only bring the end closer.
    PolicyRecorded {
        /// All clocks as they are now.
        policies: Box<Policies>,
        /// The governing clock if it brings the end of the embargo in force closer.
        shortened: Option<Governing>,
    },
    /// Something became known to the world.
    Observed {
        /// What.
        what: PxaTrigger,
        /// Where it was seen.
        #[serde(with = "embargoed::payload")]
        source: Embargoed<Line>,
    },
    /// Somebody broke the embargo.
    BreakReported {
        /// How much came out.
        extent: Extent,
        /// How.
        cause: Cause,
        /// What is done.
        action: BreakAction,
        /// Where it was seen.
        #[serde(with = "embargoed::payload")]
        source: Embargoed<Line>,
    },
    /// The embargo is over.
    EmbargoExited {
        /// Why.
        reason: ExitReason,
        /// When it would have ended.
        end: Instant,
    },
    /// A vendor was notified.
    VendorNotified {
        /// Which.
        vendor: MemberId,
    },
    /// A vendor answered.
    VendorAnswered {
        /// Which.
        vendor: MemberId,
        /// What.
        answer: VendorAnswer,
        /// By which way.
        channel: Channel,
    },
    /// A vendor's fix is ready.
    FixReady {
        /// Whose.
        vendor: MemberId,
        /// Which.
        fix: FixId,
        /// By which way.
        channel: Channel,
    },
    /// A vendor's fix is deployed.
    FixDeployed {
        /// Whose.
        vendor: MemberId,
        /// By which way.
        channel: Channel,
    },
    /// A patch was attached.
    FixAttached(Box<Fix>),
    /// An advisory was staged. Approvals of an earlier one are void.
    AdvisoryStaged {
        /// This form of it.
        draft: AdvisoryDraftId,
        /// Digest of the record.
        record: Sha256,
    },
    /// The event's actor approved it.
    AdvisoryApproved {
        /// Which form of it.
        draft: AdvisoryDraftId,
        /// Digest of the record that he read.
        record: Sha256,
        /// By which way.
        channel: Channel,
    },
    /// It went out.
    Published {
        /// Its number.
        advisory: Line,
        /// Digest of the record.
        record: Sha256,
    },
    /// The case is done.
    Closed {
        /// Why.
        reason: CaseCloseReason,
    },
    /// It goes on within another case.
    MergedInto {
        /// Which.
        case: CaseId,
    },
    /// It stands by itself again.
    SplitFrom {
        /// From which.
        case: CaseId,
    },
    /// It took another case in.
    Absorbed(Box<MergedPart>),
    /// It let that case go again.
    Released {
        /// Which.
        case: CaseId,
    },
}

impl Happening for Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Opened(_) => "case.opened",
            Self::FindingAdded { .. } => "case.finding-added",
            Self::FindingRemoved { .. } => "case.finding-removed",
            Self::Invited(_) => "case.invited",
            Self::EmbargoAccepted { .. } => "case.embargo-accepted",
            Self::EmbargoDeclined { .. } => "case.embargo-declined",
            Self::ReadInLapsed { .. } => "case.read-in-lapsed",
            Self::RmMoved { .. } => "case.rm-moved",
            Self::EndProposed { .. } => "case.end-proposed",
            Self::EndAgreed { .. } => "case.end-agreed",
            Self::EndRejected { .. } => "case.end-rejected",
            Self::EndSet { .. } => "case.end-set",
            Self::PolicyRecorded { .. } => "case.policy-recorded",
            Self::Observed { .. } => "case.observed",
            Self::BreakReported { .. } => "case.break-reported",
            Self::EmbargoExited { .. } => "case.embargo-exited",
            Self::VendorNotified { .. } => "case.vendor-notified",
            Self::VendorAnswered { .. } => "case.vendor-answered",
            Self::FixReady { .. } => "case.fix-ready",
            Self::FixDeployed { .. } => "case.fix-deployed",
            Self::FixAttached(_) => "case.fix-attached",
            Self::AdvisoryStaged { .. } => "case.advisory-staged",
            Self::AdvisoryApproved { .. } => "case.advisory-approved",
            Self::Published { .. } => "case.published",
            Self::Closed { .. } => "case.closed",
            Self::MergedInto { .. } => "case.merged-into",
            Self::SplitFrom { .. } => "case.split-from",
            Self::Absorbed(_) => "case.absorbed",
            Self::Released { .. } => "case.released",
        }
    }
}
