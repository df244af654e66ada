//! Who comes in, what he sees, and how he leaves.

use std::time::Duration;

use assay_case::case::em::Em;
use assay_case::case::pec::Pec;
use assay_case::case::rm::{Rm, RmTrigger};
use assay_case::case::vfd::Vfd;
use assay_case::case::{
    Action, CaseCloseReason, CaseWord, Channel, Command, Duty, Invitation, Open, ReadInTier, State,
};
use assay_case::embargo::Policies;
use assay_case::{Aggregate as _, Caller, Code, Role};

use super::{LINK, pec, propose};
use crate::support::stage::{CasePlay, accept, case_until, full_case, invitation, proven};
use crate::support::{
    Play, agent_of, coordinator, day, digest, finder, id_of, member_of, second_coordinator, secret, vendor, verifier,
};

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
    play.done(&finder(), Command::DeclineEmbargo { channel: Channel::Cli }, day(2));
    let close = |reason| Command::Close { reason };
    assert_eq!(play.refused(&coordinator(), close(CaseCloseReason::Published), day(30)), Code::NotPublished);
    assert_eq!(play.refused(&agent_of(&coordinator()), close(CaseCloseReason::HandedOver), day(30)), Code::AgentMayNot);
    play.done(&coordinator(), close(CaseCloseReason::NotAVulnerability), day(30));
    let case = play.state.get().unwrap();
    assert!([coordinator(), finder(), vendor()].iter().all(|who| case.sees(id_of(who), day(30)).is_none()));
    assert!(case.everybody().all(|(_, who)| who.rm == Rm::Closed));
    // Who read it to the end is remembered; who left before is not one of them.
    let to_the_end = |who: Caller| case.participant(id_of(&who)).unwrap().read_until_closed(day(31));
    assert!(to_the_end(coordinator()) && to_the_end(vendor()) && !to_the_end(finder()));
    assert_eq!(play.refused(&coordinator(), close(CaseCloseReason::Empty), day(31)), Code::Closed);
}

/// One coordinator does not end by closing what every signatory promised.
#[test]
fn a_case_is_not_closed_while_its_embargo_runs() {
    let mut play = full_case(1);
    let close = || Command::Close { reason: CaseCloseReason::HandedOver };
    let last = day(30).minus(Duration::from_micros(1));
    assert_eq!(play.refused(&coordinator(), close(), last), Code::CloseEmbargoed);
    assert!(!play.state.allowed(&coordinator(), last).contains(&Action::Close));
    // Another end that is only proposed binds nobody, and opens no way.
    play.done(&coordinator(), propose(day(2)), day(1));
    assert_eq!(play.refused(&coordinator(), close(), day(2)), Code::CloseEmbargoed);
    // At its instant it is over, and the exit is on record before the end of the case.
    assert_eq!(play.act(&coordinator(), close(), day(30)), Ok(2));
    let case = play.state.get().unwrap();
    assert_eq!((case.em, case.end_in_force(), case.proposal.is_none()), (Em::Exited, None, true));
    assert_eq!(case.word(), CaseWord::Closed);
}
