//! Leases: who holds a target, until when, and with which token.

use assay_base::Instant;

use super::sample::*;
use super::{Make, every};
use crate::row::{LeaseRow, Row};
use crate::store::Store;

every![
    a_lease_by_id,
    active_leases_are_those_of_the_target_of_every_method,
    a_lease_that_ended_is_not_active,
    a_lease_is_due_at_its_end_and_not_before,
    due_leases_come_by_their_end_and_no_more_than_asked_for,
    a_renewed_lease_is_due_later,
    tokens_count_for_target_and_method,
    tokens_of_ended_leases_count,
    a_lease_may_never_end,
];

fn put_all(store: &dyn Store, leases: &[LeaseRow]) {
    put(store, &leases.iter().cloned().map(Row::Lease).collect::<Vec<_>>());
}

fn a_lease_by_id(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[lease(1)]);
    assert_eq!(see(&*store, |view| view.lease(lease(1).id)), Some(lease(1)));
    assert_eq!(see(&*store, |view| view.lease(lease(2).id)), None);
}

fn active_leases_are_those_of_the_target_of_every_method(make: &Make<'_>) {
    let store = make();
    let mut dynamic = lease(2);
    dynamic.method = "dynamic".into();
    let mut elsewhere = lease(3);
    elsewhere.target = tag(2);
    put_all(&*store, &[lease(1), dynamic.clone(), elsewhere.clone()]);
    see(&*store, |view| {
        assert_eq!(view.active_leases(tag(1))?, [lease(1), dynamic.clone()]);
        assert_eq!(view.active_leases(tag(2))?, [elsewhere.clone()]);
        assert_eq!(view.active_leases(tag(3))?, []);
        Ok(())
    });
}

fn a_lease_that_ended_is_not_active(make: &Make<'_>) {
    let store = make();
    for state in ["released", "expired", "cancelled"] {
        let mut row = lease(1);
        put_all(&*store, &[row.clone()]);
        assert_eq!(see(&*store, |view| view.active_leases(tag(1))).len(), 1);
        row.state = state.into();
        put_all(&*store, &[row]);
        assert_eq!(see(&*store, |view| view.active_leases(tag(1))), []);
        assert_eq!(see(&*store, |view| view.leases_due(at(1000), 10)), []);
    }
}

fn a_lease_is_due_at_its_end_and_not_before(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[lease(1)]);
    let end = lease(1).expires;
    see(&*store, |view| {
        assert_eq!(view.leases_due(Instant::from_micros(end.as_micros() - 1), 10)?, []);
        assert_eq!(view.leases_due(end, 10)?, [lease(1)]);
        assert_eq!(view.leases_due(at(1_000_000), 10)?, [lease(1)]);
        Ok(())
    });
}

fn due_leases_come_by_their_end_and_no_more_than_asked_for(make: &Make<'_>) {
    let store = make();
    let mut leases: Vec<_> = (1..=5).map(lease).collect();
    for (row, seconds) in leases.iter_mut().zip([50, 10, 40, 20, 30]) {
        row.expires = at(seconds);
    }
    put_all(&*store, &leases);
    let ends = |now, limit| -> Vec<_> {
        see(&*store, |view| view.leases_due(now, limit)).into_iter().map(|row| row.expires).collect()
    };
    assert_eq!(ends(at(35), 10), [at(10), at(20), at(30)]);
    assert_eq!(ends(at(100), 2), [at(10), at(20)]);
    assert!(ends(at(100), 0).is_empty());
}

fn a_renewed_lease_is_due_later(make: &Make<'_>) {
    let store = make();
    let mut row = lease(1);
    put_all(&*store, &[row.clone()]);
    row.expires = at(200);
    put_all(&*store, &[row.clone()]);
    assert_eq!(see(&*store, |view| view.leases_due(at(199), 10)), []);
    assert_eq!(see(&*store, |view| view.leases_due(at(200), 10)), [row]);
}

fn tokens_count_for_target_and_method(make: &Make<'_>) {
    let store = make();
    let (mut a, mut b, mut c) = (lease(1), lease(2), lease(3));
    (a.token, b.token, c.token) = (5, 9, 7);
    b.method = "dynamic".into();
    c.target = tag(2);
    put_all(&*store, &[a, b, c]);
    see(&*store, |view| {
        assert_eq!(view.last_token(tag(1), "static")?, 5);
        assert_eq!(view.last_token(tag(1), "dynamic")?, 9);
        assert_eq!(view.last_token(tag(2), "static")?, 7);
        assert_eq!(view.last_token(tag(2), "dynamic")?, 0);
        Ok(())
    });
}

fn tokens_of_ended_leases_count(make: &Make<'_>) {
    let store = make();
    let (mut ended, mut held) = (lease(1), lease(2));
    (ended.token, held.token) = (9, 3);
    ended.state = "expired".into();
    put_all(&*store, &[ended, held]);
    assert_eq!(see(&*store, |view| view.last_token(tag(1), "static")), 9);
}

fn a_lease_may_never_end(make: &Make<'_>) {
    let store = make();
    let mut row = lease(1);
    row.expires = Instant::from_micros(i64::MAX);
    put_all(&*store, &[row.clone()]);
    assert_eq!(see(&*store, |view| view.lease(row.id)), Some(row.clone()));
    assert_eq!(see(&*store, |view| view.leases_due(Instant::from_micros(i64::MAX), 1)), [row]);
}
