//! Cases: consent, embargo, breaks, vendors, advisories, merging.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use assay_base::Instant;
use assay_case::case::pec::Pec;
use assay_case::case::pxa::Pxa;
use assay_case::case::rm::{Rm, RmTrigger};
use assay_case::case::vfd::Vfd;
use assay_case::case::{
    BindingPolicy, CaseCloseReason, CaseWord, Cause, Channel, Command, Duty, Extent, FixLevel, Invitation, Open,
    ReadInTier, State, VendorAnswer, VendorStatus, em::Em,
};
use assay_case::embargo::{ListCap, Policies, ProjectPolicy, Term};
use assay_case::{Aggregate, Caller, Code, Role};
use support::stage::{CasePlay, accept, case_until, full_case, invitation, new_fix, proven, publish};
use support::{
    Play, SECOND, agent_of, at, coordinator, day, digest, finder, id_of, line, member_of, other_finder, person,
    second_coordinator, secret, vendor, verifier,
};

const LINK: Channel = Channel::SignedLink;

fn em(play: &CasePlay) -> Em {
    play.state.get().unwrap().em
}

fn end(play: &CasePlay) -> Option<Instant> {
    play.state.get().unwrap().end_in_force()
}

fn pec(play: &CasePlay, who: &Caller) -> Pec {
    play.state.get().unwrap().participant(id_of(who)).unwrap().pec
}

fn propose(end: Instant) -> Command {
    Command::ProposeEnd { end, channel: LINK }
}

fn agree(play: &CasePlay, channel: Channel) -> Command {
    Command::AgreeEnd { proposal: play.state.get().unwrap().proposal.as_ref().unwrap().id, channel }
}

#[test]
fn a_case_is_opened_from_proved_findings_by_a_person() {
    let open = |findings| {
        Command::Open(Box::new(Open {
            title: secret("parse_string"),
            findings,
            policies: Policies::default(),
            embargo: true,
        }))
    };
    let mut play = Play::<State>::new(1);
    let finding = proven(1, &finder(), day(0));
    assert_eq!(play.refused(&coordinator(), open(vec![]), day(0)), Code::NoFindings);
    assert_eq!(play.refused(&agent_of(&coordinator()), open(vec![finding]), day(0)), Code::AgentMayNot);
    assert_eq!(play.refused(&finder(), open(vec![finding]), day(0)), Code::NoRight);
    play.done(&coordinator(), open(vec![finding]), day(0));
    let case = play.state.get().unwrap();
    assert_eq!((case.em, case.end_in_force(), case.word()), (Em::Active, Some(day(30)), CaseWord::Embargoed));
    assert_eq!(
        (pec(&play, &coordinator()), case.participant(id_of(&coordinator())).unwrap().rm),
        (Pec::Signatory, Rm::Accepted)
    );
    assert_eq!(play.refused(&coordinator(), open(vec![finding]), day(0)), Code::AlreadyThere);
}

#[test]
fn a_clock_that_has_run_out_begins_no_embargo() {
    let lists = vec![ListCap { list: line("linux-distros"), days: 14, told: day(0) }];
    let open = |now| {
        Command::Open(Box::new(Open {
            title: secret("x"),
            findings: vec![proven(1, &finder(), now)],
            policies: Policies { lists: lists.clone(), ..Policies::default() },
            embargo: true,
        }))
    };
    assert_eq!(Play::<State>::new(1).refused(&coordinator(), open(day(14)), day(14)), Code::EndPast);
    let mut play = Play::<State>::new(1);
    play.done(&coordinator(), open(day(13)), day(13));
    assert_eq!(end(&play), Some(day(14)));
}

