//! Findings: who proves, who judges, how they end, and that nothing is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_base::Instant;
use assay_bundle::verdict::{Controls, Verdict};
use assay_case::case::rm::Rm;
use assay_case::finding::{
    Action, CloseReason, Command, CrossRun, End, Evidence, RunCounts, Runner, Standing, State, Tally, Word,
};
use assay_case::ids::CaseId;
use assay_case::{Aggregate, Caller, Code, Role};
use proptest::prelude::*;
use support::stage::{self, FindingPlay, crossed, record, run, submission, submitted, verified};
use support::{
    Play, Seeded, agent_of, arbitrary, coordinator, day, digest, finder, id_of, jack, line, other_finder, person,
    second_coordinator, secret, vendor, verifier,
};

fn word(play: &FindingPlay) -> Word {
    play.state.get().unwrap().word()
}

fn bundle(play: &FindingPlay) -> assay_bundle::digest::Sha256 {
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
    play.done(&Caller::CLOCK, publish, now);
    assert_eq!(word(&play), Word::Published);
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

/// A command that is right for this state, so that `allowed` and `decide` can be compared.
fn canonical(action: Action, play: &FindingPlay, now: Instant, n: u64) -> Command {
    let fresh = Seeded(n).digest();
    let finding = play.state.get();
    let present = finding.map_or(digest(1), |finding| finding.bundle_id);
    let claim_id = finding.map_or(digest(1), |finding| finding.claim_id);
    let in_case = finding.and_then(|finding| finding.case);
    match action {
        Action::Submit => submission(fresh, fresh, &[]),
        Action::Supply => Command::Supply { bundle_id: fresh, claim_id, missing: vec![] },
        Action::AskInfo => Command::AskInfo { missing: vec![line("severity")] },
        Action::RecordVerification => record(run(present, fresh, Verdict::Reproduced)),
        Action::Merge => Command::Merge {
            into: verified(n, &person(8, 81, &[Role::Finder]), now).state.as_original().unwrap(),
            evidence: crossed(digest(1), digest(2)),
        },
        Action::Split => Command::Split { sentence: secret("two places") },
        Action::EnterCase => Command::EnterCase { case: CaseId::from_bytes([1; 16]) },
        Action::LeaveCase => Command::LeaveCase { case: in_case.unwrap_or(CaseId::from_bytes([1; 16])) },
        Action::Publish => Command::Publish { publication: published(play, now) },
        Action::Refute => Command::Refute {
            verdict: finding
                .and_then(|finding| {
                    let against =
                        |v: &Verdict| !matches!(v, Verdict::Reproduced | Verdict::NotRun | Verdict::Inconclusive);
                    finding.verifications.iter().map(|run| run.verdict).find(against)
                })
                .unwrap_or(Verdict::NotReproduced),
            sentence: secret("it does not fire"),
        },
        Action::CloseAlreadyFixed => Command::CloseAlreadyFixed { place: secret("1f2e3d"), statement: Some(digest(3)) },
        Action::Withdraw => Command::Withdraw,
        Action::Close => Command::Close { reason: CloseReason::Other, sentence: secret("asked to") },
    }
}

/// The publication of a case that has exactly this finding and this case's id: events that say so.
fn published(play: &FindingPlay, now: Instant) -> assay_case::case::Publication {
    let mut case = stage::case_until(1, None, now);
    case.join(&second_coordinator(), Role::Coordinator, now);
    case.approved(digest(1), now).done(&coordinator(), stage::publish(digest(1)), now);
    let mut history = case.history;
    for event in &mut history {
        if let Some(id) = play.state.get().and_then(|finding| finding.case) {
            event.stream = id;
        }
        if let (assay_case::case::Happened::Opened(opening), Some(id)) = (&mut event.what, play.state.id()) {
            opening.findings = [id].into();
        }
    }
    assay_case::case::State::replay(&history).publication().unwrap()
}

fn cast() -> Vec<Caller> {
    vec![
        finder(),
        agent_of(&finder()),
        jack(),
        other_finder(),
        verifier(),
        coordinator(),
        agent_of(&coordinator()),
        vendor(),
        Caller::CLOCK,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    /// Random histories by everybody: allowed and decided agree, one end, nothing lost, never verified against a control.
    #[test]
    fn whatever_happens(steps in proptest::collection::vec((0usize..9, 0usize..13, any::<u8>()), 1..24)) {
        let cast = cast();
        let mut plays: Vec<FindingPlay> = (0..3).map(Play::new).collect();
        let mut now = day(0);
        for (n, (who, action, dice)) in steps.into_iter().enumerate() {
            now = now.plus_days(1);
            let count = plays.len();
            let play = &mut plays[usize::from(dice) % count];
            let n = u64::try_from(n).unwrap() + 500;
            for caller in &cast {
                for action in State::ACTIONS {
                    let allowed = play.state.allowed(caller, now).contains(action);
                    let done = play.tries(caller, canonical(*action, play, now, n), now);
                    prop_assert_eq!(allowed, done.is_ok(), "{:?} {:?} {:?}", caller.actor, action, done);
                }
            }
            let before = play.state.get().cloned();
            let mut command = canonical(State::ACTIONS[action], play, now, n);
            if let Command::RecordVerification(seen) = &mut command {
                let verdicts = [Verdict::Reproduced, Verdict::NotReproduced, Verdict::ControlFailed, Verdict::Flaky];
                **seen = run(seen.bundle_id, seen.statement, verdicts[usize::from(dice) % 4]);
            }
            let _ = play.act(&cast[who], command, now);
            if let (Some(before), Some(after)) = (&before, play.state.get()) {
                // Who found it, and when, never changes (R23).
                prop_assert_eq!(
                    (before.received, before.submitter, before.member, &before.provenance),
                    (after.received, after.submitter, after.member, &after.provenance)
                );
                // An end stays the end it is.
                if before.end.is_some() {
                    prop_assert_eq!(before, after);
                }
            }
            if let Some(finding) = play.state.get() {
                let fired = finding.verifications.iter().any(|run| run.counts.control_fired > 0);
                prop_assert!(!(finding.is_proven() && fired));
                prop_assert_eq!(finding.word().is_terminal(), finding.end.is_some() || finding.duplicate.is_some());
            }
            let submissions = plays.iter().flat_map(|play| &play.history)
                .filter(|event| matches!(event.what, assay_case::finding::Happened::Submitted(_))).count();
            let tally = Tally::of(plays.iter().map(|play| &play.state));
            prop_assert!(tally.adds_up(u64::try_from(submissions).unwrap()));
        }
        for play in &plays {
            prop_assert_eq!(&State::replay(&play.history), &play.state);
        }
    }

    /// Invariant 7: a merge that is undone leaves what was, for any history before it.
    #[test]
    fn merge_and_split_is_identity(runs in proptest::collection::vec(0usize..4, 0..6), in_case in any::<bool>(), weak in any::<bool>()) {
        let mut play = submitted(1, &finder(), day(0));
        let verdicts = [Verdict::Reproduced, Verdict::NotReproduced, Verdict::ControlFailed, Verdict::Flaky];
        for (n, verdict) in runs.into_iter().enumerate() {
            let statement = Seeded(u64::try_from(n).unwrap()).digest();
            play.done(&verifier(), record(run(bundle(&play), statement, verdicts[verdict])), day(1));
        }
        if in_case {
            let _ = play.act(&coordinator(), Command::EnterCase { case: CaseId::from_bytes([7; 16]) }, day(1));
        }
        let before = play.state.get().unwrap().clone();
        let evidence = if weak { Evidence::SameSignature { signature: digest(1) } } else { crossed(digest(1), digest(2)) };
        let into = verified(9, &other_finder(), day(0)).state.as_original().unwrap();
        play.done(&coordinator(), Command::Merge { into, evidence }, day(2));
        prop_assert_eq!(word(&play), Word::Duplicate);
        prop_assert_eq!(play.state.get().unwrap().rm(), Rm::Deferred);
        prop_assert_eq!(play.refused(&verifier(), Command::Split { sentence: secret("no") }, day(3)), Code::NoRight);
        play.done(&coordinator(), Command::Split { sentence: secret("two places") }, day(3));
        let mut after = play.state.get().unwrap().clone();
        prop_assert_eq!(after.changed, day(3));
        after.changed = before.changed;
        prop_assert_eq!(after, before);
    }

    /// The order in which runs come makes no difference.
    #[test]
    fn standing_does_not_hang_on_order(runs in proptest::collection::vec(arbitrary::verification(), 0..6)) {
        let forth = Standing::of(runs.iter());
        let back = Standing::of(runs.iter().rev());
        prop_assert_eq!(forth, back);
        prop_assert!(forth != Standing::Verified || runs.iter().all(|run| run.counts.control_fired == 0));
    }
}
