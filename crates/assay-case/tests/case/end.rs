//! The end of the embargo: agreed, capped, reached, broken.

use assay_case::case::em::Em;
use assay_case::case::{BindingPolicy, CaseWord, Cause, Channel, Command, Extent, Open, State};
use assay_case::embargo::{ListCap, Policies, ProjectPolicy, Term};
use assay_case::{Caller, Code, Role};

use super::{LINK, agree, em, end, propose};
use crate::support::stage::{CasePlay, case_until, full_case, proven, publish};
use crate::support::{
    Play, agent_of, coordinator, day, digest, finder, line, second_coordinator, secret, vendor, verifier,
};

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
            // What was signed named another end: nobody signed what is true now.
            assert_eq!(play.refused(&coordinator(), publish(digest(1)), day(2)), Code::DraftOutdated);
            play.approved(digest(2), day(2)).done(&coordinator(), publish(digest(2)), day(2));
        } else {
            assert_eq!(play.refused(&coordinator(), publish(digest(1)), day(2)), Code::EmbargoRuns);
        }
    }
}

/// An advisory says when its embargo ended: whoever signed it signed that date, and no other.
#[test]
fn approvals_fall_when_the_end_moves_and_stand_when_it_comes() {
    let approve = || Command::ApproveAdvisory { record: digest(1), channel: Channel::Cli };
    let list =
        |days| Command::RecordPolicy(Box::new(BindingPolicy::List(ListCap { list: line("l"), days, told: day(2) })));
    let outdated = |play: &CasePlay| {
        let case = play.state.get().unwrap();
        let draft = case.draft.as_ref().unwrap();
        assert_eq!(draft.record, digest(1), "it stays staged");
        assert_eq!(draft.outdated, draft.approvals.is_empty());
        assert_eq!(case.is_approved(), !draft.outdated);
        assert_eq!(case.sentence().contains("stage it again"), draft.outdated);
        draft.outdated
    };
    let mut approved = full_case(1);
    approved.approved(digest(1), day(1));
    // Agreed by all; only proposed; turned down.
    let mut play = approved.clone();
    play.done(&finder(), propose(day(20)), day(2));
    assert!(!outdated(&play));
    for who in [coordinator(), second_coordinator(), vendor()] {
        play.done(&who, agree(&play.clone(), LINK), day(2));
    }
    assert!(outdated(&play));
    assert_eq!(play.refused(&coordinator(), approve(), day(2)), Code::DraftOutdated);
    assert_eq!(play.refused(&Caller::CLOCK, publish(digest(1)), day(20)), Code::DraftOutdated);
    // The same record may be true again: it is staged anew, and approved anew.
    play.approved(digest(1), day(3));
    assert!(!outdated(&play));
    play.done(&Caller::CLOCK, publish(digest(1)), day(20));
    // A policy that shortens; one that does not changes no date.
    let mut play = approved.clone();
    play.done(&coordinator(), list(90), day(2));
    assert!(!outdated(&play));
    play.done(&coordinator(), list(14), day(2));
    assert!(outdated(&play));
    // The end comes as agreed.
    let mut play = approved;
    play.done(&Caller::CLOCK, Command::ExitEmbargo, day(30));
    assert!(!outdated(&play));
    play.done(&Caller::CLOCK, publish(digest(1)), day(30));
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