#[test]
fn no_content_before_consent() {
    let mut play = case_until(1, Some(day(30)), day(0));
    let sees = |play: &CasePlay, who: &Caller, now| play.state.get().unwrap().sees(id_of(who), now);
    assert_eq!(play.refused(&finder(), accept(), day(0)), Code::NotParticipant);
    play.done(&coordinator(), invitation(&finder(), Role::Finder), day(0));
    assert_eq!((sees(&play, &finder(), day(0)), pec(&play, &finder())), (None, Pec::Invited));
    // Silence is never consent.
    assert_eq!(sees(&play, &finder(), day(29)), None);
    assert_eq!(play.refused(&finder(), Command::StageAdvisory { record: digest(1) }, day(0)), Code::NotSignatory);
    // Nor is an e-mail, an agent's word, or somebody else's.
    let mail = Command::AcceptEmbargo { channel: Channel::Email };
    assert_eq!(play.refused(&finder(), mail, day(0)), Code::ChannelTooWeak);
    assert_eq!(play.refused(&agent_of(&finder()), accept(), day(0)), Code::AgentMayNot);
    assert_eq!(play.refused(&Caller::CLOCK, accept(), day(0)), Code::NeedsPerson);
    play.done(&finder(), accept(), day(1));
    assert_eq!(sees(&play, &finder(), day(1)), Some(ReadInTier::T1));
    // Taking it back takes the content away; by e-mail it would silence a signatory.
    assert_eq!(
        play.refused(&finder(), Command::DeclineEmbargo { channel: Channel::Email }, day(2)),
        Code::ChannelTooWeak
    );
    play.done(&finder(), Command::DeclineEmbargo { channel: LINK }, day(2));
    assert_eq!((sees(&play, &finder(), day(2)), pec(&play, &finder())), (None, Pec::Declined));
    // Declining an invitation may be done by e-mail.
    play.done(&coordinator(), invitation(&vendor(), Role::Vendor), day(2));
    play.done(&vendor(), Command::DeclineEmbargo { channel: Channel::Email }, day(2));
    assert_eq!(play.state.get().unwrap().vendor(member_of(&vendor())).unwrap().vfd, Vfd::Unaware);
}

#[test]
fn agents_read_nobody_in_and_a_read_in_ends() {
    let mut play = case_until(1, Some(day(30)), day(0));
    let base = Invitation {
        person: id_of(&vendor()),
        member: member_of(&vendor()),
        role: Role::Vendor,
        sponsor: id_of(&coordinator()),
        duty: Duty::Test,
        tier: ReadInTier::T2,
        expires: Some(day(3)),
    };
    let invite = |invitation: Invitation| Command::Invite(Box::new(invitation));
    assert_eq!(play.refused(&agent_of(&coordinator()), invite(base.clone()), day(0)), Code::AgentMayNot);
    assert_eq!(play.refused(&Caller::CLOCK, invite(base.clone()), day(0)), Code::NeedsPerson);
    assert_eq!(play.refused(&second_coordinator(), invite(base.clone()), day(0)), Code::NotParticipant);
    for sponsor in [id_of(&vendor()), id_of(&finder())] {
        let unfit = Invitation { sponsor, ..base.clone() };
        assert_eq!(play.refused(&coordinator(), invite(unfit), day(0)), Code::SponsorUnfit);
    }
    assert_eq!(play.refused(&coordinator(), invite(base.clone()), day(3)), Code::ExpiryPast);
    let coordinating = Invitation { role: Role::Coordinator, ..base.clone() };
    assert_eq!(play.refused(&coordinator(), invite(coordinating), day(0)), Code::BadValue);
    play.done(&coordinator(), invite(base.clone()), day(0));
    assert_eq!(play.refused(&coordinator(), invite(base.clone()), day(0)), Code::AlreadyInvited);
    play.done(&vendor(), accept(), day(1));
    let sees = |play: &CasePlay, now| play.state.get().unwrap().sees(id_of(&vendor()), now);
    assert_eq!(sees(&play, day(3).minus(Duration::from_micros(1))), Some(ReadInTier::T2));
    // The expiry works by itself; recording it is bookkeeping.
    assert_eq!(sees(&play, day(3)), None);
    assert_eq!(play.refused(&vendor(), propose(day(20)), day(3)), Code::ReadInOver);
    let lapse = Command::LapseReadIn { person: id_of(&vendor()) };
    assert_eq!(play.refused(&Caller::CLOCK, lapse.clone(), day(2)), Code::Unchanged);
    play.done(&Caller::CLOCK, lapse, day(3));
    assert_eq!(pec(&play, &vendor()), Pec::Lapsed);
    assert_eq!(play.refused(&vendor(), accept(), day(4)), Code::ReadInOver);
    play.done(&coordinator(), invite(Invitation { expires: None, ..base }), day(4)).done(&vendor(), accept(), day(4));
    assert_eq!(sees(&play, day(4)), Some(ReadInTier::T2));
}

