//! The review room's thread, from the opening to the close-out, and what stops on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_base::{Answer, PersonId};
use assay_review::*;
use std::time::Duration;
use support::*;

const HERE: fn() -> ModelId = || model(1);

#[test]
fn from_opening_to_close_out() {
    let mut world = World::prepared();
    world.must(DEVELOPER, HERE(), Command::AskIfCovered { facts: digest("facts") });
    assert_eq!(world.engagement(HERE()).coverage.coverage(), Coverage::Undetermined);
    world.must(DEVELOPER, HERE(), Command::OpenWindow { anchor: public_in(10) });
    assert_eq!(world.ends_at(), Some(day(10)));
    world.grant(HERE(), grant_id(1), ALICE, 2);
    world.now = day(9);
    world.must(ALICE, HERE(), use_once(grant_id(1)));
    world.now = day(10);
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "grant-not-open");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Finish), "window-ended finished");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::CloseOut), "residuals-unknown");
    let residual = Residual { residual: ResidualId::from_bytes([7; 16]), what: text("notes on a laptop") };
    world.must(ORGANISATION, HERE(), Command::ReportResiduals { residuals: vec![residual.clone()] });
    world.must(ORGANISATION, HERE(), Command::ReportResiduals { residuals: Vec::new() });
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::CloseOut), "residuals-left");
    let certificate = digest("certificate");
    world.must(ORGANISATION, HERE(), Command::CertifyDestroyed { residual: residual.residual, certificate });
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::CloseOut), "closed");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Withdraw), "already-ended");
    assert_eq!(audit(&world.events, HOUSE).unwrap().state, world.state);
}

#[test]
fn access_ends_at_the_instant_even_if_nobody_records_it() {
    let mut world = World::running();
    let ends_at = world.ends_at().unwrap();
    assert_eq!(ends_at, day(30));
    let last = ends_at.minus(Duration::from_micros(1));
    world.now = last;
    assert_eq!(world.clone().outcome(ALICE, HERE(), use_once(grant_id(1))), "used");
    assert!(world.state.open_window(last).is_some());
    world.now = ends_at;
    assert!(world.state.open_window(ends_at).is_none());
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "grant-not-open");
    assert_eq!(world.outcome(ALICE, HERE(), Command::TakePass { grant: grant_id(1) }), "grant-not-open");
    assert!(world.events.iter().all(|event| event.kind() != "window-ended"));
    let due = due(&world.state, ends_at);
    assert_eq!(due.iter().map(Event::kind).collect::<Vec<_>>(), ["window-ended"]);
}

#[test]
fn a_clock_set_back_opens_and_lengthens_nothing() {
    let mut world = World::running();
    world.now = day(31);
    for event in due(&world.state, world.now) {
        world.state.apply(&event);
        world.events.push(event);
    }
    world.now = day(5);
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "grant-not-open");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::OpenWindow { anchor: Anchor::None }), "no-days-left");
    assert_eq!(world.state.time(day(5)), day(31));

    // Set back before the end was recorded: the last event's instant is the earliest that counts.
    let mut world = World::running();
    world.now = day(29);
    world.must(ALICE, HERE(), use_once(grant_id(1)));
    world.now = day(2);
    let events = world.send(ALICE, HERE(), Command::TakePass { grant: grant_id(1) }).unwrap();
    assert_eq!(events[0].at, day(29));
    assert_eq!(world.ends_at(), Some(day(30)));
}

#[test]
fn a_slipped_plan_changes_nothing_and_an_earlier_one_shortens() {
    let mut world = World::prepared();
    world.must(DEVELOPER, HERE(), Command::OpenWindow { anchor: public_in(20) });
    for (anchor, ends_at) in [(public_in(25), 20), (Anchor::None, 20), (public_in(12), 12), (public_in(29), 12)] {
        world.must(DEVELOPER, HERE(), Command::MoveAnchor { anchor });
        assert_eq!(world.ends_at(), Some(day(ends_at)));
    }
    let earlier = Command::ShrinkWindow { ends_at: day(8) };
    assert_eq!(world.outcome(DEVELOPER, HERE(), earlier.clone()), "window-shrunk");
    assert_eq!(world.outcome(DEVELOPER, HERE(), earlier), "not-earlier");
    world.now = day(3);
    let past = Command::MoveAnchor { anchor: public_in(2) };
    assert_eq!(world.outcome(DEVELOPER, HERE(), past), "anchor-moved window-ended");
    assert_eq!(world.state.used_micros, 3 * 86_400_000_000);
}

