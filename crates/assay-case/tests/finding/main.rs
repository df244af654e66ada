//! Findings: who proves, who judges, how they end, and that nothing is lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod history;
#[path = "../support/mod.rs"]
mod support;

use assay_bundle::verdict::{Controls, Verdict};
use assay_case::case::rm::Rm;
use assay_case::finding::{CloseReason, Command, CrossRun, End, Evidence, Happened, RunCounts, Runner, State, Word};
use assay_case::{Aggregate, Caller, Code, Role};
use support::stage::{FindingPlay, crossed, record, run, submission, submitted, verified};
use support::{
    Play, agent_of, coordinator, day, digest, finder, id_of, jack, line, other_finder, second_coordinator, secret,
    stage, vendor, verifier,
};

pub fn word(play: &FindingPlay) -> Word {
    play.state.get().unwrap().word()
}

pub fn bundle(play: &FindingPlay) -> assay_bundle::digest::Sha256 {
    play.state.get().unwrap().bundle_id
}

#[test]
fn a_proof_by_somebody_else_makes_it_verified() {
    let mut play = submitted(1, &finder(), day(0));
    assert_eq!(word(&play), Word::Received);
    let proof = run(bundle(&play), digest(1), Verdict::Reproduced);
    play.done(&verifier(), record(proof), day(1));
    assert_eq!((word(&play), play.state.get().unwrap().rm()), (Word::Verified, Rm::Valid));
    assert_eq!(play.refused(&verifier(), record(proof), day(1)), Code::SameRun);
    // The clearinghouse's own worker may as well.
    let mut play = submitted(2, &finder(), day(0));
    let proof = run(bundle(&play), digest(1), Verdict::Reproduced);
    play.done(&Caller::CLOCK, record(proof), day(1));
    assert_eq!(word(&play), Word::Verified);
}

/// Invariant 10: not oneself, not through an agent, not with every role there is, not on one's own machine.
#[test]
fn the_submitter_never_verifies_judges_or_merges_his_own() {
    for submitter in [finder(), agent_of(&finder())] {
        let mut play = submitted(1, &submitter, day(0));
        let proof = run(bundle(&play), digest(1), Verdict::Reproduced);
        let failed = run(bundle(&play), digest(2), Verdict::NotReproduced);
        let original = verified(2, &other_finder(), day(0)).state.as_original().unwrap();
        for own in [jack(), agent_of(&jack())] {
            assert_eq!(play.refused(&own, record(proof), day(1)), Code::OwnFinding);
            let merge = Command::Merge { into: original, evidence: crossed(digest(1), digest(2)) };
            assert_eq!(play.refused(&own, merge, day(1)), Code::OwnFinding);
        }
        let lent = assay_case::finding::Verification {
            runner: Runner { key: digest(7), person: Some(id_of(&finder())), member: None },
            ..proof
        };
        assert_eq!(play.refused(&verifier(), record(lent), day(1)), Code::OwnFinding);
        play.done(&verifier(), record(failed), day(1));
        let refute = Command::Refute { verdict: Verdict::NotReproduced, sentence: secret("it does not fire") };
        assert_eq!(play.refused(&jack(), refute, day(1)), Code::OwnFinding);
        let close = Command::Close { reason: CloseReason::Other, sentence: secret("mine") };
        assert_eq!(play.refused(&jack(), close, day(1)), Code::OwnFinding);
    }
}

