//! Cases and engagements: what is due, and never before its instant.

use assay_base::Instant;

use super::sample::*;
use super::{Make, every};
use crate::row::{CaseRow, EngagementRow, Row};
use crate::store::Store;

every![
    a_case_by_id,
    cases_come_oldest_first_in_pages,
    an_embargo_is_due_at_its_end_and_not_before,
    only_an_embargo_in_force_is_due,
    due_embargoes_come_by_their_end,
    nothing_is_published_under_an_embargo,
    only_what_is_ready_is_to_be_published,
    publications_come_oldest_first,
    published_cases_come_in_that_order,
    an_advisory_s_number_is_its_own,
    an_engagement_by_id,
    engagements_come_oldest_first,
    a_window_is_due_at_its_end_and_not_before,
    due_windows_come_by_their_end,
];

fn put_all(store: &dyn Store, rows: &[CaseRow]) {
    put(store, &rows.iter().cloned().map(Row::Case).collect::<Vec<_>>());
}

fn embargoed(number: u64, ends: i64) -> CaseRow {
    CaseRow { embargo: "active".into(), embargo_ends: Some(at(ends)), ..case(number) }
}

fn ready(number: u64) -> CaseRow {
    CaseRow { ready: true, embargo: "exited".into(), ..case(number) }
}

fn a_case_by_id(make: &Make<'_>) {
    let store = make();
    let row = CaseRow {
        word: "published".into(),
        published: Some(at(7)),
        advisory: Some("ASY-2026-0001".into()),
        closed: true,
        ready: true,
        ..embargoed(1, 5)
    };
    put_all(&*store, &[case(1)]);
    put_all(&*store, &[row.clone(), case(2)]);
    see(&*store, |view| {
        assert_eq!(view.case(row.id)?, Some(row.clone()));
        assert_eq!(view.case(case(2).id)?, Some(case(2)));
        assert_eq!(view.case(case(3).id)?, None);
        Ok(())
    });
}

fn cases_come_oldest_first_in_pages(make: &Make<'_>) {
    let store = make();
    let mut rows: Vec<_> = (1..=11).map(case).collect();
    put_all(&*store, &rows.iter().rev().cloned().collect::<Vec<_>>());
    rows.sort_by_key(|row| (row.opened, row.id));
    for size in [1, 4, 11, 12] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = see(&*store, |view| view.cases(after.as_deref(), size));
            assert!(page.rows.len() <= size);
            seen.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, rows, "pages of {size}");
    }
    assert_eq!(see(&*store, |view| view.cases(None, 0)).next, None);
}

fn an_embargo_is_due_at_its_end_and_not_before(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[embargoed(1, 100)]);
    see(&*store, |view| {
        assert_eq!(view.embargoes_due(Instant::from_micros(at(100).as_micros() - 1), 10)?, []);
        assert_eq!(view.embargoes_due(at(100), 10)?, [embargoed(1, 100)]);
        Ok(())
    });
}

fn only_an_embargo_in_force_is_due(make: &Make<'_>) {
    let store = make();
    for (word, due) in [("none", 0), ("proposed", 0), ("active", 1), ("revise", 1), ("exited", 0)] {
        put_all(&*store, &[CaseRow { embargo: word.into(), ..embargoed(1, 5) }]);
        assert_eq!(see(&*store, |view| view.embargoes_due(at(10), 10)).len(), due, "{word}");
    }
    put_all(&*store, &[CaseRow { embargo_ends: None, ..embargoed(1, 5) }]);
    assert_eq!(see(&*store, |view| view.embargoes_due(at(10), 10)), [], "without an end it does not end by itself");
}

fn due_embargoes_come_by_their_end(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[embargoed(1, 30), embargoed(2, 10), embargoed(3, 20), embargoed(4, 40)]);
    let due = see(&*store, |view| view.embargoes_due(at(30), 10));
    assert_eq!(due, [embargoed(2, 10), embargoed(3, 20), embargoed(1, 30)]);
    assert_eq!(see(&*store, |view| view.embargoes_due(at(30), 1)), [embargoed(2, 10)]);
}