#[test]
fn thirty_days_are_shared_by_all_checkpoints_of_a_family() {
    let mut world = World::prepared();
    world.prepare(model(2));
    world.must(DEVELOPER, model(1), Command::OpenWindow { anchor: Anchor::None });
    assert_eq!(
        world.outcome(DEVELOPER, model(2), Command::OpenWindow { anchor: Anchor::None }),
        "window-is-open",
        "two windows would spend the same days twice"
    );
    world.now = day(20);
    world.must(DEVELOPER, model(1), Command::EndWindow);
    world.now = day(100);
    world.must(DEVELOPER, model(2), Command::OpenWindow { anchor: Anchor::None });
    assert_eq!(world.ends_at(), Some(day(110)));
    world.now = day(110);
    assert_eq!(world.outcome(DEVELOPER, model(1), Command::OpenWindow { anchor: Anchor::None }), "no-days-left");
}

#[test]
fn a_pause_stops_use_and_not_the_clock() {
    let mut world = World::running();
    world.must(DEVELOPER, HERE(), Command::Pause);
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "paused");
    assert_eq!(world.outcome(ALICE, HERE(), Command::TakePass { grant: grant_id(1) }), "paused");
    world.now = day(12);
    world.must(DEVELOPER, HERE(), Command::Resume);
    assert_eq!(world.ends_at(), Some(day(30)));
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "used");
}

#[test]
fn no_window_opens_with_an_unsigned_safeguard() {
    for missing in Safeguard::ALL {
        for side in [DEVELOPER, ORGANISATION] {
            let mut world = World::new();
            world.must(DEVELOPER, HERE(), open());
            for safeguard in Safeguard::ALL {
                for signer in [DEVELOPER, ORGANISATION] {
                    let other = (safeguard, signer) == (missing, side);
                    let text = digest(if other { "another text" } else { "the text" });
                    world.must(signer, HERE(), Command::SignSafeguard { safeguard: *safeguard, text });
                }
            }
            let refusal = world.send(DEVELOPER, HERE(), Command::OpenWindow { anchor: Anchor::None }).unwrap_err();
            assert_eq!(refusal, Refusal::SafeguardUnsigned(*missing));
            let text = digest("the text");
            world.must(side, HERE(), Command::SignSafeguard { safeguard: *missing, text });
            world.must(DEVELOPER, HERE(), Command::OpenWindow { anchor: Anchor::None });
            let again = Command::SignSafeguard { safeguard: *missing, text: digest("changed in the window") };
            assert_eq!(world.outcome(side, HERE(), again), "window-is-open");
        }
    }
}

#[test]
fn there_is_no_grant_while_a_fact_is_unknown() {
    for (answer, code) in
        [(Answer::Unknown, "fact-unknown"), (Answer::Yes, "fact-against"), (Answer::No, "grant-proposed")]
    {
        for question in 0..4 {
            let mut agreement = agreement(HERE(), grant_id(1), ALICE);
            let facts = &mut agreement.facts;
            let asked = [&mut facts.competitor, &mut facts.foreign_entity, &mut facts.location, &mut facts.nationality];
            for (place, found) in asked.into_iter().enumerate() {
                if place == question {
                    *found = fact(answer);
                }
            }
            let mut world = World::prepared();
            assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Grant { agreement, uses: 1 }), code);
        }
    }
}

#[test]
fn a_fact_that_is_left_out_is_no_command_at_all() {
    let world = World::prepared();
    let agreement = agreement(HERE(), grant_id(1), ALICE);
    let statement = world.statement(DEVELOPER, HERE(), Command::Grant { agreement, uses: 1 });
    let mut value = serde_json::to_value(&statement).unwrap();
    value["command"]["agreement"]["facts"].as_object_mut().unwrap().remove("nationality");
    assert!(serde_json::from_value::<Statement>(value).unwrap_err().to_string().contains("nationality"));
}

