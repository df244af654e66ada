//! No more at once than the ceiling, in the order of asking, and nobody waits for ever.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use assay_sandbox::{Collect, RunLimits, Task};
use proptest::prelude::*;

use super::*;

#[test]
fn never_more_than_the_ceiling_and_never_more_than_the_cores() {
    let budget = Budget::stated(1000);
    let (memory, runs, most, peak) = (AtomicU64::new(0), AtomicUsize::new(0), AtomicU64::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (budget, memory, runs, most, peak) = (&budget, &memory, &runs, &most, &peak);
            scope.spawn(move || {
                for turn in 0..40_u64 {
                    let need = (thread * 131 + turn * 37) % 1000 + 1;
                    let share = budget.take(need).unwrap();
                    most.fetch_max(memory.fetch_add(need, Ordering::SeqCst) + need, Ordering::SeqCst);
                    peak.fetch_max(runs.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    memory.fetch_sub(need, Ordering::SeqCst);
                    runs.fetch_sub(1, Ordering::SeqCst);
                    drop(share);
                }
            });
        }
    });
    assert!(most.load(Ordering::SeqCst) <= 1000, "{most:?}");
    assert!(peak.load(Ordering::SeqCst) <= budget.runs());
    assert!(budget.most() >= most.load(Ordering::SeqCst) && budget.most() <= 1000);
}

#[test]
fn a_large_run_is_not_overtaken_for_ever() {
    let budget = Budget { runs: 8, ..Budget::stated(10) };
    let small = budget.take(6).unwrap();
    std::thread::scope(|scope| {
        let large = scope.spawn(|| drop(budget.take(10).unwrap()));
        // Wait until it stands in line.
        while lock(&budget.state).next_ticket < 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let later = scope.spawn(|| drop(budget.take(1).unwrap()));
        std::thread::sleep(Duration::from_millis(20));
        assert!(!large.is_finished() && !later.is_finished(), "who comes later waits behind who came before");
        drop(small);
    });
}

#[test]
fn a_stated_ceiling_refuses_what_can_never_fit_and_the_machines_own_lets_it_run_alone() {
    let error = Budget::stated(1 << 30).take((2 << 30) + (1 << 29)).err().unwrap();
    assert_eq!(error.what, "a run may use 2.5 GiB of memory and sized folders, and all runs together at most 1 GiB");
    assert!(error.remedy.contains("ASSAY_MEMORY"));
    let budget = Budget::new(1000, false);
    let alone = budget.take(5000).unwrap();
    assert_eq!((alone.memory, budget.most()), (1000, 1000), "it holds all there is");
}

#[test]
fn everything_that_lies_in_memory_counts() {
    let mut spec = Spec::of(Task::Exec { argv: vec![], env: vec![] });
    spec.limits = RunLimits { memory: 100, output: 10, ..spec.limits };
    assert_eq!(need(&spec), 120);
    spec.mounts.push(Mount::Scratch { at: "/s".into(), size: 7 });
    spec.mounts.push(Mount::ReadOnly { host: "/usr".into(), at: "/u".into() });
    let brought = |into| Collect { from: "/s".into(), into, max_bytes: 1000, max_entries: 1 };
    spec.collect.push(brought(Destination::Memory));
    spec.collect.push(brought(Destination::Folder("/f".into())));
    assert_eq!(need(&spec), 1127);
    spec.limits.memory = u64::MAX;
    assert_eq!(need(&spec), u64::MAX, "a sum that cannot be written is the largest");
}

#[test]
fn the_machine_has_some_memory() {
    let budget = Budget::of_machine();
    assert!(budget.memory() > 64 << 20 && !budget.is_stated(), "{}", budget.memory());
}

proptest! {
    #[test]
    fn sizes_in_words_are_short_and_not_zero(bytes in 1_u64..) {
        let text = words(bytes);
        prop_assert!(text.len() < 24 && !text.starts_with("0 "), "{}", text);
    }
}
