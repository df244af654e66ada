//! A vendor's steps and answers, and patches.

use assay_base::{Instant, MemberId};

use super::{Decision, FIXES_MAX};
use crate::aggregate::Ctx;
use crate::caller::Caller;
use crate::case::answer::VendorAnswer;
use crate::case::channel::{Channel, Message};
use crate::case::command::NewFix;
use crate::case::fix::Fix;
use crate::case::happened::Happened;
use crate::case::state::Case;
use crate::case::vfd::Vfd;
use crate::embargo::is_over;
use crate::ids::FixId;
use crate::refusal::{Code, Refusal};

impl Case {
    pub(super) fn notify(&self, vendor: MemberId) -> Decision {
        match self.vendor(vendor) {
            None => Err(Code::NotVendor.into()),
            Some(known) if known.vfd != Vfd::Unaware => Err(Code::Unchanged.into()),
            Some(_) => Ok(vec![Happened::VendorNotified { vendor }]),
        }
    }

    pub(super) fn answer(&self, caller: &Caller, answer: VendorAnswer, channel: Channel, now: Instant) -> Decision {
        channel.check(answer.message())?;
        let (vendor, known) = self.vendor_of(caller)?;
        if known.answer == Some(answer) {
            return Err(Code::Unchanged.into());
        }
        let promised = match answer {
            VendorAnswer::Later { until } => Some(until),
            VendorAnswer::Fix { by } => by,
            _ => None,
        };
        if promised.is_some_and(|promised| is_over(promised, now)) {
            return Err(Refusal::about(Code::BadValue, "the day that you name is over"));
        }
        Ok(vec![Happened::VendorAnswered { vendor, answer, channel }])
    }

    pub(super) fn fix_ready(&self, caller: &Caller, fix: FixId, channel: Channel) -> Decision {
        channel.check(Message::FixReady)?;
        let (vendor, _) = self.vendor_of(caller)?;
        if !self.fixes.contains_key(&fix) {
            return Err(Refusal::about(Code::FixUnknown, fix.to_string()));
        }
        Ok(vec![Happened::FixReady { vendor, fix, channel }])
    }

    pub(super) fn fix_deployed(&self, caller: &Caller, channel: Channel) -> Decision {
        channel.check(Message::FixDeployed)?;
        let (vendor, _) = self.vendor_of(caller)?;
        Ok(vec![Happened::FixDeployed { vendor, channel }])
    }

    pub(super) fn attach(&self, caller: &Caller, new: NewFix, ctx: &mut Ctx<'_>) -> Decision {
        if !self.all_findings().any(|finding| finding == new.finding) {
            return Err(Code::FindingElsewhere.into());
        }
        if self.fixes.len() >= FIXES_MAX {
            return Err(Refusal::about(Code::TooMany, format!("at most {FIXES_MAX} fixes")));
        }
        if self.fixes.values().any(|known| known.statement == new.statement && known.patch == new.patch) {
            return Err(Code::SameRun.into());
        }
        // Nobody verifies what he brings himself (invariant 10).
        if new.runner.person.is_some() && new.runner.person == caller.actor.person() {
            return Err(Code::OwnFinding.into());
        }
        let fix = Fix {
            id: FixId::draw(ctx.entropy),
            finding: new.finding,
            patch: new.patch,
            level: new.level,
            runner: new.runner,
            statement: new.statement,
            builds: new.builds,
            counts: new.counts,
        };
        fix.check()?;
        Ok(vec![Happened::FixAttached(Box::new(fix))])
    }
}