#[test]
fn the_last_coordinator_stays() {
    let mut play = case_until(1, Some(day(30)), day(0));
    let leave = || Command::DeclineEmbargo { channel: Channel::Cli };
    assert_eq!(play.refused(&coordinator(), leave(), day(0)), Code::CoordinatorStays);
    play.join(&second_coordinator(), Role::Coordinator, day(0)).done(&coordinator(), leave(), day(1));
    assert_eq!(play.refused(&second_coordinator(), leave(), day(2)), Code::CoordinatorStays);
}

#[test]
fn another_end_takes_every_signatory() {
    let mut play = full_case(1);
    assert_eq!(play.refused(&agent_of(&finder()), propose(day(40)), day(1)), Code::AgentMayNot);
    assert_eq!(play.refused(&verifier(), propose(day(40)), day(1)), Code::NotParticipant);
    assert_eq!(play.refused(&finder(), propose(day(1)), day(1)), Code::EndPast);
    assert_eq!(play.refused(&finder(), propose(day(30)), day(1)), Code::Unchanged);
    assert_eq!(play.refused(&finder(), propose(day(500)), day(1)), Code::EndBeyondCap);
    play.done(&finder(), propose(day(40)), day(1));
    // What was agreed stays in force meanwhile.
    assert_eq!((em(&play), end(&play)), (Em::Revise, Some(day(30))));
    assert_eq!(play.refused(&vendor(), propose(day(50)), day(1)), Code::ProposalOpen);
    assert_eq!(play.refused(&finder(), agree(&play.clone(), LINK), day(1)), Code::AlreadyAgreed);
    for who in [coordinator(), second_coordinator()] {
        play.done(&who, agree(&play.clone(), Channel::Cli), day(2));
        assert_eq!(end(&play), Some(day(30)));
    }
    assert_eq!(play.refused(&vendor(), agree(&play.clone(), Channel::Email), day(2)), Code::ChannelTooWeak);
    play.done(&vendor(), agree(&play.clone(), LINK), day(3));
    assert_eq!((em(&play), end(&play)), (Em::Active, Some(day(40))));
    // Turned down, it stays as it is. A later end cannot be turned down by a forged mail, an earlier one can.
    play.done(&finder(), propose(day(50)), day(4));
    let reject = |play: &CasePlay, channel| Command::RejectEnd {
        proposal: play.state.get().unwrap().proposal.as_ref().unwrap().id,
        channel,
    };
    assert_eq!(play.refused(&vendor(), reject(&play.clone(), Channel::Email), day(4)), Code::ChannelTooWeak);
    play.done(&vendor(), reject(&play.clone(), LINK), day(4));
    assert_eq!((em(&play), end(&play)), (Em::Active, Some(day(40))));
    play.done(&finder(), propose(day(5)), day(4));
    play.done(&vendor(), reject(&play.clone(), Channel::Email), day(4));
    assert_eq!(end(&play), Some(day(40)));
}

#[test]
fn nobody_lifts_an_embargo_alone() {
    let mut play = case_until(1, Some(day(30)), day(0));
    play.done(&coordinator(), propose(day(2)), day(1));
    assert_eq!((em(&play), end(&play)), (Em::Revise, Some(day(30))));
    play.join(&finder(), Role::Finder, day(1));
    play.done(&finder(), agree(&play.clone(), LINK), day(1));
    assert_eq!(end(&play), Some(day(2)));
}

