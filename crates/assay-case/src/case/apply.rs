//! How each event changes a case.
//!
//! Applying never fails: a step that the tables refuse changes nothing.

use assay_base::{Instant, MemberId};

use super::em::{Em, EmTrigger};
use super::happened::{ExitReason, Happened, Opening};
use super::participant::{Participant, Vendor};
use super::pec::PecTrigger;
use super::pxa::{Pxa, PxaTrigger};
use super::rm::RmTrigger;
use super::state::{Break, Case, Draft, Embargo, Out, Proposal, State};
use super::table::Machine;
use super::vfd::VfdTrigger;
use crate::aggregate::Recorded;
use crate::caller::Role;
use crate::embargo::{Basis, Governing};
use crate::ids::CaseId;

/// Follows a trigger where the table has a way.
fn go<M: Machine>(state: &mut M, trigger: M::Trigger) {
    if let Some(next) = state.step(trigger) {
        *state = next;
    }
}

impl State {
    pub(super) fn take_in(&mut self, event: &Recorded<CaseId, Happened>) {
        match (self.0.as_deref_mut(), &event.what) {
            (None, Happened::Opened(opening)) => self.0 = begin(event, opening),
            (None, _) | (Some(_), Happened::Opened(_)) => {}
            (Some(case), _) if case.id != event.stream => {}
            (Some(case), _) => {
                case.take_in(event);
                case.changed = case.changed.max(event.at);
            }
        }
    }
}

fn begin(event: &Recorded<CaseId, Happened>, opening: &Opening) -> Option<Box<Case>> {
    let (member, person) = (event.by.member()?, event.by.person()?);
    let embargo = opening.embargo.clone().map(|clock| Embargo { end: clock.end, governing: Some(clock), exited: None });
    let em = if embargo.is_some() { Em::Active } else { Em::None };
    Some(Box::new(Case {
        id: event.stream,
        title: opening.title.clone(),
        opened: event.at,
        findings: opening.findings.clone(),
        participants: [(person, Participant::opener(member))].into(),
        vendors: Default::default(),
        policies: opening.policies.clone(),
        em,
        embargo,
        proposal: None,
        pxa: Pxa::Quiet,
        breaks: Vec::new(),
        fixes: Default::default(),
        draft: None,
        published: None,
        closed: None,
        merged_into: None,
        absorbed: Default::default(),
        changed: event.at,
    }))
}

