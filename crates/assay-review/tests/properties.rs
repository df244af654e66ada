//! What no sequence of commands can do, with real signatures. `src/decide/tests.rs` takes many more and longer walks
//! through the same rules without them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use assay_review::*;
use proptest::prelude::*;
use support::walk::*;
use support::*;

/// A world for each answer, in three scenes.
static ANSWERED: LazyLock<Vec<Vec<World>>> = LazyLock::new(|| {
    let scene = |scene: &Option<Command>| {
        let world = |coverage: &Coverage| {
            let mut world = World::running();
            world.must(DEVELOPER, model(1), Command::AskIfCovered { facts: digest("facts") });
            if let Some(command) = scene {
                world.must(DEVELOPER, model(1), command.clone());
            }
            world.must(ORGANISATION, model(1), Command::Answer { answer: answer(*coverage) });
            world
        };
        Coverage::ALL.iter().map(world).collect()
    };
    [None, Some(Command::Pause), Some(Command::Withdraw)].iter().map(scene).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn what_was_signed_can_be_audited(steps in prop::collection::vec(step(), 1..14)) {
        let mut world = beginning(None);
        run(&mut world, &steps);
        let written = serde_json::to_vec(&world.events).unwrap();
        let read: Vec<Event> = serde_json::from_slice(&written).unwrap();
        prop_assert_eq!(&State::replay(&read), &world.state, "what is written gives the same state");
        prop_assert_eq!(&audit(&read, HOUSE).unwrap().state, &world.state);
    }

    /// The answer to the question whether a model is covered has no effect on anything (R68).
    #[test]
    fn an_answer_changes_no_other_outcome(mut step in step(), scene in 0_usize..3) {
        step.engagement = 1;
        let outcome = |world: &World| {
            let mut world = world.clone();
            world.now = jumped(world.now, step.jump);
            let (signer, command) = command(&world, &step);
            let open = SIGNERS.map(|seed| allowed(&world.state, model(1), public(seed), world.now));
            (world.outcome(signer, model(1), command), open)
        };
        let outcomes: Vec<_> = ANSWERED[scene].iter().map(outcome).collect();
        prop_assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", outcomes);
    }
}
