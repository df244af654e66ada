//! Random sequences of commands: after each, received is the sum of the states
//! (invariant 6), and a merge that is undone leaves nothing behind (invariant 7).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::collections::BTreeMap;

use assay_app::grouping::Comparison;
use assay_app::local::Local;
use assay_bundle::verdict::Verdict;
use assay_case::embargoed::Embargoed;
use assay_case::finding::Command;
use assay_case::ids::FindingId;
use assay_case::text::Line;
use assay_store::sqlite::Sqlite;
use assay_store::store::Store as _;
use house::{ANA, BEN, FAY, Fake, GUS, bundle, who};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Submit { slop: bool, root: u8 },
    SubmitAgain,
    Reproduce(usize),
    Refute(usize),
    Withdraw(usize),
    Close(usize),
    Group,
    Split(usize),
    Open(usize),
    Due,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 0..2u8).prop_map(|(slop, root)| Step::Submit { slop, root }),
        1 => Just(Step::SubmitAgain),
        4 => (0..8usize).prop_map(Step::Reproduce),
        1 => (0..8usize).prop_map(Step::Refute),
        1 => (0..8usize).prop_map(Step::Withdraw),
        1 => (0..8usize).prop_map(Step::Close),
        2 => Just(Step::Group),
        2 => (0..8usize).prop_map(Step::Split),
        1 => (0..8usize).prop_map(Step::Open),
        1 => Just(Step::Due),
    ]
}

fn line(text: &str) -> Embargoed<Line> {
    Embargoed::new(Line::new(text).unwrap())
}

/// Counted where nobody tallies: in the events.
fn counted(local: &Local) -> (u64, BTreeMap<String, u64>) {
    let store = Sqlite::open(&local.home().store()).unwrap();
    let (mut received, mut tally) = (0, BTreeMap::new());
    store
        .read(&mut |view| {
            let events = view.events_after(0, 10_000)?;
            received = events.iter().filter(|event| event.envelope.kind == "finding.submitted").count() as u64;
            tally = view.tally()?;
            Ok(())
        })
        .unwrap();
    (received, tally)
}

fn take(local: &Local, step: Step, found: &mut Vec<FindingId>) {
    let one = |place: usize| found.get(place % found.len().max(1)).copied();
    match step {
        Step::Submit { slop, root } => {
            let number = found.len();
            let title = if slop { format!("slop {number}") } else { format!("flaw {number}") };
            // Of one root cause: each one's patch silences the other's input. Of two, it lets it through.
            let mark = format!("root-{root}-");
            let mut bundle = bundle("pkg:generic/tlv@1", &title, &mark);
            for file in bundle.files.iter_mut().filter(|file| file.path.as_str() == house::PATCH) {
                file.content = format!("patch {number}\nlets root-{}-\n", 1 - root).into_bytes();
            }
            let by = if number.is_multiple_of(2) { FAY } else { GUS };
            found.push(local.submit(&who(by), &bundle).unwrap().receipt.finding);
        }
        Step::SubmitAgain => {
            let again = bundle("pkg:generic/tlv@1", "the same", "same");
            // A repeated call gives the first receipt again.
            let finding = local.submit(&who(FAY), &again).unwrap().receipt.finding;
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
        Step::Reproduce(place) => drop(one(place).map(|id| local.reproduce(Some(&who(BEN)), id, &Fake).map(drop))),
        Step::Refute(place) => drop(one(place).map(|id| {
            let command = Command::Refute { verdict: Verdict::NotReproduced, sentence: line("it did not fire") };
            local.act_on_finding(&who(ANA), id, command)
        })),
        Step::Withdraw(place) => drop(one(place).map(|id| {
            let by = if place.is_multiple_of(2) { FAY } else { GUS };
            local.act_on_finding(&who(by), id, Command::Withdraw)
        })),
        Step::Close(place) => drop(one(place).map(|id| {
            let command = Command::CloseAlreadyFixed { place: line("0.3.1"), statement: None };
            local.act_on_finding(&who(ANA), id, command)
        })),
        Step::Group => {
            for compared in local.group(&Fake).unwrap() {
                if let Comparison::NoEvidence(why) = &compared.outcome {
                    panic!("the prover always says something: {why}");
                }
            }
        }
        Step::Split(place) => {
            drop(one(place).map(|id| {
                local.act_on_finding(&who(ANA), id, Command::Split { sentence: line("two causes after all") })
            }))
        }
        Step::Open(place) => drop(one(place).map(|id| {
            let opening = assay_app::cases::Opening {
                findings: vec![id],
                title: "a case".into(),
                policies: Default::default(),
                embargo: true,
            };
            local.open_case(&who(ANA), &opening)
        })),
        Step::Due => assert!(local.do_due().unwrap().stuck.is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn received_is_the_sum_of_the_states_after_every_step(steps in proptest::collection::vec(step(), 1..22)) {
        let root = tempfile::tempdir().unwrap();
        let local = house::build(root.path());
        let mut found = Vec::new();
        for step in steps {
            take(&local, step, &mut found);
            let (received, tally) = counted(&local);
            prop_assert_eq!(received, found.len() as u64);
            prop_assert_eq!(tally.values().sum::<u64>(), received);
        }
        prop_assert!(local.rebuild().unwrap().different.is_empty());
    }
}

#[test]
fn a_merge_that_is_undone_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let mut found = Vec::new();
    for step in [
        Step::Submit { slop: false, root: 0 },
        Step::Submit { slop: false, root: 0 },
        Step::Submit { slop: false, root: 1 },
    ] {
        take(&local, step, &mut found);
    }
    for place in 0..3 {
        take(&local, Step::Reproduce(place), &mut found);
    }
    let look = |id: FindingId| local.finding(&who(ANA), id).unwrap().finding;
    let before: Vec<_> = found.iter().map(|id| look(*id)).collect();
    let merged: Vec<_> = local
        .group(&Fake)
        .unwrap()
        .into_iter()
        .filter(|one| one.is_merged())
        .map(|one| (one.later, one.earlier))
        .collect();
    assert_eq!(merged, [(found[1], found[0])]);
    let duplicate = look(found[1]);
    assert_eq!((duplicate.received, duplicate.submitter), (before[1].received, before[1].submitter));
    assert_eq!(duplicate.word().as_str(), "duplicate");
    take(&local, Step::Split(1), &mut found);
    for (was, id) in before.into_iter().zip(&found) {
        let mut is = look(*id);
        assert_eq!(is.word(), was.word());
        // When it changed last is the one thing that time leaves.
        is.changed = was.changed;
        assert_eq!(is, was);
    }
    // And again: the same evidence leads to the same merge, unless the rules keep apart what a person split.
    let rebuilt = local.rebuild().unwrap();
    assert!(rebuilt.different.is_empty());
}