#[test]
fn a_first_embargo_is_proposed_and_accepted() {
    let mut play = case_until(1, None, day(0));
    play.join(&finder(), Role::Finder, day(0)).done(&finder(), propose(day(10)), day(0));
    assert_eq!((em(&play), end(&play), play.state.get().unwrap().is_embargoed(day(1))), (Em::Proposed, None, false));
    play.done(&coordinator(), agree(&play.clone(), LINK), day(1));
    assert_eq!((em(&play), end(&play)), (Em::Active, Some(day(10))));
}

#[test]
fn a_binding_party_brings_the_end_closer_and_never_further() {
    let mut play = full_case(1);
    let list = |days| {
        Command::RecordPolicy(Box::new(BindingPolicy::List(ListCap {
            list: line("linux-distros"),
            days,
            told: day(2),
        })))
    };
    let policy = |days| {
        Command::RecordPolicy(Box::new(BindingPolicy::Project(ProjectPolicy {
            term: Term::Days { days },
            source: line("SECURITY.md"),
        })))
    };
    assert_eq!(play.refused(&finder(), list(14), day(2)), Code::NoRight);
    assert_eq!(play.refused(&agent_of(&coordinator()), list(14), day(2)), Code::AgentMayNot);
    assert_eq!(play.refused(&coordinator(), list(14), day(1)), Code::BadValue);
    play.done(&coordinator(), policy(90), day(2));
    assert_eq!(end(&play), Some(day(30)), "a longer policy lengthens nothing without consent");
    play.done(&coordinator(), list(14), day(2));
    assert_eq!(end(&play), Some(day(16)));
    let governing = play.state.get().unwrap().embargo.as_ref().unwrap().governing.clone().unwrap();
    assert!(governing.source.contains("linux-distros"), "{}", governing.source);
    assert_eq!(play.refused(&coordinator(), list(14), day(2)), Code::Unchanged);
    // Nobody can agree beyond it.
    assert_eq!(play.refused(&finder(), propose(day(17)), day(3)), Code::EndBeyondCap);
    // A policy that is said to have ended it yesterday still leaves a day's notice.
    play.done(&coordinator(), policy(1), day(5));
    assert_eq!(end(&play), Some(day(6)));
}

#[test]
fn it_ends_at_its_instant_and_is_published_then_and_never_before() {
    let mut play = full_case(1);
    play.approved(digest(1), day(1));
    let last = day(30).minus(Duration::from_micros(1));
    for who in [Caller::CLOCK, coordinator()] {
        assert_eq!(play.refused(&who, publish(digest(1)), last), Code::EmbargoRuns);
        assert_eq!(play.refused(&who, Command::ExitEmbargo, last), Code::EmbargoRuns);
    }
    assert_eq!(play.refused(&agent_of(&coordinator()), publish(digest(1)), day(30)), Code::AgentMayNot);
    assert_eq!(play.refused(&finder(), publish(digest(1)), day(30)), Code::NoRight);
    // Past its end nobody agrees on another one, whether or not the clock has said so.
    assert_eq!(play.refused(&finder(), propose(day(40)), day(30)), Code::EmbargoExited);
    assert_eq!(play.act(&Caller::CLOCK, publish(digest(1)), day(30)), Ok(2), "the exit and the publication");
    let case = play.state.get().unwrap();
    assert_eq!((case.em, case.word(), case.pxa), (Em::Exited, CaseWord::Published, Pxa::P));
    assert_eq!(pec(&play, &vendor()), Pec::NoEmbargo);
    assert_eq!(play.state.publication().unwrap().at(), day(30));
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(1)), day(31)), Code::Published);
}

