//! A model check of cases: several actors, random commands, 10,000 steps.
//!
//! Beside the rules runs a witness that reads events only, and knows nothing
//! of how they were decided. It keeps its own account of who is bound by which
//! end, who agreed to what, and who approved which record, and it cries out
//! when a publication comes too early, an end moves without every signatory,
//! or an agent does what only a person may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_base::{Actor, Instant, PersonId};
use assay_bundle::digest::Sha256;
use assay_case::case::rm::RmTrigger;
use assay_case::case::table::Machine as _;
use assay_case::case::{
    Action, BindingPolicy, CaseCloseReason, Cause, Channel, Command, Duty, ExitReason, Extent, Happened, Invitation,
    ReadInTier, State, VendorAnswer,
};
use assay_case::embargo::{ListCap, ProjectPolicy, Term};
use assay_case::ids::{CaseId, FixId, ProposalId};
use assay_case::{Aggregate, Caller, Recorded, Role};
use support::stage::{CasePlay, accept, case_until, invitation, new_fix, proven, publish};
use support::{
    DAY, Seeded, agent_of, coordinator, day, digest, finder, id_of, line, member_of, other_finder, person,
    second_coordinator, secret, vendor, verifier,
};

const NOTICE: Duration = Duration::from_secs(86_400);

/// What the witness holds of one case.
#[derive(Default, Clone, Debug)]
struct Witness {
    end: Option<Instant>,
    bound: BTreeSet<PersonId>,
    proposal: Option<(ProposalId, Instant, BTreeSet<PersonId>)>,
    record: Option<Sha256>,
    approved: BTreeMap<PersonId, Actor>,
    published: bool,
    /// Set by an observation or a break in the same decision.
    public: bool,
    exits: usize,
    extended: usize,
    shortened: usize,
}

impl Witness {
    fn see(&mut self, event: &Recorded<CaseId, Happened>) {
        let person = event.by.person();
        let natural = matches!(event.by, Actor::Person { .. });
        match &event.what {
            Happened::Opened(opening) => {
                assert!(natural, "an agent or the clock opened a case");
                self.end = opening.embargo.as_ref().map(|clock| clock.end);
                assert!(self.end.is_none_or(|end| end > event.at));
                self.bound.extend(person);
            }
            Happened::Invited(_) => assert!(natural, "an agent or the clock read somebody in"),
            Happened::EmbargoAccepted { channel, .. } => {
                assert!(natural && *channel != Channel::Email);
                self.bound.extend(person);
            }
            Happened::EmbargoDeclined { .. } => {
                assert!(natural);
                let person = person.unwrap();
                self.bound.remove(&person);
                self.approved.remove(&person);
                if let Some((_, _, agreed)) = &mut self.proposal {
                    agreed.remove(&person);
                }
            }
            Happened::ReadInLapsed { person } => drop(self.bound.remove(person)),
            Happened::EndProposed { proposal, end, channel } => {
                assert!(natural && *channel != Channel::Email && self.bound.contains(&person.unwrap()));
                self.proposal = Some((*proposal, *end, person.into_iter().collect()));
            }
            Happened::EndAgreed { proposal, channel } => {
                assert!(natural && *channel != Channel::Email && self.bound.contains(&person.unwrap()));
                let (open, _, agreed) = self.proposal.as_mut().unwrap();
                assert_eq!(open, proposal);
                agreed.extend(person);
            }
            Happened::EndRejected { .. } => self.proposal = None,
            Happened::EndSet { proposal, end, signatories, before } => {
                let (open, proposed, agreed) = self.proposal.take().unwrap();
                assert_eq!((open, proposed), (*proposal, *end));
                assert_eq!(*before, self.end);
                assert_eq!(*signatories, self.bound, "the event names every signatory");
                assert!(self.bound.is_subset(&agreed), "an end was set without {:?}", &self.bound - &agreed);
                assert!(*end > event.at);
                match self.end {
                    Some(before) if *end < before => {
                        assert!(agreed.len() >= 2, "one person shortened an embargo alone");
                        self.shortened += 1;
                    }
                    Some(_) => self.extended += 1,
                    None => {}
                }
                self.end = Some(*end);
            }
            Happened::PolicyRecorded { shortened, .. } => {
                assert!(natural);
                if let Some(clock) = shortened {
                    let before = self.end.expect("only an embargo in force is shortened");
                    assert!(clock.end < before && clock.end >= event.at.plus(NOTICE));
                    self.end = Some(clock.end);
                    self.shortened += 1;
                }
            }
            Happened::Observed { what, .. } => {
                assert!(natural, "an agent or the clock asserted something of the world");
                self.public |= matches!(what.as_str(), "public-aware" | "exploit-public");
            }
            Happened::BreakReported { .. } => assert!(natural),
            Happened::EmbargoExited { reason, end } => {
                assert_eq!(Some(*end), self.end);
                assert!(!event.by.is_agent(), "an agent ended an embargo");
                match reason {
                    ExitReason::EndReached => assert!(event.at >= *end, "ended {} before {end}", event.at),
                    _ => assert!(self.public && natural, "ended by {reason} without anything public"),
                }
                self.end = None;
                self.bound.clear();
                self.proposal = None;
                self.exits += 1;
            }
            Happened::AdvisoryStaged { record, .. } => {
                self.record = Some(*record);
                self.approved.clear();
            }
            Happened::AdvisoryApproved { record, channel, .. } => {
                assert!(natural && *channel != Channel::Email, "approved by an agent, the clock or an e-mail");
                assert_eq!(Some(*record), self.record);
                self.approved.insert(person.unwrap(), event.by);
            }
            Happened::Published { record, .. } => {
                assert!(!event.by.is_agent(), "an agent published");
                assert!(self.end.is_none(), "published at {} under an embargo until {:?}", event.at, self.end);
                assert!(!self.published, "published twice");
                assert_eq!(Some(*record), self.record, "another record was approved");
                assert!(self.approved.len() >= 2, "published with {} approvals", self.approved.len());
                self.published = true;
            }
            Happened::Absorbed(part) => {
                self.bound.extend(
                    part.participants.iter().filter(|(_, who)| who.pec.as_str() == "signatory").map(|(p, _)| *p),
                );
            }
            _ => {}
        }
    }
}

