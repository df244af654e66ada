//! Commands that fit a state, or nearly.

use std::time::Duration;

use assay_base::{Instant, PersonId};
use assay_case::case::rm::RmTrigger;
use assay_case::case::table::Machine as _;
use assay_case::case::{
    Action, BindingPolicy, CaseCloseReason, Cause, Channel, Command, Duty, Extent, Invitation, ReadInTier, VendorAnswer,
};
use assay_case::embargo::{ListCap, ProjectPolicy, Term};
use assay_case::ids::{CaseId, FixId, ProposalId};
use assay_case::{Caller, Role};

use crate::pair::{Pair, cast};
use crate::support::stage::{CasePlay, case_until, new_fix, proven, publish};
use crate::support::{
    DAY, Draw as _, Repeatable, coordinator, digest, finder, id_of, line, member_of, second_coordinator, secret, vendor,
};

/// A command of this kind that fits the state, or nearly.
pub fn command(action: Action, play: &CasePlay, now: Instant, dice: &mut Repeatable) -> Option<Command> {
    let case = play.state.get()?;
    let channel = dice.pick(&[Channel::SignedLink, Channel::SignedLink, Channel::Cli, Channel::Email]);
    let proposal = case.proposal.as_ref().map_or(ProposalId::from_bytes([0; 16]), |open| open.id);
    let source = || secret("seen");
    let record = case.draft.as_ref().map_or(digest(1), |draft| draft.record);
    Some(match action {
        Action::AddFinding => Command::AddFinding { finding: proven(dice.next() >> 40, &finder(), now) },
        Action::RemoveFinding => Command::RemoveFinding { finding: *case.findings.first()? },
        Action::Invite => {
            let who = dice.pick(&cast()[..6]);
            let role = dice.pick(&[Role::Finder, Role::Vendor, Role::Verifier, Role::Coordinator]);
            let expires = (role != Role::Coordinator && dice.below(2) == 0).then(|| now.plus_days(2));
            Command::Invite(Box::new(Invitation {
                person: id_of(&who),
                member: member_of(&who),
                role: if who == second_coordinator() { Role::Coordinator } else { role },
                sponsor: id_of(&coordinator()),
                duty: Duty::Analyse,
                tier: ReadInTier::T1,
                expires: expires.filter(|_| who != second_coordinator()),
            }))
        }
        Action::AcceptEmbargo => Command::AcceptEmbargo { channel },
        Action::DeclineEmbargo => Command::DeclineEmbargo { channel },
        Action::LapseReadIn => {
            let over = case.everybody().find(|(_, who)| who.read_in && !who.reads_at(now));
            Command::LapseReadIn { person: over.map_or(id_of(&finder()), |(person, _)| person) }
        }
        Action::MoveRm => Command::MoveRm { trigger: dice.pick(RmTrigger::ALL) },
        Action::ProposeEnd => {
            Command::ProposeEnd { end: now.plus(Duration::from_micros(dice.next() % (60 * DAY))), channel }
        }
        Action::AgreeEnd => Command::AgreeEnd { proposal, channel },
        Action::RejectEnd => Command::RejectEnd { proposal, channel },
        Action::RecordPolicy => Command::RecordPolicy(Box::new(if dice.below(2) == 0 {
            let days = u32::try_from(dice.below(90)).unwrap();
            BindingPolicy::List(ListCap { list: line("linux-distros"), days, told: now })
        } else {
            let days = u32::try_from(dice.below(120)).unwrap();
            BindingPolicy::Project(ProjectPolicy { term: Term::Days { days }, source: line("SECURITY.md") })
        })),
        Action::ExitEmbargo => Command::ExitEmbargo,
        Action::RecordPublicAwareness => Command::RecordPublicAwareness { source: source() },
        Action::RecordPublicExploit => Command::RecordPublicExploit { source: source() },
        Action::RecordAttack => Command::RecordAttack { source: source() },
        Action::ReportBreak => {
            Command::ReportBreak { extent: dice.pick(Extent::ALL), cause: dice.pick(Cause::ALL), source: source() }
        }
        Action::NotifyVendor => Command::NotifyVendor { vendor: case.every_vendor().next()?.0 },
        Action::AnswerAsVendor => Command::AnswerAsVendor {
            answer: dice.pick(&[VendorAnswer::Acknowledge, VendorAnswer::WontFix, VendorAnswer::Stop]),
            channel,
        },
        Action::RecordFixReady => Command::RecordFixReady {
            fix: case.fixes.keys().next().copied().unwrap_or(FixId::from_bytes([0; 16])),
            channel,
        },
        Action::RecordFixDeployed => Command::RecordFixDeployed { channel },
        Action::AttachFix => Command::AttachFix(Box::new(new_fix(*case.findings.first()?, dice.digest()))),
        Action::StageAdvisory => Command::StageAdvisory { record: digest(u8::try_from(dice.below(3)).unwrap()) },
        Action::ApproveAdvisory => Command::ApproveAdvisory { record, channel },
        Action::Publish => publish(record),
        Action::Close => {
            let reason =
                if case.published.is_some() { CaseCloseReason::Published } else { CaseCloseReason::HandedOver };
            Command::Close { reason }
        }
        // Two cases at once: see `Pair::join`.
        Action::Open | Action::MergeInto | Action::Absorb | Action::Split | Action::Release => return None,
    })
}

