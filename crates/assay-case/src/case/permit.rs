//! Who may do what to a case at this instant, as far as that does not depend
//! on a command's arguments.
//!
//! Agents never publish, end an embargo, read people in, or assert attacks
//! (DESIGN section 6): every rule here that is not listed for agents asks for
//! a natural person.

use std::time::Duration;

use assay_base::Instant;

use super::command::Action;
use super::pec::{Pec, PecTrigger};
use super::pxa::PxaTrigger;
use super::rm::RmTrigger;
use super::state::{Case, State};
use super::table::Machine as _;
use super::vfd::Vfd;
use crate::caller::{Caller, Role};
use crate::embargo::is_over;
use crate::refusal::{Code, Refusal};

type Permit = Result<(), Refusal>;

pub(super) fn permit(state: &State, caller: &Caller, action: Action, now: Instant) -> Permit {
    let Some(case) = state.get() else {
        if action != Action::Open {
            return Err(Code::NotThere.into());
        }
        caller.natural()?;
        return caller.needs(Role::Coordinator);
    };
    if action == Action::Open {
        return Err(Code::AlreadyThere.into());
    }
    case.check_open(action)?;
    match action {
        Action::Open => Err(Code::AlreadyThere.into()),
        Action::AcceptEmbargo | Action::DeclineEmbargo | Action::MoveRm => case.for_oneself(caller, action, now),
        Action::LapseReadIn => case.lapse(caller, now),
        Action::ProposeEnd | Action::AgreeEnd | Action::RejectEnd => case.about_the_end(caller, action, now),
        Action::ExitEmbargo => case.exit(caller, now),
        Action::RecordPublicAwareness => case.observe(caller, PxaTrigger::PublicAware, now),
        Action::RecordPublicExploit => case.observe(caller, PxaTrigger::ExploitPublic, now),
        Action::RecordAttack => case.observe(caller, PxaTrigger::AttacksObserved, now),
        Action::NotifyVendor | Action::AnswerAsVendor | Action::RecordFixReady | Action::RecordFixDeployed => {
            case.vendor_step(caller, action, now)
        }
        Action::AttachFix if caller.is_clock() => Ok(()),
        Action::AttachFix | Action::StageAdvisory => {
            let role = case.insider(caller, now)?.role;
            if matches!(role, Role::Coordinator | Role::Vendor | Role::Finder) {
                return Ok(());
            }
            Err(Refusal::about(Code::NoRight, "it takes a coordinator, a vendor or a finder of this case"))
        }
        Action::ApproveAdvisory => case.approve(caller, now),
        Action::Publish => case.publish(caller, now),
        Action::ReportBreak => {
            case.natural_coordinator(caller, now)?;
            if case.em.is_in_force() { Ok(()) } else { Err(Code::NoEmbargo.into()) }
        }
        Action::RemoveFinding => {
            case.natural_coordinator(caller, now)?;
            // The last one stays: a case without a finding is closed instead.
            if case.findings.len() > 1 { Ok(()) } else { Err(Code::NoFindings.into()) }
        }
        Action::Absorb | Action::MergeInto => {
            case.natural_coordinator(caller, now)?;
            case.no_proposal()?;
            if action == Action::MergeInto && !case.absorbed.is_empty() {
                return Err(Code::HoldsOthers.into());
            }
            Ok(())
        }
        Action::Release => {
            case.natural_coordinator(caller, now)?;
            if case.absorbed.is_empty() { Err(Code::NotThere.into()) } else { Ok(()) }
        }
        Action::RecordPolicy => {
            case.natural_coordinator(caller, now)?;
            if case.embargo.as_ref().is_some_and(|embargo| embargo.exited.is_some()) {
                return Err(Code::EmbargoExited.into());
            }
            Ok(())
        }
        Action::Close => {
            case.natural_coordinator(caller, now)?;
            // Closing would end a promise that every signatory gave, by one person's word (invariant 13).
            match case.end_in_force() {
                Some(end) if !is_over(end, now) => Err(Refusal::about(Code::CloseEmbargoed, format!("until {end}"))),
                _ => Ok(()),
            }
        }
        Action::AddFinding | Action::Invite | Action::Split => case.natural_coordinator(caller, now),
    }
}

impl Case {
    /// Whether anything of this kind can still happen to the case.
    fn check_open(&self, action: Action) -> Permit {
        match action {
            // The world goes on after publication, and a published case can be closed.
            Action::RecordAttack
            | Action::RecordPublicExploit
            | Action::RecordFixReady
            | Action::RecordFixDeployed
            | Action::AnswerAsVendor
            | Action::MoveRm
            | Action::AttachFix
            | Action::LapseReadIn
            | Action::Close
                if self.closed.is_none() && self.merged_into.is_none() =>
            {
                Ok(())
            }
            Action::Split if self.closed.is_none() && self.merged_into.is_some() => Ok(()),
            Action::Split => Err(Code::NotThere.into()),
            _ => self.check_live(),
        }
    }

    fn natural_coordinator(&self, caller: &Caller, now: Instant) -> Permit {
        caller.natural()?;
        self.coordinator(caller, now)
    }

    fn no_proposal(&self) -> Permit {
        match &self.proposal {
            Some(open) => Err(Refusal::about(Code::ProposalOpen, open.id.to_string())),
            None => Ok(()),
        }
    }

