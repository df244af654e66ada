//! BOD 26-04 exactly: its sixteen rows against the published table, its ranges
//! where facts are unknown, its dates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use assay_base::{Answer, Instant};
use assay_clock::{Basis, Directive, Due, Facts, Input, Kind, Organisation, Start, Started, Term, Zone};
use proptest::prelude::*;

fn directive() -> Directive {
    Directive::bod_26_04().unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn facts(kev: Answer, exposed: Answer, automatable: Answer, total: Answer) -> Facts {
    Facts { kev, exposed, automatable, total }
}

/// The folder of public data, if it is at hand; in CI it has to be.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("ASSAY_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the public data are not at hand: set ASSAY_DATA");
    println!("skipped: the public data are not at hand");
    None
}

#[test]
fn the_rows_are_those_of_the_published_table() {
    let Some(folder) = data() else { return };
    let text = std::fs::read_to_string(folder.join("ssvc/cisa_bod_26_04_1_0_0.csv")).unwrap();
    let mut compared = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let answer = |cell: &str| Answer::from(["yes", "total"].contains(&cell));
        let outcome =
            directive().evaluate(facts(answer(cells[1]), answer(cells[2]), answer(cells[3]), answer(cells[4])));
        let (term, triage) = match cells[5].trim() {
            "fix on system upgrade" => (Term::NextUpgrade, Answer::No),
            "60 days" => (Term::Days(60), Answer::No),
            "14 days" => (Term::Days(14), Answer::No),
            "3 days" => (Term::Days(3), Answer::No),
            "3 days & forensic investigation" => (Term::Days(3), Answer::Yes),
            other => panic!("{other}"),
        };
        assert_eq!((outcome.earliest, outcome.latest, outcome.triage), (term, term, triage), "{line}");
        compared += 1;
    }
    assert_eq!(compared, 16);
}

#[test]
fn the_rows_are_those_of_the_conditions_in_words() {
    for row in directive().rows() {
        let (k, e, a, t) = (row.kev, row.exposed, row.automatable, row.total);
        let expected = if k && t && (e || a) {
            (Term::Days(3), true)
        } else if e && a && (k != t) {
            (Term::Days(3), false)
        } else if k || (e && (a != t)) {
            (Term::Days(14), false)
        } else if (e && !a && !t) || (!e && a) {
            (Term::Days(60), false)
        } else {
            (Term::NextUpgrade, false)
        };
        assert_eq!((row.term, row.triage), expected, "{row:?}");
    }
}

#[test]
fn errors_of_the_press_are_not_repeated() {
    use Answer::{No, Yes};
    // KEV and total is not always 3 days; and not all four facts are needed for 3 days.
    assert_eq!(directive().evaluate(facts(Yes, No, No, Yes)).latest, Term::Days(14));
    assert_eq!(directive().evaluate(facts(No, Yes, Yes, Yes)).latest, Term::Days(3));
    assert_eq!(directive().evaluate(facts(No, Yes, Yes, Yes)).triage, No);
}

#[test]
fn an_unknown_fact_is_a_range_with_its_reason() {
    use Answer::{No, Unknown, Yes};
    let outcome = directive().evaluate(facts(No, Yes, Unknown, Unknown));
    assert_eq!((outcome.earliest, outcome.latest), (Term::Days(3), Term::Days(60)));
    assert_eq!(
        outcome.because,
        "not in KEV, exposed, automatable unknown, impact unknown: 3 to 60 days; it hangs on whether an attack can \
         be automated and whether the impact is total"
    );
    let outcome = directive().evaluate(facts(Yes, Yes, Unknown, Yes));
    assert_eq!(outcome.term_words(), "3 days");
    assert_eq!(outcome.triage, Yes);
    assert!(outcome.open.is_empty());
    assert_eq!(
        outcome.because,
        "in KEV, exposed, automatable unknown, total impact: 3 days with forensic triage first, whatever the unknown \
         turns out to be"
    );
    let outcome = directive().evaluate(Facts::UNKNOWN);
    assert_eq!(outcome.term_words(), "3 days at the earliest, the next upgrade at the latest");
    assert_eq!((outcome.triage, outcome.open.len()), (Unknown, 4));
    // Neither the term nor the triage hangs on the impact here.
    let outcome = directive().evaluate(facts(No, No, No, Unknown));
    assert_eq!(
        outcome.because,
        "not in KEV, not exposed, not automatable, impact unknown: next upgrade, whatever the unknown turns out to be"
    );
}

