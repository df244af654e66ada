//! Bytes from strangers: read or refused, never believed, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_review::signed::{MAX_ENVELOPE, PAYLOAD_TYPE};
use assay_review::*;
use assay_seal::Envelope;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::*;

fn payload(command: Command) -> Value {
    serde_json::to_value(World::running().statement(DEVELOPER, model(1), command)).unwrap()
}

fn bring(payload: &[u8]) -> Result<Vec<Event>, Refusal> {
    World::running().bring(&Envelope::sign(PAYLOAD_TYPE, payload, key(DEVELOPER)).to_json())
}

#[test]
fn one_statement_has_one_spelling() {
    let canonical = payload(Command::Pause).to_string();
    assert!(bring(canonical.as_bytes()).is_ok());
    for other in [
        canonical.replacen(":", ": ", 1),
        canonical.replace("\"kind\":\"pause\"", "\"extra\":1,\"kind\":\"pause\""),
        canonical.replace(".000000Z", "Z"),
        canonical.replace(".000000Z", ".000000+00:00"),
        canonical.replace("\"pause\"", "\"\\u0070ause\""),
        format!("{canonical} "),
    ] {
        assert_ne!(other, canonical);
        assert_eq!(bring(other.as_bytes()).unwrap_err(), Refusal::NotCanonical, "{other}");
    }
    for other in [
        canonical.replace("{\"clearinghouse\"", "{\"also\":1,\"clearinghouse\""),
        canonical.replace("{\"clearinghouse\"", "{\"clearinghouse\":\"a\",\"clearinghouse\""),
    ] {
        assert_eq!(bring(other.as_bytes()).unwrap_err().code(), "malformed", "{other}");
    }
}

#[test]
fn values_out_of_bounds_are_no_commands() {
    let decline = |reason: &str| {
        let mut value = payload(Command::DeclineGrant { grant: grant_id(2), reason: text("x") });
        value["command"]["reason"] = json!(reason);
        bring(value.to_string().as_bytes()).unwrap_err().to_string()
    };
    assert!(decline("").contains("1 to 1000 characters"));
    assert!(decline(&"x".repeat(1_001)).contains("1 to 1000 characters"));
    assert!(decline("a\u{1b}[2Jb").contains("control"));
    assert!(decline("a\u{202e}b").contains("control"));
    let mut value = payload(use_once(grant_id(1)));
    value["command"]["purpose"] = json!("Two Words");
    assert!(bring(value.to_string().as_bytes()).unwrap_err().to_string().contains("lower-case"));
    for weak in ["00".repeat(32), "zz".repeat(32), "AB".repeat(32), "ab".repeat(31)] {
        assert!(weak.parse::<PublicKey>().is_err(), "{weak}");
    }
}

#[test]
fn what_is_too_large_or_signed_twice_is_refused() {
    let mut world = World::running();
    let large = vec![b' '; MAX_ENVELOPE + 1];
    assert!(world.bring(&large).unwrap_err().to_string().contains("at most 65536 bytes, and this has 65537"));
    let statement = world.statement(DEVELOPER, model(1), Command::Pause).sign(key(DEVELOPER)).unwrap();
    let mut both = Envelope::parse(&statement).unwrap();
    both.add_signature(key(STRANGER));
    assert_eq!(world.bring(&both.to_json()).unwrap_err(), Refusal::SeveralSigners);
    let other = Envelope::sign("text/plain", payload(Command::Pause).to_string().as_bytes(), key(DEVELOPER));
    assert_eq!(world.bring(&other.to_json()).unwrap_err(), Refusal::Signature);
}

#[test]
fn a_signature_in_anothers_name_does_not_hold() {
    let mut world = World::running();
    let statement = world.statement(DEVELOPER, model(1), Command::Withdraw);
    let theirs = statement.sign(key(STRANGER)).unwrap();
    let id = |seed: u8| key(seed).verifying_key().id().to_string();
    let renamed = String::from_utf8(theirs).unwrap().replace(&id(STRANGER), &id(DEVELOPER));
    assert_eq!(world.bring(renamed.as_bytes()).unwrap_err(), Refusal::Signature);
}

#[test]
fn a_changed_history_does_not_pass_the_audit() {
    let mut world = World::running();
    world.must(ALICE, model(1), use_once(grant_id(1)));
    world.must(ALICE, model(1), Command::TakePass { grant: grant_id(1) });
    world.must(DEVELOPER, model(1), Command::Pause);
    let good = world.events.clone();
    assert!(audit(&good, HOUSE).is_ok());
    let last = good.len() - 1;
    // An event left out: the next command of the same key shows it.
    let key_of = |event: &Event| match &event.by {
        By::Key { key, .. } => Some(*key),
        By::Clock => None,
    };
    for place in 0..good.len() {
        let mut events = good.clone();
        events.remove(place);
        let keys_last = good[place + 1..].iter().all(|later| key_of(later) != key_of(&good[place]));
        let unseen = audit(&events, HOUSE).is_ok_and(|audit| audit.skipped.is_empty());
        assert!(!unseen || keys_last, "event {place}, {}, can be left out", good[place].kind());
    }
    let mut events = good.clone();
    events.push(good[last].clone());
    assert!(audit(&events, HOUSE).is_err());
    let mut events = good.clone();
    events[last].at = day(0).minus(std::time::Duration::from_secs(1));
    assert!(matches!(audit(&events, HOUSE), Err(AuditError::Backwards(_))));
    // What the host would like to have happened.
    let mut events = good.clone();
    events[last].happened = Happened::Resumed;
    assert!(matches!(audit(&events, HOUSE), Err(AuditError::Other(_))));
    let mut events = good.clone();
    let happened = Happened::QuotaSet { grant: grant_id(1), uses: 99 };
    events.push(Event { at: good[last].at, engagement: model(1), by: By::Clock, happened });
    assert!(matches!(audit(&events, HOUSE), Err(AuditError::NotDue(_))));
    assert!(matches!(audit(&good, "another.example"), Err(AuditError::Refused { place: 0, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Statement::peek(&bytes).is_err());
        let _ = Pass::read(&bytes, &[key(1).verifying_key()].into_iter().collect());
    }

    #[test]
    fn any_signed_text_is_refused(text in ".{0,200}") {
        prop_assert_eq!(bring(text.as_bytes()).unwrap_err().code(), "malformed");
    }

    #[test]
    fn texts_and_purposes_are_kept_or_refused(text in ".{0,80}") {
        if let Ok(kept) = Text::new(text.clone()) {
            prop_assert_eq!(kept.as_str(), &text);
            prop_assert!(!text.chars().any(char::is_control));
        }
        if let Ok(kept) = Purpose::new(text.clone()) {
            prop_assert_eq!(kept.as_str(), &text);
            prop_assert!(text.len() <= 64 && text.is_ascii());
        }
        let _ = text.parse::<PublicKey>();
    }

    /// A byte of an envelope changed: nothing happens, or what was signed happens.
    #[test]
    fn a_changed_byte_changes_nothing(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut world = World::running();
        let mut envelope = world.statement(DEVELOPER, model(1), Command::Pause).sign(key(DEVELOPER)).unwrap();
        let place = place.index(envelope.len());
        envelope[place] = byte;
        if let Ok(events) = world.bring(&envelope) {
            prop_assert_eq!(&events[0].happened, &Happened::Paused);
        }
    }
}
