//! Appending events and reading them back.

use assay_base::{Actor, Instant, MemberId, PersonId};

use super::sample::*;
use super::{Make, every};
use crate::event::StreamId;
use crate::row::Row;

every![
    a_new_store_is_empty,
    what_is_appended_is_read_back,
    numbers_begin_at_one_without_gaps,
    a_refusal_leaves_no_gap_in_the_numbers,
    a_stream_has_its_own_events_in_order,
    an_unknown_stream_is_empty,
    a_stream_s_name_is_compared_byte_by_byte,
    many_streams_fit_one_batch,
    several_events_of_one_stream_fit_one_batch,
    the_same_instant_is_taken,
    the_last_number_and_instant_follow,
    events_come_in_pages,
    pages_of_events_end,
    payloads_are_kept_byte_for_byte,
    kinds_and_streams_are_any_text,
    the_first_and_the_last_instant_there_are,
    every_actor_is_kept,
    the_writer_sees_what_was_written_before,
    nothing_decided_is_nothing_kept,
    an_empty_batch_is_nothing,
    a_read_sees_one_state,
];

fn a_new_store_is_empty(make: &Make<'_>) {
    let store = make();
    see(&*store, |view| {
        assert_eq!(view.last_number()?, 0);
        assert_eq!(view.last_instant()?, None);
        assert_eq!(view.events_after(0, 10)?, []);
        assert_eq!(view.outbox(10)?, []);
        assert_eq!(view.last_leaf()?, None);
        assert_eq!(view.all_rows()?, []);
        assert!(view.tally()?.is_empty());
        Ok(())
    });
    assert!(store.keys(None, 10).unwrap().is_empty());
    assert!(store.blobs(None, 10).unwrap().is_empty());
    assert!(store.settings().unwrap().is_empty());
}

fn what_is_appended_is_read_back(make: &Make<'_>) {
    let store = make();
    let event = event(1, 1);
    assert_eq!(keep_both(&*store, std::slice::from_ref(&event), &[]).numbers, [1]);
    see(&*store, |view| {
        assert_eq!(view.stream(&stream(1))?, [kept(1, &event)]);
        assert_eq!(view.events_after(0, 10)?, [kept(1, &event)]);
        Ok(())
    });
}

fn numbers_begin_at_one_without_gaps(make: &Make<'_>) {
    let store = make();
    for number in 1..=5 {
        assert_eq!(keep_both(&*store, &[event(number, 1)], &[]).numbers, [number]);
    }
    assert_eq!(keep_both(&*store, &[event(6, 1), event(7, 1)], &[]).numbers, [6, 7]);
}

fn a_refusal_leaves_no_gap_in_the_numbers(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    assert!(try_keep(&*store, &[event(2, 1), event(2, 7)], &[]).is_err());
    assert_eq!(keep_both(&*store, &[event(3, 1)], &[]).numbers, [2]);
}

fn a_stream_has_its_own_events_in_order(make: &Make<'_>) {
    let store = make();
    for place in 1..=4 {
        keep(&*store, &[event(1, place), event(2, place)]);
    }
    see(&*store, |view| {
        for of in [1, 2] {
            let found = view.stream(&stream(of))?;
            assert_eq!(found.iter().map(|event| event.envelope.place).collect::<Vec<_>>(), [1, 2, 3, 4]);
            assert!(found.iter().all(|event| event.envelope.stream == stream(of)));
        }
        Ok(())
    });
}

fn an_unknown_stream_is_empty(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    see(&*store, |view| {
        assert_eq!(view.stream(&stream(2))?, []);
        assert_eq!(view.stream(&StreamId(String::new()))?, []);
        Ok(())
    });
}

fn a_stream_s_name_is_compared_byte_by_byte(make: &Make<'_>) {
    let store = make();
    for (number, name) in (1..).zip(ODD_TEXTS) {
        let mut event = event(number, 1);
        event.envelope.stream = StreamId(name.into());
        keep(&*store, &[event]);
    }
    for name in ODD_TEXTS {
        assert_eq!(see(&*store, |view| view.stream(&StreamId(name.into()))).len(), 1, "{name:?}");
    }
}

fn many_streams_fit_one_batch(make: &Make<'_>) {
    let store = make();
    let events: Vec<_> = (1..=500).map(|of| event(of, 1)).collect();
    assert_eq!(keep_both(&*store, &events, &[]).numbers, (1..=500).collect::<Vec<_>>());
}

fn several_events_of_one_stream_fit_one_batch(make: &Make<'_>) {
    let store = make();
    let events: Vec<_> = (1..=9).map(|place| event(1, place)).collect();
    keep(&*store, &events);
    assert_eq!(see(&*store, |view| view.stream(&stream(1))).len(), 9);
}

fn the_same_instant_is_taken(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event_at(1, 1, at(5)), event_at(1, 2, at(5))]);
    keep(&*store, &[event_at(1, 3, at(5))]);
}