#[test]
fn its_dates() {
    let directive = directive();
    assert_eq!(directive.issued().to_string(), "2026-06-10");
    assert_eq!(directive.binds_from().unwrap().to_string(), "2026-12-07");
    let dates: Vec<String> = directive.effects().iter().map(|effect| effect.date.to_string()).collect();
    assert_eq!(dates, ["2026-06-10", "2026-08-09", "2026-12-07"]);
    assert_eq!(directive.supersedes(), ["bod-22-01", "bod-19-02"]);
}

#[test]
fn whom_it_binds() {
    let basis = |kind| directive().basis(&Organisation::of(kind));
    assert_eq!(basis(Kind::FederalCivilianAgency), Basis::Binding);
    for kind in [Kind::NationalSecuritySystem, Kind::StateOrLocal, Kind::CriticalInfrastructure, Kind::Private] {
        assert_eq!(basis(kind), Basis::Reference);
        let words = directive().basis_words(&Organisation::of(kind));
        assert!(words.ends_with("dates are targets"), "{words}");
    }
    assert_eq!(basis(Kind::Unknown), Basis::Unknown);
    let mut bank = Organisation::of(Kind::Private);
    bank.adopts.push("bod-26-04".to_owned());
    assert_eq!(directive().basis(&bank), Basis::Adopted);
    for basis in [Basis::Adopted, Basis::Reference, Basis::Unknown] {
        assert_eq!(basis.date_word(), "target");
    }
}

fn due(facts: Facts, start: Start, zone: &str) -> Due {
    let directive = directive();
    directive.due(&directive.evaluate(facts), start, &Zone::named(zone).unwrap())
}

#[test]
fn a_listing_starts_the_clock_if_it_was_earlier_than_the_detection() {
    use Answer::{No, Yes};
    let start =
        Start { listed: Some("2026-12-10".parse().unwrap()), published: None, detected: at("2026-12-15T20:00:00Z") };
    let listed = due(facts(Yes, Yes, Yes, Yes), start, "America/Chicago");
    assert_eq!(listed.started, Started::Listing);
    // Three days after 10 December, to the end of the 13th in Chicago; no zone moves the date of the listing.
    assert_eq!(listed.earliest, Some(at("2026-12-14T06:00:00Z")));
    assert_eq!(listed.latest, listed.earliest);
    // What can still be met is counted from the detection.
    assert_eq!(listed.catch_up, Some(at("2026-12-19T06:00:00Z")));
    let unlisted = due(facts(No, Yes, Yes, Yes), start, "America/Chicago");
    assert_eq!((unlisted.started, unlisted.earliest), (Started::Detection, Some(at("2026-12-19T06:00:00Z"))));
}

#[test]
fn the_day_is_that_of_the_place_where_the_asset_stands() {
    let start = Start { listed: None, published: None, detected: at("2026-12-15T03:00:00Z") };
    let facts = facts(Answer::No, Answer::Yes, Answer::Yes, Answer::Yes);
    // It is still the 14th in Honolulu and already the 15th in Berlin.
    assert_eq!(due(facts, start, "Pacific/Honolulu").earliest, Some(at("2026-12-18T10:00:00Z")));
    assert_eq!(due(facts, start, "Europe/Berlin").earliest, Some(at("2026-12-18T23:00:00Z")));
}

#[test]
fn no_day_counts_before_the_directive_existed() {
    let start =
        Start { listed: Some("2021-11-03".parse().unwrap()), published: None, detected: at("2026-11-21T12:00:00Z") };
    let old = due(facts(Answer::Yes, Answer::No, Answer::No, Answer::No), start, "America/New_York");
    assert_eq!(old.started, Started::Issue);
    // 10 June + 14 days, to its end.
    assert_eq!(old.earliest, Some(at("2026-06-25T04:00:00Z")));
    assert_eq!(old.binds_from, Some(at("2026-12-07T05:00:00Z")));
}

#[test]
fn the_next_upgrade_has_no_instant() {
    let start = Start { listed: None, published: None, detected: at("2026-11-21T12:00:00Z") };
    let due = due(facts(Answer::No, Answer::No, Answer::No, Answer::No), start, "UTC");
    assert_eq!((due.earliest, due.latest, due.catch_up), (None, None, None));
}