fn nothing_is_published_under_an_embargo(make: &Make<'_>) {
    let store = make();
    // Not even when its end is long past: whoever ends the embargo says so first.
    for (word, due) in [("none", 1), ("proposed", 1), ("active", 0), ("revise", 0), ("exited", 1)] {
        put_all(&*store, &[CaseRow { ready: true, embargo: word.into(), ..embargoed(1, -100) }]);
        assert_eq!(see(&*store, |view| view.publications_due(10)).len(), due, "{word}");
    }
}

fn only_what_is_ready_is_to_be_published(make: &Make<'_>) {
    let store = make();
    put_all(
        &*store,
        &[
            ready(1),
            CaseRow { ready: false, ..ready(2) },
            CaseRow { published: Some(at(9)), ..ready(3) },
            CaseRow { closed: true, ..ready(4) },
        ],
    );
    assert_eq!(see(&*store, |view| view.publications_due(10)), [ready(1)]);
}

fn publications_come_oldest_first(make: &Make<'_>) {
    let store = make();
    put_all(&*store, &[ready(3), ready(1), ready(2)]);
    assert_eq!(see(&*store, |view| view.publications_due(10)), [ready(1), ready(2), ready(3)]);
    assert_eq!(see(&*store, |view| view.publications_due(2)), [ready(1), ready(2)]);
    assert_eq!(see(&*store, |view| view.publications_due(0)), []);
}

fn published_cases_come_in_that_order(make: &Make<'_>) {
    let store = make();
    let published = |number, seconds| CaseRow { published: Some(at(seconds)), ..ready(number) };
    put_all(&*store, &[published(1, 30), published(2, 10), ready(3), published(4, 20)]);
    assert_eq!(see(&*store, |view| view.published()), [published(2, 10), published(4, 20), published(1, 30)]);
}

fn an_advisory_s_number_is_its_own(make: &Make<'_>) {
    let store = make();
    let numbered = |number, advisory: &str| CaseRow { advisory: Some(advisory.into()), ..case(number) };
    put_all(&*store, &[numbered(1, "ASY-2026-0001"), case(3), case(4)]);
    assert!(out_of_order(&try_keep(&*store, &[], &[Row::Case(numbered(2, "ASY-2026-0001"))])));
    put_all(&*store, &[numbered(1, "ASY-2026-0001"), numbered(2, "ASY-2026-0002")]);
}

fn engage(store: &dyn Store, rows: &[EngagementRow]) {
    put(store, &rows.iter().cloned().map(Row::Engagement).collect::<Vec<_>>());
}

fn window(number: u64, ends: i64) -> EngagementRow {
    EngagementRow { window_ends: Some(at(ends)), ..engagement(number) }
}

fn an_engagement_by_id(make: &Make<'_>) {
    let store = make();
    engage(&*store, &[engagement(1), engagement(2)]);
    engage(&*store, &[window(1, 5)]);
    see(&*store, |view| {
        assert_eq!(view.engagement(window(1, 5).id)?, Some(window(1, 5)));
        assert_eq!(view.engagement(engagement(3).id)?, None);
        Ok(())
    });
}

fn engagements_come_oldest_first(make: &Make<'_>) {
    let store = make();
    engage(&*store, &[engagement(3), engagement(1), engagement(2)]);
    engage(&*store, &[window(3, 5)]);
    assert_eq!(see(&*store, |view| view.engagements()), [engagement(1), engagement(2), window(3, 5)]);
}

fn a_window_is_due_at_its_end_and_not_before(make: &Make<'_>) {
    let store = make();
    engage(&*store, &[window(1, 100), engagement(2)]);
    see(&*store, |view| {
        assert_eq!(view.windows_due(Instant::from_micros(at(100).as_micros() - 1), 10)?, []);
        assert_eq!(view.windows_due(at(100), 10)?, [window(1, 100)]);
        Ok(())
    });
    engage(&*store, &[EngagementRow { window_ends: None, ..engagement(1) }]);
    assert_eq!(see(&*store, |view| view.windows_due(at(1000), 10)), []);
}

fn due_windows_come_by_their_end(make: &Make<'_>) {
    let store = make();
    engage(&*store, &[window(1, 30), window(2, 10), window(3, 20)]);
    assert_eq!(see(&*store, |view| view.windows_due(at(99), 2)), [window(2, 10), window(3, 20)]);
}
