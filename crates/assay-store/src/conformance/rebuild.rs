//! The views as a whole: comparing them, dropping them, making them anew.

use super::sample::*;
use super::{Make, every};
use crate::row::Row;
use crate::store::Store;

every![
    all_rows_come_in_one_order_whatever_came_first,
    rows_are_replaced_as_a_whole,
    no_rows_empty_the_views,
    a_row_that_cannot_be_kept_leaves_the_old_views,
    replacing_rows_touches_no_event,
    replaced_rows_are_found_by_every_question,
];

fn some_of_each() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 1..=3 {
        rows.push(Row::Member(member(number, &format!("member {number}"))));
        rows.push(Row::Person(person(number, &format!("person {number}"))));
        rows.push(Row::Lease(lease(number)));
        rows.push(Row::Finding(finding(number)));
        rows.push(Row::Case(case(number)));
        rows.push(Row::Engagement(engagement(number)));
    }
    rows
}

fn replace(store: &dyn Store, rows: Vec<Row>) {
    store.replace_rows(&mut rows.into_iter()).expect("the rows are kept");
}

fn all_rows_come_in_one_order_whatever_came_first(make: &Make<'_>) {
    let (a, b) = (make(), make());
    put(&*a, &some_of_each());
    put(&*b, &some_of_each().into_iter().rev().collect::<Vec<_>>());
    let rows = see(&*a, |view| view.all_rows());
    assert_eq!(rows.len(), 18);
    assert_eq!(rows, see(&*b, |view| view.all_rows()));
}

fn rows_are_replaced_as_a_whole(make: &Make<'_>) {
    let store = make();
    put(&*store, &some_of_each());
    replace(&*store, vec![Row::Finding(finding(9)), Row::Member(member(2, "member 1"))]);
    let rows = see(&*store, |view| view.all_rows());
    assert_eq!(rows, [Row::Member(member(2, "member 1")), Row::Finding(finding(9))]);
}

fn no_rows_empty_the_views(make: &Make<'_>) {
    let store = make();
    put(&*store, &some_of_each());
    replace(&*store, Vec::new());
    assert_eq!(see(&*store, |view| view.all_rows()), []);
}

fn a_row_that_cannot_be_kept_leaves_the_old_views(make: &Make<'_>) {
    let store = make();
    put(&*store, &some_of_each());
    let before = see(&*store, |view| view.all_rows());
    let rows = [Row::Finding(finding(9)), Row::Member(member(1, "same")), Row::Member(member(2, "same"))];
    assert!(out_of_order(&store.replace_rows(&mut rows.into_iter())));
    assert_eq!(see(&*store, |view| view.all_rows()), before);
}

fn replacing_rows_touches_no_event(make: &Make<'_>) {
    let store = make();
    let _ = keep_both(&*store, &[event(1, 1), event(1, 2)], &some_of_each());
    store.confirm(&[(1, 0)]).expect("the leaf is confirmed");
    let look = || see(&*store, |view| Ok((view.events_after(0, 10)?, view.outbox(10)?, view.last_leaf()?)));
    let before = look();
    replace(&*store, Vec::new());
    assert_eq!(look(), before);
}

fn replaced_rows_are_found_by_every_question(make: &Make<'_>) {
    let store = make();
    put(&*store, &[Row::Member(member(8, "gone")), Row::Lease(lease(8))]);
    replace(&*store, some_of_each());
    see(&*store, |view| {
        assert_eq!(view.member_named("gone")?, None);
        assert_eq!(view.member_named("member 2")?, Some(member(2, "member 2")));
        assert_eq!(view.active_leases(tag(1))?.len(), 3);
        assert_eq!(view.last_token(tag(1), "static")?, 3);
        assert_eq!(view.tally()?.values().sum::<u64>(), 3);
        Ok(())
    });
}
