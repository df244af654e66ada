//! Which clock governs, and that the shortest binding party wins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assay_case::embargo::clock::{LONGEST_DAYS, cap};
use assay_case::embargo::{
    Agreed, Basis, ListCap, Policies, ProjectPolicy, Template, Templates, Term, govern, is_over,
};
use proptest::prelude::*;
use support::{arbitrary, at, day, line};

fn project(days: u32) -> Option<ProjectPolicy> {
    Some(ProjectPolicy { term: Term::Days { days }, source: line("SECURITY.md") })
}

fn list(days: u32, told: u64) -> ListCap {
    ListCap { list: line("linux-distros"), days, told: day(told) }
}

fn agreed(days: u64) -> Option<Agreed> {
    Some(Agreed { end: day(days), source: line("minutes") })
}

#[test]
fn the_first_that_applies_and_the_shortest_that_binds() {
    let ours = Policies::default();
    for (policies, end, basis) in [
        (ours.clone(), 30, Basis::InstanceDefault),
        (Policies { default_days: 7, ..ours.clone() }, 7, Basis::InstanceDefault),
        // The maintainer's policy outranks ours in both directions.
        (Policies { project: project(90), ..ours.clone() }, 90, Basis::ProjectPolicy),
        (Policies { project: project(5), ..ours.clone() }, 5, Basis::ProjectPolicy),
        (Policies { agreed: agreed(60), ..ours.clone() }, 60, Basis::AgreedDate),
        (Policies { project: project(90), agreed: agreed(120), ..ours.clone() }, 90, Basis::ProjectPolicy),
        (Policies { project: project(90), agreed: agreed(20), ..ours.clone() }, 20, Basis::AgreedDate),
        (Policies { project: project(90), lists: vec![list(14, 0)], ..ours.clone() }, 14, Basis::ListCap),
        // A list's clock starts when it is told.
        (Policies { project: project(90), lists: vec![list(14, 3), list(7, 20)], ..ours.clone() }, 17, Basis::ListCap),
        // Equal ends: the first in the order of R36 is named.
        (
            Policies { project: project(14), lists: vec![list(14, 0)], agreed: agreed(14), ..ours },
            14,
            Basis::ProjectPolicy,
        ),
    ] {
        let governing = govern(day(0), &policies);
        assert_eq!((governing.end, governing.basis), (day(end), basis), "{policies:?}");
        assert!(!governing.source.is_empty());
    }
}

#[test]
fn it_is_over_at_its_instant_and_not_a_microsecond_before() {
    let end = at(1_000_001);
    assert!(!is_over(end, at(1_000_000)) && is_over(end, at(1_000_001)) && is_over(end, at(1_000_002)));
}

#[test]
fn templates_say_what_they_are_for() {
    let templates = Templates::shipped().unwrap();
    let ends = |template: &Template| (template.end(day(0)), template.latest(day(0)));
    assert_eq!(templates.template("standard").map(ends), Some((day(90), day(104))));
    assert_eq!(templates.template("exploited").map(ends), Some((day(7), day(14))));
    assert_eq!(templates.template("instance").map(ends), Some((day(30), day(30))));
    assert_eq!(templates.list("linux-kernel").map(|list| (list.days, list.exception_days)), Some((7, 14)));
    assert_eq!(templates.list("linux-distros").map(|list| (list.days, list.exception_days)), Some((14, 14)));
    assert_eq!(templates.technical_detail(day(1)), day(46));
    assert_eq!(templates.coordinator_takes_over(day(1)), day(31));
    assert_eq!(templates.template("forever"), None);
}

#[test]
fn templates_of_another_shape_are_refused() {
    for bad in ["", "template = 3", "[[template]]\nname = \"x\"\nforever = true", "\u{0}"] {
        assert!(Templates::read(bad).is_err(), "{bad:?}");
    }
    assert!(Templates::read(&"#".repeat(70_000)).is_err());
    let entry = "[[template]]\nname=\"a\"\nsentence=\"b\"\ndays=1\ngrace-days=0\n";
    let file = format!("list = []\n[after]\ntechnical-detail-days=1\nno-answer-days=1\n{}", entry.repeat(101));
    assert!(Templates::read(&file).is_err());
}

proptest! {
    /// Invariant 13, and R36: no clock ends later than any binding one allows.
    #[test]
    fn nothing_outlasts_a_binding_party(policies in arbitrary::case::policies(), opened in 0u64..1_000) {
        let opened = day(opened);
        let governing = govern(opened, &policies);
        if let Some(cap) = cap(opened, &policies) {
            prop_assert!(governing.end <= cap.end);
        }
        if let Some(ProjectPolicy { term: Term::Days { days }, .. }) = policies.project {
            prop_assert!(governing.end <= opened.plus_days(days));
        }
        for list in &policies.lists {
            prop_assert!(governing.end <= list.told.plus_days(list.days));
        }
        if let Some(agreed) = &policies.agreed {
            prop_assert!(governing.end <= agreed.end);
        }
        let binding = policies.project.is_some() || !policies.lists.is_empty() || policies.agreed.is_some();
        prop_assert_eq!(binding, governing.basis != Basis::InstanceDefault);
        if policies.lists.is_empty() {
            prop_assert!(governing.end <= opened.plus_days(LONGEST_DAYS));
        }
    }

    /// Our default changes nothing where anybody else has a clock.
    #[test]
    fn our_default_never_wins_over_another_clock(mut policies in arbitrary::case::policies(), default in any::<u32>()) {
        let before = govern(day(0), &policies);
        policies.default_days = default;
        let after = govern(day(0), &policies);
        prop_assert!(before == after || after.basis == Basis::InstanceDefault);
    }

    #[test]
    fn any_file_is_read_or_refused(text in ".{0,200}") {
        let _ = Templates::read(&text);
    }
}
