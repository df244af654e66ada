//! Which commands a case takes, and what follows.

mod advisory;
mod end;
mod join;
mod people;
mod vendor;
mod world;

use assay_base::Instant;

use super::command::{Action, Command, Open};
use super::happened::{CaseCloseReason, Happened, Opening};
use super::permit::permit;
use super::state::{Case, State};
use crate::aggregate::{Aggregate, Ctx, EventOf, record};
use crate::caller::Caller;
use crate::embargo::{self, clock::LISTS_MAX, clock::LONGEST_DAYS};
use crate::ids::CaseId;
use crate::refusal::{Code, Refusal};

/// Most findings of one case.
pub const FINDINGS_MAX: usize = 1_000;
/// Most persons in one case.
pub const PARTICIPANTS_MAX: usize = 1_000;
/// Most patches of one case.
pub const FIXES_MAX: usize = 1_000;
/// Most breaks that one case records.
pub const BREAKS_MAX: usize = 1_000;

/// What a command leads to.
type Decision = Result<Vec<Happened>, Refusal>;

impl Aggregate for State {
    type Id = CaseId;
    type Command = Command;
    type Happened = Happened;
    type Action = Action;

    const ACTIONS: &'static [Action] = Action::ALL;

    fn id(&self) -> Option<CaseId> {
        self.get().map(|case| case.id)
    }

    fn apply(&mut self, event: &EventOf<Self>) {
        self.take_in(event);
    }

    fn permit(&self, caller: &Caller, action: Action, now: Instant) -> Result<(), Refusal> {
        permit(self, caller, action, now)
    }

    fn decide(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Vec<EventOf<Self>>, Refusal> {
        self.permit(caller, command.action(), ctx.now)?;
        let (id, whats) = match (self.get(), command) {
            (None, Command::Open(open)) => {
                let opened = begin(*open, ctx.now)?;
                (CaseId::draw(ctx.entropy), vec![opened])
            }
            (None, _) => return Err(Code::NotThere.into()),
            (Some(case), command) => (case.id, case.go_on(caller, command, ctx)?),
        };
        Ok(record(id, caller, ctx.now, whats))
    }
}

fn begin(open: Open, now: Instant) -> Result<Happened, Refusal> {
    if open.findings.is_empty() {
        return Err(Code::NoFindings.into());
    }
    if open.findings.len() > FINDINGS_MAX {
        return Err(Refusal::about(Code::TooMany, format!("at most {FINDINGS_MAX} findings")));
    }
    if open.policies.lists.len() > LISTS_MAX {
        return Err(Refusal::about(Code::TooMany, format!("at most {LISTS_MAX} lists")));
    }
    if open.policies.lists.iter().any(|list| list.told > now) {
        return Err(Refusal::about(Code::BadValue, "a list was told in the past"));
    }
    if open.policies.default_days > LONGEST_DAYS {
        return Err(Refusal::about(Code::BadValue, format!("a default of at most {LONGEST_DAYS} days")));
    }
    let embargo = open.embargo.then(|| embargo::govern(now, &open.policies));
    // A clock that has run out already would make an embargo that never was.
    if let Some(clock) = &embargo
        && embargo::is_over(clock.end, now)
    {
        return Err(Refusal::about(Code::EndPast, format!("{} by {}", clock.end, clock.basis)));
    }
    Ok(Happened::Opened(Box::new(Opening {
        title: open.title,
        findings: open.findings.iter().map(|finding| finding.finding()).collect(),
        policies: open.policies,
        embargo,
    })))
}

impl Case {
    fn go_on(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Decision {
        match command {
            Command::Open(_) => Err(Code::AlreadyThere.into()),
            Command::AddFinding { finding } => self.add_finding(finding),
            Command::RemoveFinding { finding } => self.remove_finding(finding),
            Command::Invite(invitation) => self.invite(*invitation, ctx.now),
            Command::AcceptEmbargo { channel } => self.accept(channel),
            Command::DeclineEmbargo { channel } => self.decline(caller, channel),
            Command::LapseReadIn { person } => self.lapse_of(person, ctx.now),
            Command::MoveRm { trigger } => self.move_rm(caller, trigger),
            Command::ProposeEnd { end, channel } => self.propose(caller, end, channel, ctx),
            Command::AgreeEnd { proposal, channel } => self.agree(caller, proposal, channel, ctx.now),
            Command::RejectEnd { proposal, channel } => self.reject(proposal, channel),
            Command::RecordPolicy(policy) => self.record_policy(*policy, ctx.now),
            Command::ExitEmbargo => Ok(self.exit_at_end().into_iter().collect()),
            Command::RecordPublicAwareness { source } => Ok(self.public_awareness(source)),
            Command::RecordPublicExploit { source } => Ok(self.public_exploit(source)),
            Command::RecordAttack { source } => Ok(self.attack(source)),
            Command::ReportBreak { extent, cause, source } => self.broken(extent, cause, source),
            Command::NotifyVendor { vendor } => self.notify(vendor),
            Command::AnswerAsVendor { answer, channel } => self.answer(caller, answer, channel, ctx.now),
            Command::RecordFixReady { fix, channel } => self.fix_ready(caller, fix, channel),
            Command::RecordFixDeployed { channel } => self.fix_deployed(caller, channel),
            Command::AttachFix(fix) => self.attach(caller, *fix, ctx),
            Command::StageAdvisory { record } => self.stage(record, ctx),
            Command::ApproveAdvisory { record, channel } => self.approval(record, channel),
            Command::Publish { advisory, record } => self.publication_of(advisory, record),
            Command::Close { reason } => self.close(reason),
            Command::MergeInto { into } => self.merge_into(&into),
            Command::Absorb { part } => self.absorb(part),
            Command::Split { release } => self.split(release),
            Command::Release { case } => self.release(case),
        }
    }

    fn close(&self, reason: CaseCloseReason) -> Decision {
        if (reason == CaseCloseReason::Published) != self.published.is_some() {
            let code = if self.published.is_some() { Code::Published } else { Code::NotPublished };
            return Err(code.into());
        }
        // An embargo whose instant has come ends on record, whether or not the clock has said so.
        Ok(self.exit_at_end().into_iter().chain([Happened::Closed { reason }]).collect())
    }
}
