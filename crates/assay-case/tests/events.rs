//! Events: written and read, applied in any order, committed to, and never talkative.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use assay_case::event::{BadEvent, EVENT_MAX};
use assay_case::{Aggregate, Event, case, finding, lease, member, opt_out};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use support::arbitrary;

/// Every state at once.
#[derive(Default)]
struct World {
    member: member::State,
    lease: lease::State,
    opt_out: opt_out::State,
    finding: finding::State,
    case: case::State,
}

impl World {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::Member(event) => self.member.apply(event),
            Event::Lease(event) => self.lease.apply(event),
            Event::OptOut(event) => self.opt_out.apply(event),
            Event::Finding(event) => self.finding.apply(event),
            Event::Case(event) => self.case.apply(event),
        }
    }
}

proptest! {
    #[test]
    fn json_and_back(event in arbitrary::event()) {
        let json = event.to_json().unwrap();
        prop_assert_eq!(Event::from_json(&json).unwrap(), event);
    }

    /// No sequence of events, however absurd, makes `apply` or any question about a state panic.
    #[test]
    fn any_sequence_is_applied(events in proptest::collection::vec(arbitrary::event(), 0..40), now in arbitrary::instant(),
        actor in arbitrary::actor())
    {
        let mut world = World::default();
        for event in &events {
            world.apply(event);
        }
        let caller = assay_case::Caller::new(actor, assay_case::Roles::all());
        world.member.allowed(&caller, now);
        world.lease.allowed(&caller, now);
        world.opt_out.allowed(&caller, now);
        world.finding.allowed(&caller, now);
        world.case.allowed(&caller, now);
        let _ = (world.finding.as_original(), world.finding.as_proven(), world.case.as_part(), world.case.publication());
        if let Some(finding) = world.finding.get() {
            let _ = (finding.word(), finding.rm());
        }
        if let Some(case) = world.case.get() {
            let _ = (case.word(), case.is_embargoed(now), case.signatories(), case.is_approved());
        }
        prop_assert_eq!(finding::Tally::of([&world.finding]).adds_up(u64::from(world.finding.get().is_some())), true);
    }

    #[test]
    fn commitments_name_each_field_once(event in arbitrary::event()) {
        let fields = event.commitment_fields().unwrap();
        let names: BTreeSet<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names.len(), fields.len());
        for name in ["type", "version", "stream", "at", "actor", "payload"] {
            prop_assert!(names.contains(name));
        }
        prop_assert_eq!(&fields[0].1, event.kind());
        prop_assert_eq!(&fields[2].1, &event.stream());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Event::from_json(&bytes);
    }

    /// A byte that is changed gives an error or another event, never a panic.
    #[test]
    fn a_changed_byte_is_no_panic(event in arbitrary::event(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut json = event.to_json().unwrap();
        let place = place.index(json.len());
        json[place] = byte;
        if let Ok(other) = Event::from_json(&json) {
            World::default().apply(&other);
        }
    }
}

/// The strategies make every kind that there is, so that no test above passes by leaving one out.
#[test]
fn every_kind_is_tried() {
    let mut runner = TestRunner::deterministic();
    let strategy = arbitrary::event();
    let mut seen = BTreeSet::new();
    for _ in 0..4_000 {
        let event = strategy.new_tree(&mut runner).unwrap().current();
        let json: serde_json::Value = serde_json::from_slice(&event.to_json().unwrap()).unwrap();
        let (aggregate, kind) = (json["aggregate"].as_str().unwrap(), json["what"]["type"].as_str().unwrap());
        assert_eq!(event.kind(), format!("{aggregate}.{kind}"), "the kind is not what JSON says");
        seen.insert(event.kind());
    }
    let listed = seen.into_iter().fold(String::new(), |out, kind| out + kind + "\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/kinds.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &listed).unwrap();
    }
    assert_eq!(listed, std::fs::read_to_string(path).unwrap(), "UPDATE=1 rewrites golden/kinds.txt");
}

#[test]
fn a_later_version_and_a_flood_are_refused() {
    let mut play = support::stage::submitted(1, &support::finder(), support::day(0));
    let mut event = play.history.remove(0);
    event.version = 2;
    let json = Event::Finding(event).to_json().unwrap();
    assert_eq!(Event::from_json(&json), Err(BadEvent::Version { kind: "finding.submitted", found: 2, known: 1 }));
    assert_eq!(Event::from_json(&vec![b' '; EVENT_MAX + 1]), Err(BadEvent::TooLarge(EVENT_MAX + 1)));
    let deep = "[".repeat(100_000);
    assert!(matches!(Event::from_json(deep.as_bytes()), Err(BadEvent::Shape { .. })));
}

/// Invariant 5: what is embargoed stays out of every `Debug`, and so out of logs and errors.
#[test]
fn debug_never_tells() {
    let finding = support::stage::verified(1, &support::finder(), support::day(0));
    let case = support::stage::full_case(2);
    let said = format!("{:?} {:?} {:?} {:?}", finding.state, finding.history, case.state, case.history);
    for word in ["parse_string", "Heap", "cjson"] {
        assert!(!said.contains(word), "{word} is in {said}");
    }
    assert!(said.contains("«embargoed»"));
    let broken = Event::from_json(br#"{"aggregate":"finding","canary-3141":1}"#).unwrap_err();
    assert!(!format!("{broken} {broken:?}").contains("canary"));
}
