//! Members and persons.

use super::sample::*;
use super::{Make, every};
use crate::row::Row;

every![
    members_by_id_and_by_name,
    a_member_s_name_is_its_own,
    a_member_can_be_renamed,
    members_come_by_name,
    names_are_compared_byte_by_byte,
    persons_by_id_and_by_name,
    a_person_s_name_is_its_own,
    a_person_changes_and_leaves,
    persons_come_by_name,
    any_word_is_a_role,
];

fn members_by_id_and_by_name(make: &Make<'_>) {
    let store = make();
    let row = member(1, "Kernel Team");
    put(&*store, &[Row::Member(row.clone())]);
    see(&*store, |view| {
        assert_eq!(view.member(row.id)?, Some(row.clone()));
        assert_eq!(view.member_named("Kernel Team")?, Some(row.clone()));
        assert_eq!(view.member_named("kernel team")?, None);
        assert_eq!(view.member(member(2, "").id)?, None);
        Ok(())
    });
}

fn a_member_s_name_is_its_own(make: &Make<'_>) {
    let store = make();
    put(&*store, &[Row::Member(member(1, "one"))]);
    assert!(out_of_order(&try_keep(&*store, &[], &[Row::Member(member(2, "one"))])));
    put(&*store, &[Row::Member(member(1, "one"))]);
    assert_eq!(see(&*store, |view| view.members()), [member(1, "one")]);
}

fn a_member_can_be_renamed(make: &Make<'_>) {
    let store = make();
    put(&*store, &[Row::Member(member(1, "before"))]);
    put(&*store, &[Row::Member(member(1, "after"))]);
    put(&*store, &[Row::Member(member(2, "before"))]);
    see(&*store, |view| {
        assert_eq!(view.member_named("before")?, Some(member(2, "before")));
        assert_eq!(view.member_named("after")?, Some(member(1, "after")));
        Ok(())
    });
}

fn members_come_by_name(make: &Make<'_>) {
    let store = make();
    for (number, name) in (1..).zip(["c", "a", "b", "B"]) {
        put(&*store, &[Row::Member(member(number, name))]);
    }
    let names: Vec<_> = see(&*store, |view| view.members()).into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["B", "a", "b", "c"]);
}

fn names_are_compared_byte_by_byte(make: &Make<'_>) {
    let store = make();
    for (number, name) in (1..).zip(ODD_TEXTS) {
        put(&*store, &[Row::Member(member(number, name)), Row::Person(person(number, name))]);
    }
    put(&*store, &[Row::Member(member(99, ""))]);
    see(&*store, |view| {
        for (number, name) in (1..).zip(ODD_TEXTS) {
            assert_eq!(view.member_named(name)?, Some(member(number, name)));
            assert_eq!(view.person_named(name)?, Some(person(number, name)));
        }
        assert_eq!(view.member_named("")?, Some(member(99, "")));
        let mut sorted = ODD_TEXTS;
        sorted.sort_unstable();
        assert!(view.persons()?.iter().map(|row| row.name.as_str()).eq(sorted));
        Ok(())
    });
}

fn persons_by_id_and_by_name(make: &Make<'_>) {
    let store = make();
    let row = person(1, "maria");
    put(&*store, &[Row::Person(row.clone())]);
    see(&*store, |view| {
        assert_eq!(view.person(row.id)?, Some(row.clone()));
        assert_eq!(view.person_named("maria")?, Some(row.clone()));
        assert_eq!(view.person(person(2, "").id)?, None);
        Ok(())
    });
}

fn a_person_s_name_is_its_own(make: &Make<'_>) {
    let store = make();
    put(&*store, &[Row::Person(person(1, "maria"))]);
    assert!(out_of_order(&try_keep(&*store, &[], &[Row::Person(person(2, "maria"))])));
}

fn a_person_changes_and_leaves(make: &Make<'_>) {
    let store = make();
    let mut row = person(1, "maria");
    put(&*store, &[Row::Person(row.clone())]);
    row.roles.clear();
    row.left = true;
    row.member = member(5, "").id;
    put(&*store, &[Row::Person(row.clone())]);
    assert_eq!(see(&*store, |view| view.persons()), [row]);
}

fn persons_come_by_name(make: &Make<'_>) {
    let store = make();
    for (number, name) in (1..).zip(["zoe", "adam", "maria"]) {
        put(&*store, &[Row::Person(person(number, name))]);
    }
    let names: Vec<_> = see(&*store, |view| view.persons()).into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["adam", "maria", "zoe"]);
}

fn any_word_is_a_role(make: &Make<'_>) {
    let store = make();
    let mut row = person(1, "maria");
    row.roles = ODD_TEXTS.map(String::from).to_vec();
    put(&*store, &[Row::Person(row.clone())]);
    assert_eq!(see(&*store, |view| view.person(row.id)), Some(row));
}
