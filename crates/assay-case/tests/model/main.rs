//! A model check of cases: several actors, random commands, 10,000 steps.
//!
//! Beside the rules runs a witness that reads events only, and knows nothing
//! of how they were decided. It keeps its own account of who is bound by which
//! end, who agreed to what, and who approved which record, and it cries out
//! when a publication comes too early, an end moves without every signatory,
//! or an agent does what only a person may.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod pair;
#[path = "../support/mod.rs"]
mod support;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_case::case::{Action, State};
use assay_case::{Aggregate, Caller, Role};
use commands::{canonical, command};
use pair::{Pair, cast};
use support::stage::{accept, case_until, invitation, publish};
use support::{Draw as _, Repeatable, coordinator, day, digest, second_coordinator, vendor};

#[test]
fn no_publication_is_decidable_before_the_end() {
    let cast = cast();
    let mut steps = 0;
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    let mut accepted: BTreeSet<String> = BTreeSet::new();
    for seed in 0..100u64 {
        let mut dice = Repeatable(seed * 31 + 5);
        let same_end = dice.below(2) == 0;
        let end = [Some(day(30)), Some(if same_end { day(30) } else { day(12) })];
        let plays = [case_until(seed * 2 + 1, end[0], day(0)), case_until(seed * 2 + 2, end[1], day(0))];
        let mut pair = Pair { plays, witnesses: Default::default() };
        pair.tell(0, 0);
        pair.tell(1, 0);
        for (who, role) in [(second_coordinator(), Role::Coordinator), (vendor(), Role::Vendor)] {
            let which = dice.below(2);
            pair.act(which, &coordinator(), invitation(&who, role), day(0));
            pair.act(which, &who, accept(), day(0));
        }
        let mut now = day(0);
        for _ in 0..100 {
            steps += 1;
            // Mostly small steps, sometimes exactly to the end or just before it.
            now = match (dice.below(60), pair.witnesses[steps % 2].end) {
                (0, Some(end)) if end > now => end,
                (1, Some(end)) if end > now => end.minus(Duration::from_micros(1)).max(now),
                (2..=30, _) => now.plus(Duration::from_secs(dice.next() % 40_000)),
                _ => now,
            };
            let which = dice.below(2);
            // Mostly those who take part, else little would happen.
            let caller = if dice.below(4) > 0 { dice.pick(&cast[..5]) } else { dice.pick(&cast) };
            if dice.below(10) == 0 {
                *done.entry("joined or split").or_default() += usize::from(pair.join(&caller, now));
                continue;
            }
            // Mostly something that is allowed, so that histories get deep.
            let allowed = pair.plays[which].state.allowed(&caller, now);
            let mut action =
                if dice.below(3) > 0 && !allowed.is_empty() { dice.pick(&allowed) } else { dice.pick(Action::ALL) };
            // What ends or undoes things is rare, else nothing would come before it.
            let rarely = match action {
                Action::Close | Action::RecordPublicAwareness | Action::RecordPublicExploit | Action::ReportBreak => 16,
                Action::DeclineEmbargo => 6,
                Action::RejectEnd => 2,
                Action::StageAdvisory | Action::Invite | Action::RecordPolicy => 3,
                _ => 1,
            };
            if dice.below(rarely) > 0 {
                let often = [
                    Action::AcceptEmbargo,
                    Action::ApproveAdvisory,
                    Action::AgreeEnd,
                    Action::AgreeEnd,
                    Action::Publish,
                ];
                action = dice.pick(&often);
            }
            // An open proposal is put to one of those whose word it takes.
            let case = pair.plays[which].state.get().unwrap();
            let asked: Vec<Caller> = cast
                .iter()
                .filter(|who| {
                    !who.actor.is_agent() && who.actor.person().is_some_and(|p| case.signatories().contains(&p))
                })
                .copied()
                .collect();
            let mut caller = caller;
            if case.proposal.is_some() && !asked.is_empty() && dice.below(3) > 0 {
                let answer = if dice.below(8) == 0 { Action::RejectEnd } else { Action::AgreeEnd };
                (caller, action) = (dice.pick(&asked), answer);
            } else if dice.below(4) == 0 && case.everybody().any(|(_, who)| who.read_in && !who.reads_at(now)) {
                (caller, action) = (Caller::CLOCK, Action::LapseReadIn);
            } else if case.published.is_none() && !case.is_embargoed(now) && dice.below(3) == 0 {
                let approver = dice.pick(&[coordinator(), second_coordinator(), vendor()]);
                (caller, action) = match &case.draft {
                    None => (coordinator(), Action::StageAdvisory),
                    Some(draft) if draft.outdated => (coordinator(), Action::StageAdvisory),
                    Some(_) if !case.is_approved() => (approver, Action::ApproveAdvisory),
                    Some(_) => (dice.pick(&[Caller::CLOCK, coordinator()]), Action::Publish),
                };
            }
            let Some(command) = command(action, &pair.plays[which], now, &mut dice) else { continue };
            if pair.act(which, &caller, command, now) {
                accepted.insert(format!("{action:?}"));
            }
            for which in 0..2 {
                let (case, witness) = (pair.plays[which].state.get().unwrap(), &pair.witnesses[which]);
                assert_eq!(case.end_in_force(), witness.end, "the state and the witness agree on the end");
                if witness.end.is_some_and(|end| now < end) {
                    // Nobody at all can publish now, whatever else he can do.
                    for caller in &cast {
                        assert!(!pair.plays[which].state.allowed(caller, now).contains(&Action::Publish));
                        let publish = publish(case.draft.as_ref().map_or(digest(1), |draft| draft.record));
                        assert!(pair.plays[which].tries(caller, publish, now).is_err());
                    }
                }
            }
        }
        for which in 0..2 {
            let witness = &pair.witnesses[which];
            assert_eq!(&State::replay(&pair.plays[which].history), &pair.plays[which].state);
            *done.entry("published").or_default() += usize::from(witness.published);
            *done.entry("exited").or_default() += witness.exits;
            *done.entry("extended").or_default() += witness.extended;
            *done.entry("shortened").or_default() += witness.shortened;
        }
    }
    assert_eq!(steps, 10_000);
    // The check means something only if all of it happened.
    for what in ["published", "exited", "extended", "shortened", "joined or split"] {
        assert!(done.get(what).is_some_and(|count| *count >= 5), "too few: {what} in {done:?}");
    }
    let untried: Vec<String> = Action::ALL
        .iter()
        .filter(|action| {
            !matches!(action, Action::Open | Action::MergeInto | Action::Absorb | Action::Split | Action::Release)
        })
        .map(|action| format!("{action:?}"))
        .filter(|action| !accepted.contains(action))
        .collect();
    assert!(untried.is_empty(), "never accepted: {untried:?}");
}

