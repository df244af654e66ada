//! Less evidence never makes a verdict stronger (validation 4.4): for a fixed
//! manifest, whatever runs are taken out of what a runner recorded, and whatever
//! arm turns out not to have been built, the verdict stays where it is or falls.
//!
//! The property is checked by one function, and that function is checked against
//! rules that break it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::{Outcome, Verdict};
use assay_prove::evidence::{ArmState, Cell, Evidence, Place, Reach, Role};
use assay_prove::verdict::{Growth, decide};
use evidence_support::runner::{World, record, world};
use evidence_support::{manifest, run};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

type Rule = fn(&Manifest, &Evidence) -> u8;

fn the_rule(manifest: &Manifest, evidence: &Evidence) -> u8 {
    decide(manifest, evidence).strength()
}

/// The first way in which taking runs away strengthens a verdict.
fn violation(rule: Rule, manifest: &Manifest, evidence: &Evidence, subsets: &[Vec<Index>]) -> Option<String> {
    let whole = rule(manifest, evidence);
    let told = |less: &Evidence, what: &str| {
        let strength = rule(manifest, less);
        (strength > whole).then(|| format!("{what} lifts {whole} to {strength}: {:?}", decide(manifest, evidence)))
    };
    let without = |out: &dyn Fn(usize) -> bool| {
        let mut less = evidence.clone();
        let mut place = 0;
        less.runs.retain(|_| {
            place += 1;
            !out(place - 1)
        });
        less
    };
    let count = evidence.runs.len();
    let cells: BTreeSet<Cell> = evidence.runs.iter().map(|run| run.cell).collect();
    // Any one run (of a long record those that stand out, and every so many); and, since those leave no gap, the
    // last runs of each cell.
    let step = (count / 60).max(1);
    let stands_out = |place: usize| {
        let alike = evidence
            .runs
            .iter()
            .filter(|run| run.cell == evidence.runs[place].cell && run.outcome == evidence.runs[place].outcome);
        alike.count() < 4
    };
    let one = (0..count)
        .filter(|place| place % step == 0 || stands_out(*place))
        .find_map(|out| told(&without(&|place| place == out), "taking one run"));
    one.or_else(|| {
        cells.iter().find_map(|cell| {
            let most = evidence.runs.iter().filter(|run| run.cell == *cell).count();
            (0..most).rev().enumerate().filter(|(nth, kept)| *nth < 8 || *kept < 8 || nth % step == 0).find_map(
                |(_, kept)| {
                    let beyond = |place: usize| {
                        let run = &evidence.runs[place];
                        run.cell == *cell && run.repetition as usize >= kept
                    };
                    told(&without(&beyond), &format!("cutting {cell:?} to {kept}"))
                },
            )
        })
    })
    .or_else(|| {
        subsets.iter().find_map(|subset| {
            let out: BTreeSet<usize> = subset.iter().filter(|_| count > 0).map(|index| index.index(count)).collect();
            told(&without(&|place| out.contains(&place)), "taking a subset")
        })
    })
}

fn subsets() -> impl Strategy<Value = Vec<Vec<Index>>> {
    proptest::collection::vec(proptest::collection::vec(any::<Index>(), 1..12), 6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn taking_runs_away_never_strengthens(
        flaky in world(true, true),
        alone in world(false, true),
        steady in world(true, false),
        subsets in subsets(),
    ) {
        for (world, fixed) in [(flaky, true), (alone, false), (steady, true)] {
            let manifest = manifest(2, 1, fixed);
            let evidence = record(&manifest, &world);
            prop_assert_eq!(violation(the_rule, &manifest, &evidence, &subsets), None);
        }
    }

    /// Nor does an arm of which less is known than thought. `not-run` and `inconclusive`
    /// both claim nothing, and only between them may it change.
    #[test]
    fn a_state_that_is_worse_never_strengthens(world in world(true, true)) {
        let manifest = manifest(2, 1, true);
        let evidence = record(&manifest, &world);
        let ceiling = the_rule(&manifest, &evidence).max(1);
        let worse = [
            ArmState::Unavailable("gone".to_owned()),
            ArmState::BuildFailed("cc".to_owned()),
            ArmState::OracleBroken("quiet".to_owned()),
        ];
        for state in worse {
            let vulnerable = Evidence { vulnerable: state.clone(), ..evidence.clone() };
            prop_assert!(the_rule(&manifest, &vulnerable) <= ceiling, "{:?}", decide(&manifest, &vulnerable));
            if evidence.fixed == Some(ArmState::Built) {
                let fixed = Evidence { fixed: Some(state), ..evidence.clone() };
                prop_assert!(the_rule(&manifest, &fixed) <= ceiling, "{:?}", decide(&manifest, &fixed));
            }
        }
        let unsaid = Evidence { fixed: None, ..evidence.clone() };
        prop_assert!(the_rule(&manifest, &unsaid) <= ceiling);
        if evidence.reach == Reach::Reached {
            for reach in [Reach::Unknown, Reach::NotReached] {
                let less = Evidence { reach, ..evidence.clone() };
                prop_assert!(the_rule(&manifest, &less) <= ceiling);
            }
        }
    }

    /// How the growth ended is told, and decides nothing.
    #[test]
    fn what_ended_the_growth_changes_words_only(world in world(true, true)) {
        let manifest = manifest(2, 1, true);
        let evidence = record(&manifest, &world);
        let ruling = decide(&manifest, &evidence);
        for growth in [Growth::None, Growth::Enough, Growth::LastStep, Growth::CpuCeiling(1), Growth::NoEvidence] {
            let other = decide(&manifest, &Evidence { growth, ..evidence.clone() });
            prop_assert_eq!((other.verdict, other.controls, &other.reasons), (ruling.verdict, ruling.controls, &ruling.reasons));
        }
    }

    /// The order of a grown record plays no part.
    #[test]
    fn order_changes_nothing(world in world(true, true), turn in any::<Index>()) {
        let manifest = manifest(2, 1, true);
        let evidence = record(&manifest, &world);
        let mut turned = evidence.clone();
        turned.runs.reverse();
        let count = turned.runs.len();
        turned.runs.rotate_left(turn.index(count));
        prop_assert_eq!(decide(&manifest, &evidence), decide(&manifest, &turned));
    }

    /// One run more that is no evidence never makes a claim: it leaves the verdict, or lowers it.
    #[test]
    fn a_run_without_evidence_never_strengthens(world in world(true, true), stray in 0..5_usize) {
        const STRAYS: [Outcome; 5] = [
            Outcome::Limit,
            Outcome::OracleBroken,
            Outcome::HarnessError,
            Outcome::BuildFailed,
            Outcome::SandboxUnavailable,
        ];
        let manifest = manifest(2, 1, true);
        let evidence = record(&manifest, &world);
        let ceiling = the_rule(&manifest, &evidence).max(1);
        let cells: BTreeSet<Cell> = evidence.runs.iter().map(|run| run.cell).collect();
        for cell in cells {
            let number = evidence.runs.iter().filter(|run| run.cell == cell).count();
            let mut more = evidence.clone();
            more.runs.push(run(cell, u32::try_from(number).unwrap(), STRAYS[stray], false, Place::Unknown));
            prop_assert!(the_rule(&manifest, &more) <= ceiling, "{:?}", decide(&manifest, &more));
        }
    }
}

/// Many worlds, the same in every run of the test; every other one is steady.
fn worlds(count: usize) -> Vec<World> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|place| world(true, place % 2 == 0).new_tree(&mut runner).unwrap().current()).collect()
}