/// Invariant 9, whatever word the run carries.
#[test]
fn no_way_leads_to_verified_with_a_control_that_fires() {
    let mut play = submitted(1, &finder(), day(0));
    let good = run(bundle(&play), digest(1), Verdict::Reproduced);
    let counts = |trigger_fired, trigger_total, control_fired, control_total| RunCounts {
        trigger_fired,
        trigger_total,
        control_fired,
        control_total,
    };
    for (counts, code) in [
        (counts(3, 3, 1, 9), Code::ControlFires),
        (counts(2, 2, 0, 9), Code::TooFewRuns),
        (counts(3, 4, 0, 9), Code::TooFewRuns),
        (counts(3, 3, 0, 0), Code::ControlsMissing),
        (counts(4, 3, 0, 9), Code::CountsContradict),
        (counts(3, 3, 10, 9), Code::CountsContradict),
    ] {
        let bad = assay_case::finding::Verification { counts, ..good };
        assert_eq!(play.refused(&verifier(), record(bad), day(1)), code);
    }
    for bad in [
        assay_case::finding::Verification { controls: None, ..good },
        assay_case::finding::Verification { tier: None, ..good },
    ] {
        assert_eq!(play.refused(&verifier(), record(bad), day(1)), Code::ControlsMissing);
    }
    assert_eq!(
        play.refused(&verifier(), record(run(digest(3), digest(1), Verdict::Reproduced)), day(1)),
        Code::OtherBundle
    );
    play.done(&verifier(), record(good), day(1));
    // One control that fires outweighs any number of proofs, before and after.
    let fires = run(bundle(&play), digest(2), Verdict::ControlFailed);
    play.done(&Caller::CLOCK, record(fires), day(1));
    assert_eq!(word(&play), Word::InDoubt);
    play.done(&verifier(), record(run(bundle(&play), digest(3), Verdict::Reproduced)), day(1));
    assert_eq!(word(&play), Word::InDoubt);
    assert_eq!(play.state.as_proven().unwrap_err().code(), Code::NotProven);
    // A corrected fix is another bundle of the same claim: what failed on the old fix says nothing of it.
    let claim_id = play.state.get().unwrap().claim_id;
    play.done(&finder(), Command::Supply { bundle_id: digest(9), claim_id, missing: vec![] }, day(2));
    assert_eq!(word(&play), Word::Verified);
    // Another claim proves itself anew.
    play.done(&finder(), Command::Supply { bundle_id: digest(8), claim_id: digest(8), missing: vec![] }, day(3));
    assert_eq!(word(&play), Word::Received);
}

#[test]
fn a_harness_that_fires_on_anything_stays_suspect_with_another_fix() {
    let mut play = verified(1, &finder(), day(0));
    play.done(&verifier(), record(run(bundle(&play), digest(2), Verdict::HarnessSuspect)), day(1));
    let claim_id = play.state.get().unwrap().claim_id;
    play.done(&finder(), Command::Supply { bundle_id: digest(9), claim_id, missing: vec![] }, day(2));
    assert_eq!(word(&play), Word::InDoubt);
}

#[test]
fn a_verifier_alone_never_makes_it_invalid() {
    let mut play = submitted(1, &finder(), day(0));
    for (n, verdict) in
        [Verdict::NotReproduced, Verdict::ReproducedDifferent, Verdict::HarnessSuspect].into_iter().enumerate()
    {
        play.done(&verifier(), record(run(bundle(&play), digest(u8::try_from(n).unwrap()), verdict)), day(1));
        assert_eq!((word(&play), play.state.get().unwrap().rm()), (Word::InDoubt, Rm::Received));
    }
    let refute = |verdict| Command::Refute { verdict, sentence: secret("the harness frees the buffer itself") };
    assert_eq!(play.refused(&verifier(), refute(Verdict::HarnessSuspect), day(2)), Code::NoRight);
    assert_eq!(play.refused(&agent_of(&coordinator()), refute(Verdict::HarnessSuspect), day(2)), Code::AgentMayNot);
    assert_eq!(play.refused(&Caller::CLOCK, refute(Verdict::HarnessSuspect), day(2)), Code::NeedsPerson);
    // A person refutes with what was seen, and not with what was not.
    assert_eq!(play.refused(&coordinator(), refute(Verdict::ControlFailed), day(2)), Code::NoSuchRun);
    assert_eq!(play.refused(&coordinator(), refute(Verdict::Reproduced), day(2)), Code::NoRefutation);
    play.done(&coordinator(), refute(Verdict::HarnessSuspect), day(2));
    assert_eq!((word(&play), play.state.get().unwrap().rm()), (Word::Refuted, Rm::Invalid));
    assert!(
        matches!(&play.state.get().unwrap().end, Some(End::Refuted { sentence, .. }) if sentence.open().as_str().contains("harness"))
    );
}