/// The right command of this kind for the second case, where there is one.
pub fn canonical(action: Action, pair: &Pair, caller: &Caller, now: Instant) -> Option<Command> {
    let play = &pair.plays[1];
    let case = play.state.get().unwrap();
    let channel = Channel::SignedLink;
    let mut dice = Repeatable(u64::try_from(now.as_micros()).unwrap());
    Some(match action {
        Action::Open => return None,
        Action::Invite => Command::Invite(Box::new(Invitation {
            person: PersonId::from_bytes([77; 16]),
            member: member_of(&vendor()),
            role: Role::Finder,
            sponsor: caller.actor.person().unwrap_or(id_of(&coordinator())),
            duty: Duty::Test,
            tier: ReadInTier::T2,
            expires: None,
        })),
        Action::MoveRm => {
            let who = caller.actor.person().and_then(|person| case.participant(person));
            let fits = |t: &&RmTrigger| {
                who.is_some_and(|who| {
                    who.rm.step(**t).is_some() && !(who.role == Role::Verifier && **t == RmTrigger::Invalidate)
                })
            };
            Command::MoveRm { trigger: *RmTrigger::ALL.iter().find(fits).unwrap_or(&RmTrigger::Receive) }
        }
        Action::ProposeEnd => {
            // Halfway to the end in force, else a microsecond from now.
            let half = case.end_in_force().map(|end| end.since(now) / 2).unwrap_or_default();
            Command::ProposeEnd { end: now.plus(half.max(Duration::from_micros(1))), channel }
        }
        Action::RecordPolicy => Command::RecordPolicy(Box::new(BindingPolicy::Project(ProjectPolicy {
            term: Term::Days { days: 90 },
            source: line(&format!("SECURITY.md of {now}")),
        }))),
        Action::AnswerAsVendor => {
            let known = caller.actor.member().and_then(|member| case.vendor(member)).and_then(|vendor| vendor.answer);
            let again = known == Some(VendorAnswer::Acknowledge);
            Command::AnswerAsVendor {
                answer: if again { VendorAnswer::Stop } else { VendorAnswer::Acknowledge },
                channel,
            }
        }
        Action::NotifyVendor => {
            let unaware = case.every_vendor().find(|(_, vendor)| vendor.vfd.as_str() == "vfd");
            Command::NotifyVendor { vendor: unaware.map_or(member_of(&vendor()), |(member, _)| member) }
        }
        Action::StageAdvisory => Command::StageAdvisory { record: dice.digest() },
        Action::AcceptEmbargo => Command::AcceptEmbargo { channel },
        Action::DeclineEmbargo => Command::DeclineEmbargo { channel },
        Action::AgreeEnd | Action::RejectEnd => {
            let proposal = case.proposal.as_ref().map_or(ProposalId::from_bytes([0; 16]), |open| open.id);
            if action == Action::AgreeEnd {
                Command::AgreeEnd { proposal, channel }
            } else {
                Command::RejectEnd { proposal, channel }
            }
        }
        Action::RecordFixReady | Action::RecordFixDeployed | Action::ApproveAdvisory => {
            let record = case.draft.as_ref().map_or(digest(1), |draft| draft.record);
            let fix = case.fixes.keys().next().copied().unwrap_or(FixId::from_bytes([0; 16]));
            match action {
                Action::RecordFixReady => Command::RecordFixReady { fix, channel },
                Action::RecordFixDeployed => Command::RecordFixDeployed { channel },
                _ => Command::ApproveAdvisory { record, channel },
            }
        }
        // A fresh case with the same end, so that nothing but the rule on this side decides.
        Action::MergeInto | Action::Absorb => {
            let end = case.end_in_force();
            let opened = end.map_or(now, |end| now.min(end.minus(Duration::from_secs(1))));
            let part = case_until(dice.next() >> 40, end, opened).state.as_part().unwrap();
            if action == Action::Absorb { Command::Absorb { part } } else { Command::MergeInto { into: part } }
        }
        // The second case takes in, and is never taken in itself.
        Action::Split => return None,
        Action::Release => {
            let held = case.absorbed.keys().next().copied();
            Command::Release { case: held.unwrap_or(CaseId::from_bytes([0; 16])) }
        }
        other => command(other, play, now, &mut dice)?,
    })
}