#[test]
fn two_persons_approve_exactly_what_goes_out() {
    let mut play = full_case(1);
    let approve = |record, channel| Command::ApproveAdvisory { record, channel };
    assert_eq!(play.refused(&coordinator(), approve(digest(1), LINK), day(1)), Code::NoDraft);
    // An agent may write it, and may not approve it.
    play.done(&agent_of(&coordinator()), Command::StageAdvisory { record: digest(1) }, day(1));
    for agent in [agent_of(&coordinator()), agent_of(&second_coordinator())] {
        assert_eq!(play.refused(&agent, approve(digest(1), Channel::Cli), day(1)), Code::AgentMayNot);
    }
    assert_eq!(play.refused(&Caller::CLOCK, approve(digest(1), Channel::Cli), day(1)), Code::NeedsPerson);
    assert_eq!(play.refused(&finder(), approve(digest(1), LINK), day(1)), Code::NoRight);
    assert_eq!(play.refused(&vendor(), approve(digest(1), Channel::Email), day(1)), Code::ChannelTooWeak);
    assert_eq!(play.refused(&coordinator(), approve(digest(2), LINK), day(1)), Code::DraftChanged);
    play.done(&coordinator(), approve(digest(1), LINK), day(1));
    assert_eq!(play.refused(&coordinator(), approve(digest(1), LINK), day(1)), Code::ApprovedAlready);
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(1)), day(30)), Code::NotApproved);
    play.done(&vendor(), approve(digest(1), LINK), day(1));
    assert!(play.state.get().unwrap().is_approved());
    // A changed record voids both.
    assert_eq!(play.refused(&finder(), Command::StageAdvisory { record: digest(1) }, day(2)), Code::Unchanged);
    play.done(&finder(), Command::StageAdvisory { record: digest(2) }, day(2));
    assert!(!play.state.get().unwrap().is_approved());
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(2)), day(30)), Code::NotApproved);
    // Back again is another draft: the old approvals do not come back with it.
    play.done(&coordinator(), Command::StageAdvisory { record: digest(1) }, day(3));
    assert!(!play.state.get().unwrap().is_approved());
    play.done(&coordinator(), approve(digest(1), LINK), day(3)).done(
        &second_coordinator(),
        approve(digest(1), LINK),
        day(3),
    );
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(2)), day(30)), Code::DraftChanged);
    // Who leaves takes his approval with him.
    play.done(&second_coordinator(), Command::DeclineEmbargo { channel: LINK }, day(4));
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(1)), day(30)), Code::NotApproved);
}

#[test]
fn two_of_a_vendor_do_not_publish_without_a_coordinator() {
    let mut play = full_case(1);
    let colleague = person(5, 52, &[Role::Vendor]);
    play.join(&colleague, Role::Vendor, day(0)).done(&vendor(), Command::StageAdvisory { record: digest(1) }, day(1));
    for who in [vendor(), colleague] {
        play.done(&who, Command::ApproveAdvisory { record: digest(1), channel: LINK }, day(1));
    }
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(1)), day(30)), Code::NotApproved);
}

#[test]
fn what_is_public_ends_it_at_once_and_attacks_alone_do_not() {
    type Report = fn() -> Command;
    let reports: [(Report, bool); 6] = [
        (|| Command::RecordPublicAwareness { source: secret("a post") }, true),
        (|| Command::RecordPublicExploit { source: secret("a repository") }, true),
        (|| Command::RecordAttack { source: secret("a victim") }, false),
        (|| Command::ReportBreak { extent: Extent::Full, cause: Cause::Accidental, source: secret("a list") }, true),
        (|| Command::ReportBreak { extent: Extent::Partial, cause: Cause::Malicious, source: secret("a leak") }, true),
        (
            || Command::ReportBreak { extent: Extent::Existence, cause: Cause::Independent, source: secret("a talk") },
            false,
        ),
    ];
    for (report, ends) in reports {
        let mut play = full_case(1);
        play.approved(digest(1), day(1));
        for agent in [agent_of(&coordinator()), Caller::CLOCK, finder(), vendor()] {
            let code = play.refused(&agent, report(), day(2));
            assert!(matches!(code, Code::AgentMayNot | Code::NeedsPerson | Code::NoRight), "{code:?}");
        }
        play.done(&coordinator(), report(), day(2));
        assert_eq!(em(&play) == Em::Exited, ends);
        assert_eq!(play.state.get().unwrap().is_embargoed(day(2)), !ends);
        if ends {
            assert_eq!(play.refused(&coordinator(), propose(day(60)), day(2)), Code::NotSignatory);
            play.done(&coordinator(), publish(digest(1)), day(2));
        } else {
            assert_eq!(play.refused(&coordinator(), publish(digest(1)), day(2)), Code::EmbargoRuns);
        }
    }
}

