//! Every sentence that people read states a fact, and no legal conclusion (invariant 16).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;

use assay_review::*;
use support::*;

/// Words with which one would judge instead of state.
const CONCLUSIONS: [&str; 30] = [
    "legal",
    "illegal",
    "lawful",
    "unlawful",
    "law",
    "comply",
    "complies",
    "compliant",
    "compliance",
    "violates",
    "violation",
    "violated",
    "breach",
    "liable",
    "liability",
    "guilty",
    "safe",
    "unsafe",
    "approved",
    "cleared",
    "permitted",
    "licensed",
    "authorised",
    "authorized",
    "must",
    "shall",
    "entitled",
    "forbidden",
    "crime",
    "criminal",
];

fn conclusion(sentence: &str) -> Option<&'static str> {
    let words: Vec<String> =
        sentence.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).filter(|word| !word.is_empty()).collect();
    CONCLUSIONS.iter().copied().find(|word| words.iter().any(|found| found == word))
}

/// A history with every kind of event.
fn everything() -> World {
    let mut world = World::running();
    let here = model(1);
    world.must(DEVELOPER, here, Command::AskIfCovered { facts: digest("facts") });
    for coverage in Coverage::ALL {
        let (decided_by, decided_at, record) = (person(50), day(0), digest("record"));
        let answer = CoverageAnswer { coverage: *coverage, decided_by, decided_at, record, basis: text("a basis") };
        world.must(ORGANISATION, here, Command::Answer { answer });
    }
    world.must(ALICE, here, Command::TakePass { grant: grant_id(1) });
    world.must(ALICE, here, use_once(grant_id(1)));
    world.must(DEVELOPER, here, Command::LowerQuota { grant: grant_id(1), uses: 2 });
    world.must(DEVELOPER, here, Command::MoveAnchor { anchor: public_in(20) });
    world.must(DEVELOPER, here, Command::ShrinkWindow { ends_at: day(10) });
    world.must(DEVELOPER, here, Command::Pause);
    world.must(DEVELOPER, here, Command::Resume);
    world.must(ORGANISATION, here, Command::DeclineGrant { grant: grant_id(2), reason: text("the person has left") });
    world.must(DEVELOPER, here, Command::EndGrant { grant: grant_id(1) });
    world.now = day(10);
    world.must(DEVELOPER, here, Command::Finish);
    let residual = Residual { residual: ResidualId::from_bytes([7; 16]), what: text("notes") };
    let gone = Command::CertifyDestroyed { residual: residual.residual, certificate: digest("certificate") };
    world.must(ORGANISATION, here, Command::ReportResiduals { residuals: vec![residual] });
    world.must(ORGANISATION, here, gone);
    world.must(DEVELOPER, here, Command::CloseOut);
    world.prepare(model(2));
    world.must(DEVELOPER, model(2), Command::OpenWindow { anchor: Anchor::None });
    world.must(DEVELOPER, model(2), Command::EndWindow);
    world.must(DEVELOPER, model(2), Command::OpenWindow { anchor: Anchor::None });
    world.must(DEVELOPER, model(2), Command::Withdraw);
    world
}

#[test]
fn events_state_facts() {
    let world = everything();
    let mut out = String::new();
    let mut kinds = Vec::new();
    for event in &world.events {
        let sentence = event.sentence();
        assert_eq!(conclusion(&sentence), None, "{sentence}");
        assert!(sentence.ends_with('.') || sentence.contains("Its reason: "), "{sentence}");
        if !out.contains(&sentence) {
            writeln!(out, "{:<20} {sentence}", event.kind()).unwrap();
        }
        kinds.push(event.kind());
    }
    kinds.sort_unstable();
    kinds.dedup();
    let source = include_str!("../src/event.rs");
    let (_, body) = source.split_once("pub fn kind(&self)").unwrap();
    let (body, _) = body.split_once("pub fn version").unwrap();
    let mut all: Vec<_> = body.split('"').skip(1).step_by(2).collect();
    all.sort_unstable();
    assert_eq!(kinds, all, "the history has every kind of event");
    golden("sentences.txt", &out);
}