fn cast() -> Vec<Caller> {
    let persons = [coordinator(), second_coordinator(), finder(), other_finder(), vendor(), verifier()];
    let agents = [agent_of(&coordinator()), agent_of(&vendor())];
    // Somebody with every role who takes no part.
    let stranger = person(9, 91, &Role::ALL);
    persons.into_iter().chain(agents).chain([stranger, Caller::CLOCK]).collect()
}

/// A command of this kind that fits the state, or nearly.
fn command(action: Action, play: &CasePlay, now: Instant, dice: &mut Seeded) -> Option<Command> {
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

struct Pair {
    plays: [CasePlay; 2],
    witnesses: [Witness; 2],
}

impl Pair {
    /// Tells the witness what is new.
    fn tell(&mut self, which: usize, before: usize) {
        for event in &self.plays[which].history[before..] {
            self.witnesses[which].see(event);
        }
    }

    fn act(&mut self, which: usize, caller: &Caller, command: Command, now: Instant) -> bool {
        let before = self.plays[which].history.len();
        self.witnesses[which].public = false;
        let done = self.plays[which].act(caller, command, now).is_ok();
        self.tell(which, before);
        done
    }

    /// Merges or splits the two in one transaction, as a use case would: both decisions or none.
    fn join(&mut self, caller: &Caller, now: Instant) -> bool {
        let [goes, stays] = [&self.plays[0], &self.plays[1]];
        let id = goes.state.id().unwrap();
        let commands = if goes.state.get().unwrap().merged_into.is_some() {
            let Ok(release) = stays.state.release_of(id) else { return false };
            [Command::Split { release }, Command::Release { case: id }]
        } else {
            let (Ok(into), Ok(part)) = (stays.state.as_part(), goes.state.as_part()) else { return false };
            [Command::MergeInto { into }, Command::Absorb { part }]
        };
        let (mut goes, mut stays) = (goes.clone(), stays.clone());
        let before = [goes.history.len(), stays.history.len()];
        let [first, second] = commands;
        if goes.act(caller, first, now).is_err() || stays.act(caller, second, now).is_err() {
            return false;
        }
        self.plays = [goes, stays];
        self.tell(0, before[0]);
        self.tell(1, before[1]);
        // Who came with a case that goes again is bound there only.
        if self.plays[0].state.get().unwrap().merged_into.is_none() {
            self.witnesses[1].bound = self.plays[1].state.get().unwrap().signatories();
        }
        true
    }
}

#[test]
fn no_publication_is_decidable_before_the_end() {
    let cast = cast();
    let mut steps = 0;
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    let mut accepted: BTreeSet<String> = BTreeSet::new();
    for seed in 0..100u64 {
        let mut dice = Seeded(seed * 31 + 5);
        let same_end = dice.below(2) == 0;
        let end = [Some(day(30)), Some(if same_end { day(30) } else { day(12) })];
        let plays = [case_until(seed * 2 + 1, end[0], day(0)), case_until(seed * 2 + 2, end[1], day(0))];
        let mut pair = Pair { plays, witnesses: Default::default() };
        pair.tell(0, 0);
        pair.tell(1, 0);
        for (who, role) in [(second_coordinator(), Role::Coordinator), (vendor(), Role::Vendor)] {
            let which = dice.below(2);
            pair.act(which, &coordinator(), invitation(&who, role), day(0));
            pair.act(which, &who, accept(), day(0));
        }
        let mut now = day(0);
        for _ in 0..100 {
            steps += 1;
            // Mostly small steps, sometimes exactly to the end or just before it.
            now = match (dice.below(60), pair.witnesses[steps % 2].end) {
                (0, Some(end)) if end > now => end,
                (1, Some(end)) if end > now => end.minus(Duration::from_micros(1)).max(now),
                (2..=30, _) => now.plus(Duration::from_secs(dice.next() % 40_000)),
                _ => now,
            };
            let which = dice.below(2);
            // Mostly those who take part, else little would happen.
            let caller = if dice.below(4) > 0 { dice.pick(&cast[..5]) } else { dice.pick(&cast) };
            if dice.below(25) == 0 {
                *done.entry("joined or split").or_default() += usize::from(pair.join(&caller, now));
                continue;
            }
            // Mostly something that is allowed, so that histories get deep.
            let allowed = pair.plays[which].state.allowed(&caller, now);
            let mut action =
                if dice.below(3) > 0 && !allowed.is_empty() { dice.pick(&allowed) } else { dice.pick(Action::ALL) };
            // What ends or undoes things is rare, else nothing would come before it.
            let rarely = match action {
                Action::Close | Action::RecordPublicAwareness | Action::RecordPublicExploit | Action::ReportBreak => 16,
                Action::DeclineEmbargo => 6,
                Action::RejectEnd => 2,
                Action::StageAdvisory | Action::Invite | Action::RecordPolicy | Action::ProposeEnd => 3,
                _ => 1,
            };
            if dice.below(rarely) > 0 {
                let often = [
                    Action::AcceptEmbargo,
                    Action::ApproveAdvisory,
                    Action::AgreeEnd,
                    Action::AgreeEnd,
                    Action::Publish,
                ];
                action = dice.pick(&often);
            }
            // An open proposal is put to one of those whose word it takes.
            let case = pair.plays[which].state.get().unwrap();
            let asked: Vec<Caller> = cast
                .iter()
                .filter(|who| {
                    !who.actor.is_agent() && who.actor.person().is_some_and(|p| case.signatories().contains(&p))
                })
                .copied()
                .collect();
            let mut caller = caller;
            if case.proposal.is_some() && !asked.is_empty() && dice.below(2) == 0 {
                let answer = if dice.below(8) == 0 { Action::RejectEnd } else { Action::AgreeEnd };
                (caller, action) = (dice.pick(&asked), answer);
            } else if dice.below(4) == 0 && case.everybody().any(|(_, who)| who.read_in && !who.reads_at(now)) {
                (caller, action) = (Caller::CLOCK, Action::LapseReadIn);
            } else if case.published.is_none() && !case.is_embargoed(now) && dice.below(3) == 0 {
                let approver = dice.pick(&[coordinator(), second_coordinator(), vendor()]);
                (caller, action) = match &case.draft {
                    None => (coordinator(), Action::StageAdvisory),
                    Some(_) if !case.is_approved() => (approver, Action::ApproveAdvisory),
                    Some(_) => (dice.pick(&[Caller::CLOCK, coordinator()]), Action::Publish),
                };
            }
            let Some(command) = command(action, &pair.plays[which], now, &mut dice) else { continue };
            if pair.act(which, &caller, command, now) {
                accepted.insert(format!("{action:?}"));
            }
            for which in 0..2 {
                let (case, witness) = (pair.plays[which].state.get().unwrap(), &pair.witnesses[which]);
                assert_eq!(case.end_in_force(), witness.end, "the state and the witness agree on the end");
                if witness.end.is_some_and(|end| now < end) {
                    // Nobody at all can publish now, whatever else he can do.
                    for caller in &cast {
                        assert!(!pair.plays[which].state.allowed(caller, now).contains(&Action::Publish));
                        let publish = publish(case.draft.as_ref().map_or(digest(1), |draft| draft.record));
                        assert!(pair.plays[which].tries(caller, publish, now).is_err());
                    }
                }
            }
        }
        for which in 0..2 {
            let witness = &pair.witnesses[which];
            assert_eq!(&State::replay(&pair.plays[which].history), &pair.plays[which].state);
            *done.entry("published").or_default() += usize::from(witness.published);
            *done.entry("exited").or_default() += witness.exits;
            *done.entry("extended").or_default() += witness.extended;
            *done.entry("shortened").or_default() += witness.shortened;
        }
    }
    assert_eq!(steps, 10_000);
    // The check means something only if all of it happened.
    for what in ["published", "exited", "extended", "shortened", "joined or split"] {
        assert!(done.get(what).is_some_and(|count| *count >= 5), "too few: {what} in {done:?}");
    }
    let untried: Vec<String> = Action::ALL
        .iter()
        .filter(|action| {
            !matches!(action, Action::Open | Action::MergeInto | Action::Absorb | Action::Split | Action::Release)
        })
        .map(|action| format!("{action:?}"))
        .filter(|action| !accepted.contains(action))
        .collect();
    assert!(untried.is_empty(), "never accepted: {untried:?}");
}

/// `allowed` and `decide` agree, for every actor and every action, along random histories.
#[test]
fn what_is_allowed_is_done_and_nothing_else() {
    let cast = cast();
    for seed in 0..14u64 {
        let mut dice = Seeded(seed * 17 + 3);
        let end = (dice.below(3) > 0).then(|| day(20));
        let mut pair = Pair {
            plays: [case_until(seed + 1, end, day(0)), case_until(seed + 1_000, end, day(0))],
            witnesses: Default::default(),
        };
        pair.tell(0, 0);
        pair.tell(1, 0);
        let mut now = day(0);
        for _ in 0..40 {
            now = now.plus(Duration::from_secs(dice.next() % 50_000));
            for caller in &cast {
                for action in Action::ALL {
                    let play = &pair.plays[1];
                    let Some(command) = canonical(*action, &pair, caller, now) else { continue };
                    let allowed = play.state.allowed(caller, now).contains(action);
                    let tried = play.tries(caller, command, now);
                    assert_eq!(allowed, tried.is_ok(), "{:?} {action:?} {tried:?}", caller.actor);
                }
            }
            let caller = dice.pick(&cast);
            if dice.below(10) == 0 {
                pair.join(&caller, now);
                continue;
            }
            let allowed = pair.plays[1].state.allowed(&caller, now);
            let action = if allowed.is_empty() { continue } else { dice.pick(&allowed) };
            if let Some(command) = command(action, &pair.plays[1], now, &mut dice) {
                pair.act(1, &caller, command, now);
            }
        }
    }
}

/// The right command of this kind for the second case, where there is one.
fn canonical(action: Action, pair: &Pair, caller: &Caller, now: Instant) -> Option<Command> {
    let play = &pair.plays[1];
    let case = play.state.get().unwrap();
    let channel = Channel::SignedLink;
    let mut dice = Seeded(u64::try_from(now.as_micros()).unwrap());
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