fn answer() -> impl Strategy<Value = Answer> {
    prop::sample::select(vec![Answer::Yes, Answer::No, Answer::Unknown])
}

fn any_facts() -> impl Strategy<Value = Facts> {
    (answer(), answer(), answer(), answer()).prop_map(|(k, e, a, t)| facts(k, e, a, t))
}

/// All ways in which unknown facts could turn out, written apart from the code under test.
fn turned_out(given: Facts) -> Vec<Facts> {
    let mut all = vec![given];
    for input in Input::ALL {
        all = all
            .into_iter()
            .flat_map(|facts| match facts.get(input) {
                Answer::Unknown => vec![facts.with(input, Answer::No), facts.with(input, Answer::Yes)],
                _ => vec![facts],
            })
            .collect();
    }
    all
}

proptest! {
    #[test]
    fn the_range_is_exactly_what_its_completions_span(given in any_facts()) {
        let directive = directive();
        let range = directive.evaluate(given);
        let each: Vec<_> = turned_out(given).into_iter().map(|facts| directive.evaluate(facts)).collect();
        for one in &each {
            prop_assert!(one.is_one_term() && one.triage != Answer::Unknown);
            prop_assert!(range.earliest <= one.earliest && one.latest <= range.latest);
            prop_assert!(range.triage == Answer::Unknown || range.triage == one.triage);
        }
        // It is no wider than it has to be: both ends are taken.
        prop_assert!(each.iter().any(|one| one.earliest == range.earliest));
        prop_assert!(each.iter().any(|one| one.latest == range.latest));
    }

    #[test]
    fn to_know_more_never_widens(given in any_facts(), input in prop::sample::select(Input::ALL.to_vec()), yes: bool) {
        prop_assume!(given.get(input) == Answer::Unknown);
        let directive = directive();
        let (wide, narrow) = (directive.evaluate(given), directive.evaluate(given.with(input, yes.into())));
        prop_assert!(wide.earliest <= narrow.earliest && narrow.latest <= wide.latest);
        prop_assert!(narrow.unknown.len() < wide.unknown.len());
    }

    #[test]
    fn no_date_at_all_only_if_every_completion_agrees(given in any_facts()) {
        let directive = directive();
        let outcome = directive.evaluate(given);
        let all_agree = turned_out(given).into_iter().all(|facts| directive.evaluate(facts).latest == Term::NextUpgrade);
        prop_assert_eq!(outcome.earliest == Term::NextUpgrade, all_agree);
    }

    #[test]
    fn an_open_fact_is_one_whose_answer_changes_something(given in any_facts()) {
        let directive = directive();
        let outcome = directive.evaluate(given);
        for input in given.unknown() {
            let changes = turned_out(given).into_iter().any(|facts| {
                let (no, yes) = (directive.evaluate(facts.with(input, Answer::No)), directive.evaluate(facts.with(input, Answer::Yes)));
                (no.earliest, no.triage) != (yes.earliest, yes.triage)
            });
            prop_assert_eq!(outcome.open.contains(&input), changes);
        }
        prop_assert_eq!(outcome.is_one_term() && outcome.triage != Answer::Unknown, outcome.open.is_empty());
    }

    #[test]
    fn due_is_total_and_in_order(
        given in any_facts(),
        listed in prop::option::of(0_i64..40_000),
        published in prop::option::of(-60_000_000_000_000_000..253_000_000_000_000_000_i64),
        detected in -60_000_000_000_000_000..253_000_000_000_000_000_i64,
        zone in prop::sample::select(vec!["UTC", "America/Chicago", "Pacific/Apia", "Asia/Kathmandu"]),
    ) {
        let start = Start {
            listed: listed.map(|days| jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap()),
            published: published.map(Instant::from_micros),
            detected: Instant::from_micros(detected),
        };
        let due = due(given, start, zone);
        match (due.earliest, due.latest) {
            (Some(earliest), Some(latest)) => prop_assert!(earliest <= latest),
            (None, latest) => prop_assert_eq!(latest, None),
            (Some(_), None) => {}
        }
        // A term is never over before it began, and never before the directive existed.
        if let Some(earliest) = due.earliest {
            prop_assert!(earliest >= at("2026-06-10T00:00:00Z"));
        }
    }
}