#[test]
fn a_partial_report_is_answered_with_what_is_missing_and_never_refused() {
    let mut play = Play::<State>::new(1);
    play.done(&agent_of(&finder()), submission(digest(1), digest(1), &["inputs.trigger", "oracle.kind"]), day(0));
    assert_eq!(word(&play), Word::NeedsInfo);
    assert_eq!(play.state.get().unwrap().missing, [line("inputs.trigger"), line("oracle.kind")]);
    assert!(!play.state.get().unwrap().needs_person(day(13)) && play.state.get().unwrap().needs_person(day(14)));
    let supply = |missing: &[&str]| Command::Supply {
        bundle_id: digest(2),
        claim_id: digest(2),
        missing: missing.iter().map(|key| line(key)).collect(),
    };
    assert_eq!(play.refused(&other_finder(), supply(&[]), day(1)), Code::NotSubmitter);
    play.done(&finder(), supply(&["oracle.kind"]), day(1));
    assert_eq!(word(&play), Word::NeedsInfo);
    play.done(&agent_of(&finder()), supply(&[]), day(2));
    assert_eq!((word(&play), play.state.get().unwrap().received), (Word::Received, day(0)));
    assert_eq!(play.refused(&finder(), supply(&[]), day(2)), Code::Unchanged);
    assert_eq!(play.refused(&coordinator(), Command::AskInfo { missing: vec![] }, day(2)), Code::NothingMissing);
    play.done(&coordinator(), Command::AskInfo { missing: vec![line("severity")] }, day(3));
    assert_eq!(word(&play), Word::NeedsInfo);
    let many: Vec<&str> = vec!["x"; 101];
    assert_eq!(
        Play::<State>::new(2).refused(&finder(), submission(digest(1), digest(1), &many), day(0)),
        Code::TooMany
    );
}

#[test]
fn weak_evidence_never_merges_by_itself() {
    let original = verified(1, &other_finder(), day(0)).state.as_original().unwrap();
    let weak = |evidence: Evidence| Command::Merge { into: original, evidence };
    let Evidence::CrossExecution { a_input_on_b_fix: one, .. } = crossed(digest(1), digest(2)) else { unreachable!() };
    for evidence in [
        Evidence::OneWay { run: one },
        Evidence::SameSignature { signature: digest(1) },
        Evidence::Judgement { sentence: secret("same function") },
    ] {
        let mut play = verified(2, &finder(), day(1));
        for caller in [Caller::CLOCK, verifier(), agent_of(&coordinator())] {
            assert_eq!(play.refused(&caller, weak(evidence.clone()), day(2)), Code::WeakEvidence);
        }
        play.done(&coordinator(), weak(evidence), day(2));
        assert_eq!((word(&play), play.state.get().unwrap().rm()), (Word::Duplicate, Rm::Deferred));
    }
}

#[test]
fn only_evidence_that_shows_it_merges() {
    let original_play = verified(1, &other_finder(), day(0));
    let original = original_play.state.as_original().unwrap();
    let merge = |evidence| Command::Merge { into: original, evidence };
    let mut play = verified(2, &finder(), day(1));
    // Sameness of bytes is checked, not believed.
    for evidence in [Evidence::SameBundle, Evidence::SameClaim] {
        assert_eq!(play.refused(&Caller::CLOCK, merge(evidence), day(2)), Code::EvidenceSaysOther);
    }
    // One statement is not both directions; a fix that does not silence shows the opposite.
    assert_eq!(play.refused(&Caller::CLOCK, merge(crossed(digest(1), digest(1))), day(2)), Code::EvidenceSaysOther);
    let crossed_with = |change: &dyn Fn(&mut CrossRun)| match crossed(digest(1), digest(2)) {
        Evidence::CrossExecution { a_input_on_b_fix, mut b_input_on_a_fix } => {
            change(&mut b_input_on_a_fix);
            Evidence::CrossExecution { a_input_on_b_fix, b_input_on_a_fix }
        }
        other => other,
    };
    let fires = crossed_with(&|run| run.verdict = Verdict::ControlFailed);
    assert_eq!(play.refused(&coordinator(), merge(fires), day(2)), Code::EvidenceSaysOther);
    let no_fix = crossed_with(&|run| run.controls = Some(Controls::Benign));
    assert_eq!(play.refused(&coordinator(), merge(no_fix), day(2)), Code::EvidenceSaysOther);
    for submitter in [finder(), other_finder()] {
        let lent = crossed_with(&|run| run.runner.person = Some(id_of(&submitter)));
        assert_eq!(play.refused(&verifier(), merge(lent), day(2)), Code::OwnFinding);
    }
    play.done(&Caller::CLOCK, merge(crossed(digest(1), digest(2))), day(2));
    assert_eq!(word(&play), Word::Duplicate);
    // A duplicate is nobody's original, and no finding is its own.
    assert_eq!(play.state.as_original().unwrap_err().code(), Code::IsDuplicate);
    let mut same = original_play;
    assert_eq!(same.refused(&Caller::CLOCK, merge(crossed(digest(1), digest(2))), day(2)), Code::SameFinding);
    // Nor is what nobody proved.
    let unproved = submitted(3, &finder(), day(0)).state;
    assert_eq!(unproved.as_original().unwrap_err().code(), Code::OriginalNotValid);
}

