//! Whether two stores answer every question alike.

use assay_store::conformance::sample::*;
use assay_store::row::{CaseRow, FindingRow};
use assay_store::store::{FindingFilter, Store, View};

fn findings(view: &dyn View, filter: &FindingFilter, limit: usize) -> Vec<FindingRow> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = view.findings(filter, after.as_deref(), limit).unwrap();
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

fn cases(view: &dyn View, limit: usize) -> Vec<CaseRow> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = view.cases(after.as_deref(), limit).unwrap();
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

/// Asks both the same, and panics where they differ.
pub fn same(a: &dyn Store, b: &dyn Store) {
    /// One question to both.
    macro_rules! both {
        ($view:ident, $ask:expr) => {
            assert_eq!(see(a, |$view| Ok($ask)), see(b, |$view| Ok($ask)), "{}", stringify!($ask));
        };
    }
    both!(view, view.events_after(0, 10_000).unwrap());
    both!(view, view.all_rows().unwrap());
    both!(view, view.outbox(10_000).unwrap());
    both!(view, view.last_leaf().unwrap());
    both!(view, view.last_number().unwrap());
    both!(view, view.last_instant().unwrap());
    both!(view, view.tally().unwrap());
    both!(view, view.members().unwrap());
    both!(view, view.persons().unwrap());
    both!(view, view.published().unwrap());
    both!(view, view.engagements().unwrap());
    both!(view, view.publications_due(100).unwrap());
    both!(view, cases(view, 5));
    for number in 0..3 {
        both!(view, view.active_leases(tag(number)).unwrap());
        both!(view, view.last_token(tag(number), "static").unwrap());
    }
    for now in [at(-1), at(10), at(25), at(1000)] {
        both!(view, view.leases_due(now, 5).unwrap());
        both!(view, view.embargoes_due(now, 5).unwrap());
        both!(view, view.windows_due(now, 5).unwrap());
    }
    for number in 0..10 {
        both!(view, view.stream(&stream(number)).unwrap());
        both!(view, view.finding(finding(number).id).unwrap());
        both!(view, view.member_named(&format!("member {number}")).unwrap());
        both!(view, view.person_named(&format!("person {number}")).unwrap());
    }
    let none = FindingFilter::default;
    for filter in [
        none(),
        FindingFilter { state: Some("validated".into()), ..none() },
        FindingFilter { member: Some(member(1, "").id), ..none() },
        FindingFilter { member: Some(member(1, "").id), state: Some("refused".into()), ..none() },
        FindingFilter { case: Some(case(1).id), ..none() },
        FindingFilter { target: Some(tag(1)), bundle: Some(tag(11)), ..none() },
        FindingFilter { claim: Some(tag(21)), state: Some("received".into()), ..none() },
    ] {
        both!(view, findings(view, &filter, 7));
    }
    assert_eq!(a.settings().unwrap(), b.settings().unwrap());
    let keys = a.keys(None, 1000).unwrap();
    assert_eq!(keys, b.keys(None, 1000).unwrap());
    for key in keys {
        assert_eq!(a.is_shredded(key).unwrap(), b.is_shredded(key).unwrap());
        let recipients = a.recipients(key).unwrap();
        assert_eq!(recipients, b.recipients(key).unwrap());
        for recipient in recipients {
            assert_eq!(a.wrap(key, &recipient).unwrap(), b.wrap(key, &recipient).unwrap());
        }
    }
    let blobs = a.blobs(None, 1000).unwrap();
    assert_eq!(blobs, b.blobs(None, 1000).unwrap());
    for blob in blobs {
        assert_eq!(a.blob(blob).unwrap(), b.blob(blob).unwrap());
    }
}