#[test]
fn both_sides_sign_the_same_agreement() {
    let mut world = World::running();
    let bob = grant_id(2);
    assert_eq!(world.outcome(BOB, HERE(), use_once(bob)), "grant-not-open");
    let other = Command::CountersignGrant { grant: bob, agreement: digest("another agreement") };
    assert_eq!(world.outcome(ORGANISATION, HERE(), other), "other-agreement");
    let digest = world.engagement(HERE()).grants[&bob].digest;
    let same = Command::CountersignGrant { grant: bob, agreement: digest };
    assert_eq!(world.outcome(ORGANISATION, HERE(), same.clone()), "grant-countersigned");
    assert_eq!(world.outcome(ORGANISATION, HERE(), same), "grant-not-open");
    assert_eq!(world.outcome(BOB, HERE(), use_once(bob)), "used");
    assert_eq!(world.outcome(BOB, HERE(), use_once(grant_id(1))), "other-person");
    let reason = text("the person has left");
    world.must(ORGANISATION, HERE(), Command::DeclineGrant { grant: bob, reason });
    assert_eq!(world.outcome(BOB, HERE(), use_once(bob)), "grant-not-open");
}

#[test]
fn a_quota_ends_and_only_its_developer_raises_it() {
    let mut world = World::running();
    for _ in 0..3 {
        world.must(ALICE, HERE(), use_once(grant_id(1)));
    }
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "quota-used-up");
    world.must(DEVELOPER, HERE(), Command::RaiseQuota { grant: grant_id(1), uses: 4 });
    world.must(ALICE, HERE(), use_once(grant_id(1)));
    let lower = Command::LowerQuota { grant: grant_id(1), uses: 0 };
    assert_eq!(world.outcome(DEVELOPER, HERE(), lower), "quota-set");
    let raise = Command::RaiseQuota { grant: grant_id(1), uses: 0 };
    assert_eq!(world.outcome(DEVELOPER, HERE(), raise), "empty");
    let other = Command::Use { grant: grant_id(1), purpose: purpose("marketing"), request: digest("r") };
    assert_eq!(world.outcome(ALICE, HERE(), other), "quota-used-up");
}

#[test]
fn withdrawal_takes_no_reason_and_ends_everything_at_once() {
    let mut world = World::running();
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Withdraw), "window-ended withdrawn");
    let engagement = world.engagement(HERE());
    assert!(engagement.grants.values().all(|grant| grant.state == GrantState::Ended));
    assert_eq!(world.outcome(ALICE, HERE(), use_once(grant_id(1))), "already-ended");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::OpenWindow { anchor: Anchor::None }), "already-ended");
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Withdraw), "already-ended");
}

#[test]
fn a_brake_works_although_commands_before_it_were_lost() {
    let world = World::running();
    let lost = |command: Command, skipped: u32, late: u32| {
        let mut world = world.clone();
        let mut statement = world.statement(DEVELOPER, HERE(), command);
        statement.sequence += skipped;
        world.now = world.now.plus_days(late);
        let decided = world.bring(&statement.sign(key(DEVELOPER)).unwrap());
        decided.map_or_else(|refusal| refusal.code(), |events| events[0].kind())
    };
    let raise = Command::RaiseQuota { grant: grant_id(1), uses: 9 };
    assert_eq!(lost(raise.clone(), 0, 0), "quota-set");
    assert_eq!(lost(raise.clone(), 1, 0), "sequence", "the pause before it may have been dropped by the host");
    assert_eq!(lost(raise, 0, 2), "not-fresh");
    assert_eq!(lost(Command::Pause, 7, 5), "paused");
    assert_eq!(lost(Command::Withdraw, 1_000, 20), "window-ended");
    assert_eq!(lost(Command::Withdraw, 1_001, 0), "sequence", "a slip must not use up all numbers");
}

#[test]
fn an_envelope_means_nothing_twice_elsewhere_or_in_another_house() {
    let mut world = World::prepared();
    let statement = world.statement(DEVELOPER, HERE(), Command::OpenWindow { anchor: Anchor::None });
    let envelope = statement.sign(key(DEVELOPER)).unwrap();
    let mut other_house = world.clone();
    let mut entropy = Counted(0);
    let mut ctx = Ctx { now: world.now, entropy: &mut entropy, clearinghouse: "another.example" };
    assert_eq!(decide(&other_house.state, &envelope, &mut ctx).unwrap_err(), Refusal::OtherClearinghouse);
    world.bring(&envelope).unwrap();
    assert_eq!(world.bring(&envelope).unwrap_err(), Refusal::Sequence { next: 8, found: 7 });
    let opening = other_house.events[0].clone();
    let By::Key { envelope, .. } = opening.by else { panic!("signed") };
    assert_eq!(other_house.bring(envelope.as_bytes()).unwrap_err(), Refusal::IdTaken);
}

