//! Which commands a finding takes, from whom, and what follows.

use assay_base::Instant;
use assay_bundle::verdict::Verdict;

use super::command::{Action, Command};
use super::happened::Happened;
use super::merge;
use super::state::{Finding, State};
use crate::aggregate::{Aggregate, Ctx, EventOf, record};
use crate::caller::{Caller, Role};
use crate::ids::FindingId;
use crate::refusal::{Code, Refusal};
use crate::text::Line;

/// Most items that can be missing.
pub const MISSING_MAX: usize = 100;
/// Most runs that are recorded for one claim.
pub const RUNS_MAX: usize = 1_000;

impl Aggregate for State {
    type Id = FindingId;
    type Command = Command;
    type Happened = Happened;
    type Action = Action;

    const ACTIONS: &'static [Action] = &[
        Action::Submit,
        Action::Supply,
        Action::AskInfo,
        Action::RecordVerification,
        Action::Merge,
        Action::Split,
        Action::EnterCase,
        Action::LeaveCase,
        Action::Publish,
        Action::Refute,
        Action::CloseAlreadyFixed,
        Action::Withdraw,
        Action::Close,
    ];

    fn id(&self) -> Option<FindingId> {
        self.get().map(|finding| finding.id)
    }

    fn apply(&mut self, event: &EventOf<Self>) {
        self.take_in(event);
    }

    fn permit(&self, caller: &Caller, action: Action, _now: Instant) -> Result<(), Refusal> {
        let Some(finding) = self.get() else {
            if action != Action::Submit {
                return Err(Code::NotThere.into());
            }
            caller.person()?;
            return any_of(caller, &[Role::Finder, Role::Coordinator]);
        };
        open(finding, action)?;
        who(finding, caller, action)?;
        when(finding, action)
    }

    fn decide(&self, caller: &Caller, command: Command, ctx: &mut Ctx<'_>) -> Result<Vec<EventOf<Self>>, Refusal> {
        self.permit(caller, command.action(), ctx.now)?;
        let (id, what) = match self.get() {
            None => (FindingId::draw(ctx.entropy), begin(command)?),
            Some(finding) => (finding.id, go_on(finding, caller, command)?),
        };
        Ok(record(id, caller, ctx.now, vec![what]))
    }
}

fn any_of(caller: &Caller, roles: &[Role]) -> Result<(), Refusal> {
    if roles.iter().any(|role| caller.has(*role)) {
        return Ok(());
    }
    let words: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    Err(Refusal::about(Code::NoRight, format!("it takes a {}", words.join(" or a "))))
}

/// Whether anything at all can still happen to it.
fn open(finding: &Finding, action: Action) -> Result<(), Refusal> {
    if action == Action::Submit {
        return Err(Code::AlreadyThere.into());
    }
    if finding.end.is_some() {
        return Err(Refusal::about(Code::Ended, finding.word().as_str()));
    }
    match (&finding.duplicate, action) {
        (Some(_), Action::Split) | (None, _) => Ok(()),
        // One that came into its case and was merged afterwards leaves with it: it must not hold up the publication.
        (Some(_), Action::Publish | Action::LeaveCase) if finding.case.is_some() => Ok(()),
        (Some(duplicate), _) => Err(Refusal::about(Code::IsDuplicate, format!("of {}", duplicate.of))),
    }
}

fn who(finding: &Finding, caller: &Caller, action: Action) -> Result<(), Refusal> {
    let own = caller.actor.person() == Some(finding.submitter);
    let not_own = || if own { Err(Refusal::of(Code::OwnFinding)) } else { Ok(()) };
    match action {
        Action::Submit => Ok(()),
        Action::Supply | Action::Withdraw => {
            if own {
                Ok(())
            } else {
                Err(Code::NotSubmitter.into())
            }
        }
        Action::AskInfo => any_of(caller, &[Role::Coordinator, Role::Verifier]),
        Action::RecordVerification => {
            if !caller.is_clock() {
                caller.needs(Role::Verifier)?;
            }
            not_own()
        }
        Action::CloseAlreadyFixed | Action::Merge => {
            if !caller.is_clock() {
                any_of(caller, &[Role::Coordinator, Role::Verifier])?;
            }
            not_own()
        }
        Action::Publish => {
            if caller.is_clock() {
                return Ok(());
            }
            caller.natural()?;
            caller.needs(Role::Coordinator)
        }
        // A person looks, and never at his own.
        Action::Split | Action::Refute | Action::Close => {
            caller.natural()?;
            caller.needs(Role::Coordinator)?;
            not_own()
        }
        Action::EnterCase | Action::LeaveCase => {
            caller.natural()?;
            caller.needs(Role::Coordinator)
        }
    }
}