    fn for_oneself(&self, caller: &Caller, action: Action, now: Instant) -> Permit {
        let person = caller.natural()?;
        let who = self.participant(person).ok_or(Code::NotParticipant)?;
        match action {
            Action::AcceptEmbargo => {
                if who.expires.is_some_and(|expires| is_over(expires, now)) {
                    return Err(Code::ReadInOver.into());
                }
                if who.pec.step(PecTrigger::Accept).is_some() { Ok(()) } else { Err(Code::NotInvited.into()) }
            }
            Action::DeclineEmbargo => {
                if who.pec.step(PecTrigger::Decline).is_none() {
                    return Err(Code::NotInvited.into());
                }
                let others = self
                    .everybody()
                    .filter(|(other, who)| *other != person && who.role == Role::Coordinator && who.read_in);
                if who.role == Role::Coordinator && who.read_in && others.count() == 0 {
                    return Err(Code::CoordinatorStays.into());
                }
                Ok(())
            }
            _ => {
                self.insider(caller, now)?;
                if RmTrigger::ALL
                    .iter()
                    .any(|trigger| self.may_move(who.role, *trigger) && who.rm.step(*trigger).is_some())
                {
                    Ok(())
                } else {
                    Err(Code::Unchanged.into())
                }
            }
        }
    }

    /// A verifier sets valid, and never invalid alone.
    pub(super) fn may_move(&self, role: Role, trigger: RmTrigger) -> bool {
        role != Role::Verifier || trigger != RmTrigger::Invalidate
    }

    fn lapse(&self, caller: &Caller, now: Instant) -> Permit {
        if !caller.is_clock() {
            self.natural_coordinator(caller, now)?;
        }
        if self.everybody().any(|(_, who)| who.read_in && !who.reads_at(now)) {
            Ok(())
        } else {
            Err(Code::Unchanged.into())
        }
    }

    fn about_the_end(&self, caller: &Caller, action: Action, now: Instant) -> Permit {
        let person = caller.natural()?;
        let who = self.insider(caller, now)?;
        if who.pec != Pec::Signatory {
            return Err(Code::NotSignatory.into());
        }
        if self.embargo.as_ref().is_some_and(|embargo| embargo.exited.is_some()) {
            return Err(Code::EmbargoExited.into());
        }
        if !self.pxa.allows_embargo() {
            return Err(Code::NotViable.into());
        }
        // An embargo whose instant has come is over, whether or not the clock has said so.
        if let Some(end) = self.end_in_force()
            && is_over(end, now)
        {
            return Err(Refusal::about(Code::EmbargoExited, end.to_string()));
        }
        match (action, &self.proposal) {
            (Action::ProposeEnd, _) => {
                self.no_proposal()?;
                // Without an embargo in force, a policy whose time is over leaves no end to propose.
                if self.em.is_in_force() { Ok(()) } else { self.check_end(now.plus(Duration::from_micros(1)), now) }
            }
            (_, None) => Err(Code::NoProposal.into()),
            (Action::AgreeEnd, Some(open)) if open.agreed.contains(&person) => Err(Code::AlreadyAgreed.into()),
            (Action::AgreeEnd, Some(open)) => self.check_end(open.end, now),
            (_, Some(_)) => Ok(()),
        }
    }

    fn exit(&self, caller: &Caller, now: Instant) -> Permit {
        if !caller.is_clock() {
            self.natural_coordinator(caller, now)?;
        }
        match self.end_in_force() {
            None => Err(Code::NoEmbargo.into()),
            Some(end) if is_over(end, now) => Ok(()),
            Some(end) => Err(Refusal::about(Code::EmbargoRuns, format!("until {end}"))),
        }
    }

    fn observe(&self, caller: &Caller, trigger: PxaTrigger, now: Instant) -> Permit {
        self.natural_coordinator(caller, now)?;
        if self.pxa.step(trigger).is_some() { Ok(()) } else { Err(Code::Unchanged.into()) }
    }

    fn vendor_step(&self, caller: &Caller, action: Action, now: Instant) -> Permit {
        if action == Action::NotifyVendor {
            self.coordinator(caller, now)?;
            return if self.every_vendor().any(|(_, vendor)| vendor.vfd == Vfd::Unaware) {
                Ok(())
            } else {
                Err(Code::NotVendor.into())
            };
        }
        caller.natural()?;
        let (_, vendor) = self.vendor_of(caller)?;
        let wanted = match action {
            // Whoever was asked may answer, also without having read anything.
            Action::AnswerAsVendor => return Ok(()),
            Action::RecordFixReady => Vfd::Aware,
            _ => Vfd::Ready,
        };
        self.insider(caller, now)?;
        if vendor.vfd != wanted {
            return Err(Refusal::about(Code::WrongOrder, vendor.vfd.as_str()));
        }
        if action == Action::RecordFixReady && self.fixes.is_empty() {
            return Err(Code::FixUnknown.into());
        }
        Ok(())
    }

    fn approve(&self, caller: &Caller, now: Instant) -> Permit {
        let person = caller.natural()?;
        let role = self.insider(caller, now)?.role;
        if !matches!(role, Role::Coordinator | Role::Vendor) {
            return Err(Refusal::about(Code::NoRight, "it takes a coordinator or a vendor of this case"));
        }
        caller.needs(role)?;
        let draft = self.draft.as_ref().ok_or(Code::NoDraft)?;
        if draft.outdated {
            return Err(Code::DraftOutdated.into());
        }
        if draft.approvals.contains_key(&person) {
            return Err(Code::ApprovedAlready.into());
        }
        Ok(())
    }

    fn publish(&self, caller: &Caller, now: Instant) -> Permit {
        if !caller.is_clock() {
            self.natural_coordinator(caller, now)?;
        }
        if self.is_embargoed(now) {
            let end = self.end_in_force().map(|end| format!("until {end}")).unwrap_or_default();
            return Err(Refusal::about(Code::EmbargoRuns, end));
        }
        let draft = self.draft.as_ref().ok_or(Code::NoDraft)?;
        if draft.outdated {
            return Err(Code::DraftOutdated.into());
        }
        if self.is_approved() { Ok(()) } else { Err(Code::NotApproved.into()) }
    }
}