#[test]
fn what_is_public_is_not_embargoed_afterwards() {
    let mut play = case_until(1, None, day(0));
    play.done(&coordinator(), Command::RecordPublicExploit { source: secret("a repository") }, day(0));
    assert_eq!(play.refused(&coordinator(), propose(day(5)), day(1)), Code::NotViable);
    assert_eq!(play.state.get().unwrap().word(), CaseWord::Public);
    let again = Command::RecordPublicExploit { source: secret("again") };
    assert_eq!(play.refused(&coordinator(), again, day(1)), Code::Unchanged);
    let broken = Command::ReportBreak { extent: Extent::Full, cause: Cause::Accidental, source: secret("x") };
    assert_eq!(play.refused(&coordinator(), broken, day(1)), Code::NoEmbargo);
}

#[test]
fn a_vendor_goes_his_steps_in_order_and_silence_is_a_status_of_its_own() {
    let mut play = case_until(1, Some(day(30)), day(0));
    let me = member_of(&vendor());
    let status = |play: &CasePlay| play.state.get().unwrap().vendor(me).unwrap().status();
    assert_eq!(play.refused(&coordinator(), Command::NotifyVendor { vendor: me }, day(0)), Code::NotVendor);
    play.done(&coordinator(), invitation(&vendor(), Role::Vendor), day(0));
    play.done(&agent_of(&coordinator()), Command::NotifyVendor { vendor: me }, day(0));
    assert_eq!(status(&play), VendorStatus::NotAnswered);
    assert_eq!(play.state.get().unwrap().vendor(me).unwrap().notified, Some(day(0)));
    let answer = |answer, channel| Command::AnswerAsVendor { answer, channel };
    assert_eq!(play.refused(&finder(), answer(VendorAnswer::Stop, LINK), day(1)), Code::NotParticipant);
    assert_eq!(play.refused(&agent_of(&vendor()), answer(VendorAnswer::Stop, LINK), day(1)), Code::AgentMayNot);
    // By e-mail he stops and slows; what would weaken protection takes the link.
    for strong in
        [VendorAnswer::WontFix, VendorAnswer::Eol, VendorAnswer::NotAVulnerability, VendorAnswer::Fix { by: None }]
    {
        assert_eq!(play.refused(&vendor(), answer(strong, Channel::Email), day(1)), Code::ChannelTooWeak);
    }
    play.done(&vendor(), answer(VendorAnswer::Acknowledge, Channel::Email), day(1));
    assert_eq!(status(&play), VendorStatus::Investigating);
    play.done(&vendor(), answer(VendorAnswer::Later { until: day(20) }, Channel::Email), day(1));
    assert_eq!(end(&play), Some(day(30)), "no answer moves the end");
    assert_eq!(play.refused(&vendor(), answer(VendorAnswer::Later { until: day(1) }, LINK), day(2)), Code::BadValue);
    play.done(&vendor(), accept(), day(2)).done(
        &vendor(),
        answer(VendorAnswer::Fix { by: Some(day(9)) }, LINK),
        day(2),
    );
    assert_eq!(status(&play), VendorStatus::Affected);
    let deployed = || Command::RecordFixDeployed { channel: LINK };
    assert_eq!(play.refused(&vendor(), deployed(), day(3)), Code::WrongOrder);
    let finding = *play.state.get().unwrap().findings.iter().next().unwrap();
    play.done(&Caller::CLOCK, Command::AttachFix(Box::new(new_fix(finding, digest(5)))), day(3));
    let fix = *play.state.get().unwrap().fixes.keys().next().unwrap();
    assert_eq!(
        play.refused(&vendor(), Command::RecordFixReady { fix, channel: Channel::Email }, day(3)),
        Code::ChannelTooWeak
    );
    play.done(&vendor(), Command::RecordFixReady { fix, channel: LINK }, day(3)).done(&vendor(), deployed(), day(4));
    assert_eq!(
        (status(&play), play.state.get().unwrap().vendor(me).unwrap().vfd),
        (VendorStatus::Fixed, Vfd::Deployed)
    );
}