fn when(finding: &Finding, action: Action) -> Result<(), Refusal> {
    let in_case = || match finding.case {
        Some(case) => Err(Refusal::about(Code::InCase, case.to_string())),
        None => Ok(()),
    };
    match action {
        Action::Refute => {
            in_case()?;
            if finding.verifications.iter().any(|seen| refutes(seen.verdict)) {
                Ok(())
            } else {
                Err(Code::NoSuchRun.into())
            }
        }
        // Merging one of a case would leave the case with a finding that its advisory cannot end.
        Action::AskInfo | Action::CloseAlreadyFixed | Action::Withdraw | Action::Close | Action::Merge => in_case(),
        Action::EnterCase => {
            in_case()?;
            if finding.is_proven() { Ok(()) } else { Err(Refusal::about(Code::NotProven, finding.word().as_str())) }
        }
        Action::LeaveCase | Action::Publish if finding.case.is_none() => Err(Code::NotInCase.into()),
        Action::Split if finding.duplicate.is_none() => Err(Code::NotDuplicate.into()),
        _ => Ok(()),
    }
}

/// Whether a verdict speaks against a finding: a run that proves it, or that says nothing, does not.
fn refutes(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Reproduced | Verdict::NotRun | Verdict::Inconclusive)
}

fn bounded(missing: &[Line]) -> Result<(), Refusal> {
    if missing.len() > MISSING_MAX {
        return Err(Refusal::about(Code::TooMany, format!("at most {MISSING_MAX} missing items")));
    }
    Ok(())
}

fn begin(command: Command) -> Result<Happened, Refusal> {
    match command {
        Command::Submit(submission) => {
            bounded(&submission.missing)?;
            Ok(Happened::Submitted(submission))
        }
        _ => Err(Code::NotThere.into()),
    }
}

fn go_on(finding: &Finding, caller: &Caller, command: Command) -> Result<Happened, Refusal> {
    Ok(match command {
        Command::Submit(_) => return Err(Code::AlreadyThere.into()),
        Command::Supply { bundle_id, claim_id, missing } => {
            bounded(&missing)?;
            if bundle_id == finding.bundle_id && missing == finding.missing {
                return Err(Code::Unchanged.into());
            }
            if finding.case.is_some() && claim_id != finding.claim_id {
                return Err(Code::ClaimChanged.into());
            }
            Happened::Supplied { bundle_id, claim_id, missing }
        }
        Command::AskInfo { missing } => {
            bounded(&missing)?;
            if missing.is_empty() {
                return Err(Code::NothingMissing.into());
            }
            Happened::InfoAsked { missing }
        }
        Command::RecordVerification(run) => {
            run.check()?;
            if run.bundle_id != finding.bundle_id {
                return Err(Code::OtherBundle.into());
            }
            // Invariant 10, also for a verifier who lends his name to the submitter's machine.
            if run.runner.person == Some(finding.submitter) {
                return Err(Code::OwnFinding.into());
            }
            if finding.verifications.iter().any(|seen| seen.statement == run.statement) {
                return Err(Code::SameRun.into());
            }
            if finding.verifications.len() >= RUNS_MAX {
                return Err(Refusal::about(Code::TooMany, format!("at most {RUNS_MAX} runs of one claim")));
            }
            Happened::RunRecorded(run)
        }
        Command::Merge { into, evidence } => {
            merge::check(finding, caller, &into, &evidence)?;
            Happened::Merged { into: into.finding(), evidence }
        }
        Command::Split { sentence } => match &finding.duplicate {
            Some(duplicate) => Happened::Split { from: duplicate.of, sentence },
            None => return Err(Code::NotDuplicate.into()),
        },
        Command::EnterCase { case } => Happened::EnteredCase { case },
        Command::LeaveCase { case } => {
            if finding.case != Some(case) {
                return Err(Code::NotInCase.into());
            }
            Happened::LeftCase { case }
        }
        Command::Publish { publication } => {
            if !publication.covers(finding.id) || !publication.is_of(finding.case) {
                return Err(Code::CaseNotPublished.into());
            }
            Happened::Published {
                case: publication.case(),
                advisory: publication.advisory().clone(),
                record: publication.record(),
                published: publication.at(),
            }
        }
        Command::Refute { verdict, sentence } => {
            if !refutes(verdict) {
                return Err(Refusal::about(Code::NoRefutation, verdict.as_str()));
            }
            if !finding.verifications.iter().any(|seen| seen.verdict == verdict) {
                return Err(Refusal::about(Code::NoSuchRun, verdict.as_str()));
            }
            Happened::Refuted { verdict, sentence }
        }
        Command::CloseAlreadyFixed { place, statement } => {
            let person_decides = caller.natural().is_ok() && caller.has(Role::Coordinator);
            if statement.is_none() && !person_decides {
                return Err(Code::AlreadyFixedNeedsRun.into());
            }
            Happened::AlreadyFixed { place, statement }
        }
        Command::Withdraw => Happened::Withdrawn,
        Command::Close { reason, sentence } => Happened::Closed { reason, sentence },
    })
}
