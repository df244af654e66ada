//! Findings and people of a case: who comes in, and how he leaves.

use assay_base::{Instant, PersonId};

use super::{Decision, FINDINGS_MAX, PARTICIPANTS_MAX};
use crate::caller::{Caller, Role};
use crate::case::channel::{Channel, Message};
use crate::case::happened::{Happened, Invitation};
use crate::case::pec::{Pec, PecTrigger};
use crate::case::rm::RmTrigger;
use crate::case::state::Case;
use crate::case::table::Machine as _;
use crate::embargo::is_over;
use crate::finding::Proven;
use crate::ids::FindingId;
use crate::refusal::{Code, Refusal};

impl Case {
    pub(super) fn add_finding(&self, finding: Proven) -> Decision {
        let finding = finding.finding();
        if self.all_findings().any(|here| here == finding) {
            return Err(Code::Unchanged.into());
        }
        if self.findings.len() >= FINDINGS_MAX {
            return Err(Refusal::about(Code::TooMany, format!("at most {FINDINGS_MAX} findings")));
        }
        Ok(vec![Happened::FindingAdded { finding }])
    }

    pub(super) fn remove_finding(&self, finding: FindingId) -> Decision {
        if !self.findings.contains(&finding) {
            return Err(Code::FindingElsewhere.into());
        }
        Ok(vec![Happened::FindingRemoved { finding }])
    }

    /// R41: a named person, a sponsor, a duty, a tier, an expiry. No content
    /// goes out by this: the person has not consented.
    pub(super) fn invite(&self, invitation: Invitation, now: Instant) -> Decision {
        if invitation.expires.is_some_and(|expires| is_over(expires, now)) {
            return Err(Code::ExpiryPast.into());
        }
        if invitation.role == Role::Coordinator && invitation.expires.is_some() {
            // Else a case could lose its last coordinator by the clock.
            return Err(Refusal::about(Code::BadValue, "a coordinator's read-in has no expiry"));
        }
        let sponsor = self.participant(invitation.sponsor);
        if invitation.sponsor == invitation.person || !sponsor.is_some_and(|who| who.reads_at(now)) {
            return Err(Code::SponsorUnfit.into());
        }
        match self.participant(invitation.person) {
            Some(who) if who.read_in || who.pec == Pec::Invited => return Err(Code::AlreadyInvited.into()),
            Some(who) if who.member != invitation.member => {
                return Err(Refusal::about(Code::BadValue, "the person belongs to another member"));
            }
            Some(who) if who.pec.step(PecTrigger::Invite).is_none() => return Err(Code::AlreadyInvited.into()),
            Some(_) => {}
            None if self.participants.len() >= PARTICIPANTS_MAX => {
                return Err(Refusal::about(Code::TooMany, format!("at most {PARTICIPANTS_MAX} persons")));
            }
            None => {}
        }
        Ok(vec![Happened::Invited(Box::new(invitation))])
    }

    pub(super) fn accept(&self, channel: Channel) -> Decision {
        channel.check(Message::AcceptEmbargo)?;
        Ok(vec![Happened::EmbargoAccepted { channel, end: self.end_in_force() }])
    }

    pub(super) fn decline(&self, caller: &Caller, channel: Channel) -> Decision {
        let bound = self.participant(caller.person()?).is_some_and(|who| who.pec == Pec::Signatory);
        // A forged withdrawal would silence a signatory who disagrees with another end.
        channel.check(if bound { Message::WithdrawConsent } else { Message::DeclineInvitation })?;
        Ok(vec![Happened::EmbargoDeclined { channel }])
    }

    pub(super) fn lapse_of(&self, person: PersonId, now: Instant) -> Decision {
        let who = self.participant(person).ok_or(Code::NotParticipant)?;
        if !who.read_in || who.reads_at(now) {
            return Err(Code::Unchanged.into());
        }
        Ok(vec![Happened::ReadInLapsed { person }])
    }

    pub(super) fn move_rm(&self, caller: &Caller, trigger: RmTrigger) -> Decision {
        let who = self.participant(caller.person()?).ok_or(Code::NotParticipant)?;
        if !self.may_move(who.role, trigger) {
            return Err(Refusal::about(Code::NoRight, "a verifier alone never says that a report is invalid"));
        }
        if who.rm.step(trigger).is_none() {
            return Err(Refusal::about(Code::BadValue, format!("no {trigger} from {}", who.rm)));
        }
        Ok(vec![Happened::RmMoved { trigger }])
    }
}
