//! The end of the embargo: proposed, agreed, capped, reached.
//!
//! It moves in three ways only: by recorded agreement of every signatory, by
//! a binding party's policy (closer, never further, and never sooner than a
//! day's notice), and by coming.

use std::time::Duration;

use assay_base::Instant;

use super::Decision;
use crate::aggregate::Ctx;
use crate::caller::Caller;
use crate::case::channel::{Channel, Message};
use crate::case::command::BindingPolicy;
use crate::case::happened::{ExitReason, Happened};
use crate::case::state::{Case, Proposal};
use crate::embargo::clock::{LISTS_MAX, LONGEST_DAYS, cap};
use crate::embargo::{Policies, is_over};
use crate::ids::ProposalId;
use crate::refusal::{Code, Refusal};

/// How much notice everybody has when a policy brings the end closer.
pub const NOTICE: Duration = Duration::from_secs(86_400);
/// How many persons agree at least on an earlier end: nobody lifts an embargo alone.
pub const EARLIER_AGREE: usize = 2;

impl Case {
    pub(super) fn propose(&self, caller: &Caller, end: Instant, channel: Channel, ctx: &mut Ctx<'_>) -> Decision {
        channel.check(Message::ProposeEnd)?;
        self.check_end(end, ctx.now)?;
        if self.end_in_force() == Some(end) {
            return Err(Code::Unchanged.into());
        }
        let by = caller.natural()?;
        let open = Proposal { id: ProposalId::draw(ctx.entropy), end, by, agreed: [by].into() };
        let proposed = Happened::EndProposed { proposal: open.id, end, channel };
        Ok(std::iter::once(proposed).chain(self.set_if_all_agree(&open)).collect())
    }

    pub(super) fn agree(&self, caller: &Caller, proposal: ProposalId, channel: Channel, now: Instant) -> Decision {
        channel.check(Message::AgreeEnd)?;
        let mut open = self.open_proposal(proposal)?.clone();
        // The policies, and the time, may have moved since it was proposed.
        self.check_end(open.end, now)?;
        open.agreed.insert(caller.natural()?);
        let agreed = Happened::EndAgreed { proposal, channel };
        Ok(std::iter::once(agreed).chain(self.set_if_all_agree(&open)).collect())
    }

    pub(super) fn reject(&self, proposal: ProposalId, channel: Channel) -> Decision {
        let open = self.open_proposal(proposal)?;
        let earlier = self.end_in_force().is_some_and(|before| open.end < before);
        channel.check(if earlier { Message::RejectEarlierEnd } else { Message::RejectLaterEnd })?;
        Ok(vec![Happened::EndRejected { proposal, channel }])
    }

    fn open_proposal(&self, proposal: ProposalId) -> Result<&Proposal, Refusal> {
        self.proposal.as_ref().filter(|open| open.id == proposal).ok_or_else(|| Code::NoProposal.into())
    }

    /// Passes if this may be agreed on as an end.
    pub(in crate::case) fn check_end(&self, end: Instant, now: Instant) -> Result<(), Refusal> {
        if is_over(end, now) {
            return Err(Refusal::about(Code::EndPast, end.to_string()));
        }
        let longest = now.plus_days(LONGEST_DAYS);
        if end > longest {
            return Err(Refusal::about(Code::EndBeyondCap, format!("nothing lasts beyond {longest}")));
        }
        // Closer than what is in force is always within what the policies ask for.
        if self.end_in_force().is_some_and(|before| end <= before) {
            return Ok(());
        }
        // Invariant 13: no agreement of ours outranks the maintainer's policy or a list's cap.
        match cap(self.opened, &self.policies) {
            Some(cap) if end > cap.end => {
                Err(Refusal::about(Code::EndBeyondCap, format!("{} allows nothing beyond {}", cap.basis, cap.end)))
            }
            _ => Ok(()),
        }
    }

    /// Silence is never consent: an end is set when the last signatory has agreed.
    fn set_if_all_agree(&self, open: &Proposal) -> Option<Happened> {
        let signatories = self.signatories();
        let before = self.end_in_force();
        let earlier = before.is_some_and(|before| open.end < before);
        let enough = !earlier || signatories.len() >= EARLIER_AGREE;
        let all = !signatories.is_empty() && signatories.is_subset(&open.agreed);
        (all && enough).then_some(Happened::EndSet { proposal: open.id, before, end: open.end, signatories })
    }

    /// Shortest binding party wins (R36); nothing is lengthened by this.
    pub(super) fn record_policy(&self, policy: BindingPolicy, now: Instant) -> Decision {
        let mut policies: Policies = self.policies.clone();
        match policy {
            BindingPolicy::Project(project) => {
                if policies.project.as_ref() == Some(&project) {
                    return Err(Code::Unchanged.into());
                }
                policies.project = Some(project);
            }
            BindingPolicy::List(list) => {
                if policies.lists.contains(&list) {
                    return Err(Code::Unchanged.into());
                }
                if list.told > now {
                    return Err(Refusal::about(Code::BadValue, "a list was told in the past"));
                }
                if policies.lists.len() >= LISTS_MAX {
                    return Err(Refusal::about(Code::TooMany, format!("at most {LISTS_MAX} lists")));
                }
                policies.lists.push(list);
            }
        }
        let shortened = self.end_in_force().zip(cap(self.opened, &policies)).and_then(|(end, mut cap)| {
            cap.end = cap.end.max(now.plus(NOTICE));
            (cap.end < end).then_some(cap)
        });
        Ok(vec![Happened::PolicyRecorded { policies: Box::new(policies), shortened }])
    }

    /// The exit that its instant brings. The caller has checked that it came.
    pub(super) fn exit_at_end(&self) -> Option<Happened> {
        self.exit_for(ExitReason::EndReached)
    }

    /// The exit of an embargo in force, for a reason.
    pub(super) fn exit_for(&self, reason: ExitReason) -> Option<Happened> {
        self.end_in_force().map(|end| Happened::EmbargoExited { reason, end })
    }
}
