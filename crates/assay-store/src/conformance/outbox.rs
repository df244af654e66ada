//! Commitments on their way into the ledger.

use super::sample::*;
use super::{Make, every};
use crate::store::{Pending, Store};

every![
    every_event_waits_for_its_leaf_in_order,
    a_confirmed_event_waits_no_more,
    confirming_twice_is_confirming_once,
    an_event_has_one_leaf,
    a_leaf_holds_one_event,
    an_event_that_is_not_kept_cannot_be_confirmed,
    a_confirmation_is_kept_whole_or_not_at_all,
    leaves_need_not_begin_at_nought,
    confirming_nothing_is_nothing,
];

fn three(store: &dyn Store) {
    keep(store, &[event(1, 1), event(2, 1), event(1, 2)]);
}

fn waiting(store: &dyn Store) -> Vec<u64> {
    see(store, |view| view.outbox(10)).into_iter().map(|pending| pending.number).collect()
}

fn every_event_waits_for_its_leaf_in_order(make: &Make<'_>) {
    let store = make();
    three(&*store);
    see(&*store, |view| {
        let expected = [(1, event(1, 1)), (2, event(2, 1)), (3, event(1, 2))]
            .map(|(number, event)| Pending { number, commitment: event.commitment });
        assert_eq!(view.outbox(10)?, expected);
        assert_eq!(view.outbox(2)?, expected[..2]);
        assert_eq!(view.outbox(0)?, []);
        Ok(())
    });
}

fn a_confirmed_event_waits_no_more(make: &Make<'_>) {
    let store = make();
    three(&*store);
    store.confirm(&[(1, 0), (2, 1)]).unwrap();
    assert_eq!(waiting(&*store), [3]);
    see(&*store, |view| {
        let leaves: Vec<_> = view.events_after(0, 10)?.into_iter().map(|event| event.leaf).collect();
        assert_eq!(leaves, [Some(0), Some(1), None]);
        let leaves: Vec<_> = view.stream(&stream(1))?.into_iter().map(|event| event.leaf).collect();
        assert_eq!(leaves, [Some(0), None]);
        assert_eq!(view.last_leaf()?, Some(1));
        Ok(())
    });
}

fn confirming_twice_is_confirming_once(make: &Make<'_>) {
    let store = make();
    three(&*store);
    for _ in 0..3 {
        store.confirm(&[(1, 0), (2, 1)]).unwrap();
    }
    store.confirm(&[(1, 0), (2, 1), (3, 2)]).unwrap();
    assert!(waiting(&*store).is_empty());
}

fn an_event_has_one_leaf(make: &Make<'_>) {
    let store = make();
    three(&*store);
    store.confirm(&[(1, 0)]).unwrap();
    assert!(out_of_order(&store.confirm(&[(1, 5)])));
    assert_eq!(see(&*store, |view| view.last_leaf()), Some(0));
}

fn a_leaf_holds_one_event(make: &Make<'_>) {
    let store = make();
    three(&*store);
    store.confirm(&[(1, 0)]).unwrap();
    assert!(out_of_order(&store.confirm(&[(2, 0)])));
    assert_eq!(waiting(&*store), [2, 3]);
}

fn an_event_that_is_not_kept_cannot_be_confirmed(make: &Make<'_>) {
    let store = make();
    three(&*store);
    assert!(out_of_order(&store.confirm(&[(4, 0)])));
    assert!(out_of_order(&store.confirm(&[(0, 0)])));
    assert!(store.confirm(&[(u64::MAX, 0)]).is_err());
    assert!(store.confirm(&[(1, u64::MAX)]).is_err());
    assert_eq!(waiting(&*store), [1, 2, 3]);
}

fn a_confirmation_is_kept_whole_or_not_at_all(make: &Make<'_>) {
    let store = make();
    three(&*store);
    assert!(out_of_order(&store.confirm(&[(1, 0), (2, 1), (9, 2)])));
    assert_eq!(waiting(&*store), [1, 2, 3]);
    assert_eq!(see(&*store, |view| view.last_leaf()), None);
}

fn leaves_need_not_begin_at_nought(make: &Make<'_>) {
    let store = make();
    three(&*store);
    store.confirm(&[(2, 100), (1, 50)]).unwrap();
    assert_eq!(waiting(&*store), [3]);
    assert_eq!(see(&*store, |view| view.last_leaf()), Some(100));
}

fn confirming_nothing_is_nothing(make: &Make<'_>) {
    let store = make();
    store.confirm(&[]).unwrap();
    assert_eq!(see(&*store, |view| view.last_leaf()), None);
}