impl Case {
    fn take_in(&mut self, event: &Recorded<CaseId, Happened>) {
        let (at, actor) = (event.at, event.by.person());
        match &event.what {
            Happened::Opened(_) => {}
            Happened::FindingAdded { finding } => drop(self.findings.insert(*finding)),
            Happened::FindingRemoved { finding } => drop(self.findings.remove(finding)),
            Happened::Invited(invitation) => {
                let before = self.participant(invitation.person).cloned();
                let invited = Participant::invited(invitation, before.as_ref());
                match self.participant_mut(invitation.person) {
                    Some(participant) => *participant = invited,
                    None => drop(self.participants.insert(invitation.person, invited)),
                }
                if invitation.role == Role::Vendor && self.vendor(invitation.member).is_none() {
                    self.vendors.insert(invitation.member, Vendor::default());
                }
            }
            Happened::EmbargoAccepted { .. } => {
                let Some(who) = actor.and_then(|person| self.participant_mut(person)) else { return };
                go(&mut who.pec, PecTrigger::Accept);
                go(&mut who.rm, RmTrigger::Receive);
                who.read_in = true;
                let (role, member) = (who.role, who.member);
                // A vendor who reads knows.
                if role == Role::Vendor {
                    self.notified(member, at);
                }
            }
            Happened::EmbargoDeclined { .. } => {
                if let Some(who) = actor.and_then(|person| self.participant_mut(person)) {
                    go(&mut who.pec, PecTrigger::Decline);
                    who.read_in = false;
                }
                if let (Some(proposal), Some(person)) = (&mut self.proposal, actor) {
                    proposal.agreed.remove(&person);
                }
                // Who leaves no longer answers for what goes out.
                if let (Some(draft), Some(person)) = (&mut self.draft, actor) {
                    draft.approvals.remove(&person);
                }
            }
            Happened::ReadInLapsed { person } => {
                if let Some(who) = self.participant_mut(*person) {
                    go(&mut who.pec, PecTrigger::Revise);
                    who.read_in = false;
                }
            }
            Happened::RmMoved { trigger } => {
                if let Some(who) = actor.and_then(|person| self.participant_mut(person)) {
                    go(&mut who.rm, *trigger);
                }
            }
            Happened::EndProposed { proposal, end, .. } => {
                if let Some(by) = actor {
                    go(&mut self.em, EmTrigger::Propose);
                    self.proposal = Some(Proposal { id: *proposal, end: *end, by, agreed: [by].into() });
                }
            }
            Happened::EndAgreed { proposal, .. } => {
                if let (Some(open), Some(person)) = (&mut self.proposal, actor)
                    && open.id == *proposal
                {
                    open.agreed.insert(person);
                }
            }
            Happened::EndRejected { .. } => {
                go(&mut self.em, EmTrigger::Reject);
                self.proposal = None;
            }
            Happened::EndSet { proposal, end, signatories, .. } => {
                go(&mut self.em, EmTrigger::Accept);
                self.proposal = None;
                self.outdate();
                let source = format!("agreed by {} signatories, {proposal}", signatories.len());
                let governing = Governing { end: *end, basis: Basis::AgreedDate, source };
                if self.em.is_in_force() {
                    self.embargo = Some(Embargo { end: *end, governing: Some(governing), exited: None });
                }
            }
            Happened::PolicyRecorded { policies, shortened } => {
                self.policies = (**policies).clone();
                if shortened.is_some() {
                    self.outdate();
                }
                if let (Some(embargo), Some(clock)) = (&mut self.embargo, shortened) {
                    embargo.end = clock.end;
                    embargo.governing = Some(clock.clone());
                }
            }
            Happened::Observed { what, .. } => go(&mut self.pxa, *what),
            Happened::BreakReported { extent, cause, action, .. } => {
                self.breaks.push(Break { at, extent: *extent, cause: *cause, action: *action });
            }
            Happened::EmbargoExited { reason, .. } => {
                go(&mut self.em, EmTrigger::Terminate);
                self.proposal = None;
                if let Some(embargo) = &mut self.embargo {
                    embargo.exited = Some(*reason);
                }
                if *reason != ExitReason::EndReached {
                    self.outdate();
                }
                self.each_participant(|who| go(&mut who.pec, PecTrigger::Reset));
            }
            Happened::AdvisoryStaged { draft, record } => {
                // A changed record voids every approval (invariant 17).
                self.draft =
                    Some(Draft { id: *draft, record: *record, approvals: Default::default(), outdated: false });
            }
            Happened::AdvisoryApproved { draft, record, .. } => {
                let role = actor.and_then(|person| self.participant(person)).map(|who| who.role);
                if let (Some(staged), Some(person), Some(role)) = (&mut self.draft, actor, role)
                    && staged.id == *draft
                    && staged.record == *record
                {
                    staged.approvals.insert(person, role);
                }
            }
            Happened::Published { advisory, record } => {
                self.published = Some(Out { advisory: advisory.clone(), record: *record, at });
                go(&mut self.pxa, PxaTrigger::PublicAware);
                go(&mut self.em, EmTrigger::Reject);
                self.proposal = None;
            }
            Happened::Closed { reason } => {
                self.closed = Some(*reason);
                go(&mut self.em, EmTrigger::Reject);
                self.proposal = None;
                self.each_participant(|who| {
                    who.rm = who.rm.follow(who.rm.closing());
                    who.read_in_at_close = who.reads_at(at);
                    who.read_in = false;
                });
            }
            Happened::MergedInto { case } => self.merged_into = Some(*case),
            Happened::SplitFrom { .. } => self.merged_into = None,
            Happened::Absorbed(part) => drop(self.absorbed.insert(part.case, (**part).clone())),
            Happened::Released { case } => drop(self.absorbed.remove(case)),
            Happened::FixAttached(fix) => drop(self.fixes.insert(fix.id, **fix)),
            Happened::VendorNotified { vendor } => self.notified(*vendor, at),
            Happened::VendorAnswered { vendor, answer, .. } => {
                self.notified(*vendor, at);
                if let Some(vendor) = self.vendor_mut(*vendor) {
                    vendor.answer = Some(*answer);
                }
            }
            Happened::FixReady { vendor, fix, .. } => {
                if let Some(vendor) = self.vendor_mut(*vendor) {
                    go(&mut vendor.vfd, VfdTrigger::Ready);
                    vendor.fix = Some(*fix);
                }
            }
            Happened::FixDeployed { vendor, .. } => {
                if let Some(vendor) = self.vendor_mut(*vendor) {
                    go(&mut vendor.vfd, VfdTrigger::Deployed);
                }
            }
        }
    }

    /// The advisory that was signed names an end that is not the end: nobody's signature stands under the true one
    /// (invariant 17).
    fn outdate(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.approvals.clear();
            draft.outdated = true;
        }
    }

    fn notified(&mut self, vendor: MemberId, at: Instant) {
        if let Some(vendor) = self.vendor_mut(vendor) {
            go(&mut vendor.vfd, VfdTrigger::Aware);
            vendor.notified.get_or_insert(at);
        }
    }

    fn each_participant(&mut self, mut change: impl FnMut(&mut Participant)) {
        let others = self.absorbed.values_mut().flat_map(|part| part.participants.values_mut());
        self.participants.values_mut().chain(others).for_each(&mut change);
    }
}
