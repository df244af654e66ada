//! Who takes part in a case, and how far each vendor is.

use std::collections::BTreeMap;

use assay_base::{Instant, MemberId, PersonId};
use serde::{Deserialize, Serialize};

use super::answer::{VendorAnswer, VendorStatus};
use super::happened::{Duty, Invitation, ReadInTier};
use super::pec::{Pec, PecTrigger};
use super::rm::Rm;
use super::table::Machine as _;
use super::vfd::Vfd;
use crate::caller::Role;
use crate::ids::FixId;

/// A person in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Participant {
    /// Of which member.
    pub member: MemberId,
    /// In which role.
    pub role: Role,
    /// Who answers for the person; none for who opened the case.
    pub sponsor: Option<PersonId>,
    /// What the person is to do.
    pub duty: Duty,
    /// How much the person sees.
    pub tier: ReadInTier,
    /// Until when the person is read in; none is until publication or close.
    pub expires: Option<Instant>,
    /// Where the person stands with the report.
    pub rm: Rm,
    /// Where the person stands with the embargo.
    pub pec: Pec,
    /// Whether content may go to the person: from consent on, never before.
    pub read_in: bool,
    /// Whether content could still go to the person when the case was closed; closing ends everybody's read-in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_in_at_close: bool,
}

impl Participant {
    /// The coordinator who opens a case.
    pub(super) fn opener(member: MemberId) -> Self {
        Self {
            member,
            role: Role::Coordinator,
            sponsor: None,
            duty: Duty::Analyse,
            tier: ReadInTier::T1,
            expires: None,
            rm: Rm::Accepted,
            pec: Pec::Signatory,
            read_in: true,
            read_in_at_close: false,
        }
    }

    /// Somebody who is asked. Who was here before keeps his report state.
    pub(super) fn invited(invitation: &Invitation, before: Option<&Self>) -> Self {
        let pec = before.map_or(Pec::NoEmbargo, |before| before.pec);
        Self {
            member: invitation.member,
            role: invitation.role,
            sponsor: Some(invitation.sponsor),
            duty: invitation.duty,
            tier: invitation.tier,
            expires: invitation.expires,
            rm: before.map_or(Rm::Start, |before| before.rm),
            pec: pec.step(PecTrigger::Invite).unwrap_or(pec),
            read_in: false,
            read_in_at_close: false,
        }
    }

    /// Whether content may go to the person at this instant.
    pub fn reads_at(&self, now: Instant) -> bool {
        self.read_in && self.expires.is_none_or(|expires| now < expires)
    }

    /// Whether the person read the case until it was closed, and his time is not over at this instant. To him nothing of
    /// it is new; what he may still be told is for who asks to decide.
    pub fn read_until_closed(&self, now: Instant) -> bool {
        self.read_in_at_close && self.expires.is_none_or(|expires| now < expires)
    }
}

/// A vendor in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Vendor {
    /// How far he is.
    pub vfd: Vfd,
    /// When he was notified.
    pub notified: Option<Instant>,
    /// What he answered last.
    pub answer: Option<VendorAnswer>,
    /// His fix.
    pub fix: Option<FixId>,
}

impl Vendor {
    /// The status that is shown (R47). Without an answer it is "not answered",
    /// never "not affected".
    pub fn status(&self) -> VendorStatus {
        match self.vfd {
            Vfd::Ready | Vfd::Deployed => VendorStatus::Fixed,
            Vfd::Unaware | Vfd::Aware => VendorStatus::after(self.answer),
        }
    }
}

/// The vendors of a case.
pub type Vendors = BTreeMap<MemberId, Vendor>;