#[test]
fn a_finding_ends_as_published_only_with_its_case() {
    let now = day(0);
    let mut play = verified(1, &finder(), now);
    let mut case = stage::case_until(1, None, now);
    case.join(&second_coordinator(), Role::Coordinator, now);
    let id = case.state.id().unwrap();
    assert_eq!(play.refused(&coordinator(), Command::LeaveCase { case: id }, now), Code::NotInCase);
    play.done(&coordinator(), Command::EnterCase { case: id }, now);
    assert_eq!((word(&play), play.state.get().unwrap().rm()), (Word::InCase, Rm::Accepted));
    assert_eq!(case.state.publication().unwrap_err().code(), Code::NotPublished);
    case.approved(digest(1), now).done(&coordinator(), stage::publish(digest(1)), now);
    let publication = case.state.publication().unwrap();
    // Another case's publication is none of its own.
    let mut other = stage::case_until(2, None, now);
    other.join(&second_coordinator(), Role::Coordinator, now);
    other.approved(digest(2), now).done(&coordinator(), stage::publish(digest(2)), now);
    let foreign = Command::Publish { publication: other.state.publication().unwrap() };
    assert_eq!(play.refused(&Caller::CLOCK, foreign, now), Code::CaseNotPublished);
    let publish = Command::Publish { publication };
    assert_eq!(play.refused(&agent_of(&coordinator()), publish.clone(), now), Code::AgentMayNot);
    // `case_until(1)` opened from a finding of the same seed, so it covers one with this very id only.
    let covered = case.state.get().unwrap().findings.contains(&play.state.id().unwrap());
    assert!(covered, "the stage draws the same id for the same seed");
    // Who looks for duplicates meanwhile does not take it out of its case.
    let into = verified(9, &other_finder(), now).state.as_original().unwrap();
    let evidence = crossed(digest(1), digest(2));
    for caller in [Caller::CLOCK, coordinator()] {
        let merge = Command::Merge { into, evidence: evidence.clone() };
        assert_eq!(play.refused(&caller, merge, now), Code::InCase);
    }
    // One that an earlier version merged within its case goes out with it, or leaves with it.
    let mut merged = play.clone();
    let mut event = merged.history.last().unwrap().clone();
    event.what = Happened::Merged { into: into.finding(), evidence };
    merged.state.apply(&event);
    assert_eq!(word(&merged), Word::Duplicate);
    let mut leaves = merged.clone();
    leaves.done(&coordinator(), Command::LeaveCase { case: id }, now);
    assert_eq!((word(&leaves), leaves.state.get().unwrap().case), (Word::Duplicate, None));
    for mut play in [play, merged] {
        play.done(&Caller::CLOCK, publish.clone(), now);
        assert_eq!(word(&play), Word::Published);
    }
}

#[test]
fn other_ends() {
    let mut play = submitted(1, &finder(), day(0));
    assert_eq!(play.refused(&other_finder(), Command::Withdraw, day(1)), Code::NotSubmitter);
    play.done(&agent_of(&finder()), Command::Withdraw, day(1));
    assert_eq!(word(&play), Word::Withdrawn);
    let fixed = |statement| Command::CloseAlreadyFixed { place: secret("1f2e3d"), statement };
    let mut play = submitted(2, &finder(), day(0));
    assert_eq!(play.refused(&verifier(), fixed(None), day(1)), Code::AlreadyFixedNeedsRun);
    assert_eq!(play.refused(&Caller::CLOCK, fixed(None), day(1)), Code::AlreadyFixedNeedsRun);
    play.done(&Caller::CLOCK, fixed(Some(digest(1))), day(1));
    assert_eq!(word(&play), Word::AlreadyFixed);
    let mut play = submitted(3, &finder(), day(0));
    let close = Command::Close { reason: CloseReason::OutOfScope, sentence: secret("a website") };
    assert_eq!(play.refused(&vendor(), close.clone(), day(1)), Code::NoRight);
    play.done(&coordinator(), close, day(1));
    assert_eq!(word(&play), Word::Closed);
    // One end: nothing comes after it.
    assert_eq!(play.refused(&finder(), Command::Withdraw, day(2)), Code::Ended);
}
