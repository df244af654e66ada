//! Long random walks through the rules. The signatures are taken as given here: checking them is slow without
//! optimisation, and `tests/properties.rs` does it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../tests/support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Ctx, decide_verified, keys};
use crate::{CommandKind, Event, Refusal, Side, State, Statement};
use support::walk::{Step, beginning, run, step, width};
use support::{ALICE, DEVELOPER, ORGANISATION, STRANGER, public};

/// As [`super::decide`], for a statement whose signature needs no checking.
fn unsigned(state: &State, seed: u8, statement: &Statement, ctx: &mut Ctx<'_>) -> Result<Vec<Event>, Refusal> {
    if !keys(state, statement)?.contains(&public(seed)) {
        return Err(Refusal::NotFound);
    }
    decide_verified(state, statement, public(seed), String::new(), ctx)
}

fn cases(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) })
}

#[test]
fn no_sequence_breaks_a_promise() {
    let happened = RefCell::new(BTreeMap::<&str, u32>::new());
    let outcome = cases(256).run(&prop::collection::vec(step(), 1..100), |steps| {
        let mut world = beginning(Some(unsigned));
        let before = world.events.len();
        run(&mut world, &steps);
        for event in &world.events[before..] {
            *happened.borrow_mut().entry(event.kind()).or_default() += 1;
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    // Sequences in which nothing happens would prove nothing.
    let happened = happened.into_inner();
    println!("{happened:?}");
    for kind in ["window-opened", "window-ended", "grant-proposed", "grant-countersigned", "used", "pass-issued"] {
        assert!(happened.get(kind).is_some_and(|count| *count >= 50), "{kind} in {happened:?}");
    }
}

#[test]
fn nobody_else_widens_a_running_review() {
    let outcome = cases(256).run(&prop::collection::vec(step(), 1..60), |steps| {
        let other = |mut step: Step| {
            step.engagement = 1;
            let developers = step.kind.sides().contains(&Side::Developer) || step.kind == CommandKind::Open;
            if step.signer == Some(DEVELOPER) || developers {
                step.signer = Some([ORGANISATION, ALICE, STRANGER][usize::from(step.grant % 3)]);
            }
            step
        };
        let others: Vec<_> = steps.into_iter().map(other).collect();
        let mut world = beginning(Some(unsigned));
        let before = width(&world, world.now);
        // `run` compares the width before and after every single step as well.
        run(&mut world, &others);
        let after = width(&world, world.state.time(world.now));
        prop_assert!(after.0.iter().all(|grant| before.0.contains(grant)));
        prop_assert!(after.1 <= before.1 && after.2.is_none_or(|ends_at| before.2 == Some(ends_at)));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
