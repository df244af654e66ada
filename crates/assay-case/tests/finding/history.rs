//! Random histories by everybody: what always holds, whatever happens.

use assay_base::Instant;
use assay_bundle::verdict::Verdict;
use assay_case::case::rm::Rm;
use assay_case::finding::{Action, CloseReason, Command, Evidence, Standing, State, Tally, Word};
use assay_case::ids::CaseId;
use assay_case::{Aggregate, Caller, Code, Role};
use proptest::prelude::*;

use crate::support::stage::{FindingPlay, crossed, record, run, submission, submitted, verified};
use crate::support::{
    Draw as _, Play, Repeatable, agent_of, arbitrary, coordinator, day, digest, finder, jack, line, other_finder,
    person, second_coordinator, secret, stage, vendor, verifier,
};
use crate::{bundle, word};

/// A command that is right for this state, so that `allowed` and `decide` can be compared.
fn canonical(action: Action, play: &FindingPlay, now: Instant, n: u64) -> Command {
    let fresh = Repeatable(n).digest();
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
            let statement = Repeatable(u64::try_from(n).unwrap()).digest();
            play.done(&verifier(), record(run(bundle(&play), statement, verdicts[verdict])), day(1));
        }
        if in_case {
            let _ = play.act(&coordinator(), Command::EnterCase { case: CaseId::from_bytes([7; 16]) }, day(1));
        }
        let before = play.state.get().unwrap().clone();
        let evidence = if weak { Evidence::SameSignature { signature: digest(1) } } else { crossed(digest(1), digest(2)) };
        let into = verified(9, &other_finder(), day(0)).state.as_original().unwrap();
        if before.case.is_some() {
            prop_assert_eq!(play.refused(&coordinator(), Command::Merge { into, evidence }, day(2)), Code::InCase);
            return Ok(());
        }
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
    fn standing_does_not_hang_on_order(runs in proptest::collection::vec(arbitrary::finding::verification(), 0..6)) {
        let forth = Standing::of(runs.iter());
        let back = Standing::of(runs.iter().rev());
        prop_assert_eq!(forth, back);
        prop_assert!(forth != Standing::Verified || runs.iter().all(|run| run.counts.control_fired == 0));
    }
}
