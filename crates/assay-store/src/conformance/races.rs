//! Many callers at once.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::sample::*;
use super::{Make, every};
use crate::row::Row;
use crate::store::{Batch, Store};

every![
    of_sixteen_who_race_for_a_lease_one_wins,
    every_target_is_leased_once,
    writers_of_one_stream_follow_on_each_other,
    what_is_acknowledged_is_seen_by_the_next_read,
    a_read_among_writes_is_consistent,
    a_failing_caller_harms_no_other,
    keys_and_blobs_from_many_threads,
];

/// Takes target `target` unless somebody has it: the token, if it was free.
fn claim(store: &dyn Store, target: u64, id: u64) -> Option<u64> {
    let mut token = None;
    let kept = store.write(&mut |view| {
        token = None;
        if !view.active_leases(tag(target))?.is_empty() {
            return Ok(None);
        }
        let mut row = lease(id);
        row.target = tag(target);
        row.token = view.last_token(row.target, &row.method)? + 1;
        token = Some(row.token);
        Ok(Some(Batch { events: vec![event(id, 1)], rows: vec![Row::Lease(row)] }))
    });
    assert_eq!(kept.unwrap().is_some(), token.is_some());
    token
}

fn of_sixteen_who_race_for_a_lease_one_wins(make: &Make<'_>) {
    let store = make();
    for round in 0..8 {
        let (gate, winners) = (Barrier::new(16), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for thread in 0..16 {
                let (store, gate, winners) = (&*store, &gate, &winners);
                scope.spawn(move || {
                    gate.wait();
                    if claim(store, round, round * 100 + thread).is_some() {
                        winners.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(winners.into_inner(), 1, "round {round}");
        assert_eq!(see(&*store, |view| view.active_leases(tag(round))).len(), 1);
    }
    assert_eq!(see(&*store, |view| view.last_number()), 8);
}

fn every_target_is_leased_once(make: &Make<'_>) {
    let store = make();
    let won = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (store, won) = (&*store, &won);
            scope.spawn(move || {
                // Each begins elsewhere and wants all.
                for step in 0..40 {
                    let target = (step + thread * 5) % 40;
                    if claim(store, target, 1000 + target * 10 + thread).is_some() {
                        won.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(won.into_inner(), 40);
    for target in 0..40 {
        assert_eq!(see(&*store, |view| view.active_leases(tag(target))).len(), 1);
    }
}

fn writers_of_one_stream_follow_on_each_other(make: &Make<'_>) {
    let store = make();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &*store;
            scope.spawn(move || {
                for step in 0..20 {
                    let kept = store.write(&mut |view| {
                        let mut event = event(1 + thread * 100 + step, 1);
                        event.envelope.stream = stream(1);
                        event.envelope.place = view.stream(&stream(1))?.len() as u64 + 1;
                        event.envelope.at = view.last_instant()?.unwrap_or(at(0));
                        Ok(Some(Batch { events: vec![event], rows: Vec::new() }))
                    });
                    assert_eq!(kept.unwrap().unwrap().numbers.len(), 1);
                }
            });
        }
    });
    see(&*store, |view| {
        assert_eq!(view.stream(&stream(1))?.len(), 160);
        assert_eq!(view.last_number()?, 160);
        Ok(())
    });
}

fn what_is_acknowledged_is_seen_by_the_next_read(make: &Make<'_>) {
    let store = make();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &*store;
            scope.spawn(move || {
                for step in 0..20 {
                    let id = 1 + thread * 100 + step;
                    let numbers = keep_both(store, &[event(id, 1)], &[Row::Finding(finding(id))]).numbers;
                    see(store, |view| {
                        assert!(view.last_number()? >= numbers[0]);
                        assert_eq!(view.finding(finding(id).id)?, Some(finding(id)));
                        assert_eq!(view.stream(&stream(id))?[0].number, numbers[0]);
                        Ok(())
                    });
                }
            });
        }
    });
}

fn a_read_among_writes_is_consistent(make: &Make<'_>) {
    let store = make();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (store, done) = (&*store, &done);
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(Ordering::SeqCst) {
                    see(store, |view| {
                        let number = view.last_number()?;
                        assert!(number >= last, "what was seen once stays");
                        last = number;
                        let findings = view.tally()?.values().sum::<u64>();
                        assert_eq!((number % 2, findings * 2), (0, number), "no batch is seen in part");
                        assert_eq!(view.outbox(10_000)?.len() as u64, number);
                        Ok(())
                    });
                }
            });
        }
        for id in 1..=60 {
            let _ = keep_both(&*store, &[event(id, 1), event(id, 2)], &[Row::Finding(finding(id))]);
        }
        done.store(true, Ordering::SeqCst);
    });
}

fn a_failing_caller_harms_no_other(make: &Make<'_>) {
    let store = make();
    std::thread::scope(|scope| {
        for thread in 0..8u64 {
            let store = &*store;
            scope.spawn(move || {
                for step in 0..20 {
                    let id = 1 + thread * 100 + step;
                    let rows = [Row::Finding(finding(id))];
                    if (thread + step) % 3 == 0 {
                        assert!(out_of_order(&try_keep(store, &[event(id, 1), event(id, 5)], &rows)));
                    } else {
                        let _ = keep_both(store, &[event(id, 1)], &rows);
                    }
                }
            });
        }
    });
    see(&*store, |view| {
        let streams: BTreeSet<_> =
            view.events_after(0, 1000)?.into_iter().map(|event| event.envelope.stream.0).collect();
        assert_eq!(streams.len() as u64, view.last_number()?);
        assert_eq!(streams.len() as u64, view.tally()?.values().sum::<u64>());
        assert_eq!(streams.len(), (0..8).flat_map(|t| (0..20).map(move |s| t + s)).filter(|n| n % 3 != 0).count());
        Ok(())
    });
}

fn keys_and_blobs_from_many_threads(make: &Make<'_>) {
    let store = make();
    std::thread::scope(|scope| {
        for thread in 0..8u64 {
            let store = &*store;
            scope.spawn(move || {
                for step in 0..5 {
                    let id = 1 + thread * 100 + step;
                    store.put_wrap(key(id), "instance", &id.to_le_bytes()).unwrap();
                    store.put_blob(blob(id), &id.to_le_bytes()).unwrap();
                    if step % 2 == 0 {
                        store.shred(key(id)).unwrap();
                    }
                    assert_eq!(store.is_shredded(key(id)).unwrap(), step % 2 == 0);
                    assert_eq!(store.blob(blob(id)).unwrap(), Some(id.to_le_bytes().to_vec()));
                }
            });
        }
    });
    assert_eq!(store.keys(None, 100).unwrap().len(), 40);
    assert_eq!(store.blobs(None, 100).unwrap().len(), 40);
}