#[test]
fn verified_always_names_level_runner_builds_and_runs() {
    let mut play = full_case(1);
    let finding = *play.state.get().unwrap().findings.iter().next().unwrap();
    let good = new_fix(finding, digest(5));
    let attach = |fix| Command::AttachFix(Box::new(fix));
    let own = assay_case::finding::Runner { person: Some(id_of(&vendor())), ..good.runner };
    assert_eq!(
        play.refused(&vendor(), attach(assay_case::case::NewFix { runner: own, ..good }), day(1)),
        Code::OwnFinding
    );
    let bare = assay_case::finding::RunCounts::default();
    for unproved in [
        assay_case::case::NewFix { builds: 0, ..good },
        assay_case::case::NewFix { counts: bare, ..good },
        assay_case::case::NewFix {
            level: FixLevel::L1,
            counts: assay_case::finding::RunCounts { control_fired: 1, ..good.counts },
            ..good
        },
    ] {
        assert_eq!(play.refused(&coordinator(), attach(unproved), day(1)), Code::FixUnproved);
    }
    let elsewhere = assay_case::case::NewFix { finding: assay_case::ids::FindingId::from_bytes([9; 16]), ..good };
    assert_eq!(play.refused(&coordinator(), attach(elsewhere), day(1)), Code::FindingElsewhere);
    play.done(&agent_of(&vendor()), attach(good), day(1));
    assert_eq!(play.refused(&coordinator(), attach(good), day(1)), Code::SameRun);
    let fix = *play.state.get().unwrap().fixes.values().next().unwrap();
    assert_eq!(fix.verified().to_string(), "verified to L2 by runner c8c8c8c8c8c8c8c8 in 2 builds and 12 runs");
}

#[test]
fn a_verifier_in_a_case_never_says_invalid() {
    let mut play = full_case(1);
    play.join(&verifier(), Role::Verifier, day(0));
    let go = |trigger| Command::MoveRm { trigger };
    assert_eq!(play.refused(&verifier(), go(RmTrigger::Invalidate), day(1)), Code::NoRight);
    assert_eq!(play.refused(&vendor(), go(RmTrigger::Accept), day(1)), Code::BadValue);
    play.done(&vendor(), go(RmTrigger::Invalidate), day(1)).done(&vendor(), go(RmTrigger::Validate), day(2));
    assert_eq!(play.refused(&vendor(), go(RmTrigger::Invalidate), day(2)), Code::BadValue);
    play.done(&verifier(), go(RmTrigger::Validate), day(2));
    assert_eq!(play.state.get().unwrap().participant(id_of(&verifier())).unwrap().rm, Rm::Valid);
}

#[test]
fn a_closed_case_shows_nothing_to_anybody() {
    let mut play = full_case(1);
    let close = |reason| Command::Close { reason };
    assert_eq!(play.refused(&coordinator(), close(CaseCloseReason::Published), day(1)), Code::NotPublished);
    assert_eq!(play.refused(&agent_of(&coordinator()), close(CaseCloseReason::HandedOver), day(1)), Code::AgentMayNot);
    play.done(&coordinator(), close(CaseCloseReason::NotAVulnerability), day(1));
    let case = play.state.get().unwrap();
    assert!([coordinator(), finder(), vendor()].iter().all(|who| case.sees(id_of(who), day(1)).is_none()));
    assert!(case.everybody().all(|(_, who)| who.rm == Rm::Closed));
    assert_eq!(play.refused(&coordinator(), close(CaseCloseReason::Empty), day(2)), Code::Closed);
}

