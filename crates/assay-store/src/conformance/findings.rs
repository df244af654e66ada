//! Findings: by id, by filter, page by page, and counted.

use super::sample::*;
use super::{Make, every};
use crate::row::{FindingRow, Row};
use crate::store::{FindingFilter, Store, StoreError};

every![
    a_finding_by_id,
    a_finding_is_replaced_whole,
    each_filter_alone,
    filters_together,
    findings_come_oldest_first,
    findings_of_one_instant_come_in_one_order,
    pages_of_any_size_give_each_row_once,
    pages_of_a_filter_give_each_row_once,
    the_last_page_says_so,
    a_row_that_is_added_meanwhile_hides_and_doubles_none,
    what_is_no_key_of_a_page_is_refused,
    odd_limits,
    the_tally_is_the_sum_of_all,
    the_tally_follows_a_change,
];

fn put_all(store: &dyn Store, findings: &[FindingRow]) {
    for chunk in findings.chunks(100) {
        put(store, &chunk.iter().cloned().map(Row::Finding).collect::<Vec<_>>());
    }
}

fn list(store: &dyn Store, filter: &FindingFilter) -> Vec<FindingRow> {
    walk(store, filter, 1000)
}

/// Every row of a list, page by page.
fn walk(store: &dyn Store, filter: &FindingFilter, limit: usize) -> Vec<FindingRow> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = see(store, |view| view.findings(filter, after.as_deref(), limit));
        assert!(page.rows.len() <= limit);
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

fn a_finding_by_id(make: &Make<'_>) {
    let store = make();
    let mut row = finding(1);
    row.case = Some(case(1).id);
    row.blob = Some(blob(1));
    row.terminal = true;
    put_all(&*store, &[row.clone(), finding(2)]);
    assert_eq!(see(&*store, |view| view.finding(row.id)), Some(row));
    assert_eq!(see(&*store, |view| view.finding(finding(2).id)), Some(finding(2)));
    assert_eq!(see(&*store, |view| view.finding(finding(3).id)), None);
}

fn a_finding_is_replaced_whole(make: &Make<'_>) {
    let store = make();
    let mut before = finding(1);
    before.case = Some(case(1).id);
    put_all(&*store, &[before]);
    let mut after = finding(2);
    after.id = finding(1).id;
    put_all(&*store, &[after.clone()]);
    assert_eq!(list(&*store, &FindingFilter::default()), [after]);
}

fn each_filter_alone(make: &Make<'_>) {
    let store = make();
    let mut rows: Vec<_> = (1..=7).map(finding).collect();
    rows[0].state = "validated".into();
    rows[1].member = member(9, "").id;
    rows[2].case = Some(case(9).id);
    rows[3].bundle = tag(90);
    rows[4].claim = tag(91);
    rows[5].target = tag(92);
    put_all(&*store, &rows);
    let none = FindingFilter::default;
    let filters = [
        FindingFilter { state: Some("validated".into()), ..none() },
        FindingFilter { member: Some(member(9, "").id), ..none() },
        FindingFilter { case: Some(case(9).id), ..none() },
        FindingFilter { bundle: Some(tag(90)), ..none() },
        FindingFilter { claim: Some(tag(91)), ..none() },
        FindingFilter { target: Some(tag(92)), ..none() },
    ];
    for (row, filter) in rows.iter().zip(&filters) {
        assert_eq!(list(&*store, filter), std::slice::from_ref(row), "{filter:?}");
    }
    assert_eq!(list(&*store, &none()), rows);
    assert_eq!(list(&*store, &FindingFilter { state: Some("Validated".into()), ..none() }), []);
}

fn filters_together(make: &Make<'_>) {
    let store = make();
    // Every combination of two values of six columns.
    let rows: Vec<_> = (0..64u64)
        .map(|bits| {
            let mut row = finding(bits);
            let bit = |place: u64| bits >> place & 1;
            row.state = format!("state-{}", bit(0));
            row.member = member(100 + bit(1), "").id;
            row.case = Some(case(200 + bit(2)).id);
            row.bundle = tag(300 + bit(3));
            row.claim = tag(400 + bit(4));
            row.target = tag(500 + bit(5));
            row
        })
        .collect();
    put_all(&*store, &rows);
    for wanted in 0..64u64 {
        let want = |place: u64| wanted >> place & 1 == 1;
        let filter = FindingFilter {
            state: want(0).then(|| "state-1".into()),
            member: want(1).then(|| member(101, "").id),
            case: want(2).then(|| case(201).id),
            bundle: want(3).then(|| tag(301)),
            claim: want(4).then(|| tag(401)),
            target: want(5).then(|| tag(501)),
        };
        let expected: Vec<_> =
            (0u64..).zip(&rows).filter(|(bits, _)| bits & wanted == wanted).map(|(_, row)| row.clone()).collect();
        assert_eq!(walk(&*store, &filter, 5), expected, "{filter:?}");
    }
}

fn findings_come_oldest_first(make: &Make<'_>) {
    let store = make();
    for number in [5, 1, 4, 2, 3] {
        put_all(&*store, &[finding(number)]);
    }
    let expected: Vec<_> = (1..=5).map(finding).collect();
    assert_eq!(list(&*store, &FindingFilter::default()), expected);
}