fn the_last_number_and_instant_follow(make: &Make<'_>) {
    let store = make();
    for seconds in 1..=3 {
        keep(&*store, &[event_at(seconds, 1, at(seconds as i64))]);
        see(&*store, |view| {
            assert_eq!(view.last_number()?, seconds);
            assert_eq!(view.last_instant()?, Some(at(seconds as i64)));
            Ok(())
        });
    }
}

fn events_come_in_pages(make: &Make<'_>) {
    let store = make();
    let events: Vec<_> = (1..=10).map(|of| event(of, 1)).collect();
    keep(&*store, &events);
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = see(&*store, |view| view.events_after(after, 3));
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last.number;
        seen.extend(page);
    }
    let expected: Vec<_> = (1..).zip(&events).map(|(number, event)| kept(number, event)).collect();
    assert_eq!(seen, expected);
}

fn pages_of_events_end(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    see(&*store, |view| {
        assert_eq!(view.events_after(1, 10)?, []);
        assert_eq!(view.events_after(u64::MAX, 10)?, []);
        assert_eq!(view.events_after(0, 0)?, []);
        assert_eq!(view.events_after(0, usize::MAX)?.len(), 1);
        Ok(())
    });
}

fn payloads_are_kept_byte_for_byte(make: &Make<'_>) {
    let store = make();
    let payloads = [Vec::new(), vec![0], (0..=255).collect(), vec![0xa5; 3 << 20], b"\xff\xfe\0".to_vec()];
    for (place, payload) in (1..).zip(&payloads) {
        let mut event = event(1, place);
        event.payload.clone_from(payload);
        keep(&*store, &[event]);
    }
    let found = see(&*store, |view| view.stream(&stream(1)));
    assert!(found.iter().map(|event| &event.payload).eq(&payloads));
}

fn kinds_and_streams_are_any_text(make: &Make<'_>) {
    let store = make();
    for (place, text) in (1..).zip(ODD_TEXTS) {
        let mut event = event(1, place);
        event.envelope.kind = text.into();
        event.envelope.version = u16::MAX;
        keep(&*store, &[event]);
    }
    let found = see(&*store, |view| view.stream(&stream(1)));
    assert!(found.iter().map(|event| event.envelope.kind.as_str()).eq(ODD_TEXTS));
    assert!(found.iter().all(|event| event.envelope.version == u16::MAX));
}

fn the_first_and_the_last_instant_there_are(make: &Make<'_>) {
    let store = make();
    let (first, last) = (Instant::from_micros(i64::MIN), Instant::from_micros(i64::MAX));
    keep(&*store, &[event_at(1, 1, first), event_at(1, 2, last)]);
    let found = see(&*store, |view| view.stream(&stream(1)));
    assert_eq!(found.iter().map(|event| event.envelope.at).collect::<Vec<_>>(), [first, last]);
}

fn every_actor_is_kept(make: &Make<'_>) {
    let store = make();
    let (member, person) = (MemberId::from_bytes([0; 16]), PersonId::from_bytes([0xff; 16]));
    let actors = [Actor::Person { member, person }, Actor::Agent { member, person }, Actor::Clock];
    for (place, actor) in (1..).zip(actors) {
        let mut event = event(1, place);
        event.envelope.actor = actor;
        keep(&*store, &[event]);
    }
    let found = see(&*store, |view| view.stream(&stream(1)));
    assert!(found.iter().map(|event| event.envelope.actor).eq(actors));
}

fn the_writer_sees_what_was_written_before(make: &Make<'_>) {
    let store = make();
    let _ = keep_both(&*store, &[event(1, 1)], &[Row::Finding(finding(1))]);
    let seen = store.write(&mut |view| {
        assert_eq!(view.last_number()?, 1);
        assert_eq!(view.stream(&stream(1))?.len(), 1);
        assert_eq!(view.finding(finding(1).id)?, Some(finding(1)));
        Ok(None)
    });
    assert_eq!(seen.unwrap(), None);
}

fn nothing_decided_is_nothing_kept(make: &Make<'_>) {
    let store = make();
    assert_eq!(store.write(&mut |_| Ok(None)).unwrap(), None);
    assert_eq!(see(&*store, |view| view.last_number()), 0);
}

fn an_empty_batch_is_nothing(make: &Make<'_>) {
    let store = make();
    assert!(keep_both(&*store, &[], &[]).numbers.is_empty());
    assert_eq!(see(&*store, |view| view.last_number()), 0);
}

fn a_read_sees_one_state(make: &Make<'_>) {
    let store = make();
    keep(&*store, &[event(1, 1)]);
    see(&*store, |view| {
        assert_eq!(view.last_number()?, 1);
        keep(&*store, &[event(2, 1)]);
        assert_eq!(view.last_number()?, 1, "what came later is not seen by this read");
        assert_eq!(view.outbox(10)?.len(), 1);
        Ok(())
    });
    assert_eq!(see(&*store, |view| view.last_number()), 2, "and is seen by the next");
}