/// `allowed` and `decide` agree, for every actor and every action, along random histories.
#[test]
fn what_is_allowed_is_done_and_nothing_else() {
    let cast = cast();
    for seed in 0..14u64 {
        let mut dice = Repeatable(seed * 17 + 3);
        let end = (dice.below(3) > 0).then(|| day(20));
        let mut pair = Pair {
            plays: [case_until(seed + 1, end, day(0)), case_until(seed + 1_000, end, day(0))],
            witnesses: Default::default(),
        };
        pair.tell(0, 0);
        pair.tell(1, 0);
        let mut now = day(0);
        for _ in 0..40 {
            now = now.plus(Duration::from_secs(dice.next() % 50_000));
            for caller in &cast {
                for action in Action::ALL {
                    let play = &pair.plays[1];
                    let Some(command) = canonical(*action, &pair, caller, now) else { continue };
                    let allowed = play.state.allowed(caller, now).contains(action);
                    let tried = play.tries(caller, command, now);
                    assert_eq!(allowed, tried.is_ok(), "{:?} {action:?} {tried:?}", caller.actor);
                }
            }
            let caller = dice.pick(&cast);
            if dice.below(10) == 0 {
                pair.join(&caller, now);
                continue;
            }
            let allowed = pair.plays[1].state.allowed(&caller, now);
            let action = if allowed.is_empty() { continue } else { dice.pick(&allowed) };
            if let Some(command) = command(action, &pair.plays[1], now, &mut dice) {
                pair.act(1, &caller, command, now);
            }
        }
    }
}