fn findings_of_one_instant_come_in_one_order(make: &Make<'_>) {
    let store = make();
    let mut rows: Vec<_> = (1..=20).map(finding).collect();
    for row in &mut rows {
        row.received = at(0);
    }
    put_all(&*store, &rows);
    rows.sort_by_key(|row| row.id);
    assert_eq!(walk(&*store, &FindingFilter::default(), 3), rows);
}

fn pages_of_any_size_give_each_row_once(make: &Make<'_>) {
    let store = make();
    let rows: Vec<_> = (1..=23).map(finding).collect();
    put_all(&*store, &rows);
    for size in [1, 2, 7, 22, 23, 24, 1000] {
        assert_eq!(walk(&*store, &FindingFilter::default(), size), rows, "pages of {size}");
    }
}

fn pages_of_a_filter_give_each_row_once(make: &Make<'_>) {
    let store = make();
    let mut rows: Vec<_> = (1..=30).map(finding).collect();
    for row in rows.iter_mut().step_by(3) {
        row.state = "validated".into();
    }
    put_all(&*store, &rows);
    let filter = FindingFilter { state: Some("validated".into()), ..FindingFilter::default() };
    let expected: Vec<_> = rows.into_iter().step_by(3).collect();
    assert_eq!(walk(&*store, &filter, 4), expected);
}

fn the_last_page_says_so(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &(1..=4).map(finding).collect::<Vec<_>>());
    see(&*store, |view| {
        let page = view.findings(&FindingFilter::default(), None, 4)?;
        assert_eq!((page.rows.len(), page.next), (4, None));
        let page = view.findings(&FindingFilter::default(), None, 3)?;
        let last = view.findings(&FindingFilter::default(), page.next.as_deref(), 3)?;
        assert_eq!((last.rows.len(), last.next), (1, None));
        Ok(())
    });
}

fn a_row_that_is_added_meanwhile_hides_and_doubles_none(make: &Make<'_>) {
    let store = make();
    let rows: Vec<_> = (1..=20).map(finding).collect();
    put_all(&*store, &rows);
    let (mut seen, mut after, mut added) = (Vec::new(), None, 1000);
    loop {
        let page = see(&*store, |view| view.findings(&FindingFilter::default(), after.as_deref(), 4));
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
        // One before, one among and one after what is listed; and one that was listed already changes.
        for received in [at(0), at(10), at(500)] {
            if added < 1009 {
                added += 1;
                let mut late = finding(added);
                late.received = received;
                put_all(&*store, &[late]);
            }
        }
        let mut changed = finding(1);
        changed.state = "validated".into();
        put_all(&*store, &[changed]);
    }
    let old: Vec<_> = seen.iter().filter(|row| row.received <= at(20) && rows.iter().any(|r| r.id == row.id)).collect();
    assert_eq!(old.len(), rows.len());
    let mut ids: Vec<_> = seen.iter().map(|row| row.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), seen.len(), "no row twice");
}

fn what_is_no_key_of_a_page_is_refused(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[finding(1)]);
    for key in ["", "x", "1", "9999999999999999999999", "fnd_0000", "' OR 1=1 --", &"9".repeat(10_000)] {
        let answer = store.read(&mut |view| view.findings(&FindingFilter::default(), Some(key), 5).map(|_| ()));
        assert!(matches!(answer, Err(StoreError::NotAPage)), "{key:?}");
        let answer = store.read(&mut |view| view.cases(Some(key), 5).map(|_| ()));
        assert!(matches!(answer, Err(StoreError::NotAPage)), "{key:?}");
    }
}

fn odd_limits(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[finding(1), finding(2)]);
    see(&*store, |view| {
        let none = view.findings(&FindingFilter::default(), None, 0)?;
        assert_eq!((none.rows.len(), none.next), (0, None), "whoever asks for nothing never loops");
        assert_eq!(view.findings(&FindingFilter::default(), None, usize::MAX)?.rows.len(), 2);
        Ok(())
    });
}

fn the_tally_is_the_sum_of_all(make: &Make<'_>) {
    let store = make();
    let mut rows: Vec<_> = (1..=60).map(finding).collect();
    for (number, row) in rows.iter_mut().enumerate() {
        row.state = ["received", "validated", "refused", ""][number % 4].into();
    }
    put_all(&*store, &rows);
    let tally = see(&*store, |view| view.tally());
    assert_eq!(tally.values().sum::<u64>(), 60);
    assert_eq!(tally.into_iter().collect::<Vec<_>>(), ["", "received", "refused", "validated"].map(|s| (s.into(), 15)));
}

fn the_tally_follows_a_change(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[finding(1), finding(2)]);
    let mut row = finding(1);
    row.state = "validated".into();
    put_all(&*store, &[row]);
    let tally = see(&*store, |view| view.tally());
    assert_eq!(tally.into_iter().collect::<Vec<_>>(), [("received".into(), 1), ("validated".into(), 1)]);
}