/// A refusal of each kind; `codes` in the source says whether one is missing.
fn refusals() -> Vec<Refusal> {
    let at = day(3);
    vec![
        Refusal::Malformed("its payload is not base64".to_owned()),
        Refusal::NotCanonical,
        Refusal::Signature,
        Refusal::SeveralSigners,
        Refusal::OtherClearinghouse,
        Refusal::NotFound,
        Refusal::NotThisSide { command: CommandKind::SignSafeguard, signed: Side::Holder },
        Refusal::Sequence { next: 4, found: 3 },
        Refusal::NotFresh { made_at: day(0), now: at },
        Refusal::IdTaken,
        Refusal::Twice("purpose"),
        Refusal::SharedKey,
        Refusal::OtherFamily,
        Refusal::TooMany { what: "grants of one engagement", most: 256 },
        Refusal::Empty("the list of purposes"),
        Refusal::AlreadyEnded,
        Refusal::NotEnded,
        Refusal::SafeguardUnsigned(Safeguard::InsiderRisk),
        Refusal::WindowIsOpen { ends_at: at },
        Refusal::NoWindow,
        Refusal::NoDaysLeft,
        Refusal::AnchorPassed(at),
        Refusal::NotEarlier { ends_at: at },
        Refusal::Paused,
        Refusal::NotPaused,
        Refusal::NoGrant,
        Refusal::GrantNotOpen(GrantState::Declined),
        Refusal::OtherAgreement,
        Refusal::FactUnknown(Question::Nationality),
        Refusal::FactAgainst(Question::Competitor),
        Refusal::FutureDated("a fact"),
        Refusal::OtherPerson,
        Refusal::OtherPurpose,
        Refusal::QuotaUsedUp(3),
        Refusal::QuotaDirection(3),
        Refusal::NeverAsked,
        Refusal::NoResidual,
        Refusal::ResidualsUnknown,
        Refusal::ResidualsLeft(2),
    ]
}

#[test]
fn refusals_state_facts_and_what_to_do() {
    let mut out = String::new();
    for refusal in refusals() {
        let sentence = refusal.to_string();
        assert_eq!(conclusion(&sentence), None, "{sentence}");
        writeln!(out, "{:<20} {sentence}", refusal.code()).unwrap();
    }
    let source = include_str!("../src/refusal.rs");
    let (_, body) = source.split_once("pub fn code(&self)").unwrap();
    let all: Vec<_> = body.split('"').skip(1).step_by(2).collect();
    assert_eq!(refusals().iter().map(Refusal::code).collect::<Vec<_>>(), all, "a refusal of each kind");
    golden("refusals.txt", &out);
}

#[test]
fn the_notice_says_that_nothing_is_a_condition() {
    assert_eq!(conclusion(NOTICE), None);
    assert!(NOTICE.contains("voluntary") && NOTICE.contains("Nothing recorded here is a condition"));
}

#[test]
fn the_lint_finds_a_conclusion() {
    assert_eq!(conclusion("The model is safe."), Some("safe"));
    assert_eq!(conclusion("This use was unlawful, and"), Some("unlawful"));
    assert_eq!(conclusion("The safeguard was signed by the lawyer."), None);
}

#[test]
fn the_ledger_gets_every_field_and_no_envelope() {
    for event in everything().events {
        let fields = event.commitment_fields().unwrap();
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let mut once = names.clone();
        once.dedup();
        assert_eq!(names, once, "each field has a name of its own");
        for name in ["at", "by.kind", "digest", "engagement", "happened.kind", "type", "version"] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        let all: String = fields.iter().map(|(_, value)| value.as_str()).collect();
        assert!(!all.contains("payloadType"));
        // Whatever differs between two events is in what is committed to.
        let mut other = event.clone();
        other.at = other.at.plus_days(1);
        assert_ne!(other.commitment_fields().unwrap(), fields);
    }
}
