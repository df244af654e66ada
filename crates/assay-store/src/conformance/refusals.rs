//! What a store refuses, and that a refusal leaves nothing behind.

use super::sample::*;
use super::{Make, every};
use crate::event::StreamId;
use crate::limits;
use crate::row::Row;
use crate::store::{Batch, Store, StoreError};

every![
    a_place_that_skips_is_refused,
    a_place_that_is_taken_is_refused,
    places_begin_at_one,
    one_id_is_one_event,
    time_never_runs_backwards,
    nor_within_a_batch,
    an_event_of_no_stream_or_no_kind_is_refused,
    a_refused_event_takes_its_batch_with_it,
    a_refused_row_takes_its_batch_with_it,
    an_error_of_the_caller_is_handed_back_and_keeps_nothing,
    a_caller_that_panics_keeps_nothing_and_blocks_nobody,
    a_reader_s_error_is_handed_back,
    what_is_too_large_is_refused_whole,
    what_is_just_not_too_large_is_taken,
];

fn untouched(store: &dyn Store) {
    see(store, |view| {
        assert_eq!(view.last_number()?, 0);
        assert_eq!(view.all_rows()?, []);
        assert_eq!(view.outbox(10)?, []);
        Ok(())
    });
}

fn a_place_that_skips_is_refused(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    assert!(out_of_order(&try_keep(&*store, &[event(1, 3)], &[])));
    assert!(out_of_order(&try_keep(&*store, &[event(1, 2), event(1, 4)], &[])));
    assert_eq!(see(&*store, |view| view.last_number()), 1);
}

fn a_place_that_is_taken_is_refused(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    let mut again = event(2, 1);
    again.envelope.stream = stream(1);
    assert!(out_of_order(&try_keep(&*store, &[again], &[])));
}

fn places_begin_at_one(make: &Make<'_>) {
    let store = make();
    assert!(out_of_order(&try_keep(&*store, &[event(1, 0)], &[])));
    assert!(out_of_order(&try_keep(&*store, &[event(1, 2)], &[])));
    untouched(&*store);
}

fn one_id_is_one_event(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    let mut again = event(1, 1);
    again.envelope.place = 2;
    assert!(out_of_order(&try_keep(&*store, &[again.clone()], &[])));
    again.envelope.stream = stream(9);
    again.envelope.place = 1;
    assert!(out_of_order(&try_keep(&*store, &[again], &[])));
}

fn time_never_runs_backwards(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event_at(1, 1, at(10))]);
    assert!(out_of_order(&try_keep(&*store, &[event_at(2, 1, at(9))], &[])), "also in another stream");
    keep(&*store, &[event_at(2, 1, at(10))]);
}

fn nor_within_a_batch(make: &Make<'_>) {
    let store = make();
    assert!(out_of_order(&try_keep(&*store, &[event_at(1, 1, at(2)), event_at(2, 1, at(1))], &[])));
    untouched(&*store);
}

fn an_event_of_no_stream_or_no_kind_is_refused(make: &Make<'_>) {
    let store = make();
    let mut nowhere = event(1, 1);
    nowhere.envelope.stream = StreamId(String::new());
    assert!(out_of_order(&try_keep(&*store, &[nowhere], &[])));
    let mut nothing = event(1, 1);
    nothing.envelope.kind.clear();
    assert!(out_of_order(&try_keep(&*store, &[nothing], &[])));
    untouched(&*store);
}

fn a_refused_event_takes_its_batch_with_it(make: &Make<'_>) {
    let store = make();
    let rows = [Row::Finding(finding(1)), Row::Member(member(1, "one"))];
    assert!(try_keep(&*store, &[event(1, 1), event(1, 2), event(1, 9)], &rows).is_err());
    untouched(&*store);
}

fn a_refused_row_takes_its_batch_with_it(make: &Make<'_>) {
    let store = make();
    let rows = [Row::Finding(finding(1)), Row::Member(member(1, "same")), Row::Member(member(2, "same"))];
    assert!(out_of_order(&try_keep(&*store, &[event(1, 1)], &rows)));
    untouched(&*store);
}

fn an_error_of_the_caller_is_handed_back_and_keeps_nothing(make: &Make<'_>) {
    let store = make();
    let error = store.write(&mut |_| Err(StoreError::Corrupt("mine".into()))).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(text) if text == "mine"));
    untouched(&*store);
    keep(&*store, &[event(1, 1)]);
}

fn a_caller_that_panics_keeps_nothing_and_blocks_nobody(make: &Make<'_>) {
    let store = make();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = store.write(&mut |_| std::panic::resume_unwind(Box::new("the caller's own")));
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"the caller's own"));
    untouched(&*store);
    keep(&*store, &[event(1, 1)]);
}

fn a_reader_s_error_is_handed_back(make: &Make<'_>) {
    let store = make();
    for _ in 0..200 {
        let error = store.read(&mut |_| Err(StoreError::NotAPage)).unwrap_err();
        assert!(matches!(error, StoreError::NotAPage));
    }
    untouched(&*store);
}

fn what_is_too_large_is_refused_whole(make: &Make<'_>) {
    let store = make();
    let mut long = event(1, 1);
    long.payload = vec![0; limits::PAYLOAD + 1];
    assert!(too_large(&try_keep(&*store, &[event(2, 1), long], &[])));
    let mut wordy = event(1, 1);
    wordy.envelope.kind = "x".repeat(limits::WORD + 1);
    assert!(too_large(&try_keep(&*store, &[wordy], &[])));
    let mut wordy = event(1, 1);
    wordy.envelope.stream = StreamId("x".repeat(limits::WORD + 1));
    assert!(too_large(&try_keep(&*store, &[wordy], &[])));
    let many: Vec<_> = (1..=limits::EVENTS as u64 + 1).map(|of| event(of, 1)).collect();
    assert!(too_large(&try_keep(&*store, &many, &[])));
    let named = member(1, &"x".repeat(limits::NAME + 1));
    assert!(too_large(&try_keep(&*store, &[event(1, 1)], &[Row::Member(named)])));
    let mut spread = person(1, "p");
    spread.roles = vec![String::new(); limits::ROLES + 1];
    assert!(too_large(&try_keep(&*store, &[], &[Row::Person(spread)])));
    let rows = vec![Row::Member(member(1, "m")); limits::ROWS + 1];
    let batch = Batch { events: Vec::new(), rows };
    assert!(too_large(&store.write(&mut |_| Ok(Some(batch.clone())))));
    let late = lease(1);
    let mut grown = late.clone();
    grown.token = u64::MAX;
    assert!(too_large(&try_keep(&*store, &[], &[Row::Lease(grown)])));
    untouched(&*store);
}

fn what_is_just_not_too_large_is_taken(make: &Make<'_>) {
    let store = make();
    let mut long = event(1, 1);
    long.payload = vec![7; limits::PAYLOAD];
    long.envelope.kind = "x".repeat(limits::WORD);
    long.envelope.stream = StreamId("s".repeat(limits::WORD));
    let mut last = lease(1);
    last.token = i64::MAX as u64;
    let rows = [Row::Member(member(1, &"x".repeat(limits::NAME))), Row::Lease(last.clone())];
    let _ = keep_both(&*store, &[long], &rows);
    assert_eq!(see(&*store, |view| view.last_token(last.target, &last.method)), i64::MAX as u64);
}