#[test]
fn merge_and_split_of_cases_is_identity() {
    let mut stays = full_case(1);
    let mut goes = case_until(2, Some(day(30)), day(0));
    goes.join(&other_finder(), Role::Finder, day(0)).join(&person(6, 61, &[Role::Vendor]), Role::Vendor, day(0));
    stays.approved(digest(1), day(1));
    let (before_stays, before_goes) = (stays.state.clone(), goes.state.clone());
    // Both sides ask a coordinator who takes part in both.
    let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
    assert_eq!(
        goes.refused(&agent_of(&coordinator()), Command::MergeInto { into: into.clone() }, day(2)),
        Code::AgentMayNot
    );
    goes.done(&coordinator(), Command::MergeInto { into }, day(2));
    stays.done(&coordinator(), Command::Absorb { part: part.clone() }, day(2));
    assert_eq!(stays.refused(&coordinator(), Command::Absorb { part }, day(2)), Code::Unchanged);
    assert_eq!(goes.state.get().unwrap().word(), CaseWord::Merged);
    assert_eq!(goes.refused(&coordinator(), publish(digest(1)), day(30)), Code::Merged);
    let held = stays.state.get().unwrap();
    assert_eq!(held.all_findings().count(), 2);
    // Whoever came with it reads, and has a say on the end.
    assert!(
        held.sees(id_of(&other_finder()), day(2)).is_some() && held.signatories().contains(&id_of(&other_finder()))
    );
    assert_eq!(stays.state.as_part().unwrap_err().code(), Code::HoldsOthers);
    let id = goes.state.id().unwrap();
    let release = stays.state.release_of(id).unwrap();
    goes.done(&coordinator(), Command::Split { release }, day(3));
    stays.done(&coordinator(), Command::Release { case: id }, day(3));
    for (play, before) in [(&stays, before_stays), (&goes, before_goes)] {
        let mut after = play.state.get().unwrap().clone();
        after.changed = before.get().unwrap().changed;
        assert_eq!(Some(&after), before.get());
    }
    assert_eq!(goes.refused(&coordinator(), Command::Split { release }, day(3)), Code::NotThere);
}

#[test]
fn cases_with_other_promises_are_not_merged() {
    let other_ends = [Some(day(20)), Some(day(40)), None];
    for other in other_ends {
        let (mut stays, mut goes) = (case_until(1, Some(day(30)), day(0)), case_until(2, other, day(0)));
        let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
        assert_eq!(goes.refused(&coordinator(), Command::MergeInto { into }, day(1)), Code::EndsDiffer);
        assert_eq!(stays.refused(&coordinator(), Command::Absorb { part }, day(1)), Code::EndsDiffer);
    }
}

#[test]
fn a_published_merge_publishes_all_of_it_and_is_not_split() {
    let now = day(0);
    let (mut stays, mut goes) = (case_until(1, None, now), case_until(2, None, now));
    stays.join(&second_coordinator(), Role::Coordinator, now);
    let (into, part) = (stays.state.as_part().unwrap(), goes.state.as_part().unwrap());
    goes.done(&coordinator(), Command::MergeInto { into }, now);
    stays.done(&coordinator(), Command::Absorb { part }, now).approved(digest(1), now);
    stays.done(&coordinator(), publish(digest(1)), at(SECOND));
    let publication = stays.state.publication().unwrap();
    assert_eq!(publication.findings().count(), 2);
    assert!(publication.is_of(goes.state.id()) && publication.is_of(stays.state.id()) && !publication.is_of(None));
    assert_eq!(stays.state.release_of(goes.state.id().unwrap()).unwrap_err().code(), Code::Published);
}