#[test]
fn a_key_has_one_part_and_a_person_one_key() {
    let mut world = World::prepared();
    for taken in [DEVELOPER, ORGANISATION] {
        let agreement = agreement(HERE(), grant_id(1), taken);
        assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Grant { agreement, uses: 1 }), "shared-key");
    }
    world.grant(HERE(), grant_id(1), ALICE, 1);
    let mut agreement = agreement(HERE(), grant_id(2), ALICE);
    agreement.holder.person = PersonId::from_bytes([77; 16]);
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Grant { agreement, uses: 1 }), "shared-key");
    let Command::Open { developer, criteria, sealed_name, .. } = open() else { panic!("an opening") };
    let alone = Command::Open { developer, organisation: developer, criteria, sealed_name };
    assert_eq!(world.outcome(DEVELOPER, model(3), alone), "shared-key");
}

#[test]
fn a_pass_lives_for_minutes_and_never_longer_than_its_window() {
    let mut world = World::running();
    world.now = day(30).minus(Duration::from_secs(60));
    let events = world.send(ALICE, HERE(), Command::TakePass { grant: grant_id(1) }).unwrap();
    let Happened::PassIssued { pass } = &events[0].happened else { panic!("a pass") };
    assert_eq!(pass.expires_at, day(30));
    assert!(pass.is_good(world.now, world.now));
    assert!(!pass.is_good(day(30), world.now));
    assert!(!pass.is_good(world.now, day(30)), "a wall clock that is set back is not believed");
    assert!(!pass.is_good(day(1), day(1)), "nor is one before it was handed out");

    let house = key(90);
    let signed = pass.sign(house).unwrap();
    let trusted = [house.verifying_key()].into_iter().collect();
    assert_eq!(&Pass::read(&signed, &trusted).unwrap(), pass);
    let stranger = pass.sign(key(STRANGER)).unwrap();
    assert_eq!(Pass::read(&stranger, &trusted).unwrap_err(), Refusal::Signature);
    let mut long = pass.clone();
    long.expires_at = day(400);
    assert!(!long.is_good(world.now, world.now), "a pass of days is none, whoever signed it");
}

#[test]
fn what_others_may_not_see_does_not_exist() {
    let mut world = World::running();
    let there = world.send(STRANGER, HERE(), Command::Withdraw).unwrap_err();
    let nowhere = world.send(STRANGER, model(200), Command::Withdraw).unwrap_err();
    assert_eq!(there, nowhere);
    assert_eq!(allowed(&world.state, HERE(), public(STRANGER), world.now), []);
    assert_eq!(allowed(&world.state, HERE(), public(ALICE), world.now), [CommandKind::TakePass, CommandKind::Use]);
}

#[test]
fn a_grant_reads_as_ended_before_anybody_recorded_it() {
    let mut world = World::running();
    world.now = day(30);
    let engagement = world.engagement(HERE());
    let grant = &engagement.grants[&grant_id(1)];
    assert_eq!(grant.state, GrantState::Signed, "what is stored");
    assert_eq!(engagement.grant_state(grant, day(30)), GrantState::Ended, "what holds");
    assert_eq!(allowed(&world.state, HERE(), public(ALICE), world.now), []);
    let organisations = allowed(&world.state, HERE(), public(ORGANISATION), world.now);
    assert_eq!(organisations, [CommandKind::SignSafeguard]);
}

#[test]
fn withdrawal_before_any_window_ends_grants_too() {
    let mut world = World::prepared();
    world.grant(HERE(), grant_id(1), ALICE, 1);
    assert_eq!(world.outcome(DEVELOPER, HERE(), Command::Withdraw), "withdrawn");
    assert_eq!(world.engagement(HERE()).grants[&grant_id(1)].state, GrantState::Ended);
}

/// Whoever writes into the store cannot lengthen a window with an event of his own either.
#[test]
fn no_event_lengthens_a_window_whatever_it_says() {
    let world = World::running();
    let ends_at = world.ends_at();
    for happened in
        [Happened::WindowShrunk { ends_at: day(90) }, Happened::AnchorMoved { anchor: Anchor::None, ends_at: day(90) }]
    {
        let mut world = world.clone();
        world.state.apply(&Event { at: day(1), engagement: HERE(), by: By::Clock, happened });
        assert_eq!(world.ends_at(), ends_at);
    }
}
