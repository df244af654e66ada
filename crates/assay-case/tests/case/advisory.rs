//! What goes out, when, and by whose word.

use std::time::Duration;

use assay_case::case::em::Em;
use assay_case::case::pec::Pec;
use assay_case::case::pxa::Pxa;
use assay_case::case::{CaseWord, Channel, Command};
use assay_case::{Caller, Code, Role};

use super::{LINK, pec, propose};
use crate::support::stage::{full_case, publish};
use crate::support::{agent_of, coordinator, day, digest, finder, person, second_coordinator, vendor};

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