/// Rules that each forget one thing which the true one holds to.
const BROKEN: [(&str, Rule); 4] = [
    ("does not ask how many runs there had to be", |manifest, evidence| {
        decide(manifest, &Evidence { wanted: 1, ..evidence.clone() }).strength()
    }),
    ("numbers what is left anew", |manifest, evidence| {
        let mut evidence = evidence.clone();
        evidence.runs.sort_by_key(|run| (run.cell, run.repetition));
        let mut last = None;
        for run in &mut evidence.runs {
            let number = last.filter(|(cell, _)| *cell == run.cell).map_or(0, |(_, number)| number + 1);
            run.repetition = number;
            last = Some((run.cell, number));
        }
        decide(manifest, &evidence).strength()
    }),
    ("judges by the last runs of each cell", |manifest, evidence| {
        let mut evidence = evidence.clone();
        evidence.runs.sort_by_key(|run| (run.cell, std::cmp::Reverse(run.repetition)));
        let mut kept: BTreeMap<Cell, u32> = BTreeMap::new();
        let wanted = evidence.wanted;
        evidence.runs.retain_mut(|run| {
            let kept = kept.entry(run.cell).or_default();
            run.repetition = *kept;
            *kept += 1;
            *kept <= wanted
        });
        decide(manifest, &evidence).strength()
    }),
    ("takes a control without runs for a silent one", |manifest, evidence| {
        let mut evidence = evidence.clone();
        for arm in [ArmName::Vulnerable, ArmName::Fixed] {
            let cell = Cell { arm, role: Role::Benign, input: 0 };
            if !evidence.runs.iter().any(|run| run.cell == cell) {
                evidence.runs.extend((0..evidence.wanted).map(|n| run(cell, n, Outcome::Silent, true, Place::Target)));
            }
        }
        decide(manifest, &evidence).strength()
    }),
];

/// The property can fail: each broken rule is caught on the worlds on which the true one holds.
#[test]
fn a_broken_rule_is_caught() {
    let manifest = manifest(2, 1, true);
    let records: Vec<Evidence> = worlds(1000).iter().map(|world| record(&manifest, world)).collect();
    for (what, rule) in BROKEN {
        let caught = records.iter().find_map(|evidence| violation(rule, &manifest, evidence, &[]));
        assert!(caught.is_some(), "no record tells a rule that {what} from the true one");
    }
}

/// The worlds above are of every kind, or the properties say little.
#[test]
fn the_worlds_grow_and_end_in_every_way() {
    let manifest = manifest(2, 1, true);
    let (mut verdicts, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut longest = 0;
    for world in worlds(400) {
        let evidence = record(&manifest, &world);
        verdicts.insert(decide(&manifest, &evidence).verdict);
        ends.insert(format!("{:?}", evidence.growth));
        longest = longest.max(evidence.runs.len());
    }
    for verdict in [Verdict::Flaky, Verdict::Inconclusive, Verdict::HarnessSuspect, Verdict::Reproduced] {
        assert!(verdicts.contains(&verdict), "{verdicts:?}");
    }
    for end in ["None", "Enough", "LastStep", "ControlFired", "CpuCeiling(1)", "NoEvidence"] {
        assert!(ends.contains(end), "{ends:?}");
    }
    assert!(longest > 100, "{longest}");
}
